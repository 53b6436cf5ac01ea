//! Building forms: fields in order, versions, who may.

use axum::http::StatusCode;
use kept_testing::on_both;

use crate::desk::Desk;

fn field<'a>(
    revision: &'a str,
    kind: &'a str,
    label: &'a str,
    choices: &'a str,
) -> [(&'a str, &'a str); 6] {
    [
        ("revision", revision),
        ("kind", kind),
        ("label", label),
        ("help", ""),
        ("choices", choices),
        ("maps", ""),
    ]
}

on_both! {
    fn a_form_of_each_kind_begins_with_its_fields_and_is_filled_in_as_it_was_published(home) {
        let desk = Desk::new(home);
        let id = desk.form("intake");
        let rita = desk.browser("rita");
        let page = format!("/forms/{id}");
        for words in ["What do you want to reach with us?", "goes to Client: address", "goes to Contact: preferred style", "version 1"] {
            assert!(rita.get(&page).has(words), "{words}");
        }
        let revision = rita.get(&page).hidden("revision");
        let add = |fields: &[(&str, &str)]| rita.post(&page, &format!("{page}/fields"), fields);
        add(&field(&revision, "rating", "How much do you know of scales?", ""));
        assert!(rita.get(&page).has("changed since") && rita.get(&format!("{page}/preview")).has("How much do you know"));
        let link = desk.send(&id);
        assert!(!desk.visit(&link).has("How much do you know"), "what is not published is not filled in");
        rita.post(&page, &format!("{page}/publication"), &[]);
        assert!(desk.visit(&link).has("How much do you know"));
        add(&field(&revision, "text", "Too late", ""));
        assert!(!rita.get(&page).has("Too late"), "somebody was faster");
    }

    fn fields_move_change_and_go_and_what_cannot_stand_is_refused(home) {
        let desk = Desk::new(home);
        let id = desk.form("feedback");
        let (rita, page) = (desk.browser("rita"), format!("/forms/{id}"));
        let labels = || {
            let text = rita.get(&page).text;
            let all: Vec<String> = text.split("<li><div><b>").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()).collect();
            all
        };
        let act = |name: &str, act: &str| {
            let revision = rita.get(&page).hidden("revision");
            let mut fields = field(&revision, "text", "Anything else?", "").to_vec();
            fields.push(("act", act));
            rita.post(&page, &format!("{page}/fields/{name}"), &fields)
        };
        let before = labels();
        act("f2", "up");
        assert_eq!(labels()[0], before[1]);
        act("f2", "save");
        assert_eq!(labels()[0], "Anything else?");
        act("f3", "remove");
        assert_eq!(labels().len(), before.len() - 1);
        assert_eq!(act("f99", "up").status, StatusCode::NOT_FOUND);
        let revision = rita.get(&page).hidden("revision");
        rita.post(&page, &format!("{page}/fields"), &field(&revision, "choice", "One of none", ""));
        assert!(!labels().contains(&"One of none".to_owned()));
    }

    fn whoever_writes_no_templates_builds_no_form(home) {
        let desk = Desk::new(home);
        let id = desk.form("feedback");
        let (theo, page) = (desk.browser("theo"), format!("/forms/{id}"));
        let tried = theo.post("/", "/forms", &[("kind", "other"), ("language", "en"), ("title", "Mine")]);
        assert_ne!(tried.status, StatusCode::SEE_OTHER);
        assert!(!theo.get(&page).has("action=\"/forms"), "no button for nothing");
        assert_eq!(theo.get(&format!("{page}/preview")).status, StatusCode::NOT_FOUND);
    }
}
