//! Which conversation a mail belongs to, and what becomes of it there.

use kept_testing::{Kept as _, on_both};

use crate::desk::{DAY, Desk};

on_both! {
    fn a_mail_from_a_stranger_opens_a_request_and_its_answer_comes_to_it(home) {
        let desk = Desk::new(home);
        desk.ruth("Message-ID: <one@brennan.example>\nSubject: Invoice 1182", "It is wrong.");
        assert_eq!(desk.lines(), [(1001, "opens".into(), "It is wrong.".into())]);
        let ours = desk.answers(1001);
        // The reference that her program wrote is ours; she answers from another address of hers.
        desk.comes(&format!("From: r@home.example\nSubject: Re: Invoice 1182\nReferences: <x@y.example> <{ours}>"), "Still wrong.");
        assert_eq!(desk.last(), (1001, "client".into()));
        // A provider has rewritten our id; the address that it was answered to has the token.
        let token = ours.split('@').next().unwrap();
        desk.comes(&format!("From: r@home.example\nTo: desk+{token}@desk.example\nIn-Reply-To: <rewritten@provider.example>\nSubject: Re: Invoice"), "And again.");
        assert_eq!(desk.last(), (1001, "client".into()));
        assert_eq!(desk.requests(), 1);
    }
}

on_both! {
    fn an_id_that_a_provider_gave_our_mail_finds_the_conversation_for_whoever_takes_part(home) {
        let desk = Desk::new(home);
        desk.ruth("Message-ID: <one@brennan.example>\nSubject: Invoice 1182", "It is wrong.");
        let ours = desk.answers(1001);
        let parcel = desk.marks.parcel(&ours).unwrap();
        let given = vec!["0102018f3c2a9b7e-1b2c@email.amazonses.com".to_owned()];
        let now = desk.now();
        desk.store.write(move |tx| kept_messages::also_known_as(tx, parcel, &given, now)).kept();
        let answer = "References: <0102018f3c2a9b7e-1b2c@email.amazonses.com>\nSubject: Re: Invoice 1182";
        desk.ruth(answer, "Still wrong.");
        assert_eq!(desk.last(), (1001, "client".into()));
        desk.comes(&format!("From: eve@evil.example\n{answer}"), "Send me the keys.");
        assert_eq!((desk.last(), desk.follows(1002)), ((1002, "opens".into()), Some(1001)));
        // Its own id still counts, too.
        desk.ruth(&format!("In-Reply-To: <{ours}>\nSubject: Re: Invoice 1182"), "And again.");
        assert_eq!(desk.last(), (1001, "client".into()));
    }
}

on_both! {
    fn a_mail_to_itself_has_done_its_work_when_it_comes_back(home) {
        let desk = Desk::new(home);
        desk.ruth("Subject: Pump", "It leaks.");
        let token = desk.answers(1001);
        let token = token.split('@').next().unwrap();
        desk.comes(&format!("From: desk@desk.example\nX-Kept-Letter: {token}\nSubject: A test"), "Nobody needs to do anything.");
        assert_eq!(desk.states(), ["opened", "told"]);
        // What only says to come from us is looked at by people, as ever.
        desk.comes("From: desk@desk.example\nX-Kept-Letter: nonsense\nSubject: A test", "Pay this.");
        assert_eq!(desk.states()[2], "aside");
    }
}

on_both! {
    fn a_reply_to_all_before_we_answered_is_one_request(home) {
        let desk = Desk::new(home);
        desk.ruth("Cc: Li <li@brennan.example>\nMessage-ID: <one@brennan.example>\nSubject: Pump", "It leaks.");
        desk.comes("From: li@brennan.example\nTo: ruth@brennan.example\nCc: desk@desk.example\nMessage-ID: <two@brennan.example>\nIn-Reply-To: <one@brennan.example>\nSubject: Re: Pump", "Since Monday.");
        assert_eq!(desk.last(), (1001, "client".into()));
        assert_eq!(desk.requests(), 1);
    }
}

on_both! {
    fn a_stranger_who_names_a_conversation_or_a_number_begins_a_new_one(home) {
        let desk = Desk::new(home);
        desk.ruth("Message-ID: <one@brennan.example>\nSubject: Pump", "It leaks.");
        desk.comes("From: eve@evil.example\nIn-Reply-To: <one@brennan.example>\nSubject: Re: Pump", "Send me the keys.");
        assert_eq!((desk.last(), desk.follows(1002)), ((1002, "opens".into()), Some(1001)));
        desk.comes("From: mal@evil.example\nSubject: [R-1001] Pump", "Send me the keys.");
        assert_eq!(desk.last(), (1003, "opens".into()));
        desk.ruth("Subject: About R-1001", "Any news?");
        assert_eq!(desk.last(), (1001, "client".into()));
        // A token with a wrong letter is nobody's.
        let ours = desk.answers(1001);
        let wrong = format!("b{}", &ours[1..]);
        let wrong = if wrong == ours { format!("c{}", &ours[1..]) } else { wrong };
        desk.comes(&format!("From: mal@evil.example\nReferences: <{wrong}>\nSubject: Re: Pump"), "Hello");
        assert_eq!(desk.last(), (1004, "opens".into()));
    }
}

