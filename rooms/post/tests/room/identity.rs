//! As whom letters leave, what goes with them, what signs them, and what the server said.

use kept_journal::outbox::{Fate, fates};
use kept_mail::{Address, Letter, Voice};
use kept_testing::{Kept as _, on_both};

use crate::desk::Desk;
use crate::smtp::{MailServer, Mood};

fn answer(from: &str) -> Letter {
    let to = Address {
        name: String::new(),
        email: "ruth@brennan.example".to_owned(),
    };
    Letter {
        from: Some(from.to_owned()),
        html: Some("<p>Words</p>".to_owned()),
        files: vec![kept_kernel::Id::default().to_string()],
        ..Letter::to_address(to, Voice::Person("Maya".to_owned()), "Re: Pump", "Words")
    }
}

on_both! {
    fn a_letter_leaves_from_its_mailbox_with_name_signature_and_files(home) {
        let desk = Desk::new(home);
        let server = MailServer::start();
        desk.set_server(server.port);
        desk.put(answer("pumps@harrowmere.example"));
        desk.put(answer("gone@harrowmere.example"));
        desk.round();
        let taken = server.taken();
        let own = taken.first().unwrap().replace("\r\n ", " ");
        for words in ["<pumps@harrowmere.example>", "Reply-To: ", "<pumps+", "Maya, Pumps", "quote.pdf", "<p>Words</p>"] {
            assert!(own.contains(words), "{words}: {own}");
        }
        let house = taken.get(1).unwrap();
        assert!(house.contains("<desk@harrowmere.example>") && !house.contains("Reply-To"), "{house}");
        // Whoever joins this room with another is told under which id each has left.
        let left = desk.left();
        assert_eq!(left.len(), 2, "{left:?}");
        for (id, _) in left {
            let line = format!("<{id}>");
            assert!(own.contains(&line) || house.contains(&line), "{line}");
        }
    }

    fn what_the_server_said_is_kept_and_a_refusal_with_its_words(home) {
        let desk = Desk::new(home);
        let server = MailServer::start();
        desk.set_server(server.port);
        let good = desk.write("ana@client.example");
        desk.round();
        server.mood(Mood { cut: None, refuses: Some(("RCPT", "550 5.1.1 no such user")), ..Mood::default() });
        let bad = desk.write("nobody@client.example");
        for _ in 0..4 {
            desk.round();
            desk.pass(3600);
        }
        let mut known = desk.store.read(move |read| fates(read, &[good, bad])).kept();
        let (_, last) = known.pop().unwrap();
        assert!(matches!(&last, Fate::Failed(said, _) if said.contains("5.1.1 no such user")), "{last:?}");
        let (_, first) = known.pop().unwrap();
        assert!(matches!(&first, Fate::Taken(said, _) if said.starts_with("127.0.0.1 said 250")), "{first:?}");
    }
}
