//! Answers before they leave and after: taken back, sent later, to whom, with what, and what became of them.

use axum::http::StatusCode;
use kept_journal::audit::Who;
use kept_journal::outbox::{self, Became};
use kept_kernel::Id;
use kept_mail::reading::Verdict;
use kept_mail::{Before, Counts, Letter, Mail};
use kept_requests::commands::{mail_adds, mail_opens};
use kept_requests::{Doer, model::RequestId};
use kept_testing::{Kept as _, on_both};

use crate::desk::{DAY, Desk};

/// A mail of Ruth, who writes to the pumps' mailbox; Li reads it too.
fn mail(id: Id, people: Vec<(&'static str, &'static str)>) -> Mail<'static> {
    Mail {
        id,
        message_id: Some("one@brennan.example"),
        came_to: "pumps@desk.example",
        team: None,
        category: None,
        name: "Ruth Brennan",
        email: "ruth@brennan.example",
        subject: "RE: Pump 7 leaks",
        verdict: Verdict::Unverified,
        text: "It leaks.",
        has_html: false,
        people,
        files: Vec::new(),
    }
}

fn opened(desk: &Desk) -> String {
    let (id, mailed) = (desk.room.new_id(), desk.world.id());
    let step = desk.room.step(Who::Unknown, Doer::Client);
    let opened = desk.store.write(move |tx| {
        let people = vec![
            ("Ruth Brennan", "ruth@brennan.example"),
            ("Li", "li@brennan.example"),
        ];
        mail_opens(tx, &step, id, &mail(mailed, people), None)
    });
    opened.wait().unwrap().request.to_string()
}

fn brings_along(desk: &Desk, request: &str) {
    let (id, mailed): (Id, Id) = (request.parse().unwrap(), desk.world.id());
    let step = desk.room.step(Who::Unknown, Doer::Client);
    let added = desk.store.write(move |tx| {
        let people = vec![("Eve", "eve@elsewhere.example")];
        let mail = Mail {
            message_id: Some("two@brennan.example"),
            ..mail(mailed, people)
        };
        mail_adds(tx, &step, RequestId(id), &mail, Counts::Client)
    });
    added.wait().unwrap();
}

fn letters(desk: &Desk) -> Vec<Letter> {
    let start = (kept_kernel::Instant::MAX, Id::from_bytes([0xff; 16]));
    let all = desk
        .store
        .read(move |read| outbox::lately(read, kept_mail::TOPIC, start, 100));
    let all = all.kept();
    all.iter()
        .map(|one| Letter::read(&one.body).unwrap())
        .collect()
}

