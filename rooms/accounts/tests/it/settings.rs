//! A person's own settings through the pages: profile, password, codes, sessions, tokens, days.

use axum::http::StatusCode;
use kept_accounts::SignedIn;
use kept_accounts::access::Action;
use kept_testing::{Kept as _, on_both};

use crate::desk::{ADMIN, Answer, Browser, Desk, MAYA, OTHER_PASSWORD, PASSWORD, code_of, console};

fn done(answer: &Answer) {
    assert_eq!(
        (answer.status, answer.location.as_str()),
        (StatusCode::SEE_OTHER, "/me"),
        "{}",
        answer.text
    );
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

/// Maya at her desk.
fn maya(desk: &Desk) -> Browser<'_> {
    let browser = desk.browser();
    assert_eq!(
        browser.sign_in(MAYA, PASSWORD).status,
        StatusCode::SEE_OTHER
    );
    browser
}

/// Switches codes on; the secret's letters and the recovery codes.
fn codes_on(desk: &Desk, browser: &Browser<'_>) -> (String, Vec<String>) {
    let answer = browser.post("/me", "/me/codes", &[]);
    assert_eq!(answer.location, "/me/codes");
    let page = browser.get("/me/codes");
    assert!(page.has("<svg class=\"photo-code\""));
    let secret = page.between("<code translate=\"no\">", "</code>");
    refused(
        &browser.post("/me/codes", "/me/codes/confirmation", &[("code", "000000")]),
        "This code is not right",
    );
    let code = code_of(&secret, desk.world.now());
    let shown = browser.post("/me/codes", "/me/codes/confirmation", &[("code", &code)]);
    assert_eq!(shown.status, StatusCode::OK);
    let recovery: Vec<_> = shown
        .text
        .split("<li><code>")
        .skip(1)
        .map(|rest| rest.split_once('<').unwrap().0.to_owned())
        .collect();
    assert_eq!(recovery.len(), 10);
    (secret, recovery)
}

/// Signs in as far as the second step, and shows a code.
fn with_code(desk: &Desk, code: &str) -> Answer {
    let browser = desk.browser();
    let step = browser.sign_in(MAYA, PASSWORD);
    assert_eq!(step.location, "/sign-in/code?next=");
    assert!(
        !browser.cookies.borrow().contains_key("kept-session"),
        "half in is not in"
    );
    assert_eq!(browser.get("/me").location, "/sign-in?next=%2Fme");
    browser.post(
        "/sign-in/code",
        "/sign-in/code",
        &[("code", code), ("next", "/me")],
    )
}

