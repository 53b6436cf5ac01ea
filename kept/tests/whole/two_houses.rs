//! Two houses that confirm what comes in write to each other, and stop.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use kept_store::{Dialect, params, statements};
use kept_testing::{Home, Kept as _, on_both};

use crate::desk::Desk;

statements! {
    SEND_BY = "INSERT INTO mail_server (id, host, port, protection, username, password, from_name, from_email, changed_at, quiet_until)
               VALUES (1, '127.0.0.1', $1, 'none', '', NULL, 'House', $2, 0, 0)";
    WITH_RECEIPTS = "UPDATE mailboxes SET receipt = TRUE";
    REQUESTS = "SELECT count(*) FROM requests";
    STATES = "SELECT state FROM mail_messages ORDER BY id";
}

/// A mail server that takes every mail and keeps it.
struct Carrier {
    port: u16,
    mails: Arc<Mutex<Vec<String>>>,
}

impl Carrier {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let mails = Arc::new(Mutex::new(Vec::new()));
        let shared = Arc::clone(&mails);
        std::thread::spawn(move || {
            for line in listener.incoming() {
                // Whoever hangs up has ended the talk.
                let _ = carried(&line.unwrap(), &shared);
            }
        });
        Self { port, mails }
    }
}

fn carried(line: &TcpStream, mails: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut out = line;
    out.write_all(b"220 mail.test\r\n")?;
    let (mut lines, mut mail) = (BufReader::new(line).lines(), None::<String>);
    while let Some(Ok(said)) = lines.next() {
        if let Some(mut text) = mail.take() {
            if said == "." {
                mails.lock().unwrap().push(text);
                out.write_all(b"250 taken\r\n")?;
                continue;
            }
            text += said.strip_prefix('.').unwrap_or(&said);
            text += "\r\n";
            mail = Some(text);
        } else if said == "DATA" {
            mail = Some(String::new());
            out.write_all(b"354 go on\r\n")?;
        } else {
            out.write_all(b"250 fine\r\n")?;
        }
    }
    Ok(())
}

/// A house with one mailbox that confirms what comes in.
struct Party {
    desk: Desk,
    address: String,
    carrier: Carrier,
}

impl Party {
    fn new(home: &Home, address: &str) -> Self {
        let desk = Desk::new(home);
        let carrier = Carrier::start();
        kept_messages::add_mailbox(&desk.site.messages, address, "Desk", "").unwrap();
        let (port, from) = (i64::from(carrier.port), format!("house-{address}"));
        let set = desk.house.store.write(move |tx| {
            tx.execute(SEND_BY, &params![port, &from])?;
            tx.execute(WITH_RECEIPTS, &params![])
        });
        set.kept();
        Self {
            desk,
            address: address.to_owned(),
            carrier,
        }
    }

    fn takes(&self, raw: &str) {
        let room = &self.desk.site.messages;
        room.receive(Some(&self.address), raw.as_bytes()).unwrap();
    }

    /// All that comes round; what left then for the other house.
    fn round(&self, other: &str) -> Vec<String> {
        for job in &self.desk.site.jobs {
            if job.name.contains("mail")
                || job.name.contains("messages")
                || job.name.contains("answers")
            {
                (job.run)().unwrap();
            }
        }
        let mails = std::mem::take(&mut *self.carrier.mails.lock().unwrap());
        let for_other = |mail: &String| {
            mail.lines()
                .any(|line| line.starts_with("To: ") && line.contains(other))
        };
        mails.into_iter().filter(for_other).collect()
    }

    fn requests(&self) -> i64 {
        let (count,): (i64,) = self
            .desk
            .house
            .store
            .read(|read| read.one(REQUESTS, &params![]))
            .kept();
        count
    }

    fn states(&self) -> Vec<String> {
        let rows: Vec<(String,)> = self
            .desk
            .house
            .store
            .read(|read| read.all(STATES, &params![]))
            .kept();
        rows.into_iter().map(|(state,)| state).collect()
    }
}

/// What a bad server on the way leaves of a mail.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// All of it.
    Good,
    /// Nothing that says that a machine wrote it.
    LosesWhoWrote,
    /// Nothing but from, to and the words: no id, no conversation, another subject.
    LosesAll,
}

fn brought(mail: &str, way: Way, number: usize) -> String {
    let (head, body) = mail.split_once("\r\n\r\n").unwrap();
    let lost: BTreeSet<&str> = match way {
        Way::Good => BTreeSet::new(),
        Way::LosesWhoWrote => ["auto-submitted", "x-auto-response-suppress", "precedence"].into(),
        Way::LosesAll => [
            "auto-submitted",
            "x-auto-response-suppress",
            "precedence",
            "message-id",
            "in-reply-to",
            "references",
            "subject",
            "reply-to",
            "x-kept-letter",
        ]
        .into(),
    };
    let mut kept = String::new();
    let mut drops = false;
    for line in head.split("\r\n") {
        if !line.starts_with([' ', '\t']) {
            let name = line.split(':').next().unwrap_or_default().to_lowercase();
            drops = lost.contains(name.as_str());
        }
        if !drops {
            kept += line;
            kept += "\r\n";
        }
    }
    format!("{kept}X-Way: {number}\r\n\r\n{body}")
}

on_both! {
    fn two_houses_that_confirm_to_each_other_exchange_two_mails_at_most(home) {
        let dialect = if home.file().is_some() { Dialect::Sqlite } else { Dialect::Postgres };
        for way in [Way::Good, Way::LosesWhoWrote, Way::LosesAll] {
            let homes = [(); 2].map(|()| Home::new(dialect, "two_houses").unwrap());
            let [a, b] = [("desk@a.example", &homes[0]), ("desk@b.example", &homes[1])].map(|(address, home)| Party::new(home, address));
            a.takes("From: desk@b.example\r\nTo: desk@a.example\r\nSubject: Pump\r\nMessage-ID: <1@b.example>\r\n\r\nIt leaks.\r\n");
            let mut sent = 0;
            // For a day, each quarter of an hour.
            for _ in 0..96 {
                for mail in a.round("b.example") {
                    sent += 1;
                    b.takes(&brought(&mail, way, sent));
                }
                for mail in b.round("a.example") {
                    sent += 1;
                    a.takes(&brought(&mail, way, sent));
                }
                for house in [&a, &b] {
                    house.desk.pass_seconds(900);
                }
            }
            assert!((1..=2).contains(&sent), "{way:?}: {sent} mails, {:?} and {:?}", a.states(), b.states());
            assert!(a.requests() >= 1 && a.requests() + b.requests() <= 3, "{way:?}: {:?} and {:?}", a.states(), b.states());
        }
    }
}
