//! Answers before they leave and after: taken back, sent later, to whom, with what, and what became of them.

use std::sync::Arc;

use axum::http::StatusCode;
use kept_accounts::access::{Action, for_kept};
use kept_journal::audit::Who;
use kept_journal::outbox::{self, Became};
use kept_kernel::Id;
use kept_mail::reading::Verdict;
use kept_mail::{Address, Before, Counts, Letter, Mail};
use kept_requests::commands::{By, mail_adds, mail_opens, needs_no_answer};
use kept_requests::{Doer, Mailboxes, model::RequestId};
use kept_store::{Read, StoreError};
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
        sent_by: None,
        needs_answer: true,
        verdict: Verdict::Unverified,
        text: "It leaks.",
        has_html: false,
        people,
        files: Vec::new(),
    }
}

pub fn opened(desk: &Desk) -> String {
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

/// Two mailboxes.
struct Boxes;

impl Mailboxes for Boxes {
    fn in_use(&self, _: &Read<'_>) -> Result<Vec<Address>, StoreError> {
        let one = |name: &str| Address {
            name: name.to_owned(),
            email: format!("{name}@desk.example"),
        };
        Ok(["service", "pumps"].map(one).into())
    }

    fn own(&self, read: &Read<'_>) -> Result<Vec<String>, StoreError> {
        let all = self.in_use(read)?.into_iter();
        Ok(all.map(|one| one.email).collect())
    }
}

on_both! {
    fn whoever_is_copied_takes_part_from_the_answer_on_that_has_left(home) {
        let desk = Desk::with_mailboxes(home, Arc::new(Boxes));
        let maya = desk.browser("maya");
        let id = opened(&desk);
        let page = format!("/requests/{id}");
        let answer = |cc: &'static str| maya.act(&id, "messages", &[("voice", "us"), ("text", "We *look*."), ("cc_to", cc)]);
        for (cc, words) in [("nowhere", "Write up to 20 addresses"), ("Pumps <PUMPS@desk.example>", "an address of this house")] {
            let refused = answer(cc);
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(refused.has(words) && refused.has("We *look*."), "{}", refused.text);
        }
        assert_eq!(answer("Ada <Ada@brennan.example>").status, StatusCode::SEE_OTHER);
        assert!(maya.get(&page).has("We <em>look</em>."), "it is shown as it will be read");
        maya.did(&id, "recall", &[]);
        let back = maya.get(&page);
        assert!(back.has("value=\"Ada &#60;Ada@brennan.example&#62;\"") && !back.has("value=\"ada@brennan.example\""), "{}", back.text);
        answer("Ada <Ada@brennan.example>");
        desk.pass(11);
        desk.round();
        let cc: Vec<String> = letters(&desk).first().unwrap().cc.iter().map(|one| one.email.clone()).collect();
        assert!(cc.contains(&"ada@brennan.example".to_owned()), "{cc:?}");
        assert!(maya.get(&page).has("name=\"cc\" value=\"ada@brennan.example\""), "and reads the next one too");
    }

    fn a_new_message_leaves_later_and_from_the_mailbox_that_was_chosen(home) {
        let desk = Desk::with_mailboxes(home, Arc::new(Boxes));
        let maya = desk.browser("maya");
        assert!(maya.get("/messages/new").has("service &#60;service@desk.example&#62;"));
        let fields = |mailbox: &'static str| [
            ("email", "ruth@brennan.example"), ("subject", "Pump 7"), ("text", "It is here."), ("mailbox", mailbox),
            ("send_at", "2026-02-02T09:00"),
        ];
        let refused = maya.post("/messages/new", "/messages/new", &fields("old@desk.example"));
        assert!(refused.has("Choose one of the mailboxes"), "{}", refused.text);
        let sent = maya.post("/messages/new", "/messages/new", &fields("pumps@desk.example"));
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
        desk.pass(60);
        desk.round();
        assert_eq!(letters(&desk).len(), 0);
        desk.pass(4 * DAY);
        desk.round();
        let letters = letters(&desk);
        assert_eq!(letters.first().unwrap().from.as_deref(), Some("pumps@desk.example"));
    }

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

    fn a_mail_that_is_split_off_stands_there_as_the_mail_that_it_was(home) {
        let desk = Desk::new(home);
        let one = opened(&desk);
        let maya = desk.browser("maya");
        let split = maya.act(&one, "splitting", &[("subject", "Pump 8 leaks too"), ("moved", "1")]).made();
        let page = maya.get(&format!("/requests/{split}"));
        for words in ["It leaks.", "unverified sender", "RE: Pump 7 leaks", "li@brennan.example"] {
            assert!(page.has(words), "{words} in {}", page.text);
        }
    }

    fn a_mail_that_waits_is_owed_where_it_was_split_off_to_since_it_came_and_no_longer_here(home) {
        let desk = Desk::new(home);
        let maya = desk.browser("maya");
        let one = opened(&desk);
        let first = desk.now();
        desk.pass(3600);
        brings_along(&desk, &one);
        let second = desk.now();
        desk.pass(3600);
        assert_eq!(desk.mail_waits(&one), [first], "the clock runs from the first of them");
        let page = maya.get(&format!("/requests/{one}"));
        let last = page.text.split("name=\"moved\" value=\"").last().and_then(|rest| rest.split('"').next());
        let last = last.unwrap().to_owned();
        let split = |place: &str| maya.act(&one, "splitting", &[("subject", "Pump 8 leaks too"), ("moved", place)]).made();
        let waits = |id: &str| maya.get(&format!("/requests/{id}")).has("/acts/no-answer");
        let other = split("1");
        assert_eq!((desk.mail_waits(&other), desk.mail_waits(&one)), (vec![first], vec![second]));
        assert!(waits(&other) && waits(&one));
        let third = split(&last);
        assert_eq!((desk.mail_waits(&third), desk.mail_waits(&one)), (vec![second], Vec::new()));
        assert!(waits(&third) && !waits(&one), "nothing waits on the first any longer");
        maya.did(&other, "messages", &[("voice", "us"), ("text", "We look.")]);
        assert_eq!(desk.answers_owed(&other), [("met".to_owned(), first)]);
        assert_eq!(desk.mail_waits(&third), [second], "each is answered by itself");
        let again = split("1");
        assert!(desk.answers_owed(&again).is_empty() && !waits(&again), "what waits elsewhere waits once");
    }

    fn the_house_itself_may_say_that_a_mail_needs_no_answer(home) {
        let desk = Desk::new(home);
        let one = opened(&desk);
        let came = desk.now();
        desk.pass(60);
        assert_eq!(desk.mail_waits(&one), [came]);
        let id: Id = one.parse().unwrap();
        let step = desk.room.step(Who::Kept, Doer::System);
        let by = By { handle: for_kept(Action::HandleRequests), assign: for_kept(Action::AssignWork) };
        let said = desk.store.write(move |tx| needs_no_answer(tx, &step, &by, RequestId(id)));
        assert!(said.wait().is_ok());
        assert!(desk.events().iter().any(|act| act == "mark-email-as-needing-no-answer"));
        assert_eq!(desk.mail_waits(&one), Vec::new(), "the rules take it from a program");
        assert!(!desk.browser("maya").get(&format!("/requests/{one}")).has("/acts/no-answer"));
    }

    fn whoever_was_unticked_stays_so_when_the_answer_is_refused_looked_at_or_taken_back(home) {
        let desk = Desk::holding(home, 10);
        let maya = desk.browser("maya");
        let id = opened(&desk);
        let page = format!("/requests/{id}");
        let ticked = |text: &str| {
            assert!(text.contains("name=\"cc\" value=\"li@brennan.example\""), "{text}");
            text.contains("name=\"cc\" value=\"li@brennan.example\" checked")
        };
        assert!(ticked(&maya.get(&page).text), "who takes part reads it");
        let said = [("voice", "us"), ("text", "We look."), ("reader", "li@brennan.example")];
        let wrong = [("cc_to", "nowhere")];
        let refused = maya.act(&id, "messages", &[&said[..], &wrong].concat());
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(!ticked(&refused.text));
        let both = [("cc_to", "nowhere"), ("cc", "li@brennan.example")];
        assert!(ticked(&maya.act(&id, "messages", &[&said[..], &both].concat()).text));
        let opened = maya.get(&page).hidden("opened");
        let looked = maya.post(&page, &format!("{page}/answers/check"), &[&said[..], &[("opened", &opened)]].concat());
        assert!(!ticked(&looked.text), "without a script the whole page is shown again");
        assert!(!ticked(&maya.get(&page).text), "and the draft has it");
        maya.did(&id, "messages", &said);
        maya.did(&id, "recall", &[]);
        let back = maya.get(&page);
        assert!(back.has("We look.") && !ticked(&back.text));
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
        became(Became::Failed, "mail.test said 550 refused");
        assert!(page().has("could not be sent") && page().has("550 refused"));
        became(Became::Bounced, "ruth@brennan.example: 5.1.1 no such user");
        assert!(page().has("came back") && page().has("no such user"));
        became(Became::Delivered, "ruth@brennan.example: 2.0.0 stored");
        assert!(page().has(">delivered<"), "{}", page().text);
    }
}
