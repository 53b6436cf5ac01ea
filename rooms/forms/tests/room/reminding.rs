//! A form that does not come back is asked for again, and then told of.

use axum::http::StatusCode;
use kept_testing::on_both;

use crate::desk::{DAY, Desk};
use crate::filling::INTAKE;

fn reminders(desk: &Desk) -> Vec<String> {
    let letters = desk.letters();
    let subjects = letters
        .iter()
        .map(|one| one["subject"].as_str().unwrap().to_owned());
    subjects
        .filter(|one| one.contains("reminder") || one.contains("come back"))
        .collect()
}

on_both! {
    fn a_form_is_asked_for_again_once_and_then_its_sender_is_told(home) {
        let desk = Desk::new(home);
        desk.onboarding();
        let link = desk.send(&desk.form("intake"));
        desk.pass(2 * DAY);
        desk.work();
        assert!(reminders(&desk).is_empty(), "a weekend is no working time");
        desk.pass(5 * DAY);
        desk.work();
        desk.work();
        assert_eq!(reminders(&desk), ["A reminder from Example Company: So that we know you"], "once");
        let letter = desk.letters().pop().unwrap();
        assert_eq!(letter["link"]["path"], link.as_str());
        assert_eq!(letter["to"]["address"]["email"], "sanna@aalto.example");
        assert!(desk.events().contains(&"send-form-reminder".to_owned()));
        desk.pass(26 * DAY);
        assert_eq!(desk.visit(&link).status, StatusCode::OK, "it is good for as long as a new one");
        desk.work();
        desk.work();
        assert_eq!(reminders(&desk).last().map(String::as_str), Some("A form has not come back"));
        assert_eq!(reminders(&desk).len(), 2);
        assert!(desk.letters().pop().unwrap()["to"]["person"].is_string(), "it goes to whoever sent it");
        let rita = desk.browser("rita");
        let client = rita.get(&format!("/clients/{}", desk.aalto));
        assert!(client.has("Sanna Aalto has not sent the form"), "{}", client.text);
        let list = rita.get(&format!("/clients/{}/forms", desk.aalto));
        assert!(list.has("asked for again once, it did not come back"), "{}", list.text);
    }

    fn whoever_has_begun_is_reminded_of_that_in_their_language(home) {
        let desk = Desk::new(home);
        let link = desk.send(&desk.form("intake"));
        desk.fill(&format!("{link}/draft"), &[("f1", "Sanna")]);
        desk.pass(7 * DAY);
        desk.work();
        assert!(desk.letters().pop().unwrap()["text"].as_str().unwrap().contains("What you wrote is saved"));
    }

    fn nobody_is_asked_again_for_what_came_back_or_whom_we_must_not_write_to(home) {
        let desk = Desk::new(home);
        let form = desk.form("intake");
        let answered = desk.send(&form);
        desk.fill(&answered, &INTAKE);
        desk.pass(9 * DAY);
        desk.work();
        assert!(reminders(&desk).is_empty());
        desk.send(&form);
        desk.records.withdraw();
        desk.pass(9 * DAY);
        desk.work();
        assert_eq!(reminders(&desk), ["A form has not come back"], "nothing goes to the contact");
        let said = desk.letters().pop().unwrap()["text"].as_str().unwrap().to_owned();
        assert!(said.contains("withdrawn their consent"), "{said}");
    }

    fn a_client_in_the_archive_is_left_alone(home) {
        let desk = Desk::new(home);
        desk.send(&desk.form("intake"));
        let (rita, page) = (desk.browser("rita"), format!("/clients/{}", desk.aalto));
        let put = rita.post(&page, &format!("{page}/archive"), &[]);
        assert_eq!(put.status, StatusCode::SEE_OTHER, "{}", put.text);
        desk.pass(9 * DAY);
        desk.work();
        assert!(reminders(&desk).is_empty());
    }

    fn the_form_says_when_and_how_often(home) {
        let desk = Desk::new(home);
        let form = desk.form("intake");
        let (rita, page) = (desk.browser("rita"), format!("/forms/{form}"));
        let set = |days: &str, times: &str| {
            rita.post(&page, &format!("{page}/reminders"), &[("days", days), ("times", times)]);
            rita.get(&page)
        };
        assert!(set("1", "2").has("value=\"2\""));
        for (days, times) in [("0", "1"), ("21", "1"), ("3", "6"), ("x", "1")] {
            assert!(set(days, times).has("value=\"2\""), "{days} {times}");
        }
        desk.send(&form);
        for round in 1..=3 {
            desk.pass(4 * DAY);
            desk.work();
            assert_eq!(reminders(&desk).len(), round);
        }
        assert_eq!(reminders(&desk).last().map(String::as_str), Some("A form has not come back"));
        let theo = desk.browser("theo");
        assert_ne!(theo.post("/", &format!("{page}/reminders"), &[("days", "1"), ("times", "0")]).status, StatusCode::SEE_OTHER);
    }
}
