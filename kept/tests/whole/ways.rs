//! Ways from room to room: a link that is shown leads somewhere.

use kept_store::Dialect;
use kept_testing::Home;

use crate::ask::Asker;
use crate::desk::Desk;

#[test]
fn a_clause_leads_to_its_figures_once_there_are_any() {
    let (Some(empty), Some(full)) = (
        Home::new(Dialect::Sqlite, "ways_empty"),
        Home::new(Dialect::Sqlite, "ways_full"),
    ) else {
        return;
    };
    for (desk, judged) in [
        (Desk::new(&empty), false),
        (Desk::with_history(&full), true),
    ] {
        let hired = desk.hire("management");
        let asker = Asker::with_session(&desk, "management", &desk.sign_in(&hired.email).1);
        let clause = asker.get(&desk, "/sops/SR/acknowledge");
        assert_eq!(clause.status, 200);
        assert_eq!(
            clause.text.contains("href=\"/adherence/SR/acknowledge\""),
            judged
        );
        let figures = asker.get(&desk, "/adherence/SR/acknowledge");
        assert_eq!(figures.status.is_success(), judged);
    }
}
