//! The whole path of a request, and what the SOPs make of it on the way.

use axum::http::StatusCode;
use kept_engine::Engine;
use kept_journal::{codec::Codec, events, obligations};
use kept_store::StoreError;
use kept_testing::{Kept as _, on_both};

use crate::desk::{Browser, DAY, Desk};

const HOUR: i64 = 3_600;

/// A request by a phone note, acknowledged, prioritised, taken, answered and resolved with a notice.
fn resolved(desk: &Desk, maya: &Browser<'_>) -> String {
    let id = maya.note("Invoice 1182 is wrong");
    desk.pass(600);
    maya.did(
        &id,
        "acknowledgement",
        &[("expected_at", "2026-02-02T12:00")],
    );
    maya.did(
        &id,
        "priority",
        &[
            ("category", "billing"),
            ("urgency", "high"),
            ("impact", "medium"),
        ],
    );
    maya.did(&id, "assignment", &[("assignee", "me")]);
    maya.did(
        &id,
        "messages",
        &[("voice", "us"), ("text", "We look into it.")],
    );
    maya.did(
        &id,
        "resolution",
        &[("resolution", "A new invoice was sent."), ("notice", "on")],
    );
    id
}

/// Where the client confirms, as the last mail says.
fn link(desk: &Desk) -> String {
    let mails = desk.outbox();
    let mut links = mails.iter().rev().filter_map(|mail| {
        let mail: serde_json::Value = serde_json::from_str(mail).unwrap();
        Some(mail.pointer("/link/path")?.as_str()?.to_owned())
    });
    links.next().unwrap()
}

/// What a judgement of the whole journal says, beside the rows that were written act by act.
fn judged_anew(desk: &Desk) -> Vec<(String, String, String)> {
    kept_journal::place(&desk.store).unwrap();
    let rules = desk.rules.now();
    let found = std::cell::RefCell::new(Vec::new());
    let mut engine = Engine::new(&rules.program, kept_journal::live::SEED, |duty| {
        found.borrow_mut().push((
            duty.rule.id.clone(),
            duty.subject.clone(),
            obligations::verdict_word(duty.verdict).to_owned(),
        ));
    });
    // What the company's calendar opens on a case, such as a sample, is not judged with it.
    engine.with_cases_only();
    let codec: &Codec = &rules.codec;
    events::for_each(
        &desk.store,
        codec,
        |event| {
            event.lend(|event| engine.push(event)).unwrap();
            Ok::<_, StoreError>(())
        },
        |problem| panic!("{problem:?}"),
    )
    .unwrap();
    engine.finish(desk.now());
    let mut found = found.into_inner();
    found.sort();
    found
}

/// The rows of these requests, as [`judged_anew`] says them.
fn written(desk: &Desk, requests: &[&str]) -> Vec<(String, String, String)> {
    let mut rows = Vec::new();
    for request in requests {
        let asked = (*request).to_owned();
        let owed = desk
            .store
            .read(move |read| obligations::of_record(read, ("request", &asked)))
            .kept();
        let owed = owed.into_iter();
        rows.extend(owed.map(|duty| (duty.rule, (*request).to_owned(), duty.verdict)));
    }
    rows.sort();
    rows
}

