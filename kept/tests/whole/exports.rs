//! What is taken out of the desk, and what the audit says of it.

use kept_store::{params, statements};
use kept_testing::{Kept as _, on_both};

use crate::ask::Asker;
use crate::desk::Desk;

statements! {
    EXPORTED = "SELECT act, who, object_id, detail FROM audit WHERE act = $1";
}

/// The one entry of something that was taken out.
fn entry(desk: &Desk, act: &'static str) -> Option<(String, String, String, String)> {
    let found = desk
        .house
        .store
        .read(move |read| read.maybe(EXPORTED, &params![act]));
    found.kept()
}

on_both! {
    fn cases_are_taken_out_only_by_who_may_export_and_every_file_is_recorded(home) {
        let desk = Desk::with_history(home);
        let cases = "/adherence/SR/acknowledge/cases.csv?verdict=met&by=client&of=Value+1";
        let reader = desk.hire("quality-control");
        let asker = Asker::with_session(&desk, "reader", &desk.sign_in(&reader.email).1);
        assert_eq!(asker.get(&desk, cases).status, 404);
        assert!(!asker.get(&desk, "/adherence/SR/acknowledge").text.contains("cases.csv"));
        assert_eq!(entry(&desk, "CasesExported"), None);
        let figures = asker.get(&desk, "/adherence/figures.csv?by=team");
        assert_eq!(figures.status, 200);
        let (act, who, _, detail) = entry(&desk, "FiguresExported").unwrap();
        assert_eq!((act.as_str(), who), ("FiguresExported", format!("person {}", reader.person)));
        let rows = figures.text.lines().count() - 1;
        assert!(detail.contains(&format!("\"rows\":{rows}")) && detail.contains("?by=team"), "{detail}");

        let manager = desk.hire("management");
        let asker = Asker::with_session(&desk, "manager", &desk.sign_in(&manager.email).1);
        assert!(asker.get(&desk, "/adherence/SR/acknowledge").text.contains("cases.csv"));
        let file = asker.get(&desk, cases);
        assert_eq!(file.status, 200);
        let (act, who, object, detail) = entry(&desk, "CasesExported").unwrap();
        assert_eq!((act.as_str(), who), ("CasesExported", format!("person {}", manager.person)));
        assert_eq!(object, "SR/acknowledge");
        let rows = file.text.lines().count() - 1;
        assert!(detail.contains(&format!("\"rows\":{rows}")) && detail.contains("verdict=met"), "{detail}");
        assert!(!detail.contains("Value"), "no client stands in the audit: {detail}");
    }
}
