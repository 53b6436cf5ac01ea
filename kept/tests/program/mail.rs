//! Mail that a mail server's pipe hands over, beside a server and without one.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use kept_store::{params, statements};
use kept_testing::{Kept as _, on_both};

use crate::served::Desk;

statements! {
    STATES = "SELECT m.state, r.number FROM mail_messages m JOIN requests r ON r.id = m.request ORDER BY m.id";
    RAW = "SELECT count(*) FROM mail_raw";
}

const MAIL: &str = "From: Ruth Brennan <ruth@brennan.example>\r\nTo: desk@desk.example\r\nMessage-ID: <one@brennan.example>\r\nSubject: Invoice 1182\r\n\r\nIt is wrong.\r\n";

fn states(desk: &Desk) -> Vec<(String, i64)> {
    desk.store()
        .read(|read| read.all(STATES, &params![]))
        .kept()
}

/// Hands a mail over; the status with which that ends.
fn piped(desk: &Desk, mailbox: &[&str], raw: &str) -> i32 {
    let mut child: Child = Command::new(env!("CARGO_BIN_EXE_kept"))
        .args(desk.arguments(&[&["mail", "receive"], mailbox].concat()))
        .current_dir(&desk.street.folder)
        .env("HOME", desk.street.folder.join("home"))
        .env_remove("XDG_CONFIG_HOME")
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // One that ends early hears no more of it.
    let _ = child.stdin.take().unwrap().write_all(raw.as_bytes());
    child.wait().unwrap().code().unwrap()
}

on_both! {
    fn a_mail_that_is_piped_in_is_a_request_and_is_taken_once(home) {
        let desk = Desk::new(home);
        assert_eq!(piped(&desk, &[], MAIL), 75, "no house yet: try again");
        desk.well(&["migrate"]);
        assert_eq!(piped(&desk, &[], MAIL), 75, "no mailbox yet: try again");
        desk.well(&["mail", "mailbox", "desk@desk.example", "--name", "Desk"]);
        assert_eq!(piped(&desk, &[], MAIL), 0);
        assert_eq!(states(&desk), [("opened".to_owned(), 1001)]);
        assert_eq!(piped(&desk, &["--mailbox", "desk@desk.example"], MAIL), 0);
        assert_eq!(piped(&desk, &["--mailbox", "nobody@desk.example"], MAIL), 75);
        assert_eq!(piped(&desk, &[], ""), 65);
        assert_eq!(states(&desk).len(), 1);
        let reply = MAIL.replace("<one@", "<two@").replace("Subject: ", "In-Reply-To: <one@brennan.example>\r\nSubject: Re: ");
        assert_eq!(piped(&desk, &[], &reply), 0);
        assert_eq!(states(&desk), [("opened".to_owned(), 1001), ("added".to_owned(), 1001)]);
        desk.is_sound();
    }

    fn a_server_and_a_pipe_take_mail_at_once(home) {
        let desk = Desk::new(home);
        desk.well(&["migrate"]);
        desk.well(&["mail", "mailbox", "desk@desk.example"]);
        let served = desk.serve_with(&["--lmtp", "127.0.0.1:0"]);
        assert_eq!(piped(&desk, &[], MAIL), 0);
        let mut line = TcpStream::connect(("127.0.0.1", served.mail.unwrap())).unwrap();
        let session = format!(
            "LHLO mx.example\r\nMAIL FROM:<ruth@brennan.example>\r\nRCPT TO:<desk@desk.example>\r\nDATA\r\n{}.\r\nQUIT\r\n",
            MAIL.replace("<one@", "<two@").replace("1182", "1183")
        );
        line.write_all(session.as_bytes()).unwrap();
        let mut said = String::new();
        line.read_to_string(&mut said).unwrap();
        assert!(said.contains("250 2.0.0 It is kept"), "{said}");
        let (raw,): (i64,) = desk.store().read(|read| read.one(RAW, &params![])).kept();
        assert_eq!(raw, 2, "kept when it was said");
        while states(&desk).len() < 2 {
            std::thread::yield_now();
        }
        assert_eq!(states(&desk).last().unwrap().1, 1002);
    }
}
