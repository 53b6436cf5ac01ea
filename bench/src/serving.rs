//! A program that serves, and whoever asks it: started, signed in to, asked over lines that stay open, and measured.
//!
//! Server and load share the machine. The processor time is the server's own, as Linux tells it, in steps of a hundredth of a
//! second for all threads together: a row has to last for seconds to say something.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs as _};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant as Stopwatch};

use tokio::net::TcpSocket;
use tokio::runtime::Builder;

use crate::place;

/// The program while it serves.
pub struct Server {
    child: Child,
    /// Where it is reached: host and port.
    pub at: String,
    /// Where it takes mail, if it does.
    pub mail: Option<String>,
}

impl Server {
    /// Starts it and asks for a first page; how long it took from there to the answer, in seconds. It says `ready at http://…`
    /// on its standard output.
    pub fn start(program: &str, arguments: &[&str], first: &str) -> io::Result<(Self, f64)> {
        let begun = Stopwatch::now();
        let mut child = Command::new(program)
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()?;
        let out = child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let mut lines = BufReader::new(out).lines();
        let mut mail = None;
        let at = loop {
            let line = lines.next().ok_or(io::ErrorKind::UnexpectedEof)??;
            if let Some((_, at)) = line.split_once("Mail is taken at ") {
                mail = Some(at.trim().to_owned());
            }
            if let Some((_, at)) = line.split_once("ready at http://") {
                break at.trim().trim_end_matches('/').to_owned();
            }
        };
        let server = Self { child, at, mail };
        Client::open(&server.at)?.ask(&Asking::page(first, ""))?;
        Ok((server, begun.elapsed().as_secs_f64()))
    }

    /// Seconds that it has been on a processor.
    pub fn processor(&self) -> f64 {
        place::spent_by(self.child.id()).unwrap_or_default()
    }

    /// The memory that it holds now.
    pub fn megabytes(&self) -> f64 {
        place::resident_megabytes_of(self.child.id())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It is asked to stop, so that what it has open is closed; one that does not is left to its end.
        let pid = self.child.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &pid]).status();
        if asked.is_ok_and(|status| status.success()) {
            let _ = self.child.wait();
        }
    }
}

/// Signs in; the cookie of the session.
pub fn sign_in(at: &str, (email, password): (&str, &str)) -> io::Result<String> {
    let page = Client::open(at)?.ask(&Asking::page("/sign-in", ""))?;
    let visitor = page.cookies.join("; ");
    let token = field(&page.text, "csrf")
        .ok_or_else(|| io::Error::other("no form on the page of signing in"))?;
    let body = format!(
        "csrf={token}&email={}&password={}",
        email.replace('@', "%40"),
        password.replace(' ', "+")
    );
    let answer = Client::open(at)?.ask(&Asking::form("/sign-in", &visitor, body))?;
    if answer.status != 303 || answer.cookies.is_empty() {
        return Err(io::Error::other(format!(
            "signing in was answered {}",
            answer.status
        )));
    }
    Ok(answer.cookies.join("; "))
}

/// What stands in a hidden field of a page.
pub fn field<'p>(page: &'p str, name: &str) -> Option<&'p str> {
    let (_, rest) = page.split_once(&format!("name=\"{name}\" value=\""))?;
    Some(rest.split_once('"')?.0)
}

/// One question, and what counts as an answer to it.
#[derive(Clone, Debug)]
pub struct Asking {
    line: String,
    headers: String,
    body: String,
    expected: u16,
}

impl Asking {
    /// A page, for whoever has this cookie.
    pub fn page(path: &str, cookie: &str) -> Self {
        Self {
            line: format!("GET {path}"),
            headers: format!("Accept: text/html\r\nCookie: {cookie}\r\n"),
            body: String::new(),
            expected: 200,
        }
    }

    /// A form that is sent.
    pub fn form(path: &str, cookie: &str, body: String) -> Self {
        let kind = "Content-Type: application/x-www-form-urlencoded";
        Self {
            line: format!("POST {path}"),
            headers: format!("Accept: text/html\r\nCookie: {cookie}\r\n{kind}\r\n"),
            body,
            expected: 200,
        }
    }

    /// What a program asks for with its token.
    pub fn api(path: &str, token: &str) -> Self {
        Self {
            line: format!("GET {path}"),
            headers: format!("Authorization: Bearer {token}\r\n"),
            body: String::new(),
            expected: 200,
        }
    }

    /// What a program sends.
    pub fn json(path: &str, token: &str, body: String) -> Self {
        let kind = "Content-Type: application/json";
        Self {
            line: format!("POST {path}"),
            headers: format!("Authorization: Bearer {token}\r\n{kind}\r\n"),
            body,
            expected: 201,
        }
    }
}

/// A connection that stays open.
pub struct Client {
    stream: BufReader<TcpStream>,
    at: String,
}

/// What came back.
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The cookies that were set, without their settings.
    pub cookies: Vec<String>,
    /// The body.
    pub text: String,
}

impl Client {
    /// Opens a line.
    pub fn open(at: &str) -> io::Result<Self> {
        Self::over(TcpStream::connect(at)?, at)
    }

