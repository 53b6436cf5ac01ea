//! Templates in the composer, and in what requests say by themselves.

use std::sync::Arc;

use axum::http::StatusCode;
use kept_kernel::Id;
use kept_requests::{Text, Texts};
use kept_store::{Read, StoreError, params, statements};
use kept_testing::{Home, Kept as _, on_both};

use crate::desk::Desk;

statements! {
    WRITTEN = "SELECT name, version, edited FROM request_written ORDER BY message";
    SAID = "SELECT text FROM request_messages WHERE voice = 'us' ORDER BY at, place";
    SPEAKS_GERMAN = "UPDATE contacts SET language = 'de-AT'";
    NAMED_BADLY = "UPDATE contacts SET name = '{{my.name}} [Ruth]'";
}

/// Some texts, all approved.
struct Shelf;

fn text(place: u8, occasion: &str, language: &str, body: &str) -> Text {
    Text {
        id: Id::from_bytes([place; 16]),
        version: 3,
        name: format!("{occasion} {language}"),
        occasion: occasion.to_owned(),
        language: language.to_owned(),
        subject: String::new(),
        body: body.to_owned(),
    }
}

fn all() -> Vec<Text> {
    vec![
        text(
            1,
            "acknowledgement",
            "en",
            "Dear {{contact.first_name}}, {{request.number}} is here. {{expectation}}",
        ),
        text(
            2,
            "acknowledgement",
            "de",
            "Guten Tag {{contact.name}}, {{request.number}} ist da. {{expectation}}",
        ),
        text(
            3,
            "delay",
            "en",
            "Hello {{contact.first_name}}, it takes until {{due}}. {{my.name}}",
        ),
        text(
            4,
            "resolution",
            "en",
            "{{resolution}} It is done, says {{account_manager}}.",
        ),
        text(5, "closing notice", "en", "{{resolution}} {{silence}}"),
        text(6, "thanks", "en", "Thank you, {{account_manager}} says."),
    ]
}

impl Texts for Shelf {
    fn offered(&self, _: &Read<'_>) -> Result<Vec<Text>, StoreError> {
        Ok(all())
    }

    fn scripts(&self, _: &Read<'_>) -> Result<Vec<Text>, StoreError> {
        let call = text(
            7,
            "first contact",
            "en",
            "**Begin.** Hello {{contact.name}}, this is {{my.name}}.",
        );
        Ok(vec![call, text(8, "first contact", "de", "Guten Tag")])
    }

    fn text(&self, _: &Read<'_>, id: Id, version: Option<u32>) -> Result<Option<Text>, StoreError> {
        let right =
            |one: &Text| one.id == id && version.is_none_or(|version| one.version == version);
        Ok(all().into_iter().find(right))
    }

    fn of_occasion(
        &self,
        _: &Read<'_>,
        occasion: &str,
        language: &str,
    ) -> Result<Option<Text>, StoreError> {
        let main = language.split('-').next().unwrap_or_default();
        let of = |language: &str| {
            all()
                .into_iter()
                .find(|one| one.occasion == occasion && one.language == language)
        };
        Ok(of(main).or_else(|| of("en")))
    }
}

fn desk(home: &Home) -> Desk {
    Desk::with_texts(home, Arc::new(Shelf))
}

fn written(desk: &Desk) -> Vec<(String, u32, bool)> {
    desk.store.read(|read| read.all(WRITTEN, &params![])).kept()
}

fn said(desk: &Desk) -> Vec<String> {
    let said: Vec<(String,)> = desk.store.read(|read| read.all(SAID, &params![])).kept();
    said.into_iter().map(|(text,)| text).collect()
}

const DELAY: &str = "03030303-0303-0303-0303-030303030303";

