//! The door under all that a line can do: cut after every byte, its answers lost, a thousand at once.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::sync::Arc;

use kept_messages::Door;
use kept_testing::on_both;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Barrier;

use crate::desk::Desk;

const SAID: &str = "250 2.0.0 It is kept";
/// Two mailboxes get each mail.
const BOXES: usize = 2;

/// A door that is open.
struct Open {
    at: SocketAddr,
    runtime: Runtime,
}

fn open(desk: &Desk) -> Open {
    let runtime = Builder::new_multi_thread().enable_all().build().unwrap();
    let listener = runtime
        .block_on(async { Door::listen("127.0.0.1:0".parse().unwrap()) })
        .unwrap();
    let at = listener.local_addr().unwrap();
    runtime.spawn(Door::new(desk.room.clone(), "desk.example").serve(listener));
    Open { at, runtime }
}

/// A conversation with one mail, which is known by its number.
fn conversation(hello: &str, number: usize) -> String {
    format!(
        "{hello} mx\r\nMAIL FROM:<ruth@brennan.example>\r\nRCPT TO:<desk@desk.example>\r\nRCPT TO:<sales@desk.example>\r\nDATA\r\n\
         From: ruth@brennan.example\r\nMessage-ID: <{number}@b>\r\nSubject: {number}\r\n\r\nIt leaks.\r\n.\r\nQUIT\r\n"
    )
}

impl Open {
    /// Says it, hears all that is answered; how often it was said that a mail is kept.
    fn says(&self, words: &str) -> usize {
        let mut line = TcpStream::connect(self.at).unwrap();
        line.write_all(words.as_bytes()).unwrap();
        line.shutdown(std::net::Shutdown::Write).unwrap();
        let mut said = String::new();
        line.read_to_string(&mut said).unwrap();
        said.matches(SAID).count()
    }

    /// Says it, and is gone without having heard the answer.
    fn says_and_is_gone(&self, words: &str) {
        self.runtime.block_on(async {
            let mut line = tokio::net::TcpStream::connect(self.at).await.unwrap();
            line.write_all(words.as_bytes()).await.unwrap();
            line.set_zero_linger().unwrap();
        });
    }
}

on_both! {
    fn what_is_too_large_is_refused_and_written_down(home) {
        let desk = Desk::new(home);
        let door = open(&desk);
        let head = "LHLO mx\r\nMAIL FROM:<ruth@brennan.example>";
        let to = "RCPT TO:<desk@desk.example>\r\nRCPT TO:<nobody@desk.example>\r\nDATA\r\n";
        assert_eq!(door.says(&format!("{head} SIZE=27000000\r\n{to}QUIT\r\n")), 0);
        assert_eq!(desk.too_large(), [("ruth@brennan.example".to_owned(), 27_000_000)]);
        let line = format!("{}\r\n", "x".repeat(998));
        let mail = format!("From: Li <li@brennan.example>\r\nSubject: Drawings\r\n\r\n{}.\r\nQUIT\r\n", line.repeat(26_500));
        assert_eq!(door.says(&format!("{head}\r\n{to}{mail}")), 0);
        let (sender, size) = desk.too_large().pop().unwrap();
        assert!(sender == "li@brennan.example" && size > 26_000_000, "{sender} {size}");
        assert_eq!((desk.count_raw(), desk.letters().len()), (0, 0));
        let page = desk.browser("ada").get("/settings/mailboxes");
        assert!(page.has("Drawings") && page.has("27 MB") && page.has("desk@desk.example"), "{}", page.text);
    }

    fn a_server_that_announces_without_end_does_not_fill_the_house(home) {
        let desk = Desk::new(home);
        for _ in 0..150 {
            desk.room.note_too_large(Some("desk@desk.example"), ("a@b.example", 27_000_000), b"").unwrap();
        }
        assert_eq!(desk.too_large().len(), 100);
        desk.pass(3_700);
        desk.room.note_too_large(Some("desk@desk.example"), ("a@b.example", 27_000_000), b"").unwrap();
        assert_eq!(desk.too_large().len(), 101);
        assert!(desk.room.note_too_large(Some("no@desk.example"), ("a@b.example", 27_000_000), b"").is_err());
    }

    fn cut_after_every_byte_a_mail_is_kept_exactly_where_it_was_said(home) {
        let desk = Desk::new(home);
        let door = open(&desk);
        let (mut number, mut kept) = (10_000, 0);
        // LMTP answers for each mailbox, SMTP once for all.
        for (hello, answers) in [("LHLO", BOXES), ("EHLO", 1)] {
            let whole = conversation(hello, number).len();
            let end = whole - "QUIT\r\n".len();
            for cut in 0..=whole {
                let words = conversation(hello, number);
                let said = door.says(&words[..cut]);
                assert_eq!(said, if cut < end { 0 } else { answers }, "{hello} cut after {cut}");
                kept += BOXES * usize::from(said > 0);
                assert_eq!(desk.count_raw(), kept, "{hello} cut after {cut}");
                number += 1;
            }
        }
        desk.round();
        assert_eq!(desk.requests(), kept / BOXES);
    }
}