    /// Opens a line from an address of this machine.
    pub fn open_from(from: IpAddr, at: &str) -> io::Result<Self> {
        let mut others = at.to_socket_addrs()?;
        let other = others.find(SocketAddr::is_ipv4);
        let other = other.ok_or(io::ErrorKind::AddrNotAvailable)?;
        let runtime = Builder::new_current_thread().enable_io().build()?;
        let stream = runtime.block_on(async {
            let socket = TcpSocket::new_v4()?;
            socket.bind(SocketAddr::new(from, 0))?;
            socket.connect(other).await?.into_std()
        })?;
        stream.set_nonblocking(false)?;
        Self::over(stream, at)
    }

    fn over(stream: TcpStream, at: &str) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_mins(1)))?;
        Ok(Self {
            stream: BufReader::new(stream),
            at: at.to_owned(),
        })
    }

    /// A page that must be there.
    pub fn get(&mut self, path: &str, cookie: &str) -> io::Result<Answer> {
        self.expected(&Asking::page(path, cookie))
    }

    /// An answer with the status that counts.
    pub fn expected(&mut self, asking: &Asking) -> io::Result<Answer> {
        let answer = self.ask(asking)?;
        if answer.status == asking.expected {
            return Ok(answer);
        }
        let said: String = answer.text.chars().take(200).collect();
        let (line, status) = (&asking.line, answer.status);
        Err(io::Error::other(format!("{line}: {status}: {said}")))
    }

    /// Whatever comes back.
    pub fn ask(&mut self, asking: &Asking) -> io::Result<Answer> {
        let (line, headers, body) = (&asking.line, &asking.headers, &asking.body);
        let length = if line.starts_with("POST") {
            format!("Content-Length: {}\r\n", body.len())
        } else {
            String::new()
        };
        let whole = format!(
            "{line} HTTP/1.1\r\nHost: {}\r\n{headers}{length}\r\n{body}",
            self.at
        );
        self.stream.get_mut().write_all(whole.as_bytes())?;
        self.answer()
    }

    fn answer(&mut self) -> io::Result<Answer> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let status = line.split(' ').nth(1).and_then(|word| word.parse().ok());
        let mut answer = Answer {
            status: status.unwrap_or_default(),
            cookies: Vec::new(),
            text: String::new(),
        };
        let mut length = 0;
        loop {
            line.clear();
            self.stream.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(':') else {
                break;
            };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().unwrap_or_default();
            } else if name.eq_ignore_ascii_case("set-cookie") {
                let cookie = value.trim().split(';').next().unwrap_or_default();
                answer.cookies.push(cookie.to_owned());
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        answer.text = String::from_utf8_lossy(&body).into_owned();
        Ok(answer)
    }
}

/// What a row of a table is made of.
pub struct Measured {
    /// How long each took, in order of length.
    times: Vec<Duration>,
    /// The longest answer.
    bytes: usize,
    /// How long all took.
    seconds: f64,
    /// How long the server was on a processor.
    processor: f64,
}

/// Asks from so many lines at once until the time is up. What is asked is made from the number of the line and the number of
/// the question on it.
pub fn measure(
    server: &Server,
    (at_once, span): (usize, Duration),
    asking: &(impl Fn(usize, usize) -> Asking + Sync),
) -> io::Result<Measured> {
    let (before, begun) = (server.processor(), Stopwatch::now());
    let load = |line| {
        let mut client = Client::open(&server.at)?;
        let (mut times, mut longest) = (Vec::new(), 0);
        for place in 0.. {
            if begun.elapsed() >= span {
                break;
            }
            let asking = asking(line, place);
            let one = Stopwatch::now();
            let answer = client.expected(&asking)?;
            times.push(one.elapsed());
            longest = longest.max(answer.text.len());
        }
        Ok::<_, io::Error>((times, longest))
    };
    let results: Vec<io::Result<(Vec<Duration>, usize)>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..at_once)
            .map(|line| scope.spawn(move || load(line)))
            .collect();
        let broken = |_| Err(io::Error::other("a client panicked"));
        let done = threads.into_iter();
        done.map(|thread| thread.join().unwrap_or_else(broken))
            .collect()
    });
    let mut measured = Measured {
        times: Vec::new(),
        bytes: 0,
        seconds: begun.elapsed().as_secs_f64(),
        processor: server.processor() - before,
    };
    for result in results {
        let (own, size) = result?;
        measured.times.extend(own);
        measured.bytes = measured.bytes.max(size);
    }
    measured.times.sort_unstable();
    Ok(measured)
}

impl Measured {
    /// The heading of a table of these.
    pub const HEADING: &str = "| what | at once | kB | /s | on a processor, ms | p50 ms | p99 ms |\n\
        | --- | --- | --- | --- | --- | --- | --- |";

    /// A row of the table.
    pub fn row(&self, name: &str, at_once: usize) -> String {
        let count = self.times.len().max(1);
        let at = |share: f64| {
            let time = self.times.get((count as f64 * share) as usize);
            time.map_or(0.0, |time| time.as_secs_f64() * 1e3)
        };
        format!(
            "| {name} | {at_once} | {:.0} | {:.0} | {:.3} | {:.2} | {:.2} |",
            self.bytes as f64 / 1e3,
            count as f64 / self.seconds,
            self.processor * 1e3 / count as f64,
            at(0.5),
            at(0.99)
        )
    }
}
