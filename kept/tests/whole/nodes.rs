//! Two nodes on one server: what one has sealed and signed, the other opens and believes.

use axum::http::StatusCode;
use kept_kernel::Instant;
use kept_store::Dialect;
use kept_testing::Home;

use crate::ask::{Answer, Asker};
use crate::desk::{Desk, PASSWORD};

const SESSION: &str = "__Host-kept-session";

fn typed(desk: &Desk, asker: &Asker, email: &str) -> Answer {
    let form = format!(
        "email={email}&password={}&next=",
        PASSWORD.replace(' ', "+")
    );
    asker.send(desk, "POST", "/sign-in", (&form, true))
}

/// What an app shows for a secret in base 32.
fn code_of(secret: &str, now: Instant) -> String {
    let letters = secret.chars().filter(|letter| !letter.is_whitespace());
    let bits: Vec<_> = letters
        .map(|letter| {
            format!(
                "{:05b}",
                "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(letter).unwrap()
            )
        })
        .collect();
    let bits = bits.concat();
    let bytes: Vec<u8> = bits
        .as_bytes()
        .chunks_exact(8)
        .map(|byte| u8::from_str_radix(std::str::from_utf8(byte).unwrap(), 2).unwrap())
        .collect();
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &bytes);
    let step = now.micros() / 30_000_000;
    let tag = aws_lc_rs::hmac::sign(&key, &step.to_be_bytes());
    let at = usize::from(tag.as_ref().last().unwrap() & 15);
    let word: [u8; 4] = tag.as_ref().get(at..at + 4).unwrap().try_into().unwrap();
    format!(
        "{:06}",
        (u32::from_be_bytes(word) & 0x7fff_ffff) % 1_000_000
    )
}

#[test]
fn who_signs_in_at_one_node_is_signed_in_at_the_other_and_their_codes_work_there() {
    let Some(home) = Home::new(Dialect::Postgres, "nodes") else {
        return;
    };
    let first = Desk::new(&home);
    let hired = first.hire("management");
    // The second begins with an empty folder, and the same master key.
    let second = Desk::second(&home, "second");
    let session = first.sign_in(&hired.email).1;
    let here = Asker::with_session(&first, "here", &session);
    let there = Asker::with_session(&second, "there", &session);
    assert_eq!(there.get(&second, "/me").status, StatusCode::OK);
    // A form that one has shown is taken by the other.
    let theme = here.send(&second, "POST", "/me/theme", ("theme=dark", true));
    assert_eq!(theme.status, StatusCode::SEE_OTHER);

    // Codes that one has sealed are opened by the other.
    let begun = here.send(&first, "POST", "/me/codes", ("", true));
    assert_eq!(begun.location(), "/me/codes");
    let secret = here
        .get(&first, "/me/codes")
        .between("<code translate=\"no\">", "</code>");
    let now = first.house.world.now();
    let form = format!("code={}", code_of(&secret, now));
    let on = here.send(&first, "POST", "/me/codes/confirmation", (&form, true));
    assert!(
        on.status.is_success() || on.status.is_redirection(),
        "{}",
        on.text
    );
    let browser = Asker::visitor(&second);
    let asked = typed(&second, &browser, &hired.email);
    assert!(
        asked.location().starts_with("/sign-in/code"),
        "{}",
        asked.location()
    );
    let step = asked.headers.get_all("set-cookie").iter();
    let step: Vec<_> = step
        .filter_map(|set| set.to_str().ok()?.split(';').next())
        .collect();
    let mut browser = browser;
    browser.cookie = browser
        .cookie
        .map(|visit| format!("{visit}; {}", step.join("; ")));
    // A code counts once, so this is the next one.
    second.pass_seconds(30);
    let form = format!("code={}&next=", code_of(&secret, second.house.world.now()));
    let let_in = browser.send(&second, "POST", "/sign-in/code", (&form, true));
    assert_eq!(let_in.status, StatusCode::SEE_OTHER, "{}", let_in.text);
    let session = let_in.cookie(SESSION);
    let back = Asker::with_session(&first, "back at the first", &session);
    assert_eq!(back.get(&first, "/me").status, StatusCode::OK);

    // Who is signed out at one is signed out at the other.
    back.send(&first, "POST", "/sign-out", ("", true));
    let gone = Asker::with_session(&second, "gone", &session);
    assert_ne!(gone.get(&second, "/me").status, StatusCode::OK);
    // What one has sealed of the audit, and what the other reads, is one record.
    let keys = |desk: &Desk| std::fs::read_to_string(desk.house.data.join("kept.keys")).unwrap();
    assert_eq!(keys(&first), keys(&second));
}
