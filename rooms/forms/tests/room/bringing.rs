//! What a form brings beside facts: consents and files.

use axum::http::StatusCode;
use kept_accounts::access::Action;
use kept_testing::on_both;

use crate::desk::Desk;
use crate::filling::INTAKE;

const BIG: usize = 13 * 1024 * 1024;

on_both! {
    fn what_is_ticked_becomes_a_consent_with_the_words_that_were_read(home) {
        let desk = Desk::new(home);
        let form = desk.form("intake");
        desk.with_field(&form, ("consent", "You may ask me how it was", "consent.survey"));
        desk.with_field(&form, ("consent", "You may tell me of offers", "consent.marketing"));
        let link = desk.send(&form);
        assert!(desk.records.kept().is_empty());
        let mut fields = INTAKE.to_vec();
        fields.push(("f16", "yes"));
        assert_eq!(desk.fill(&link, &fields).status, StatusCode::OK);
        let kept = ["survey: You may ask me how it was (form “So that we know you”, version 3, contact)"];
        assert_eq!(desk.records.kept(), kept, "what was left empty takes nothing back and gives nothing");
        assert!(desk.browser("rita").get(&desk.answer(&form)).has("consent: survey"));
    }

    fn only_a_consent_to_tick_asks_for_a_purpose_and_only_files_are_documents(home) {
        let desk = Desk::new(home);
        let form = desk.form("feedback");
        let (rita, page) = (desk.browser("rita"), format!("/forms/{form}"));
        for (kind, maps) in [("text", "consent.survey"), ("consent", "consent.nonsense"), ("text", "documents"), ("file", "contact.name")] {
            let revision = rita.get(&page).hidden("revision");
            let fields = [("revision", revision.as_str()), ("kind", kind), ("label", "Astray"), ("help", ""), ("choices", ""), ("maps", maps)];
            rita.post(&page, &format!("{page}/fields"), &fields);
            assert!(!rita.get(&page).has("Astray"), "{kind} {maps}");
        }
        assert!(rita.get(&page).has("Consent: marketing") && rita.get(&page).has("Client: documents"));
    }

    fn what_anybody_sends_gives_no_consent_before_it_is_taken_in(home) {
        let desk = Desk::new(home);
        let form = desk.form("feedback");
        desk.with_field(&form, ("consent", "You may name me", "consent.publication"));
        desk.with_field(&form, ("files", "Proof", "documents"));
        desk.open_form(&form, "");
        let path = format!("/f/{form}");
        let send = |email: &str| {
            let token = desk.token(&path);
            let fields = [("token", token.as_str()), ("f1", "7"), ("f3", "Otto"), ("f4", email), ("f5", "yes")];
            let sent = desk.fill_with(&path, &fields, &[("f6", "a.txt", b"one"), ("f6", "b.txt", b"two!")]);
            assert_eq!(sent.status, StatusCode::OK, "{}", sent.text);
            desk.answer(&form)
        };
        let rita = desk.browser("rita");
        let one = send("otto@brennan.example");
        assert!(desk.records.kept().is_empty());
        rita.post(&one, &format!("{one}/acts"), &[("act", "take")]);
        assert_eq!(desk.records.kept().len(), 3, "{:?}", desk.records.kept());
        assert!(desk.records.kept()[0].contains("version 3, person"));
        let two = send("sanna@aalto.example");
        rita.post(&two, &format!("{two}/acts"), &[("act", "take")]);
        assert_eq!(desk.records.kept().len(), 3, "whoever writes an address has not proved to be its owner");
    }

    fn files_are_handed_out_safely_and_told_to_programs_and_lists(home) {
        let desk = Desk::new(home);
        let form = desk.form("feedback");
        desk.with_field(&form, ("files", "Proof", ""));
        desk.open_form(&form, "");
        let path = format!("/f/{form}");
        assert!(desk.visit(&path).has("multipart/form-data"));
        let token = desk.token(&path);
        let fields = [("token", token.as_str()), ("f1", "7")];
        let sent = desk.fill_with(&path, &fields, &[("f5", "..\\a<b>.html", b"<script>"), ("f5", "", b"")]);
        assert_eq!(sent.status, StatusCode::OK, "{}", sent.text);
        let rita = desk.browser("rita");
        let page = rita.get(&desk.answer(&form));
        let href = page.text.split("href=\"").find(|rest| rest.contains("/files/")).unwrap().split('"').next().unwrap().to_owned();
        let file = rita.get(&href);
        assert_eq!((file.text.as_str(), file.header("content-type").as_str()), ("<script>", "application/octet-stream"));
        assert!(file.header("content-security-policy").contains("sandbox") && file.header("content-disposition").starts_with("attachment"));
        assert_eq!(desk.browser("theo").get(&href).status, StatusCode::NOT_FOUND);
        let answers = desk.program(None, vec![Action::ReadClients]).ask("GET", &format!("/api/v1/forms/{form}/answers"), &[], "");
        let told = &answers.json()["items"][0]["given"][4]["files"][0];
        assert_eq!((told["name"].as_str(), told["size"].as_u64()), (Some("a<b>.html"), Some(8)), "{}", answers.text);
        assert_eq!(told["sha256"].as_str().map(str::len), Some(64));
        assert!(desk.browser("helen").get(&format!("/forms/{form}/answers.csv")).has("a<b>.html"));
    }

    fn files_have_the_limits_of_those_of_requests(home) {
        let desk = Desk::new(home);
        let form = desk.form("feedback");
        desk.with_field(&form, ("files", "Proof", ""));
        desk.with_field(&form, ("file", "One", ""));
        desk.open_form(&form, "");
        let path = format!("/f/{form}");
        let (token, big) = (desk.token(&path), vec![7; BIG]);
        let fields = [("token", token.as_str()), ("f1", "7"), ("f2", "Long words")];
        let large = desk.fill_with(&path, &fields, &[("f5", "a", &big), ("f5", "b", &big)]);
        assert!(large.status == StatusCode::PAYLOAD_TOO_LARGE && large.has("Long words") && large.has("too large together"), "{}", large.text);
        let many: Vec<(&str, &str, &[u8])> = (0..11).map(|_| ("f5", "a", &b"x"[..])).collect();
        assert_eq!(desk.fill_with(&path, &fields, &many).status, StatusCode::PAYLOAD_TOO_LARGE);
        let two = desk.fill_with(&path, &fields, &[("f6", "a", b"x"), ("f6", "b", b"x")]);
        assert!(two.status == StatusCode::UNPROCESSABLE_ENTITY && two.has("Choose one file."), "{}", two.text);
        assert_eq!(desk.fill_with(&path, &fields, &[("f1", "a", b"x")]).status, StatusCode::BAD_REQUEST, "no file where none belongs");
        let made_up = [("token", "made up"), ("f1", "7")];
        assert_eq!(desk.fill_with(&path, &made_up, &[("f5", "a", b"x")]).status, StatusCode::UNPROCESSABLE_ENTITY);
        let link = desk.send(&form);
        let draft = format!("{link}/draft");
        assert_eq!(desk.fill_with(&draft, &[], &[("f5", "a", &big)]).status, StatusCode::SEE_OTHER);
        let more = desk.fill_with(&draft, &[], &[("f5", "b", &big)]);
        assert!(more.status == StatusCode::UNPROCESSABLE_ENTITY && more.has("too large together"), "{}", more.text);
    }

    fn what_is_spam_goes_with_its_files(home) {
        let desk = Desk::new(home);
        let form = desk.form("feedback");
        desk.with_field(&form, ("files", "Proof", ""));
        desk.open_form(&form, "");
        let path = format!("/f/{form}");
        let token = desk.token(&path);
        let fields = [("token", token.as_str()), ("f1", "7"), ("homepage", "x")];
        desk.fill_with(&path, &fields, &[("f5", "a", b"x")]);
        let (rita, answer) = (desk.browser("rita"), desk.answer(&form));
        rita.post(&answer, &format!("{answer}/acts"), &[("act", "remove")]);
        assert_eq!(rita.get(&answer).status, StatusCode::NOT_FOUND);
    }
}
