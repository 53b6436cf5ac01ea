//! Signing in: who gets in, who does not, and what guessing costs.

use kept_accounts::commands::{SignInError, TooSoon};
use kept_accounts::{SignedIn, Visitor};
use kept_testing::{on_both, prepare_all};

use crate::desk::{ADMIN, Desk, MAYA, PASSWORD};

fn browser_of(signed_in: SignedIn) -> kept_vault::TokenHash {
    match signed_in {
        SignedIn::Session { browser, .. } => browser.hash(),
        SignedIn::NeedsCode(_) => panic!("a code is asked for"),
    }
}

fn at(address: &str) -> Visitor {
    Visitor {
        address: Some(address.into()),
        ..Visitor::default()
    }
}

fn is_wrong(result: &Result<SignedIn, SignInError>) -> bool {
    matches!(result, Err(SignInError::Wrong))
}

fn is_too_soon(result: &Result<SignedIn, SignInError>) -> bool {
    matches!(result, Err(SignInError::TooSoon(_)))
}

on_both! {
    fn every_statement_is_understood(home) {
        let desk = Desk::empty(home);
        prepare_all(&desk.store, kept_accounts::queries::STATEMENTS);
    }

    fn the_right_password_lets_in_and_a_wrong_one_does_not(home) {
        let desk = Desk::staffed(home);
        let session = desk.session("  MAYA@desk.example ");
        let signed = desk.run(desk.accounts.signed(session.hash())).unwrap().unwrap();
        assert_eq!((signed.name.as_str(), signed.roles()), ("Maya Okonkwo", &["account-manager".to_owned()][..]));
        assert!(is_wrong(&desk.sign_in(MAYA, "copper kettle mos")));
        assert!(is_wrong(&desk.sign_in("nobody@desk.example", PASSWORD)));
        let audited = desk.audited();
        assert_eq!(&audited[audited.len() - 3..], ["SignedIn", "SignInRefused", "SignInRefused"]);
    }

    fn a_session_ends_after_idle_hours_and_after_its_longest_days(home) {
        let desk = Desk::staffed(home);
        let session = desk.session(MAYA);
        desk.pass_seconds(11 * 3600);
        assert!(desk.stands(&session));
        desk.pass_seconds(13 * 3600);
        assert!(!desk.stands(&session));
        let session = desk.session(MAYA);
        for _ in 0..16 {
            assert!(desk.stands(&session));
            desk.pass_seconds(10 * 3600);
        }
        desk.pass_seconds(10 * 3600);
        assert!(!desk.stands(&session), "seven days are the longest, however busy");
    }

    fn signing_in_again_gives_another_session_and_ends_the_one_before(home) {
        let desk = Desk::staffed(home);
        let first = desk.session(MAYA);
        let from = Visitor { session: Some(first.hash()), ..Visitor::default() };
        let SignedIn::Session { token: second, .. } = desk.sign_in_from(MAYA, PASSWORD, from).unwrap() else {
            panic!("no session")
        };
        assert_ne!(first.text(), second.text());
        assert!(!desk.stands(&first) && desk.stands(&second));
    }

    fn guessing_at_an_account_waits_longer_and_longer_and_never_more_than_a_minute(home) {
        let desk = Desk::staffed(home);
        for _ in 0..5 {
            assert!(is_wrong(&desk.sign_in(MAYA, "wrong wrong wrong")));
        }
        let mut waits = Vec::new();
        for _ in 0..9 {
            let Err(SignInError::TooSoon(TooSoon(seconds))) = desk.sign_in(MAYA, PASSWORD) else {
                panic!("it is too soon, even for the right password")
            };
            waits.push(seconds);
            desk.pass_seconds(i64::from(seconds));
            assert!(is_wrong(&desk.sign_in(MAYA, "wrong wrong wrong")));
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        desk.pass_seconds(60);
        desk.session(MAYA);
        assert!(is_wrong(&desk.sign_in(MAYA, "wrong wrong wrong")), "the count began anew");
    }

    fn knocking_during_the_delay_does_not_prolong_it(home) {
        let desk = Desk::staffed(home);
        for _ in 0..8 {
            let _ = desk.sign_in(MAYA, "wrong wrong wrong");
            desk.pass_seconds(8);
        }
        assert!(is_wrong(&desk.sign_in(MAYA, "wrong wrong wrong")));
        for _ in 0..50 {
            assert!(is_too_soon(&desk.sign_in(MAYA, "wrong wrong wrong")));
        }
        desk.pass_seconds(16);
        desk.session(MAYA);
    }

    fn an_outsider_cannot_lock_a_person_out_of_their_own_browser(home) {
        let desk = Desk::staffed(home);
        let browser = browser_of(desk.sign_in(MAYA, PASSWORD).unwrap());
        for number in 0..40 {
            let _ = desk.sign_in_from(MAYA, "wrong wrong wrong", at(&format!("198.51.100.{number}")));
        }
        assert!(is_too_soon(&desk.sign_in(MAYA, PASSWORD)));
        let own = Visitor { browser: Some(browser), ..at("192.0.2.1") };
        assert!(desk.sign_in_from(MAYA, PASSWORD, own.clone()).is_ok());
        // The mark is good for its own person alone.
        for _ in 0..5 {
            assert!(is_wrong(&desk.sign_in_from(ADMIN, "wrong wrong wrong", own.clone())));
        }
        assert!(is_too_soon(&desk.sign_in_from(ADMIN, PASSWORD, own)));
    }

    fn an_unknown_address_waits_like_an_account(home) {
        let desk = Desk::staffed(home);
        for email in [MAYA, "nobody@desk.example"] {
            let told: Vec<_> = (0..8)
                .map(|_| desk.sign_in(email, "wrong wrong wrong").unwrap_err().to_string())
                .collect();
            let waiting = told.iter().filter(|words| words.contains("Wait 1 second,")).count();
            assert_eq!(waiting, 3, "{told:?}");
        }
    }

    fn trying_one_password_on_many_accounts_is_slowed_by_address(home) {
        let desk = Desk::staffed(home);
        for number in 0..30 {
            let tried = desk.sign_in_from(&format!("p{number}@desk.example"), PASSWORD, at("203.0.113.5"));
            assert!(is_wrong(&tried));
        }
        assert!(is_too_soon(&desk.sign_in_from(MAYA, PASSWORD, at("203.0.113.5"))));
        assert!(desk.sign_in_from(MAYA, PASSWORD, at("203.0.113.6")).is_ok());
    }

    fn many_tries_at_one_moment_are_as_many_counts(home) {
        let desk = Desk::staffed(home);
        let results = desk.run(async {
            let tries: Vec<_> = (0..24)
                .map(|_| {
                    let accounts = desk.accounts.clone();
                    tokio::spawn(async move {
                        let email = MAYA.to_owned();
                        let password = "wrong wrong wrong".to_owned();
                        accounts.sign_in(kept_accounts::SignIn { email, password, from: Visitor::default() }).await
                    })
                })
                .collect();
            let mut results = Vec::new();
            for one in tries {
                results.push(one.await.unwrap());
            }
            results
        });
        assert_eq!(results.iter().filter(|result| is_wrong(result)).count(), 5);
        assert_eq!(results.iter().filter(|result| is_too_soon(result)).count(), 19);
    }
}
