//! Through the pages.

use axum::http::StatusCode;
use kept_accounts::access::{Action, for_kept};
use kept_testing::{Kept as _, on_both, prepare_all};

use crate::desk::Desk;

on_both! {
    fn every_statement_is_understood(home) {
        let desk = Desk::new(home);
        prepare_all(&desk.store, &kept_clients::statements());
        prepare_all(&desk.store, &kept_journal::statements());
    }

    fn a_client_is_added_changed_and_shown_with_where_its_facts_come_from(home) {
        let desk = Desk::new(home);
        let rita = desk.browser("rita");
        let fields = [("name", "Aalto Dairy Oy"), ("kind", "company"), ("channel", "email"), ("alert", "Never call before 13:00")];
        let id = rita.client(&fields);
        let page = format!("/clients/{id}");
        let shown = rita.get(&page);
        for words in ["Aalto Dairy Oy", "Never call before 13:00", "What we owe them", "C-1", "email", "rita, today"] {
            assert!(shown.has(words), "{words} in {}", shown.text);
        }
        let jonas = desk.id("jonas").to_string();
        let changed = [("name", "Aalto Dairy"), ("kind", "company"), ("owner", jonas.as_str()), ("phone", "+358 40 123 4567"), ("revision", "1")];
        assert_eq!(rita.post(&format!("{page}/edit"), &page, &changed).status, StatusCode::SEE_OTHER);
        let shown = rita.get(&page);
        assert!(shown.has("With <b>jonas</b>") && shown.has("+358 40 123 4567") && !shown.has("Never call"), "{}", shown.text);
        let stale = rita.post(&format!("{page}/edit"), &page, &changed);
        assert_eq!(stale.status, StatusCode::UNPROCESSABLE_ENTITY, "somebody was faster");
        assert!(stale.has("+358 40 123 4567"), "what was typed is kept");
        assert_eq!(desk.events(), ["add-client", "assign-account-manager"]);
        let audited = desk.audited();
        assert!(audited.contains(&"RecordRead".to_owned()), "{audited:?}");
        assert!(audited.iter().filter(|act| act.starts_with("Client")).eq(["ClientAdded", "ClientChanged"]), "{audited:?}");
    }

    fn a_form_that_needs_another_look_keeps_all_its_values(home) {
        let desk = Desk::new(home);
        let fields = [
            ("name", " "), ("kind", "company"), ("zone", "Nowhere/Land"), ("rhythm_days", "9000"), ("language", "english"),
            ("channel", "pigeon"), ("style", "Short <b>words</b>"), ("owner", "nobody"),
        ];
        let answer = desk.browser("rita").post("/clients/new", "/clients", &fields);
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        for words in ["Write a name", "Write a zone", "number of days", "two or three letters", "one of the channels", "Choose one from",
            "6 values need another look", "Short &#60;b&#62;words", "Nowhere/Land"] {
            assert!(answer.has(words), "{words} in {}", answer.text);
        }
        assert_eq!(desk.events(), Vec::<String>::new());
    }

    fn contacts_come_change_go_and_come_back(home) {
        let desk = Desk::new(home);
        let rita = desk.browser("rita");
        let id = rita.client(&[("name", "Aalto Dairy"), ("kind", "company")]);
        let page = format!("/clients/{id}");
        let add = |name: &str, email: &str| {
            let fields = [("name", name), ("email", email), ("phone", "040 123 4567"), ("position", "Quality manager")];
            rita.post(&format!("{page}/contacts/new"), &format!("{page}/contacts"), &fields).status
        };
        assert_eq!(add("Sanna Aalto", "nonsense"), StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(add("Sanna Aalto", "sanna@aalto.example"), StatusCode::SEE_OTHER);
        let shown = rita.get(&page);
        let contact = shown.text.split("/contacts/").nth(2).unwrap().split('/').next().unwrap().to_owned();
        assert!(shown.has("Sanna Aalto") && shown.has("Quality manager"));
        let one = format!("{page}/contacts/{contact}");
        let fields = [("name", "Sanna Virta"), ("email", "sanna@aalto.example"), ("revision", "1")];
        assert_eq!(rita.post(&format!("{one}/edit"), &one, &fields).status, StatusCode::SEE_OTHER);
        assert!(rita.get(&page).has("Sanna Virta"));
        rita.post(&format!("{one}/edit"), &format!("{one}/removal"), &[]);
        assert!(!rita.get(&page).has("Sanna Virta"));
        rita.post(&page, &format!("{one}/removal/undo"), &[]);
        assert!(rita.get(&page).has("Sanna Virta"));
        assert_eq!(desk.events(), ["add-client", "add-contact", "remove-contact", "add-contact"]);
    }

    fn a_contact_has_further_numbers_each_with_what_it_is_and_is_found_by_each(home) {
        let desk = Desk::new(home);
        let rita = desk.browser("rita");
        let id = rita.client(&[("name", "Aalto Dairy"), ("kind", "company")]);
        let page = format!("/clients/{id}");
        let add = |phones: &str| {
            let fields = [("name", "Sanna Aalto"), ("phone", "03 222 1111"), ("phones", phones)];
            rita.post(&format!("{page}/contacts/new"), &format!("{page}/contacts"), &fields)
        };
        let refused = add("mobile: ask her");
        assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.has("mobile: ask her"), "{}", refused.text);
        assert!(refused.has("Write whole numbers"));
        assert_eq!(add("mobile: +358 40 123 4567\r\nlab 03 765 4321").status, StatusCode::SEE_OTHER);
        let shown = rita.get(&page);
        assert!(shown.has("mobile: +358 40 123 4567") && shown.has("lab: 03 765 4321"), "{}", shown.text);
        let contact = shown.text.split("/contacts/").nth(2).unwrap().split('/').next().unwrap().to_owned();
        let one = format!("{page}/contacts/{contact}");
        assert!(rita.get(&format!("{one}/edit")).has("mobile: +358 40 123 4567\nlab: 03 765 4321"));
        let picked = |words: &'static str| {
            let scope = for_kept(Action::ReadClients);
            desk.store.read(move |read| kept_clients::read::pick(read, &scope, words, 5)).kept().len()
        };
        assert_eq!((picked("040 123 4567"), picked("(03) 222-1111"), picked("040 123 4568")), (1, 1, 0));
        let fields = [("name", "Sanna Aalto"), ("phone", "03 222 1111"), ("phones", ""), ("revision", "1")];
        assert_eq!(rita.post(&format!("{one}/edit"), &one, &fields).status, StatusCode::SEE_OTHER);
        let shown = rita.get(&page);
        assert!(!shown.has("mobile:"), "{}", shown.text);
        assert_eq!(picked("040 123 4567"), 0);
    }

    fn notes_stand_in_the_timeline_with_what_the_journal_says(home) {
        let desk = Desk::new(home);
        let rita = desk.browser("rita");
        let id = rita.client(&[("name", "Aalto Dairy"), ("kind", "company")]);
        let page = format!("/clients/{id}");
        desk.pass(60);
        rita.post(&page, &format!("{page}/notes"), &[("text", "The quality round\nruns until noon.")]);
        let shown = rita.get(&page);
        assert!(shown.has("The client is added") && shown.has("The quality round\nruns until noon."), "{}", shown.text);
        assert!(!rita.get(&format!("{page}?show=notes")).has("The client is added"));
        assert!(!rita.get(&format!("{page}?show=sales")).has("The quality round"));
        let note = shown.text.split("/notes/").nth(1).unwrap().split('/').next().unwrap().to_owned();
        let note = format!("{page}/notes/{note}");
        rita.post(&page, &format!("{note}/pin"), &[("pinned", "on")]);
        assert!(rita.get(&page).has("Pinned"));
        rita.post(&page, &format!("{note}/removal"), &[]);
        assert!(!rita.get(&page).has("quality round"));
        rita.post(&page, &format!("{note}/removal/undo"), &[]);
        assert!(rita.get(&page).has("quality round"));
    }

    fn a_long_timeline_goes_on_page_by_page_with_nothing_twice(home) {
        let desk = Desk::new(home);
        let rita = desk.browser("rita");
        let id = rita.client(&[("name", "Aalto Dairy"), ("kind", "company")]);
        let page = format!("/clients/{id}");
        for number in 0..35 {
            desk.pass(60);
            rita.post(&page, &format!("{page}/notes"), &[("text", &format!("Note {number:02}."))]);
        }
        let first = rita.get(&page);
        let next = first.text.split("rel=\"next\"").next().unwrap().rsplit("href=\"").next().unwrap().split('"').next().unwrap();
        let second = rita.get(&next.replace("&#38;", "&").replace("&amp;", "&"));
        for number in 0..35 {
            let words = format!("Note {number:02}.");
            assert!(first.has(&words) != second.has(&words), "{words} stands once");
        }
        assert!(second.has("The client is added"));
    }

    fn own_fields_are_defined_once_and_filled_in_for_each_client(home) {
        let desk = Desk::new(home);
        let (ada, rita) = (desk.browser("ada"), desk.browser("rita"));
        let define = |label: &str, kind: &str, choices: &str| {
            let fields = [("label", label), ("kind", kind), ("choices", choices)];
            ada.post("/clients/fields", "/clients/fields", &fields).status
        };
        assert_eq!(define("Renewal", "date", ""), StatusCode::SEE_OTHER);
        assert_eq!(define("renewal", "text", ""), StatusCode::UNPROCESSABLE_ENTITY, "there is one of that name");
        assert_eq!(define("Contract", "choice", "yearly"), StatusCode::UNPROCESSABLE_ENTITY, "one choice is none");
        assert_eq!(rita.get("/clients/fields").status, StatusCode::NOT_FOUND);
        let id = rita.client(&[("name", "Aalto Dairy"), ("kind", "company")]);
        let page = format!("/clients/{id}");
        let shown = rita.get(&page);
        let field = shown.text.split("/facts/").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let field = format!("{page}/facts/{field}");
        assert_eq!(rita.post(&field, &field, &[("value", "soon")]).status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(rita.post(&field, &field, &[("value", "2026-05-01")]).status, StatusCode::SEE_OTHER);
        assert!(rita.get(&page).has("2026-05-01"));
    }

    fn what_is_in_the_archive_leaves_the_list_and_comes_back_by_undo(home) {
        let desk = Desk::new(home);
        let rita = desk.browser("rita");
        let id = rita.client(&[("name", "Aalto Dairy"), ("kind", "company")]);
        let page = format!("/clients/{id}");
        assert!(rita.sees("Aalto Dairy"));
        rita.post(&page, &format!("{page}/archive"), &[]);
        assert!(!rita.sees("Aalto Dairy"));
        assert!(rita.get(&page).has("in the archive"));
        assert_eq!(rita.post(&page, &format!("{page}/archive"), &[]).status, StatusCode::CONFLICT);
        rita.post(&page, &format!("{page}/archive/undo"), &[]);
        assert!(rita.sees("Aalto Dairy"));
    }

    fn the_list_goes_on_by_name_and_finds_names_people_and_addresses(home) {
        let desk = Desk::new(home);
        let rita = desk.browser("rita");
        for number in 0..53 {
            rita.client(&[("name", &format!("Client {number:02}")), ("kind", "company")]);
        }
        let id = rita.client(&[("name", "Aalto Dairy"), ("kind", "company")]);
        let page = format!("/clients/{id}");
        let fields = [("name", "Sanna Virta"), ("email", "sanna@aalto.example")];
        rita.post(&format!("{page}/contacts/new"), &format!("{page}/contacts"), &fields);
        let first = rita.get("/clients");
        assert!(first.has("Aalto Dairy") && first.has("Client 48") && !first.has("Client 49"), "{}", first.text);
        let next = first.text.split("rel=\"next\"").next().unwrap().rsplit("href=\"").next().unwrap().split('"').next().unwrap();
        let second = rita.get(&next.replace("&#38;", "&").replace("&amp;", "&"));
        assert!(second.has("Client 49") && second.has("Client 52") && !second.has("Client 48"));
        for words in ["aal", "sanna", "sanna%40aalto", "virta"] {
            let found = rita.get(&format!("/clients?q={words}"));
            assert!(found.has("Aalto Dairy") && !found.has("Client 01"), "{words}: {}", found.text);
        }
    }

    fn what_people_write_never_becomes_a_tag(home) {
        let desk = Desk::new(home);
        let rita = desk.browser("rita");
        let nasty = "<script>alert(1)</script>";
        let id = rita.client(&[("name", nasty), ("kind", "company"), ("alert", nasty), ("style", nasty), ("address", nasty)]);
        let page = format!("/clients/{id}");
        rita.post(&page, &format!("{page}/notes"), &[("text", nasty)]);
        rita.post(&format!("{page}/contacts/new"), &format!("{page}/contacts"), &[("name", nasty), ("position", nasty)]);
        for path in ["/clients".to_owned(), page.clone(), format!("{page}/edit"), format!("{page}/tier"), format!("{page}/merge"), format!("{page}/team")] {
            let shown = rita.get(&path);
            assert_eq!(shown.status, StatusCode::OK, "{path}: {}", shown.text);
            assert!(!shown.has("<script>alert") && !shown.has(" style="), "{path}: {}", shown.text);
        }
    }
}
