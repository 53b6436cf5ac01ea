//! Through the API. The desk holds each answer against the description.

use axum::http::StatusCode;
use kept_accounts::access::Action;
use kept_testing::on_both;
use serde_json::Value;

use crate::desk::{Desk, HOUR, Owed, owed};

fn subjects(page: &Value) -> Vec<String> {
    let items = page.get("items").unwrap().as_array().unwrap();
    let subject = |item: &Value| {
        item.pointer("/record/id")
            .unwrap()
            .as_str()
            .unwrap()
            .to_owned()
    };
    items.iter().map(subject).collect()
}

on_both! {
    fn a_program_reads_what_is_owed_within_the_reach_of_its_person(home) {
        let desk = Desk::new(home);
        desk.owe(&owed("late", -HOUR, Some("ben")));
        desk.owe(&owed("soon", HOUR, Some("cleo")));
        desk.owe(&Owed { rule: "resolve", ..owed("shared", 2 * HOUR, None) });
        desk.owe(&Owed { verdict: "met", ..owed("done", -HOUR, Some("ben")) });
        let ask = |name: Option<&str>, query: &str| {
            let program = desk.program(name, vec![Action::ReadAdherence]);
            let answer = program.ask("GET", &format!("/api/v1/obligations{query}"), &[], "");
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
            subjects(&answer.json())
        };
        assert_eq!(ask(None, ""), ["late", "soon", "shared"]);
        assert_eq!(ask(Some("helen"), ""), ["late", "soon", "shared"]);
        assert_eq!(ask(Some("maya"), ""), ["late"]);
        assert_eq!(ask(Some("cleo"), ""), ["soon"]);
        assert_eq!(ask(Some("cleo"), "?client=C-1"), ["soon"]);
        let ben = format!("?owner={}", desk.id("ben"));
        assert_eq!(ask(None, &ben), ["late"]);
        assert_eq!(ask(Some("cleo"), &ben), [""; 0]);
        assert_eq!(ask(None, "?rule=SR/resolve"), ["shared"]);
        assert_eq!(ask(None, "?record=request/soon"), ["soon"]);
        assert_eq!(ask(None, "?record=request/soon&state=all"), ["soon"]);
        assert_eq!(ask(None, "?record=request/done"), [""; 0]);
        assert_eq!(ask(None, "?record=request/done&state=all"), ["done"]);
        assert_eq!(ask(Some("cleo"), "?record=request/late"), [""; 0]);
        assert_eq!(ask(None, "?verdict=overdue"), ["late"]);
        assert_eq!(ask(None, "?due_after=2026-01-30T10:30:00Z&due_before=2026-01-30T12:30:00Z"), ["soon"]);
        assert_eq!(ask(None, "?state=all&verdict=met"), ["done"]);
        assert_eq!(ask(Some("maya"), "?state=all"), ["late", "done"]);
        assert_eq!(ask(None, "?role=account+manager"), [""; 0]);
    }

    fn a_program_of_a_person_reads_their_alerts_and_marks_them(home) {
        let desk = Desk::new(home);
        let own = desk.tell(Some("ben"), "client service representative");
        let ask = |name: Option<&str>, method: &str, path: &str| {
            desk.program(name, vec![Action::ReadAdherence]).ask(method, &format!("/api/v1/alerts{path}"), &[], "")
        };
        let numbers = |name, query: &str| {
            let page = ask(Some(name), "GET", query).json();
            let items = page.get("items").unwrap().as_array().unwrap().clone();
            let number = |item: Value| item.get("number").cloned().unwrap();
            items.into_iter().map(number).collect::<Vec<_>>()
        };
        assert_eq!(numbers("ben", ""), [own]);
        assert!(numbers("cleo", "").is_empty());
        assert_eq!(ask(None, "GET", "").status, StatusCode::FORBIDDEN);
        let seen = format!("/{own}/seen");
        assert_eq!(ask(Some("cleo"), "POST", &seen).status, StatusCode::NOT_FOUND);
        assert_eq!(ask(Some("ben"), "POST", &seen).status, StatusCode::OK);
        assert_eq!(ask(Some("ben"), "POST", &seen).status, StatusCode::NOT_FOUND);
        assert_eq!(numbers("ben", "?view=seen"), [own]);
        assert_eq!(ask(Some("ben"), "GET", "?view=some").status, StatusCode::BAD_REQUEST);
    }

    fn pages_follow_each_other_without_gap(home) {
        let desk = Desk::new(home);
        for number in 0..7 {
            desk.owe(&Owed { due: Some(number / 2 * 60), ..owed("many", 0, Some("ben")) });
        }
        for state in ["open", "all"] {
            let program = desk.program(None, vec![Action::ReadAdherence]);
            let (mut seen, mut after) = (0, String::new());
            loop {
                let path = format!("/api/v1/obligations?state={state}&limit=3{after}");
                let page = program.ask("GET", &path, &[], "").json();
                seen += subjects(&page).len();
                match page.get("next").unwrap().as_str() {
                    Some(next) => after = format!("&after={next}"),
                    None => break,
                }
            }
            assert_eq!(seen, 7, "{state}");
        }
    }

    fn what_makes_no_sense_is_refused_with_its_field(home) {
        let desk = Desk::new(home);
        let program = desk.program(None, vec![Action::ReadAdherence]);
        for query in ["state=some", "verdict=good", "verdict=met", "rule=SR", "record=7", "due_after=today", "after=x", "nonsense=1"] {
            let answer = program.ask("GET", &format!("/api/v1/obligations?{query}"), &[], "");
            assert!(answer.status.is_client_error(), "{query}: {}", answer.status);
        }
        let other = desk.program(None, vec![Action::ReadSops]);
        assert_eq!(other.ask("GET", "/api/v1/obligations", &[], "").status, StatusCode::FORBIDDEN);
        assert_eq!(other.ask("GET", "/api/v1/events", &[], "").status, StatusCode::FORBIDDEN);
        let own = desk.program(Some("ben"), vec![Action::ReadAdherence]);
        assert_eq!(own.ask("GET", "/api/v1/events", &[], "").status, StatusCode::FORBIDDEN);
    }

    fn events_are_read_along_in_the_order_of_the_journal(home) {
        let desk = Desk::new(home);
        let program = desk.program(None, vec![Action::ReadAdherence]);
        let ask = |query: &str| program.ask("GET", &format!("/api/v1/events?{query}"), &[], "").json();
        assert_eq!(ask("").get("next"), Some(&Value::Null), "nothing has happened yet");
        for (number, act) in ["receive-request", "log-request", "acknowledge-request"].iter().enumerate() {
            desk.happen(&format!("R-{}", number / 2), act);
        }
        assert_eq!(subjects(&ask("")), ["R-0", "R-0", "R-1"]);
        let first = ask("limit=2");
        assert_eq!(subjects(&first), ["R-0", "R-0"]);
        let next = first.get("next").unwrap().as_str().unwrap().to_owned();
        let rest = ask(&format!("after={next}"));
        assert_eq!(subjects(&rest), ["R-1"]);
        let end = rest.get("next").unwrap().as_str().unwrap().to_owned();
        assert_eq!(subjects(&ask(&format!("after={end}"))), [""; 0]);
        desk.happen("R-9", "receive-request");
        assert_eq!(subjects(&ask(&format!("after={end}"))), ["R-9"], "read along");
        assert_eq!(subjects(&ask("act=log-request")), ["R-0"]);
        assert_eq!(subjects(&ask("record=request/R-1")), ["R-1"]);
        assert_eq!(subjects(&ask("client=C-1")).len(), 4);
        assert_eq!(subjects(&ask("client=none")), [""; 0]);
    }
}
