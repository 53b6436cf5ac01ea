//! A mailbox is allowed at its provider instead of opened with a password: the way there and back, tokens that last an hour, and what to
//! do when there are none any longer.

use axum::http::StatusCode;
use kept_store::statements;
use kept_testing::{Kept as _, on_both};

use crate::desk::Desk;
use crate::dovecot::Dovecot;
use crate::provider::{CLIENT, Provider, SECRET};

const BOX: &str = "desk@desk.example";
const BACK: &str = "/settings/mailboxes/consent";

statements! {
    SECRETS = "SELECT client_secret, refresh_token, access_token FROM mailbox_grants";
}

/// The page of the mailbox.
fn page_of(desk: &Desk) -> String {
    let list = desk.browser("ada").get("/settings/mailboxes");
    let (_, rest) = list.text.split_once("href=\"/settings/mailboxes/").unwrap();
    format!("/settings/mailboxes/{}", rest.split('"').next().unwrap())
}

/// What a provider is told through the browser: by its name in the address that the page leads to.
fn told(page: &str, name: &str) -> String {
    let (_, rest) = page.split_once("/authorize?").unwrap();
    let url = rest
        .split('"')
        .next()
        .unwrap()
        .replace("&#38;", "&")
        .replace("&amp;", "&");
    let found = form_urlencoded::parse(url.as_bytes()).find(|(one, _)| one == name);
    found
        .unwrap_or_else(|| panic!("no {name} in {url}"))
        .1
        .into_owned()
}

/// Ada registers the provider, and goes there: what she comes back with.
fn goes(desk: &Desk, provider: &Provider) -> (String, String) {
    let ada = desk.browser("ada");
    let page = page_of(desk);
    let fields = [
        ("preset", "other"),
        ("client_id", CLIENT),
        ("client_secret", SECRET),
        ("authorize_url", &provider.url("authorize")),
        ("token_url", &provider.url("token")),
        ("scope", "mail"),
    ];
    let shown = ada.post(&page, &format!("{page}/consent"), &fields);
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.text);
    assert_eq!(
        told(&shown.text, "redirect_uri"),
        format!("https://desk.example{BACK}")
    );
    assert_eq!(told(&shown.text, "code_challenge_method"), "S256");
    let code = provider.allows(&told(&shown.text, "code_challenge"));
    (told(&shown.text, "state"), code)
}

/// And comes back with it.
fn comes(desk: &Desk, who: &str, (state, code): (&str, &str)) -> Came {
    let browser = desk.browser(who);
    let shown = browser.get(&format!(
        "{BACK}?state={state}&code={code}&scope=x&authuser=0"
    ));
    let sent = browser.post(
        "/settings/mailboxes",
        BACK,
        &[("state", state), ("code", code)],
    );
    Came {
        shown: shown.text,
        status: sent.status,
        text: sent.text,
    }
}

struct Came {
    shown: String,
    status: StatusCode,
    text: String,
}

/// Its mail is fetched with what was allowed; the page with the test of it.
fn fetches(desk: &Desk, port: u16) -> String {
    let (ada, page, port) = (desk.browser("ada"), page_of(desk), port.to_string());
    let fields = [
        ("host", "localhost"),
        ("port", port.as_str()),
        ("protection", "tls"),
        ("user", "desk"),
        ("sign_in", "consent"),
        ("folder", "INBOX"),
    ];
    let saved = ada.post(&page, &format!("{page}/source"), &fields);
    if saved.status != StatusCode::SEE_OTHER {
        return saved.text;
    }
    ada.post(&page, &format!("{page}/test"), &[]).text
}

/// That of the program, and two tokens.
type Row = (Option<Vec<u8>>, Option<Vec<u8>>, Option<Vec<u8>>);

fn secrets(desk: &Desk) -> Vec<Option<Vec<u8>>> {
    let rows: Vec<Row> = desk.store.read(|read| read.all(SECRETS, &[])).kept();
    rows.into_iter()
        .flat_map(|(one, two, three)| [one, two, three])
        .collect()
}

