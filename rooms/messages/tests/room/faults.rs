//! Mail that hurts, desks that refuse, lines that break: no mail is lost, none is handled twice, none holds up another.

use kept_messages::ReceiveError;
use kept_testing::{on_both, prepare_all};

use crate::desk::Desk;

on_both! {
    fn every_statement_is_understood(home) {
        let desk = Desk::new(home);
        prepare_all(&desk.store, kept_messages::STATEMENTS);
    }
}

on_both! {
    fn the_same_bytes_are_one_mail_and_stay_as_they_came(home) {
        let desk = Desk::new(home);
        let raw = b"From: ruth@brennan.example\r\nSubject: \xff\x00\r\n\r\nIt leaks \xe9.\x00\r\n";
        let first = desk.room.receive(Some("desk@desk.example"), raw).unwrap();
        let again = desk.room.receive(Some("DESK@desk.example"), raw).unwrap();
        assert_eq!((first.raw, first.again, again.again), (again.raw, false, true));
        desk.room.handle(first.raw).unwrap();
        desk.room.handle(first.raw).unwrap();
        desk.round();
        assert_eq!((desk.requests(), desk.raw()), (1, vec![("handled".to_owned(), raw.to_vec())]));
    }
}

on_both! {
    fn what_was_received_and_not_handled_is_handled_by_the_next_round(home) {
        let desk = Desk::new(home);
        for at in 0..120 {
            let raw = format!("From: a{at}@b.example\r\nSubject: {at}\r\n\r\nx\r\n");
            desk.room.receive(Some("desk@desk.example"), raw.as_bytes()).unwrap();
        }
        assert_eq!(desk.requests(), 0);
        desk.round();
        assert_eq!(desk.requests(), 120);
    }
}

on_both! {
    fn one_mail_that_cannot_be_handled_holds_up_no_other_and_is_brought_in_as_a_file(home) {
        let desk = Desk::new(home);
        for subject in ["refuse me", "refuse me always", "fine"] {
            let raw = format!("From: a@b.example\r\nSubject: {subject}\r\n\r\nx\r\n");
            desk.room.receive(Some("desk@desk.example"), raw.as_bytes()).unwrap();
        }
        desk.round();
        assert_eq!(desk.requests(), 1);
        for _ in 0..6 {
            desk.pass(3_600);
            desk.round();
        }
        assert_eq!(desk.files(), ["mail.eml"]);
        let mut states = desk.states();
        states.sort();
        assert_eq!(states, ["aside", "opened", "opened"]);
        assert!(desk.raw().iter().all(|(state, _)| state == "handled"));
    }
}

on_both! {
    fn what_is_no_mail_for_us_is_refused_in_words(home) {
        let desk = Desk::new(home);
        let sent = |to: Option<&str>, raw: &[u8]| desk.room.receive(to, raw);
        assert!(matches!(sent(Some("no@desk.example"), b"x"), Err(ReceiveError::NoMailbox(_))));
        assert!(matches!(sent(None, b"x"), Err(ReceiveError::WhichMailbox)));
        assert!(matches!(sent(Some("desk@desk.example"), b""), Err(ReceiveError::Empty)));
        let large = vec![b'x'; 26 * 1024 * 1024];
        assert!(matches!(sent(Some("desk@desk.example"), &large), Err(ReceiveError::TooLarge)));
        assert!(desk.raw().is_empty());
    }
}
