//! Two that are one, and two again.

use axum::http::StatusCode;
use kept_testing::on_both;

use crate::desk::Desk;

on_both! {
    fn clients_alike_are_found_by_name_domain_address_and_number(home) {
        let desk = Desk::new(home);
        let rita = desk.browser("rita");
        let one = rita.client(&[("name", "Aalto Dairy Oy"), ("kind", "company"), ("website", "https://www.aalto.example/en"), ("phone", "+358 40 123 4567")]);
        for (name, website, phone, alike) in [
            ("AALTO-DAIRY Ltd", "", "", true), ("Other", "aalto.example", "", true), ("Third", "", "040 123 4567", true),
            ("Fourth", "", "(358) 40-1234567", true), ("Fifth", "fifth.example", "+49 30 1", false),
        ] {
            let other = rita.client(&[("name", name), ("kind", "company"), ("website", website), ("phone", phone)]);
            let shown = rita.get(&format!("/clients/{other}"));
            assert_eq!(shown.has("may be the same"), alike, "{name}: {}", shown.text);
            let page = format!("/clients/{other}");
            rita.post(&page, &format!("{page}/archive"), &[]);
        }
        assert!(rita.get("/clients/duplicates").has("the same name"));
        let merge = rita.get(&format!("/clients/{one}/merge"));
        assert!(merge.has("AALTO-DAIRY") && merge.has("Fourth") && !merge.has("Fifth"));
    }

    fn two_told_apart_are_no_longer_shown_as_alike(home) {
        let desk = Desk::new(home);
        let rita = desk.browser("rita");
        let one = rita.client(&[("name", "Springfield Bank"), ("kind", "company")]);
        let other = rita.client(&[("name", "Springfield Bank"), ("kind", "company")]);
        let page = format!("/clients/{one}");
        assert!(rita.get(&page).has("may be the same"));
        rita.post(&format!("{page}/merge"), &format!("{page}/apart"), &[("other", &other)]);
        assert!(!rita.get(&page).has("may be the same"));
        assert!(!rita.get("/clients/duplicates").has("Springfield"));
    }

    fn a_merge_brings_everything_over_and_parting_brings_it_back(home) {
        let desk = Desk::new(home);
        let rita = desk.browser("rita");
        let kept = rita.client(&[("name", "Aalto Dairy"), ("kind", "company")]);
        let gone = rita.client(&[("name", "Aalto Dairy Oy"), ("kind", "company")]);
        let (page, other) = (format!("/clients/{kept}"), format!("/clients/{gone}"));
        rita.post(&format!("{other}/contacts/new"), &format!("{other}/contacts"), &[("name", "Sanna Virta"), ("email", "sanna@aalto.example")]);
        rita.post(&other, &format!("{other}/notes"), &[("text", "The gate is on the left.")]);
        let sale = [("revenue_kind", "sale"), ("on_day", "2026-01-10"), ("amount", "700,000"), ("revenue_note", "Order 7")];
        rita.post(&format!("{other}/tier"), &format!("{other}/revenue"), &sale);
        let theo = desk.id("theo").to_string();
        rita.post(&format!("{other}/team"), &format!("{other}/team"), &[("person", &theo), ("part", "Technical")]);
        assert_eq!(desk.browser("theo").get(&other).status, StatusCode::OK);
        let merged = rita.post(&format!("{page}/merge"), &format!("{page}/merge"), &[("other", &gone)]);
        assert_eq!((merged.status, merged.header("location")), (StatusCode::SEE_OTHER, page.clone()), "{}", merged.text);
        let shown = rita.get(&page);
        for words in ["Sanna Virta", "The gate is on the left.", "<span>Gold</span>", "Technical", "was merged into another"] {
            assert!(shown.has(words), "{words}: {}", shown.text);
        }
        assert_eq!(rita.get(&other).header("location"), page, "the old address leads on");
        assert_eq!(rita.get("/clients").text.matches("client-name").count(), 1);
        assert_eq!(desk.browser("theo").get(&page).status, StatusCode::OK);
        let again = rita.post(&format!("{page}/merge"), &format!("{page}/merge"), &[("other", &gone)]);
        assert_eq!(again.status, StatusCode::CONFLICT);
        desk.pass(60);
        rita.post(&page, &format!("{page}/notes"), &[("text", "Written later.")]);
        let list = rita.get(&format!("{page}/merge"));
        let undo = list.text.split("/clients/merges/").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let undone = rita.post(&page, &format!("/clients/merges/{undo}"), &[]);
        assert_eq!((undone.status, undone.header("location")), (StatusCode::SEE_OTHER, other.clone()), "{}", undone.text);
        let (one, two) = (rita.get(&page), rita.get(&other));
        for words in ["Sanna Virta", "The gate is on the left.", "Technical", "<span>Gold</span>"] {
            assert!(two.has(words) && !one.has(words), "{words}: {}", one.text);
        }
        assert!(one.has("Written later."));
        assert_eq!(rita.post(&page, &format!("/clients/merges/{undo}"), &[]).status, StatusCode::NOT_FOUND);
    }

    fn what_differs_is_chosen_and_parting_restores_it(home) {
        let desk = Desk::new(home);
        let rita = desk.browser("rita");
        let kept = rita.client(&[("name", "Aalto Dairy"), ("kind", "company"), ("industry", "Food"), ("country", "Finland")]);
        let gone = rita.client(&[("name", "Aalto Dairy Oy"), ("kind", "company"), ("industry", "Dairy"), ("country", "Finland"), ("website", "https://aalto.example")]);
        let (page, other) = (format!("/clients/{kept}"), format!("/clients/{gone}"));
        let compared = rita.get(&format!("{page}/merge?with={gone}"));
        for words in ["name=\"industry\" value=\"other\"", "name=\"website\"", "Dairy", "Finland", "People"] {
            assert!(compared.has(words), "{words}: {}", compared.text);
        }
        assert!(!compared.has("name=\"country\""), "both say the same");
        let chosen = [("other", gone.as_str()), ("name", "this"), ("industry", "other"), ("website", "other")];
        let merged = rita.post(&format!("{page}/merge"), &format!("{page}/merge"), &chosen);
        assert_eq!(merged.status, StatusCode::SEE_OTHER, "{}", merged.text);
        let shown = rita.get(&page);
        assert!(shown.has("<h1>Aalto Dairy</h1>") && shown.has("https://aalto.example") && !shown.has(">Food<"), "{}", shown.text);
        let list = rita.get(&format!("{page}/merge"));
        let undo = list.text.split("/clients/merges/").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let undone = rita.post(&page, &format!("/clients/merges/{undo}"), &[]);
        assert_eq!(undone.status, StatusCode::SEE_OTHER, "{}", undone.text);
        let (one, two) = (rita.get(&page), rita.get(&other));
        assert!(one.has(">Food<") && !one.has("https://aalto.example"), "{}", one.text);
        assert!(two.has(">Dairy<") && two.has("https://aalto.example"), "{}", two.text);
    }
}
