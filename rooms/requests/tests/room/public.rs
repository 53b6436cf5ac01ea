//! The web form and the link to confirm, for people without an account.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::http::{Request, StatusCode, header};
use kept_accounts::access::Action;
use kept_journal::audit::Who;
use kept_kernel::Id;
use kept_requests::commands::{RequestError, allow_sites};
use kept_store::{params, statements};
use kept_testing::{Kept as _, on_both};

use crate::desk::{Answer, Desk};

statements! {
    FILES = "SELECT request, id, name, size FROM request_files ORDER BY name, id";
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
const MEGABYTE: usize = 1024 * 1024;

/// The token of a fresh form, read long enough ago.
fn token(desk: &Desk) -> String {
    let page = desk.visit("/ask");
    desk.pass(60);
    let (_, rest) = page.text.split_once("name=\"token\" value=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

fn form<'a>(token: &'a str, subject: &'a str) -> [(&'a str, &'a str); 5] {
    [
        ("token", token),
        ("name", "Ruth"),
        ("email", "ruth@brennan.example"),
        ("subject", subject),
        ("body", "We were billed for twelve."),
    ]
}

/// A form as browsers send one that may have files.
fn with_files(fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        let part =
            format!("--xX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend(part.into_bytes());
    }
    for (name, content) in files {
        let head = format!(
            "--xX\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\n\r\n"
        );
        body.extend([head.as_bytes(), content, b"\r\n"].concat());
    }
    body.extend(b"--xX--\r\n");
    body
}

fn send_with(desk: &Desk, fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Answer {
    let kind = "multipart/form-data; boundary=xX";
    let request = Request::post("/ask").header(header::CONTENT_TYPE, kind);
    desk.ask(request, Body::from(with_files(fields, files)))
}

/// The same body in pieces of a megabyte, counting how many of them somebody took.
struct Pieces {
    all: std::vec::IntoIter<Bytes>,
    taken: Arc<AtomicUsize>,
}

impl futures_core::Stream for Pieces {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = self.all.next();
        self.taken
            .fetch_add(usize::from(next.is_some()), Ordering::Relaxed);
        Poll::Ready(next.map(Ok))
    }
}

/// Sends a form with a file of twenty megabytes: the answer, and how many pieces of it were taken in.
fn send_large(desk: &Desk, token: &str) -> (Answer, usize) {
    let large = vec![b'x'; 20 * MEGABYTE];
    let body = with_files(&form(token, "A bill"), &[("large.bin", &large)]);
    let pieces = body.chunks(MEGABYTE).map(Bytes::copy_from_slice);
    let taken = Arc::new(AtomicUsize::new(0));
    let body = Body::from_stream(Pieces {
        all: pieces.collect::<Vec<_>>().into_iter(),
        taken: Arc::clone(&taken),
    });
    let kind = "multipart/form-data; boundary=xX";
    let request = Request::post("/ask").header(header::CONTENT_TYPE, kind);
    (desk.ask(request, body), taken.load(Ordering::Relaxed))
}

/// The page as a browser sees it that asks for these languages.
fn spoken(desk: &Desk, path: &str, languages: &str) -> Answer {
    let request = Request::get(path).header(header::ACCEPT_LANGUAGE, languages);
    desk.ask(request, Body::empty())
}

on_both! {
    fn a_visitor_s_form_opens_a_request_once_however_often_it_is_sent(home) {
        let desk = Desk::new(home);
        let token = token(&desk);
        let (one, two) = (desk.send("/ask", &form(&token, "A bill")), desk.send("/ask", &form(&token, "A bill")));
        assert_eq!(one.status, StatusCode::OK, "{}", one.text);
        assert!(one.has("R-1001") && two.has("R-1001"));
        assert!(!one.has("brennan.example"), "an address is never said again");
        let told = desk.events();
        assert_eq!(told.iter().filter(|act| *act == "receive-request").count(), 1, "{told:?}");
        let maya = desk.browser("maya");
        assert!(maya.get("/requests?view=unassigned&channel=web+form").has("A bill"));
        assert!(one.header("set-cookie").is_empty() && one.header("content-security-policy").contains("frame-ancestors *"));
    }

    fn what_is_missing_is_said_and_what_was_written_is_kept(home) {
        let desk = Desk::new(home);
        let token = token(&desk);
        let fields = [("token", token.as_str()), ("name", "Ruth"), ("email", "nowhere"), ("subject", ""), ("body", "Words <b>")];
        let answer = desk.send("/ask", &fields);
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        for words in ["name@example.org", "Say in a few words", "Words &#60;b&#62;", "nowhere"] {
            assert!(answer.has(words), "{words}");
        }
    }

    fn programs_that_fill_in_what_nobody_sees_or_are_too_fast_open_nothing(home) {
        let desk = Desk::new(home);
        let page = desk.visit("/ask");
        let (_, rest) = page.text.split_once("name=\"token\" value=\"").unwrap();
        let fast = rest.split('"').next().unwrap();
        assert_eq!(desk.send("/ask", &form(fast, "x")).status, StatusCode::UNPROCESSABLE_ENTITY);
        let token = token(&desk);
        let mut fields = form(&token, "x").to_vec();
        fields.push(("website", "https://spam.example"));
        assert_eq!(desk.send("/ask", &fields).status, StatusCode::OK);
        assert_eq!(desk.send("/ask", &form("made up", "x")).status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(desk.events(), Vec::<String>::new());
    }

    fn one_address_sends_so_much_and_no_more(home) {
        let desk = Desk::new(home);
        let statuses: Vec<_> = (0..12).map(|number| {
            let subject = format!("Number {number}");
            let token = token(&desk);
            desk.send("/ask", &form(&token, &subject)).status
        }).collect();
        assert!(statuses.contains(&StatusCode::OK) && statuses.contains(&StatusCode::TOO_MANY_REQUESTS), "{statuses:?}");
    }

    fn files_come_with_the_form_and_are_handed_out_as_downloads_alone(home) {
        let desk = Desk::new(home);
        let token = token(&desk);
        let files: [(&str, &[u8]); 3] = [("..\\up/bill.png", PNG), ("page.html", b"<script>"), ("", b"")];
        let (one, two) = (send_with(&desk, &form(&token, "A bill"), &files), send_with(&desk, &form(&token, "A bill"), &files));
        assert!(one.has("R-1001") && two.has("R-1001"), "{} {}", one.text, two.text);
        assert!(!one.has("bill.png"), "nothing is said again");
        let kept: Vec<(Id, Id, String, i64)> = desk.store.read(|read| read.all(FILES, &params![])).kept();
        let names: Vec<_> = kept.iter().map(|(_, _, name, size)| (name.as_str(), *size)).collect();
        assert_eq!(names, [("bill.png", PNG.len() as i64), ("page.html", 8)]);
        let maya = desk.browser("maya");
        for (request, file, name, _) in &kept {
            let page = maya.get(&format!("/requests/{request}"));
            assert!(page.has(name) && !page.has("/picture"), "{name}: {}", page.text);
            let way = format!("/requests/{request}/files/{file}");
            let handed = desk.ask(Request::get(&way), Body::empty());
            assert_ne!(handed.status, StatusCode::OK, "not to strangers");
            assert_eq!(maya.get(&format!("{way}/picture")).status, StatusCode::NOT_FOUND, "{name}");
        }
        let (request, page, ..) = &kept[1];
        let handed = maya.get(&format!("/requests/{request}/files/{page}"));
        assert!(handed.header("content-disposition").starts_with("attachment"));
        assert_eq!(handed.header("content-type"), "application/octet-stream");
    }

    fn files_that_are_too_large_or_too_many_are_said_and_what_was_written_is_kept(home) {
        let desk = Desk::new(home);
        let large = vec![b'x'; 26 * MEGABYTE];
        let eleven: Vec<(&str, &[u8])> = vec![("one.txt", b"1"); 11];
        for files in [&[("large.bin", large.as_slice())][..], &eleven] {
            let token = token(&desk);
            let refused = send_with(&desk, &form(&token, "A bill"), files);
            assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
            for words in ["up to ten, 25 MB", "choose them again", "We were billed for twelve.", "ruth@brennan.example", &token] {
                assert!(refused.has(words), "{words}");
            }
            // What is still there can be sent without them.
            let sent = send_with(&desk, &form(&token, "A bill"), &[("", b"")]);
            assert_eq!(sent.status, StatusCode::OK, "{}", sent.text);
        }
        let stray = [form("x", "A bill").as_slice(), &[("client", "somebody")]].concat();
        assert_eq!(send_with(&desk, &stray, &[]).status, StatusCode::BAD_REQUEST);
        assert_eq!(desk.store.read(|read| read.all::<(Id, Id, String, i64)>(FILES, &params![])).kept(), []);
    }

    fn of_a_large_file_that_nobody_let_in_next_to_nothing_is_taken(home) {
        let desk = Desk::new(home);
        let (answer, taken) = send_large(&desk, "made up");
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.has("We were billed for twelve.") && answer.has("choose them again"));
        assert!(taken <= 4, "{taken} MB");
        let first = token(&desk);
        let (answer, taken) = send_large(&desk, &first);
        assert_eq!((answer.status, taken), (StatusCode::OK, 21), "{}", answer.text);
        let (_, taken) = send_large(&desk, &first);
        assert!(taken <= 4, "sent again: {taken} MB");
        let tokens: Vec<_> = (0..11).map(|_| desk.visit("/ask").hidden("token")).collect();
        desk.pass(60);
        for token in &tokens[1..] {
            desk.send("/ask", &form(token, "A small one"));
        }
        let (answer, taken) = send_large(&desk, &tokens[0]);
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(taken <= 4 && answer.has("choose them again"), "{taken} MB");
    }

    fn the_pages_speak_the_language_that_is_asked_for(home) {
        let desk = Desk::new(home);
        let german = spoken(&desk, "/ask", "fr, de-AT;q=0.8, en;q=0.5");
        assert!(german.has("<html lang=\"de\">") && german.has("Was können wir für Sie tun?") && german.has("Eine Rechnung"));
        let english = spoken(&desk, "/ask?lang=en", "de");
        assert!(english.has("<html lang=\"en\">") && english.has("What can we do for you?"));
        assert!(spoken(&desk, "/ask?lang=tlh", "fi").has("<html lang=\"en\">"));
        let token = token(&desk);
        let mut fields = form(&token, "");
        fields[4] = ("body", "Zwölf Waagen");
        let refused = desk.send("/ask?lang=de", &fields);
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        for words in ["<html lang=\"de\">", "Sagen Sie in ein paar Worten", "Zwölf Waagen", "action=\"/ask?lang=de\""] {
            assert!(refused.has(words), "{words}");
        }
        assert!(desk.send("/ask?lang=de", &form(&token, "Rechnung")).has("Ihre Nummer ist <b>R-1001</b>"));
        assert!(spoken(&desk, "/confirm/x", "de").has("Hier gibt es nichts zu bestätigen"));
    }

    fn any_site_shows_the_form_until_some_are_named(home) {
        let desk = Desk::new(home);
        let act = || desk.accounts.act(Who::Console);
        let allow = |name: &str, sites: &'static str| {
            let (act, scope) = (act(), desk.scope(name, Action::AssignWork));
            desk.store.write(move |tx| allow_sites(tx, &act, &scope, sites)).wait()
        };
        let policy = || desk.visit("/ask").header("content-security-policy");
        assert!(policy().contains("frame-ancestors *;"));
        assert!(matches!(allow("helen", "https://www.company.example https://*"), Err(RequestError::Faults(_))));
        assert!(matches!(allow("maya", "https://www.company.example"), Err(RequestError::NotAllowed)));
        assert!(policy().contains("frame-ancestors *;"));
        allow("helen", "https://www.company.example  https://shop.example").unwrap();
        let named = "frame-ancestors https://www.company.example https://shop.example;";
        assert!(policy().contains(named), "{}", policy());
        let refused = desk.send("/ask", &form("made up", "x"));
        assert!(refused.header("content-security-policy").contains(named));
        assert!(desk.visit("/confirm/x").header("content-security-policy").contains("frame-ancestors 'none';"));
        assert!(desk.audited().contains(&"WebFormSitesSet".to_owned()));
        allow("helen", " ").unwrap();
        assert!(policy().contains("frame-ancestors *;"));
    }

    fn a_link_that_is_made_up_or_old_confirms_nothing(home) {
        let desk = Desk::new(home);
        for path in ["/confirm/x", "/confirm/AAAA"] {
            assert_eq!(desk.visit(path).status, StatusCode::NOT_FOUND);
            assert_eq!(desk.send(path, &[]).status, StatusCode::NOT_FOUND);
        }
    }
}