on_both! {
    fn what_is_said_in_a_call_stands_beside_the_note(home) {
        let desk = desk(home);
        let maya = desk.browser("maya");
        let id = maya.note("Invoice");
        let request = maya.get(&format!("/requests/{id}"));
        let (_, rest) = request.text.split_once("href=\"/clients/").unwrap();
        let client = rest.split(['"', '?', '#', '/']).next().unwrap();
        let note = maya.get(&format!("/requests/new?client={client}"));
        assert!(note.has("<strong>Begin.</strong> Hello Ruth Brennan, this is maya."), "{}", note.text);
        assert!(!note.has("Guten Tag"));
    }

    fn a_template_is_put_in_with_what_is_known_and_what_was_changed_is_seen(home) {
        let desk = desk(home);
        let maya = desk.browser("maya");
        let id = maya.note("Invoice");
        let page = format!("/requests/{id}");
        let shown = maya.get(&page);
        assert!(shown.has("<optgroup label=\"Delay\">") && !shown.has("acknowledgement de"), "{}", shown.text);
        let way = format!("{page}/answers/template");
        let used = maya.post(&page, &way, &[("pick", DELAY), ("text", "By the way."), ("update_at", "2026-02-03T12:00")]);
        assert_eq!(used.status, StatusCode::OK);
        let words = "Hello Ruth, it takes until Tuesday 3 February, 12:00. maya";
        assert!(used.has(&format!("By the way.\n\n{words}")), "{}", used.text);
        assert!(used.has("Begun with delay en, version 3"));
        let from = format!("{DELAY} 3");
        let send = |text: &str| {
            let fields = [("voice", "us"), ("text", text), ("from", &from), ("update_at", "2026-02-03T12:00")];
            maya.did(&id, "messages", &fields);
        };
        send(words);
        send("Hello Ruth, sadly it takes until Tuesday 3 February, 12:00. maya");
        assert_eq!(written(&desk), [("delay en".into(), 3, false), ("delay en".into(), 3, true)]);
        let shown = maya.get(&page);
        assert!(shown.has("From the template delay en, version 3, unchanged"));
        assert!(shown.has("<ins>sadly </ins>"), "{}", shown.text);
    }

    fn a_gap_is_filled_before_anything_is_sent(home) {
        let desk = desk(home);
        let maya = desk.browser("maya");
        let id = maya.note("Invoice");
        let page = format!("/requests/{id}");
        let thanks = "06060606-0606-0606-0606-060606060606";
        let used = maya.post(&page, &format!("{page}/answers/template"), &[("pick", thanks)]);
        assert!(used.has("Thank you, [[name of the account manager]] says."), "{}", used.text);
        assert!(used.has("Fill in first:"));
        let refused = maya.act(&id, "messages", &[("voice", "us"), ("text", "Thank you, [[name of the account manager]] says.")]);
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.has("Fill in [[name of the account manager]] first."), "{}", refused.text);
        maya.did(&id, "messages", &[("voice", "note"), ("text", "Thank you, [[name of the account manager]] says.")]);
        assert_eq!(said(&desk), Vec::<String>::new());
    }

    fn what_a_request_says_by_itself_is_the_approved_text_in_the_contacts_language(home) {
        let desk = desk(home);
        let maya = desk.browser("maya");
        let id = maya.note("Invoice");
        desk.store.write(|tx| tx.execute(SPEAKS_GERMAN, &params![])).kept();
        maya.did(&id, "acknowledgement", &[("expected_at", "2026-02-03T12:00")]);
        let number = "R-1001";
        let words = format!("Guten Tag Ruth Brennan, {number} ist da. Wir rechnen damit, bis 03.02.2026, 12:00 Uhr fertig zu sein.");
        assert_eq!(said(&desk), [words]);
        maya.did(&id, "resolution", &[("resolution", "A new invoice."), ("notice", "on")]);
        let said = said(&desk);
        assert!(said[1].starts_with("We have done what you asked for"), "a text with a gap is not used: {said:?}");
        assert_eq!(written(&desk), [("acknowledgement de".into(), 3, false)]);
    }

    fn a_notice_says_what_was_done_and_until_when_we_wait(home) {
        let desk = desk(home);
        let maya = desk.browser("maya");
        let id = maya.note("Invoice");
        maya.did(&id, "resolution", &[("resolution", "A new invoice.")]);
        maya.did(&id, "notice", &[]);
        let said = said(&desk);
        assert!(said[0].starts_with("A new invoice. If we hear nothing from you until"), "{said:?}");
    }

    fn a_name_is_never_read_as_a_field(home) {
        let desk = desk(home);
        let maya = desk.browser("maya");
        let id = maya.note("Invoice");
        desk.store.write(|tx| tx.execute(NAMED_BADLY, &params![])).kept();
        maya.did(&id, "acknowledgement", &[("why_not", "We look.")]);
        assert_eq!(said(&desk)[0], "Dear {{my.name}}, R-1001 is here. We cannot say yet when we are done: We look.");
    }
}
