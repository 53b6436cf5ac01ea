//! Through the API. The desk holds each answer against the description.

use axum::http::StatusCode;
use kept_accounts::access::Action;
use kept_testing::on_both;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::desk::{Caller, DAY, Desk};

const ALL: &str = "/api/v1/clients";
const BODY: &str = r#"{"name":"Aalto Dairy","channel":"email","rhythm_days":"30"}"#;
const PERSON: &str = r#"{"name":"Sanna Virta","email":"sanna@aalto.example"}"#;

fn rita(desk: &Desk) -> Caller<'_> {
    desk.program(Some("rita"), vec![Action::ReadClients, Action::EditClients])
}

on_both! {
    fn every_route_is_described_and_none_that_is_not_there(home) {
        let desk = Desk::new(home);
        let mut described = Vec::new();
        let description = kept_api::document([kept_clients::api_description()], "test");
        for (path, item) in description.value().get("paths").and_then(|paths| paths.as_object()).unwrap() {
            let methods = item.as_object().unwrap().keys();
            described.extend(methods.map(|method| format!("{} {path}", method.to_uppercase())));
        }
        let mut served: Vec<_> = desk.api().listed().iter().map(ToString::to_string).collect();
        described.sort();
        served.sort();
        assert_eq!(served, described);
    }

    fn a_client_and_its_people_are_added_read_and_changed(home) {
        let desk = Desk::new(home);
        let rita = rita(&desk);
        let added = rita.ask("POST", ALL, &[], BODY);
        assert_eq!(added.status, StatusCode::CREATED, "{}", added.text);
        let place = added.header("location");
        let read = rita.ask("GET", &place, &[], "");
        assert_eq!((read.json(), read.header("etag")), (added.json(), "\"1\"".to_owned()));
        assert_eq!(rita.ask("PATCH", &place, &[], r#"{"name":"Aalto"}"#).status, StatusCode::PRECONDITION_REQUIRED);
        assert_eq!(rita.ask("PATCH", &place, &[("if-match", "\"7\"")], r#"{"name":"Aalto"}"#).status, StatusCode::PRECONDITION_FAILED);
        let changed = rita.ask("PATCH", &place, &[("if-match", "\"1\"")], r#"{"name":"Aalto","rhythm_days":""}"#);
        assert_eq!((changed.status, changed.header("etag")), (StatusCode::OK, "\"2\"".to_owned()), "{}", changed.text);
        let field = |name: &str| changed.json().get(name).cloned().unwrap();
        assert_eq!((field("name"), field("channel"), field("rhythm_days")), ("Aalto".into(), "email".into(), serde_json::Value::Null));
        let people = format!("{place}/contacts");
        let contact = rita.ask("POST", &people, &[], PERSON);
        assert_eq!(contact.status, StatusCode::CREATED, "{}", contact.text);
        let id = contact.json().get("id").unwrap().as_str().unwrap().to_owned();
        assert!(rita.ask("GET", &people, &[], "").has(&id));
        assert!(rita.ask("GET", &format!("{ALL}?email=sanna%40aalto.example"), &[], "").has("Aalto"));
        assert!(rita.ask("GET", &format!("{ALL}?q=sann"), &[], "").has("Aalto"));
        let one = format!("{people}/{id}");
        assert_eq!(rita.ask("PATCH", &one, &[("if-match", "\"1\"")], r#"{"position":"Quality"}"#).status, StatusCode::OK);
        let phones = r#"{"phones":[{"kind":"mobile","phone":"+358 40 123 4567"},{"phone":"03 765 4321"}]}"#;
        let reached = rita.ask("PATCH", &one, &[("if-match", "\"2\"")], phones).json();
        assert_eq!(reached["phones"], serde_json::json!([{"kind":"mobile","phone":"+358 40 123 4567"},{"kind":"","phone":"03 765 4321"}]), "{reached}");
        let kept = rita.ask("PATCH", &one, &[("if-match", "\"3\"")], r#"{"style":"Short"}"#).json();
        assert_eq!(kept["phones"], reached["phones"], "what is left out stays");
        let wrong = r#"{"phones":[{"kind":"line 2","phone":"03 765 4321"}]}"#;
        assert_eq!(rita.ask("PATCH", &one, &[("if-match", "\"4\"")], wrong).status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(rita.ask("POST", &format!("{one}/removal"), &[], "").status, StatusCode::OK);
        assert!(!rita.ask("GET", &people, &[], "").has(&id));
        assert_eq!(rita.ask("POST", &format!("{one}/removal"), &[], "").status, StatusCode::NOT_FOUND);
    }

    fn what_belongs_to_a_client_is_read_and_changed(home) {
        let desk = Desk::new(home);
        let rita = rita(&desk);
        let place = rita.ask("POST", ALL, &[], BODY).header("location");
        let act = |act: &str, body: &str, status: StatusCode| {
            let answer = rita.ask("POST", &format!("{place}/{act}"), &[], body);
            assert_eq!(answer.status, status, "{act}: {}", answer.text);
            answer.json()
        };
        let list = |path: &str| rita.ask("GET", &format!("{place}/{path}"), &[], "").json()["items"].clone();
        assert_eq!(act("revenue", r#"{"kind":"sale","on_day":"2026-01-10","amount":"1200.50"}"#, StatusCode::OK)["revenue"], "1200.50");
        let revenue = list("revenue")[0]["id"].as_str().unwrap().to_owned();
        act(&format!("revenue/{revenue}/removal"), "", StatusCode::OK);
        let refused = act("tier", r#"{"tier":"Purple","reason":"They bring three plants","until_on":"2026-06-30"}"#, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.to_string().contains("Gold"), "{refused}");
        let set = act("tier", r#"{"tier":"Gold","reason":"They bring three plants","until_on":"2026-06-30"}"#, StatusCode::OK);
        assert_eq!((&set["tier"], &set["tier_because"]), (&"Gold".into(), &"by hand".into()));
        act("tier/removal", "", StatusCode::OK);
        let note = act("notes", r#"{"text":"They move in June"}"#, StatusCode::CREATED)["id"].as_str().unwrap().to_owned();
        act("notes", r#"{"text":"And again"}"#, StatusCode::CREATED);
        act(&format!("notes/{note}/pinning"), r#"{"pinned":true}"#, StatusCode::OK);
        assert_eq!(list("notes")[0]["id"], note.as_str());
        act(&format!("notes/{note}/removal"), "", StatusCode::OK);
        assert_eq!(list("notes").as_array().unwrap().len(), 1);
        let max = desk.id("max").to_string();
        act("team", &format!(r#"{{"person":"{max}","part":"Technical"}}"#), StatusCode::OK);
        assert!(list("team").to_string().contains("Technical"));
        act(&format!("team/{max}/removal"), "", StatusCode::OK);
        assert_eq!(rita.ask("GET", "/api/v1/client-fields", &[], "").status, StatusCode::OK);
        assert_eq!(list("fields"), serde_json::json!([]));
    }

    fn two_that_look_alike_are_listed_merged_and_parted(home) {
        let desk = Desk::new(home);
        let rita = rita(&desk);
        let (one, other) = (rita.ask("POST", ALL, &[], BODY), rita.ask("POST", ALL, &[], BODY));
        let pairs = rita.ask("GET", "/api/v1/duplicates", &[], "").json();
        assert_eq!(pairs["items"][0]["because"], "name", "{pairs}");
        let merges = format!("{}/merges", one.header("location"));
        let merged = rita.ask("POST", &merges, &[], &format!(r#"{{"other":"{}"}}"#, other.made()));
        assert_eq!(merged.status, StatusCode::CREATED, "{}", merged.text);
        assert_eq!(rita.ask("GET", &other.header("location"), &[], "").json()["id"], one.made().as_str());
        let merge = merged.json()["items"][0]["id"].as_str().unwrap().to_owned();
        let parted = rita.ask("POST", &format!("/api/v1/merges/{merge}/undoing"), &[], "");
        assert_eq!(parted.json()["id"], other.made().as_str(), "{}", parted.text);
        let apart = format!("{}/apart", one.header("location"));
        assert_eq!(rita.ask("POST", &apart, &[], &format!(r#"{{"other":"{}"}}"#, other.made())).status, StatusCode::OK);
        assert_eq!(rita.ask("GET", "/api/v1/duplicates", &[], "").json()["items"], serde_json::json!([]));
    }

    fn a_filter_that_cannot_be_says_what_can(home) {
        let desk = Desk::new(home);
        let rita = rita(&desk);
        for (query, listed) in [("tier=Purple", "Gold"), ("limit=0", "1 to 50")] {
            let refused = rita.ask("GET", &format!("{ALL}?{query}"), &[], "");
            assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{query}");
            assert!(refused.has(listed), "{query}: {}", refused.text);
        }
        let added = rita.ask("POST", ALL, &[], r#"{"name":"Aalto","rhythm_days":14}"#);
        assert_eq!(added.json()["rhythm_days"], 14, "{}", added.text);
        let nowhere = format!("{ALL}/{}", desk.world.id());
        assert_eq!(rita.ask("PATCH", &nowhere, &[], r#"{"name":"x"}"#).status, StatusCode::NOT_FOUND, "before its revision");
        assert_eq!(rita.ask("PATCH", &nowhere, &[("if-match", "x")], r#"{"name":"x"}"#).status, StatusCode::NOT_FOUND);
    }

    fn what_is_wrong_stands_at_its_field(home) {
        let desk = Desk::new(home);
        let refused = rita(&desk).ask("POST", ALL, &[], r#"{"name":"","zone":"Mars"}"#);
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.has("\"name\"") && refused.has("\"zone\""), "{}", refused.text);
        assert_eq!(rita(&desk).ask("POST", ALL, &[], r#"{"nme":"x"}"#).status, StatusCode::UNPROCESSABLE_ENTITY);
    }

    fn what_is_sent_twice_with_a_key_is_done_once(home) {
        let desk = Desk::new(home);
        let rita = rita(&desk);
        let send = |key: &str, body: &str| rita.ask("POST", ALL, &[("idempotency-key", key)], body);
        let (one, two) = (send("a", BODY), send("a", BODY));
        assert_eq!((one.status, &one.text, one.headers), (two.status, &two.text, two.headers));
        assert_eq!(send("a", PERSON).status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(desk.events().len(), 1);
        desk.pass(DAY);
        assert_ne!(send("a", BODY).text, one.text, "after a day a key is forgotten");
    }

    fn pages_of_a_list_follow_each_other(home) {
        let desk = Desk::new(home);
        let rita = rita(&desk);
        for number in 0..7 {
            rita.ask("POST", ALL, &[], &BODY.replace("Aalto Dairy", &format!("Number {number}")));
        }
        let (mut names, mut after) = (Vec::new(), String::new());
        loop {
            let page = rita.ask("GET", &format!("{ALL}?limit=3{after}"), &[], "").json();
            let items = page.get("items").and_then(|items| items.as_array()).unwrap().clone();
            names.extend(items.iter().map(|item| item.get("name").unwrap().as_str().unwrap().to_owned()));
            match page.get("next").and_then(|next| next.as_str()) {
                Some(next) => after = format!("&after={next}"),
                None => break,
            }
        }
        let expected: Vec<_> = (0..7).map(|number| format!("Number {number}")).collect();
        assert_eq!(names, expected);
    }

    fn a_token_reaches_what_its_scopes_and_its_person_both_grant(home) {
        let desk = Desk::new(home);
        let place = rita(&desk).ask("POST", ALL, &[], BODY).header("location");
        let ask = |person: Option<&str>, action: Action, method: &str, path: &str, body: &str| {
            desk.program(person, vec![action]).ask(method, path, &[], body).status
        };
        assert_eq!(ask(Some("helen"), Action::ReadClients, "GET", &place, ""), StatusCode::OK);
        assert_eq!(ask(Some("max"), Action::ReadClients, "GET", &place, ""), StatusCode::NOT_FOUND);
        assert_eq!(ask(Some("helen"), Action::EditClients, "POST", ALL, BODY), StatusCode::FORBIDDEN);
        assert_eq!(ask(Some("rita"), Action::ReadClients, "POST", ALL, BODY), StatusCode::FORBIDDEN);
        assert_eq!(ask(None, Action::EditClients, "POST", ALL, BODY), StatusCode::CREATED);
        assert_eq!(ask(None, Action::ReadClients, "GET", &place, ""), StatusCode::OK);
    }

    fn noise_is_refused_and_never_a_fault(home) {
        let desk = Desk::new(home);
        let rita = rita(&desk);
        let place = rita.ask("POST", ALL, &[], BODY).header("location");
        let methods = prop::sample::select(vec!["GET", "POST", "PATCH"]);
        let paths = prop_oneof![
            Just(ALL.to_owned()), Just(place.clone()), Just(format!("{place}/contacts")),
            "[a-z0-9]{0,8}".prop_map(|end| format!("{ALL}/{end}")),
            "[a-z0-9]{0,8}".prop_map(move |end| format!("{place}/contacts/{end}")),
            "[a-zA-Z0-9_=&-]{0,12}".prop_map(|query| format!("{ALL}?after={query}")),
            "[a-z0-9=&%-]{0,12}".prop_map(|query| format!("{ALL}?q={query}")),
        ];
        let bodies = prop_oneof![
            Just(String::new()), Just(BODY.to_owned()), Just(PERSON.to_owned()), ".{0,40}", Just("[]".to_owned()),
            ("[a-z_]{1,12}", ".{0,20}").prop_map(|(name, value)| serde_json::json!({ name: value }).to_string()),
            (".{0,30}", ".{0,30}", "[0-9-]{0,12}").prop_map(|(name, text, number)| serde_json::json!({
                "name": name, "alert": text, "rhythm_days": number, "website": text, "phone": number, "owner": text,
            }).to_string()),
        ];
        let headers = prop::sample::select(vec![("if-match", "\"1\""), ("if-match", "W/\"x\""), ("idempotency-key", "k"), ("accept", "*/*")]);
        let mut runner = TestRunner::new(Config { cases: 150, failure_persistence: None, ..Config::default() });
        runner.run(&(methods, paths, bodies, headers), |(method, path, body, header)| {
            if path.parse::<axum::http::Uri>().is_err() {
                return Ok(());
            }
            let answer = rita.ask(method, &path, &[header], &body);
            prop_assert!(!answer.status.is_server_error(), "{} {} {:?}: {}", method, path, body, answer.text);
            Ok(())
        }).unwrap();
    }
}
