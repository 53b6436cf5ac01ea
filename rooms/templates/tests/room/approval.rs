//! Written, asked for, approved by somebody else, changed.

use axum::http::StatusCode;
use kept_kernel::Id;
use kept_templates::text_of;
use kept_testing::{Kept as _, on_both};

use crate::desk::Desk;

const OK: StatusCode = StatusCode::SEE_OTHER;

/// The text that is offered of a template.
fn offered(desk: &Desk, id: &str) -> Option<(u32, String)> {
    let id: Id = id.parse().unwrap();
    let text = desk.store.read(move |read| text_of(read, id, None)).kept();
    text.map(|text| (text.version, text.body))
}

on_both! {
    fn only_what_somebody_else_has_approved_is_offered(home) {
        let desk = Desk::new(home);
        let id = desk.written("helen", "Hello {{contact.first_name}}.");
        assert_eq!(offered(&desk, &id), None);
        assert_eq!(desk.does("sam", &id, "approval", "1"), StatusCode::CONFLICT, "nobody has asked");
        assert_eq!(desk.does("helen", &id, "asking", "1"), OK);
        assert_eq!(desk.does("helen", &id, "approval", "1"), StatusCode::CONFLICT, "she wrote it");
        assert_eq!(desk.does("maya", &id, "approval", "1"), StatusCode::NOT_FOUND, "she approves none");
        assert_eq!(desk.does("sam", &id, "approval", "1"), OK);
        assert_eq!(offered(&desk, &id), Some((1, "Hello {{contact.first_name}}.".to_owned())));
        let mut audited = desk.audited();
        audited.retain(|act| act.starts_with("Template"));
        let acts = ["TemplateAdded", "TemplateApprovalAsked", "TemplateApproved"].map(str::to_owned);
        assert_eq!(audited, acts);
    }

    fn a_change_is_a_new_version_and_the_approved_one_goes_on_until_it_is_approved(home) {
        let desk = Desk::new(home);
        let id = desk.written("maya", "One.");
        desk.does("maya", &id, "asking", "1");
        desk.does("sam", &id, "approval", "1");
        let page = format!("/templates/{id}");
        let revision = || {
            let form = desk.browser("maya").get(&format!("{page}/edit"));
            let (_, rest) = form.text.split_once("name=\"revision\" value=\"").unwrap();
            rest.split('"').next().unwrap().to_owned()
        };
        let seen = revision();
        assert_eq!(desk.send("maya", &page, "One and a half.", &seen).status, OK);
        assert_eq!(desk.send("maya", &page, "Two.", &seen).status, StatusCode::UNPROCESSABLE_ENTITY, "somebody was faster");
        assert_eq!(offered(&desk, &id), Some((1, "One.".to_owned())));
        assert!(desk.browser("ben").get(&page).has("version 1 in use"));
        desk.does("maya", &id, "asking", "2");
        assert_eq!(desk.does("sam", &id, "return", "2"), OK);
        assert!(desk.browser("maya").get(&page).has("Say it shorter."));
        assert_eq!(desk.does("sam", &id, "approval", "2"), StatusCode::CONFLICT, "it was returned");
        desk.does("maya", &id, "asking", "2");
        assert_eq!(desk.does("sam", &id, "approval", "1"), StatusCode::CONFLICT, "another version was looked at");
        assert_eq!(desk.does("sam", &id, "approval", "2"), OK);
        assert_eq!(offered(&desk, &id), Some((2, "One and a half.".to_owned())));
        let history = desk.browser("ben").get(&format!("{page}/history"));
        assert!(history.has("<ins>One and a half.</ins>"), "{}", history.text);
        let first = desk.store.read({
            let id: Id = id.parse().unwrap();
            move |read| text_of(read, id, Some(1))
        });
        assert_eq!(first.kept().unwrap().body, "One.", "what was sent from it says which version it was");
    }

    fn what_is_out_of_use_is_not_offered_and_comes_back(home) {
        let desk = Desk::new(home);
        let id = desk.written("maya", "One.");
        desk.does("maya", &id, "asking", "1");
        desk.does("sam", &id, "approval", "1");
        let page = format!("/templates/{id}");
        let retirement = format!("{page}/retirement");
        let maya = desk.browser("maya");
        assert_eq!(maya.post(&page, &retirement, &[]).status, OK);
        assert_eq!(offered(&desk, &id), None);
        assert!(!maya.get("/templates").has(&page) && maya.get("/templates?view=retired").has(&page));
        assert_eq!(desk.browser("ben").post("/templates", &retirement, &[]).status, StatusCode::FORBIDDEN, "no form gave him a token");
        assert_eq!(maya.post(&page, &retirement, &[("back", "on")]).status, OK);
        assert!(offered(&desk, &id).is_some());
    }

    fn who_may_not_write_finds_no_form(home) {
        let desk = Desk::new(home);
        let id = desk.written("maya", "One.");
        let ben = desk.browser("ben");
        assert_eq!(ben.get("/templates/new").status, StatusCode::NOT_FOUND);
        assert_eq!(ben.get(&format!("/templates/{id}/edit")).status, StatusCode::NOT_FOUND);
        assert!(ben.get(&format!("/templates/{id}")).has("One."));
        assert!(!ben.get("/templates").has("New template"));
    }
}
