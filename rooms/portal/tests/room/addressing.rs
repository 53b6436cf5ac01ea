//! A contact's own address: changed with a code that goes to the new one, told to the old one, and taken back from there.

use axum::http::StatusCode;
use kept_testing::on_both;

use crate::desk::{Answer, Browser, DAY, Desk, MINUTE};

const NEW: &str = "sanna@new.example";

fn ask(browser: &Browser<'_>, email: &str) -> Answer {
    browser.post("/portal/address", "/portal/address", &[("email", email)])
}

fn give(browser: &Browser<'_>, code: &str) -> Answer {
    browser.post("/portal/address", "/portal/address/code", &[("code", code)])
}

/// The six figures of a letter.
fn figures(letter: &serde_json::Value) -> String {
    let text = letter["text"].as_str().unwrap();
    let (_, rest) = text.split_once("code is ").unwrap();
    rest.chars().take(6).collect()
}

fn to(letter: &serde_json::Value) -> &str {
    letter["to"]["address"]["email"].as_str().unwrap()
}

/// Sanna changes her address; the link that takes it back.
fn moved(desk: &Desk, sanna: &Browser<'_>) -> String {
    desk.letters();
    assert_eq!(ask(sanna, NEW).status, StatusCode::SEE_OTHER);
    let code = figures(&desk.letters()[0]);
    let given = give(sanna, &code);
    assert_eq!(given.status, StatusCode::SEE_OTHER, "{}", given.text);
    let told = desk.letters();
    assert_eq!(to(&told[0]), "sanna@aalto.example");
    told[0]["link"]["path"].as_str().unwrap().to_owned()
}

