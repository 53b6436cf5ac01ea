//! Which calendar applies: the client's own, else the team's, else the company's.

use std::sync::Arc;

use kept_engine::Calendars;

use crate::stage::{calendar, office_hours, program, replay, script};

#[test]
fn the_client_s_calendar_goes_before_the_team_s_and_that_before_the_company_s() {
    let always = calendar(
        "zone = \"UTC\"\n[hours]\nmonday = [\"00:00-24:00\"]\ntuesday = [\"00:00-24:00\"]\n",
    );
    let late = calendar("zone = \"UTC\"\n[hours]\nmonday = [\"12:00-20:00\"]\n");
    let mut calendars = Calendars::company(office_hours());
    calendars.teams.insert("Late".to_owned(), Arc::new(late));
    calendars.clients.insert("C2".to_owned(), Arc::new(always));
    let script = script(
        "person Ann: technical support; team Late
         person Bob: technical support; team Early
         2026-01-12 10:00 request R1 is received; client C1; assignee: Bob
         2026-01-12 10:00 request R2 is received; client C2; assignee: Ann
         2026-01-12 10:00 request R3 is received; client C3; assignee: Ann
         until 2026-01-12 11:00",
    );
    let program = program(
        "resolve: When a request is received, the assignee must resolve it within 10 business hours.",
        calendars,
        script.people.clone(),
    );
    let mut found = Vec::new();
    replay(&program, &script, |duty| {
        let due = office_hours().format_instant(duty.due_at.unwrap());
        found.push((duty.subject.clone(), duty.calendar.to_string(), due));
    });
    found.sort();
    let expected = [
        ("R1", "the company's calendar", "2026-01-13T12:00:00+00:00"),
        (
            "R2",
            "the calendar of client C2",
            "2026-01-12T20:00:00+00:00",
        ),
        (
            "R3",
            "the calendar of team Late",
            "2026-01-19T14:00:00+00:00",
        ),
    ];
    let expected = expected.map(|(id, by, due)| (id.to_owned(), by.to_owned(), due.to_owned()));
    assert_eq!(found, expected);
}