on_both! {
    fn a_page_for_people_with_an_account_sends_others_to_sign_in(home) {
        let desk = Desk::staffed(home);
        let browser = desk.browser();
        let answer = browser.get("/settings/people?all=on");
        assert_eq!((answer.status, answer.location.as_str()), (StatusCode::SEE_OTHER, "/sign-in?next=%2Fsettings%2Fpeople%3Fall%3Don"));
        let page = browser.get(&answer.location);
        assert!(page.has("value=\"/settings/people?all=on\""));
    }

    fn signing_out_ends_the_session_on_the_server(home) {
        let desk = Desk::staffed(home);
        let browser = maya(&desk);
        let stolen = desk.browser();
        stolen.cookies.replace(browser.cookies.borrow().clone());
        assert_eq!(stolen.get("/me").status, StatusCode::OK);
        let answer = browser.post("/me", "/sign-out", &[]);
        assert_eq!(answer.location, "/sign-in");
        assert!(!browser.cookies.borrow().contains_key("kept-session"));
        assert_eq!(stolen.get("/me").status, StatusCode::SEE_OTHER);
    }

    fn a_form_of_another_session_is_refused(home) {
        let desk = Desk::staffed(home);
        let (one, two) = (maya(&desk), maya(&desk));
        let foreign = one.get("/me").csrf();
        let fields = [("name", "Someone Else"), ("zone", "UTC"), ("language", "en")];
        assert_eq!(two.post_token("/me/profile", &foreign, &fields).status, StatusCode::FORBIDDEN);
        assert_eq!(two.post_token("/me/profile", "", &fields).status, StatusCode::FORBIDDEN);
        assert_eq!(desk.find(MAYA).unwrap().name, "Maya Okonkwo");
    }

    fn a_person_changes_their_name_and_zone_and_a_wrong_zone_is_kept_in_its_form(home) {
        let desk = Desk::staffed(home);
        let browser = maya(&desk);
        let fields = [("name", "Maya Okonkwo-Berg"), ("zone", "Europe/Berlin"), ("language", "en")];
        done(&browser.post("/me", "/me/profile", &fields));
        assert!(browser.get("/me").has("Your settings are saved."));
        let fields = [("name", "<b>Maya</b>"), ("zone", "Berlin"), ("language", "en")];
        let answer = browser.post("/me", "/me/profile", &fields);
        refused(&answer, "Write a time zone");
        assert!(answer.has("value=\"&#60;b&#62;Maya&#60;/b&#62;\"") && !answer.has("<b>Maya"));
        assert_eq!(desk.find(MAYA).unwrap().name, "Maya Okonkwo-Berg");
        let more = [("name", "M"), ("zone", "UTC"), ("language", "en"), ("state", "active")];
        assert_eq!(browser.post("/me", "/me/profile", &more).status, StatusCode::UNPROCESSABLE_ENTITY);
    }

    fn a_new_password_asks_for_the_old_one_and_ends_the_other_sessions(home) {
        let desk = Desk::staffed(home);
        let (here, there) = (maya(&desk), maya(&desk));
        let fields = |old| [("old", old), ("password", OTHER_PASSWORD), ("again", OTHER_PASSWORD)];
        refused(&here.post("/me", "/me/password", &fields("wrong wrong wrong")), "This is not your password.");
        done(&here.post("/me", "/me/password", &fields(PASSWORD)));
        assert_eq!(here.get("/me").status, StatusCode::OK);
        assert_eq!(there.get("/me").status, StatusCode::SEE_OTHER);
        assert!(desk.sign_in(MAYA, PASSWORD).is_err());
        assert!(desk.sign_in(MAYA, OTHER_PASSWORD).is_ok());
    }

    fn with_codes_the_password_alone_lets_nobody_in(home) {
        let desk = Desk::staffed(home);
        let browser = maya(&desk);
        let (secret, _) = codes_on(&desk, &browser);
        assert!(browser.get("/me").has("10 recovery codes are left"));
        // The code that switched codes on has been used.
        let used = code_of(&secret, desk.world.now());
        refused(&with_code(&desk, &used), "not right, or was used already");
        desk.pass_seconds(30);
        let code = code_of(&secret, desk.world.now());
        let answer = with_code(&desk, &code);
        assert_eq!((answer.status, answer.location.as_str()), (StatusCode::SEE_OTHER, "/me"));
        refused(&with_code(&desk, &code), "not right, or was used already");
    }

    fn a_recovery_code_lets_in_once_however_it_is_typed(home) {
        let desk = Desk::staffed(home);
        let (_, recovery) = codes_on(&desk, &maya(&desk));
        let typed = recovery[3].to_lowercase().replace(' ', "-");
        assert_eq!(with_code(&desk, &typed).status, StatusCode::SEE_OTHER);
        refused(&with_code(&desk, &recovery[3]), "not right, or was used already");
        assert_eq!(with_code(&desk, &recovery[4]).status, StatusCode::SEE_OTHER);
    }

    fn codes_are_guessed_five_times_and_then_the_password_is_asked_for_again(home) {
        let desk = Desk::staffed(home);
        codes_on(&desk, &maya(&desk));
        let browser = desk.browser();
        browser.sign_in(MAYA, PASSWORD);
        let mut seen = Vec::new();
        for _ in 0..12 {
            let answer = browser.post("/sign-in/code", "/sign-in/code", &[("code", "123456"), ("next", "")]);
            seen.push(if answer.status == StatusCode::SEE_OTHER { "gone" } else if answer.has("wrong too often") { "wait" } else { "wrong" });
            desk.pass_seconds(2);
        }
        assert_eq!(seen.iter().filter(|word| **word == "wrong").count(), 5, "{seen:?}");
        assert_eq!(seen.last(), Some(&"gone"), "{seen:?}");
    }

    fn codes_are_switched_off_with_the_password(home) {
        let desk = Desk::staffed(home);
        let browser = maya(&desk);
        codes_on(&desk, &browser);
        refused(&browser.post("/me", "/me/codes/removal", &[("password", "wrong wrong wrong")]), "This is not your password.");
        done(&browser.post("/me", "/me/codes/removal", &[("password", PASSWORD)]));
        assert!(matches!(desk.sign_in(MAYA, PASSWORD), Ok(SignedIn::Session { .. })));
        let audited = desk.audited();
        let codes: Vec<_> = audited.iter().filter(|act| act.starts_with("Codes")).collect();
        assert_eq!(codes, ["CodesPrepared", "CodesSwitchedOn", "CodesSwitchedOff"]);
    }

    fn sessions_are_listed_and_only_ones_own_can_be_ended(home) {
        let desk = Desk::staffed(home);
        let (here, there, helen) = (maya(&desk), maya(&desk), desk.browser());
        helen.sign_in(ADMIN, PASSWORD);
        let page = here.get("/me");
        assert_eq!(page.text.matches("A browser").count(), 2);
        assert!(page.has("This one") && page.has("192.0.2.1"));
        let end = page.between("action=\"/me/sessions/0", "\"");
        let path = format!("/me/sessions/0{end}");
        assert_eq!(helen.post("/me", &path, &[]).status, StatusCode::NOT_FOUND);
        assert_eq!(there.get("/me").status, StatusCode::OK);
        done(&here.post("/me", &path, &[]));
        assert_eq!(there.get("/me").status, StatusCode::SEE_OTHER);
        assert_eq!(here.post("/me", &path, &[]).status, StatusCode::NOT_FOUND);
    }

    fn a_token_does_what_it_and_its_person_may_and_dies_with_either(home) {
        let desk = Desk::staffed(home);
        let browser = maya(&desk);
        refused(&browser.post("/me", "/me/tokens", &[("name", "Import")]), "at least one thing");
        let fields = [("name", "Import"), ("scopes", "read-clients"), ("scopes", "configure"), ("until", "2027-01-01")];
        let shown = browser.post("/me", "/me/tokens", &fields);
        assert_eq!(shown.status, StatusCode::OK);
        let text = shown.between("<li><code>", "<");
        assert!(text.starts_with("kept_"));
        assert!(!browser.get("/me").has(&text), "it is shown once");
        let good = |text: &str| desk.run(desk.accounts.bearer(text)).unwrap();
        let token = good(&text).unwrap();
        assert!(!token.scope(Action::ReadClients).is_nothing());
        assert!(token.scope(Action::HandleRequests).is_nothing(), "not in its scopes");
        assert!(token.scope(Action::Configure).is_nothing(), "not in the roles of its person");
        assert!(good(&text[1..]).is_none() && good("kept_").is_none());
        let second = browser.post("/me", "/me/tokens", &[("name", "Other"), ("scopes", "read-clients")]).between("<li><code>", "<");
        let path = format!("/me/tokens/{}/revocation", token.id);
        done(&browser.post("/me", &path, &[]));
        assert!(good(&text).is_none() && good(&second).is_some());
        let (act, scope, maya) = (desk.act(), console(), desk.person(MAYA));
        desk.store.write(move |tx| kept_accounts::commands::disable_person(tx, &act, &scope, maya)).kept();
        assert!(good(&second).is_none());
    }

    fn a_token_of_the_company_expires_on_its_day(home) {
        let desk = Desk::staffed(home);
        let until = desk.world.now().plus_micros(3_600_000_000);
        let (_, text) = desk.accounts.create_token("Import of the old desk", vec![Action::ImportHistory], Some(until)).unwrap();
        let good = |text: &str| desk.run(desk.accounts.bearer(text)).unwrap();
        let token = good(&text).unwrap();
        assert!(token.scope(Action::ImportHistory).is_everything());
        assert!(token.scope(Action::ReadClients).is_nothing());
        desk.pass_seconds(3600);
        assert!(good(&text).is_none());
    }

    fn days_away_name_a_deputy_and_do_not_overlap(home) {
        let desk = Desk::staffed(home);
        let browser = maya(&desk);
        let (helen, own) = (desk.person(ADMIN).to_string(), desk.person(MAYA).to_string());
        let days = |from, until, deputy| browser.post("/me", "/me/absences", &[("from", from), ("until", until), ("deputy", deputy)]);
        done(&days("2026-03-02", "2026-03-06", &helen));
        assert!(browser.get("/me").has("2026-03-02 to 2026-03-06"));
        refused(&days("2026-03-06", "2026-03-09", ""), "already");
        refused(&days("2026-04-02", "2026-04-01", ""), "the last is not before the first");
        refused(&days("2026-04-02", "2026-04-03", &own), "active colleague");
        let path = browser.get("/me").between("action=\"/me/absences/", "\"");
        let other = desk.browser();
        other.sign_in(ADMIN, PASSWORD);
        assert_eq!(other.post("/me", &format!("/me/absences/{path}"), &[]).status, StatusCode::NOT_FOUND);
        done(&browser.post("/me", &format!("/me/absences/{path}"), &[]));
        done(&days("2026-03-06", "2026-03-09", ""));
    }

    fn working_hours_read_back_and_a_wrong_day_is_named(home) {
        let desk = Desk::staffed(home);
        let browser = maya(&desk);
        done(&browser.post("/me", "/me/hours", &[("monday", "9-12:30, 13:15-17"), ("friday", "9:00-14:00")]));
        let maya = desk.person(MAYA);
        let spans = desk.store.read(move |read| kept_accounts::queries::working_hours(read, maya)).kept();
        assert_eq!(spans.len(), 3);
        assert!(browser.get("/me").has("value=\"9:00-12:30, 13:15-17:00\""));
        refused(&browser.post("/me", "/me/hours", &[("tuesday", "nine to five")]), "Write hours like");
        refused(&browser.post("/me", "/me/hours", &[("tuesday", "9-12, 11-13")]), "no two of a day overlap");
    }

    fn colours_are_chosen_without_a_script(home) {
        let desk = Desk::staffed(home);
        let browser = maya(&desk);
        done(&browser.post("/me", "/me/theme", &[("theme", "dark")]));
        assert!(browser.get("/me").has("data-theme=\"dark\""));
        done(&browser.post("/me", "/me/theme", &[("theme", "system")]));
        assert!(!browser.get("/me").has("data-theme="));
    }
}
