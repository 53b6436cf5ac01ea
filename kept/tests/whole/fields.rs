//! What comes in besides what was asked for: fields that a form or a body does not have, and letters that mean something to a
//! database. Nothing of it is done, and nothing of it is a fault.

use axum::http::{StatusCode, header};
use kept_accounts::access::Action;
use kept_store::Dialect;
use kept_testing::{Home, on_both};

use crate::api::{bearing, token_of};
use crate::ask::Asker;
use crate::desk::{Desk, PASSWORD};
use crate::records::holes;
use crate::table::{Case, Kind, Table};

/// What nobody types, and what databases, searches and templates read as theirs.
const NASTY: [&str; 14] = [
    "%00",
    "a%00b",
    "%27",
    "%27%20OR%201%3D1--",
    "%22",
    "%22%20OR%20%22a%22%3A",
    "%2A",
    "NEAR%28a%2C%20b%29",
    "%5C",
    "%25",
    "_",
    "%7B%7B7*7%7D%7D",
    "%EF%BF%BF",
    "-",
];

/// Parameters of lists, searches and pages.
const NAMES: [&str; 14] = [
    "q", "after", "before", "id", "view", "state", "category", "priority", "channel", "tag",
    "client", "limit", "by", "show",
];

#[test]
fn a_form_with_a_field_that_it_does_not_have_is_refused_on_every_route_and_nothing_is_done() {
    let Some(home) = Home::new(Dialect::Sqlite, "extra_fields") else {
        return;
    };
    let desk = Desk::with_history(&home);
    let table = Table::read();
    crate::portal::open(&desk);
    let (mut findings, mut count) = (Vec::new(), 0);
    for entry in table
        .route
        .iter()
        .filter(|entry| entry.method() == "POST" && !entry.form.is_empty())
    {
        let roles = crate::desk::ROLES.iter();
        let role = roles
            .copied()
            .find(|role| table.lets(entry, Kind::Role(role)));
        let hired = desk.hire(role.unwrap_or("employee"));
        let asker = if entry.is_for_clients() {
            crate::portal::client(&desk)
        } else if entry.who == "anyone" {
            Asker::visitor(&desk)
        } else {
            Asker::with_session(&desk, "somebody who may", &desk.sign_in(&hired.email).1)
        };
        let record = entry.record.as_deref();
        let holes = record.map_or(Vec::new(), |record| {
            holes(&desk, record, Case::There, &hired)
        });
        let form = entry
            .form
            .replace("{n}", &desk.number().to_string())
            .replace("{id}", &desk.house.world.id().to_string())
            .replace("{password}", &PASSWORD.replace(' ', "+"));
        let before = desk.audited();
        let form = format!("{form}&is_administrator=1");
        let answer = asker.send(&desk, "POST", &entry.path(&holes), (&form, true));
        count += 1;
        let done = desk.audited() - before;
        // Some lead back to their page with a word of what is wrong; what leaves no entry is a cookie.
        let mut cookies = answer.headers.get_all(header::SET_COOKIE).iter();
        let is_set = cookies.any(|cookie| cookie.as_bytes().starts_with(b"__Host-kept-theme"));
        let led_back = answer.status == StatusCode::SEE_OTHER && !is_set;
        if !(answer.status.is_client_error() || led_back) || done != 0 {
            findings.push(format!(
                "{}: {} {}, {done} entries",
                entry.is,
                answer.status,
                answer.location()
            ));
        }
    }
    println!("{count} forms");
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

on_both! {
    fn a_body_with_a_field_that_it_does_not_have_is_refused_on_every_route_and_nothing_is_done(home) {
        let desk = Desk::new(home);
        let table = Table::read();
        let hired = desk.hire("management");
        let (mut findings, mut count) = (Vec::new(), 0);
        // A file is taken as it is, whatever stands in it.
        let takes_fields = |is: &str| !is.starts_with("GET ") && !is.ends_with("/files");
        for entry in table.api.iter().filter(|entry| takes_fields(&entry.is)) {
            let asker = bearing(token_of(&desk, &hired, Action::named(&entry.scope).unwrap()));
            let record = entry.record.as_deref();
            let holes = record.map_or(Vec::new(), |record| holes(&desk, record, Case::There, &hired));
            let json = entry
                .json
                .replace("{n}", &desk.number().to_string())
                .replace("{id}", &desk.house.world.id().to_string());
            let json = match json.strip_suffix('}').map(str::trim_end) {
                None | Some("{") => "{\"is_administrator\":true}".to_owned(),
                Some(begin) => format!("{begin},\"is_administrator\":true}}"),
            };
            for (what, json) in [("a field", &json), ("a letter", &json.replace("is_administrator", "\\u0000"))] {
                let before = desk.audited();
                let answer = asker.call(&desk, entry.method(), &entry.path(&holes), json);
                count += 1;
                let done = desk.audited() - before;
                if !matches!(answer.status.as_u16(), 400 | 422) || done != 0 {
                    findings.push(format!("{} {what}: {} {}, {done} entries", entry.is, answer.status, answer.text));
                }
            }
        }
        println!("{count} bodies");
        assert!(findings.is_empty(), "{}", findings.join("\n"));
    }

    fn no_letter_behind_a_question_mark_is_a_fault_or_changes_what_is_asked(home) {
        let desk = Desk::new(home);
        let table = Table::read();
        let hired = desk.hire("management");
        let browser = Asker::with_session(&desk, "management", &desk.sign_in(&hired.email).1);
        let mut findings = Vec::new();
        for nasty in NASTY {
            let query: Vec<_> = NAMES.iter().map(|name| format!("{name}={nasty}")).collect();
            let one_by_one = NAMES.iter().map(|name| format!("{name}={nasty}"));
            let queries: Vec<_> = one_by_one.chain([query.join("&")]).collect();
            for path in ["/search", "/requests", "/clients"] {
                for query in &queries {
                    faulty(&desk, &browser, &format!("{path}?{query}"), &mut findings);
                }
            }
            for entry in table.route.iter().filter(|entry| entry.method() == "GET" && entry.record.is_none()) {
                let path = entry.is.trim_start_matches("GET ");
                faulty(&desk, &browser, &format!("{path}?{}", query.join("&")), &mut findings);
            }
            for entry in table.api.iter().filter(|entry| entry.method() == "GET" && entry.record.is_none()) {
                let scope = Action::named(&entry.scope);
                let Some(scope) = scope else { continue };
                let program = bearing(token_of(&desk, &hired, scope));
                let path = entry.is.trim_start_matches("GET ");
                for query in &queries {
                    let answer = program.call(&desk, "GET", &format!("{path}?{query}"), "");
                    if answer.status.is_server_error() {
                        findings.push(format!("{path}?{query}: {}", answer.status));
                    }
                }
            }
        }
        assert!(findings.is_empty(), "{}", findings.join("\n"));
    }
}

fn faulty(desk: &Desk, asker: &Asker, path: &str, findings: &mut Vec<String>) {
    let answer = asker.get(desk, path);
    if answer.status.is_server_error() {
        findings.push(format!("{path}: {}", answer.status));
    }
}
