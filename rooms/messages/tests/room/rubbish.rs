//! A server of mailboxes that goes down, is slow, counts anew and talks rubbish, at any word of the conversation: nothing is lost, and
//! nothing comes twice.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use kept_testing::on_both;

use crate::desk::Desk;
use crate::dovecot::PASSWORD;
use crate::fetching::{BOX, set_up};

/// What it does once instead of answering as it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    HangsUp,
    HalfAnAnswer,
    Noise,
    EndlessLine,
    No,
    Bad,
    Bye,
    AnothersTag,
    BytesWithoutEnd,
    SaysAllTwice,
    SaysMoreThanWasAsked,
    CountsAnew,
}

impl Fault {
    const ALL: [Self; 12] = [
        Self::HangsUp,
        Self::HalfAnAnswer,
        Self::Noise,
        Self::EndlessLine,
        Self::No,
        Self::Bad,
        Self::Bye,
        Self::AnothersTag,
        Self::BytesWithoutEnd,
        Self::SaysAllTwice,
        Self::SaysMoreThanWasAsked,
        Self::CountsAnew,
    ];
}

#[derive(Default)]
pub struct State {
    /// Each with its number.
    mails: Vec<(u32, String)>,
    validity: u32,
    next: u32,
    /// After so many commands this happens, once.
    fault: Option<(usize, Fault)>,
    /// How many commands there were since it was armed.
    heard: usize,
    /// It waits so long before each byte.
    pub slow: Option<Duration>,
    /// It lets nobody in.
    is_down: bool,
}

pub struct Server {
    pub port: u16,
    state: Arc<Mutex<State>>,
}

impl Server {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(State {
            validity: 1,
            next: 1,
            ..State::default()
        }));
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for line in listener.incoming() {
                let (line, state) = (line.unwrap(), Arc::clone(&shared));
                std::thread::spawn(move || talk(&line, &state));
            }
        });
        Self { port, state }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// A mail comes to the mailbox there.
    pub fn gets(&self, name: &str) {
        let mut state = self.state();
        let uid = state.next;
        state.next += 1;
        let raw = format!(
            "From: ruth@brennan.example\r\nMessage-ID: <{name}@b.example>\r\nSubject: {name}\r\n\r\nIt leaks. * OK k1 {{3}}\r\n"
        );
        state.mails.push((uid, raw));
    }

    fn fails(&self, after: usize, fault: Fault) {
        let mut state = self.state();
        (state.fault, state.heard) = (Some((after, fault)), 0);
    }
}

fn talk(line: &TcpStream, state: &Mutex<State>) -> Option<()> {
    let mut out = line;
    if state.lock().unwrap().is_down {
        return line.shutdown(Shutdown::Both).ok();
    }
    out.write_all(b"* OK hello\r\n").ok()?;
    let mut lines = BufReader::new(line).lines();
    while let Some(Ok(said)) = lines.next() {
        let (tag, command) = said.split_once(' ')?;
        if command == "AUTHENTICATE PLAIN" {
            out.write_all(b"+ \r\n").ok()?;
            lines.next()?.ok()?;
        }
        let (fault, slow) = {
            let mut state = state.lock().unwrap();
            let heard = state.heard;
            state.heard += 1;
            let now = state.fault.filter(|(after, _)| *after == heard);
            if now.is_some() {
                state.fault = None;
            }
            (now.map(|(_, fault)| fault), state.slow)
        };
        if fault == Some(Fault::CountsAnew) {
            counts_anew(&mut state.lock().unwrap());
        }
        let untagged = answer(&state.lock().unwrap(), command);
        let whole = format!("{untagged}{tag} OK done\r\n");
        let (says, ends) = match fault {
            None | Some(Fault::CountsAnew) => (whole, false),
            Some(fault) => faulty(fault, (&untagged, &whole), tag),
        };
        match slow {
            None => out.write_all(says.as_bytes()).ok()?,
            Some(pause) => {
                for byte in says.as_bytes() {
                    std::thread::sleep(pause);
                    out.write_all(&[*byte]).ok()?;
                }
            }
        }
        if ends || command == "LOGOUT" {
            return line.shutdown(Shutdown::Both).ok();
        }
    }
    Some(())
}

/// The same mails under other numbers, in another order.
fn counts_anew(state: &mut State) {
    state.validity += 1;
    state.mails.reverse();
    let base = state.next + 7;
    for (place, mail) in state.mails.iter_mut().enumerate() {
        mail.0 = base + place as u32;
    }
    state.next = base + state.mails.len() as u32;
}

