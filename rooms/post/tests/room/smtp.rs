//! A mail server that hangs up, refuses and loses its words on command.

use std::io::{BufRead, BufReader, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use base64ct::{Base64, Encoding as _};

/// Where the server hangs up, once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    Greeting,
    BeforeEhlo,
    AfterEhlo,
    BeforeMail,
    AfterMail,
    BeforeRcpt,
    AfterRcpt,
    BeforeData,
    AfterData,
    WithinMessage,
    /// The message has come whole, and nothing is said.
    BeforeTaken,
    /// It is taken, and half of the answer is said.
    WithinTaken,
    /// It is taken, and that was said.
    AfterTaken,
}

impl Cut {
    pub const ALL: [Self; 13] = [
        Self::Greeting,
        Self::BeforeEhlo,
        Self::AfterEhlo,
        Self::BeforeMail,
        Self::AfterMail,
        Self::BeforeRcpt,
        Self::AfterRcpt,
        Self::BeforeData,
        Self::AfterData,
        Self::WithinMessage,
        Self::BeforeTaken,
        Self::WithinTaken,
        Self::AfterTaken,
    ];
}

/// What the server does next.
#[derive(Clone, Debug, Default)]
pub struct Mood {
    pub cut: Option<Cut>,
    /// The command that is refused, and with what: `RCPT`, `550 no such user`.
    pub refuses: Option<(&'static str, &'static str)>,
    /// The command is refused where it has these words alone.
    pub only: Option<&'static str>,
    /// What it says when it has taken a message.
    pub says: Option<&'static str>,
    /// The command whose answer comes byte by byte and never ends: `HELLO` for its greeting, `END` for the message.
    pub slow: Option<&'static str>,
    /// How tokens are shown to it, and the one that it takes.
    pub takes: Option<(&'static str, &'static str)>,
}

#[derive(Default)]
struct State {
    mood: Mood,
    /// Messages that were taken, as they came.
    taken: Vec<String>,
    /// Those of them for which the whole 250 was written.
    said: usize,
}

pub struct MailServer {
    pub port: u16,
    state: Arc<Mutex<State>>,
    ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl MailServer {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (state, ended) = (
            Arc::new(Mutex::new(State::default())),
            Arc::new(AtomicBool::new(false)),
        );
        let (shared, end) = (Arc::clone(&state), Arc::clone(&ended));
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if end.load(Ordering::SeqCst) {
                    return;
                }
                // Whoever hangs up in the middle of a talk has ended it.
                let _ = talk(&stream.unwrap(), &shared);
            }
        });
        Self {
            port,
            state,
            ended,
            thread: Some(thread),
        }
    }

    pub fn mood(&self, mood: Mood) {
        self.state.lock().unwrap().mood = mood;
    }

    pub fn taken(&self) -> Vec<String> {
        self.state.lock().unwrap().taken.clone()
    }

    /// For how many messages it has said that they are taken.
    pub fn said(&self) -> usize {
        self.state.lock().unwrap().said
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Hangs up where it was told to; it does so once.
fn cut(at: Cut, stream: &TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    let mut state = state.lock().unwrap();
    if state.mood.cut == Some(at) {
        state.mood.cut = None;
        stream.shutdown(Shutdown::Both)?;
        return Err(std::io::ErrorKind::ConnectionAborted.into());
    }
    Ok(())
}

/// Says what never ends where it was told to, until nobody listens.
fn slow(at: &str, mut out: &TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    if state.lock().unwrap().mood.slow == Some(at) {
        out.write_all(b"250-")?;
        loop {
            std::thread::sleep(Duration::from_millis(20));
            out.write_all(b"x")?;
        }
    }
    Ok(())
}

fn talk(stream: &TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    let mut out = stream;
    let mut lines = BufReader::new(stream);
    slow("HELLO", stream, state)?;
    cut(Cut::Greeting, stream, state)?;
    out.write_all(b"220 mail.test\r\n")?;
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let word = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        slow(&word, stream, state)?;
        let (refuses, only) = {
            let mood = &state.lock().unwrap().mood;
            (mood.refuses, mood.only.unwrap_or_default())
        };
        let meant = |refused: &str| refused == word && line.contains(only);
        if let Some((_, answer)) = refuses.filter(|(refused, _)| meant(refused)) {
            out.write_all(format!("{answer}\r\n").as_bytes())?;
            continue;
        }
        match word.as_str() {
            "EHLO" => {
                cut(Cut::BeforeEhlo, stream, state)?;
                let takes = state.lock().unwrap().mood.takes;
                let ways = takes.map_or(String::new(), |(way, _)| format!("250-AUTH {way}\r\n"));
                out.write_all(format!("250-mail.test\r\n{ways}250 8BITMIME\r\n").as_bytes())?;
                cut(Cut::AfterEhlo, stream, state)?;
            }
            "AUTH" => signs_in(&line, (&mut out, &mut lines), state)?,
            "MAIL" => {
                cut(Cut::BeforeMail, stream, state)?;
                out.write_all(b"250 ok\r\n")?;
                cut(Cut::AfterMail, stream, state)?;
            }
            "RCPT" => {
                cut(Cut::BeforeRcpt, stream, state)?;
                out.write_all(b"250 ok\r\n")?;
                cut(Cut::AfterRcpt, stream, state)?;
            }
            "DATA" => {
                cut(Cut::BeforeData, stream, state)?;
                out.write_all(b"354 go on\r\n")?;
                cut(Cut::AfterData, stream, state)?;
                message(stream, &mut lines, state)?;
            }
            "RSET" | "NOOP" => out.write_all(b"250 ok\r\n")?,
            "QUIT" => return out.write_all(b"221 bye\r\n"),
            _ => out.write_all(b"502 what?\r\n")?,
        }
    }
}

