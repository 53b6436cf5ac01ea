//! Mail through the whole house: it opens a request with its duties, is answered where it came from, and the answer to that comes
//! back to it.

use kept_journal::obligations::of_record;
use kept_kernel::Id;
use kept_mail::{Before, Letter, Marks};
use kept_store::{params, statements};
use kept_testing::{Kept as _, on_both};

use crate::ask::Asker;
use crate::desk::Desk;

statements! {
    LAST = "SELECT state, request FROM mail_messages ORDER BY id DESC LIMIT 1";
    LETTER = "SELECT id, CAST(body AS TEXT) FROM outbox WHERE topic = 'mail' ORDER BY id DESC LIMIT 1";
    MESSAGES = "SELECT messages FROM requests WHERE id = $1";
    FILES = "SELECT name FROM request_files ORDER BY id";
}

/// A mail comes in: what became of it, and the request.
fn comes(desk: &Desk, raw: &str) -> (String, Option<Id>) {
    let raw = raw.replace('\n', "\r\n");
    let room = &desk.site.messages;
    let taken = room.receive(None, raw.as_bytes()).unwrap();
    room.handle(taken.raw).unwrap();
    desk.house
        .store
        .read(|read| read.one(LAST, &params![]))
        .kept()
}

fn verdict(desk: &Desk, request: Id, rule: &str) -> Option<String> {
    let request = request.to_string();
    let owed = desk
        .house
        .store
        .read(move |read| of_record(read, ("request", &request)));
    let found = owed
        .kept()
        .into_iter()
        .find(|duty| duty.rule == rule && duty.level == 0);
    found.map(|duty| duty.verdict)
}

/// What became of each time that a mail of the conversation wanted an answer, by the time that its client's tier gives.
fn answers_owed(desk: &Desk, request: Id) -> Vec<String> {
    let id = request.to_string();
    let owed = desk
        .house
        .store
        .read(move |read| of_record(read, ("email", &id)));
    let owed = owed.kept().into_iter();
    owed.filter(|duty| duty.rule == "answer-email" && duty.level == 0)
        .map(|duty| duty.verdict)
        .collect()
}

