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
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
    write!(
        stream,
        "{target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nAccept: text/html\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn a_made_up_house_is_served_at_the_next_port_where_the_first_is_taken_and_leaves_nothing() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = taken.local_addr().unwrap().port().min(65_000);
    let temporary = scratch("demo");
    let child = Command::new(env!("CARGO_BIN_EXE_kept"))
        .args(["demo", "--no-open", "--port", &port.to_string()])
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
