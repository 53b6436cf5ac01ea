//! A house of its own that serves pages and takes mail, and a line to its door.

use std::io::{self, BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant as Stopwatch};

use kept::{House, HouseAsked};
use kept_store::{FromRow, Sql, StoreError, params, statements};

use crate::serving::Server;

/// Its one mailbox.
pub const MAILBOX: &str = "desk@desk.example";
/// How long is waited at the end for what was not handled.
const PATIENCE: Duration = Duration::from_mins(30);

statements! {
    WAITING = "SELECT count(*) FROM mail_raw WHERE state = 'waiting'";
    STORED = "SELECT count(*) FROM mail_raw";
}

/// The house beside the program that serves it.
pub struct MailHouse {
    pub house: House,
    pub server: Server,
    /// Where mail is taken.
    pub door: String,
}

impl MailHouse {
    /// Makes it in a folder that is not there yet, or on a database server, and serves it. What is asked for begins with
    /// `--database-url URL` where it is one.
    pub fn start(words: &[&str]) -> Result<(Self, Vec<String>), String> {
        let mut words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let mut database_url = std::env::var("KEPT_BENCH_POSTGRES").ok();
        if let Some(at) = words.iter().position(|word| word == "--database-url") {
            let named = words.drain(at..words.len().min(at + 2)).nth(1);
            database_url = Some(named.ok_or("name the server after --database-url")?);
        }
        let [kept, folder, ..] = words.as_slice() else {
            return Err("name the program, and a folder for a new house".to_owned());
        };
        if Path::new(folder).exists() {
            return Err(format!("{folder} is there already: name one that is not"));
        }
        let asked = HouseAsked {
            clock: None,
            data: folder.into(),
            database_url,
            key_file: Some(format!("{folder}.key").into()),
        };
        let said = |error: io::Error| error.to_string();
        let place = place(&asked);
        let place: Vec<&str> = place.iter().map(String::as_str).collect();
        let add = [&["mail", "mailbox", MAILBOX], &place[..]].concat();
        let added = Command::new(kept).args(add).output().map_err(said)?;
        if !added.status.success() {
            return Err(String::from_utf8_lossy(&added.stderr).into_owned());
        }
        let serve = ["serve", "--listen", "127.0.0.1:0", "--lmtp", "127.0.0.1:0"];
        let (server, _) =
            Server::start(kept, &[&serve, &place[..]].concat(), "/sign-in").map_err(said)?;
        let door = server.mail.clone();
        let door = door.ok_or("the program does not say where it takes mail")?;
        let house = House::open(&asked).map_err(|error| error.to_string())?;
        let started = Self {
            house,
            server,
            door,
        };
        Ok((started, words.split_off(2)))
    }

    pub fn dialect(&self) -> &'static str {
        match self.house.store.dialect() {
            kept_store::Dialect::Sqlite => "SQLite",
            kept_store::Dialect::Postgres => "PostgreSQL",
        }
    }

    pub fn count(&self, sql: Sql) -> Result<u64, String> {
        let found = self
            .house
            .store
            .read(move |read| read.one::<(u64,)>(sql, &params![]));
        let (count,) = found
            .wait()
            .map_err(|error: StoreError| error.to_string())?;
        Ok(count)
    }

    /// All rows of a list.
    pub fn all<T: FromRow + Send + 'static>(&self, sql: Sql) -> Result<Vec<T>, String> {
        let found = self
            .house
            .store
            .read(move |read| read.all::<T>(sql, &params![]));
        found.wait().map_err(|error: StoreError| error.to_string())
    }

    /// Waits until all mail is handled.
    pub fn settled(&self) -> Result<(), String> {
        let begun = Stopwatch::now();
        while self.count(WAITING)? > 0 {
            if begun.elapsed() > PATIENCE {
                return Err("the house does not come to an end with it".to_owned());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }
}

/// Where the house is, for the program.
fn place(asked: &HouseAsked) -> Vec<String> {
    let path = |path: &Path| path.to_string_lossy().into_owned();
    let mut words = vec!["--data".to_owned(), path(&asked.data)];
    if let Some(key) = &asked.key_file {
        words.extend(["--key-file".to_owned(), path(key)]);
    }
    if let Some(url) = &asked.database_url {
        words.extend(["--database-url".to_owned(), url.clone()]);
    }
    words
}

/// How busy the machine is.
pub fn load() -> String {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let minutes: Vec<&str> = load.split(' ').take(3).collect();
    minutes.join(" ")
}

/// A line to a door for mail.
pub struct MailLine(BufReader<TcpStream>);

impl MailLine {
    /// Comes in and is greeted.
    pub fn open(door: &str) -> io::Result<Self> {
        let mut line = Self(BufReader::new(TcpStream::connect(door)?));
        line.0.get_ref().set_nodelay(true)?;
        line.heard()?;
        line.say("LHLO mx.example\r\n")?;
        Ok(line)
    }

    /// All that stands before a mail; whether the door wants to hear the mail.
    pub fn begin(&mut self, from: &str) -> io::Result<bool> {
        let head = format!("MAIL FROM:<{from}>\r\nRCPT TO:<{MAILBOX}>\r\nDATA\r\n");
        self.0.get_mut().write_all(head.as_bytes())?;
        self.heard()?;
        self.heard()?;
        Ok(self.heard()?.starts_with("354"))
    }

    pub fn say(&mut self, words: &str) -> io::Result<String> {
        self.0.get_mut().write_all(words.as_bytes())?;
        self.heard()
    }

    /// The last line of an answer.
    fn heard(&mut self) -> io::Result<String> {
        loop {
            let mut answer = String::new();
            if self.0.read_line(&mut answer)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if answer.get(3..4) != Some("-") {
                return Ok(answer);
            }
        }
    }
}
