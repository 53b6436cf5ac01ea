//! `kept demo`.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::runs::{kept, scratch};

/// The program while it serves; ended when the test ends.
struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn get(port: u16, target: &str) -> String {
    ask(port, target, "", "")
}

fn ask(port: u16, target: &str, cookies: &str, form: &str) -> String {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
    let length = form.len();
    write!(
        stream,
        "{target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nAccept: text/html\r\nCookie: {cookies}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{form}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// The cookies that an answer sets.
fn cookies(answer: &str) -> String {
    let lines = answer.lines().take_while(|line| !line.is_empty());
    let set = lines.filter_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("set-cookie")
            .then(|| value.split(';').next())?
    });
    set.collect::<Vec<_>>().join("; ")
}

/// Signs in whoever is named in the line with this role; what they are known by.
fn signed_in(port: u16, told: &str, role: &str) -> String {
    let line = told.lines().find(|line| line.contains(role)).unwrap();
    let email = line.split_whitespace().find(|word| word.contains('@'));
    let page = get(port, "GET /sign-in");
    let (_, csrf) = page.split_once("name=\"csrf\" value=\"").unwrap();
    let form = format!(
        "csrf={}&email={}&password=promises+kept+every+day&next=",
        csrf.split('"').next().unwrap(),
        email.unwrap().replace('@', "%40"),
    );
    let signed = ask(port, "POST /sign-in", &cookies(&page), &form);
    assert!(signed.starts_with("HTTP/1.1 303"), "{signed}");
    cookies(&signed)
}

/// The texts of a page.
fn texts(page: &str) -> impl Iterator<Item = &str> {
    page.split('>')
        .filter_map(|rest| Some(rest.split('<').next()?.trim()))
}

/// Whether something is called by its identity: what nobody wants to read.
fn shows_an_id(page: &str) -> Option<&str> {
    let is_id = |word: &&str| word.len() == 36 && word.matches('-').count() == 4;
    texts(page).find(|text| text.split_whitespace().any(|word| is_id(&word)))
}

/// What its first pages show: requests and clients by their names.
fn the_rooms_are_filled(port: u16, told: &str) {
    let desk = signed_in(port, told, "client service representative");
    let page = |path: &str, cookies: &str| {
        let page = ask(port, &format!("GET {path}"), cookies, "");
        assert!(page.starts_with("HTTP/1.1 200"), "{path}: {page}");
        assert_eq!(shows_an_id(&page), None, "{path}");
        page
    };
    let today = page("/", &desk);
    assert!(
        today.contains("Acknowledge") && today.contains("R-1"),
        "{today}"
    );
    let queue = page("/requests", &desk);
    for state in [
        "new",
        "acknowledged",
        "in progress",
        "waiting for the client",
        "resolved",
    ] {
        assert!(
            texts(&queue).any(|text| text == state),
            "{state} in the queue"
        );
    }
    // On the eve of a deadline it is due today, and after it overdue: which of the two depends on the hour.
    assert!(queue.contains("overdue by"));
    assert!(queue.contains("on time") || queue.contains("due today"));
    let clients = page("/clients", &desk);
    assert!(
        clients.contains("C-") && clients.contains("Silver"),
        "{clients}"
    );
    let first = clients.split("href=\"/clients/0").nth(1).unwrap();
    let first = format!("/clients/0{}", first.split('"').next().unwrap());
    let client = page(&first, &desk);
    assert!(client.contains("What we owe them") && client.contains("prefers"));
    let boss = signed_in(port, told, "management");
    for path in ["/adherence?by=client", "/adherence/SR/acknowledge"] {
        page(path, &boss);
    }
}

#[test]
fn a_made_up_house_is_served_at_the_next_port_where_the_first_is_taken_and_leaves_nothing() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = taken.local_addr().unwrap().port().min(65_000);
    let temporary = scratch("demo");
    let child = Command::new(env!("CARGO_BIN_EXE_kept"))
        .args(["demo", "--no-open", "--months", "2"])
        .args(["--port", &port.to_string()])
        .env("TMPDIR", &temporary)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut served = Served(child);
    let mut lines = BufReader::new(served.0.stdout.take().unwrap()).lines();
    let mut told = String::new();
    let at: u16 = loop {
        let line = lines.next().unwrap().unwrap();
        told.push_str(&line);
        told.push('\n');
        if let Some((_, address)) = line.split_once("The desk") {
            let address = address.trim().trim_end_matches('/');
            break address.rsplit_once(':').unwrap().1.parse().unwrap();
        }
    };
    assert!(at > port, "{told}");
    assert!(told.contains(&format!("http://localhost:{at}/")), "{told}");
    for role in [
        "administrator",
        "SOP supervisor",
        "client service representative",
        "management",
    ] {
        assert!(told.contains(role), "{role} in {told}");
    }
    assert!(told.contains("@harrowmere.example") && told.contains("password"));

    let front = get(at, "GET /");
    assert!(front.starts_with("HTTP/1.1 303"), "{front}");
    let whatif = get(at, "GET /demo/whatif.html");
    assert!(whatif.contains("Acknowledge the request within 2 business hours"));
    the_rooms_are_filled(at, &told);
    let stranger = get(at, "GET /../etc/passwd");
    assert!(stranger.starts_with("HTTP/1.1 404"), "{stranger}");
    assert!(!stranger.contains("root:"), "{stranger}");

    assert_eq!(entries(&temporary), 1);
    let pid = served.0.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &pid])
            .status()
            .unwrap()
            .success()
    );
    assert!(served.0.wait().unwrap().success());
    assert_eq!(entries(&temporary), 0, "the folder is removed");
}

fn entries(folder: &Path) -> usize {
    std::fs::read_dir(folder).unwrap().count()
}

#[test]
fn a_port_that_is_no_port_is_a_usage_error() {
    assert_eq!(kept(&["demo", "--port", "seventy"]).status, 2);
}
