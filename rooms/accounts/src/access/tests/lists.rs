//! A list is all records, filtered by the check.

use kept_kernel::Id;
use kept_store::{Migration, Schema, Store, StoreError, params, statements};
use kept_testing::{Kept as _, on_both, prepare_all};

use super::{Company, NOW};
use crate::access::{Action, Scope};

const THINGS: Schema = Schema {
    owner: "things",
    migrations: &[Migration {
        number: 1,
        name: "things",
        text: "
            CREATE TABLE things (id $ID NOT NULL PRIMARY KEY, owner $ID, team $ID) $STRICT;
            CREATE TABLE thing_people (
                thing $ID NOT NULL REFERENCES things (id),
                person $ID NOT NULL,
                PRIMARY KEY (thing, person)
            ) $STRICT;",
    }],
};

statements! {
    ADD_THING = "INSERT INTO things (id, owner, team) VALUES ($1, $2, $3)";
    ASSIGN = "INSERT INTO thing_people (thing, person) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    IN_SCOPE = concat!(
        "SELECT t.id FROM things t WHERE ",
        crate::within_scope!(
            id: "t.id", owner: "t.owner", team: "t.team",
            assigned: "thing_people a WHERE a.thing = t.id AND a.person",
            params: 1, 2, 3, 4, 5
        ),
        " ORDER BY t.id"
    );
}

fn stored(store: &Store, company: &Company) {
    store.migrate(&[THINGS], NOW).unwrap();
    let rows: Vec<_> = company
        .things
        .iter()
        .map(|thing| (thing.id, thing.owner, thing.team, thing.assigned.clone()))
        .collect();
    store
        .write(move |tx| {
            for (id, owner, team, assigned) in &rows {
                tx.execute(ADD_THING, &params![*id, *owner, *team])?;
                for person in assigned {
                    tx.execute(ASSIGN, &params![*id, *person])?;
                }
            }
            Ok::<_, StoreError>(())
        })
        .kept();
}

fn listed(store: &Store, scope: Scope) -> Vec<Id> {
    let rows: Vec<(Id,)> = store
        .read(move |read| read.all::<(Id,)>(IN_SCOPE, &scope.params()))
        .kept();
    rows.into_iter().map(|(id,)| id).collect()
}

on_both! {
    fn a_list_is_all_records_filtered_by_the_check(home) {
        let store = home.open();
        let company = Company::random(11, 60, 150);
        stored(&store, &company);
        prepare_all(&store, STATEMENTS);
        let (mut nothing, mut some, mut all) = (0, 0, 0);
        for asker in &company.askers {
            for action in Action::ALL {
                let scope = asker.scope(*action);
                let mut checked: Vec<_> = company
                    .things
                    .iter()
                    .filter(|thing| scope.allows(&thing.subject()))
                    .map(|thing| thing.id)
                    .collect();
                checked.sort();
                match checked.len() {
                    0 => nothing += 1,
                    150 => all += 1,
                    _ => some += 1,
                }
                assert!(!scope.is_nothing() || checked.is_empty());
                assert_eq!(listed(&store, scope), checked, "{asker:?} {action:?}");
            }
        }
        // The worlds show all three outcomes, or the test would prove little.
        assert!(nothing > 100 && some > 30 && all > 60, "{nothing} {some} {all}");
    }
}