on_both! {
    fn the_new_address_gets_a_code_and_the_old_one_is_told(home) {
        let desk = Desk::new(home);
        let sanna = desk.acting("sanna@aalto.example");
        assert!(sanna.get("/portal/details").has("/portal/address"));
        desk.letters();
        assert_eq!(ask(&sanna, NEW).status, StatusCode::SEE_OTHER);
        let letters = desk.letters();
        assert_eq!((letters.len(), to(&letters[0])), (1, NEW));
        let shown = sanna.get("/portal/address");
        assert!(shown.has(NEW) && shown.has("Nothing has changed yet") && shown.has("By sanna@aalto.example"), "{}", shown.text);
        let code = figures(&letters[0]);
        let wrong = if code == "000000" { "111111" } else { "000000" };
        assert_eq!(give(&sanna, wrong).status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(give(&sanna, &code).status, StatusCode::SEE_OTHER);
        let told = desk.letters();
        assert_eq!((told.len(), to(&told[0])), (1, "sanna@aalto.example"));
        assert!(!told[0].to_string().contains(NEW), "who reads the old one need not learn the new one");
        assert!(sanna.get("/portal/details").has(NEW));
        assert!(desk.ask_for_link("sanna@aalto.example").is_empty());
        assert_eq!(desk.ask_for_link(NEW).len(), 1);
        let staff = desk.browser("rita").get(&format!("/clients/{}/portal", desk.aalto));
        assert!(staff.has("<del>sanna@aalto.example</del>") && staff.has(&format!("<ins>{NEW}</ins>")) && staff.has("new</span>"), "{}", staff.text);
        let audited = desk.audited();
        for act in ["PortalAddressAsked", "PortalAddressChanged", "DetailsChanged"] {
            assert!(audited.iter().any(|one| one == act), "{act}: {audited:?}");
        }
        assert_eq!(give(&sanna, &code).status, StatusCode::UNPROCESSABLE_ENTITY, "a code is good once");
    }

    fn an_address_of_somebody_else_is_refused_without_saying_so(home) {
        let desk = Desk::new(home);
        let sanna = desk.acting("sanna@aalto.example");
        desk.letters();
        for email in ["otto@brennan.example", "MIKKO@aalto.example"] {
            let asked = ask(&sanna, email);
            assert_eq!((asked.status, asked.header("location").as_str()), (StatusCode::SEE_OTHER, "/portal/address"));
            let shown = sanna.get("/portal/address");
            assert!(shown.has(email) && shown.has("A code is on its way"), "{}", shown.text);
        }
        assert!(desk.letters().is_empty(), "no code ever comes");
        assert_eq!(give(&sanna, "123456").status, StatusCode::UNPROCESSABLE_ENTITY);
        let same = ask(&sanna, " Sanna@aalto.example ");
        assert!(same.status == StatusCode::UNPROCESSABLE_ENTITY && same.has("This is your address already."), "{}", same.text);
        assert!(ask(&sanna, "nobody").has("Write an address like"));
    }

    fn an_address_that_becomes_somebody_else_s_meanwhile_is_not_taken(home) {
        let desk = Desk::new(home);
        let (sanna, otto) = (desk.acting("sanna@aalto.example"), desk.acting("otto@brennan.example"));
        desk.letters();
        ask(&sanna, NEW);
        ask(&otto, NEW);
        let letters = desk.letters();
        assert_eq!(give(&otto, &figures(&letters[1])).status, StatusCode::SEE_OTHER);
        assert_eq!(give(&sanna, &figures(&letters[0])).status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(desk.enter(NEW).get("/portal").has("Otto"));
    }

    fn without_a_code_to_the_old_address_nothing_is_asked_for(home) {
        let desk = Desk::new(home);
        let sanna = desk.enter("sanna@aalto.example");
        desk.letters();
        assert!(!sanna.get("/portal/address").has("name=\"email\""));
        let tried = ask(&sanna, NEW);
        assert!(tried.status == StatusCode::UNPROCESSABLE_ENTITY && tried.has(NEW) && tried.has("name=\"code\""), "{}", tried.text);
        let code = desk.code();
        let sent = sanna.post("/portal/consents", "/portal/address", &[("email", NEW), ("code", &code)]);
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
        assert_eq!(to(&desk.letters()[0]), NEW);
    }

    fn the_old_address_takes_it_back_and_whoever_changed_it_is_out(home) {
        let desk = Desk::new(home);
        let sanna = desk.acting("sanna@aalto.example");
        let back = moved(&desk, &sanna);
        let visitor = desk.visitor();
        for _ in 0..2 {
            assert!(visitor.get(&back).has("becomes your address again"), "looking does nothing");
        }
        let taken = visitor.post(&back, &back, &[]);
        assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.text);
        assert!(visitor.get(&taken.header("location")).has("the old one again"));
        assert_eq!(sanna.get("/portal/requests").status, StatusCode::SEE_OTHER);
        assert!(desk.ask_for_link(NEW).is_empty());
        assert_eq!(desk.ask_for_link("sanna@aalto.example").len(), 1);
        assert_eq!(visitor.post("/portal", &back, &[]).status, StatusCode::NOT_FOUND, "once");
        let staff = desk.browser("rita").get(&format!("/clients/{}/portal", desk.aalto));
        assert!(staff.has(&format!("<del>{NEW}</del>")), "{}", staff.text);
        assert!(desk.audited().contains(&"PortalAddressTakenBack".to_owned()));
    }

    fn it_is_taken_back_for_a_week_and_never_over_what_staff_wrote_since(home) {
        let desk = Desk::new(home);
        let sanna = desk.acting("sanna@aalto.example");
        let back = moved(&desk, &sanna);
        desk.rename(desk.sanna, "sanna@staff.example");
        assert_eq!(desk.visitor().get(&back).status, StatusCode::NOT_FOUND);
        desk.rename(desk.sanna, NEW);
        assert_eq!(desk.visitor().get(&back).status, StatusCode::OK);
        desk.pass(7 * DAY + MINUTE);
        assert_eq!(desk.visitor().get(&back).status, StatusCode::NOT_FOUND);
        assert_eq!(desk.visitor().get("/portal/address/back/AAAA").status, StatusCode::NOT_FOUND);
    }

    fn a_mail_that_says_it_is_done_leads_to_the_portal_while_it_is_open(home) {
        let desk = Desk::new(home);
        let id = desk.request((desk.aalto, desk.sanna), "Sensor reads high");
        desk.letters();
        desk.act(&id, "resolution", &[("resolution", "The sensor was replaced"), ("notice", "on")]);
        let letter = desk.letters().pop().unwrap();
        assert_eq!(letter["link"]["path"], format!("/portal/requests/{id}"));
        assert_eq!(letter["link"]["words"], "Say whether this settles it");
        let (rita, staff) = (desk.browser("rita"), format!("/clients/{}/portal", desk.aalto));
        rita.post(&staff, &format!("{staff}/contacts/{}", desk.sanna), &[("shut", "on")]);
        let other = desk.request((desk.aalto, desk.sanna), "Another");
        desk.act(&other, "resolution", &[("resolution", "Done"), ("notice", "on")]);
        let letter = desk.letters().pop().unwrap();
        assert!(letter["link"]["path"].as_str().unwrap().starts_with("/confirm/"), "{letter}");
    }
}
