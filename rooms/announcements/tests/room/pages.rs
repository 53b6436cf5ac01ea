//! Through the pages.

use axum::http::StatusCode;
use kept_testing::{on_both, prepare_all};

use crate::desk::Desk;

on_both! {
    fn every_statement_is_understood(home) {
        let desk = Desk::new(home);
        prepare_all(&desk.store, kept_announcements::STATEMENTS);
        prepare_all(&desk.store, kept_api::STATEMENTS);
    }

    fn what_is_posted_is_read_and_confirmed_and_the_author_sees_who_has_not(home) {
        let desk = Desk::new(home);
        let (helen, ben) = (desk.browser("helen"), desk.browser("ben"));
        let id = helen.announce("We move on Friday", "company");
        let page = format!("/announcements/{id}");
        assert!(ben.get("/announcements").has("to confirm"));
        assert!(helen.get(&page).has("<b>0</b> of 5 have confirmed"));
        let confirmed = ben.post(&page, &format!("{page}/readings"), &[("version", "1")]);
        assert_eq!(confirmed.status, StatusCode::SEE_OTHER);
        assert!(ben.get(&page).has("that you have read this"));
        assert!(!ben.get(&page).has("Who has read it"), "readers are for the author");
        assert!(helen.get(&page).has("<b>1</b> of 5 have confirmed"));
        assert_eq!(desk.events(), ["post-announcement", "read-announcement"]);
        let audited = desk.audited();
        assert!(audited.ends_with(&["AnnouncementPosted".into(), "AnnouncementRead".into()]), "{audited:?}");
    }

    fn a_form_that_needs_another_look_keeps_all_its_values(home) {
        let desk = Desk::new(home);
        let fields = [
            ("title", " "), ("text", "Mind the <b>step</b>"), ("audience", "company"), ("clause", "XX 9"),
            ("from_on", "2026-02-10"), ("until_on", "2026-02-01"),
        ];
        let answer = desk.browser("helen").post("/announcements/new", "/announcements", &fields);
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        for words in ["Write a title", "no such clause", "last day that is still to come", "3 values need another look",
            "Mind the &#60;b&#62;step", "XX 9", "2026-02-10"] {
            assert!(answer.has(words), "{words} in {}", answer.text);
        }
        assert_eq!(desk.events(), Vec::<String>::new());
    }

    fn another_text_asks_again_and_another_date_does_not(home) {
        let desk = Desk::new(home);
        let (helen, ben) = (desk.browser("helen"), desk.browser("ben"));
        let id = helen.announce("We move on Friday", "company");
        let (page, readings) = (format!("/announcements/{id}"), format!("/announcements/{id}/readings"));
        ben.post(&page, &readings, &[("version", "1")]);
        let edit = |title: &str, until: &str, revision: &str| {
            let fields = [("title", title), ("text", "Words"), ("audience", "company"), ("must_confirm", "on"),
                ("until_on", until), ("revision", revision)];
            helen.post(&format!("{page}/edit"), &page, &fields).status
        };
        assert_eq!(edit("We move on Friday", "2026-03-01", "1"), StatusCode::SEE_OTHER);
        assert!(!ben.get("/announcements").has("to confirm"));
        assert_eq!(edit("We move on Monday", "2026-03-01", "2"), StatusCode::SEE_OTHER);
        assert!(ben.get("/announcements").has("to confirm"));
        let stale = ben.post(&page, &readings, &[("version", "1")]);
        assert_eq!(stale.status, StatusCode::CONFLICT, "what was read is no longer in force");
        assert_eq!(edit("We stay", "", "2"), StatusCode::UNPROCESSABLE_ENTITY, "somebody was faster");
        assert!(helen.get(&page).has("read version 1"));
        assert!(helen.get(&format!("{page}?version=1")).has("We move on Friday"));
    }

    fn what_is_withdrawn_is_gone_for_readers_and_comes_back_by_undo(home) {
        let desk = Desk::new(home);
        let (helen, ben) = (desk.browser("helen"), desk.browser("ben"));
        let id = helen.announce("We move on Friday", "company");
        let page = format!("/announcements/{id}");
        let withdrawal = format!("{page}/withdrawal");
        let gone = helen.post(&page, &withdrawal, &[]);
        assert_eq!(gone.header("location"), "/announcements?view=written");
        assert!(!ben.sees("We move on Friday"));
        assert_eq!(ben.get(&page).status, StatusCode::NOT_FOUND);
        assert!(helen.get(&page).has("This was withdrawn"));
        assert_eq!(helen.post(&page, &withdrawal, &[]).status, StatusCode::CONFLICT);
        helen.post(&page, &format!("{withdrawal}/undo"), &[]);
        assert!(ben.sees("We move on Friday"));
    }

    fn what_people_write_never_becomes_a_tag(home) {
        let desk = Desk::new(home);
        let helen = desk.browser("helen");
        let nasty = "<script>alert(1)</script>";
        let fields = [("title", nasty), ("text", nasty), ("audience", "company")];
        let id = helen.post("/announcements/new", "/announcements", &fields).made();
        for page in ["/announcements".to_owned(), format!("/announcements/{id}"), format!("/announcements/{id}/edit")] {
            let page = helen.get(&page);
            assert!(!page.has("<script>alert") && !page.has(" style="), "{}", page.text);
        }
    }
}
