//! Many requests at once: all that match, macros, and the list for a spreadsheet.

use axum::http::StatusCode;
use kept_testing::on_both;

use crate::desk::Desk;

on_both! {
    fn all_that_match_are_changed_slice_by_slice_and_all_of_it_is_taken_back(home) {
        let desk = Desk::new(home);
        let maya = desk.browser("maya");
        for number in 0..130 {
            maya.note(&format!("Bill {number}"));
        }
        assert!(maya.get("/requests").has("All 130 that match"));
        let all = [("whole", "on"), ("query", "view=all"), ("what", "tag"), ("tag", "Audit")];
        let answer = maya.post("/requests", "/requests/bulk", &all);
        let place = answer.header("location");
        assert!(place.starts_with("/requests/bulk/"), "{place}");
        let wait = |words: &str| {
            let tries = (0..200).find(|_| {
                std::thread::sleep(std::time::Duration::from_millis(20));
                maya.get(&place).has(words)
            });
            assert!(tries.is_some(), "{words}: {}", maya.get(&place).text);
        };
        wait("Tag audit: done on 130.");
        let tagged = maya.get("/requests?view=all&tag=audit");
        assert!(tagged.has("Bill 129") && tagged.has("All that match"));
        let undone = maya.post(&place, &format!("{place}/undo"), &[]);
        assert_eq!(undone.status, StatusCode::SEE_OTHER);
        wait("It is taken back.");
        assert!(!maya.get("/requests?view=all&tag=audit").has("Bill"));
        assert_eq!(maya.post("/requests", &format!("{place}/undo"), &[]).status, StatusCode::CONFLICT);
        let other = desk.browser("helen").get(&place);
        assert_eq!(other.status, StatusCode::NOT_FOUND, "it is maya's own");
    }

    fn a_macro_takes_its_steps_on_one_or_many_and_they_are_taken_back_together(home) {
        let desk = Desk::new(home);
        let maya = desk.browser("maya");
        let fields = [
            ("name", "Spam watch"), ("text", "We look into it."), ("assignee", "me"), ("tag", "watch"), ("days", "2"), ("whom", "client"),
        ];
        assert_eq!(maya.post("/requests/answers", "/requests/answers", &fields).status, StatusCode::SEE_OTHER);
        let nothing = maya.post("/requests/answers", "/requests/answers", &[("name", "Nothing")]);
        assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
        let listed = maya.get("/requests/answers");
        assert!(listed.has("Take, Tag watch, Wait for the client, Set aside for 2 days"), "{}", listed.text);
        let (one, two) = (maya.note("The first"), maya.note("The second"));
        let shown = maya.get(&format!("/requests/{one}")).text;
        let id = shown.split("name=\"steps\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        let id = id.unwrap().to_owned();
        let applied = maya.post(&format!("/requests/{one}"), &format!("/requests/{one}/macro"), &[("steps", &id)]);
        assert!(applied.header("location").contains("?answer="), "its words are begun with");
        let waits = || maya.get("/requests?view=waiting").has("The first");
        assert!(waits());
        assert!(maya.get(&format!("/requests/{one}?answer={id}")).has("We look into it."));
        assert!(maya.get("/requests?view=snoozed&tag=watch").has("The first"));
        let undo = format!("/requests/bulk/{}/undo", desk.last_bulk());
        assert_eq!(maya.post("/requests", &undo, &[]).status, StatusCode::SEE_OTHER);
        let open = maya.get("/requests");
        assert!(open.has("The first") && !maya.get("/requests?view=mine").has("The first"));
        assert!(!waits());
        let both = [("pick", one.as_str()), ("pick", two.as_str()), ("what", "macro"), ("steps", id.as_str())];
        maya.post("/requests", "/requests/bulk", &both);
        let watched = maya.get("/requests?view=snoozed&tag=watch");
        assert!(watched.has("The first") && watched.has("The second"));
    }

    fn what_is_sent_to_a_team_stands_in_its_queue_and_is_taken_out_as_a_list(home) {
        let desk = Desk::new(home);
        let maya = desk.browser("maya");
        let (one, two) = (maya.note("=1+1"), maya.note("The second"));
        let team = format!("team:{}", desk.north);
        let send = [("pick", one.as_str()), ("what", "assign"), ("assignee", team.as_str())];
        maya.post("/requests", "/requests/bulk", &send);
        maya.did(&two, "assignment", &[("assignee", "me")]);
        let narrowed = |query: &str| {
            let page = maya.get(&format!("/requests{query}"));
            (page.has("=1+1"), page.has("The second"))
        };
        assert_eq!(narrowed(&format!("?team={}", desk.north)), (true, false));
        assert_eq!(narrowed(&format!("?owner={}", desk.id("maya"))), (false, true));
        assert_eq!(maya.get("/requests/export.csv").status, StatusCode::NOT_FOUND);
        assert!(!maya.get("/requests").has("export.csv"));
        let helen = desk.browser("helen");
        assert!(helen.get("/requests").has("export.csv"));
        let list = helen.get(&format!("/requests/export.csv?team={}", desk.north)).text;
        assert_eq!(list.lines().count(), 2, "{list}");
        assert!(list.contains("'=1+1"), "a spreadsheet runs nothing: {list}");
        let whole = helen.get("/requests/export.csv").text;
        assert_eq!(whole.lines().count(), 3, "{whole}");
    }
}
