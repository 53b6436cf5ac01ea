//! What is held about a person, and how it is forgotten.

use kept_rooms::About;
use kept_testing::{Kept as _, on_both};

use crate::desk::{Desk, START};

on_both! {
    fn a_person_gets_what_they_wrote_and_read(home) {
        let desk = Desk::new(home);
        let id = desk.browser("helen").announce("We move", "company");
        let page = format!("/announcements/{id}");
        desk.browser("ben").post(&page, &format!("{page}/readings"), &[("version", "1")]);
        let rows = |name: &str| -> Vec<(String, usize)> {
            let (about, room) = (About::Person(desk.id(name).0), desk.parts.exportable.clone());
            let sheets = desk.store.read(move |read| room.iter().try_fold(Vec::new(), |mut all, one| {
                all.extend(one.sheets(read, about)?);
                Ok::<_, kept_store::StoreError>(all)
            }));
            sheets.kept().into_iter().map(|sheet| (sheet.name, sheet.rows.len())).collect()
        };
        let counts = |name: &str| rows(name).into_iter().map(|(_, count)| count).collect::<Vec<_>>();
        assert_eq!(counts("helen"), [1, 0, 0]);
        assert_eq!(counts("ben"), [0, 1, 0]);
    }

    fn an_erased_author_leaves_the_announcement_without_a_name(home) {
        let desk = Desk::new(home);
        let id = desk.browser("maya").announce("For the north", &format!("team:{}", desk.north));
        let erase = || {
            let (about, room) = (About::Person(desk.id("maya").0), desk.parts.erasable.clone());
            let erased = desk.store.write(move |tx| room.iter().try_fold(0, |rows, one| {
                let erased = one.erase(tx, about, START)?;
                Ok::<_, kept_store::StoreError>(rows + erased.iter().map(|erased| erased.rows).sum::<u64>())
            }));
            erased.kept()
        };
        assert_eq!(erase(), 2);
        assert_eq!(erase(), 0, "a second time there is nothing left");
        let page = desk.browser("ben").get(&format!("/announcements/{id}"));
        assert!(page.has("A former colleague") && !page.has("maya"), "{}", page.text);
    }
}
