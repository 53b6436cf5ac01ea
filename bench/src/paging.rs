//! What pages cost: the program serves a house, and the pages of it are asked for, one at a time and 32 at once.
//!
//! Server and load share the machine. The processor time is the server's own, for each page, as Linux tells it.

use std::collections::BTreeSet;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant as Stopwatch};

use crate::place;

/// How long each row of the table is measured.
const SPAN: Duration = Duration::from_secs(3);
const EMAIL: &str = "bench@desk.example";
const PASSWORD: &str = "a bench is for sitting on";
/// So many cases are asked for in turn.
const CASES: usize = 200;

/// Serves the house in a folder by that program, and prints a table.
pub fn paging(kept: &str, folder: &str) -> Result<(), String> {
    add_person(kept, folder)?;
    let (server, seconds) = Server::start(kept, folder).map_err(said)?;
    println!(
        "start to first page: {:.0} ms; resident then {:.0} MB; database {:.0} MB",
        seconds * 1e3,
        server.megabytes(),
        std::fs::metadata(Path::new(folder).join("kept.db"))
            .map_or(0.0, |data| data.len() as f64 / 1e6)
    );
    let cookie = sign_in(&server.at).map_err(said)?;
    let mut client = Client::open(&server.at, &cookie).map_err(said)?;
    println!("\n| page | at once | kB | /s | on a processor, ms | p50 ms | p99 ms |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    for (name, paths) in pages(&mut client).map_err(said)? {
        for at_once in [1, 32] {
            row(&server, &cookie, (&name, &paths), at_once)?;
        }
    }
    println!("\nresident after all: {:.0} MB", server.megabytes());
    std::thread::sleep(Duration::from_secs(3));
    println!("resident at rest: {:.0} MB", server.megabytes());
    Ok(())
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "it stands where errors are turned into words"
)]
fn said(error: io::Error) -> String {
    error.to_string()
}

fn add_person(kept: &str, folder: &str) -> Result<(), String> {
    let mut child = Command::new(kept)
        .args(["user", "add", "--data", folder, "--email", EMAIL])
        .args(["--name", "Bench", "--role", "sop-supervisor"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(said)?;
    if let Some(mut pipe) = child.stdin.take() {
        pipe.write_all(PASSWORD.as_bytes()).map_err(said)?;
    }
    // The person may be there from the time before.
    child.wait().map(drop).map_err(said)
}

/// The pages that are asked for: each with the paths that are taken in turn.
fn pages(client: &mut Client) -> io::Result<Vec<(String, Vec<String>)>> {
    let mut all = vec![("/sops".to_owned(), vec!["/sops".to_owned()])];
    let sops = client.get("/sops")?.text;
    if let Some(sop) = links(&sops, "/sops/").into_iter().next() {
        all.push((format!("an SOP, {sop}"), vec![sop]));
    }
    all.push(("/adherence".to_owned(), vec!["/adherence".to_owned()]));
    let by = "/adherence?by=person".to_owned();
    all.push((by.clone(), vec![by]));
    let overview = client.get("/adherence")?.text;
    let clauses: Vec<String> = links(&overview, "/adherence/")
        .into_iter()
        .filter(|path| path.matches('/').count() == 3 && !path.contains('?'))
        .collect();
    if let Some(clause) = clauses.first() {
        all.push((format!("a clause, {clause}"), vec![clause.clone()]));
    }
    let mut cases = BTreeSet::new();
    for clause in &clauses {
        let mut next = Some(clause.clone());
        while let Some(path) = next.filter(|_| cases.len() < CASES) {
            let page = client.get(&path)?.text;
            cases.extend(links(&page, "/adherence/cases/"));
            next = page.split_once("\" rel=\"next\"").and_then(|(before, _)| {
                let (_, href) = before.rsplit_once("href=\"")?;
                let href = href.replace("&#38;", "&").replace("&amp;", "&");
                Some(href.split('#').next()?.to_owned())
            });
        }
    }
    all.push((
        format!("a case, {} in turn", cases.len()),
        cases.into_iter().collect(),
    ));
    Ok(all)
}

fn links(page: &str, beginning: &str) -> BTreeSet<String> {
    page.split("href=\"")
        .skip(1)
        .filter_map(|rest| Some(rest.split_once('"')?.0.to_owned()))
        .filter(|href| href.starts_with(beginning) && href.len() > beginning.len())
        .collect()
}

fn row(
    server: &Server,
    cookie: &str,
    (name, paths): (&str, &[String]),
    at_once: usize,
) -> Result<(), String> {
    if paths.is_empty() {
        return Ok(());
    }
    let before = server.processor();
    let begun = Stopwatch::now();
    let results: Vec<io::Result<(Vec<Duration>, usize)>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..at_once)
            .map(|client| scope.spawn(move || load(server, cookie, (paths, client), begun)))
            .collect();
        threads
            .into_iter()
            .map(|thread| {
                thread
                    .join()
                    .unwrap_or_else(|_| Err(io::Error::other("a client panicked")))
            })
            .collect()
    });
    let took = begun.elapsed().as_secs_f64();
    let processor = server.processor() - before;
    let mut times = Vec::new();
    let mut bytes = 0;
    for result in results {
        let (own, size) = result.map_err(said)?;
        times.extend(own);
        bytes = bytes.max(size);
    }
    times.sort_unstable();
    let count = times.len().max(1);
    let at = |share: f64| {
        let place = (count as f64 * share) as usize;
        times
            .get(place)
            .map_or(0.0, |time| time.as_secs_f64() * 1e3)
    };
    println!(
        "| {name} | {at_once} | {:.0} | {:.0} | {:.3} | {:.2} | {:.2} |",
        bytes as f64 / 1e3,
        count as f64 / took,
        processor * 1e3 / count as f64,
        at(0.5),
        at(0.99)
    );
    Ok(())
}

