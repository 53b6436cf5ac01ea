//! What people are told, until they have seen it.

use axum::http::StatusCode;
use kept_testing::on_both;

use crate::desk::Desk;

on_both! {
    fn an_alert_is_seen_once_by_one_of_those_to_whom_it_was_told(home) {
        let desk = Desk::new(home);
        let own = desk.tell(Some("ben"), "client service representative");
        let shared = desk.tell(None, "client service representative");
        let (ben, cleo, dora) = (desk.browser("ben"), desk.browser("cleo"), desk.browser("dora"));
        let page = ben.get("/alerts");
        assert!(page.has("told to you") && page.has("told to every client service representative"));
        assert!(ben.get("/").has("Told to you"));
        assert!(!cleo.get("/alerts").has("told to you"));
        assert!(dora.get("/alerts").has("Nothing new"));
        assert_eq!(desk.counted("ben"), [("alerts", 2)]);
        let path = |number: i64| format!("/alerts/{number}/seen");
        assert_eq!(cleo.post("/alerts", &path(own), &[]).status, StatusCode::NOT_FOUND);
        assert_eq!(cleo.post("/alerts", &path(shared), &[]).status, StatusCode::SEE_OTHER);
        assert_eq!(ben.post("/alerts", &path(shared), &[]).status, StatusCode::NOT_FOUND, "Cleo has seen it");
        assert_eq!(desk.counted("ben"), [("alerts", 1)]);
        assert_eq!(desk.counted("cleo"), []);
        assert!(cleo.get("/alerts?view=seen").has("told to every"));
    }

    fn all_on_the_page_are_seen_at_once_and_none_that_came_later(home) {
        let desk = Desk::new(home);
        desk.tell(Some("ben"), "r");
        let newest = desk.tell(Some("ben"), "r");
        desk.tell(Some("ben"), "r");
        let ben = desk.browser("ben");
        let newest = newest.to_string();
        assert_eq!(ben.post("/alerts", "/alerts/seen", &[("up_to", &newest)]).status, StatusCode::SEE_OTHER);
        assert_eq!(desk.counted("ben"), [("alerts", 1)]);
    }
}
