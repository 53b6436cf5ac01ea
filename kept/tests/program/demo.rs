//! `kept demo`.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use crate::runs::kept;

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
    write!(stream, "{target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn a_made_up_year_is_served_at_the_next_port_where_the_first_is_taken() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = taken.local_addr().unwrap().port().min(65_000);
    let child = Command::new(env!("CARGO_BIN_EXE_kept"))
        .args(["demo", "--no-open", "--port", &port.to_string()])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut served = Served(child);
    let mut first = String::new();
    BufReader::new(served.0.stdout.as_mut().unwrap())
        .read_line(&mut first)
        .unwrap();
    let address = first.trim().strip_prefix("http://127.0.0.1:").unwrap();
    let at: u16 = address.trim_end_matches('/').parse().unwrap();
    assert!(at > port, "{first}");

    let front = get(at, "GET /");
    assert!(
        front.starts_with("HTTP/1.1 200 OK") && front.contains("/whatif.html"),
        "{front}"
    );
    let adherence = get(at, "GET /adherence.html?x");
    assert!(adherence.contains("Acknowledge the request within 1 business hour"));
    let whatif = get(at, "GET /whatif.html");
    assert!(whatif.contains("Acknowledge the request within 2 business hours"));
    let json = get(at, "GET /adherence.json");
    let figures: serde_json::Value =
        serde_json::from_str(json.split("\r\n\r\n").nth(1).unwrap()).unwrap();
    let rules = figures["rules"].as_array().unwrap();
    let triggered = rules
        .iter()
        .filter(|rule| rule["counts"]["triggered"].as_u64() > Some(0));
    assert!(triggered.count() > 90, "a year touches most of the rules");
    assert!(get(at, "GET /../etc/passwd").starts_with("HTTP/1.1 404"));
    assert!(get(at, "POST /").starts_with("HTTP/1.1 405"));
    assert!(get(at, "nonsense").starts_with("HTTP/1.1 405"));
}

#[test]
fn a_port_that_is_no_port_is_a_usage_error() {
    assert_eq!(kept(&["demo", "--port", "seventy"]).status, 2);
}
