//! What the room does by itself.

use kept_testing::on_both;

use crate::desk::{DAY, Desk};

on_both! {
    fn what_is_planned_is_seen_by_readers_from_its_first_day_on(home) {
        let desk = Desk::new(home);
        let helen = desk.browser("helen");
        let fields = [("title", "Next week"), ("text", "Words"), ("audience", "company"), ("from_on", "2026-02-02")];
        helen.post("/announcements/new", "/announcements", &fields);
        assert!(!desk.browser("ben").sees("Next week"));
        assert!(helen.get("/announcements?view=written").has("planned"));
        desk.pass(3 * DAY);
        desk.round();
        assert!(desk.browser("ben").sees("Next week"));
        assert!(desk.audited().contains(&"AnnouncementBegan".to_owned()));
    }

    fn what_ends_is_kept_among_the_earlier_ones_and_ends_once(home) {
        let desk = Desk::new(home);
        let fields = [("title", "This week"), ("text", "Words"), ("audience", "company"), ("until_on", "2026-02-01")];
        desk.browser("helen").post("/announcements/new", "/announcements", &fields);
        desk.pass(3 * DAY);
        desk.round();
        desk.round();
        let ben = desk.browser("ben");
        assert!(!ben.sees("This week"));
        assert!(ben.get("/announcements?view=earlier").has("This week"));
        assert_eq!(desk.events(), ["post-announcement", "end-announcement"]);
    }

    fn who_has_not_confirmed_is_reminded_once(home) {
        let desk = Desk::new(home);
        let id = desk.browser("helen").announce("We move", "company");
        let page = format!("/announcements/{id}");
        desk.browser("ben").post(&page, &format!("{page}/readings"), &[("version", "1")]);
        desk.pass(2 * DAY);
        desk.round();
        assert_eq!(desk.outbox().len(), 0);
        desk.pass(DAY);
        desk.round();
        desk.pass(DAY);
        desk.round();
        let mails = desk.outbox();
        assert_eq!(mails.len(), 4, "all but Ben: {mails:?}");
        let ben = desk.id("ben").to_string();
        assert!(mails.iter().all(|mail| mail.contains("Please read: We move") && !mail.contains(&ben)));
    }
}
