//! The look at an answer before it is sent, and the words of the house.

use axum::http::StatusCode;
use kept_kernel::Id;
use kept_store::{params, statements};
use kept_testing::{Kept as _, on_both};

use crate::desk::Desk;

statements! {
    PROMISE = "SELECT id, person FROM request_promises";
    PREFERS = "UPDATE contacts SET channel = 'phone', style = 'short, technical'";
    REMARKED = "SELECT kind, number FROM request_remarks ORDER BY kind, message";
}

const STIFF: &str = "Unfortunately, we cannot send it prior to Friday, and it is cheap.";

on_both! {
    fn an_answer_is_looked_at_and_nothing_is_sent(home) {
        let desk = Desk::new(home);
        let maya = desk.browser("maya");
        let id = maya.note("Invoice");
        let (page, before) = (format!("/requests/{id}"), desk.events());
        let check = format!("{page}/answers/check");
        let looked = maya.post(&page, &check, &[("text", STIFF), ("channel", "email")]);
        assert_eq!(looked.status, StatusCode::OK);
        for words in ["Negative.", "Unfortunately, we cannot", "Nobody is greeted.", "prior to", STIFF] {
            assert!(looked.has(words), "{words}: {}", looked.text);
        }
        assert!(looked.has("We write again by Wed 4 Feb, 17:00: promise it?"), "{}", looked.text);
        let text = "Hello Ruth, we will send it by Tuesday noon.";
        let looked = maya.post(&page, &check, &[("text", text)]);
        assert!(looked.has("Nothing to remark."), "{}", looked.text);
        assert!(looked.has("by Tuesday noon”: record it, due Tue 3 Feb, 12:00"), "{}", looked.text);
        let looked = maya.post(&page, &check, &[("text", text), ("promise", "2026-02-03T12:00")]);
        assert!(looked.has("name=\"update_at\" value=\"2026-02-03T12:00\""), "{}", looked.text);
        assert!(looked.has("It is said below."), "{}", looked.text);
        assert_eq!(desk.events(), before);
        let stranger = desk.browser("dora").post("/requests", &check, &[("text", text)]);
        assert_eq!(stranger.status, StatusCode::NOT_FOUND);
    }

    fn what_was_remarked_and_sent_all_the_same_is_kept_with_the_answer(home) {
        let desk = Desk::holding(home, 10);
        let (maya, helen) = (desk.browser("maya"), desk.browser("helen"));
        let words = [("avoid", "cheap"), ("say", "good value")];
        assert_eq!(helen.post("/settings/words", "/settings/words", &words).status, StatusCode::SEE_OTHER);
        let id = maya.note("Invoice");
        maya.did(&id, "messages", &[("voice", "us"), ("text", STIFF)]);
        let remarked = || -> Vec<(String, u32)> {
            desk.store.read(|read| read.all(REMARKED, &params![])).kept()
        };
        assert_eq!(remarked(), [], "it has not left");
        desk.pass(11);
        desk.round();
        let expected = [("greeting", 1), ("house", 1), ("negative", 1), ("next step", 1), ("stiff", 1)];
        assert_eq!(remarked(), expected.map(|(kind, number)| (kind.to_owned(), number)));
        maya.did(&id, "messages", &[("voice", "note"), ("text", STIFF)]);
        assert_eq!(remarked().len(), expected.len(), "a note is not for the client");
    }

    fn the_words_of_the_house_are_set_by_whoever_gives_all_work(home) {
        let desk = Desk::new(home);
        let (maya, helen) = (desk.browser("maya"), desk.browser("helen"));
        let page = "/settings/words";
        assert_eq!(maya.get(page).status, StatusCode::NOT_FOUND);
        assert!(helen.get(page).has("No words yet"));
        let empty = helen.post(page, page, &[("avoid", " ")]);
        assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(empty.has("Write what is not said here, or what is a word of yours."), "{}", empty.text);
        let added = helen.post(page, page, &[("avoid", "cheap"), ("say", "good value")]);
        assert_eq!(added.status, StatusCode::SEE_OTHER);
        let shown = helen.get(page);
        assert!(shown.has("cheap: say good value"), "{}", shown.text);
        let (_, rest) = shown.text.split_once("/settings/words/").unwrap();
        let word = rest.split('/').next().unwrap();
        let gone = helen.post(page, &format!("{page}/{word}/removal"), &[]);
        assert_eq!(gone.status, StatusCode::SEE_OTHER);
        assert!(helen.get(page).has("No words yet"));
    }

    fn a_misspelt_word_is_remarked_and_what_the_client_or_the_house_calls_a_thing_is_not(home) {
        let desk = Desk::new(home);
        let (maya, helen) = (desk.browser("maya"), desk.browser("helen"));
        let id = maya.note("The frobnicator is broken");
        let page = format!("/requests/{id}");
        let look = || maya.post(&page, &format!("{page}/answers/check"), &[("text", "Hello Ruth, the frobnicator and the sprokket are on ther way.")]);
        let looked = look();
        assert!(looked.has("“ther”") && looked.has("“sprokket”") && !looked.has("“frobnicator”"), "{}", looked.text);
        let words = "/settings/words";
        assert_eq!(helen.post(words, words, &[("say", "Sprokket")]).status, StatusCode::SEE_OTHER);
        assert!(helen.get(words).has("Sprokket: a word of ours"));
        let looked = look();
        assert!(looked.has("“ther”") && !looked.has("“sprokket”"), "{}", looked.text);
    }

    fn a_frame_gets_its_part_alone_and_what_is_written_is_there_again(home) {
        let desk = Desk::new(home);
        let maya = desk.browser("maya");
        let id = maya.note("Invoice");
        let page = format!("/requests/{id}");
        let shown = maya.get(&page);
        let (_, rest) = shown.text.split_once("name=\"opened\" value=\"").unwrap();
        let opened = rest.split('"').next().unwrap().to_owned();
        let check = format!("{page}/answers/check");
        let begun = [("text", "Hello Ruth, half a"), ("opened", opened.as_str())];
        assert_eq!(maya.post(&page, &check, &begun).status, StatusCode::OK);
        assert!(maya.get(&page).has("Hello Ruth, half a"), "it is there in another browser too");
        assert!(!desk.browser("ben").get(&page).has("Hello Ruth, half a"), "a draft is its writer's");
        maya.did(&id, "messages", &[("voice", "note"), ("text", "Hello Ruth, half a word")]);
        desk.pass(1);
        maya.post(&page, &check, &begun);
        assert!(!maya.get(&page).has("half a</textarea>"), "a look that came late brings nothing back");
    }

    fn what_is_promised_is_owed_until_it_is_kept(home) {
        let desk = Desk::new(home);
        let maya = desk.browser("maya");
        let id = maya.note("Invoice");
        let text = "Hello Ruth, we will send it by Tuesday noon.";
        let fields = [("voice", "us"), ("text", text), ("promised", "2026-02-03T12:00 by Tuesday noon")];
        maya.did(&id, "messages", &fields);
        assert!(desk.events().contains(&"make-promise".to_owned()), "{:?}", desk.events());
        let (promise, person): (Id, Id) = desk.store.read(|read| read.one(PROMISE, &params![])).kept();
        assert_eq!(person, desk.id("maya").0);
        let owed = || {
            let record = promise.to_string();
            let owed = desk.store.read(move |read| kept_journal::obligations::of_record(read, ("promise", &record)));
            let owed: Vec<_> = owed.kept().into_iter().map(|duty| (duty.rule, duty.verdict)).collect();
            owed
        };
        assert_eq!(owed(), [("promise".to_owned(), "pending".to_owned())]);
        let page = format!("/requests/{id}");
        let led = maya.get(&format!("/requests/promises/{promise}"));
        assert_eq!(led.header("location"), format!("{page}#promises"));
        assert!(maya.get(&page).has("“by Tuesday noon”"));
        let act = format!("{page}/acts/promises");
        let nothing = maya.post(&page, &act, &[("promise", &promise.to_string()), ("why", " ")]);
        assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY, "a promise is withdrawn with a reason");
        maya.did(&id, "promises", &[("promise", &promise.to_string()), ("done", "on")]);
        assert_eq!(owed(), [("promise".to_owned(), "met".to_owned())]);
        let again = maya.post(&page, &act, &[("promise", &promise.to_string()), ("done", "on")]);
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    }

    fn going_another_way_than_the_contact_prefers_needs_a_reason(home) {
        let desk = Desk::new(home);
        let maya = desk.browser("maya");
        let id = maya.note("Invoice");
        let page = format!("/requests/{id}");
        let contact = desk.store.write(|tx| tx.execute(PREFERS, &params![]));
        assert_eq!(contact.kept(), 1);
        assert!(maya.get(&page).has("Ruth Brennan prefers: phone."));
        let send = |why: &str| {
            let fields = [("voice", "us"), ("text", "Hello Ruth."), ("asked_why", "on"), ("otherwise", why)];
            maya.act(&id, "messages", &fields)
        };
        let refused = send("");
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.has("Say why it goes by another way"), "{}", refused.text);
        assert_eq!(send("She is on a plane").status, StatusCode::SEE_OTHER);
        let check = format!("{page}/answers/check");
        let told = maya.post(&page, &check, &[("text", "Hello"), ("channel", "phone")]);
        assert!(!told.has("Ruth Brennan prefers: phone."));
    }
}