on_both! {
    fn whoever_lost_the_answer_and_sends_it_again_brings_one_mail(home) {
        let desk = Desk::new(home);
        let door = open(&desk);
        let mut number = 10_000;
        for hello in ["LHLO", "EHLO"] {
            for cut in 0..=conversation(hello, number).len() {
                let words = conversation(hello, number);
                door.says_and_is_gone(&words[..cut]);
                assert!(door.says(&words) > 0, "{hello} cut after {cut}");
                number += 1;
            }
        }
        desk.round();
        let mails = number - 10_000;
        assert_eq!((desk.count_raw(), desk.requests()), (BOXES * mails, mails));
    }
}

/// How a session has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    Kept,
    AskedToComeAgain,
}

/// A mail server's session, word by word. All of them begin when all are connected.
async fn session(at: SocketAddr, number: usize, all: Arc<Barrier>) -> Ended {
    let line = tokio::net::TcpStream::connect(at).await.unwrap();
    all.wait().await;
    let (read, mut write) = line.into_split();
    let mut answers = BufReader::new(read).lines();
    let words = conversation("EHLO", number);
    let (head, mail) = words.split_once("DATA\r\n").unwrap();
    let commands = head.split_inclusive('\n').chain(["DATA\r\n", mail]);
    for command in [""].into_iter().chain(commands) {
        write.write_all(command.as_bytes()).await.unwrap();
        let answer = loop {
            let line = answers.next_line().await.unwrap().unwrap();
            if line.get(3..4) != Some("-") {
                break line;
            }
        };
        if answer.starts_with('4') {
            return Ended::AskedToComeAgain;
        }
        assert!(
            answer.starts_with('2') || answer.starts_with('3'),
            "{command}: {answer}"
        );
        if answer == SAID {
            return Ended::Kept;
        }
    }
    panic!("a mail was sent, and nothing was said of it");
}

on_both! {
    fn of_a_thousand_at_once_each_is_served_or_asked_to_come_again_and_none_is_lost(home) {
        const ALL: usize = 1_000;
        // Each of them is two files of this process.
        let own = std::process::id().to_string();
        let _ = Command::new("prlimit").args(["--pid", &own, "--nofile=4096:"]).status();
        let desk = Desk::new(home);
        let door = open(&desk);
        let mut left: Vec<usize> = (10_000..10_000 + ALL).collect();
        let mut rounds = 0;
        while !left.is_empty() {
            let all = Arc::new(Barrier::new(left.len()));
            let at = door.at;
            let begun: Vec<_> = left.iter().map(|number| door.runtime.spawn(session(at, *number, Arc::clone(&all)))).collect();
            let ended: Vec<Ended> = begun.into_iter().map(|one| door.runtime.block_on(one).unwrap()).collect();
            assert!(ended.contains(&Ended::Kept), "the door serves nobody");
            let again = left.iter().zip(&ended).filter(|(_, ended)| **ended == Ended::AskedToComeAgain);
            left = again.map(|(number, _)| *number).collect();
            assert_eq!(desk.count_raw(), BOXES * (ALL - left.len()), "kept is what was said to be kept");
            rounds += 1;
        }
        assert!(rounds > 1, "some were asked to come again");
    }
}
