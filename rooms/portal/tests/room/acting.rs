//! What a client does: never without a code, and then as one of its own.

use axum::http::StatusCode;
use kept_testing::on_both;

use crate::desk::{Browser, Desk, MINUTE};

/// A form without files, as a browser sends one that could have some.
fn send(
    browser: &Browser<'_>,
    from: &str,
    path: &str,
    fields: &[(&str, &str)],
) -> crate::desk::Answer {
    browser.upload_with(from, path, fields, None)
}

on_both! {
    fn a_session_that_only_reads_does_nothing(home) {
        let desk = Desk::new(home);
        let id = desk.request((desk.aalto, desk.sanna), "Sensor reads high");
        let sanna = desk.enter("sanna@aalto.example");
        let (page, events) = (format!("/portal/requests/{id}"), desk.events());
        assert!(!sanna.get(&page).has("name=\"text\""), "there is no form to fill in for nothing");
        let tried = send(&sanna, &page, &format!("{page}/messages"), &[("text", "Still too high")]);
        assert_eq!(tried.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(tried.has("Still too high") && tried.has("name=\"code\""), "what was written is kept: {}", tried.text);
        for (path, fields) in [
            ("/portal/details", &[("name", "X"), ("position", ""), ("phone", ""), ("channel", ""), ("style", ""), ("language", "en")][..]),
            ("/portal/consents/survey", &[("allow", "yes")]),
        ] {
            let tried = sanna.post(&page, path, fields);
            assert!(tried.status != StatusCode::OK, "{path}");
        }
        assert_eq!(desk.events(), events);
        let audited = desk.audited();
        assert!(!audited.iter().any(|act| act == "ConsentGiven" || act == "DetailsChanged" || act == "ClientWroteAgain"), "{audited:?}");
    }

    fn with_the_code_beside_what_was_written_it_is_sent_at_once(home) {
        let desk = Desk::new(home);
        let id = desk.request((desk.aalto, desk.sanna), "Sensor reads high");
        let sanna = desk.enter("sanna@aalto.example");
        let page = format!("/portal/requests/{id}");
        desk.letters();
        send(&sanna, &page, &format!("{page}/messages"), &[("text", "Still too high")]);
        let code = desk.code();
        let sent = send(&sanna, &page, &format!("{page}/messages"), &[("text", "Still too high"), ("code", &code)]);
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
        assert!(sanna.get(&page).has("Still too high"));
        assert!(desk.browser("rita").get(&format!("/requests/{id}")).has("Still too high"));
        assert!(desk.events().contains(&"client-writes-again".to_owned()));
    }

    fn a_code_takes_few_tries_and_ends_soon(home) {
        let desk = Desk::new(home);
        let sanna = desk.enter("sanna@aalto.example");
        desk.letters();
        let get = || {
            sanna.post("/portal/ask", "/portal/code/letter", &[("next", "/portal/ask")]);
            desk.code()
        };
        let give = |code: &str| sanna.post("/portal/code", "/portal/code", &[("code", code)]).status;
        let code = get();
        let wrong = if code == "000000" { "111111" } else { "000000" };
        for _ in 0..5 {
            assert_eq!(give(wrong), StatusCode::UNPROCESSABLE_ENTITY);
        }
        assert_eq!(give(&code), StatusCode::UNPROCESSABLE_ENTITY, "after five tries the right one is wrong too");
        desk.pass(2 * MINUTE);
        let code = get();
        desk.pass(11 * MINUTE);
        assert_eq!(give(&code), StatusCode::UNPROCESSABLE_ENTITY, "and after ten minutes");
        let code = get();
        assert_eq!(give(&code), StatusCode::SEE_OTHER);
        assert_eq!(give(&code), StatusCode::UNPROCESSABLE_ENTITY, "and once");
        let audited = desk.audited();
        assert_eq!(audited.iter().filter(|act| *act == "PortalCodeWrong").count(), 5, "{audited:?}");
    }

    fn a_code_lets_one_session_act_for_half_an_hour(home) {
        let desk = Desk::new(home);
        let one = desk.acting("sanna@aalto.example");
        let two = desk.enter("sanna@aalto.example");
        assert!(one.get("/portal/ask").has("name=\"subject\""));
        assert!(!two.get("/portal/ask").has("name=\"subject\""), "another session of hers asks again");
        desk.pass(31 * MINUTE);
        assert!(!one.get("/portal/ask").has("name=\"subject\""));
    }

    fn a_client_asks_for_something_with_files_and_it_is_routed(home) {
        let desk = Desk::new(home);
        let sanna = desk.acting("sanna@aalto.example");
        let fields = [("subject", "Calibration"), ("body", "Eleven scales <b>soon</b>"), ("category", "order")];
        let asked = sanna.upload_with("/portal/ask", "/portal/ask", &fields, Some(("files", "../list.csv", b"scale;1")));
        assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.text);
        let page = sanna.get(&asked.header("location"));
        assert!(page.has("Calibration") && page.has("list.csv") && page.has("&lt;b&gt;"), "{}", page.text);
        let id = desk.requests().pop().unwrap();
        let seen = desk.browser("rita").get(&format!("/requests/{id}"));
        assert!(seen.has("Calibration") && seen.has("list.csv") && seen.has("Sanna Aalto"), "{}", seen.text);
        let href = page.text.split("href=\"/portal/requests/").find(|rest| rest.contains("/files/")).unwrap();
        let file = format!("/portal/requests/{}", href.split('"').next().unwrap());
        let got = sanna.get(&file);
        assert_eq!((got.text.as_str(), got.header("content-type").as_str()), ("scale;1", "application/octet-stream"));
        let mikko = desk.enter("mikko@aalto.example");
        assert_eq!(mikko.get(&file).status, StatusCode::NOT_FOUND);
    }

    fn what_is_missing_is_said_at_its_field_and_nothing_is_lost(home) {
        let desk = Desk::new(home);
        let sanna = desk.acting("sanna@aalto.example");
        let fields = [("subject", ""), ("body", "Words that took long"), ("category", "nonsense")];
        let again = send(&sanna, "/portal/ask", "/portal/ask", &fields);
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        for words in ["Words that took long", "Say in a few words", "It is not sent yet."] {
            assert!(again.has(words), "{words}: {}", again.text);
        }
        let stray = send(&sanna, "/portal/ask", "/portal/ask", &[("subject", "x"), ("body", "y"), ("client", "z")]);
        assert_eq!(stray.status, StatusCode::CONFLICT, "a field that the form does not have is refused");
        assert!(desk.requests().is_empty());
    }

    fn the_client_s_word_settles_it_or_opens_it_again(home) {
        let desk = Desk::new(home);
        let id = desk.request((desk.aalto, desk.sanna), "Sensor reads high");
        desk.act(&id, "resolution", &[("resolution", "The sensor was replaced"), ("notice", "on")]);
        let sanna = desk.acting("sanna@aalto.example");
        let page = format!("/portal/requests/{id}");
        let shown = sanna.get(&page);
        assert!(shown.has("Is this settled?") && shown.has("The sensor was replaced"), "{}", shown.text);
        let empty = sanna.post(&page, &format!("{page}/rejection"), &[("why", " ")]);
        assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
        let no = sanna.post(&page, &format!("{page}/rejection"), &[("why", "It reads low now")]);
        assert_eq!(no.status, StatusCode::SEE_OTHER, "{}", no.text);
        assert_ne!(desk.state(&id), "resolved");
        assert!(sanna.get(&page).has("It reads low now"));
        assert!(desk.events().contains(&"reopen-request".to_owned()));
        desk.act(&id, "resolution", &[("resolution", "Calibrated"), ("notice", "on")]);
        let yes = sanna.post(&page, &format!("{page}/confirmation"), &[]);
        assert_eq!(yes.status, StatusCode::SEE_OTHER, "{}", yes.text);
        assert!(sanna.get(&page).has("settled"));
        assert!(desk.events().contains(&"confirm-resolution".to_owned()));
        let start = sanna.get("/portal");
        assert!(start.has("We have no open request of yours."), "what is settled is not open: {}", start.text);
    }

    fn nobody_acts_on_what_is_another_s(home) {
        let desk = Desk::new(home);
        let id = desk.request((desk.aalto, desk.mikko), "Salary of the night crew");
        let sanna = desk.acting("sanna@aalto.example");
        let page = format!("/portal/requests/{id}");
        let written = send(&sanna, "/portal/ask", &format!("{page}/messages"), &[("text", "Hello")]);
        assert_eq!(written.status, StatusCode::NOT_FOUND);
        for (what, fields) in [("confirmation", &[][..]), ("rejection", &[("why", "No")])] {
            let tried = sanna.post("/portal/ask", &format!("{page}/{what}"), fields);
            assert_eq!(tried.status, StatusCode::NOT_FOUND, "{what}");
        }
        assert!(!desk.events().contains(&"client-writes-again".to_owned()));
    }
}
