//! What is held about people and clients, and how it is forgotten.

use kept_kernel::Id;
use kept_rooms::About;
use kept_store::{StoreError, params, statements};
use kept_testing::{Kept as _, on_both};

use crate::desk::{Desk, START};

statements! {
    KEY = "INSERT INTO client_outer_keys (client, system, word, import, at) VALUES ($1, 'HubSpot', '4711', NULL, 0)";
    PHONES = "SELECT phones FROM contacts WHERE phones <> '' ORDER BY id";
}

fn sheets(desk: &Desk, about: About) -> Vec<(String, usize)> {
    let room = desk.parts.exportable.clone();
    let sheets = desk.store.read(move |read| {
        room.iter().try_fold(Vec::new(), |mut all, one| {
            all.extend(one.sheets(read, about)?);
            Ok::<_, StoreError>(all)
        })
    });
    sheets
        .kept()
        .into_iter()
        .map(|sheet| (sheet.name, sheet.rows.len()))
        .collect()
}

fn erase(desk: &Desk, about: About) -> u64 {
    let room = desk.parts.erasable.clone();
    let erased = desk.store.write(move |tx| {
        room.iter().try_fold(0, |rows, one| {
            let erased = one.erase(tx, about, START)?;
            Ok::<_, StoreError>(rows + erased.iter().map(|erased| erased.rows).sum::<u64>())
        })
    });
    erased.kept()
}

/// A client of Jonas with somebody, a note and a sale.
fn client(desk: &Desk) -> String {
    let rita = desk.browser("rita");
    let jonas = desk.id("jonas").to_string();
    let id = rita.client(&[
        ("name", "Aalto Dairy"),
        ("kind", "company"),
        ("owner", &jonas),
        ("address", "Satamakatu 1"),
    ]);
    let page = format!("/clients/{id}");
    let fields = [
        ("name", "Sanna Virta"),
        ("email", "sanna@aalto.example"),
        ("phones", "mobile: +358 40 123 4567"),
        ("note", "Runs the night crew"),
    ];
    rita.post(
        &format!("{page}/contacts/new"),
        &format!("{page}/contacts"),
        &fields,
    );
    rita.post(
        &page,
        &format!("{page}/notes"),
        &[("text", "Sanna decides.")],
    );
    let sale = [
        ("revenue_kind", "sale"),
        ("on_day", "2026-01-10"),
        ("amount", "700,000"),
        ("revenue_note", "For Sanna"),
    ];
    rita.post(&format!("{page}/tier"), &format!("{page}/revenue"), &sale);
    id
}

on_both! {
    fn a_client_gets_all_that_is_known_of_it(home) {
        let desk = Desk::new(home);
        let id = client(&desk);
        let of: Id = id.parse().unwrap();
        desk.store.write(move |tx| tx.execute(KEY, &params![of])).kept();
        let named = sheets(&desk, About::Client(of));
        let counts: Vec<_> = named.iter().map(|(name, count)| (name.as_str(), *count)).collect();
        assert_eq!(counts, [("Client", 3), ("Contacts", 1), ("Notes", 1), ("Revenue", 1), ("Keys in other systems", 1)]);
        let of_rita = sheets(&desk, About::Person(desk.id("rita").0));
        assert_eq!(of_rita.last().unwrap(), &("Notes written".to_owned(), 1));
        let of_jonas = sheets(&desk, About::Person(desk.id("jonas").0));
        assert_eq!(of_jonas.first().unwrap(), &("Clients as account manager".to_owned(), 1));
    }

    fn an_erased_client_leaves_its_id_its_figures_and_no_name(home) {
        let desk = Desk::new(home);
        let id = client(&desk);
        let about = About::Client(id.parse().unwrap());
        assert!(erase(&desk, about) > 4);
        assert_eq!(erase(&desk, about), 0, "a second time there is nothing left");
        let rita = desk.browser("rita");
        for path in [format!("/clients/{id}"), format!("/clients/{id}/tier"), "/clients".to_owned(), "/clients?q=sanna".to_owned()] {
            let page = rita.get(&path);
            for word in ["Aalto", "Sanna", "Satamakatu", "night crew"] {
                assert!(!page.text.replace("q=sanna", "").replace("<b>sanna</b>", "").has(word), "{path} {word}: {}", page.text);
            }
        }
        assert!(rita.get(&format!("/clients/{id}/tier")).has("700,000"));
    }

    fn an_erased_contact_is_found_by_nothing_and_the_client_stays(home) {
        let desk = Desk::new(home);
        let id = client(&desk);
        let rita = desk.browser("rita");
        let page = rita.get(&format!("/clients/{id}"));
        let contact = page.text.split("/contacts/").nth(2).unwrap().split('/').next().unwrap();
        let about = About::Contact(contact.parse().unwrap());
        assert_eq!(sheets(&desk, about), [("Contacts".to_owned(), 1)]);
        assert_eq!((erase(&desk, about), erase(&desk, about)), (1, 0));
        let phones: Vec<(String,)> = desk.store.read(|read| read.all(PHONES, &params![])).kept();
        assert!(phones.is_empty(), "{phones:?}");
        assert!(!rita.get("/clients?q=virta").has("Aalto Dairy"));
        assert!(rita.get(&format!("/clients/{id}")).has("Aalto Dairy"));
    }

    fn somebody_who_is_erased_leaves_their_clients_without_a_name(home) {
        let desk = Desk::new(home);
        let id = client(&desk);
        let about = About::Person(desk.id("jonas").0);
        assert_eq!((erase(&desk, about), erase(&desk, about)), (2, 0));
        assert!(erase(&desk, About::Person(desk.id("rita").0)) > 0);
        let page = desk.browser("helen").get(&format!("/clients/{id}"));
        assert!(page.has("Aalto Dairy") && !page.has("With <b>") && page.has("A former colleague"), "{}", page.text);
    }
}

trait Has {
    fn has(&self, word: &str) -> bool;
}

impl Has for String {
    fn has(&self, word: &str) -> bool {
        self.contains(word)
    }
}
