//! Through the API. The desk holds each answer against the description.

use axum::http::StatusCode;
use kept_accounts::access::Action;
use kept_testing::on_both;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::desk::{Caller, DAY, Desk};

const ALL: &str = "/api/v1/announcements";
const BODY: &str = r#"{"title":"We move","text":"Words","audience":"company","must_confirm":true}"#;

fn helen(desk: &Desk) -> Caller<'_> {
    desk.program(
        Some("helen"),
        vec![Action::ReadAnnouncements, Action::PostAnnouncements],
    )
}

on_both! {
    fn every_route_is_described_and_none_that_is_not_there(home) {
        let desk = Desk::new(home);
        let mut described = Vec::new();
        let description = kept_api::document([kept_announcements::api_description()], "test");
        for (path, item) in description.value().get("paths").and_then(|paths| paths.as_object()).unwrap() {
            let methods = item.as_object().unwrap().keys();
            described.extend(methods.map(|method| format!("{} {path}", method.to_uppercase())));
        }
        let mut served: Vec<_> = desk.api().listed().iter().map(ToString::to_string).collect();
        described.sort();
        served.sort();
        assert_eq!(served, described);
    }

    fn an_announcement_is_posted_read_changed_confirmed_and_withdrawn(home) {
        let desk = Desk::new(home);
        let helen = helen(&desk);
        let posted = helen.ask("POST", ALL, &[], BODY);
        assert_eq!(posted.status, StatusCode::CREATED);
        let place = posted.header("location");
        assert_eq!(posted.header("etag"), "\"1\"");
        let read = helen.ask("GET", &place, &[], "");
        assert_eq!(read.json(), posted.json());
        let other = BODY.replace("We move", "We stay");
        assert_eq!(helen.ask("PUT", &place, &[], &other).status, StatusCode::PRECONDITION_REQUIRED);
        assert_eq!(helen.ask("PUT", &place, &[("if-match", "\"7\"")], &other).status, StatusCode::PRECONDITION_FAILED);
        assert_eq!(helen.ask("PUT", &place, &[("if-match", "*")], &other).status, StatusCode::PRECONDITION_FAILED);
        let changed = helen.ask("PUT", &place, &[("if-match", "\"1\"")], &other);
        assert_eq!((changed.status, changed.header("etag")), (StatusCode::OK, "\"2\"".to_owned()));
        let confirmed = helen.ask("POST", &format!("{place}/readings"), &[], r#"{"version":2}"#);
        assert!(confirmed.json().get("read_at").is_some_and(serde_json::Value::is_string));
        let stale = helen.ask("POST", &format!("{place}/readings"), &[], r#"{"version":1}"#);
        assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED);
        let withdrawn = helen.ask("POST", &format!("{place}/withdrawal"), &[], "");
        assert_eq!(withdrawn.json().get("state").and_then(|state| state.as_str()), Some("withdrawn"));
        assert_eq!(helen.ask("POST", &format!("{place}/withdrawal"), &[], "").status, StatusCode::CONFLICT);
        assert_eq!(helen.ask("DELETE", &place, &[], "").status, StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(helen.ask("GET", "/api/v1/nothing", &[], "").status, StatusCode::NOT_FOUND);
    }

    fn what_is_sent_twice_with_a_key_is_done_once(home) {
        let desk = Desk::new(home);
        let helen = helen(&desk);
        let send = |key: &str, body: &str| helen.ask("POST", ALL, &[("idempotency-key", key)], body);
        let (one, two) = (send("a", BODY), send("a", BODY));
        assert_eq!((one.status, &one.text, one.headers), (two.status, &two.text, two.headers));
        let other = BODY.replace("We move", "We stay");
        assert_eq!(send("a", &other).status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(send("b", &other).status, StatusCode::CREATED);
        assert_eq!(desk.program(Some("maya"), vec![Action::PostAnnouncements]).ask("POST", ALL, &[("idempotency-key", "a")],
            &BODY.replace("company", &format!("team:{}", desk.north))).status, StatusCode::CREATED, "her key is her own");
        assert_eq!(desk.events().len(), 3);
        desk.pass(DAY);
        assert_ne!(send("a", BODY).text, one.text, "after a day a key is forgotten");
    }

    fn a_refused_command_leaves_its_key_unused(home) {
        let desk = Desk::new(home);
        let helen = helen(&desk);
        let nowhere = BODY.replace("company", &format!("team:{}", desk.support));
        let send = |body: &str| helen.ask("POST", ALL, &[("idempotency-key", "a")], body).status;
        assert_eq!(send(&nowhere), StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(send(BODY), StatusCode::CREATED);
    }

    fn pages_of_a_list_follow_each_other(home) {
        let desk = Desk::new(home);
        let helen = helen(&desk);
        for number in 0..7 {
            helen.ask("POST", ALL, &[], &BODY.replace("We move", &format!("Number {number}")));
        }
        let (mut titles, mut after) = (Vec::new(), String::new());
        loop {
            let page = helen.ask("GET", &format!("{ALL}?limit=3{after}"), &[], "").json();
            let items = page.get("items").and_then(|items| items.as_array()).unwrap().clone();
            titles.extend(items.iter().map(|item| item.get("title").unwrap().as_str().unwrap().to_owned()));
            match page.get("next").and_then(|next| next.as_str()) {
                Some(next) => after = format!("&after={next}"),
                None => break,
            }
        }
        let expected: Vec<_> = (0..7).rev().map(|number| format!("Number {number}")).collect();
        assert_eq!(titles, expected);
    }

    fn a_token_reaches_what_its_scopes_and_its_person_both_grant(home) {
        let desk = Desk::new(home);
        let place = helen(&desk).ask("POST", ALL, &[], &BODY.replace("company", &format!("team:{}", desk.north))).header("location");
        let ask = |person: Option<&str>, action: Action, method: &str, path: &str, body: &str| {
            desk.program(person, vec![action]).ask(method, path, &[], body).status
        };
        assert_eq!(ask(Some("ben"), Action::ReadAnnouncements, "GET", &place, ""), StatusCode::OK);
        assert_eq!(ask(Some("dora"), Action::ReadAnnouncements, "GET", &place, ""), StatusCode::NOT_FOUND);
        assert_eq!(ask(Some("ben"), Action::PostAnnouncements, "POST", ALL, BODY), StatusCode::FORBIDDEN);
        assert_eq!(ask(Some("helen"), Action::ReadAnnouncements, "POST", ALL, BODY), StatusCode::FORBIDDEN);
        assert_eq!(ask(None, Action::PostAnnouncements, "POST", ALL, BODY), StatusCode::FORBIDDEN, "nobody is its author");
        assert_eq!(ask(None, Action::ReadAnnouncements, "GET", &place, ""), StatusCode::OK);
    }

    fn noise_is_refused_and_never_a_fault(home) {
        let desk = Desk::new(home);
        let helen = helen(&desk);
        let place = helen.ask("POST", ALL, &[], BODY).header("location");
        let methods = prop::sample::select(vec!["GET", "POST", "PUT"]);
        let paths = prop_oneof![
            Just(ALL.to_owned()), Just(place.clone()), Just(format!("{place}/readings")), Just(format!("{place}/withdrawal")),
            "[a-z0-9]{0,8}".prop_map(|end| format!("{ALL}/{end}")),
            "[a-zA-Z0-9_=&-]{0,12}".prop_map(|query| format!("{ALL}?after={query}")),
            "[a-z0-9=&-]{0,12}".prop_map(|query| format!("{ALL}?limit={query}")),
        ];
        let bodies = prop_oneof![
            Just(String::new()), Just(BODY.to_owned()), ".{0,40}", Just("[]".to_owned()), Just("{\"version\":4294967296}".to_owned()),
            ("[a-z_]{1,12}", ".{0,20}").prop_map(|(name, value)| serde_json::json!({ name: value }).to_string()),
            (".{0,30}", ".{0,30}", "[0-9-]{0,12}").prop_map(|(title, text, day)| serde_json::json!({
                "title": title, "text": text, "audience": "company", "from_on": day, "until_on": day, "clause": title,
            }).to_string()),
        ];
        let headers = prop::sample::select(vec![("if-match", "\"1\""), ("if-match", "W/\"x\""), ("idempotency-key", "k"), ("accept", "*/*")]);
        let mut runner = TestRunner::new(Config { cases: 150, failure_persistence: None, ..Config::default() });
        runner.run(&(methods, paths, bodies, headers), |(method, path, body, header)| {
            let answer = helen.ask(method, &path, &[header], &body);
            prop_assert!(!answer.status.is_server_error(), "{} {} {:?}: {}", method, path, body, answer.text);
            Ok(())
        }).unwrap();
    }
}