on_both! {
    fn an_answer_can_be_taken_back_for_ten_seconds_and_nothing_has_happened(home) {
        let desk = Desk::holding(home, 10);
        let maya = desk.browser("maya");
        let id = opened(&desk);
        let before = desk.events();
        maya.did(&id, "messages", &[("voice", "us"), ("text", "We send a wrong part.")]);
        desk.round();
        let page = maya.get(&format!("/requests/{id}"));
        assert!(page.has("Your answer leaves in a moment") && page.has("Undo"), "{}", page.text);
        assert!(desk.browser("helen").get(&format!("/requests/{id}")).has("An answer by maya"));
        assert_eq!((letters(&desk).len(), desk.events()), (0, before.clone()));
        maya.did(&id, "recall", &[]);
        desk.pass(60);
        desk.round();
        assert_eq!((letters(&desk).len(), desk.events()), (0, before));
        let page = maya.get(&format!("/requests/{id}"));
        assert!(page.has("You took it back.") && page.has("We send a wrong part."), "{}", page.text);
        let late = maya.act(&id, "recall", &[]);
        assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(late.has("has left already"));
    }

    fn what_nobody_takes_back_leaves_once_as_an_answer_of_its_writer(home) {
        let desk = Desk::holding(home, 10);
        let maya = desk.browser("maya");
        let id = opened(&desk);
        assert_eq!(desk.verdict(&id, "acknowledge"), "pending");
        maya.did(&id, "messages", &[("voice", "us"), ("text", "We *look* into it."), ("cc", "li@brennan.example")]);
        desk.pass(11);
        desk.round();
        desk.round();
        let letters = letters(&desk);
        let letter = letters.first().unwrap();
        assert_eq!(letters.len(), 1);
        assert_eq!(letter.from.as_deref(), Some("pumps@desk.example"));
        assert_eq!(letter.subject, "Re: Pump 7 leaks");
        assert_eq!(letter.voice, kept_mail::Voice::Person("maya".into()));
        assert!(letter.html.as_deref().unwrap().contains("<em>look</em>"));
        assert_eq!(letter.cc.len(), 1);
        assert_eq!(letter.thread.as_ref().unwrap().in_reply_to, Some(Before::Theirs("one@brennan.example".into())));
        assert!(desk.events().contains(&"answer-request".to_owned()));
        assert!(desk.audited().contains(&"RequestAnswered".to_owned()));
    }

    fn an_acknowledgement_and_a_notice_can_be_taken_back_as_answers_can(home) {
        let desk = Desk::holding(home, 10);
        let maya = desk.browser("maya");
        let id = opened(&desk);
        let acknowledge = || maya.did(&id, "acknowledgement", &[("text", "We have it."), ("why_not", "parts are rare")]);
        acknowledge();
        let page = maya.get(&format!("/requests/{id}"));
        assert!(page.has("Your acknowledgement leaves in a moment"), "{}", page.text);
        let twice = maya.act(&id, "acknowledgement", &[("text", ""), ("why_not", "parts are rare")]);
        assert!(twice.has("about to leave already"), "{}", twice.text);
        maya.did(&id, "recall", &[]);
        desk.pass(60);
        desk.round();
        assert_eq!((letters(&desk).len(), desk.verdict(&id, "acknowledge").as_str()), (0, "pending"));
        assert!(maya.get(&format!("/requests/{id}")).has("We have it."));
        acknowledge();
        desk.pass(11);
        desk.round();
        assert_eq!((letters(&desk).len(), desk.verdict(&id, "acknowledge").as_str()), (1, "met"));
        maya.did(&id, "assignment", &[("assignee", "me")]);
        maya.did(&id, "resolution", &[("resolution", "The seal is new."), ("notice", "on")]);
        assert!(maya.get(&format!("/requests/{id}")).has("Your notice that it is done leaves in a moment"));
        maya.did(&id, "recall", &[]);
        desk.pass(60);
        desk.round();
        let page = maya.get(&format!("/requests/{id}"));
        assert!(page.has("Resolved") && !page.has("leaves in a moment") && !page.has("has not left"), "{}", page.text);
        assert_eq!(letters(&desk).len(), 1, "nobody was told");
        maya.did(&id, "notice", &[]);
        desk.pass(11);
        desk.round();
        let letters = letters(&desk);
        assert!(letters.len() == 2 && letters.iter().any(|one| one.text.contains("The seal is new.")), "{letters:?}");
        assert!(desk.audited().contains(&"ClosingNoticeSent".to_owned()));
    }

    fn whoever_has_not_seen_what_is_about_to_leave_is_told_of_it(home) {
        let desk = Desk::holding(home, 10);
        let (maya, other) = (desk.browser("maya"), desk.browser("maya"));
        let id = opened(&desk);
        let seen = || other.get(&format!("/requests/{id}")).hidden("seen");
        let before = seen();
        maya.did(&id, "messages", &[("voice", "us"), ("text", "We come on Monday."), ("seen", &before)]);
        let later = |seen: &str| other.act(&id, "messages", &[("voice", "us"), ("text", "We come on Tuesday."), ("seen", seen)]);
        let told = later(&before);
        assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(told.has("Somebody has changed this request"));
        assert!(told.has("We come on Monday.") && told.has("We come on Tuesday."), "{}", told.text);
        let held = seen();
        assert_ne!(held, before);
        desk.pass(11);
        desk.round();
        assert_eq!(seen(), held);
        assert_eq!(later(&held).status, StatusCode::SEE_OTHER);
    }

    fn an_answer_can_wait_for_the_clients_morning_and_stays_when_something_is_said_meanwhile(home) {
        let desk = Desk::new(home);
        let maya = desk.browser("maya");
        let (id, other) = (opened(&desk), maya.note("Another"));
        let page = maya.get(&format!("/requests/{id}"));
        assert!(page.has("Send Mon 2 Feb, 09:00 their time"), "{}", page.text);
        for request in [&id, &other] {
            maya.did(request, "messages", &[("voice", "morning"), ("text", "Good morning.")]);
        }
        desk.pass(DAY);
        desk.round();
        assert_eq!(letters(&desk).len(), 0);
        brings_along(&desk, &id);
        desk.pass(2 * DAY);
        desk.round();
        assert_eq!(letters(&desk).len(), 1);
        let page = maya.get(&format!("/requests/{id}"));
        assert!(page.has("Something was said after you wrote it") && page.has("Good morning."), "{}", page.text);
        let past = maya.act(&id, "messages", &[("voice", "us"), ("text", "x"), ("send_at", "2026-01-30T09:00")]);
        assert_eq!(past.status, StatusCode::UNPROCESSABLE_ENTITY);
    }

    fn whoever_a_later_mail_brings_along_is_asked_for_and_never_written_to_before(home) {
        let desk = Desk::new(home);
        let maya = desk.browser("maya");
        let id = opened(&desk);
        brings_along(&desk, &id);
        let page = maya.get(&format!("/requests/{id}"));
        assert!(page.has("eve@elsewhere.example") && page.has("was brought along by a mail"), "{}", page.text);
        let both = [("cc", "eve@elsewhere.example"), ("cc", "li@brennan.example")];
        let said = [("voice", "us"), ("text", "Words")];
        maya.did(&id, "messages", &[&said[..], &both[..]].concat());
        let cc = |desk: &Desk| -> Vec<String> {
            letters(desk).first().unwrap().cc.iter().map(|one| one.email.clone()).collect()
        };
        assert_eq!(cc(&desk), ["li@brennan.example"]);
        maya.did(&id, "people", &[("email", "eve@elsewhere.example"), ("done", "on")]);
        maya.did(&id, "messages", &[&said[..], &both[..]].concat());
        assert_eq!(cc(&desk), ["eve@elsewhere.example", "li@brennan.example"]);
        maya.did(&id, "people", &[("email", "eve@elsewhere.example")]);
        maya.did(&id, "messages", &said);
        assert_eq!(cc(&desk), Vec::<String>::new(), "nobody was chosen");
        assert!(!maya.get(&format!("/requests/{id}")).has("eve@elsewhere.example"));
    }

    fn files_laid_beside_an_answer_go_with_it_unless_they_are_taken_off(home) {
        let desk = Desk::new(home);
        let maya = desk.browser("maya");
        let id = opened(&desk);
        let page = format!("/requests/{id}");
        for name in ["quote.pdf", "wrong.pdf"] {
            let laid = maya.upload(&page, &format!("{page}/files?answer=on"), ("file", name, b"%PDF"));
            assert_eq!(laid.status, StatusCode::SEE_OTHER, "{}", laid.text);
        }
        let shown = maya.get(&page);
        assert!(shown.has("goes with the answer") && shown.has("quote.pdf"), "{}", shown.text);
        let (_, rest) = shown.text.split_once("acts/enclosures").unwrap();
        let (_, file) = rest.split_once("name=\"file\" value=\"").unwrap();
        let file = file.split('"').next().unwrap().to_owned();
        maya.did(&id, "enclosures", &[("file", &file)]);
        maya.did(&id, "messages", &[("voice", "us"), ("text", "Here it is")]);
        assert_eq!(letters(&desk).first().unwrap().files.len(), 1);
    }

    fn what_became_of_an_answer_stands_on_it(home) {
        let desk = Desk::new(home);
        let maya = desk.browser("maya");
        let id = opened(&desk);
        maya.did(&id, "messages", &[("voice", "us"), ("text", "Words")]);
        let page = || desk.browser("maya").get(&format!("/requests/{id}"));
        assert!(page().has("waiting to leave"), "{}", page().text);
        let start = (kept_kernel::Instant::MIN, Id::default());
        let parcel = desk.store.read(move |read| outbox::unsent(read, kept_mail::TOPIC, start, 1)).kept();
        let (parcel, own, now) = (parcel.first().unwrap().id, desk.world.id(), desk.now());
        let became = |became: Became, said: &'static str| {
            desk.store.write(move |tx| outbox::became(tx, parcel, became, said, now)).kept();
        };
        became(Became::Taken, "mail.test said 250 queued as 4F1A");
        assert!(page().has("waiting to leave"), "what is in the outbox waits, whatever was said before");
        desk.store.write(move |tx| {
            outbox::lease(tx, (kept_mail::TOPIC, own), (now, now.plus_micros(1_000)), 1)?;
            outbox::sent(tx, parcel, own, now)
        }).kept();
        assert!(page().has("handed over") && page().has("queued as 4F1A"), "{}", page().text);
        became(Became::Failed, "ruth@brennan.example: 5.1.1 no such user");
        assert!(page().has("did not arrive") && page().has("no such user"));
        became(Became::Delivered, "ruth@brennan.example: 2.0.0 stored");
        assert!(page().has(">delivered<"), "{}", page().text);
    }
}