/// What is said, and whether it hangs up then.
fn faulty(fault: Fault, (untagged, whole): (&str, &str), tag: &str) -> (String, bool) {
    let half: String = whole.chars().take(whole.len() / 2).collect();
    match fault {
        Fault::HangsUp => (String::new(), true),
        Fault::HalfAnAnswer => (half, true),
        Fault::Noise => {
            let noise =
                (0..5_000_u32).map(|at| char::from((at.wrapping_mul(2_654_435_761) >> 25) as u8));
            (noise.collect(), true)
        }
        Fault::EndlessLine => ("* x".repeat(200_000), true),
        Fault::No => (format!("{tag} NO not now\r\n"), false),
        Fault::Bad => (format!("{tag} BAD what?\r\n"), false),
        Fault::Bye => ("* BYE gone\r\n".to_owned(), true),
        Fault::AnothersTag => (format!("{untagged}z9 OK done\r\n"), true),
        Fault::BytesWithoutEnd => (
            "* 1 FETCH (UID 1 BODY[] {99999999999}\r\nabc".to_owned(),
            true,
        ),
        Fault::SaysAllTwice => (format!("{untagged}{whole}"), false),
        Fault::SaysMoreThanWasAsked => {
            let more = "* 7 EXISTS\r\n* FLAGS (\\Seen)\r\n* 3 FETCH (FLAGS (\\Seen))\r\n* OK [ALERT] hi\r\n";
            (format!("{more}{whole}"), false)
        }
        Fault::CountsAnew => (whole.to_owned(), false),
    }
}

/// The answer to a command, without its last line.
fn answer(state: &State, command: &str) -> String {
    let words: Vec<&str> = command.split(' ').collect();
    match words[..] {
        ["CAPABILITY"] => "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n".to_owned(),
        ["SELECT", _] => {
            let (exists, validity) = (state.mails.len(), state.validity);
            format!("* {exists} EXISTS\r\n* OK [UIDVALIDITY {validity}] x\r\n")
        }
        ["UID", "SEARCH", ..] => {
            let from: u32 = command
                .split_once("UID SEARCH UID ")
                .and_then(|(_, range)| range.split(':').next()?.parse().ok())
                .unwrap_or(1);
            let last = state.mails.iter().map(|(uid, _)| *uid).max();
            // `N:*` always has the last.
            let found = state
                .mails
                .iter()
                .map(|(uid, _)| *uid)
                .filter(|uid| *uid >= from || Some(*uid) == last);
            let found: Vec<String> = found.map(|uid| uid.to_string()).collect();
            format!("* SEARCH {}\r\n", found.join(" "))
        }
        ["UID", "FETCH", range, ..] => {
            let (first, last) = range.split_once(':').unwrap_or((range, range));
            let (first, last): (u32, u32) = (first.parse().unwrap(), last.parse().unwrap());
            let within = state
                .mails
                .iter()
                .enumerate()
                .filter(|(_, (uid, _))| (first..=last).contains(uid));
            let each = within.map(|(place, (uid, raw))| {
                let (place, size) = (place + 1, raw.len());
                if command.contains("RFC822.SIZE") {
                    format!("* {place} FETCH (UID {uid} RFC822.SIZE {size})\r\n")
                } else {
                    format!("* {place} FETCH (UID {uid} BODY[] {{{size}}}\r\n{raw})\r\n")
                }
            });
            each.collect()
        }
        _ => String::new(),
    }
}

/// Fetches until it goes well; how often it did not.
fn fetches(desk: &Desk) -> usize {
    (0..4)
        .find(|_| desk.room.fetch_once(BOX).is_ok())
        .expect("it never goes well")
}

on_both! {
    fn wherever_a_server_fails_each_mail_is_taken_once(home) {
        let desk = Desk::new(home);
        let server = Server::start();
        set_up(&desk, (server.port, "none"), (PASSWORD, "INBOX"));
        assert_eq!(desk.room.fetch_once(BOX), Ok(0));
        let (mut came, mut failed) = (0, 0);
        for fault in Fault::ALL {
            // Capabilities, signing in, capabilities, opening, looking, sizes, the two mails and their marks.
            for after in 0..11 {
                server.gets(&format!("{fault:?}-{after}-one"));
                server.gets(&format!("{fault:?}-{after}-two"));
                came += 2;
                server.fails(after, fault);
                failed += fetches(&desk);
                // What a server said too much of may have hidden something from this fetch, and never from the next.
                server.state().fault = None;
                fetches(&desk);
                assert_eq!(desk.count_raw(), came, "{fault:?} after {after}");
            }
        }
        assert!(failed > 60, "{failed}");
        desk.round();
        assert_eq!(desk.requests(), came);
    }
}

on_both! {
    fn a_server_that_is_down_or_slow_keeps_its_mail_until_it_is_asked_again(home) {
        let desk = Desk::new(home);
        let server = Server::start();
        set_up(&desk, (server.port, "none"), (PASSWORD, "INBOX"));
        assert_eq!(desk.room.fetch_once(BOX), Ok(0));
        server.gets("one");
        server.state().is_down = true;
        for _ in 0..3 {
            assert!(desk.room.fetch_once(BOX).is_err());
        }
        server.gets("two");
        {
            let mut state = server.state();
            (state.is_down, state.slow) = (false, Some(Duration::from_millis(2)));
        }
        assert_eq!(desk.room.fetch_once(BOX), Ok(2));
        server.state().slow = None;
        assert_eq!((desk.room.fetch_once(BOX), desk.count_raw()), (Ok(0), 2));
    }
}
