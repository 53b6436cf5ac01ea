//! Records within records: the id of the inner one opens nothing under another one's, however real it is.

use axum::http::StatusCode;
use kept_accounts::access::Action;
use kept_testing::on_both;

use crate::api::{bearing, token_of};
use crate::ask::Asker;
use crate::desk::Desk;
use crate::records::holes;
use crate::table::{Case, Table};

on_both! {
    fn what_belongs_to_one_record_is_missing_under_every_other(home) {
        let desk = Desk::new(home);
        let table = Table::read();
        let manager = desk.hire("management");
        let browser = Asker::with_session(&desk, "management", &desk.sign_in(&manager.email).1);
        let mut findings = Vec::new();
        let nested = table.route.iter().filter(|entry| entry.is.matches('{').count() == 2 && !entry.is.contains("{act}"));
        let nested: Vec<_> = nested.filter(|entry| !matches!(entry.record.as_deref(), None | Some("rule" | "case"))).collect();
        for entry in &nested {
            let made = || holes(&desk, entry.record.as_deref().unwrap(), Case::There, &manager);
            let (one, other) = (made(), made());
            let crossed = vec![one[0].clone(), other[1].clone()];
            let before = desk.audited();
            let path = entry.path(&crossed);
            let answer = match entry.method() {
                "GET" => browser.get(&desk, &path),
                method => browser.send(&desk, method, &path, (&entry.form, true)),
            };
            let done = desk.audited() - before;
            if answer.status != StatusCode::NOT_FOUND || done != 0 {
                findings.push(format!("{}: {} {}, {done} entries", entry.is, answer.status, answer.location()));
            }
        }
        for entry in table.api.iter().filter(|entry| entry.is.matches('{').count() == 2) {
            let made = || holes(&desk, entry.record.as_deref().unwrap(), Case::There, &manager);
            let (one, other) = (made(), made());
            let program = bearing(token_of(&desk, &manager, Action::named(&entry.scope).unwrap()));
            let path = entry.path(&[one[0].clone(), other[1].clone()]);
            let before = desk.audited();
            let answer = program.call(&desk, entry.method(), &path, &entry.json);
            let done = desk.audited() - before;
            if answer.status != StatusCode::NOT_FOUND || done != 0 {
                findings.push(format!("{}: {} {}, {done} entries", entry.is, answer.status, answer.text));
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
        assert_eq!(hers.get(&desk, &path).text, "x");
        assert_eq!(Asker::visitor(&desk).get(&desk, &path).status, StatusCode::SEE_OTHER);
        assert_eq!(browser(&desk.hire("employee")).get(&desk, &path).status, StatusCode::NOT_FOUND);
        assert_eq!(browser(&desk.hire("salesperson")).get(&desk, &path).status, StatusCode::NOT_FOUND);
        // It is asked again each time: whoever has left has it no more.
        crate::records::leave(&desk, &keeper);
        assert_ne!(hers.get(&desk, &path).status, StatusCode::OK);
    }
}
