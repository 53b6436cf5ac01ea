//! Asking the machine's own DNS server what stands under a name: texts, addresses, machines that take mail.
//!
//! A stub of a resolver, two hundred lines over UDP and TCP: whatever server stands in `/etc/resolv.conf` does the work. A whole
//! resolver (hickory) would bring dozens of crates and a runtime for three kinds of questions. Answers are remembered for minutes; a
//! server that does not answer is left alone for half a minute, so that what waits for it goes on.
//!
//! It waits for the network: not to be used inside an async runtime.

mod message;

use std::collections::HashMap;
use std::fmt;
use std::io::{self, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, UdpSocket};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};

use message::{Answer, question, read};

/// So long a server may take for an answer.
const ANSWER: Duration = Duration::from_millis(2_500);
/// So long a server is left alone that did not answer.
const QUIET: Duration = Duration::from_secs(30);
/// So long an answer is remembered.
const KNOWN: Duration = Duration::from_mins(5);
/// So many answers are remembered.
const MOST: usize = 5_000;
/// So many servers of the machine's list are asked.
const SERVERS: usize = 3;
/// Names below these are nobody's (RFC 2606, 6761, 6762): no server is asked.
const NOWHERE: &[&str] = &["example", "test", "invalid", "localhost", "local", "onion"];

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Texts.
    Text,
    /// Addresses of version 4.
    Four,
    /// Addresses of version 6.
    Six,
    /// Machines that take mail.
    Exchanger,
}

/// What stands under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// A text, its parts in one piece.
    Text(String),
    /// An address.
    Address(IpAddr),
    /// A machine that takes mail: how late it is asked, and its name.
    Exchanger(u16, String),
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DnsError {
    /// There is no such name, or nothing of the kind under it.
    #[error("there is nothing under this name")]
    Nothing,
    /// Nobody answered, or not well.
    #[error("the DNS does not answer")]
    Silent,
}

type Known = HashMap<(String, Kind), (Instant, Result<Vec<Record>, DnsError>)>;

/// Whoever asks.
pub struct Dns {
    servers: Vec<SocketAddr>,
    known: Mutex<Known>,
    quiet: Mutex<Option<Instant>>,
}

impl fmt::Debug for Dns {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Dns({:?})", self.servers)
    }
}

impl Dns {
    /// With the servers of the machine.
    pub fn system() -> Self {
        let text = std::fs::read_to_string(Path::new("/etc/resolv.conf")).unwrap_or_default();
        Self::with(listed(&text))
    }

    /// With these servers, asked one after another.
    pub fn with(servers: Vec<SocketAddr>) -> Self {
        Self {
            servers,
            known: Mutex::default(),
            quiet: Mutex::default(),
        }
    }

    /// What stands under a name. Waits for the network.
    ///
    /// # Errors
    ///
    /// [`DnsError`]
    pub fn ask(&self, name: &str, kind: Kind) -> Result<Vec<Record>, DnsError> {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        let last = name.rsplit('.').next().unwrap_or_default();
        if NOWHERE.contains(&last) {
            return Err(DnsError::Nothing);
        }
        let place = (name, kind);
        if let Some(known) = self.remembered(&place) {
            return known;
        }
        if self.is_quiet() {
            return Err(DnsError::Silent);
        }
        let answer = self.asked(&place.0, kind);
        match answer {
            Err(DnsError::Silent) => {
                let until = Instant::now() + QUIET;
                *self.quiet.lock().unwrap_or_else(PoisonError::into_inner) = Some(until);
            }
            _ => self.remember(place, &answer),
        }
        answer
    }

    fn is_quiet(&self) -> bool {
        let quiet = self.quiet.lock().unwrap_or_else(PoisonError::into_inner);
        quiet.is_some_and(|until| Instant::now() < until)
    }

