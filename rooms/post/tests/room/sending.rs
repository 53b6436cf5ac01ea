//! A letter is sent exactly when the server has said so, at least once, and never lost.

use kept_journal::outbox::{Fate, fates};
use kept_mail::{Address, Letter, Voice};
use kept_testing::{Kept as _, on_both, prepare_all};

use crate::desk::Desk;
use crate::smtp::{Cut, MailServer, Mood};

fn id_of(message: &str) -> &str {
    let line = message.lines().find(|line| line.starts_with("Message-ID:"));
    line.unwrap()
}

on_both! {
    fn every_statement_is_understood(home) {
        prepare_all(&Desk::new(home).store, &kept_post::statements());
    }

    fn wherever_the_line_breaks_a_letter_is_sent_at_least_once_and_counts_when_that_was_said(home) {
        let desk = Desk::new(home);
        let server = MailServer::start();
        desk.set_server(server.port);
        for cut in Cut::ALL {
            let (before, said) = (server.taken().len(), server.said());
            let letter = desk.write("ana@client.example");
            server.mood(Mood { cut: Some(cut), refuses: None, ..Mood::default() });
            desk.round();
            let after_cut = desk.letter(letter);
            assert_eq!(after_cut.sent_at.is_some(), server.said() > said, "{cut:?}: {after_cut:?}");
            // A server that cannot be reached is left alone for a minute, a letter that broke off waits as long.
            desk.pass(180);
            desk.round();
            let taken = server.taken();
            let own = taken.get(before..).unwrap();
            assert!(desk.letter(letter).sent_at.is_some(), "{cut:?}: {:?}", desk.letter(letter));
            let twice = matches!(cut, Cut::BeforeTaken | Cut::WithinTaken);
            assert_eq!(own.len(), if twice { 2 } else { 1 }, "{cut:?}");
            assert!(own.iter().all(|message| id_of(message) == id_of(own.first().unwrap())), "{cut:?}");
        }
        assert_eq!(desk.store.read(kept_post::health).kept().waiting, 0);
    }

    fn without_a_server_letters_wait_and_then_all_of_them_leave(home) {
        let desk = Desk::new(home);
        for number in 0..5 {
            desk.write(&format!("c{number}@client.example"));
        }
        desk.round();
        let health = desk.store.read(kept_post::health).kept();
        assert_eq!((health.server, health.waiting), (None, 5));
        let server = MailServer::start();
        desk.set_server(server.port);
        desk.round();
        assert_eq!(server.taken().len(), 5);
        let text = server.taken().remove(0);
        assert!(text.contains("Auto-Submitted: auto-replied") && text.contains("From: Harrowmere <desk@harrowmere.example>"), "{text}");
    }

    fn a_server_that_is_down_costs_no_letter_a_try_and_says_what_to_change(home) {
        let desk = Desk::new(home);
        let port = { MailServer::start().port };
        desk.set_server(port);
        let letter = desk.write("ana@client.example");
        for _ in 0..40 {
            desk.round();
            desk.pass(3_600);
        }
        let waiting = desk.letter(letter);
        assert_eq!((waiting.tries, waiting.given_up_at), (0, None));
        let (said, advice, _) = desk.store.read(kept_post::health).kept().server.unwrap().trouble.unwrap();
        assert!(said.contains("refused") && advice.contains(&port.to_string()), "{said} {advice}");
        let server = MailServer::start();
        desk.set_server(server.port);
        desk.round();
        assert!(desk.letter(letter).sent_at.is_some());
        assert_eq!(desk.store.read(kept_post::health).kept().server.unwrap().trouble, None);
    }

    fn what_is_refused_for_good_is_given_up_with_its_reason_and_others_go_on(home) {
        let desk = Desk::new(home);
        let server = MailServer::start();
        desk.set_server(server.port);
        for (command, answer) in [("MAIL", "553 not yours"), ("RCPT", "550 no such user"), ("DATA", "554 no"), ("END", "552 too large")] {
            let letter = desk.write("nobody@client.example");
            server.mood(Mood { cut: None, refuses: Some((command, answer)), ..Mood::default() });
            desk.round();
            let given_up = desk.letter(letter);
            assert!(given_up.given_up_at.is_some() && given_up.sent_at.is_none(), "{command}: {given_up:?}");
            desk.pass(3_600);
            desk.round();
            assert_eq!(desk.letter(letter).tries, 1, "{command}: what is refused for good is not tried again");
            assert!(given_up.last_error.unwrap().contains(answer.get(4..).unwrap()), "{command}");
            server.mood(Mood::default());
            let other = desk.write("ana@client.example");
            desk.round();
            assert!(desk.letter(other).sent_at.is_some(), "{command}");
        }
        // What is refused for now is tried again with patience.
        let letter = desk.write("ana@client.example");
        server.mood(Mood { cut: None, refuses: Some(("RCPT", "451 later")), ..Mood::default() });
        for _ in 0..5 {
            desk.round();
            desk.pass(600);
        }
        let waiting = desk.letter(letter);
        assert!(waiting.given_up_at.is_none() && waiting.tries > 1, "{waiting:?}");
        server.mood(Mood::default());
        desk.pass(7 * 3_600);
        desk.round();
        assert!(desk.letter(letter).sent_at.is_some());
    }

    fn where_one_address_of_several_is_refused_the_others_get_their_copies(home) {
        let desk = Desk::new(home);
        let server = MailServer::start();
        desk.set_server(server.port);
        let letter = || {
            let address = |email: &str| Address { name: String::new(), email: email.to_owned() };
            Letter {
                cc: vec![address("gone@client.example"), address("li@client.example")],
                ..Letter::to_address(address("ana@client.example"), Voice::Person("Maya".to_owned()), "Re: Pump", "Words")
            }
        };
        let refuses = |answer| Mood { refuses: Some(("RCPT", answer)), only: Some("gone@"), ..Mood::default() };
        server.mood(refuses("550 5.1.1 no such user"));
        let sent = desk.put(letter());
        desk.round();
        assert!(desk.letter(sent).sent_at.is_some() && server.taken().len() == 1);
        let fate = desk.store.read(move |read| fates(read, &[sent])).kept().pop().unwrap().1;
        let Fate::Taken(said, _) = &fate else { panic!("{fate:?}") };
        assert!(said.contains("gone@client.example") && said.contains("5.1.1 no such user"), "{said}");
        assert!(!said.contains("ana@") && !said.contains("li@"), "{said}");
        // Who may be reached another time holds up all of it, so that nobody gets it twice.
        server.mood(refuses("451 later"));
        let waits = desk.put(letter());
        desk.round();
        assert!(desk.letter(waits).sent_at.is_none() && desk.letter(waits).given_up_at.is_none());
        assert_eq!(server.taken().len(), 1);
        server.mood(Mood { refuses: Some(("RCPT", "550 no")), ..Mood::default() });
        let nobody = desk.put(letter());
        desk.round();
        assert!(desk.letter(nobody).given_up_at.is_some());
    }

    fn a_letter_that_can_go_nowhere_is_given_up_at_once(home) {
        let desk = Desk::new(home);
        let server = MailServer::start();
        desk.set_server(server.port);
        let (wrong, nobody) = (desk.write("no address"), desk.world.id());
        let gone = desk.put(Letter::to_person(nobody, "For nobody", "Words"));
        let late = desk.put(Letter::to_person(desk.id("maya").0, "Old", "Words").until(crate::desk::START));
        desk.pass(60);
        desk.round();
        for letter in [wrong, gone, late] {
            let given_up = desk.letter(letter);
            assert!(given_up.given_up_at.is_some() && given_up.tries == 1, "{given_up:?}");
        }
        assert_eq!(server.taken().len(), 0);
    }

    fn two_senders_send_each_letter_once(home) {
        let desk = Desk::new(home);
        let server = MailServer::start();
        desk.set_server(server.port);
        for number in 0..20 {
            desk.write(&format!("c{number}@client.example"));
        }
        std::thread::scope(|scope| {
            scope.spawn(|| desk.round());
            scope.spawn(|| desk.round());
        });
        desk.round();
        let taken = server.taken();
        let ids: std::collections::BTreeSet<_> = taken.iter().map(|message| id_of(message)).collect();
        assert_eq!((taken.len(), ids.len()), (20, 20));
    }
}
