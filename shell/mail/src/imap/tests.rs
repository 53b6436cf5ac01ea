//! The conversation with a server that follows a script, is slow, or talks rubbish.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use kept_outbound::{Guard, Trust};
use zeroize::Zeroizing;

use super::{Credentials, Imap, Sized, Woken};
use crate::patience::Patience;
use crate::server::Protection;
use crate::trouble::{Stage, Trouble};

/// A server that waits for each word and then says its own; `{tag}` is that of the command.
fn serves(script: Vec<(&'static str, &'static str)>) -> (u16, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let thread = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut heard = String::new();
        let mut bytes = [0; 4096];
        for (awaited, says) in script {
            while !heard.contains(awaited) {
                match stream.read(&mut bytes) {
                    Ok(0) | Err(_) => return,
                    Ok(read) => heard.push_str(&String::from_utf8_lossy(&bytes[..read])),
                }
            }
            let tag = heard
                .lines()
                .rev()
                .find_map(|line| line.strip_prefix('k')?.split(' ').next())
                .map(|number| format!("k{number}"))
                .unwrap_or_default();
            heard.clear();
            if stream
                .write_all(says.replace("{tag}", &tag).as_bytes())
                .is_err()
            {
                return;
            }
        }
        // Whoever is done may go on talking.
        while stream.read(&mut bytes).is_ok_and(|read| read > 0) {}
    });
    (port, thread)
}

fn open(port: u16) -> Result<Imap, Trouble> {
    Imap::open(
        ("127.0.0.1", port),
        Protection::None,
        (Guard::Anywhere, &Trust::default()),
        Patience {
            silence: Duration::from_millis(300),
            answer: Duration::from_millis(700),
            pace: 1_000,
        },
    )
}

fn desk() -> Credentials {
    Credentials::password("desk", Zeroizing::new("moss".to_owned()))
}

const HELLO: [(&str, &str); 2] = [
    ("", "* OK hello\r\n"),
    (
        "CAPABILITY",
        "* CAPABILITY IMAP4rev1 AUTH=PLAIN IDLE MOVE\r\n{tag} OK\r\n",
    ),
];

#[test]
fn a_mail_is_found_measured_and_fetched() {
    let mut script = HELLO.to_vec();
    script.extend([
        ("AUTHENTICATE PLAIN", "+ \r\n"),
        ("AGRlc2sAbW9zcw==", "{tag} OK in\r\n"),
    ]);
    // The tag of an authentication stands two lines above.
    script.pop();
    script.push(("AGRlc2sAbW9zcw==", "k2 OK in\r\n"));
    script.extend([
        (
            "CAPABILITY",
            "* CAPABILITY IMAP4rev1 IDLE MOVE\r\n{tag} OK\r\n",
        ),
        (
            "SELECT \"INBOX\"",
            "* 3 EXISTS\r\n* OK [UIDVALIDITY 77] here\r\n{tag} OK [READ-WRITE] open\r\n",
        ),
        ("UID SEARCH UID 5:*", "* SEARCH 9 4 7\r\n{tag} OK\r\n"),
        (
            "UID FETCH 7:9",
            "* 2 FETCH (RFC822.SIZE 12 UID 7)\r\n* 3 FETCH (UID 9 RFC822.SIZE 900)\r\n{tag} OK\r\n",
        ),
        (
            "UID FETCH 7 ",
            "* 2 FETCH (UID 7 BODY[] {12}\r\nA: b\r\n\r\nc {9)\r\n* 4 EXISTS\r\n{tag} OK\r\n",
        ),
        ("STORE 7", "{tag} OK\r\n"),
        ("IDLE", "+ go on\r\n* 5 EXISTS\r\n"),
        ("DONE", "k9 OK done\r\n"),
    ]);
    let (port, server) = serves(script);
    let mut line = open(port).unwrap();
    line.sign_in(&desk()).unwrap();
    let folder = line.select("INBOX").unwrap();
    assert_eq!((folder.uid_validity, folder.exists), (77, 3));
    assert_eq!(line.after(4).unwrap(), [7, 9]);
    let sizes = line.sizes(&[7, 9]).unwrap();
    assert_eq!(
        sizes,
        [Sized { uid: 7, size: 12 }, Sized { uid: 9, size: 900 }]
    );
    let mail = line.mail(7, 1000).unwrap();
    assert_eq!(mail.as_deref(), Some(&b"A: b\r\n\r\nc {9"[..]));
    line.mark_seen(7).unwrap();
    assert_eq!(line.wait(Duration::from_secs(5)).unwrap(), Woken::Mail);
    line.close();
    server.join().unwrap();
}

#[test]
fn what_is_no_mail_server_is_said_to_be_none() {
    for hello in [
        "HTTP/1.1 400 Bad Request\r\n\r\n",
        "220 mail.test ESMTP\r\n",
        "* BYE too many lines\r\n",
        "\r\n",
    ] {
        let (port, server) = serves(vec![("", hello)]);
        let trouble = open(port).unwrap_err();
        assert_eq!(trouble.stage, Stage::Connect, "{trouble:?}");
        server.join().unwrap();
    }
}