on_both! {
    fn somebody_allows_a_mailbox_at_its_provider_and_only_who_began_it_brings_it_home(home) {
        let desk = Desk::new(home);
        let provider = Provider::start();
        let refused = fetches(&desk, 1);
        assert!(refused.contains("Allow it at its provider first"), "{refused}");
        let (state, code) = goes(&desk, &provider);
        let page = page_of(&desk);
        let ada = desk.browser("ada");
        assert!(ada.get(&page).has("It is not allowed yet"));
        // Whoever may not configure does not get as far; a made up state is nobody's.
        assert_ne!(comes(&desk, "maya", (&state, &code)).status, StatusCode::SEE_OTHER);
        assert_eq!(comes(&desk, "ada", ("made-up", &code)).status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(provider.books().asked, 0);
        let came = comes(&desk, "ada", (&state, &code));
        assert!(came.shown.contains("Take it"), "{}", came.shown);
        assert_eq!(came.status, StatusCode::SEE_OTHER, "{}", came.text);
        assert!(ada.get(&page).has("It is allowed at the provider"));
        // It is good once.
        assert_eq!(comes(&desk, "ada", (&state, &code)).status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(provider.books().asked, 1);
        // What is kept is sealed, and no page shows it.
        let books = provider.books();
        for secret in [SECRET, &books.refresh, &books.access] {
            let bytes = secret.as_bytes();
            let is_open = |kept: &Option<Vec<u8>>| kept.as_ref().unwrap().windows(bytes.len()).any(|some| some == bytes);
            assert!(!secrets(&desk).iter().any(is_open), "{secret}");
            assert!(!ada.get(&page).has(secret), "{secret}");
        }
    }
}

on_both! {
    fn whoever_refuses_there_is_too_late_or_meets_a_bad_provider_is_told_what_to_do(home) {
        let desk = Desk::new(home);
        let provider = Provider::start();
        let ada = desk.browser("ada");
        let said = ada.get(&format!("{BACK}?error=access_denied&error_description=%3Cb%3ENo&state=x"));
        assert!(said.has("access_denied") && said.has("&#60;b&#62;No") && !said.has("Take it"), "{}", said.text);
        let (state, code) = goes(&desk, &provider);
        desk.pass(31 * 60);
        assert!(comes(&desk, "ada", (&state, &code)).text.contains("long ago"));
        for rubbish in ["<html>", "{}", "{\"access_token\":\"a\"}"] {
            let (state, code) = goes(&desk, &provider);
            provider.books().rubbish = Some(rubbish);
            let came = comes(&desk, "ada", (&state, &code));
            assert!(came.status == StatusCode::UNPROCESSABLE_ENTITY && came.text.contains("gave nothing out"), "{}", came.text);
            provider.books().rubbish = None;
        }
        // Somebody who came by another's question: the proof is not theirs.
        let (state, _) = goes(&desk, &provider);
        let other = provider.allows("another-challenge");
        assert!(comes(&desk, "ada", (&state, &other)).text.contains("invalid_grant"));
        assert!(desk.browser("ada").get(&page_of(&desk)).has("It is not allowed yet"));
        let page = page_of(&desk);
        let forgotten = ada.post(&page, &format!("{page}/consent/removal"), &[]);
        assert_eq!(forgotten.status, StatusCode::SEE_OTHER);
        assert!(secrets(&desk).is_empty());
    }
}

on_both! {
    fn mail_is_fetched_with_a_token_that_is_renewed_each_hour_until_the_provider_refuses(home) {
        let provider = Provider::start();
        let started = Dovecot::start_with("mail_is_fetched_with_a_token", home.folder(), Some(&provider.url("introspect")));
        let Some(server) = started else { return };
        let desk = Desk::trusting(home, server.trust());
        let allow = || {
            let (state, code) = goes(&desk, &provider);
            assert_eq!(comes(&desk, "ada", (&state, &code)).status, StatusCode::SEE_OTHER);
        };
        allow();
        let tested = fetches(&desk, server.tls);
        assert!(tested.contains("INBOX can be read"), "{tested}");
        assert_eq!(desk.room.fetch_once(BOX), Ok(0));
        let mail = |number: u32| format!("From: ruth@brennan.example\nMessage-ID: <{number}@b.example>\nSubject: {number}\n\nIt leaks.\n");
        server.gets("1", &mail(1));
        assert_eq!((desk.room.fetch_once(BOX), provider.books().asked), (Ok(1), 1), "one token for an hour");
        desk.pass(3_600);
        server.gets("2", &mail(2));
        assert_eq!((desk.room.fetch_once(BOX), provider.books().asked), (Ok(1), 2), "and another then");
        // A token that is withdrawn before its time is refused by the server, and another is asked for.
        provider.books().access.clear();
        server.gets("3", &mail(3));
        assert!(desk.room.fetch_once(BOX).is_err());
        assert_eq!((desk.room.fetch_once(BOX), provider.books().asked), (Ok(1), 3));
        // Nobody allows it any longer: that is said, with what to do, and nothing is asked all the time.
        provider.books().refuses = true;
        desk.pass(3_600);
        for _ in 0..5 {
            let why = desk.room.fetch_once(BOX).unwrap_err();
            assert!(why.contains("Consent was withdrawn"), "{why}");
        }
        assert_eq!(provider.books().asked, 4);
        let page = desk.browser("ada").get(&page_of(&desk));
        assert!(page.has("lets us in no longer") && page.has("allow it again") && page.has("Consent was withdrawn"), "{}", page.text);
        assert!(desk.letters().iter().any(|letter| letter.contains("cannot be reached")));
        provider.books().refuses = false;
        server.gets("4", &mail(4));
        allow();
        assert_eq!(desk.room.fetch_once(BOX), Ok(1));
        assert_eq!(desk.requests(), 4);
    }
}
