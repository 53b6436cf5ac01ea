//! Documents, details and consents, and what staff see and set of them.

use axum::http::StatusCode;
use kept_accounts::commands::Act;
use kept_journal::audit::Who;
use kept_portal::commands::{NewConsent, NewDocument, has_withdrawn, keep_consent, lay_document};
use kept_testing::on_both;

use crate::desk::Desk;

on_both! {
    fn a_document_lies_there_for_whom_it_was_shared_with(home) {
        let desk = Desk::new(home);
        let rita = desk.browser("rita");
        let page = format!("/clients/{}/portal", desk.aalto);
        let share = |title: &str, contact: &str| {
            let fields = [("title", title), ("contact", contact)];
            let path = format!("{page}/documents");
            rita.upload_with(&page, &path, &fields, Some(("file", "a.pdf", b"%PDF")))
        };
        let sanna_id = desk.sanna.to_string();
        assert_eq!(share("Agreement", "").status, StatusCode::SEE_OTHER);
        assert_eq!(share("For Sanna alone", &sanna_id).status, StatusCode::SEE_OTHER);
        let otto_id = desk.otto.to_string();
        assert_eq!(share("For a stranger", &otto_id).status, StatusCode::NOT_FOUND);
        let (sanna, mikko, otto) = (
            desk.enter("sanna@aalto.example"),
            desk.enter("mikko@aalto.example"),
            desk.enter("otto@brennan.example"),
        );
        let of = |text: &str, title: &str| text.split("href=\"").find(|rest| rest.contains(&format!(">{title}<")) && rest.starts_with("/portal/documents/"))
            .map(|rest| rest.split('"').next().unwrap().to_owned());
        let page_of_sanna = sanna.get("/portal").text;
        let (common, own) = (of(&page_of_sanna, "Agreement").unwrap(), of(&page_of_sanna, "For Sanna alone").unwrap());
        assert_eq!(sanna.get(&own).text, "%PDF");
        assert_eq!(mikko.get(&common).status, StatusCode::OK);
        assert_eq!(mikko.get(&own).status, StatusCode::NOT_FOUND);
        assert_eq!(otto.get(&common).status, StatusCode::NOT_FOUND);
        assert!(!otto.get("/portal").has("Agreement"));
        let taken = rita.get(&page).text;
        let removal = taken.split("action=\"").find(|rest| rest.contains("/removal\"")).unwrap().split('"').next().unwrap().to_owned();
        assert_eq!(rita.post(&page, &removal, &[]).status, StatusCode::SEE_OTHER);
        assert!([&common, &own].iter().any(|path| sanna.get(path).status == StatusCode::NOT_FOUND));
    }

    fn details_that_are_confirmed_count_from_now_on_and_what_changed_is_shown_to_staff(home) {
        let desk = Desk::new(home);
        let otto = desk.acting("otto@brennan.example");
        let page = otto.get("/portal/details");
        assert!(page.has("Satamakatu 1, Tampere"), "the only contact speaks for the company: {}", page.text);
        let fields = [
            ("name", "Otto Brennan"), ("position", "Owner"), ("phone", ""), ("channel", "phone"), ("style", ""), ("language", "de"),
            ("address", "Hamngatan 2, Turku"), ("country", ""), ("company_phone", "+358 3 123 4567"), ("website", ""),
        ];
        let said = otto.post("/portal/details", "/portal/details", &fields);
        assert_eq!(said.status, StatusCode::SEE_OTHER, "{}", said.text);
        assert!(desk.events().contains(&"verify-client-details".to_owned()), "{:?}", desk.events());
        let sources = desk.sources(desk.other);
        assert!(sources.contains(&("address".into(), "portal".into())), "{sources:?}");
        assert!(sources.contains(&("phone".into(), "portal".into())), "also what stayed was looked at: {sources:?}");
        assert!(otto.get("/portal").has("Was wir Ihnen versprochen haben"), "his language is another now");
        let (rita, staff) = (desk.browser("rita"), format!("/clients/{}/portal", desk.other));
        let shown = rita.get(&staff);
        for words in ["Hamngatan 2, Turku", "<del>Satamakatu 1, Tampere</del>", "confirmed all of it", "new</span>"] {
            assert!(shown.has(words), "{words}: {}", shown.text);
        }
        assert_eq!(rita.post(&staff, &format!("{staff}/seen"), &[]).status, StatusCode::SEE_OTHER);
        assert!(rita.get(&staff).has("seen by"));
    }

    fn whoever_does_not_speak_for_the_company_sees_and_says_only_of_themselves(home) {
        let desk = Desk::new(home);
        let mikko = desk.acting("mikko@aalto.example");
        assert!(!mikko.get("/portal/details").has("Satamakatu"));
        let fields = [
            ("name", "Mikko Laine"), ("position", "Night crew"), ("phone", ""), ("channel", ""), ("style", ""), ("language", "de"),
            ("address", "Nowhere"), ("country", ""), ("company_phone", ""), ("website", ""),
        ];
        assert_eq!(mikko.post("/portal/details", "/portal/details", &fields).status, StatusCode::SEE_OTHER);
        let (rita, staff) = (desk.browser("rita"), format!("/clients/{}/portal", desk.aalto));
        let shown = rita.get(&staff);
        assert!(shown.has("Night crew") && !shown.has("Nowhere"), "{}", shown.text);
        assert!(!desk.events().contains(&"verify-client-details".to_owned()));
        let stand = format!("{staff}/contacts/{}", desk.mikko);
        assert_eq!(rita.post(&staff, &stand, &[("speaks", "on")]).status, StatusCode::SEE_OTHER);
        assert!(mikko.get("/portal/details").has("Satamakatu"));
    }

    fn a_consent_keeps_the_words_that_were_read_and_is_withdrawn_at_once(home) {
        let desk = Desk::new(home);
        let sanna = desk.acting("sanna@aalto.example");
        let turn = |what: &str, allow: &str| sanna.post("/portal/consents", &format!("/portal/consents/{what}"), &[("allow", allow)]);
        assert_eq!(turn("survey", "yes").status, StatusCode::SEE_OTHER);
        let page = sanna.get("/portal/consents");
        assert!(page.has("You allow this since") && page.has("may write to me now and then"), "{}", page.text);
        assert!(sanna.get("/portal").has("1 of 4"));
        turn("survey", "yes");
        desk.letters();
        assert_eq!(turn("survey", "no").status, StatusCode::SEE_OTHER);
        assert_eq!(desk.letters().len(), 1, "the withdrawal is confirmed by mail");
        let told: Vec<_> = desk.events().into_iter().filter(|act| act.contains("consent") || act.contains("withdrawal")).collect();
        assert_eq!(told, ["record-consent", "withdraw-consent", "confirm-withdrawal"]);
        assert_eq!(turn("nonsense", "yes").status, StatusCode::NOT_FOUND);
        let shown = desk.browser("rita").get(&format!("/clients/{}/portal", desk.aalto));
        assert!(shown.has("<b>survey</b>") && shown.has("withdrawn"), "{}", shown.text);
    }

    fn whoever_is_not_let_in_is_out_at_once_and_gets_no_link(home) {
        let desk = Desk::new(home);
        let sanna = desk.enter("sanna@aalto.example");
        let (rita, staff) = (desk.browser("rita"), format!("/clients/{}/portal", desk.aalto));
        let stand = format!("{staff}/contacts/{}", desk.sanna);
        rita.post(&staff, &stand, &[("shut", "on")]);
        assert_eq!(sanna.get("/portal/requests").status, StatusCode::SEE_OTHER);
        assert!(desk.ask_for_link("sanna@aalto.example").is_empty());
        rita.post(&staff, &stand, &[]);
        let invited = rita.post(&staff, &format!("{stand}/invitation"), &[]);
        assert_eq!(invited.status, StatusCode::SEE_OTHER);
        let letters = desk.letters();
        let link = letters.last().unwrap()["link"]["path"].as_str().unwrap().to_owned();
        assert!(desk.enter_by(&link).is_some());
    }

    fn only_who_configures_sets_the_portal_and_it_is_dressed_in_the_company_s_colour(home) {
        let desk = Desk::new(home);
        assert_eq!(desk.browser("rita").get("/settings/portal").status, StatusCode::NOT_FOUND);
        let ada = desk.browser("ada");
        let save = |colour: &str, revision: &str| {
            let fields = [("revision", revision), ("open", "on"), ("name", "Lindqvist <b>"), ("colour", colour), ("greeting_en", "Welcome"), ("greeting_de", "")];
            ada.post("/settings/portal", "/settings/portal", &fields)
        };
        let wrong = save("red; }", "2");
        assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.has("six letters and figures"), "{}", wrong.text);
        assert_eq!(save("#B3261E", "2").status, StatusCode::SEE_OTHER);
        assert_eq!(save("#B3261E", "2").status, StatusCode::UNPROCESSABLE_ENTITY, "somebody was faster");
        let door = desk.visit("/portal");
        assert!(door.has("Lindqvist &#60;b&#62;") && door.has("Welcome") && door.has("/portal/colours.css?of=b3261e"), "{}", door.text);
        let sheet = desk.visit("/portal/colours.css?of=b3261e");
        assert!(sheet.has("--accent:light-dark(oklch(") && sheet.header("content-type").starts_with("text/css"));
        assert_eq!(desk.visit("/portal/colours.css?of=%7D").status, StatusCode::NOT_FOUND);
        let fields = [("revision", "3"), ("name", "Other"), ("colour", "#00f"), ("greeting_en", "Hej"), ("greeting_de", "")];
        let preview = ada.post("/settings/portal", "/settings/portal/preview", &fields);
        assert!(preview.has("Other") && preview.header("content-security-policy").contains("frame-ancestors 'self'"), "{}", preview.text);
        assert!(desk.visit("/portal").has("Lindqvist"), "a preview changes nothing");
    }

    fn a_contact_s_rows_are_handed_out_and_erased(home) {
        let desk = Desk::new(home);
        let sanna = desk.acting("sanna@aalto.example");
        sanna.post("/portal/consents", "/portal/consents/survey", &[("allow", "yes")]);
        let about = kept_rooms::About::Contact(desk.sanna.0);
        let sheets = desk.parts.exportable.iter().map(|one| {
            let one = std::sync::Arc::clone(one);
            desk.store.read(move |read| one.sheets(read, about)).wait().unwrap()
        });
        let sheets: Vec<_> = sheets.flatten().collect();
        assert!(sheets.iter().any(|sheet| sheet.name == "Consents" && sheet.rows.len() == 1), "{sheets:?}");
        for again in [false, true] {
            for one in &desk.parts.erasable {
                let (one, now) = (std::sync::Arc::clone(one), desk.now());
                let erased = desk.store.write(move |tx| one.erase(tx, about, now)).wait().unwrap();
                let rows: u64 = erased.iter().map(|one| one.rows).sum();
                assert_eq!(rows == 0, again, "{erased:?}");
            }
        }
        assert_eq!(sanna.get("/portal/requests").status, StatusCode::SEE_OTHER);
    }

    fn a_consent_of_a_form_stands_with_those_of_the_portal(home) {
        let desk = Desk::new(home);
        let (aalto, sanna) = (desk.aalto, desk.sanna);
        let keep = |purpose: &'static str| {
            let (world, rules) = (&desk.world, desk.rules.now());
            let (act, ids) = (Act { who: Who::Contact(sanna.0), at: desk.now(), entry: world.id() }, [world.id(), world.id()]);
            desk.store.write(move |tx| {
                let new = NewConsent {
                    contact: sanna,
                    client: aalto,
                    purpose,
                    wording: "You may ask me how it was",
                    language: "en",
                    source: "form “So that we know you”, version 2",
                    given_at: act.at,
                };
                keep_consent(tx, (&act, &rules), ids, new)
            }).wait().unwrap()
        };
        let withdrawn = |purpose: &'static str| desk.store.read(move |read| has_withdrawn(read, (sanna, purpose))).wait().unwrap();
        assert!(keep("survey") && !keep("survey"), "what stands is given once");
        assert!(!withdrawn("survey"));
        let shown = desk.browser("rita").get(&format!("/clients/{}/portal", desk.aalto));
        for words in ["<b>survey</b>", "form “So that we know you”, version 2", "You may ask me how it was"] {
            assert!(shown.has(words), "{words}: {}", shown.text);
        }
        let browser = desk.acting("sanna@aalto.example");
        assert!(browser.get("/portal/consents").has("You may ask me how it was"));
        browser.post("/portal/consents", "/portal/consents/survey", &[("allow", "no")]);
        assert!(withdrawn("survey") && !withdrawn("service"));
        assert!(keep("survey") && !withdrawn("survey"), "allowed anew it stands anew");
        let told: Vec<_> = desk.events().into_iter().filter(|act| act.ends_with("consent")).collect();
        assert_eq!(told, ["record-consent", "withdraw-consent", "record-consent"]);
    }

    fn what_a_client_sent_lies_there_for_it_alone(home) {
        let desk = Desk::new(home);
        let (aalto, sanna) = (desk.aalto, desk.sanna);
        let act = Act { who: Who::Contact(sanna.0), at: desk.now(), entry: desk.world.id() };
        let new = NewDocument { id: desk.world.id(), contact: Some(sanna), title: "Your logo".into(), name: "logo.png".into(), content: b"x".to_vec() };
        desk.store.write(move |tx| lay_document(tx, &act, (aalto, None), &new)).wait().unwrap();
        assert!(desk.enter("sanna@aalto.example").get("/portal").has("Your logo"));
        assert!(!desk.enter("mikko@aalto.example").get("/portal").has("Your logo"));
        assert!(desk.browser("rita").get(&format!("/clients/{}/portal", desk.aalto)).has("Your logo"));
    }
}
