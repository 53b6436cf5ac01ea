//! Passkeys through the pages, with an authenticator in software.

use axum::http::StatusCode;
use kept_testing::{Kept as _, on_both};

use crate::desk::{ADMIN, Answer, Browser, Desk, MAYA, PASSWORD, console};
use crate::device::{Device, PRESENT};

/// Maya at her desk.
fn maya(desk: &Desk) -> Browser<'_> {
    let browser = desk.browser();
    browser.sign_in(MAYA, PASSWORD);
    browser
}

/// Maya with a passkey.
fn maya_with_passkey(desk: &Desk) -> (Browser<'_>, Device) {
    let (browser, mut device) = (maya(desk), Device::new());
    browser.add_passkey("Work laptop", &mut device);
    (browser, device)
}

fn is_in(browser: &Browser<'_>) -> bool {
    browser.get("/me").status == StatusCode::OK
}

fn refused(answer: &Answer, words: &str) {
    assert_eq!(
        answer.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        answer.text
    );
    assert!(answer.has(words), "{words} is not in {}", answer.text);
}

/// What `/me` says after a passkey was sent.
fn said(browser: &Browser<'_>, words: &str) {
    let page = browser.get("/me");
    assert!(page.has(words), "{words} is not in {}", page.text);
}

const WRONG: &str = "This passkey does not let you in here";
const LATE: &str = "The passkey came too late";

/// The row of a passkey's removal: its address.
fn removal(browser: &Browser<'_>) -> String {
    let id = browser
        .get("/me")
        .between("href=\"/me/passkeys/", "/removal\"");
    format!("/me/passkeys/{id}/removal")
}

