//! A few finished pages, served to this machine alone.
//!
//! They never change while they are served and no one else can reach them, so a small loop over the standard
//! library's sockets is enough: no server is built for it.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use crate::tell::{Failure, remark};

/// A page.
pub struct Served {
    /// Its path: `/adherence.html`.
    pub path: &'static str,
    /// What it is: `text/html; charset=utf-8`.
    pub kind: &'static str,
    /// Its text.
    pub text: String,
}

/// So many ports are tried one after the other.
const MOST_PORTS: u16 = 20;
/// Only so much of a question is read.
const LONGEST_HEAD: u64 = 16 << 10;

/// Takes the port, or the next one that is free.
pub fn listen(port: u16) -> Result<(TcpListener, u16), Failure> {
    let last = port.saturating_add(MOST_PORTS - 1);
    for tried in port..=last {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, tried)) {
            Ok(listener) => {
                let port = listener
                    .local_addr()
                    .map_or(tried, |address| address.port());
                return Ok((listener, port));
            }
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                remark(&format!("port {tried} is taken by another program"));
            }
            Err(error) => {
                return Err(Failure::new(format!(
                    "Port {tried} cannot be used: {error}."
                )));
            }
        }
    }
    Err(Failure::new(format!(
        "Ports {port} to {last} are all taken. Name another with --port."
    )))
}

/// Answers until the program is ended.
pub fn serve(listener: &TcpListener, pages: Vec<Served>) {
    let pages = Arc::new(pages);
    for stream in listener.incoming().flatten() {
        let pages = Arc::clone(&pages);
        // A browser that went away costs its own answer only.
        std::thread::spawn(move || answer(&stream, &pages).ok());
    }
}

fn answer(stream: &TcpStream, pages: &[Served]) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    stream.set_write_timeout(Some(Duration::from_secs(10)))?;
    let mut lines = BufReader::new(stream.take(LONGEST_HEAD)).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    while lines
        .next()
        .transpose()?
        .is_some_and(|line| !line.is_empty())
    {}
    let mut words = first.split_whitespace();
    let (method, target) = (
        words.next().unwrap_or_default(),
        words.next().unwrap_or_default(),
    );
    let path = target.split(['?', '#']).next().unwrap_or_default();
    let page = pages.iter().find(|page| page.path == path);
    let (status, kind, text) = match (method, page) {
        ("GET" | "HEAD", Some(page)) => ("200 OK", page.kind, page.text.as_str()),
        ("GET" | "HEAD", None) => (
            "404 Not Found",
            "text/plain; charset=utf-8",
            "There is no such page.\n",
        ),
        _ => (
            "405 Method Not Allowed",
            "text/plain; charset=utf-8",
            "These pages can only be read.\n",
        ),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\
         Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\nX-Content-Type-Options: nosniff\r\n\r\n",
        text.len()
    );
    let mut out = stream;
    out.write_all(head.as_bytes())?;
    if method != "HEAD" {
        out.write_all(text.as_bytes())?;
    }
    out.flush()
}