/// Whoever shows the right token is let in; whoever shows another is told why first, and has to hear it.
fn signs_in(
    line: &str,
    (out, lines): (&mut &TcpStream, &mut BufReader<&TcpStream>),
    state: &Mutex<State>,
) -> std::io::Result<()> {
    let (way, token) = state.lock().unwrap().mood.takes.unwrap();
    let shown = line.trim().strip_prefix(&format!("AUTH {way} ")).unwrap();
    let shown = String::from_utf8(Base64::decode_vec(shown).unwrap()).unwrap();
    let user = "pumps@harrowmere.example";
    let good = match way {
        "XOAUTH2" => format!("user={user}\u{1}auth=Bearer {token}\u{1}\u{1}"),
        _ => format!("n,a={user},\u{1}auth=Bearer {token}\u{1}\u{1}"),
    };
    if shown == good {
        return out.write_all(b"235 2.7.0 in\r\n");
    }
    out.write_all(b"334 eyJzdGF0dXMiOiI0MDEifQ==\r\n")?;
    let mut heard = String::new();
    lines.read_line(&mut heard)?;
    assert_eq!(heard, if way == "XOAUTH2" { "\r\n" } else { "AQ==\r\n" });
    out.write_all(b"535 5.7.8 the token has expired\r\n")
}

fn message(
    stream: &TcpStream,
    lines: &mut BufReader<&TcpStream>,
    state: &Mutex<State>,
) -> std::io::Result<()> {
    let mut out = stream;
    let mut text = String::new();
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if line == ".\r\n" {
            break;
        }
        text.push_str(line.strip_prefix('.').unwrap_or(&line));
        cut(Cut::WithinMessage, stream, state)?;
    }
    slow("END", stream, state)?;
    let refuses = state.lock().unwrap().mood.refuses;
    if let Some((_, answer)) = refuses.filter(|(refused, _)| *refused == "END") {
        return out.write_all(format!("{answer}\r\n").as_bytes());
    }
    state.lock().unwrap().taken.push(text);
    cut(Cut::BeforeTaken, stream, state)?;
    if state.lock().unwrap().mood.cut == Some(Cut::WithinTaken) {
        out.write_all(b"25")?;
    }
    cut(Cut::WithinTaken, stream, state)?;
    let says = state.lock().unwrap().mood.says.unwrap_or("250 taken");
    out.write_all(format!("{says}\r\n").as_bytes())?;
    state.lock().unwrap().said += 1;
    cut(Cut::AfterTaken, stream, state)
}