/// Asks until the time is up; how long each answer took, and how long the longest page is.
fn load(
    server: &Server,
    cookie: &str,
    (paths, client): (&[String], usize),
    begun: Stopwatch,
) -> io::Result<(Vec<Duration>, usize)> {
    let mut connection = Client::open(&server.at, cookie)?;
    let mut times = Vec::new();
    let mut longest = 0;
    let mut place = client * 7;
    while begun.elapsed() < SPAN {
        let path = paths.get(place % paths.len()).map_or("/", String::as_str);
        place += 1;
        let one = Stopwatch::now();
        let answer = connection.get(path)?;
        times.push(one.elapsed());
        if answer.status != 200 {
            return Err(io::Error::other(format!("{path}: {}", answer.status)));
        }
        longest = longest.max(answer.text.len());
    }
    Ok((times, longest))
}

/// The program while it serves.
struct Server {
    child: Child,
    at: String,
}

impl Server {
    /// Starts it; how long it took from there to the first page, in seconds.
    fn start(kept: &str, folder: &str) -> io::Result<(Self, f64)> {
        let begun = Stopwatch::now();
        let mut child = Command::new(kept)
            .args(["serve", "--data", folder, "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .spawn()?;
        let out = child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let mut lines = BufReader::new(out).lines();
        let at = loop {
            let line = lines.next().ok_or(io::ErrorKind::UnexpectedEof)??;
            if let Some((_, at)) = line.split_once("ready at http://") {
                break at.trim().trim_end_matches('/').to_owned();
            }
        };
        let server = Self { child, at };
        Client::open(&server.at, "")?.get("/sign-in")?;
        Ok((server, begun.elapsed().as_secs_f64()))
    }

    /// Seconds that it has been on a processor.
    fn processor(&self) -> f64 {
        place::spent_by(self.child.id()).unwrap_or_default()
    }

    fn megabytes(&self) -> f64 {
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
fn sign_in(at: &str) -> io::Result<String> {
    let page = Client::open(at, "")?.get("/sign-in")?;
    let visitor = page.cookies.join("; ");
    let token = page
        .text
        .split_once("name=\"csrf\" value=\"")
        .and_then(|(_, rest)| Some(rest.split_once('"')?.0))
        .ok_or_else(|| io::Error::other("no form on the page of signing in"))?;
    let body = format!(
        "csrf={token}&email={}&password={}",
        EMAIL.replace('@', "%40"),
        PASSWORD.replace(' ', "+")
    );
    let mut client = Client::open(at, &visitor)?;
    let answer = client.ask(&format!(
        "POST /sign-in HTTP/1.1\r\nHost: {at}\r\nCookie: {visitor}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    ))?;
    if answer.status != 303 || answer.cookies.is_empty() {
        return Err(io::Error::other(format!(
            "signing in was answered {}",
            answer.status
        )));
    }
    Ok(answer.cookies.join("; "))
}

/// A connection that stays open.
struct Client {
    stream: BufReader<TcpStream>,
    at: String,
    cookie: String,
}

struct Answer {
    status: u16,
    cookies: Vec<String>,
    text: String,
}

impl Client {
    fn open(at: &str, cookie: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(at)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        Ok(Self {
            stream: BufReader::new(stream),
            at: at.to_owned(),
            cookie: cookie.to_owned(),
        })
    }

    fn get(&mut self, path: &str) -> io::Result<Answer> {
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nAccept: text/html\r\nCookie: {}\r\n\r\n",
            self.at, self.cookie
        );
        self.ask(&request)
    }

    fn ask(&mut self, request: &str) -> io::Result<Answer> {
        self.stream.get_mut().write_all(request.as_bytes())?;
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