on_both! {
    fn a_passkey_is_added_listed_and_lets_in_without_password_and_code(home) {
        let desk = Desk::staffed(home);
        let (browser, mut device) = maya_with_passkey(&desk);
        said(&browser, "Work laptop");
        desk.pass_seconds(3 * 3600);
        let other = desk.browser();
        let answer = other.sign_in_with(&device);
        assert_eq!((answer.status, answer.location.as_str()), (StatusCode::SEE_OTHER, "/"), "{}", answer.text);
        assert!(is_in(&other));
        desk.pass_seconds(3 * 3600);
        said(&browser, "3 hours ago");
        // An authenticator that counts.
        for count in [4, 5, 9] {
            device.count = count;
            let other = desk.browser();
            other.sign_in_with(&device);
            assert!(is_in(&other));
        }
        let audited = desk.audited();
        assert!(audited.contains(&"PasskeyAdded".into()));
        assert_eq!(audited.iter().filter(|act| *act == "SignedIn").count(), 5);
    }

    fn a_passkey_of_rsa_lets_in_as_well(home) {
        let desk = Desk::staffed(home);
        let (browser, mut device) = (maya(&desk), Device::rsa());
        browser.add_passkey("Old computer", &mut device);
        let other = desk.browser();
        other.sign_in_with(&device);
        assert!(is_in(&other));
    }

    fn a_passkey_is_made_only_after_the_password(home) {
        let desk = Desk::staffed(home);
        let browser = maya(&desk);
        let add = |name: &str, password: &str| {
            browser.post("/me", "/me/passkeys", &[("name", name), ("password", password)])
        };
        refused(&add("Phone", "wrong wrong wrong"), "This is not your password");
        refused(&add("  ", PASSWORD), "Write a name");
        // A challenge for signing in is none for making a passkey, nor is one of another session.
        let mut device = Device::new();
        let mut asked = browser.asked_to_make("Phone");
        let right = asked["challenge"].clone();
        let helen = desk.browser();
        helen.sign_in(ADMIN, PASSWORD);
        for wrong in [browser.asked_to_sign_in(), helen.asked_to_make("Phone")] {
            asked["challenge"] = wrong["challenge"].clone();
            browser.send_made("Phone", &device.make(&asked));
            said(&browser, "That took too long");
        }
        asked["challenge"] = right;
        browser.send_made("Phone", &device.make(&asked));
        said(&browser, "The passkey is added");
        // An answer counts once, and so does a credential.
        browser.send_made("Phone", &device.make(&asked));
        said(&browser, "That took too long");
        let again = browser.asked_to_make("Phone");
        assert_eq!(again["excludeCredentials"].as_array().unwrap().len(), 1);
        browser.send_made("Phone", &device.make(&again));
        said(&browser, "This passkey is here already");
    }

    fn a_passkey_is_taken_only_verified_for_this_site_and_in_time(home) {
        let desk = Desk::staffed(home);
        let browser = maya(&desk);
        let not_taken = "Your device did not make a passkey that can be used here";
        let changes: [fn(&mut Device); 3] = [
            |device| device.flags = PRESENT,
            |device| device.origin = "https://desk.example.evil.example",
            |device| device.party = "evil.example",
        ];
        for change in changes {
            let mut device = Device::new();
            change(&mut device);
            let asked = browser.asked_to_make("Phone");
            browser.send_made("Phone", &device.make(&asked));
            said(&browser, not_taken);
        }
        let asked = browser.asked_to_make("Phone");
        let made = Device::new().make(&asked);
        desk.pass_seconds(5 * 60);
        browser.send_made("Phone", &made);
        said(&browser, "That took too long");
        for nonsense in ["", "!", "AAAA"] {
            let sent = vec![("client_data", nonsense.into()), ("authenticator_data", nonsense.into()), ("transports", String::new())];
            browser.send_made("Phone", &sent);
            assert!(!browser.get("/me").has("The passkey is added"));
        }
    }

    fn an_answer_counts_once_in_its_own_browser_and_in_time(home) {
        let desk = Desk::staffed(home);
        let (_, device) = maya_with_passkey(&desk);
        let browser = desk.browser();
        let shown = device.show(&browser.asked_to_sign_in());
        refused(&desk.browser().send_shown(&shown), LATE);
        browser.send_shown(&shown);
        assert!(is_in(&browser));
        browser.post("/me", "/sign-out", &[]);
        refused(&browser.send_shown(&shown), LATE);
        let shown = device.show(&browser.asked_to_sign_in());
        desk.pass_seconds(5 * 60);
        refused(&browser.send_shown(&shown), LATE);
        assert!(!is_in(&browser));
    }

    fn what_is_not_the_person_s_own_key_is_refused_and_written_down(home) {
        let desk = Desk::staffed(home);
        let (_, device) = maya_with_passkey(&desk);
        let stranger = Device { handle: device.handle.clone(), ..Device::new() };
        refused(&desk.browser().sign_in_with(&stranger), WRONG);
        // The right name with another key, and the right key with another person's handle.
        let forged = Device { id: device.id.clone(), ..stranger };
        refused(&desk.browser().sign_in_with(&forged), WRONG);
        let moved = Device { handle: vec![1; 16], ..device };
        refused(&desk.browser().sign_in_with(&moved), WRONG);
        let audited = desk.audited();
        assert_eq!(audited[audited.len() - 3..], ["SignInRefused"; 3]);
    }

    fn a_person_who_was_not_verified_is_not_let_in(home) {
        let desk = Desk::staffed(home);
        let (_, device) = maya_with_passkey(&desk);
        let touched = Device { flags: PRESENT, ..device };
        refused(&desk.browser().sign_in_with(&touched), WRONG);
        let elsewhere = Device { origin: "https://evil.example", flags: PRESENT | 4, ..touched };
        refused(&desk.browser().sign_in_with(&elsewhere), WRONG);
    }

    fn a_count_that_goes_back_is_refused_recorded_and_shown(home) {
        let desk = Desk::staffed(home);
        let (browser, mut device) = maya_with_passkey(&desk);
        device.count = 7;
        desk.browser().sign_in_with(&device);
        for count in [7, 6, 0] {
            device.count = count;
            refused(&desk.browser().sign_in_with(&device), "a copy of it may be in other hands");
        }
        assert_eq!(desk.audited().iter().filter(|act| *act == "PasskeyCopySuspected").count(), 3);
        said(&browser, "Refused on");
        device.count = 8;
        let other = desk.browser();
        other.sign_in_with(&device);
        assert!(is_in(&other));
    }

    fn removing_a_passkey_asks_for_the_password_and_ends_the_other_sessions(home) {
        let desk = Desk::staffed(home);
        let (browser, device) = maya_with_passkey(&desk);
        let other = desk.browser();
        other.sign_in_with(&device);
        assert!(is_in(&other));
        let path = removal(&browser);
        refused(&browser.post(&path, &path, &[("password", "wrong wrong wrong")]), "This is not your password");
        assert!(is_in(&other));
        // Nobody else's passkey is theirs to remove, or to see.
        let helen = desk.browser();
        helen.sign_in(ADMIN, PASSWORD);
        assert_eq!(helen.get(&path).status, StatusCode::NOT_FOUND);
        assert_eq!(helen.post("/me", &path, &[("password", PASSWORD)]).status, StatusCode::NOT_FOUND);
        browser.post(&path, &path, &[("password", PASSWORD)]);
        said(&browser, "The passkey is removed");
        assert!(!is_in(&other) && is_in(&browser));
        refused(&desk.browser().sign_in_with(&device), WRONG);
        let audited = desk.audited();
        assert!(audited.contains(&"PasskeyRemoved".into()), "{audited:?}");
    }

    fn whoever_has_left_is_not_let_in_by_a_passkey(home) {
        let desk = Desk::staffed(home);
        let (_, device) = maya_with_passkey(&desk);
        let (person, act) = (desk.person(MAYA), desk.act());
        desk.store
            .write(move |tx| kept_accounts::commands::disable_person(tx, &act, &console(), person))
            .kept();
        refused(&desk.browser().sign_in_with(&device), WRONG);
    }

    fn guessing_at_passkeys_is_slowed(home) {
        let desk = Desk::staffed(home);
        let (_, device) = maya_with_passkey(&desk);
        let forged = Device { id: device.id.clone(), handle: device.handle.clone(), ..Device::new() };
        let browser = desk.browser();
        for _ in 0..5 {
            refused(&browser.sign_in_with(&forged), WRONG);
        }
        refused(&browser.sign_in_with(&device), "Wait 1 second");
        desk.pass_seconds(1);
        browser.sign_in_with(&device);
        assert!(is_in(&browser));
    }

    fn what_is_over_is_forgotten(home) {
        let desk = Desk::staffed(home);
        let (_, device) = maya_with_passkey(&desk);
        desk.browser().sign_in_with(&device);
        desk.pass_seconds(3600);
        desk.run(desk.accounts.sweep()).unwrap();
        let other = desk.browser();
        other.sign_in_with(&device);
        assert!(is_in(&other));
    }

    fn without_a_name_that_browsers_take_there_are_no_passkeys(home) {
        let desk = Desk::with(home, |settings| kept_accounts::Settings { base_url: "http://192.0.2.1".into(), ..settings });
        desk.add("Maya Okonkwo", MAYA, &[]);
        let browser = maya(&desk);
        assert!(!browser.get("/me").has("Passkeys"));
        assert_eq!(browser.get("/sign-in/passkey").status, StatusCode::NOT_FOUND);
        assert!(!desk.browser().get("/sign-in").has("passkey"));
    }
}
