//! What a client reads: its own, and nothing of anybody else.

use axum::http::StatusCode;
use kept_testing::on_both;

use crate::desk::{DAY, Desk};

on_both! {
    fn a_contact_sees_its_own_requests_and_nobody_else_s(home) {
        let desk = Desk::new(home);
        let of = (desk.aalto, desk.sanna);
        let (own, colleague, other) = (
            desk.request(of, "Sensor reads high"),
            desk.request((desk.aalto, desk.mikko), "Salary of the night crew"),
            desk.request((desk.other, desk.otto), "Pump leaks"),
        );
        let sanna = desk.enter("sanna@aalto.example");
        for page in [sanna.get("/portal"), sanna.get("/portal/requests")] {
            assert!(page.has("Sensor reads high"), "{}", page.text);
            assert!(!page.has("Salary") && !page.has("Pump leaks"));
        }
        let path = |id: &str| format!("/portal/requests/{id}");
        assert_eq!(sanna.get(&path(&own)).status, StatusCode::OK);
        let missing = sanna.get(&path("019c0fbd-7340-7fff-bfff-fffffffffff0"));
        for id in [&colleague, &other] {
            let foreign = sanna.get(&path(id));
            assert_eq!(foreign.status, StatusCode::NOT_FOUND);
            assert_eq!(foreign.text.replace(id.as_str(), ""), missing.text.replace("019c0fbd-7340-7fff-bfff-fffffffffff0", ""));
        }
    }

    fn what_is_open_is_counted_however_much_came_after_it(home) {
        let desk = Desk::new(home);
        let of = (desk.aalto, desk.sanna);
        let oldest = desk.request(of, "Sensor reads high");
        for number in 0..13 {
            desk.pass(60);
            desk.request(of, &format!("Order {number}"));
        }
        let sanna = desk.enter("sanna@aalto.example");
        let page = sanna.get("/portal");
        assert!(page.has("We have 14 open requests of yours."), "{}", page.text);
        assert!(page.has("We need nothing from you at the moment."), "{}", page.text);
        // What is asked of the client stands there too, though the request is older than the twelve that are listed.
        desk.act(&oldest, "acknowledgement", &[("expected_at", "2026-02-05T12:00"), ("why_not", "")]);
        desk.act(&oldest, "waiting", &[("whom", "client")]);
        let page = sanna.get("/portal");
        assert!(page.has("We need one thing from you.") && page.has("Sensor reads high"), "{}", page.text);
    }

    fn notes_and_what_the_procedure_did_are_never_shown(home) {
        let desk = Desk::new(home);
        let id = desk.request((desk.aalto, desk.sanna), "Sensor reads high");
        desk.act(&id, "messages", &[("voice", "note"), ("text", "She is difficult"), ("opened", "0"), ("seen", "9")]);
        desk.act(&id, "acknowledgement", &[("expected_at", "2026-02-05T12:00"), ("why_not", "")]);
        let sanna = desk.enter("sanna@aalto.example");
        let page = sanna.get(&format!("/portal/requests/{id}"));
        assert!(page.has("It reads too high.") && page.has("we have it"), "{}", page.text);
        assert!(!page.has("difficult") && !page.has("Given to") && !page.has("rules of routing"), "{}", page.text);
    }

    fn what_was_promised_stands_with_our_own_clock_on_it(home) {
        let desk = Desk::new(home);
        let id = desk.request((desk.aalto, desk.sanna), "Sensor reads high");
        let sanna = desk.enter("sanna@aalto.example");
        let before = sanna.get("/portal");
        assert!(before.has("Word that we have it:") && before.has("class=\"line\""), "{}", before.text);
        desk.act(&id, "acknowledgement", &[("expected_at", "2026-02-05T12:00"), ("why_not", "")]);
        let after = sanna.get("/portal");
        assert!(after.has("A solution, or the date of one:") && after.has("by Thursday 5 February, 12:00"), "{}", after.text);
        desk.pass(10 * DAY);
        let late = desk.enter("sanna@aalto.example").get("/portal");
        assert!(late.has("late: it was due Thursday 5 February, 12:00"), "{}", late.text);
    }
}
