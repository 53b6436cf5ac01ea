//! What was begun is put aside, and stands again as it was left.

use axum::http::StatusCode;
use kept_testing::on_both;

use crate::desk::{DAY, Desk};
use crate::filling::INTAKE;

/// The link of a form that has a field for files.
fn with_files(desk: &Desk) -> (String, String) {
    let form = desk.form("intake");
    desk.with_field(&form, ("file", "Your logo", "documents"));
    let link = desk.send(&form);
    (form, link)
}

on_both! {
    fn what_was_begun_stands_again_as_it_was_left_and_uses_nothing_up(home) {
        let desk = Desk::new(home);
        let link = desk.send(&desk.form("intake"));
        let draft = format!("{link}/draft");
        let kept = desk.fill(&draft, &[("f1", "Sanna A."), ("f5", ""), ("f9", "Fewer rejected")]);
        assert_eq!((kept.status, kept.header("location")), (StatusCode::SEE_OTHER, format!("{link}?kept=on")));
        let shown = desk.visit(&format!("{link}?kept=on"));
        assert!(shown.has("It is saved, and not sent yet.") && shown.has("value=\"Sanna A.\"") && shown.has("Fewer rejected"), "{}", shown.text);
        assert!(!shown.has("Satamakatu 1"), "what was emptied stays empty");
        let rita = desk.browser("rita");
        let list = rita.get(&format!("/clients/{}/forms", desk.aalto));
        assert!(list.has("waits, begun: 2 of 15 filled in"), "{}", list.text);
        assert!(rita.get(&format!("/clients/{}", desk.aalto)).has("Satamakatu 1"), "nothing is in the record yet");
        assert_eq!(desk.fill(&link, &INTAKE).status, StatusCode::OK);
        assert_eq!(desk.fill(&draft, &[("f1", "X")]).status, StatusCode::NOT_FOUND, "what was sent is not put aside");
        let begun = desk.audited().iter().filter(|act| *act == "FormBegun").count();
        assert_eq!(begun, 1);
    }

    fn a_script_is_answered_without_a_page_and_strays_are_refused(home) {
        let desk = Desk::new(home);
        let link = desk.send(&desk.form("intake"));
        let page = desk.visit(&link);
        let policy = page.header("content-security-policy");
        assert!(policy.contains("script-src 'self'") && page.has("data-keep=") && page.has("filling-script-"), "{policy}");
        let draft = format!("{link}/draft");
        let request = axum::http::Request::post(&draft).header("kept-by", "script").header("content-type", "application/x-www-form-urlencoded");
        let kept = desk.ask(request, axum::body::Body::from("f1=Words"));
        assert_eq!((kept.status, kept.text.as_str()), (StatusCode::NO_CONTENT, ""));
        assert_eq!(desk.fill(&draft, &[("client", "x")]).status, StatusCode::BAD_REQUEST);
        assert_eq!(desk.fill("/f/for/AAAA/draft", &[("f1", "x")]).status, StatusCode::NOT_FOUND);
        let open = desk.form("feedback");
        desk.open_form(&open, "");
        assert!(!desk.visit(&format!("/f/{open}")).header("content-security-policy").contains("script"), "an open form runs none");
        desk.pass(31 * DAY);
        assert_eq!(desk.fill(&draft, &[("f1", "x")]).status, StatusCode::NOT_FOUND);
    }

    fn files_are_put_aside_too_taken_off_again_and_sent_with_the_rest(home) {
        let desk = Desk::new(home);
        let (form, link) = with_files(&desk);
        let draft = format!("{link}/draft");
        desk.fill_with(&draft, &[("f1", "Sanna")], &[("f16", "old.png", b"old")]);
        desk.fill_with(&draft, &[("f1", "Sanna")], &[("f16", "C:\\logo.png", b"new logo")]);
        let shown = desk.visit(&link).text;
        assert!(shown.contains("logo.png") && !shown.contains("old.png") && !shown.contains("C:\\"), "a field for one file has one: {shown}");
        let wrong = desk.fill_with(&link, &INTAKE[..1], &[]);
        assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.has("logo.png"), "what needs another look keeps its files: {}", wrong.text);
        let sent = desk.fill_with(&link, &INTAKE, &[]);
        assert_eq!(sent.status, StatusCode::OK, "{}", sent.text);
        let answer = desk.browser("rita").get(&desk.answer(&form));
        assert!(answer.has("logo.png") && answer.has("<ins>logo.png</ins>"), "{}", answer.text);
        assert_eq!(desk.records.kept(), ["Your logo: logo.png of 8 bytes"]);
        let (_, again) = with_files(&desk);
        desk.fill_with(&format!("{again}/draft"), &INTAKE, &[("f16", "logo.png", b"new logo")]);
        let id = desk.visit(&again).text.split("name=\"f16.off\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        desk.fill(&format!("{again}/draft"), &[("f16.off", &id)]);
        assert!(!desk.visit(&again).has("logo.png"));
    }

    fn what_was_begun_in_another_version_stands_where_it_means_the_same(home) {
        let desk = Desk::new(home);
        let form = desk.form("feedback");
        let link = desk.send(&form);
        desk.fill(&format!("{link}/draft"), &[("f1", "6"), ("f2", "Because"), ("f3", "Sanna")]);
        let (rita, page) = (desk.browser("rita"), format!("/forms/{form}"));
        let change = |field: &str, act: &str| {
            let revision = rita.get(&page).hidden("revision");
            let fields = [("revision", revision.as_str()), ("kind", "text"), ("label", "Who are you?"), ("help", ""), ("choices", ""), ("maps", ""), ("act", act)];
            rita.post(&page, &format!("{page}/fields/{field}"), &fields);
        };
        change("f3", "save");
        rita.post(&page, &format!("{page}/publication"), &[]);
        let shown = desk.visit(&link);
        assert!(shown.has("Because") && shown.has("Who are you?") && !shown.has("value=\"Sanna\""), "{}", shown.text);
    }
}