#[test]
fn a_wrong_password_is_said_with_the_words_of_the_server() {
    let mut script = HELLO.to_vec();
    script.push((
        "AUTHENTICATE",
        "{tag} NO [AUTHENTICATIONFAILED] not you\r\n",
    ));
    let (port, server) = serves(script);
    let mut line = open(port).unwrap();
    let trouble = line.sign_in(&desk()).unwrap_err();
    assert_eq!(trouble.stage, Stage::SignIn);
    assert!(trouble.said.contains("not you"), "{trouble:?}");
    drop(line);
    server.join().unwrap();
}

#[test]
fn rubbish_and_counts_without_end_break_the_line_and_nothing_else() {
    for rubbish in [
        "* 1 FETCH (UID 7 BODY[] {99999999999}\r\n",
        "* 1 FETCH (UID 7 BODY[] {2000}\r\nshort",
        "* 1 FETCH (UID 7 BODY[] \"\0\u{7f}\"\r\n* BYE\r\n",
        "k9999 OK\r\nkk\r\n* BYE\r\n",
        "\u{fffd}\u{fffd}\r\n* BYE gone\r\n",
    ] {
        let mut script = HELLO.to_vec();
        script.push(("UID FETCH", rubbish));
        let listener = serves(script);
        let mut line = open(listener.0).unwrap();
        let trouble = line.mail(7, 1000).unwrap_err();
        assert_eq!(trouble.stage, Stage::Fetch, "{rubbish:?}");
        drop(line);
        listener.1.join().unwrap();
    }
}

#[test]
fn an_open_line_carries_no_password_to_another_machine() {
    // The own machine is another thing: nobody listens on the way.
    let (port, server) = serves(HELLO.to_vec());
    let line = open(port).unwrap();
    assert!(line.wire.is_here() && !line.wire.is_encrypted());
    drop(line);
    server.join().unwrap();
    let refused = Imap::open(
        ("127.0.0.1", port),
        Protection::Tls,
        (Guard::World, &Trust::default()),
        Patience::default(),
    );
    assert!(refused.unwrap_err().said.contains("own network"));
}

/// A server that says some words at once, and then a byte now and then until nobody listens.
fn dribbles(
    script: Vec<(&'static str, &'static str)>,
    first: &'static [u8],
) -> (u16, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let thread = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut bytes = [0; 4096];
        for (number, (_, says)) in script.into_iter().enumerate() {
            if number > 0 && stream.read(&mut bytes).is_ok_and(|read| read == 0) {
                return;
            }
            let says = says.replace("{tag}", &format!("k{number}"));
            stream.write_all(says.as_bytes()).unwrap();
        }
        let mut next = first.iter().chain(std::iter::repeat(&b'x'));
        while stream.write_all(&[*next.next().unwrap()]).is_ok() {
            std::thread::sleep(Duration::from_millis(20));
        }
    });
    (port, thread)
}

/// What is asked of a server.
type Asks = fn(&mut Imap) -> Result<(), Trouble>;

#[test]
fn a_server_that_gives_a_byte_at_a_time_is_given_up_at_every_step() {
    let soon = Duration::from_secs(5);
    let begun = Instant::now();
    let (port, server) = dribbles(Vec::new(), b"* OK ");
    let trouble = open(port).unwrap_err();
    assert!(trouble.stage == Stage::Connect && trouble.is_slowness());
    server.join().unwrap();
    // The head of a record of TLS, and very slowly what it promises.
    let (port, server) = dribbles(Vec::new(), &[22, 3, 3, 0x40, 0]);
    let patience = Patience {
        silence: Duration::from_millis(300),
        answer: Duration::from_millis(700),
        pace: 1_000,
    };
    let trust = (Guard::Anywhere, &Trust::default());
    let opened = Imap::open(("127.0.0.1", port), Protection::Tls, trust, patience);
    let trouble = opened.unwrap_err();
    assert_eq!(trouble.stage, Stage::Encrypt, "{trouble:?}");
    assert!(trouble.said.contains("too slow"), "{trouble:?}");
    server.join().unwrap();
    assert!(begun.elapsed() < soon, "{:?}", begun.elapsed());
    let steps: [(&'static [u8], Asks); 5] = [
        (b"+ ", |line| line.sign_in(&desk())),
        (b"* ", |line| line.select("INBOX").map(drop)),
        (b"* SEARCH ", |line| line.after(4).map(drop)),
        (b"* 1 FETCH (UID 7 BODY[] {900}\r\n", |line| {
            line.mail(7, 1_000).map(drop)
        }),
        (b"", |line| line.wait(Duration::from_millis(500)).map(drop)),
    ];
    for (number, (first, asks)) in steps.into_iter().enumerate() {
        let (port, server) = dribbles(HELLO.to_vec(), first);
        let mut line = open(port).unwrap();
        let begun = Instant::now();
        let trouble = asks(&mut line).unwrap_err();
        assert!(trouble.is_slowness(), "{number}: {trouble:?}");
        assert!(begun.elapsed() < soon, "{number}: {:?}", begun.elapsed());
        drop(line);
        server.join().unwrap();
    }
}
