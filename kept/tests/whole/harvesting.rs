//! What somebody from within can carry away: reads are written down, many raise an alarm, exports are counted.

use axum::http::StatusCode;
use kept_accounts::access::{Action, reads_of_record};
use kept_kernel::Instant;
use kept_store::{Dialect, params, statements};
use kept_testing::{Home, Kept as _, on_both};

use crate::api::{bearing, token_of};
use crate::ask::Asker;
use crate::desk::{Desk, Hired};
use crate::requests;

statements! {
    ENTRIES = "SELECT who, detail FROM audit WHERE act = $1 ORDER BY at, id";
}

fn entries(desk: &Desk, act: &'static str) -> Vec<(String, String)> {
    let found = desk
        .house
        .store
        .read(move |read| read.all(ENTRIES, &params![act]));
    found.kept()
}

fn somebody(desk: &Desk, role: &str) -> (Hired, Asker) {
    let hired = desk.hire(role);
    let asker = Asker::with_session(desk, role, &desk.sign_in(&hired.email).1);
    (hired, asker)
}

/// Who has read a request, by when.
fn readers(desk: &Desk, id: &str) -> Vec<(String, Instant)> {
    desk.site.accounts.write_reads().unwrap();
    let id = id.to_owned();
    let reads = desk
        .house
        .store
        .read(move |read| reads_of_record(read, ("request", &id), 50));
    reads
        .kept()
        .into_iter()
        .map(|read| (read.name, read.at))
        .collect()
}

on_both! {
    fn a_request_read_for_a_person_is_written_down_by_page_and_by_api(home) {
        let desk = Desk::new(home);
        let (hired, browser) = somebody(&desk, "management");
        let id = requests::made(&desk, "request", &hired).remove(0);
        let before = readers(&desk, &id).len();
        assert_eq!(browser.get(&desk, &format!("/requests/{id}")).status, StatusCode::OK);
        assert_eq!(readers(&desk, &id).len(), before + 1);
        let program = bearing(token_of(&desk, &hired, Action::ReadRequests));
        for path in ["", "/messages"] {
            let path = format!("/api/v1/requests/{id}{path}");
            assert_eq!(program.call(&desk, "GET", &path, "").status, StatusCode::OK);
        }
        assert_eq!(readers(&desk, &id).len(), before + 3);
        // Whoever is refused has read nothing.
        let (outsider, _) = somebody(&desk, "employee");
        let program = bearing(token_of(&desk, &outsider, Action::ReadRequests));
        assert!(program.call(&desk, "GET", &format!("/api/v1/requests/{id}"), "").status.is_client_error());
        assert_eq!(readers(&desk, &id).len(), before + 3);
    }
}

#[test]
fn whoever_turns_page_after_page_raises_one_alarm_an_hour() {
    let Some(home) = Home::new(Dialect::Sqlite, "harvest") else {
        return;
    };
    let desk = Desk::new(&home);
    let (hired, browser) = somebody(&desk, "management");
    let program = bearing(token_of(&desk, &hired, Action::ReadClients));
    let turn = |pages: usize| {
        for _ in 0..pages {
            browser.get(&desk, "/requests?view=all");
            browser.get(
                &desk,
                "/requests?view=all&after=1769790600000000&id=019c0fbd-7340-7fff-bfff-ffffffffffff",
            );
            program.call(&desk, "GET", "/api/v1/clients", "");
            program.call(
                &desk,
                "GET",
                "/api/v1/clients?after=AAZCjN9gQAAZwPvXNAt__7__________",
                "",
            );
        }
    };
    let alarms = || entries(&desk, "AlarmManyPagesRead");
    turn(99);
    assert_eq!(alarms(), []);
    turn(1);
    let told: Vec<_> = alarms().into_iter().map(|(who, _)| who).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(told[0], format!("person {}", hired.person));
    assert!(told[1].starts_with("token "), "{told:?}");
    turn(20);
    assert_eq!(alarms().len(), 2);
    desk.pass_seconds(3_601);
    turn(100);
    assert_eq!(alarms().len(), 4);
}

#[test]
fn clients_are_taken_out_so_often_in_a_day_and_each_time_is_recorded_with_how_many() {
    let Some(home) = Home::new(Dialect::Sqlite, "exports") else {
        return;
    };
    let desk = Desk::new(&home);
    let (hired, browser) = somebody(&desk, "management");
    let export = || browser.get(&desk, "/clients/export.csv");
    requests::made(&desk, "request", &hired);
    for _ in 0..10 {
        assert_eq!(export().status, StatusCode::OK);
    }
    assert_eq!(export().status, StatusCode::TOO_MANY_REQUESTS);
    let person = format!("person {}", hired.person);
    let done = entries(&desk, "ClientsExported");
    assert_eq!(done.len(), 10);
    assert!(
        done.iter()
            .all(|(who, detail)| *who == person && detail.contains("\"rows\":1")),
        "{done:?}"
    );
    assert_eq!(entries(&desk, "AlarmClientsExportRefused").len(), 1);
    // Another one's count is their own, and tomorrow it begins anew.
    let (_, other) = somebody(&desk, "management");
    assert_eq!(
        other.get(&desk, "/clients/export.csv").status,
        StatusCode::OK
    );
    desk.pass_seconds(86_401);
    let again = Asker::with_session(&desk, "management", &desk.sign_in(&hired.email).1);
    assert_eq!(
        again.get(&desk, "/clients/export.csv").status,
        StatusCode::OK
    );
}
