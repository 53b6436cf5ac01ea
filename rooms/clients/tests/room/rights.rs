//! Who may do what; and that lists, single records, the cards for other rooms, the API and the search say the same.

use axum::http::StatusCode;
use kept_accounts::access::Action;
use kept_clients::{ClientId, read};
use kept_search::{Query, Reach, find, index_some};
use kept_testing::{Kept as _, on_both};

use crate::desk::Desk;

const PEOPLE: [&str; 7] = ["rita", "maya", "jonas", "theo", "max", "ada", "helen"];

on_both! {
    fn everyone_sees_what_is_theirs_in_lists_pages_cards_and_search_alike(home) {
        let desk = Desk::new(home);
        let rita = desk.browser("rita");
        let (jonas, theo, max) = (desk.id("jonas").to_string(), desk.id("theo").to_string(), desk.id("max").to_string());
        let north = desk.north.to_string();
        let made = [
            (rita.client(&[("name", "Kettle of jonas"), ("kind", "company"), ("owner", &jonas)]), vec!["rita", "jonas", "helen"]),
            (rita.client(&[("name", "Kettle of north"), ("kind", "company"), ("team", &north)]), vec!["rita", "maya", "jonas", "helen"]),
            (rita.client(&[("name", "Kettle of max"), ("kind", "company"), ("owner", &max)]), vec!["rita", "max", "theo", "helen"]),
            (rita.client(&[("name", "Kettle of nobody"), ("kind", "company")]), vec!["rita", "helen"]),
        ];
        let of_max = format!("/clients/{}/team", made[2].0);
        rita.post(&of_max, &of_max, &[("person", &theo), ("part", "Technical")]);
        for indexed in [false, true] {
            if indexed {
                desk.store.write(|tx| index_some(tx, 64)).kept();
            }
            for name in PEOPLE {
                let browser = desk.browser(name);
                let (list, searched) = (browser.get("/clients"), browser.get("/clients?q=kettle"));
                let found = found(&desk, name);
                let picked = picked(&desk, name);
                for (id, readers) in &made {
                    let sees = readers.contains(&name);
                    let path = format!("/clients/{id}");
                    assert_eq!(list.has(&path), sees, "{name} lists {path}: {}", list.text);
                    assert_eq!(searched.has(&path), sees, "{name} searches {path}");
                    assert_eq!(browser.get(&path).status == StatusCode::OK, sees, "{name} opens {path}");
                    assert_eq!(found.contains(&path), sees, "{name} finds {path}, indexed: {indexed}");
                    assert_eq!(picked.contains(&id.parse().unwrap()), sees, "{name} picks {path}");
                    let api = desk.program(Some(name), vec![Action::ReadClients]);
                    assert_eq!(api.ask("GET", &format!("/api/v1{path}"), &[], "").status == StatusCode::OK, sees, "{name}");
                    assert_eq!(api.ask("GET", "/api/v1/clients", &[], "").has(id), sees, "{name}");
                }
            }
        }
    }

    fn who_reaches_no_client_is_told_so_and_not_that_there_are_none(home) {
        let desk = Desk::new(home);
        let rita = desk.browser("rita");
        let first = rita.get("/clients");
        assert!(first.has("No clients yet") && first.has("Add a client"), "{}", first.text);
        rita.client(&[("name", "Aalto Dairy"), ("kind", "company")]);
        let theo = desk.browser("theo").get("/clients");
        assert!(theo.has("None of the clients are yours") && !theo.has("No clients yet"), "{}", theo.text);
        assert!(!theo.has("Add a client"), "{}", theo.text);
    }

    fn who_may_not_edit_finds_no_form_and_no_command(home) {
        let desk = Desk::new(home);
        let rita = desk.browser("rita");
        let theo = desk.id("theo").to_string();
        let id = rita.client(&[("name", "Aalto Dairy"), ("kind", "company")]);
        let page = format!("/clients/{id}");
        rita.post(&format!("{page}/team"), &format!("{page}/team"), &[("person", &theo), ("part", "")]);
        let theo = desk.browser("theo");
        let shown = theo.get(&page);
        assert!(shown.status == StatusCode::OK && !shown.has("/edit") && !shown.has("Save the note"), "{}", shown.text);
        for path in ["/clients/new".to_owned(), format!("{page}/edit"), format!("{page}/tier"), format!("{page}/merge"), format!("{page}/team"), "/clients/duplicates".to_owned()] {
            assert_eq!(theo.get(&path).status, StatusCode::NOT_FOUND, "{path}");
        }
        let before = desk.audited().len();
        for path in [page.clone(), format!("{page}/notes"), format!("{page}/archive"), format!("{page}/merge")] {
            let status = theo.post("/clients", &path, &[("text", "x"), ("other", &id)]).status;
            assert!(status == StatusCode::NOT_FOUND || status == StatusCode::FORBIDDEN, "{path}: {status}");
        }
        assert_eq!(desk.audited().len(), before);
    }

    fn who_reaches_only_their_own_becomes_the_account_manager_of_what_they_add(home) {
        let desk = Desk::new(home);
        let jonas = desk.browser("jonas");
        jonas.client(&[("name", "Aalto Dairy"), ("kind", "company")]);
        assert!(jonas.sees("Aalto Dairy") && !desk.browser("max").sees("Aalto Dairy"));
        let max = desk.id("max").to_string();
        let fields = [("name", "For max"), ("kind", "company"), ("owner", max.as_str())];
        assert_eq!(jonas.post("/clients/new", "/clients", &fields).status, StatusCode::FORBIDDEN);
    }

    fn the_account_manager_leaves_the_account_team_only_with_the_client(home) {
        let desk = Desk::new(home);
        let rita = desk.browser("rita");
        let (jonas, max) = (desk.id("jonas").to_string(), desk.id("max").to_string());
        let id = rita.client(&[("name", "Aalto Dairy"), ("kind", "company"), ("owner", &jonas)]);
        let team = format!("/clients/{id}/team");
        let out = |person: &str| rita.post(&team, &format!("{team}/{person}/removal"), &[]);
        let refused = out(&jonas);
        assert!(refused.status == StatusCode::CONFLICT && refused.has("another account manager first"), "{}", refused.text);
        assert!(!rita.get(&team).has(&format!("{team}/{jonas}/removal")), "nothing is offered that would be refused");
        assert!(desk.browser("jonas").sees("Aalto Dairy"));
        // Who merely works for the client leaves as before.
        rita.post(&team, &team, &[("person", &max), ("part", "Sales")]);
        assert_eq!(out(&max).status, StatusCode::SEE_OTHER);
        assert!(!desk.browser("max").sees("Aalto Dairy"));
    }

    fn every_read_of_a_client_by_a_person_is_written_down(home) {
        let desk = Desk::new(home);
        let rita = desk.browser("rita");
        let id: ClientId = rita.client(&[("name", "Aalto Dairy"), ("kind", "company")]).parse().unwrap();
        let read_by = || {
            let named = id.to_string();
            let reads = desk.store.read(move |read| kept_accounts::access::reads_of_record(read, ("client", &named), 50)).kept();
            reads.into_iter().map(|read| read.name).collect::<Vec<_>>()
        };
        assert!(read_by().is_empty());
        desk.browser("helen").get(&format!("/clients/{id}"));
        desk.browser("max").get(&format!("/clients/{id}"));
        desk.program(Some("rita"), vec![Action::ReadClients]).ask("GET", &format!("/api/v1/clients/{id}"), &[], "");
        assert_eq!(read_by(), ["rita", "helen"]);
    }
}

/// The addresses that somebody finds, within the reach of their own scope.
fn found(desk: &Desk, name: &str) -> Vec<String> {
    let scope = desk.scope(name, Action::ReadClients);
    let hits = desk.store.read(move |read| {
        let query = Query::parse("kettle ");
        find(
            read,
            &query,
            ("client", &Reach::of(&scope.params())),
            None,
            50,
        )
    });
    hits.kept().hits.into_iter().map(|hit| hit.href).collect()
}

/// The clients that a box offers somebody.
fn picked(desk: &Desk, name: &str) -> Vec<ClientId> {
    let scope = desk.scope(name, Action::ReadClients);
    let cards = desk
        .store
        .read(move |store| read::pick(store, &scope, "Kett", 50));
    cards.kept().into_iter().map(|card| card.id).collect()
}
