//! Mail that hurts, desks that refuse, lines that break: no mail is lost, none is handled twice, none holds up another.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use kept_messages::{Door, ReceiveError};
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

const SESSION: &str = "LHLO mx.example\r\nMAIL FROM:<ruth@brennan.example>\r\nRCPT TO:<desk@desk.example>\r\nRCPT TO:<sales@desk.example>\r\nDATA\r\nFrom: ruth@brennan.example\r\nMessage-ID: <one@brennan.example>\r\nSubject: Pump\r\n\r\nIt leaks.\r\n.\r\nQUIT\r\n";

on_both! {
    fn a_line_that_is_cut_anywhere_has_kept_exactly_what_it_said_it_kept(home) {
        let desk = Desk::new(home);
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let at = listener.local_addr().unwrap();
        runtime.spawn(Door::new(desk.room.clone(), "desk.example").serve(listener));
        let mut promised = 0;
        for cut in (0..SESSION.len()).step_by(7).chain([SESSION.len()]) {
            let mut line = TcpStream::connect(at).unwrap();
            line.write_all(&SESSION.as_bytes()[..cut]).unwrap();
            line.shutdown(std::net::Shutdown::Write).unwrap();
            let mut said = String::new();
            line.read_to_string(&mut said).unwrap();
            promised = promised.max(said.matches("2.0.0 It is kept").count());
        }
        assert_eq!(promised, 2);
        // Sent again and again, it is one mail in each mailbox.
        assert_eq!(desk.raw().len(), 2);
        desk.round();
        assert_eq!((desk.requests(), desk.states()), (1, vec!["opened".to_owned(), "copy".to_owned()]));
    }
}