on_both! {
    fn a_mail_opens_a_request_with_its_duties_and_the_answer_to_our_answer_comes_back_to_it(home) {
        let desk = Desk::new(home);
        kept_messages::add_mailbox(&desk.site.messages, "desk@desk.example", "Desk", "").unwrap();
        let hired = desk.hire("client-service-representative");
        let asker = Asker::with_session(&desk, &hired.email, &desk.sign_in(&hired.email).1);
        let first = "From: Ruth Brennan <ruth@brennan.example>\nTo: desk@desk.example\nMessage-ID: <one@brennan.example>\nSubject: Invoice 1182\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nIt is wrong.\n\nOn Mon, 2 Mar 2026, Desk wrote:\n> Your invoice\n--b\nContent-Type: text/csv\nContent-Disposition: attachment; filename=\"a.csv\"\n\n1,2\n--b\nContent-Type: text/csv\nContent-Disposition: attachment; filename=\"b.csv\"\n\n1,2\n--b--\n";
        let (state, request) = comes(&desk, first);
        let request = request.unwrap();
        assert_eq!(state, "opened");
        assert_eq!(verdict(&desk, request, "acknowledge").as_deref(), Some("pending"));
        assert_eq!(answers_owed(&desk, request), ["pending"]);
        let files: Vec<(String,)> = desk.house.store.read(|read| read.all(FILES, &params![])).kept();
        assert_eq!(files, [("a.csv".to_owned(),)], "the same bytes are kept once");
        let page = asker.get(&desk, &format!("/requests/{request}"));
        for words in ["unverified sender", "Quoted text", "ruth@brennan.example", "It is wrong."] {
            assert!(page.text.contains(words), "{words}: {}", page.text);
        }
        let (seen,): (i64,) = desk.house.store.read(move |read| read.one(MESSAGES, &params![request])).kept();
        let form = format!("text=We+look+into+it&seen={seen}");
        let answered = asker.send(&desk, "POST", &format!("/requests/{request}/acts/messages"), (&form, true));
        assert_eq!(answered.status, axum::http::StatusCode::SEE_OTHER, "{}", answered.text);
        // It can be taken back for ten seconds.
        assert!(asker.get(&desk, &format!("/requests/{request}")).text.contains("Your answer leaves in a moment"));
        desk.pass_seconds(11);
        let job = desk.site.jobs.iter().find(|job| job.name == "requests: answers that leave");
        (job.unwrap().run)().unwrap();
        assert_eq!(answers_owed(&desk, request), ["met"]);
        let (parcel, body): (Id, String) = desk.house.store.read(|read| read.one(LETTER, &params![])).kept();
        let thread = Letter::read(&body).unwrap().thread.unwrap();
        assert_eq!(thread.in_reply_to, Some(Before::Theirs("one@brennan.example".to_owned())));
        let token = Marks::new(desk.house.keys.roots()).token(parcel);
        let reply = format!("From: li@brennan.example\nTo: desk@desk.example\nIn-Reply-To: <{token}@desk.example>\nSubject: Re: Invoice\n\nStill wrong.\n");
        assert_eq!(comes(&desk, &reply), ("added".to_owned(), Some(request)));
        assert_eq!(answers_owed(&desk, request), ["met", "pending"], "each leg of a thread has its own clock");
        let away = format!("From: ruth@brennan.example\nAuto-Submitted: auto-replied\nIn-Reply-To: <{token}@desk.example>\nSubject: Away\n\nUntil Monday.\n");
        assert_eq!(comes(&desk, &away), ("told".to_owned(), Some(request)));
        let page = asker.get(&desk, &format!("/requests/{request}"));
        assert!(page.text.contains("Still wrong.") && page.text.contains("An automatic mail came"));
        assert_eq!(answers_owed(&desk, request).len(), 2, "what a machine sends wants no answer");
        let done = asker.send(&desk, "POST", &format!("/requests/{request}/acts/no-answer"), ("", true));
        assert_eq!(done.status, axum::http::StatusCode::SEE_OTHER, "{}", done.text);
        assert!(!answers_owed(&desk, request).contains(&"pending".to_owned()));
        let page = asker.get(&desk, &format!("/requests/{request}"));
        assert!(!page.text.contains("The mail needs no answer</button>"));
    }
}

on_both! {
    fn our_server_vouches_for_whoever_sent_a_mail_and_not_for_whoever_it_wants_answered(home) {
        let desk = Desk::new(home);
        kept_messages::add_mailbox(&desk.site.messages, "desk@desk.example", "Desk", "mx.desk.example").unwrap();
        let hired = desk.hire("client-service-representative");
        let asker = Asker::with_session(&desk, &hired.email, &desk.sign_in(&hired.email).1);
        let mail = |from: &str, answers: &str| {
            let (_, domain) = from.split_once('@').unwrap();
            let raw = format!("Authentication-Results: mx.desk.example; dmarc=pass header.from={domain}\nFrom: Ruth <{from}>\nReply-To: <{answers}>\nTo: desk@desk.example\nSubject: Pay here\n\nTo this account.\n");
            let request = comes(&desk, &raw).1.unwrap();
            asker.get(&desk, &format!("/requests/{request}")).text
        };
        let page = mail("x@evil.example", "ruth@brennan.example");
        assert!(page.contains("unverified sender</span>, sent from x@evil.example"), "{page}");
        assert!(!page.contains("value=\"x@evil.example\""), "whoever sent it reads nothing along");
        let page = mail("forms@brennan.example", "ruth@brennan.example");
        assert!(page.contains(">verified sender</span>, sent from forms@brennan.example"), "{page}");
        let page = mail("ruth@brennan.example", "ruth@brennan.example");
        assert!(page.contains(">verified sender<") && !page.contains("sent from"), "{page}");
    }
}
