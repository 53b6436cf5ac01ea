//! What machines write by themselves, and what servers report.

use kept_accounts::access::Action;
use kept_journal::outbox::{self, Became, Fate};
use kept_kernel::Id;
use kept_testing::{Kept as _, on_both};

use crate::desk::Desk;

fn report(original: &str, action: &str, status: &str) -> String {
    report_of("ruth@brennan.example", (original, action, status))
}

fn report_of(whom: &str, (original, action, status): (&str, &str, &str)) -> String {
    format!(
        "From: MAILER-DAEMON@mx.example\nReturn-Path: <>\nSubject: Undelivered\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: text/plain\n\nSorry.\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; {whom}\nAction: {action}\nStatus: {status}\nDiagnostic-Code: smtp; 550 no such user\n\n--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <{original}>\n\n--b--\n"
    )
}

on_both! {
    fn a_permanent_failure_marks_the_address_and_a_temporary_one_does_not(home) {
        let desk = Desk::new(home);
        desk.ruth("Subject: Pump", "It leaks.");
        let ours = desk.answers(1001);
        desk.comes_to("desk@desk.example", &report(&ours, "delayed", "4.4.1"));
        desk.comes_to("desk@desk.example", &report(&ours, "failed", "4.2.2"));
        assert!(desk.bounced().is_empty());
        desk.comes_to("desk@desk.example", &report(&ours, "failed", "5.1.1"));
        assert_eq!(desk.bounced(), ["ruth@brennan.example"]);
        assert_eq!(desk.last(), (1001, "machine".into()));
        let (_, _, words) = desk.lines().pop().unwrap();
        assert!(words.contains("ruth@brennan.example") && words.contains("550 no such user"), "{words}");
        assert!(desk.outbox().is_empty());
    }
}

on_both! {
    fn a_report_about_one_of_several_leaves_the_mail_as_it_was_for_the_others(home) {
        let desk = Desk::new(home);
        desk.ruth("Subject: Pump", "It leaks.");
        let (message, ours) = desk.sends(1001, &["ruth@brennan.example", "Li@brennan.example"]);
        let program = desk.program(Some("maya"), vec![Action::ReadRequests]);
        let listed = || {
            let all = program.ask("GET", "/api/v1/messages", &[], "").json();
            let items = all["items"].as_array().unwrap().clone();
            let ours = items.into_iter().find(|one| one["direction"] == "out").unwrap();
            (ours["state"].clone(), ours["returned"].clone())
        };
        assert_eq!(listed(), ("accepted".into(), serde_json::json!([])));
        let box_of = "desk@desk.example";
        desk.comes_to(box_of, &report_of("li@brennan.example", (&ours, "failed", "5.1.1")));
        let Fate::Taken(said, _) = desk.fate(message) else { panic!("{:?}", desk.fate(message)) };
        assert!(said.starts_with("mx.test said 250 taken; a copy came back: li@brennan.example: 5.1.1"), "{said}");
        assert_eq!(desk.bounced(), ["li@brennan.example"]);
        let (_, _, words) = desk.lines().pop().unwrap();
        assert!(words.contains("cannot reach li@brennan.example") && words.contains("copies of the others"), "{words}");
        assert_eq!(listed(), ("accepted".into(), serde_json::json!(["li@brennan.example"])));
        // What is told later of the other does not take that back.
        desk.comes_to(box_of, &report_of("ruth@brennan.example", (&ours, "delivered", "2.0.0")));
        let Fate::Taken(said, _) = desk.fate(message) else { panic!("{:?}", desk.fate(message)) };
        assert!(said.contains("li@brennan.example: 5.1.1") && said.contains("ruth@brennan.example: 2.0.0"), "{said}");
        desk.comes_to(box_of, &report(&ours, "failed", "5.2.1"));
        assert!(matches!(desk.fate(message), Fate::Bounced(..)), "{:?}", desk.fate(message));
        assert_eq!(listed(), ("bounced".into(), serde_json::json!(["li@brennan.example", "ruth@brennan.example"])));
    }

    fn what_came_back_from_its_only_address_is_told_from_what_could_not_leave(home) {
        let desk = Desk::new(home);
        desk.ruth("Subject: Pump", "It leaks.");
        let (came_back, ours) = desk.sends(1001, &["ruth@brennan.example"]);
        let (refused, _) = desk.sends(1001, &["ruth@brennan.example"]);
        let now = desk.now();
        desk.store.write(move |tx| outbox::became(tx, refused, Became::Failed, "550 no", now)).kept();
        desk.comes_to("desk@desk.example", &report(&ours, "failed", "5.1.1"));
        assert!(matches!(desk.fate(came_back), Fate::Bounced(..)));
        let program = desk.program(Some("maya"), vec![Action::ReadRequests]);
        let all = program.ask("GET", "/api/v1/messages", &[], "").json();
        let state_of = |id: Id| {
            let mut items = all["items"].as_array().unwrap().iter();
            items.find(|one| one["id"] == id.to_string().as_str()).unwrap()["state"].clone()
        };
        assert_eq!((state_of(came_back), state_of(refused)), ("bounced".into(), "failed".into()));
    }
}

on_both! {
    fn a_report_about_a_mail_that_is_not_ours_does_nothing(home) {
        let desk = Desk::new(home);
        desk.ruth("Message-ID: <one@brennan.example>\nSubject: Pump", "It leaks.");
        let ours = desk.answers(1001);
        let forged = format!("a{}", &ours[1..]);
        let forged = if forged == ours { format!("b{}", &ours[1..]) } else { forged };
        for original in ["one@brennan.example", "019c0fbd-7340-7fff-bfff-ffffffffffff@desk.example", &forged] {
            desk.comes_to("desk@desk.example", &report(original, "failed", "5.1.1"));
        }
        assert!(desk.bounced().is_empty());
        assert_eq!((desk.lines().len(), desk.requests()), (1, 1));
        assert_eq!(desk.states()[1..], ["aside", "aside", "aside"]);
    }
}

on_both! {
    fn who_is_away_reopens_nothing_and_counts_as_nobodys_reply(home) {
        let desk = Desk::new(home);
        desk.ruth("Subject: Pump", "It leaks.");
        let ours = desk.answers(1001);
        desk.close(1001);
        desk.ruth(&format!("Auto-Submitted: auto-replied\nIn-Reply-To: <{ours}>\nSubject: Out of office"), "Back on Monday.");
        assert_eq!(desk.last(), (1001, "machine".into()));
        desk.ruth(&format!("X-Auto-Response-Suppress: All\nIn-Reply-To: <{ours}>\nSubject: Re: Pump"), "Ticket 17 was made.");
        assert_eq!(desk.last(), (1001, "machine".into()));
        desk.comes("From: x@y.example\nAuto-Submitted: auto-replied\nSubject: Out of office", "Away.");
        assert_eq!(desk.states().last().map(String::as_str), Some("aside"));
        assert_eq!(desk.requests(), 1);
    }
}
