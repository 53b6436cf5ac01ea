//! Through the API. The desk holds each answer against the description.

use axum::http::StatusCode;
use kept_accounts::access::Action;
use kept_testing::on_both;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::desk::{Caller, Desk};

const ALL: &str = "/api/v1/requests";
const BODY: &str = r#"{"name":"Ruth","email":"ruth@brennan.example","subject":"Invoice 1182 is wrong","body":"Words","category":"billing","urgency":"high","impact":"medium"}"#;

fn maya(desk: &Desk) -> Caller<'_> {
    desk.program(
        Some("maya"),
        vec![Action::ReadRequests, Action::HandleRequests],
    )
}

on_both! {
    fn every_route_is_described_and_none_that_is_not_there(home) {
        let desk = Desk::new(home);
        let mut described = Vec::new();
        let description = kept_api::document([kept_requests::api_description()], "test");
        for (path, item) in description.value().get("paths").and_then(|paths| paths.as_object()).unwrap() {
            let methods = item.as_object().unwrap().keys();
            described.extend(methods.map(|method| format!("{} {path}", method.to_uppercase())));
        }
        let mut served: Vec<_> = desk.api().listed().iter().map(ToString::to_string).collect();
        described.sort();
        served.sort();
        assert_eq!(served, described);
    }

    fn a_program_takes_a_request_from_opening_to_closing(home) {
        let desk = Desk::new(home);
        let maya = maya(&desk);
        let opened = maya.ask("POST", ALL, &[], BODY);
        assert_eq!(opened.status, StatusCode::CREATED, "{}", opened.text);
        let place = opened.header("location");
        let id = opened.made();
        assert_eq!(opened.json().get("priority").and_then(|word| word.as_str()), Some("high"));
        assert_eq!(maya.ask("GET", &place, &[], "").json(), opened.json());
        let act = |act: &str, body: &str| {
            let answer = maya.ask("POST", &format!("{place}/{act}"), &[], body);
            assert_eq!(answer.status, StatusCode::OK, "{act}: {}", answer.text);
            answer
        };
        act("acknowledgement", r#"{"expected_at":"2026-02-02T12:00:00Z"}"#);
        act("priority", r#"{"category":"billing","urgency":"high","impact":"high"}"#);
        act("assignment", &format!(r#"{{"assignee":"{}"}}"#, desk.id("maya")));
        act("messages", r#"{"text":"We look into it."}"#);
        act("messages", r#"{"voice":"note","text":"Ask the accounts."}"#);
        act("waiting", r#"{"for":"client"}"#);
        act("messages", r#"{"voice":"client","text":"Here it is."}"#);
        act("steps", r#"{"act":"mark-request-as-complex"}"#);
        act("resolution", r#"{"resolution":"A new invoice.","notice":true}"#);
        let early = maya.ask("POST", &format!("{place}/closure"), &[], "{}");
        assert_eq!(early.status, StatusCode::CONFLICT);
        assert!(early.has("SR 4.6"), "{}", early.text);
        act("confirmation", "");
        let closed = act("closure", "{}");
        assert_eq!(closed.json().get("ending").and_then(|word| word.as_str()), Some("confirmed by the client"));
        act("reopening", "{}");
        let said = maya.ask("GET", &format!("{place}/messages"), &[], "").json();
        assert!(said.get("items").and_then(|items| items.as_array()).is_some_and(|items| items.len() > 8));
        for rule in ["acknowledge", "prioritise", "assign"] {
            assert_eq!(desk.verdict(&id, rule), "met", "{rule}: {:?}", desk.duties(&id));
        }
    }

    fn what_hangs_on_a_request_is_put_there_and_taken_off(home) {
        let desk = Desk::new(home);
        let maya = maya(&desk);
        let place = maya.ask("POST", ALL, &[], BODY).header("location");
        let act = |act: &str, body: &str, status: StatusCode| {
            let answer = maya.ask("POST", &format!("{place}/{act}"), &[], body);
            assert_eq!(answer.status, status, "{act}: {}", answer.text);
            answer
        };
        assert!(act("tags", r#"{"tag":"Invoice"}"#, StatusCode::OK).has(r#""tags":["invoice"]"#));
        assert!(act("tags/removal", r#"{"tag":"Invoice"}"#, StatusCode::OK).has(r#""tags":[]"#));
        act("tags", r#"{"tag":"a,b"}"#, StatusCode::UNPROCESSABLE_ENTITY);
        let task = act("tasks", r#"{"title":"Ask the warehouse","due_on":"2026-02-03"}"#, StatusCode::CREATED).json();
        let task = task["id"].as_str().unwrap().to_owned();
        act(&format!("tasks/{task}/completion"), r#"{"done":true}"#, StatusCode::OK);
        act("tasks/nonsense/completion", r#"{"done":true}"#, StatusCode::NOT_FOUND);
        let tasks = maya.ask("GET", &format!("{place}/tasks"), &[], "").json();
        assert!(tasks["items"][0]["done_at"].is_string(), "{tasks}");
        let split = act("splitting", r#"{"subject":"The old scales","messages":[1]}"#, StatusCode::CREATED);
        let (other, number) = (split.made(), split.json()["number"].as_str().unwrap().to_owned());
        act("links", &format!(r#"{{"kind":"follow-up","other":"{other}"}}"#), StatusCode::OK);
        let links = maya.ask("GET", &format!("{place}/links"), &[], "");
        assert!(links.has("follow-up of") && links.has(&number), "{}", links.text);
        act(&format!("links/{other}/removal"), "", StatusCode::OK);
        act(&format!("links/{other}/removal"), "", StatusCode::NOT_FOUND);
        act("snooze", r#"{"until":"2026-02-09T09:00:00Z"}"#, StatusCode::OK);
        assert!(maya.ask("GET", &format!("{ALL}?view=snoozed"), &[], "").has("Invoice 1182"));
        act("snooze", r#"{"until":"2020-02-09T09:00:00Z"}"#, StatusCode::UNPROCESSABLE_ENTITY);
        act("snooze", r#"{"until":null}"#, StatusCode::OK);
        let team = format!(r#"{{"team":"{}","assignee":"{}","reason":"They know it"}}"#, desk.north, desk.id("maya"));
        let sent = act("rerouting", &team, StatusCode::OK).json();
        assert_eq!((&sent["team"], &sent["assignee"]), (&desk.north.to_string().into(), &desk.id("maya").to_string().into()));
        assert!(act("rerouting", r#"{"department":"moon","reason":"So"}"#, StatusCode::UNPROCESSABLE_ENTITY).has("technical support"));
        let merged = act("merging", &format!(r#"{{"other":"{number}"}}"#), StatusCode::OK).json();
        assert_eq!(merged["merged_into"], other.as_str());
    }

    fn files_come_as_they_are_or_in_a_form_and_go_out_as_bytes(home) {
        let desk = Desk::new(home);
        let maya = maya(&desk);
        let files = format!("{}/files", maya.ask("POST", ALL, &[], BODY).header("location"));
        let one = maya.ask("POST", &format!("{files}?name=a.txt"), &[("idempotency-key", "k")], "\"words\"");
        assert_eq!(one.status, StatusCode::CREATED, "{}", one.text);
        assert_eq!(maya.ask("POST", &format!("{files}?name=a.txt"), &[("idempotency-key", "k")], "\"words\"").text, one.text);
        assert_eq!(maya.ask("POST", &files, &[], "\"words\"").status, StatusCode::BAD_REQUEST, "without a name");
        assert_eq!(maya.ask("POST", &format!("{files}?name=a.txt"), &[], "").status, StatusCode::UNPROCESSABLE_ENTITY);
        let list = maya.ask("GET", &files, &[], "").json();
        assert_eq!((list["items"].as_array().unwrap().len(), &list["items"][0]["size"]), (1, &7.into()));
        let bytes = maya.ask("GET", &one.header("location"), &[], "");
        assert_eq!((bytes.text.as_str(), bytes.header("content-type")), ("\"words\"", "application/octet-stream".to_owned()));
    }

    fn a_list_is_narrowed_by_words_and_says_what_can_be_sent(home) {
        let desk = Desk::new(home);
        let maya = maya(&desk);
        maya.ask("POST", ALL, &[], BODY);
        maya.ask("POST", ALL, &[], &BODY.replace("Invoice 1182 is wrong", "A pump leaks"));
        let subjects = |query: &str| {
            let page = maya.ask("GET", &format!("{ALL}?{query}"), &[], "");
            assert_eq!(page.status, StatusCode::OK, "{}", page.text);
            let items = page.json()["items"].as_array().unwrap().clone();
            items.iter().map(|item| item["subject"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(subjects("q=pump"), ["A pump leaks"]);
        assert_eq!(subjects("q=pump&state=closed"), [""; 0]);
        assert_eq!(subjects("q=words&limit=1"), ["A pump leaks"]);
        assert_eq!(subjects("state=New&priority=HIGH").len(), 2);
        for (query, listed) in [("state=bogus", "waiting for the client"), ("priority=bogus", "urgent"), ("limit=0", "1 to 50"), ("client=x", "client")] {
            let refused = maya.ask("GET", &format!("{ALL}?{query}"), &[], "");
            assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{query}");
            assert!(refused.has(listed), "{query}: {}", refused.text);
        }
    }

    fn a_channel_is_known_in_capitals_or_not_and_another_is_told_which_there_are(home) {
        let desk = Desk::new(home);
        let maya = maya(&desk);
        let send = |channel: &str| maya.ask("POST", ALL, &[], &BODY.replacen('{', &format!(r#"{{"channel":"{channel}","#), 1));
        assert_eq!(send("api").json()["channel"], "API");
        assert_eq!(send("Phone").json()["channel"], "phone");
        let refused = send("pigeon");
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.has("web form"), "{}", refused.text);
    }

    fn macros_and_kept_views_are_listed(home) {
        let desk = Desk::new(home);
        let maya = maya(&desk);
        assert_eq!(maya.ask("GET", "/api/v1/macros", &[], "").status, StatusCode::OK);
        let browser = desk.browser("maya");
        browser.post("/requests", "/requests/views", &[("name", "Bills"), ("query", "category=billing&board=1")]);
        let views = maya.ask("GET", "/api/v1/views", &[], "").json();
        assert_eq!(views["items"][0]["query"], "view=open&category=billing", "{views}");
    }

    fn an_act_on_another_revision_is_refused(home) {
        let desk = Desk::new(home);
        let maya = maya(&desk);
        let opened = maya.ask("POST", ALL, &[], BODY);
        let place = opened.header("location");
        let notes = format!("{place}/priority");
        let body = r#"{"category":"billing","urgency":"low","impact":"low"}"#;
        assert_eq!(maya.ask("POST", &notes, &[("if-match", "\"77\"")], body).status, StatusCode::PRECONDITION_FAILED);
        let etag = opened.header("etag");
        let nowhere = format!("{ALL}/{}/priority", desk.world.id());
        assert_eq!(maya.ask("POST", &nowhere, &[("if-match", "nonsense")], body).status, StatusCode::NOT_FOUND, "before its revision");
        assert_eq!(maya.ask("POST", &notes, &[("if-match", &etag)], body).status, StatusCode::OK);
        assert_eq!(maya.ask("POST", &notes, &[("if-match", &etag)], body).status, StatusCode::PRECONDITION_FAILED);
    }

    fn a_program_puts_right_what_a_request_was_filed_as(home) {
        let desk = Desk::new(home);
        let maya = maya(&desk);
        let opened = maya.ask("POST", ALL, &[], BODY);
        let (place, etag) = (opened.header("location"), opened.header("etag"));
        let elsewhere = BODY.replace("ruth@brennan.example", "li@elsewhere.example").replace("Ruth", "Li Wei");
        let other = maya.ask("POST", ALL, &[], &elsewhere).json();
        let correct = |headers: &[(&str, &str)], body: &str| maya.ask("PATCH", &place, headers, body);
        assert_eq!(correct(&[("if-match", "\"77\"")], r#"{"subject":"Mine"}"#).status, StatusCode::PRECONDITION_FAILED);
        let same = correct(&[], "{}");
        assert_eq!((same.status, same.header("etag")), (StatusCode::OK, etag.clone()), "nothing is put right");
        let once = [("if-match", etag.as_str()), ("idempotency-key", "k")];
        let right = correct(&once, r#"{"subject":"Invoice 1183 is wrong"}"#);
        assert_eq!(right.status, StatusCode::OK, "{}", right.text);
        assert_eq!(right.json()["subject"], "Invoice 1183 is wrong");
        assert_eq!(correct(&once, r#"{"subject":"Invoice 1183 is wrong"}"#).text, right.text);
        let refused = correct(&[], r#"{"subject":" "}"#);
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);
        let away = r#"{"asked_by":"li@elsewhere.example"}"#;
        assert_eq!(correct(&[], away).status, StatusCode::CONFLICT, "it is another client's");
        let moved = correct(&[], &away.replace('}', r#","moves":true}"#)).json();
        assert_eq!((&moved["client"], &moved["subject"]), (&other["client"], &right.json()["subject"]));
    }

    fn what_is_sent_twice_with_a_key_is_done_once(home) {
        let desk = Desk::new(home);
        let maya = maya(&desk);
        let send = || maya.ask("POST", ALL, &[("idempotency-key", "a")], BODY);
        let (one, two) = (send(), send());
        assert_eq!((one.status, &one.text), (two.status, &two.text));
        let told = desk.events();
        assert_eq!(told.iter().filter(|act| *act == "receive-request").count(), 1);
    }

    fn pages_of_a_list_follow_each_other(home) {
        let desk = Desk::new(home);
        let maya = maya(&desk);
        for number in 0..7 {
            maya.ask("POST", ALL, &[], &BODY.replace("Invoice 1182 is wrong", &format!("Number {number}")));
        }
        for view in ["all", "open"] {
            let (mut subjects, mut after) = (Vec::new(), String::new());
            loop {
                let page = maya.ask("GET", &format!("{ALL}?view={view}&limit=3{after}"), &[], "").json();
                let items = page.get("items").and_then(|items| items.as_array()).unwrap().clone();
                subjects.extend(items.iter().map(|item| item.get("subject").unwrap().as_str().unwrap().to_owned()));
                match page.get("next").and_then(|next| next.as_str()) {
                    Some(next) => after = format!("&after={next}"),
                    None => break,
                }
            }
            subjects.sort();
            let expected: Vec<_> = (0..7).map(|number| format!("Number {number}")).collect();
            assert_eq!(subjects, expected, "{view}");
        }
    }

    fn a_token_reaches_what_its_scopes_and_its_person_both_grant(home) {
        let desk = Desk::new(home);
        let place = maya(&desk).ask("POST", ALL, &[], BODY).header("location");
        let ask = |person: Option<&str>, action: Action, method: &str, path: &str, body: &str| {
            desk.program(person, vec![action]).ask(method, path, &[], body).status
        };
        assert_eq!(ask(Some("helen"), Action::ReadRequests, "GET", &place, ""), StatusCode::OK);
        assert_eq!(ask(Some("dora"), Action::ReadRequests, "GET", &place, ""), StatusCode::NOT_FOUND);
        assert_eq!(ask(Some("helen"), Action::HandleRequests, "POST", ALL, BODY), StatusCode::FORBIDDEN);
        assert_eq!(ask(Some("maya"), Action::ReadRequests, "POST", ALL, BODY), StatusCode::FORBIDDEN);
        assert_eq!(ask(None, Action::HandleRequests, "POST", ALL, BODY), StatusCode::CREATED, "a program of the company's own");
    }

    fn noise_is_refused_and_never_a_fault(home) {
        let desk = Desk::new(home);
        let maya = maya(&desk);
        let place = maya.ask("POST", ALL, &[], BODY).header("location");
        let acts = prop::sample::select(vec![
            "messages", "acknowledgement", "priority", "assignment", "waiting", "steps", "resolution", "confirmation", "closure", "reopening",
        ]);
        let methods = prop::sample::select(vec!["GET", "POST", "PUT"]);
        let paths = prop_oneof![
            Just(ALL.to_owned()), Just(place.clone()),
            acts.prop_map(move |act| format!("{place}/{act}")),
            "[a-z0-9]{0,8}".prop_map(|end| format!("{ALL}/{end}")),
            "[a-zA-Z0-9_=&-]{0,12}".prop_map(|query| format!("{ALL}?after={query}")),
            "[a-z0-9=&-]{0,12}".prop_map(|query| format!("{ALL}?limit={query}")),
        ];
        let bodies = prop_oneof![
            Just(String::new()), Just(BODY.to_owned()), ".{0,40}", Just("[]".to_owned()), Just("{}".to_owned()),
            ("[a-z_]{1,12}", ".{0,20}").prop_map(|(name, value)| serde_json::json!({ name: value }).to_string()),
            (".{0,30}", ".{0,30}", "[0-9-]{0,12}").prop_map(|(subject, text, day)| serde_json::json!({
                "subject": subject, "body": text, "email": text, "contacted_at": day,
            }).to_string()),
            ".{0,30}".prop_map(|text| serde_json::json!({ "text": text }).to_string()),
            ".{0,30}".prop_map(|text| serde_json::json!({ "resolution": text }).to_string()),
        ];
        let headers = prop::sample::select(vec![("if-match", "\"1\""), ("if-match", "W/\"x\""), ("idempotency-key", "k"), ("accept", "*/*")]);
        let mut runner = TestRunner::new(Config { cases: 150, failure_persistence: None, ..Config::default() });
        runner.run(&(methods, paths, bodies, headers), |(method, path, body, header)| {
            let answer = maya.ask(method, &path, &[header], &body);
            prop_assert!(!answer.status.is_server_error(), "{} {} {:?}: {}", method, path, body, answer.text);
            Ok(())
        }).unwrap();
    }
}