    fn remembered(&self, place: &(String, Kind)) -> Option<Result<Vec<Record>, DnsError>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (until, answer) = known.get(place)?;
        (Instant::now() < *until).then(|| answer.clone())
    }

    fn remember(&self, place: (String, Kind), answer: &Result<Vec<Record>, DnsError>) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            let now = Instant::now();
            known.retain(|_, (until, _)| now < *until);
            if known.len() >= MOST {
                known.clear();
            }
        }
        known.insert(place, (Instant::now() + KNOWN, answer.clone()));
    }

    fn asked(&self, name: &str, kind: Kind) -> Result<Vec<Record>, DnsError> {
        let mut id = [0; 2];
        let random = SystemRandom::new();
        random.fill(&mut id).map_err(|_| DnsError::Silent)?;
        let asked = question(id, name, kind).ok_or(DnsError::Nothing)?;
        for server in &self.servers {
            // A server that is broken says nothing about the name: the next one is asked.
            match exchange(*server, &asked, (name, kind)) {
                Ok(Answer::Found(records)) if records.is_empty() => return Err(DnsError::Nothing),
                Ok(Answer::Found(records)) => return Ok(records),
                Ok(Answer::Failed | Answer::Cut) | Err(_) => {}
            }
        }
        Err(DnsError::Silent)
    }
}

/// The servers that a machine's list names.
fn listed(text: &str) -> Vec<SocketAddr> {
    let lines = text.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        let address = (words.next()? == "nameserver").then(|| words.next())??;
        Some(SocketAddr::new(address.parse().ok()?, 53))
    });
    lines.take(SERVERS).collect()
}

fn exchange(server: SocketAddr, asked: &[u8], about: (&str, Kind)) -> io::Result<Answer> {
    match by_datagram(server, asked, about)? {
        Answer::Cut => by_stream(server, asked, about),
        answer => Ok(answer),
    }
}

fn by_datagram(server: SocketAddr, asked: &[u8], about: (&str, Kind)) -> io::Result<Answer> {
    let any = match server {
        SocketAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        SocketAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
    };
    let socket = UdpSocket::bind((any, 0))?;
    // What comes from elsewhere is not heard.
    socket.connect(server)?;
    socket.send(asked)?;
    let begun = Instant::now();
    let mut bytes = [0; 4096];
    loop {
        let left = ANSWER.saturating_sub(begun.elapsed());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        socket.set_read_timeout(Some(left))?;
        let length = socket.recv(&mut bytes)?;
        // What answers another question is not meant for us.
        if let Some(answer) = read(bytes.get(..length).unwrap_or_default(), asked, about) {
            return Ok(answer);
        }
    }
}