on_both! {
    fn a_request_goes_from_the_phone_to_the_client_s_word_and_is_closed(home) {
        let desk = Desk::new(home);
        let maya = desk.browser("maya");
        let id = maya.note("Invoice 1182 is wrong");
        let page = maya.get(&format!("/requests/{id}"));
        for words in ["Invoice 1182 is wrong", "R-1001", "Ruth Brennan", "We were billed for twelve.", "SR 4.3"] {
            assert!(page.has(words), "{words} in {}", page.text);
        }
        assert_eq!(desk.verdict(&id, "acknowledge"), "pending");
        assert_eq!(desk.verdict(&id, "log"), "met");
        desk.pass(600);
        maya.did(&id, "acknowledgement", &[("expected_at", "2026-02-02T12:00")]);
        assert_eq!(desk.verdict(&id, "acknowledge"), "met");
        assert_eq!(desk.verdict(&id, "promised-resolution"), "pending");
        maya.did(&id, "priority", &[("category", "billing"), ("urgency", "high"), ("impact", "medium")]);
        assert!(maya.get(&format!("/requests/{id}")).has("Priority <b>high</b>"));
        assert_eq!(desk.verdict(&id, "prioritise"), "met");
        assert_eq!(desk.verdict(&id, "assign"), "pending");
        maya.did(&id, "assignment", &[("assignee", "me")]);
        assert_eq!(desk.verdict(&id, "assign"), "met");
        maya.did(&id, "messages", &[("voice", "us"), ("text", "We look into it.")]);
        maya.did(&id, "resolution", &[("resolution", "A new invoice was sent."), ("notice", "on")]);
        assert_eq!((desk.verdict(&id, "resolve"), desk.verdict(&id, "closing-notice")), ("met".into(), "met".into()));
        let link = link(&desk);
        assert!(desk.visit(&link).has("Is this settled?"));
        assert_eq!(desk.verdict(&id, "close-confirmed"), "", "looking confirms nothing");
        assert!(desk.send(&link, &[]).has("is settled"));
        assert!(desk.send(&link, &[]).has("is settled"), "once more changes nothing");
        assert_eq!(desk.verdict(&id, "close-confirmed"), "pending");
        maya.did(&id, "closure", &[]);
        assert_eq!(desk.verdict(&id, "close-confirmed"), "met");
        assert!(maya.get(&format!("/requests/{id}")).has("Closed: confirmed by the client"));
        let told = desk.events();
        for act in ["receive-request", "log-request", "acknowledge-request", "prioritise-request", "assign-request",
            "answer-request", "resolve-request", "send-closing-notice", "confirm-resolution", "close-request"] {
            assert_eq!(told.iter().filter(|one| *one == act).count(), 1, "{act} in {told:?}");
        }
        assert_eq!(desk.outbox().len(), 3, "acknowledgement, answer, notice");
    }

    fn what_was_written_act_by_act_is_what_a_judgement_of_everything_says(home) {
        let desk = Desk::new(home);
        let maya = desk.browser("maya");
        let id = resolved(&desk, &maya);
        let other = maya.note("A second one");
        desk.pass(3 * HOUR);
        maya.did(&other, "waiting", &[("whom", "client")]);
        desk.pass(DAY);
        desk.tick();
        desk.send(&link(&desk), &[]);
        maya.did(&id, "closure", &[]);
        desk.pass(4 * DAY);
        desk.tick();
        let mut anew = judged_anew(&desk);
        anew.retain(|(_, subject, _)| *subject == id || *subject == other);
        let rows = written(&desk, &[&id, &other]);
        assert_eq!(rows, anew);
        assert!(rows.len() > 15, "{rows:?}");
    }

    fn closing_too_early_is_refused_with_what_is_missing_and_its_clause(home) {
        let desk = Desk::new(home);
        let maya = desk.browser("maya");
        let id = maya.note("Invoice 1182 is wrong");
        let refused = maya.act(&id, "closure", &[]);
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        for words in ["SR 4.6", "the client confirms the resolution", "5 business days", "Management may do it all the same"] {
            assert!(refused.has(words), "{words} in {}", refused.text);
        }
        assert!(maya.get(&format!("/requests/{id}")).has("cannot be closed yet"));
        assert!(!desk.events().contains(&"close-request".to_owned()));
        let tried = maya.act(&id, "closure", &[("despite", "I want to go home")]);
        assert_eq!(tried.status, StatusCode::UNPROCESSABLE_ENTITY, "her role does not let her pass");
        maya.did(&id, "resolution", &[("resolution", "Done.")]);
        let helen = desk.browser("helen");
        helen.did(&id, "closure", &[("despite", "The client has gone out of business")]);
        assert!(helen.get(&format!("/requests/{id}")).has("Closed: permission"));
    }

    fn silence_after_the_notice_lets_it_be_closed_and_is_called_so(home) {
        let desk = Desk::new(home);
        let maya = desk.browser("maya");
        let id = resolved(&desk, &maya);
        desk.pass(3 * DAY);
        assert_eq!(maya.act(&id, "closure", &[]).status, StatusCode::UNPROCESSABLE_ENTITY);
        desk.pass(7 * DAY);
        maya.did(&id, "closure", &[]);
        assert!(maya.get(&format!("/requests/{id}")).has("Closed: silence after notice"));
    }

    fn waiting_for_the_client_stops_the_clock_of_resolving_until_they_write(home) {
        let desk = Desk::new(home);
        let maya = desk.browser("maya");
        let id = maya.note("Invoice 1182 is wrong");
        maya.did(&id, "priority", &[("category", "billing"), ("urgency", "high"), ("impact", "high")]);
        maya.did(&id, "waiting", &[("whom", "client")]);
        assert_eq!(desk.verdict(&id, "resolve"), "paused");
        assert_eq!(desk.verdict(&id, "acknowledge"), "pending", "that clock runs on");
        assert!(maya.get("/requests?view=waiting").has("waiting for the client"));
        desk.pass(DAY);
        maya.did(&id, "messages", &[("voice", "client"), ("text", "Here is the number.")]);
        assert_ne!(desk.verdict(&id, "resolve"), "paused");
        assert!(!maya.get("/requests?view=waiting").has("Invoice 1182"));
    }

    fn what_is_reopened_is_owed_again(home) {
        let desk = Desk::new(home);
        let maya = desk.browser("maya");
        let id = resolved(&desk, &maya);
        desk.send(&link(&desk), &[]);
        maya.did(&id, "closure", &[]);
        maya.did(&id, "reopening", &[("why", "The new invoice is wrong too")]);
        let cycles = desk.duties(&id).into_iter().filter(|(rule, _)| rule == "resolve").count();
        assert_eq!(cycles, 2);
        assert_eq!(desk.verdict(&id, "resolve"), "pending");
    }

    fn one_that_is_no_request_ends_with_a_reason_and_drops_out_of_the_figures(home) {
        let desk = Desk::new(home);
        let maya = desk.browser("maya");
        let id = maya.note("Buy now");
        assert_eq!(maya.act(&id, "ending", &[("ending", "spam")]).status, StatusCode::UNPROCESSABLE_ENTITY);
        maya.did(&id, "ending", &[("ending", "spam"), ("why", "An advertisement")]);
        assert_eq!(desk.verdict(&id, "acknowledge"), "cancelled");
        assert_eq!(desk.verdict(&id, "resolve"), "cancelled");
    }

    fn two_that_are_merged_keep_one_promise_and_a_split_one_begins_anew(home) {
        let desk = Desk::new(home);
        let maya = desk.browser("maya");
        let (one, two) = (maya.note("The first"), maya.note("The second"));
        maya.did(&two, "merging", &[("other", "R-1001")]);
        assert!(maya.get(&format!("/requests/{two}")).has("part of another request"));
        assert_eq!(desk.verdict(&two, "acknowledge"), "cancelled");
        assert_eq!(desk.verdict(&one, "acknowledge"), "pending");
        desk.pass(DAY);
        let split = maya.act(&one, "splitting", &[("subject", "The third")]);
        let split = split.made();
        assert_eq!(desk.verdict(&split, "acknowledge"), "pending", "{:?}", desk.duties(&split));
        let page = maya.get(&format!("/requests/{split}"));
        assert!(page.has("Split off R-1001") && !page.has("message is-client"), "nobody said it: {}", page.text);
    }

    fn what_is_split_off_stands_in_the_words_of_the_client_and_counts_from_when_they_came(home) {
        let desk = Desk::new(home);
        let maya = desk.browser("maya");
        let one = maya.note("Invoice 1182 is wrong");
        desk.pass(HOUR);
        maya.did(&one, "messages", &[("voice", "client"), ("text", "And a scale is broken.")]);
        let page = maya.get(&format!("/requests/{one}"));
        let (_, rest) = page.text.rsplit_once("name=\"moved\" value=\"").unwrap();
        let (last, rest) = rest.split_once('"').unwrap();
        assert!(rest.starts_with(" checked"), "the last is chosen: {rest}");
        desk.pass(4 * DAY);
        let fields = [("subject", "A scale is broken"), ("moved", last), ("moved", "99")];
        let split = maya.act(&one, "splitting", &fields).made();
        let page = maya.get(&format!("/requests/{split}"));
        assert!(page.has("And a scale is broken.") && !page.has("We were billed for twelve."), "{}", page.text);
        assert!(page.has("Split off R-1001") && page.has("30 January 2026"), "{}", page.text);
        assert_eq!(desk.verdict(&split, "acknowledge"), "overdue", "{:?}", desk.duties(&split));
        let page = maya.get(&format!("/requests/{one}"));
        assert!(page.has("And a scale is broken.") && page.has("Split into R-1002"), "{}", page.text);
        let mut anew = judged_anew(&desk);
        anew.retain(|(_, subject, _)| *subject == one || *subject == split);
        assert_eq!(written(&desk, &[&one, &split]), anew);
    }

    fn what_was_filed_wrongly_is_put_right_and_goes_over_to_its_client_with_what_is_owed(home) {
        let desk = Desk::new(home);
        let maya = desk.browser("maya");
        let one = maya.note("Invoice");
        let fields = [("name", "Sanna"), ("email", "sanna@aalto.example"), ("channel", "phone"), ("subject", "Another")];
        let other = maya.post("/requests/new", "/requests", &fields).made();
        desk.pass(HOUR);
        maya.did(&one, "correction", &[("subject", "Invoice 1182 is too high")]);
        let page = maya.get(&format!("/requests/{one}"));
        assert!(page.has("<h1>Invoice 1182 is too high</h1>") && page.has("The subject was “Invoice”"), "{}", page.text);
        let sanna = [("subject", "Invoice 1182 is too high"), ("who", "Sanna@Aalto.example")];
        let refused = maya.act(&one, "correction", &sanna);
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.has("They are of another client") && refused.has("Sanna@Aalto.example"), "{}", refused.text);
        maya.did(&one, "correction", &[sanna[0], sanna[1], ("moves", "on")]);
        let page = maya.get(&format!("/requests/{one}"));
        assert!(page.has(">Sanna</a>") && page.has("Sanna asks, not Ruth Brennan"), "{}", page.text);
        let unknown = maya.act(&one, "correction", &[("subject", "Invoice"), ("who", "Nobody at all")]);
        assert!(unknown.has("Nobody within your reach"), "{}", unknown.text);
        desk.pass(DAY);
        desk.tick();
        assert_eq!(desk.verdict(&one, "acknowledge"), desk.verdict(&other, "acknowledge"));
        let mut anew = judged_anew(&desk);
        anew.retain(|(_, subject, _)| *subject == one || *subject == other);
        assert_eq!(written(&desk, &[&one, &other]), anew);
    }
}
