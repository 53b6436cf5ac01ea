//! Filling in: by a personal link into the record, openly into what is looked at first.

use axum::http::StatusCode;
use kept_testing::on_both;

use crate::desk::{DAY, Desk};

/// What Sanna writes into the form of an intake.
pub const INTAKE: [(&str, &str); 12] = [
    ("f1", "Sanna Aalto"),
    ("f2", "Quality manager"),
    ("f3", "+358 40 123 4567"),
    ("f4", "Aalto Dairy"),
    ("f5", "Hamngatan 2, Turku"),
    ("f6", "Finland"),
    ("f7", "Food"),
    ("f8", ""),
    ("f9", "Fewer rejected lots"),
    ("f10", "phone"),
    ("f11", "Figures first"),
    ("f12", "No visits on Mondays"),
];

on_both! {
    fn what_a_client_fills_in_goes_into_its_record_without_retyping(home) {
        let desk = Desk::new(home);
        let link = desk.send(&desk.form("intake"));
        let shown = desk.visit(&link);
        assert!(shown.has("Satamakatu 1, Tampere") && shown.has("value=\"Sanna Aalto\""), "what is known stands there: {}", shown.text);
        assert!(shown.header("set-cookie").is_empty() && shown.header("content-security-policy").contains("frame-ancestors 'none'"));
        let sent = desk.fill(&link, &INTAKE);
        assert_eq!(sent.status, StatusCode::OK, "{}", sent.text);
        let rita = desk.browser("rita");
        let client = rita.get(&format!("/clients/{}", desk.aalto));
        for words in ["Hamngatan 2, Turku", "Finland", "form, today"] {
            assert!(client.has(words), "{words}: {}", client.text);
        }
        let list = rita.get(&format!("/clients/{}/forms", desk.aalto)).text;
        assert!(list.contains("filled in"), "{list}");
        let href = list.split("href=\"").find(|rest| rest.contains("/answers/") && rest.starts_with("/forms/")).unwrap().split('"').next().unwrap().to_owned();
        let answer = rita.get(&href);
        for words in ["Fewer rejected lots", "<del>Satamakatu 1, Tampere</del>", "<ins>Hamngatan 2, Turku</ins>", "Quality manager"] {
            assert!(answer.has(words), "{words}: {}", answer.text);
        }
        rita.post(&href, &format!("{href}/acts"), &[("act", "seen")]);
        assert!(!rita.get(&href).has("I have seen it"));
    }

    fn a_personal_link_is_good_once_and_looking_uses_nothing_up(home) {
        let desk = Desk::new(home);
        let form = desk.form("intake");
        let (one, two) = (desk.send(&form), desk.send(&form));
        for _ in 0..3 {
            assert_eq!(desk.visit(&one).status, StatusCode::OK);
        }
        assert_eq!(desk.fill(&one, &INTAKE).status, StatusCode::OK);
        assert_eq!(desk.fill(&one, &INTAKE).status, StatusCode::NOT_FOUND);
        assert_eq!(desk.visit(&one).status, StatusCode::NOT_FOUND);
        desk.pass(31 * DAY);
        assert_eq!(desk.visit(&two).status, StatusCode::NOT_FOUND);
        assert_eq!(desk.visit("/f/for/AAAA").status, StatusCode::NOT_FOUND);
    }

    fn what_needs_another_look_keeps_all_values_and_the_link(home) {
        let desk = Desk::new(home);
        let link = desk.send(&desk.form("intake"));
        let mut fields = INTAKE;
        fields[2].1 = "call me";
        fields[8].1 = "";
        let again = desk.fill(&link, &fields);
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(again.has("Please fill this in.") && again.has("Hamngatan 2, Turku"), "{}", again.text);
        fields[8].1 = "Fewer rejected lots";
        let again = desk.fill(&link, &fields);
        assert!(again.status == StatusCode::UNPROCESSABLE_ENTITY && again.has("Write it in another way"), "{}", again.text);
        assert_eq!(desk.fill(&link, &INTAKE).status, StatusCode::OK, "nothing was used up");
        let mut stray = INTAKE.to_vec();
        stray.push(("client", "x"));
        assert_eq!(desk.fill(&desk.send(&desk.form("intake")), &stray).status, StatusCode::BAD_REQUEST);
    }

    fn the_onboarding_that_waits_for_the_form_is_told(home) {
        let desk = Desk::new(home);
        desk.onboarding();
        let link = desk.send(&desk.form("intake"));
        desk.fill(&link, &INTAKE);
        let told: Vec<_> = desk.events().into_iter().filter(|act| act.contains("intake") || act.contains("answers")).collect();
        assert_eq!(told, ["send-intake-form", "return-intake-form", "take-over-answers"]);
    }

    fn what_anybody_fills_in_changes_no_record_before_somebody_has_looked(home) {
        let desk = Desk::new(home);
        let id = desk.form("feedback");
        let path = format!("/f/{id}");
        assert_eq!(desk.visit(&path).status, StatusCode::NOT_FOUND, "nobody opened it");
        desk.open_form(&id, "");
        let token = desk.token(&path);
        let fields = [("token", token.as_str()), ("f1", "2"), ("f2", "It took <b>weeks</b>"), ("f3", "Somebody"), ("f4", "sanna@aalto.example")];
        let (one, two) = (desk.fill(&path, &fields), desk.fill(&path, &fields));
        assert!(one.status == StatusCode::OK && two.status == StatusCode::OK, "{}", one.text);
        let told = desk.events();
        assert_eq!(told.iter().filter(|act| *act == "receive-feedback").count(), 1, "sent twice it is one: {told:?}");
        let rita = desk.browser("rita");
        let list = rita.get(&format!("/forms/{id}/answers")).text;
        let href = list.split("href=\"").find(|rest| rest.contains("/answers/0")).unwrap().split('"').next().unwrap().to_owned();
        let answer = rita.get(&href);
        assert!(answer.has("weeks&#60;/b&#62;") && answer.has("it stands in no record yet"), "{}", answer.text);
        assert_eq!(desk.browser("theo").get(&href).status, StatusCode::NOT_FOUND, "what belongs to nobody is for those who reach all");
        rita.post(&href, &format!("{href}/acts"), &[("act", "take")]);
        let taken = rita.get(&href);
        assert!(taken.has("Aalto Dairy") && !taken.has("<ins>Somebody</ins>"), "who writes an address has not proved to be its owner: {}", taken.text);
    }

    fn an_address_to_answer_to_is_one_or_is_asked_for_again(home) {
        let desk = Desk::new(home);
        let id = desk.form("feedback");
        desk.open_form(&id, "");
        let path = format!("/f/{id}");
        let page = desk.visit(&path);
        assert!(page.has("name=\"f4\" type=\"email\""), "{}", page.text);
        let token = desk.token(&path);
        let answer = |email| desk.fill(&path, &[("token", token.as_str()), ("f1", "2"), ("f2", "Slow"), ("f3", "X"), ("f4", email)]);
        let again = answer("not an address");
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", again.text);
        for words in ["id=\"f4-error\"", "Write an address for mail", "value=\"not an address\"", "Slow"] {
            assert!(again.has(words), "{words}: {}", again.text);
        }
        assert_eq!(answer("ruth@brennan.example").status, StatusCode::OK);
    }

    fn what_looks_like_spam_is_held_and_not_lost(home) {
        let desk = Desk::new(home);
        let id = desk.form("feedback");
        desk.open_form(&id, "");
        let path = format!("/f/{id}");
        let token = desk.token(&path);
        let fields = [("token", token.as_str()), ("f1", "7"), ("f2", "Buy"), ("f3", "X"), ("f4", ""), ("homepage", "https://spam.example")];
        assert_eq!(desk.fill(&path, &fields).status, StatusCode::OK, "a program hears what a person hears");
        assert!(!desk.events().contains(&"receive-feedback".to_owned()));
        let rita = desk.browser("rita");
        let list = rita.get(&format!("/forms/{id}/answers"));
        assert!(list.has("held"), "{}", list.text);
        let href = list.text.split("href=\"").find(|rest| rest.contains("/answers/0")).unwrap().split('"').next().unwrap().to_owned();
        assert!(rita.get(&href).has("a field that nobody sees was filled in"));
        rita.post(&href, &format!("{href}/acts"), &[("act", "remove")]);
        assert_eq!(rita.get(&href).status, StatusCode::NOT_FOUND);
        let fast = desk.visit(&path).hidden("token");
        let fields = [("token", fast.as_str()), ("f1", "7")];
        assert_eq!(desk.fill(&path, &fields).status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(desk.fill(&path, &[("token", "made up"), ("f1", "7")]).status, StatusCode::UNPROCESSABLE_ENTITY);
    }

    fn only_the_sites_that_were_named_show_it_within_their_pages(home) {
        let desk = Desk::new(home);
        let id = desk.form("feedback");
        desk.open_form(&id, "https://www.company.example https://*");
        assert_eq!(desk.visit(&format!("/f/{id}")).status, StatusCode::NOT_FOUND, "what is no site is refused");
        desk.open_form(&id, "https://www.company.example");
        let policy = |path: &str| desk.visit(path).header("content-security-policy");
        assert!(policy(&format!("/f/{id}/embed")).contains("frame-ancestors https://www.company.example;"));
        assert!(policy(&format!("/f/{id}")).contains("frame-ancestors 'none'"));
    }

    fn who_gives_all_work_names_the_sites_that_show_the_form_for_requests(home) {
        let desk = Desk::new(home);
        let (helen, rita) = (desk.browser("helen"), desk.browser("rita"));
        assert!(rita.get("/forms").has("Any site may show it within its pages.") && !rita.get("/forms").has("name=\"sites\""));
        let name = |sites: &str| helen.post("/forms", "/forms/ask", &[("sites", sites)]);
        let refused = name("https://www.company.example;script-src");
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.has("Write sites like") && refused.has("value=\"https://www.company.example;script-src\""));
        assert_eq!(name("https://www.company.example").status, StatusCode::SEE_OTHER);
        assert!(rita.get("/forms").has("Only these sites show it within their pages: https://www.company.example"));
        assert!(helen.get("/forms").has("value=\"https://www.company.example\""));
        assert!(desk.audited().contains(&"WebFormSitesSet".to_owned()));
        let tried = rita.post("/forms", "/forms/ask", &[("sites", "")]);
        assert_eq!(tried.status, StatusCode::NOT_FOUND);
        assert!(rita.get("/forms").has("Only these sites"));
    }

    fn answers_are_taken_out_safely_and_written_down(home) {
        let desk = Desk::new(home);
        let id = desk.form("feedback");
        desk.open_form(&id, "");
        let path = format!("/f/{id}");
        let token = desk.token(&path);
        desk.fill(&path, &[("token", &token), ("f1", "7"), ("f2", "=1+1"), ("f3", "X"), ("f4", "")]);
        assert_eq!(desk.browser("rita").get(&format!("/forms/{id}/answers.csv")).status, StatusCode::NOT_FOUND);
        let taken = desk.browser("helen").get(&format!("/forms/{id}/answers.csv"));
        assert!(taken.has("'=1+1") && !taken.has(",=1+1"), "{}", taken.text);
        assert!(desk.audited().contains(&"AnswersExported".to_owned()));
    }

    fn a_contact_s_answers_are_handed_out_and_erased(home) {
        let desk = Desk::new(home);
        let link = desk.send(&desk.form("intake"));
        desk.fill(&link, &INTAKE);
        let about = kept_rooms::About::Contact(desk.sanna.0);
        let sheets = || desk.parts.exportable.iter().flat_map(|one| {
            let one = std::sync::Arc::clone(one);
            desk.store.read(move |read| one.sheets(read, about)).wait().unwrap()
        }).map(|sheet| format!("{:?}", sheet.rows)).collect::<Vec<_>>().concat();
        assert!(sheets().contains("Fewer rejected lots"));
        for again in [false, true] {
            for one in &desk.parts.erasable {
                let (one, now) = (std::sync::Arc::clone(one), desk.now());
                let erased = desk.store.write(move |tx| one.erase(tx, about, now)).wait().unwrap();
                assert_eq!(erased.iter().map(|one| one.rows).sum::<u64>() == 0, again, "{erased:?}");
            }
        }
        assert!(!sheets().contains("Fewer rejected lots"));
    }
}
