//! The web form and the link to confirm, for people without an account.

use axum::http::StatusCode;
use kept_testing::on_both;

use crate::desk::Desk;

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

    fn a_link_that_is_made_up_or_old_confirms_nothing(home) {
        let desk = Desk::new(home);
        for path in ["/confirm/x", "/confirm/AAAA"] {
            assert_eq!(desk.visit(path).status, StatusCode::NOT_FOUND);
            assert_eq!(desk.send(path, &[]).status, StatusCode::NOT_FOUND);
        }
    }
}
