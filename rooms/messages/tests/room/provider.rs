//! A provider of the test's own, at which mailboxes are allowed (OAuth 2.0): it gives out tokens, takes them back, and says to a server
//! of mailboxes which of them are good.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};

use kept_mail::oauth::challenge;

pub const CLIENT: &str = "kept-at-desk";
pub const SECRET: &str = "s3cret of kept";

/// What it knows.
#[derive(Default)]
pub struct Books {
    /// The code that was given to a browser, and the challenge that came with the question.
    code: Option<(String, String)>,
    pub refresh: String,
    pub access: String,
    given: u32,
    /// Nobody gets a token any longer.
    pub refuses: bool,
    /// It answers this to everything.
    pub rubbish: Option<&'static str>,
    /// How often it was asked for tokens.
    pub asked: u32,
}

pub struct Provider {
    pub port: u16,
    books: Arc<Mutex<Books>>,
}

impl Provider {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let books = Arc::new(Mutex::new(Books::default()));
        let shared = Arc::clone(&books);
        std::thread::spawn(move || {
            for line in listener.incoming() {
                // Whoever hangs up has no more questions.
                let _ = answered(&line.unwrap(), &shared);
            }
        });
        Self { port, books }
    }

    pub fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap()
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/{path}", self.port)
    }

    /// Somebody allows it in their browser: the code that they come back with.
    pub fn allows(&self, challenge: &str) -> String {
        let mut books = self.books();
        books.given += 1;
        let code = format!("code{}", books.given);
        books.code = Some((code.clone(), challenge.to_owned()));
        code
    }
}

fn answered(line: &TcpStream, books: &Mutex<Books>) -> std::io::Result<()> {
    let mut lines = BufReader::new(line);
    let mut first = String::new();
    lines.read_line(&mut first)?;
    let mut length = 0;
    loop {
        let mut header = String::new();
        if lines.read_line(&mut header)? <= 2 {
            break;
        }
        if let Some(value) = header.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    lines.read_exact(&mut body)?;
    let fields: HashMap<String, String> = form_urlencoded::parse(&body).into_owned().collect();
    let mut books = books.lock().unwrap();
    let (status, said) = if let Some(rubbish) = books.rubbish {
        (200, rubbish.to_owned())
    } else if first.starts_with("POST /token ") {
        tokens(&mut books, &fields)
    } else {
        // A server of mailboxes asks whether a token is good.
        let mut words = first.split(['=', '&', ' ']);
        let is_good = !books.access.is_empty() && words.any(|word| word == books.access);
        (
            200,
            format!("{{\"active\":{is_good},\"username\":\"desk\"}}"),
        )
    };
    let mut out = line;
    write!(
        out,
        "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{said}",
        said.len()
    )
}

fn tokens(books: &mut Books, fields: &HashMap<String, String>) -> (u16, String) {
    let field = |name: &str| fields.get(name).map_or("", String::as_str);
    books.asked += 1;
    let is_client = field("client_id") == CLIENT && field("client_secret") == SECRET;
    let code = books.code.take();
    let is_good = match field("grant_type") {
        "authorization_code" => code.is_some_and(|(code, asked)| {
            code == field("code")
                && asked == challenge(field("code_verifier"))
                && field("redirect_uri") == "https://desk.example/settings/mailboxes/consent"
        }),
        "refresh_token" => !books.refresh.is_empty() && field("refresh_token") == books.refresh,
        _ => false,
    };
    if !is_client {
        return (401, "{\"error\":\"invalid_client\"}".to_owned());
    }
    if !is_good || books.refuses {
        let said = "{\"error\":\"invalid_grant\",\"error_description\":\"Consent was withdrawn\"}";
        return (400, said.to_owned());
    }
    books.given += 1;
    let number = books.given;
    (books.access, books.refresh) = (format!("access-{number}"), format!("refresh-{number}"));
    let (access, refresh) = (&books.access, &books.refresh);
    let said = format!(
        "{{\"access_token\":\"{access}\",\"refresh_token\":\"{refresh}\",\"expires_in\":3600,\"token_type\":\"Bearer\"}}"
    );
    (200, said)
}
