//! What machines write by themselves, and what servers report.

use kept_testing::on_both;

use crate::desk::Desk;

fn report(original: &str, action: &str, status: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mx.example\nReturn-Path: <>\nSubject: Undelivered\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: text/plain\n\nSorry.\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; ruth@brennan.example\nAction: {action}\nStatus: {status}\nDiagnostic-Code: smtp; 550 no such user\n\n--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <{original}>\n\n--b--\n"
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
