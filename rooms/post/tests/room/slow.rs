//! A mail server that gives a byte now and then: it is never silent, and is waited for no longer than for one that is.

use std::time::{Duration, Instant};

use kept_mail::{Address, Letter, Voice};
use kept_testing::{Kept as _, on_both};

use crate::desk::Desk;
use crate::smtp::{MailServer, Mood};

/// More than one letter may take here, and far less than for ever.
const SOON: Duration = Duration::from_secs(30);

fn slow(at: &'static str) -> Mood {
    Mood {
        slow: Some(at),
        ..Mood::default()
    }
}

on_both! {
    fn a_server_that_gives_a_byte_at_a_time_is_given_up_and_the_letter_leaves_when_it_is_well(home) {
        let desk = Desk::new(home);
        let server = MailServer::start();
        desk.set_server(server.port);
        for at in ["HELLO", "EHLO", "MAIL", "RCPT", "DATA", "END"] {
            let letter = desk.write("ana@client.example");
            server.mood(slow(at));
            let begun = Instant::now();
            desk.round();
            assert!(begun.elapsed() < SOON, "{at}: {:?}", begun.elapsed());
            let waiting = desk.letter(letter);
            assert!(waiting.sent_at.is_none() && waiting.given_up_at.is_none(), "{at}: {waiting:?}");
            // Before there is a line no letter is tried; after it the letter says what happened. The server's page says so too.
            let (said, advice, _) = desk.store.read(kept_post::health).kept().server.unwrap().trouble.unwrap();
            assert!(said.contains("too slow") && advice.contains("tried again"), "{at}: {said} {advice}");
            let tried = waiting.last_error.is_some_and(|error| error.contains("too slow"));
            assert_eq!(tried, !["HELLO", "EHLO"].contains(&at), "{at}");
            server.mood(Mood::default());
            desk.pass(180);
            desk.round();
            assert!(desk.letter(letter).sent_at.is_some(), "{at}");
        }
        assert_eq!(server.taken().len(), 6);
    }

    fn letters_of_another_server_leave_beside_a_slow_one(home) {
        let desk = Desk::new(home);
        let (house, own) = (MailServer::start(), MailServer::start());
        desk.set_server(house.port);
        desk.set_own_server(own.port);
        own.mood(slow("END"));
        let to = |number: usize| Address { name: String::new(), email: format!("c{number}@client.example") };
        let of_pumps: Vec<_> = (0..5)
            .map(|number| {
                let letter = Letter::to_address(to(number), Voice::Answer, "Pumps", "Words");
                desk.put(Letter { from: Some("pumps@harrowmere.example".to_owned()), ..letter })
            })
            .collect();
        let others: Vec<_> = (0..5).map(|number| desk.write(&format!("d{number}@client.example"))).collect();
        let begun = Instant::now();
        desk.round();
        assert!(begun.elapsed() < SOON, "one of five has held it up: {:?}", begun.elapsed());
        assert!(others.iter().all(|letter| desk.letter(*letter).sent_at.is_some()));
        let tries: u32 = of_pumps.iter().map(|letter| desk.letter(*letter).tries).sum();
        assert_eq!(tries, 1, "the others of it have waited without a try");
        assert!(desk.own_trouble().unwrap().0.contains("too slow"));
        own.mood(Mood::default());
        desk.pass(3_600);
        desk.round();
        assert!(of_pumps.iter().all(|letter| desk.letter(*letter).sent_at.is_some()));
        assert_eq!(desk.own_trouble(), None);
    }
}
