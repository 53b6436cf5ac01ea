//! Coming in: by a link, once, and never by knowing an address.

use axum::http::StatusCode;
use kept_testing::on_both;

use crate::desk::{DAY, Desk, MINUTE};

on_both! {
    fn the_door_says_the_same_to_whoever_asks(home) {
        let desk = Desk::new(home);
        let visitor = desk.visitor();
        let ask = |email: &str| visitor.post("/portal", "/portal", &[("email", email)]);
        let (known, unknown) = (ask("sanna@aalto.example"), ask("nobody@aalto.example"));
        let said = |answer: &crate::desk::Answer| (answer.status, answer.header("location"), answer.text.clone());
        assert_eq!(said(&known), said(&unknown));
        assert_eq!(known.status, StatusCode::SEE_OTHER);
        assert_eq!(desk.letters().len(), 1, "and only who is known gets a letter");
    }

    fn a_link_leads_in_once_and_looking_at_it_uses_nothing_up(home) {
        let desk = Desk::new(home);
        let links = desk.ask_for_link("Sanna@Aalto.example");
        let link = &links[0];
        for _ in 0..3 {
            let looked = desk.visit(link);
            assert!(looked.status == StatusCode::OK && looked.has("Open my pages"), "{}", looked.text);
        }
        let sanna = desk.enter_by(link).unwrap();
        assert!(sanna.get("/portal").has("Sanna"));
        assert_eq!(desk.visit(link).status, StatusCode::NOT_FOUND);
        assert!(desk.enter_by(link).is_none(), "a link is good once");
        assert!(desk.audited().contains(&"PortalEntered".to_owned()));
    }

    fn a_link_is_good_for_an_hour(home) {
        let desk = Desk::new(home);
        let links = desk.ask_for_link("sanna@aalto.example");
        desk.pass(61 * MINUTE);
        assert_eq!(desk.visit(&links[0]).status, StatusCode::NOT_FOUND);
        assert!(desk.enter_by(&links[0]).is_none());
        assert!(desk.enter_by("/portal/enter/AAAA").is_none());
    }

    fn nobody_s_mailbox_is_filled_by_whoever_knows_the_address(home) {
        let desk = Desk::new(home);
        let letters: usize = (0..9).map(|_| {
            desk.pass(11 * 60 / 10);
            desk.ask_for_link("sanna@aalto.example").len()
        }).sum();
        assert!((3..=6).contains(&letters), "{letters}");
        desk.pass(2 * 60 * MINUTE);
        assert_eq!(desk.ask_for_link("sanna@aalto.example").len(), 1, "and later it goes on");
    }

    fn a_session_ends_by_itself_by_leaving_and_with_the_contact(home) {
        let desk = Desk::new(home);
        let (one, two, three) = (
            desk.enter("sanna@aalto.example"),
            desk.enter("sanna@aalto.example"),
            desk.enter("mikko@aalto.example"),
        );
        let is_in = |browser: &crate::desk::Browser<'_>| browser.get("/portal/requests").status == StatusCode::OK;
        assert!(is_in(&one) && is_in(&two) && is_in(&three));
        one.post("/portal", "/portal/leave", &[]);
        assert!(!is_in(&one) && is_in(&two));
        desk.remove(desk.mikko);
        assert!(!is_in(&three), "whoever was taken off their client is nobody here");
        desk.pass(8 * DAY);
        assert!(!is_in(&two), "a week without a look ends it");
    }

    fn neither_session_is_good_for_the_other_s_pages(home) {
        let desk = Desk::new(home);
        let (sanna, rita) = (desk.enter("sanna@aalto.example"), desk.browser("rita"));
        assert_ne!(sanna.get("/requests").status, StatusCode::OK);
        assert_eq!(rita.get("/portal/requests").status, StatusCode::SEE_OTHER);
        assert!(!rita.get("/portal").has("action=\"/sign-out\""), "nobody of ours is anybody at the door");
        let as_staff = desk.browser_with(sanna.cookie.replace("kept-portal", "kept-session"));
        assert_ne!(as_staff.get("/requests").status, StatusCode::OK);
        let as_client = desk.browser_with(rita.cookie.replace("kept-session", "kept-portal"));
        assert_eq!(as_client.get("/portal/requests").status, StatusCode::SEE_OTHER);
    }

    fn a_closed_portal_is_as_if_it_did_not_exist(home) {
        let desk = Desk::closed(home);
        for path in ["/portal", "/portal/requests", "/portal/enter/x", "/portal/details"] {
            assert_eq!(desk.visit(path).status, StatusCode::NOT_FOUND, "{path}");
        }
    }

    fn words_come_in_the_contact_s_language_then_the_browser_s(home) {
        let desk = Desk::new(home);
        let mikko = desk.enter("mikko@aalto.example");
        let page = mikko.get("/portal");
        assert!(page.has("lang=\"de\"") && page.has("Was wir Ihnen versprochen haben"), "{}", page.text);
        assert!(desk.visit("/portal?lang=de").has("Sehen, wo wir stehen"));
        assert!(desk.visit("/portal").has("See how we stand"));
    }
}
