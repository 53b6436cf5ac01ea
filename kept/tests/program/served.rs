//! The program while it serves, as clients reach it: over lines that may break at any byte.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use kept_store::{Place, Settings, Store};
use kept_testing::Home;

use crate::keeping::house::Street;

/// A house with its own data folder, in the file or on a server.
pub struct Desk {
    pub street: Street,
    data: String,
    url: Option<String>,
    clock: Option<String>,
}

/// A running server. It is shot when it is dropped.
pub struct Served {
    child: Child,
    pub port: u16,
    /// Where it takes mail.
    pub mail: Option<u16>,
}

/// An answer that came whole.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    head: String,
    pub body: String,
}

impl Desk {
    /// A house that is not there yet.
    pub fn new(home: &Home) -> Self {
        let url = match home.place() {
            Place::Server { url } => Some(url.clone()),
            Place::File { .. } => None,
        };
        Self::at(home.folder(), "data", url)
    }

    /// The same with its data in this folder, and on this server where one is given.
    pub fn at(folder: &Path, data: &str, url: Option<String>) -> Self {
        Self {
            street: Street {
                folder: folder.to_owned(),
            },
            data: data.to_owned(),
            url,
            clock: None,
        }
    }

    /// The same at the time that a file tells.
    pub fn by_clock(mut self, file: &Path) -> Self {
        self.clock = Some(file.display().to_string());
        self
    }

    /// A command with where its data are.
    pub fn arguments<'a>(&'a self, command: &[&'a str]) -> Vec<&'a str> {
        let mut all = [command, &["--data", &self.data]].concat();
        if let Some(url) = &self.url {
            all.extend(["--database-url", url]);
        }
        if let Some(clock) = &self.clock {
            all.extend(["--clock", clock]);
        }
        all
    }

    /// Runs a command that must end well.
    pub fn well(&self, command: &[&str]) -> String {
        self.street.well(&self.arguments(command))
    }

    /// A token of the company's own for requests.
    pub fn token(&self, name: &str) -> String {
        let scopes = ["--scope", "handle-requests", "--scope", "read-requests"];
        let command = [&["token", "create", "--name", name], &scopes[..]].concat();
        self.well(&command).trim().to_owned()
    }

    /// Has somebody work here, and gives a program of theirs this many tokens.
    pub fn tokens_of(&self, email: &str, role: &str, many: usize) -> Vec<String> {
        let password = self.street.folder.join("password");
        std::fs::write(&password, "copper kettle moss\n").unwrap();
        let add = [
            "user", "add", "--email", email, "--name", email, "--role", role,
        ];
        let mut adding = self.command(&add);
        let added = adding.stdin(File::open(&password).unwrap()).status();
        assert!(added.unwrap().success());
        let create = ["token", "create", "--email", email, "--name", "Program"];
        (0..many)
            .map(|_| self.well(&create).trim().to_owned())
            .collect()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kept"));
        command
            .args(self.arguments(arguments))
            .current_dir(&self.street.folder)
            .env("HOME", self.street.folder.join("home"))
            .env_remove("XDG_CONFIG_HOME")
            .stderr(Stdio::null());
        command
    }

    /// Starts it and waits until it is ready.
    pub fn serve(&self) -> Served {
        self.serve_with(&[])
    }

    /// The same with more options.
    pub fn serve_with(&self, more: &[&str]) -> Served {
        let serve = [&["serve", "--listen", "127.0.0.1:0"], more].concat();
        let mut serving = self.command(&serve);
        let mut child = serving.stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut mail = None;
        let mut ready = lines.map_while(Result::ok).filter_map(|line| {
            if let Some((_, at)) = line.split_once("Mail is taken at 127.0.0.1:") {
                mail = at.parse().ok();
            }
            let (_, at) = line.split_once("ready at http://localhost:")?;
            at.parse().ok()
        });
        let port = ready.next().unwrap();
        drop(ready);
        Served { child, port, mail }
    }

    /// Its database, opened beside the program.
    pub fn store(&self) -> Store {
        match &self.url {
            Some(url) => {
                let place = Place::Server { url: url.clone() };
                Store::open(&place, Settings::default()).unwrap()
            }
            None => self.street.store(&self.data, &self.street.key_file("data")),
        }
    }

    /// The doctor of the audit must find every entry as it was written.
    pub fn is_sound(&self) {
        self.well(&["audit", "seal"]);
        self.well(&["audit", "verify"]);
    }
}

impl Served {
    /// kill -9.
    pub fn shoot(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends a request to this port of this machine. Nothing where no whole answer came: then nobody knows what was done.
pub fn ask(port: u16, line: &str, headers: &str, body: &str) -> Option<Answer> {
    let mut stream = send(port, line, headers, body)?;
    receive(&mut stream)
}

/// The first half: what was sent waits for its answer.
pub fn send(port: u16, line: &str, headers: &str, body: &str) -> Option<TcpStream> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    let length = body.len();
    write!(
        stream,
        "{line} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
    )
    .ok()?;
    Some(stream)
}

/// The second half.
pub fn receive(stream: &mut TcpStream) -> Option<Answer> {
    let mut text = String::new();
    stream.read_to_string(&mut text).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let answer = Answer {
        status,
        head: head.to_owned(),
        body: body.to_owned(),
    };
    let length: usize = answer.header("content-length").parse().ok()?;
    (length == body.len()).then_some(answer)
}

impl Answer {
    /// A header; empty where it has none.
    pub fn header(&self, name: &str) -> &str {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        let found = lines.find(|(one, _)| one.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value)
    }

    /// What stands between two words of the body.
    pub fn between(&self, before: &str, after: &str) -> String {
        let (_, rest) = self
            .body
            .split_once(before)
            .unwrap_or_else(|| panic!("no {before} in {}", self.body));
        rest.split_once(after).unwrap().0.to_owned()
    }
}