fn by_stream(server: SocketAddr, asked: &[u8], about: (&str, Kind)) -> io::Result<Answer> {
    let mut line = TcpStream::connect_timeout(&server, ANSWER)?;
    line.set_read_timeout(Some(ANSWER))?;
    line.set_write_timeout(Some(ANSWER))?;
    let length = u16::try_from(asked.len()).unwrap_or_default();
    line.write_all(&[&length.to_be_bytes()[..], asked].concat())?;
    let mut length = [0; 2];
    line.read_exact(&mut length)?;
    let mut bytes = vec![0; usize::from(u16::from_be_bytes(length))];
    line.read_exact(&mut bytes)?;
    read(&bytes, asked, about).ok_or_else(|| io::ErrorKind::InvalidData.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;
    use std::thread::{JoinHandle, spawn};

    /// A server that answers so many questions with these bytes behind the question.
    fn server(
        times: usize,
        flags: [u8; 2],
        answers: &'static [&'static [u8]],
    ) -> (SocketAddr, JoinHandle<()>) {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let at = socket.local_addr().unwrap();
        let serving = spawn(move || {
            for _ in 0..times {
                let mut bytes = [0; 512];
                let (length, from) = socket.recv_from(&mut bytes).unwrap();
                let reply = reply(&bytes[..length], flags, answers);
                // Somebody who guesses comes first, and is not believed.
                let mut forged = reply.clone();
                forged[0] ^= 1;
                socket.send_to(&forged, from).unwrap();
                socket.send_to(&reply, from).unwrap();
            }
        });
        (at, serving)
    }

    fn reply(asked: &[u8], flags: [u8; 2], answers: &[&[u8]]) -> Vec<u8> {
        // Without the record at its end that says how much we take.
        let question = &asked[12..asked.len() - 11];
        let count = answers.len() as u8;
        let head = [
            asked[0], asked[1], flags[0], flags[1], 0, 1, 0, count, 0, 0, 0, 0,
        ];
        [&head[..], question, &answers.concat()].concat()
    }

    const TEXT: &[u8] = b"\xc0\x0c\x00\x10\x00\x01\x00\x00\x00\x3c\x00\x08\x03v=s\x03pf1";
    const MX: &[u8] = b"\xc0\x0c\x00\x0f\x00\x01\x00\x00\x00\x3c\x00\x07\x00\x0a\x02mx\xc0\x0c";
    const FOUR: &[u8] = b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\xc0\x00\x02\x07";

    #[test]
    fn what_stands_under_a_name_is_found_and_remembered() {
        let (at, serving) = server(3, [0x81, 0x80], &[TEXT, MX, FOUR]);
        let dns = Dns::with(vec![at]);
        let text = Ok(vec![Record::Text("v=spf1".to_owned())]);
        assert_eq!(dns.ask("Example.COM.", Kind::Text), text);
        // The server has told three things and answers no more than three questions.
        assert_eq!(dns.ask("example.com", Kind::Text), text);
        let machine = Record::Exchanger(10, "mx.example.com".to_owned());
        assert_eq!(dns.ask("example.com", Kind::Exchanger), Ok(vec![machine]));
        let address = Record::Address("192.0.2.7".parse().unwrap());
        assert_eq!(dns.ask("example.com", Kind::Four), Ok(vec![address]));
        serving.join().unwrap();
    }

    #[test]
    fn a_name_that_is_not_there_is_told_from_a_server_that_is_broken() {
        let (at, serving) = server(1, [0x81, 0x83], &[]);
        let dns = Dns::with(vec![at]);
        assert_eq!(dns.ask("example.com", Kind::Text), Err(DnsError::Nothing));
        serving.join().unwrap();
        let (broken, failing) = server(1, [0x81, 0x82], &[]);
        let (good, serving) = server(1, [0x81, 0x80], &[TEXT]);
        let dns = Dns::with(vec![broken, good]);
        assert!(dns.ask("example.com", Kind::Text).is_ok());
        failing.join().unwrap();
        serving.join().unwrap();
    }

    #[test]
    fn who_does_not_answer_is_left_alone_and_what_is_nobodys_is_not_asked_for() {
        let dns = Dns::with(Vec::new());
        assert_eq!(dns.ask("example.com", Kind::Text), Err(DnsError::Silent));
        let (at, serving) = server(1, [0x81, 0x80], &[TEXT]);
        let quiet = Dns {
            quiet: dns.quiet,
            ..Dns::with(vec![at])
        };
        assert_eq!(quiet.ask("example.com", Kind::Text), Err(DnsError::Silent));
        assert_eq!(
            quiet.ask("brennan.example", Kind::Text),
            Err(DnsError::Nothing)
        );
        *quiet.quiet.lock().unwrap() = None;
        assert!(quiet.ask("example.com", Kind::Text).is_ok());
        serving.join().unwrap();
    }

    #[test]
    fn an_answer_too_long_for_a_datagram_is_asked_for_over_a_line() {
        // Both doors have the same number.
        let (listener, socket) = (0..20)
            .find_map(|_| {
                let listener = TcpListener::bind("127.0.0.1:0").ok()?;
                let socket = UdpSocket::bind(listener.local_addr().ok()?).ok()?;
                Some((listener, socket))
            })
            .unwrap();
        let at = listener.local_addr().unwrap();
        let serving = spawn(move || {
            let mut bytes = [0; 512];
            let (length, from) = socket.recv_from(&mut bytes).unwrap();
            let cut = reply(&bytes[..length], [0x83, 0x80], &[]);
            socket.send_to(&cut, from).unwrap();
            let (mut line, _) = listener.accept().unwrap();
            let mut asked = vec![0; 2 + length];
            line.read_exact(&mut asked).unwrap();
            let whole = reply(&asked[2..], [0x81, 0x80], &[TEXT, TEXT]);
            let length = (whole.len() as u16).to_be_bytes();
            line.write_all(&[&length[..], &whole].concat()).unwrap();
        });
        let found = Dns::with(vec![at]).ask("example.com", Kind::Text);
        assert_eq!(found.unwrap().len(), 2);
        serving.join().unwrap();
    }

    #[test]
    fn the_servers_of_a_machine_are_read_from_its_list() {
        let text =
            "# one\nsearch example.com\nnameserver 192.0.2.53\nnameserver ::1\nnameserver x\n";
        let found = listed(text);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0], "192.0.2.53:53".parse().unwrap());
    }
}
