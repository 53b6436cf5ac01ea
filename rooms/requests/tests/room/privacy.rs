//! What is held about people and clients, and how it is forgotten.

use kept_kernel::Id;
use kept_rooms::About;
use kept_store::{params, statements};
use kept_testing::{Kept as _, on_both};

use crate::desk::{Desk, START};

statements! {
    CLIENT = "SELECT id FROM clients ORDER BY number LIMIT 1";
}

fn client(desk: &Desk) -> Id {
    let (id,): (Id,) = desk.store.read(|read| read.one(CLIENT, &params![])).kept();
    id
}

fn sheets(desk: &Desk, about: About) -> Vec<(String, usize)> {
    let rooms = desk.parts.exportable.clone();
    let sheets = desk.store.read(move |read| {
        rooms.iter().try_fold(Vec::new(), |mut all, one| {
            all.extend(one.sheets(read, about)?);
            Ok::<_, kept_store::StoreError>(all)
        })
    });
    let sheets = sheets.kept();
    sheets
        .into_iter()
        .map(|sheet| (sheet.name, sheet.rows.len()))
        .collect()
}

fn erase(desk: &Desk, about: About) -> u64 {
    let rooms = desk.parts.erasable.clone();
    let erased = desk.store.write(move |tx| {
        rooms.iter().try_fold(0, |rows, one| {
            let erased = one.erase(tx, about, START)?;
            Ok::<_, kept_store::StoreError>(
                rows + erased.iter().map(|erased| erased.rows).sum::<u64>(),
            )
        })
    });
    erased.kept()
}

on_both! {
    fn a_client_gets_what_was_said_and_leaves_no_word_behind(home) {
        let desk = Desk::new(home);
        let maya = desk.browser("maya");
        let id = maya.note("A secret matter");
        maya.did(&id, "messages", &[("voice", "us"), ("text", "Our secret answer")]);
        let about = About::Client(client(&desk));
        let counts: Vec<usize> = sheets(&desk, about).into_iter().map(|(_, rows)| rows).collect();
        assert_eq!(counts, [1, 2]);
        assert!(erase(&desk, about) > 0);
        assert_eq!(erase(&desk, about), 0, "a second time there is nothing left");
        let page = maya.get(&format!("/requests/{id}"));
        assert!(!page.has("secret") && page.has("(erased)"), "{}", page.text);
    }

    fn a_person_gets_what_they_wrote_and_is_nobody_afterwards(home) {
        let desk = Desk::new(home);
        let ben = desk.browser("ben");
        let id = ben.note("Invoice 1182 is wrong");
        ben.did(&id, "messages", &[("voice", "note"), ("text", "A note of mine")]);
        let about = About::Person(desk.id("ben").0);
        let counts: Vec<usize> = sheets(&desk, about).into_iter().map(|(_, rows)| rows).collect();
        assert!(counts.iter().take(2).all(|rows| *rows > 0), "{counts:?}");
        assert!(erase(&desk, about) > 0);
        assert_eq!(erase(&desk, about), 0);
        let page = desk.browser("maya").get(&format!("/requests/{id}"));
        assert!(page.has("A note of mine") && page.has("with nobody"), "{}", page.text);
    }
}
