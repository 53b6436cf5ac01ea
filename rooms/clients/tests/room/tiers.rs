//! Revenue, tiers and engagement.

use axum::http::StatusCode;
use kept_testing::on_both;

use crate::desk::{Browser, DAY, Desk};

fn bought(rita: &Browser<'_>, id: &str, amount: &str, day: &str) -> StatusCode {
    let page = format!("/clients/{id}");
    let fields = [
        ("revenue_kind", "sale"),
        ("on_day", day),
        ("amount", amount),
        ("revenue_note", "Order 1"),
    ];
    rita.post(&format!("{page}/tier"), &format!("{page}/revenue"), &fields)
        .status
}

on_both! {
    fn the_tier_follows_the_revenue_by_the_table_of_the_sop(home) {
        let desk = Desk::new(home);
        let rita = desk.browser("rita");
        let id = rita.client(&[("name", "Aalto Dairy"), ("kind", "company")]);
        let page = format!("/clients/{id}");
        assert!(rita.get(&page).has("none entered"));
        assert_eq!(bought(&rita, &id, "much", "2026-01-10"), StatusCode::UNPROCESSABLE_ENTITY);
        for (amount, tier) in [("99,999.99", "Bronze"), ("0.01", "Silver"), ("399,999.99", "Silver"), ("0.01", "Gold"), ("500,000", "Gold"), ("0.01", "Platinum")] {
            assert_eq!(bought(&rita, &id, amount, "2026-01-10"), StatusCode::SEE_OTHER);
            let shown = rita.get(&page);
            assert!(shown.has(&format!("<span>{tier}</span>")), "{amount} gives {tier}: {}", shown.text);
        }
        assert!(rita.get("/clients?tier=Platinum").has("Aalto Dairy"));
        assert!(!rita.get("/clients?tier=Gold").has("Aalto Dairy"));
        let tier = rita.get(&format!("{page}/tier"));
        assert!(tier.has("Platinum") && tier.has("Bronze"), "each change is kept: {}", tier.text);
        assert_eq!(desk.audited().iter().filter(|act| *act == "ClientTierChanged").count(), 4);
    }

    fn what_was_bought_more_than_a_year_ago_no_longer_counts_the_day_after(home) {
        let desk = Desk::new(home);
        let rita = desk.browser("rita");
        let id = rita.client(&[("name", "Aalto Dairy"), ("kind", "company")]);
        bought(&rita, &id, "600,000", "2025-02-05");
        let page = format!("/clients/{id}");
        assert!(rita.get(&page).has("<span>Gold</span>"));
        desk.pass(5 * DAY);
        desk.round();
        let rita = desk.browser("rita");
        assert!(rita.get(&page).has("<span>Gold</span>"), "4 February: it still counts");
        desk.pass(3 * DAY);
        desk.round();
        let rita = desk.browser("rita");
        assert!(rita.get(&page).has("<span>Bronze</span>"), "{}", rita.get(&page).text);
        let audited = desk.audited().len();
        desk.round();
        assert_eq!(desk.audited().len(), audited, "nothing is done twice");
    }

    fn a_tier_by_hand_has_a_reason_and_an_end_and_falls_back_by_itself(home) {
        let desk = Desk::new(home);
        let rita = desk.browser("rita");
        let id = rita.client(&[("name", "Aalto Dairy"), ("kind", "company")]);
        let page = format!("/clients/{id}");
        bought(&rita, &id, "1,000", "2026-01-10");
        let set = |reason: &str, until: &str| {
            let fields = [("tier", "Gold"), ("reason", reason), ("until_on", until)];
            rita.post(&format!("{page}/tier"), &format!("{page}/tier"), &fields).status
        };
        assert_eq!(set("no", "2026-03-01"), StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(set("A young company with a future", "2031-01-01"), StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(set("A young company with a future", "2026-02-10"), StatusCode::SEE_OTHER);
        assert!(rita.get(&page).has("by hand, until 10 February 2026"), "{}", rita.get(&page).text);
        bought(&rita, &id, "2,000", "2026-01-11");
        assert!(rita.get(&page).has("<span>Gold</span>"), "a sale does not undo it");
        desk.pass(10 * DAY);
        desk.round();
        let rita = desk.browser("rita");
        assert!(rita.get(&page).has("<span>Gold</span>"));
        desk.pass(2 * DAY);
        desk.round();
        let rita = desk.browser("rita");
        let shown = rita.get(&page);
        assert!(shown.has("<span>Bronze</span>") && !shown.has("by hand, until"), "{}", shown.text);
        assert!(desk.events().contains(&"override-client-tier".to_owned()));
    }

    fn what_is_agreed_for_the_first_year_counts_until_there_is_a_sale(home) {
        let desk = Desk::new(home);
        let rita = desk.browser("rita");
        let id = rita.client(&[("name", "Aalto Dairy"), ("kind", "company")]);
        let page = format!("/clients/{id}");
        let fields = [("revenue_kind", "first-year"), ("on_day", "2026-01-10"), ("amount", "250,000"), ("revenue_note", "")];
        rita.post(&format!("{page}/tier"), &format!("{page}/revenue"), &fields);
        assert!(rita.get(&page).has("<span>Silver</span>") && rita.get(&page).has("provisional"));
        bought(&rita, &id, "10", "2026-01-11");
        assert!(rita.get(&page).has("<span>Bronze</span>"));
    }

    fn a_change_of_tier_makes_somebody_choose_an_account_manager(home) {
        let desk = Desk::new(home);
        let rita = desk.browser("rita");
        let id = rita.client(&[("name", "Aalto Dairy"), ("kind", "company")]);
        bought(&rita, &id, "1,000", "2026-01-10");
        bought(&rita, &id, "800,000", "2026-01-11");
        let shown = rita.get(&format!("/clients/{id}"));
        assert!(shown.has("/sops/clause/CM/choose-account-manager"), "the SOP runs: {}", shown.text);
    }
}
