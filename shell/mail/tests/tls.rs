//! A mail server with a certificate of the test's own: letters go over TLS and over STARTTLS, and over neither where the certificate is
//! nobody's.

#![expect(
    clippy::unwrap_used,
    reason = "these are tests throughout: what is missing fails the test"
)]

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::Arc;
use std::thread::JoinHandle;

use kept_kernel::{Id, Instant};
use kept_mail::{Address, Letter, Patience, Protection, Sender, Server, Stage, Voice, compose};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A certificate for this machine, and its key, in PEM; none where nobody makes one.
fn certificate(test: &str) -> Option<(Vec<u8>, Vec<u8>)> {
    let made = Command::new("openssl")
        .args([
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30",
        ])
        .args([
            "-subj",
            "/CN=localhost",
            "-addext",
            "subjectAltName=DNS:localhost",
        ])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .args(["-keyout", "-", "-out", "-"])
        .output();
    let Some(made) = made.ok().filter(|made| made.status.success()) else {
        println!("skipped: {test}: openssl is missing; install it");
        return None;
    };
    Some((made.stdout.clone(), made.stdout))
}

fn config((certificate, key): &(Vec<u8>, Vec<u8>)) -> Arc<ServerConfig> {
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(certificate)
        .map(Result::unwrap)
        .collect();
    let key = PrivateKeyDer::from_pem_slice(key).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    Arc::new(config)
}

/// Serves one line; gives what it took.
fn serves(config: Arc<ServerConfig>, protection: Protection) -> (u16, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let thread = std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let encrypted = |stream: TcpStream| {
            StreamOwned::new(ServerConnection::new(config.clone()).unwrap(), stream)
        };
        if protection == Protection::Tls {
            return talk(encrypted(stream), true);
        }
        let begun = talk(stream.try_clone().unwrap(), true);
        if begun == "STARTTLS" {
            return talk(encrypted(stream), false);
        }
        begun
    });
    (port, thread)
}

/// What was taken; where the line is to be encrypted, only that.
fn talk(stream: impl Read + Write, greets: bool) -> String {
    let mut lines = BufReader::with_capacity(1, stream);
    let said = |lines: &mut BufReader<_>, words: &str| {
        let stream: &mut _ = BufReader::get_mut(lines);
        let _ = Write::write_all(stream, words.as_bytes()).and_then(|()| Write::flush(stream));
    };
    if greets {
        said(&mut lines, "220 localhost\r\n");
    }
    let mut taken = String::new();
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line).unwrap_or(0) == 0 {
            return taken;
        }
        match line.get(..4).unwrap_or_default() {
            "EHLO" => said(
                &mut lines,
                "250-localhost\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n",
            ),
            "STAR" => {
                said(&mut lines, "220 go on\r\n");
                return "STARTTLS".to_owned();
            }
            "DATA" => {
                said(&mut lines, "354 go on\r\n");
                loop {
                    let mut line = String::new();
                    if lines.read_line(&mut line).unwrap_or(0) == 0 || line == ".\r\n" {
                        break;
                    }
                    taken.push_str(&line);
                }
                said(&mut lines, "250 2.0.0 queued as 4F1A\r\n");
            }
            "QUIT" => return taken,
            _ => said(&mut lines, "250 ok\r\n"),
        }
    }
}

fn server(port: u16, protection: Protection, trusts: Option<Vec<u8>>) -> Server {
    Server {
        host: "localhost".to_owned(),
        port,
        protection,
        sign_in: None,
        from: "desk@harrowmere.example".to_owned(),
        also_trusts: trusts,
        patience: Patience::default(),
    }
}

#[test]
fn a_letter_goes_over_tls_and_over_starttls_and_the_words_of_the_server_come_back() {
    let test = "a_letter_goes_over_tls_and_over_starttls";
    let Some(pair) = certificate(test) else {
        return;
    };
    for protection in [Protection::Tls, Protection::StartTls] {
        let (port, served) = serves(config(&pair), protection);
        let to = Address {
            name: String::new(),
            email: "ruth@brennan.example".to_owned(),
        };
        let letter = Letter::to_address(to.clone(), Voice::Machine, "Late", "Words over the line");
        let sender = Sender {
            email: "desk@harrowmere.example".to_owned(),
            ..Sender::default()
        };
        let at = Instant::from_seconds(1_769_790_600);
        let message = compose(&letter, &to, &sender, Vec::new(), (Id::default(), at)).unwrap();
        let server = server(port, protection, Some(pair.0.clone()));
        let mut line = server.open().unwrap();
        let taken = line.send(&message).unwrap();
        assert_eq!(
            (&*taken.said, &*taken.refused),
            ("250 2.0.0 queued as 4F1A", &[][..])
        );
        line.close();
        assert!(
            served.join().unwrap().contains("Words over the line"),
            "{protection:?}"
        );
    }
}

#[test]
fn a_certificate_of_nobody_is_refused_and_said_to_be_one() {
    let test = "a_certificate_of_nobody_is_refused";
    let Some(pair) = certificate(test) else {
        return;
    };
    for protection in [Protection::Tls, Protection::StartTls] {
        let (port, served) = serves(config(&pair), protection);
        let steps = server(port, protection, None).probe();
        let trouble = steps.last().unwrap().trouble.clone().unwrap();
        assert_eq!(trouble.stage, Stage::Encrypt, "{trouble:?}");
        assert!(trouble.advice.contains("certificate"), "{trouble:?}");
        assert_eq!(
            served.join().unwrap(),
            "",
            "{protection:?}: nothing was sent"
        );
    }
}
