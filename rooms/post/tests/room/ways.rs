//! Mailboxes that send through servers of their own, ids that servers give, and mails to itself.

use kept_mail::{Address, Letter, Voice};
use kept_post::came_back;
use kept_store::Dialect;
use kept_testing::{Home, Kept as _, on_both};

use crate::desk::Desk;
use crate::smtp::{MailServer, Mood};

fn letter(from: Option<&str>, to: &str) -> Letter {
    let to = Address {
        name: String::new(),
        email: to.to_owned(),
    };
    Letter {
        from: from.map(str::to_owned),
        ..Letter::to_address(to, Voice::Machine, "Words", "Words")
    }
}

const PUMPS: &str = "pumps@harrowmere.example";

on_both! {
    fn a_mailbox_with_a_server_of_its_own_sends_through_it_and_the_others_through_the_houses(home) {
        let desk = Desk::new(home);
        let (house, own) = (MailServer::start(), MailServer::start());
        desk.set_server(house.port);
        desk.set_own_server(own.port);
        desk.put(letter(Some(PUMPS), "ruth@brennan.example"));
        desk.put(letter(Some("other@harrowmere.example"), "ruth@brennan.example"));
        desk.put(letter(None, "ana@client.example"));
        desk.round();
        assert_eq!((own.taken().len(), house.taken().len()), (1, 2));
        assert!(own.taken().concat().contains(PUMPS));
    }

    fn a_server_that_is_down_holds_up_only_its_own_letters_and_costs_them_no_try(home) {
        let desk = Desk::new(home);
        let own = MailServer::start();
        desk.set_server(1);
        desk.set_own_server(own.port);
        let waits = desk.put(letter(None, "ana@client.example"));
        let leaves = desk.put(letter(Some(PUMPS), "ruth@brennan.example"));
        for _ in 0..5 {
            desk.round();
            desk.pass(70);
        }
        assert!(desk.letter(leaves).sent_at.is_some());
        let still = desk.letter(waits);
        assert_eq!((still.sent_at, still.given_up_at, still.tries), (None, None, 0));
        let house = MailServer::start();
        desk.set_server(house.port);
        desk.pass(70);
        desk.round();
        assert_eq!(house.taken().len(), 1);
    }

    fn the_id_that_a_server_gave_is_kept_beside_ours(home) {
        let desk = Desk::new(home);
        let server = MailServer::start();
        desk.set_server(server.port);
        server.mood(Mood { says: Some("250 2.0.0 OK <0a1b2c3d4e@mail.provider.example>"), ..Mood::default() });
        let sent = desk.write("ana@client.example");
        desk.round();
        assert_eq!(desk.known(), [("0a1b2c3d4e@mail.provider.example".to_owned(), sent)]);
        assert!(server.taken().concat().contains("X-Kept-Letter: "));
    }

    fn a_mailbox_that_was_allowed_at_its_provider_shows_a_token_and_says_what_to_do_when_it_is_refused(home) {
        // The first token is one, the second another: so it goes on.
        for (way, takes) in [("XOAUTH2", "token2"), ("OAUTHBEARER", "token2")] {
            let home = Home::new(if home.file().is_some() { Dialect::Sqlite } else { Dialect::Postgres }, way).unwrap();
            let desk = Desk::new(&home);
            let own = MailServer::start();
            own.mood(Mood { takes: Some((way, takes)), ..Mood::default() });
            desk.set_own_server(own.port);
            desk.by_consent();
            let sent = desk.put(letter(Some(PUMPS), "ruth@brennan.example"));
            desk.round();
            let (said, advice) = desk.own_trouble().unwrap();
            assert!(said.contains("the token has expired") && advice.contains("allow it again under Settings, Mailboxes"), "{said} {advice}");
            let waiting = desk.letter(sent);
            assert_eq!((waiting.sent_at, waiting.given_up_at, waiting.tries), (None, None, 0), "{way}");
            desk.pass(70);
            desk.round();
            assert!(desk.letter(sent).sent_at.is_some(), "{way}");
            assert_eq!((own.taken().len(), desk.own_trouble()), (1, None), "{way}");
        }
    }

    fn only_a_letter_that_was_sent_to_see_it_come_back_has_come_back(home) {
        let desk = Desk::new(home);
        let other = desk.write("ana@client.example");
        let now = desk.world.now();
        assert!(!desk.store.write(move |tx| came_back(tx, other, now)).kept());
    }
}