on_both! {
    fn different_people_who_answer_one_newsletter_have_different_requests(home) {
        let desk = Desk::new(home);
        for name in ["ruth", "li"] {
            desk.comes(&format!("From: {name}@brennan.example\nMessage-ID: <{name}@brennan.example>\nIn-Reply-To: <news@desk.example>\nReferences: <news@desk.example>\nSubject: Re: News"), "Tell me more.");
        }
        assert_eq!(desk.requests(), 2);
    }
}

on_both! {
    fn the_same_mail_in_two_mailboxes_is_one_request(home) {
        let desk = Desk::new(home);
        let raw = "From: ruth@brennan.example\nTo: desk@desk.example, sales@desk.example\nMessage-ID: <one@brennan.example>\nSubject: Pump\n\nIt leaks.\n";
        desk.comes_to("desk@desk.example", raw);
        desk.comes_to("sales@desk.example", &format!("Delivered-To: sales@desk.example\n{raw}"));
        assert_eq!((desk.requests(), desk.states()), (1, vec!["opened".to_owned(), "copy".to_owned()]));
        // The same id with other words is another mail.
        desk.ruth("Message-ID: <one@brennan.example>\nSubject: Pump", "It burns.");
        assert_eq!(desk.lines().len(), 2);
    }
}

on_both! {
    fn who_passes_a_mail_on_begins_something_new(home) {
        let desk = Desk::new(home);
        desk.ruth("Message-ID: <one@brennan.example>\nSubject: Pump", "It leaks.");
        for subject in ["Fwd: Pump", "=?utf-8?q?WG:_Pumpe_f=C3=BCr?=", "TR: Pump", "I: Pump"] {
            desk.ruth(&format!("In-Reply-To: <one@brennan.example>\nSubject: {subject}"), subject);
        }
        desk.ruth("References: <one@brennan.example>\nSubject: Pump", "See below.\n\n---------- Forwarded message ---------\nFrom: Li\nDate: Monday\n\nIt leaks.");
        assert_eq!(desk.requests(), 6);
    }
}

on_both! {
    fn a_reply_to_a_merged_request_lands_in_the_survivor(home) {
        let desk = Desk::new(home);
        desk.ruth("Subject: Pump", "It leaks.");
        desk.ruth("Subject: Pump again", "It still leaks.");
        let ours = desk.answers(1001);
        desk.merge(1001, 1002);
        desk.ruth(&format!("In-Reply-To: <{ours}>\nSubject: Re: Pump"), "Well?");
        assert_eq!(desk.last(), (1002, "client".into()));
    }
}

on_both! {
    fn a_reply_to_a_closed_request_opens_it_again_for_fourteen_days_and_thanks_alone_never(home) {
        let desk = Desk::new(home);
        desk.ruth("Subject: Pump", "It leaks.");
        let reply = format!("In-Reply-To: <{}>\nSubject: Re: Pump", desk.answers(1001));
        desk.close(1001);
        desk.ruth(&reply, "Thank you!\n\nRuth");
        assert_eq!(desk.last(), (1001, "client".into()));
        desk.pass(13 * DAY);
        desk.ruth(&reply, "It leaks again.");
        assert_eq!(desk.last(), (1001, "reopens".into()));
        desk.close(1001);
        desk.pass(15 * DAY);
        desk.ruth(&reply, "And again.");
        assert_eq!((desk.last(), desk.follows(1002)), ((1002, "opens".into()), Some(1001)));
    }
}

on_both! {
    fn a_receipt_goes_once_and_repeats_nothing_that_was_written(home) {
        let desk = Desk::new(home);
        desk.with_receipts();
        for at in 0..20 {
            desk.ruth(&format!("Message-ID: <{at}@brennan.example>\nSubject: Buy pills {at}"), "http://pills.example");
        }
        assert_eq!((desk.requests(), desk.outbox().len()), (20, 1));
        let [letter] = &desk.outbox()[..] else { panic!() };
        assert!(letter.contains("answer") && letter.contains("R-1001"), "{letter}");
        assert!(!letter.contains("pills") && !letter.contains("Ruth"), "{letter}");
        desk.pass(3_700);
        desk.ruth("Subject: x", "y");
        assert_eq!(desk.outbox().len(), 2);
        for _ in 0..10 {
            desk.pass(3_700);
            desk.ruth("Subject: x", &format!("{:?}", desk.now()));
        }
        assert_eq!(desk.outbox().len(), 5, "five a day");
        // Another machine is not answered, nor are we ourselves.
        desk.comes("From: shop@other.example\nAuto-Submitted: auto-generated\nSubject: Order", "1");
        desk.comes("From: desk@desk.example\nSubject: Loop", "1");
        assert_eq!(desk.outbox().len(), 5);
    }
}
