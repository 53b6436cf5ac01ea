//! What is typed and what ships, as it is read, found and tried.

use axum::http::StatusCode;
use kept_kernel::Id;
use kept_rooms::About;
use kept_store::{params, statements};
use kept_templates::{install, of_occasion, offered, parts};
use kept_testing::{Kept as _, on_both, prepare_all};

use crate::desk::Desk;

statements! {
    ADD_CLIENT = "INSERT INTO clients (id, kind, name, folded_name, state, zone, language, engagement_at, revision, made_at, changed_at)
                  VALUES ($1, 'company', $2, 'brennan', 'known', '', 'en', 0, 1, 1, 1)";
}

on_both! {
    fn an_unknown_field_is_named_with_its_place_and_the_nearest(home) {
        let desk = Desk::new(home);
        let refused = desk.send("maya", "/templates", "Hello,\ndear {{contact.fristname}} <b>you</b>.", "");
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        for words in ["Line 2: There is no field {{contact.fristname}}. Did you mean {{contact.first_name}}?", "&#60;b&#62;you"] {
            assert!(refused.has(words), "{words} in {}", refused.text);
        }
        let nothing = desk.send("maya", "/templates", " ", "");
        assert!(nothing.has("Write a text"), "{}", nothing.text);
    }

    fn the_texts_that_ship_are_offered_once_in_the_language_of_the_reader(home) {
        let desk = Desk::new(home);
        install(&desk.store, &desk.world).unwrap();
        let text = |occasion: &'static str, language: &'static str| {
            let found = desk.store.read(move |read| of_occasion(read, occasion, language)).kept();
            found.map(|text| (text.language, text.name))
        };
        let named = |language: &str, name: &str| Some((language.to_owned(), name.to_owned()));
        assert_eq!(text("acknowledgement", "de-CH"), named("de", "Ihre Anfrage ist da"));
        assert_eq!(text("acknowledgement", "en"), named("en", "We have your request"));
        assert_eq!(text("kick-off", "de"), named("en", "Invitation to the kick-off"), "there is none in German");
        assert_eq!(text("nothing", "en"), None);
        let mails = desk.store.read(|read| offered(read, "email")).kept();
        let names = mails.iter().filter(|one| one.occasion == "delay").count();
        assert_eq!(names, 2, "one in each language, put in once");
        let page = desk.browser("ben").get("/templates");
        assert!(page.has("It takes longer") && page.has("Script for a call"), "{}", page.text);
    }

    fn a_template_is_tried_on_a_client_and_names_its_gaps(home) {
        let desk = Desk::new(home);
        let id = desk.written("maya", "Hello {{client.name}}, {{due}}. {{my.name}}");
        let client: Id = desk.world.id();
        desk.store.write(move |tx| tx.execute(ADD_CLIENT, &params![client, "Brennan {{my.name}}"])).kept();
        let maya = desk.browser("maya");
        let page = format!("/templates/{id}/preview");
        let tried = maya.get(&format!("{page}?client=Bren"));
        assert!(tried.has("Hello Brennan {{my.name}}, [[when you hear from us]]."), "{}", tried.text);
        assert!(maya.get(&format!("{page}?client=Nobody")).has("Nobody within your reach"));
        let ben = desk.browser("ben").get(&format!("{page}?client=Bren"));
        assert!(ben.has("Nobody within your reach"), "it is no way around the right to a client");
    }

    fn what_a_template_asks_of_its_writer_is_listed_among_the_gaps(home) {
        let desk = Desk::new(home);
        let id = desk.written("maya", "It takes longer. {{ask: Why, in one sentence}}. {{my.name}}");
        let tried = desk.browser("maya").get(&format!("/templates/{id}/preview"));
        assert!(tried.has("[[fill in: Why, in one sentence]]"), "{}", tried.text);
        assert!(tried.has("nothing is sent before: Why, in one sentence."), "{}", tried.text);
        let refused = desk.send("maya", "/templates", "It takes longer. {{ask: }}", "");
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "it asks for nothing");
    }

    fn an_erased_writer_leaves_the_text_without_a_name(home) {
        let desk = Desk::new(home);
        let id = desk.written("maya", "One.");
        let about = About::Person(desk.id("maya").0);
        let sheets = desk.store.read(move |read| parts().exportable.first().unwrap().sheets(read, about)).kept();
        assert_eq!(sheets.first().unwrap().rows.len(), 1);
        let erase = || {
            let now = desk.world.now();
            let erased = desk.store.write(move |tx| parts().erasable.first().unwrap().erase(tx, about, now)).kept();
            erased.first().unwrap().rows
        };
        assert_eq!((erase(), erase()), (1, 0));
        let history = desk.browser("helen").get(&format!("/templates/{id}/history"));
        assert!(!history.has("maya"), "{}", history.text);
    }

    fn every_statement_is_prepared(home) {
        let desk = Desk::new(home);
        prepare_all(&desk.store, kept_templates::STATEMENTS);
    }
}
