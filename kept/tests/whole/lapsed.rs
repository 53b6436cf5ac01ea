//! A session that ends while a request waits for its turn: nothing is written in its name.

use std::thread;
use std::time::Duration;

use kept_accounts::commands::disable_person;
use kept_store::Dialect;
use kept_testing::{Home, Kept as _};

use crate::ask::Asker;
use crate::desk::{Desk, console};
use crate::records::holes;
use crate::table::{Case, Table};

#[test]
fn what_waits_for_its_turn_is_refused_when_the_session_ends_before_it() {
    let Some(home) = Home::new(Dialect::Sqlite, "lapsed") else {
        return;
    };
    let desk = Desk::new(&home);
    let table = Table::read();
    // One administrator stays.
    desk.hire("administrator");
    let own = |is: &str| {
        [
            "/settings/working-time",
            "/settings/blanks/",
            "/history/logs/{id}/removal",
            "/adherence/judgements",
        ]
        .iter()
        .any(|path| is.contains(path))
    };
    let mut asked = 0;
    for entry in table
        .route
        .iter()
        .filter(|entry| entry.method() == "POST" && own(&entry.is))
    {
        let role = if entry.is.contains("/adherence/") {
            "management"
        } else {
            "administrator"
        };
        let hired = desk.hire(role);
        let asker = Asker::with_session(&desk, role, &desk.sign_in(&hired.email).1);
        let record = entry.record.as_deref();
        let holes = record.map_or(Vec::new(), |record| {
            holes(&desk, record, Case::There, &hired)
        });
        let (act, person) = (desk.act(), hired.person);
        // The one writer is busy with what ends the session, while the request still finds it standing.
        let leaving = desk.house.store.write(move |tx| {
            thread::sleep(Duration::from_millis(700));
            disable_person(tx, &act, &console(), person)
        });
        thread::sleep(Duration::from_millis(100));
        let before = desk.audited();
        let answer = asker.send(&desk, "POST", &entry.path(&holes), (&entry.form, true));
        leaving.kept();
        assert!(
            answer.status.is_client_error(),
            "{}: {}",
            entry.is,
            answer.status
        );
        assert!(
            answer.text.contains("You may no longer do this"),
            "{}: {}",
            entry.is,
            answer.text
        );
        assert_eq!(
            desk.audited(),
            before + 1,
            "{}: only the leaving is recorded",
            entry.is
        );
        asked += 1;
    }
    assert_eq!(asked, 4);
}
