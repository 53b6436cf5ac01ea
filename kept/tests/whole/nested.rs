//! Records within records: the id of the inner one opens nothing under another one's, however real it is.

use axum::http::StatusCode;
use kept_accounts::access::Action;
use kept_testing::on_both;

use crate::api::bearing;
use crate::ask::Asker;
use crate::desk::{Desk, ROLES};
use crate::records::holes;
use crate::table::{Case, Kind, Table};

on_both! {
    fn what_belongs_to_one_record_is_missing_under_every_other(home) {
        let desk = Desk::new(home);
        let table = Table::read();
        let mut findings = Vec::new();
        let nested = table.route.iter().filter(|entry| entry.is.matches('{').count() == 2 && !entry.is.contains("{act}"));
        // People and fields are the company's, and belong to no client.
        let nested = nested.filter(|entry| !entry.is.contains("{person}") && !entry.is.contains("{field}"));
        let nested: Vec<_> = nested.filter(|entry| !matches!(entry.record.as_deref(), None | Some("rule" | "case"))).collect();
        for entry in &nested {
            let role = ROLES.into_iter().find(|role| table.lets(entry, Kind::Role(role))).unwrap_or("employee");
            let hired = desk.hire(role);
            let browser = if entry.is_for_clients() {
                crate::portal::client(&desk)
            } else {
                Asker::with_session(&desk, role, &desk.sign_in(&hired.email).1)
            };
            let ask = |holes: &[String]| {
                let form = entry.form.replace("{n}", &desk.number().to_string());
                match entry.method() {
                    "GET" => browser.get(&desk, &entry.path(holes)),
                    method => browser.send(&desk, method, &entry.path(holes), (&form, true)),
                }
            };
            let made = || holes(&desk, entry.record.as_deref().unwrap(), Case::There, &hired);
            let (one, other) = (made(), made());
            let before = desk.audited();
            let answer = ask(&[one[0].clone(), other[1].clone()]);
            let done = desk.audited() - before;
            if answer.status.as_u16() != entry.missing.unwrap_or(404) || done != 0 {
                findings.push(format!("{}: {} {}, {done} entries", entry.is, answer.status, answer.location()));
            }
            // The same person gets it where it belongs.
            if ask(&made()).status == StatusCode::NOT_FOUND {
                findings.push(format!("{}: not there for {role} at all", entry.is));
            }
        }
        let nested_api = table.api.iter().filter(|entry| entry.is.matches('{').count() == 2);
        for entry in nested_api.filter(|entry| !entry.is.contains("{person}") && !entry.is.contains("{field}")) {
            let hired = desk.hire("employee");
            let made = || holes(&desk, entry.record.as_deref().unwrap(), Case::There, &hired);
            let (one, other) = (made(), made());
            let action = Action::named(&entry.scope).unwrap();
            let program = bearing(desk.site.accounts.create_token("Program", vec![action], None).unwrap().1);
            let ask = |holes: &[String]| program.call(&desk, entry.method(), &entry.path(holes), &entry.json);
            let before = desk.audited();
            let answer = ask(&[one[0].clone(), other[1].clone()]);
            let done = desk.audited() - before;
            if answer.status != StatusCode::NOT_FOUND || done != 0 {
                findings.push(format!("{}: {} {}, {done} entries", entry.is, answer.status, answer.text));
            }
            if ask(&made()).status == StatusCode::NOT_FOUND {
                findings.push(format!("{}: not there at all", entry.is));
            }
        }
        println!("{} nested routes", nested.len());
        assert!(nested.len() > 8);
        assert!(findings.is_empty(), "{}", findings.join("\n"));
    }

    fn a_file_is_handed_out_only_to_whoever_reaches_its_request_each_time(home) {
        let desk = Desk::new(home);
        let keeper = desk.hire("client-service-representative");
        let browser = |hired: &crate::desk::Hired| Asker::with_session(&desk, "somebody", &desk.sign_in(&hired.email).1);
        let file = holes(&desk, "request-file", Case::There, &keeper);
        let path = format!("/requests/{}/files/{}", file[0], file[1]);
        let hers = browser(&keeper);
        assert_eq!(hers.get(&desk, &path).text, "GIF89a");
        assert_eq!(Asker::visitor(&desk).get(&desk, &path).status, StatusCode::SEE_OTHER);
        assert_eq!(browser(&desk.hire("employee")).get(&desk, &path).status, StatusCode::NOT_FOUND);
        assert_eq!(browser(&desk.hire("salesperson")).get(&desk, &path).status, StatusCode::NOT_FOUND);
        // It is asked again each time: whoever has left has it no more.
        crate::records::leave(&desk, &keeper);
        assert_ne!(hers.get(&desk, &path).status, StatusCode::OK);
    }
}
