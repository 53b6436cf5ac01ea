//! The pages through the router, as a browser without a script sees them.

use axum::http::StatusCode;
use kept_testing::on_both;

use crate::desk::{ADMIN, Desk, MAYA, OTHER_PASSWORD, PASSWORD};

on_both! {
    fn the_first_administrator_is_made_by_a_link_that_looking_does_not_use_up(home) {
        let desk = Desk::empty(home);
        let link = desk.accounts.first_link().unwrap().unwrap();
        let path = link.strip_prefix("https://desk.example").unwrap().to_owned();
        let browser = desk.browser();
        for _ in 0..3 {
            assert_eq!(browser.get(&path).status, StatusCode::OK);
        }
        let token = path.split_once("token=").unwrap().1.to_owned();
        let fields = [("token", token.as_str()), ("name", "Helen Strand"), ("email", ADMIN), ("password", "short"), ("again", "short")];
        let answer = browser.post(&path, "/welcome", &fields);
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.has("Use at least 12 characters") && answer.has("value=\"Helen Strand\"") && !answer.has("value=\"short\""));
        let fields = [("token", token.as_str()), ("name", "Helen Strand"), ("email", ADMIN), ("password", PASSWORD), ("again", PASSWORD)];
        let answer = browser.post(&path, "/welcome", &fields);
        assert_eq!((answer.status, answer.location.as_str()), (StatusCode::SEE_OTHER, "/"));
        assert_eq!(desk.find(ADMIN).unwrap().roles, ["administrator"]);
        assert_eq!(desk.browser().get(&path).status, StatusCode::NOT_FOUND);
        assert_eq!(desk.accounts.first_link().unwrap(), None);
    }

    fn a_wrong_password_keeps_the_email_and_says_what_to_do(home) {
        let desk = Desk::staffed(home);
        let browser = desk.browser();
        let answer = browser.sign_in(MAYA, "wrong wrong wrong");
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.has("value=\"maya@desk.example\""));
        assert!(answer.has("get a link by mail"));
        assert!(!answer.has("wrong wrong wrong"));
    }

    fn signing_in_leads_to_the_wanted_page_and_never_to_another_site(home) {
        let desk = Desk::staffed(home);
        let way = |next: &str| {
            let browser = desk.browser();
            let fields = [("email", MAYA), ("password", PASSWORD), ("next", next)];
            browser.post("/sign-in", "/sign-in", &fields).location
        };
        assert_eq!(way("/clients/7?view=mine"), "/clients/7?view=mine");
        for next in ["//evil.example", "https://evil.example/", "/\\evil.example", ""] {
            assert_eq!(way(next), "/", "{next}");
        }
    }

    fn a_form_without_its_token_or_with_anothers_is_refused(home) {
        let desk = Desk::staffed(home);
        let (browser, other) = (desk.browser(), desk.browser());
        let fields = [("email", MAYA), ("password", PASSWORD), ("next", "")];
        browser.get("/sign-in");
        assert_eq!(browser.post_token("/sign-in", "", &fields).status, StatusCode::FORBIDDEN);
        other.sign_in(ADMIN, PASSWORD);
        let foreign = other.get("/me").csrf();
        assert_eq!(browser.post_token("/sign-in", &foreign, &fields).status, StatusCode::FORBIDDEN);
    }

    fn an_unknown_field_is_refused(home) {
        let desk = Desk::staffed(home);
        let browser = desk.browser();
        let fields = [("email", MAYA), ("password", PASSWORD), ("next", ""), ("role", "administrator")];
        let answer = browser.post("/sign-in", "/sign-in", &fields);
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(!browser.cookies.borrow().contains_key("kept-session"));
    }

    fn a_forgotten_password_is_set_by_a_link_and_all_sessions_end(home) {
        let desk = Desk::staffed(home);
        let session = desk.session(MAYA);
        let browser = desk.browser();
        let known = browser.post("/forgotten", "/forgotten", &[("email", MAYA)]);
        let flash = browser.get("/sign-in");
        let unknown = browser.post("/forgotten", "/forgotten", &[("email", "nobody@desk.example")]);
        assert_eq!((known.status, &known.location), (unknown.status, &unknown.location));
        assert!(flash.has("If this email has an account"));
        let mails = desk.mails.lock().unwrap().clone();
        assert_eq!(mails.len(), 1);
        assert_eq!(mails[0].0, MAYA);
        let path = mails[0].1.strip_prefix("https://desk.example").unwrap();
        let token = path.split_once("token=").unwrap().1;
        for _ in 0..2 {
            assert_eq!(browser.get(path).status, StatusCode::OK);
        }
        let fields = [("token", token), ("password", OTHER_PASSWORD), ("again", OTHER_PASSWORD)];
        let answer = browser.post(path, "/reset", &fields);
        assert_eq!((answer.status, answer.location.as_str()), (StatusCode::SEE_OTHER, "/sign-in"));
        assert!(!desk.stands(&session));
        assert!(desk.sign_in(MAYA, PASSWORD).is_err());
        assert!(desk.sign_in(MAYA, OTHER_PASSWORD).is_ok());
        assert_eq!(browser.get(path).status, StatusCode::NOT_FOUND);
        let again = browser.post("/sign-in", "/reset", &fields);
        assert_eq!(again.status, StatusCode::NOT_FOUND);
    }

    fn the_cookie_of_a_session_is_for_the_server_alone_and_for_this_host_over_https(home) {
        let desk = Desk::with(home, |settings| kept_accounts::Settings { https: true, ..settings });
        desk.add("Maya Okonkwo", MAYA, &[]);
        let browser = desk.browser();
        let answer = browser.sign_in(MAYA, PASSWORD);
        let session = answer.cookies.iter().find(|cookie| cookie.contains("kept-session=")).unwrap();
        assert!(session.starts_with("__Host-kept-session="));
        for word in ["; Path=/", "; HttpOnly", "; SameSite=Lax", "; Secure"] {
            assert!(session.contains(word), "{session}");
        }
        assert_eq!(browser.get("/sign-in").status, StatusCode::SEE_OTHER, "signed in already");
    }
}
