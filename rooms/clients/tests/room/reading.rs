//! What other rooms ask of this one.

use kept_accounts::access::{Action, for_kept};
use kept_clients::commands::{Step, add_client, merge_clients, take_in_contact};
use kept_clients::model::Draft;
use kept_clients::{ClientId, read};
use kept_journal::audit::Who;
use kept_store::StoreError;
use kept_testing::{Kept as _, on_both};

use crate::desk::Desk;

fn step(desk: &Desk) -> Step {
    desk.room.step(Who::Unknown)
}

on_both! {
    fn a_stranger_is_taken_in_once_and_waits_to_be_checked(home) {
        let desk = Desk::new(home);
        let take = |name: &'static str, email: &'static str| {
            let step = step(&desk);
            desk.store.write(move |tx| take_in_contact(tx, &step, name, email)).kept()
        };
        let (client, contact) = take("Sanna Virta", "Sanna@Aalto.example ");
        assert_eq!(take("S. Virta", "sanna@aalto.example"), (client, contact));
        let (nameless, _) = take("", "not an address");
        assert_ne!(nameless, client);
        assert_ne!(take("", "not an address").0, nameless, "nobody is found by what is no address");
        let rita = desk.browser("rita");
        let waiting = rita.get("/clients?view=to-check");
        assert!(waiting.has("Sanna Virta") && waiting.has("not an address"), "{}", waiting.text);
        let page = format!("/clients/{client}");
        assert!(rita.get(&page).has("Nobody has checked this client yet"));
        rita.post(&format!("{page}/edit"), &page, &[("name", "Aalto Dairy"), ("kind", "company"), ("revision", "1")]);
        assert!(!rita.get("/clients?view=to-check").has("Aalto Dairy"));
        assert_eq!(desk.events().get(..2).unwrap(), ["add-client", "add-contact"]);
        assert_eq!(desk.store.read(kept_clients::count_to_check).kept(), 2);
    }

    fn a_stranger_of_a_known_domain_is_said_to_be_probably_of_that_client_and_no_more(home) {
        let desk = Desk::new(home);
        let take = |name: &'static str, email: &'static str| {
            let step = step(&desk);
            desk.store.write(move |tx| take_in_contact(tx, &step, name, email)).kept()
        };
        let rita = desk.browser("rita");
        let known = rita.client(&[("name", "Jorotti Foods"), ("kind", "company"), ("website", "https://www.jorotti-foods.example")]);
        let (astrid, _) = take("Astrid Dahl", "astrid@jorotti-foods.example");
        assert_ne!(astrid.to_string(), known, "nobody has checked that she belongs there");
        let shown = rita.get(&format!("/clients/{astrid}"));
        assert!(shown.has("Probably Jorotti Foods") && shown.has("/merge"), "{}", shown.text);
        assert!(!rita.get(&format!("/clients/{known}")).has("Astrid Dahl"));
        let (open, _) = take("Ben Open", "ben@gmx.de");
        rita.client(&[("name", "Somebody"), ("kind", "person"), ("website", "gmx.de")]);
        assert!(!rita.get(&format!("/clients/{open}")).has("Probably"), "anybody has an address there");
        rita.client(&[("name", "Jorotti Retail"), ("kind", "company"), ("website", "jorotti-foods.example")]);
        let two = rita.get(&format!("/clients/{astrid}"));
        assert!(!two.has("Probably") && two.has("may be the same"), "it could be either: {}", two.text);
    }

    fn a_merged_client_is_found_as_the_one_that_lives_on(home) {
        let desk = Desk::new(home);
        let all = for_kept(Action::EditClients);
        let add = |name: &'static str| {
            let (step, scope) = (step(&desk), all.clone());
            desk.store.write(move |tx| add_client(tx, &step, &scope, &Draft::named(name)).map_err(|error| -> StoreError { panic!("{error}") })).kept()
        };
        let [one, two, three] = ["One", "Two", "Three"].map(add);
        let merge = |kept: ClientId, gone: ClientId| {
            let (step, scope) = (step(&desk), all.clone());
            desk.store.write(move |tx| merge_clients(tx, &step, &scope, (kept, gone)).map_err(|error| -> StoreError { panic!("{error}") })).kept();
        };
        merge(two, one);
        merge(three, two);
        let scope = for_kept(Action::ReadClients);
        let of_one = scope.clone();
        let found = desk.store.read(move |store| read::client(store, &of_one, one)).kept().unwrap();
        assert_eq!((found.id, found.name.as_str()), (three, "Three"));
        let picked = desk.store.read(move |store| read::pick(store, &scope, "", 10)).kept();
        assert_eq!(picked.len(), 1);
    }

    fn what_is_known_of_a_client_travels_with_events(home) {
        let desk = Desk::new(home);
        let rita = desk.browser("rita");
        let id = rita.client(&[("name", "Aalto Dairy"), ("kind", "company"), ("channel", "phone"), ("rhythm_days", "30")]);
        let page = format!("/clients/{id}");
        let sale = [("revenue_kind", "sale"), ("on_day", "2026-01-10"), ("amount", "700,000"), ("revenue_note", "")];
        rita.post(&format!("{page}/tier"), &format!("{page}/revenue"), &sale);
        let (id, scope) = (id.parse().unwrap(), for_kept(Action::ReadClients));
        let card = desk.store.read(move |store| read::client(store, &scope, id)).kept().unwrap();
        let rules = desk.room.step(Who::Kept).rules;
        let facts = read::known_facts(&rules.register, &card);
        let names: Vec<_> = facts.iter().map(|(fact, _)| rules.register[*fact].name.as_str()).collect();
        assert_eq!(names, ["tier", "preferred channel", "annual revenue", "preferred rhythm"]);
    }
}
