//! Signing in and staying signed in, through the whole site.

use axum::http::StatusCode;
use kept_testing::on_both;

use crate::ask::{Answer, Asker};
use crate::desk::{Desk, Hired, ORIGIN, PASSWORD};

const SESSION: &str = "__Host-kept-session";
const OTHER: &str = "seven+grey+herons";

/// Signs in through the form.
fn typed(desk: &Desk, asker: &Asker, email: &str, password: &str) -> Answer {
    let form = format!(
        "email={email}&password={}&next=",
        password.replace(' ', "+")
    );
    asker.send(desk, "POST", "/sign-in", (&form, true))
}

/// Somebody new, signed in at a browser.
fn at_desk(desk: &Desk, role: &str) -> (Hired, Asker) {
    let hired = desk.hire(role);
    let asker = Asker::with_session(desk, role, &desk.sign_in(&hired.email).1);
    (hired, asker)
}

fn is_in(desk: &Desk, asker: &Asker) -> bool {
    asker.get(desk, "/me").status == StatusCode::OK
}

/// Why a sign-in was refused, as the page says it.
fn told(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    answer.between("id=\"password-error\"", "</p>")
}

on_both! {
    fn signing_in_gives_a_session_that_nobody_could_have_planted(home) {
        let desk = Desk::new(home);
        let hired = desk.hire("employee");
        let planted = "c".repeat(32);
        let mut browser = Asker::visitor(&desk);
        browser.cookie = browser.cookie.map(|visit| format!("{SESSION}={planted}; {visit}"));
        let answer = typed(&desk, &browser, &hired.email, PASSWORD);
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        let given = answer.cookie(SESSION);
        assert_ne!(given, planted);
        assert!(!is_in(&desk, &Asker::with_session(&desk, "planted", &planted)));
        let first = Asker::with_session(&desk, "first", &given);
        assert!(is_in(&desk, &first));
        // Signing in again at the same browser: another session, and the one before has ended.
        browser.cookie = browser.cookie.map(|cookie| cookie.replace(&planted, &given));
        browser.csrf.clone_from(&first.csrf);
        let again = typed(&desk, &browser, &hired.email, PASSWORD);
        assert_ne!(again.cookie(SESSION), given);
        assert!(!is_in(&desk, &first));
    }

    fn a_change_of_role_team_password_or_state_ends_every_session_before_it(home) {
        let desk = Desk::new(home);
        let (_, admin) = at_desk(&desk, "administrator");
        for (what, form) in [("roles", "roles=approver"), ("place", "team=&department="), ("disablement", "")] {
            let (hired, here) = at_desk(&desk, "management");
            let there = Asker::with_session(&desk, "there", &desk.sign_in(&hired.email).1);
            assert!(is_in(&desk, &here) && is_in(&desk, &there));
            let path = format!("/settings/people/{}/{what}", hired.person);
            assert_eq!(admin.send(&desk, "POST", &path, (form, true)).status, StatusCode::SEE_OTHER);
            assert!(!is_in(&desk, &here) && !is_in(&desk, &there), "{what}");
        }
        let (hired, here) = at_desk(&desk, "management");
        let there = Asker::with_session(&desk, "there", &desk.sign_in(&hired.email).1);
        let old = PASSWORD.replace(' ', "+");
        let form = format!("old={old}&password={OTHER}&again={OTHER}");
        assert_eq!(here.send(&desk, "POST", "/me/password", (&form, true)).location(), "/me");
        assert!(is_in(&desk, &here) && !is_in(&desk, &there));
    }

    fn ending_other_sessions_asks_for_the_password_unless_the_sign_in_is_fresh(home) {
        let desk = Desk::new(home);
        let (hired, here) = at_desk(&desk, "employee");
        let secret = desk.sign_in(&hired.email);
        let there = Asker::with_session(&desk, "there", &secret.1);
        assert_eq!(here.send(&desk, "POST", "/me/sessions/end", ("", true)).location(), "/me");
        assert!(is_in(&desk, &here) && !is_in(&desk, &there));
        desk.pass_seconds(601);
        let right = format!("password={}", PASSWORD.replace(' ', "+"));
        for all in [true, false] {
            let (id, secret) = desk.sign_in(&hired.email);
            let there = Asker::with_session(&desk, "there", &secret);
            let path = if all { "/me/sessions/end".to_owned() } else { format!("/me/sessions/{id}/end") };
            for form in ["", "password=wrong+wrong+wrong"] {
                let asked = here.send(&desk, "POST", &path, (form, true));
                assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
                assert!(asked.text.contains("Your password") && is_in(&desk, &there), "{path} {form}");
            }
            assert_eq!(here.send(&desk, "POST", &path, (&right, true)).location(), "/me");
            assert!(is_in(&desk, &here) && !is_in(&desk, &there), "{path}");
        }
    }

    fn the_colours_are_taken_only_from_a_cookie_that_is_bound_to_the_host(home) {
        let desk = Desk::new(home);
        let (_, mut asker) = at_desk(&desk, "employee");
        let chosen = asker.send(&desk, "POST", "/me/theme", ("theme=dark", true));
        let session = asker.cookie.clone().unwrap();
        let dark = chosen.cookie("__Host-kept-theme");
        asker.cookie = Some(format!("{session}; __Host-kept-theme={dark}"));
        assert!(asker.get(&desk, "/me").text.contains("data-theme=\"dark\""));
        asker.cookie = Some(format!("{session}; kept-theme=dark"));
        assert!(!asker.get(&desk, "/me").text.contains("data-theme=\"dark\""));
    }

    fn a_session_ends_on_the_server_by_sign_out_by_rest_and_by_age(home) {
        let desk = Desk::new(home);
        let (_, out) = at_desk(&desk, "employee");
        out.send(&desk, "POST", "/sign-out", ("", true));
        assert!(!is_in(&desk, &out));
        let (_, resting) = at_desk(&desk, "employee");
        desk.pass_seconds(12 * 3600 + 60);
        assert!(!is_in(&desk, &resting));
        let (_, busy) = at_desk(&desk, "employee");
        for hours in 1..=7 * 24 {
            if hours % 6 == 0 {
                assert!(hours == 7 * 24 || is_in(&desk, &busy), "after {hours} hours");
            }
            desk.pass_seconds(3600);
        }
        assert!(!is_in(&desk, &busy));
    }

    fn an_answer_to_a_wrong_password_is_the_same_whether_or_not_there_is_an_account(home) {
        let desk = Desk::new(home);
        let hired = desk.hire("employee");
        let browser = Asker::visitor(&desk);
        let known = typed(&desk, &browser, &hired.email, "wrong wrong wrong");
        let unknown = typed(&desk, &browser, "nobody@desk.example", "wrong wrong wrong");
        assert_eq!(known.plain(&hired.email), unknown.plain("nobody@desk.example"));
        let known = browser.send(&desk, "POST", "/forgotten", (&format!("email={}", hired.email), true));
        let unknown = browser.send(&desk, "POST", "/forgotten", ("email=nobody@desk.example", true));
        assert_eq!(known.plain(&hired.email), unknown.plain("nobody@desk.example"));
    }

    fn guessing_waits_longer_and_longer_and_never_locks_the_person_out(home) {
        let desk = Desk::new(home);
        let hired = desk.hire("employee");
        let mut owner = Asker::visitor(&desk);
        let mark = typed(&desk, &owner, &hired.email, PASSWORD).cookie("__Host-kept-browser");
        owner.cookie = owner.cookie.map(|visit| format!("{visit}; __Host-kept-browser={mark}"));
        let guesser = Asker::visitor(&desk);
        let wrong: Vec<_> = (0..8).map(|_| told(&typed(&desk, &guesser, &hired.email, "wrong wrong wrong"))).collect();
        assert_eq!(wrong.first(), wrong.get(4));
        assert_ne!(wrong.first(), wrong.last(), "the eighth guess has to wait");
        // Even the right password waits at the guesser's browser; at the owner's own it does not.
        assert_ne!(told(&typed(&desk, &guesser, &hired.email, PASSWORD)), *wrong.first().unwrap());
        assert_eq!(typed(&desk, &owner, &hired.email, PASSWORD).status, StatusCode::SEE_OTHER);
        desk.pass_seconds(61);
        assert_eq!(typed(&desk, &guesser, &hired.email, PASSWORD).status, StatusCode::SEE_OTHER);
    }

    fn guesses_are_counted_by_the_address_of_the_connection_whatever_the_headers_say(home) {
        let desk = Desk::new(home);
        let mut guesser = Asker::visitor(&desk);
        guesser.from = Some("192.0.2.7:4711".parse().unwrap());
        let mut waits = 0;
        for number in 0..40 {
            guesser.says = ["x-forwarded-for", "x-real-ip", "forwarded", "cf-connecting-ip"]
                .map(|name| (name, format!("198.51.100.{number}")))
                .to_vec();
            let answer = typed(&desk, &guesser, &format!("nobody-{number}@desk.example"), "wrong wrong wrong");
            let first = told(&answer);
            waits += usize::from(first.contains("second") || first.contains("minute"));
        }
        assert!(waits >= 5, "{waits} of 40 guesses from one address had to wait");
        guesser.from = Some("192.0.2.8:4711".parse().unwrap());
        let other = told(&typed(&desk, &guesser, "nobody@desk.example", "wrong wrong wrong"));
        assert!(!other.contains("second"), "{other}");
    }

    fn links_begin_with_the_configured_address_whatever_host_was_asked(home) {
        let desk = Desk::new(home);
        let (_, mut admin) = at_desk(&desk, "administrator");
        admin.says = vec![
            ("x-forwarded-host", "evil.example".into()),
            ("x-forwarded-proto", "http".into()),
            ("forwarded", "host=evil.example".into()),
        ];
        let form = "name=Ada&email=ada@desk.example&roles=approver";
        let page = admin.send(&desk, "POST", "/settings/people", (form, true));
        let link = page.between("<li><code>", "</code>");
        assert!(link.starts_with(&format!("{ORIGIN}/invitation?token=")), "{link}");
        assert!(!page.text.contains("evil.example"));
    }

    fn a_link_is_used_up_by_its_form_alone_and_only_once(home) {
        let desk = Desk::new(home);
        let (_, admin) = at_desk(&desk, "administrator");
        let hired = desk.hire("employee");
        let path = format!("/settings/people/{}/link", hired.person);
        let link = admin.send(&desk, "POST", &path, ("", true)).between("<li><code>", "</code>");
        let path = link.strip_prefix(ORIGIN).unwrap();
        let (_, token) = path.split_once("token=").unwrap();
        assert!(token.len() >= 26, "26 letters of 5 bits are 130 bits");
        let visitor = Asker::visitor(&desk);
        for _ in 0..3 {
            assert_eq!(visitor.get(&desk, path).status, StatusCode::OK);
        }
        // A link for one purpose opens nothing else.
        for other in ["/invitation", "/welcome"] {
            assert_eq!(visitor.get(&desk, &format!("{other}?token={token}")).status, StatusCode::NOT_FOUND);
        }
        let form = format!("token={token}&password={OTHER}&again={OTHER}");
        let used = visitor.send(&desk, "POST", "/reset", (&form, true));
        assert_eq!(used.location(), "/sign-in");
        assert_eq!(visitor.send(&desk, "POST", "/reset", (&form, true)).status, StatusCode::NOT_FOUND);
        assert_eq!(visitor.get(&desk, path).status, StatusCode::NOT_FOUND);
    }

    fn a_clock_set_back_makes_no_session_immortal_and_set_forward_ends_it(home) {
        let desk = Desk::new(home);
        let (_, here) = at_desk(&desk, "employee");
        desk.pass_seconds(-40 * 24 * 3600);
        let seen = is_in(&desk, &here);
        desk.pass_seconds(40 * 24 * 3600 + 12 * 3600 + 60);
        assert!(!is_in(&desk, &here), "seen while the clock was back: {seen}");
        let (_, later) = at_desk(&desk, "employee");
        desk.pass_seconds(8 * 24 * 3600);
        assert!(!is_in(&desk, &later));
        desk.pass_seconds(-8 * 24 * 3600);
        let (_, fresh) = at_desk(&desk, "employee");
        assert!(is_in(&desk, &fresh));
    }
}
