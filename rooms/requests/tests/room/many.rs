//! Many requests at once: all that match, macros, and the list for a spreadsheet.

use axum::http::StatusCode;
use kept_testing::on_both;

use crate::desk::Desk;
use crate::leaving::opened;

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

    fn many_are_judged_at_once_and_what_was_judged_before_gets_that_back(home) {
        let desk = Desk::new(home);
        let maya = desk.browser("maya");
        let (one, two) = (maya.note("The first"), maya.note("The second"));
        maya.did(&one, "priority", &[("category", "billing"), ("urgency", "low"), ("impact", "low")]);
        let judge = |category: &str, impact: &str| {
            let fields = [
                ("pick", one.as_str()), ("pick", two.as_str()), ("what", "priority"), ("category", category), ("urgency", "high"), ("impact", impact),
            ];
            maya.post("/requests", "/requests/bulk", &fields).header("location")
        };
        let with = |priority: &str| {
            let page = maya.get(&format!("/requests?view=all&priority={priority}"));
            (page.has("The first"), page.has("The second"))
        };
        assert_eq!((judge("billing", ""), judge("moon", "high")), ("/requests".to_owned(), "/requests".to_owned()));
        assert_eq!(with("low"), (true, false), "nothing is judged by halves");
        let place = judge("", "high");
        let page = maya.get(&place);
        for words in ["Urgency high, impact high: done on 1. One did not take it.", "R-1002 The second", "It has no category yet."] {
            assert!(page.has(words), "{words} in {}", page.text);
        }
        assert_eq!(with("urgent"), (true, false));
        let undo = |place: &str| {
            let path = place.split('?').next().unwrap();
            maya.post("/requests", &format!("{path}/undo"), &[])
        };
        assert_eq!(undo(&place).header("location"), "/requests");
        assert_eq!(with("low"), (true, false));
        desk.pass(60);
        assert_eq!(judge("billing", "high"), "/requests");
        assert_eq!(with("urgent"), (true, true));
        assert_eq!(desk.verdict(&two, "prioritise"), "met");
        let undone = undo(&format!("/requests/bulk/{}", desk.last_bulk()));
        let page = maya.get(&undone.header("location"));
        assert!(page.has("R-1002 The second") && page.has("Nobody had judged it before"), "{}", page.text);
        assert_eq!((with("low"), with("urgent")), ((true, false), (false, true)));
    }

    fn spam_is_ended_together_and_comes_back_with_what_it_waited_for_and_owed(home) {
        let desk = Desk::new(home);
        let maya = desk.browser("maya");
        let (one, two) = (maya.note("Win a prize"), opened(&desk));
        maya.did(&one, "waiting", &[("whom", "client")]);
        desk.pass(60);
        let spam = |why: &str| {
            let fields = [("pick", one.as_str()), ("pick", two.as_str()), ("what", "spam"), ("why", why)];
            assert_eq!(maya.post("/requests", "/requests/bulk", &fields).header("location"), "/requests");
        };
        let closed = || {
            let page = maya.get("/requests?view=closed");
            (page.has("Win a prize"), page.has("Pump 7 leaks"))
        };
        spam("");
        assert_eq!(closed(), (false, false), "it takes a reason");
        spam("Nobody asked for a prize");
        assert_eq!(closed(), (true, true));
        assert!(maya.get(&format!("/requests/{one}")).has("Ended as spam: Nobody asked for a prize"));
        assert_eq!(desk.mail_waits(&two), Vec::new());
        desk.pass(60);
        let undo = format!("/requests/bulk/{}/undo", desk.last_bulk());
        assert_eq!(maya.post("/requests", &undo, &[]).header("location"), "/requests");
        assert_eq!(closed(), (false, false));
        assert!(maya.get("/requests?view=waiting").has("Win a prize"));
        assert_eq!(desk.mail_waits(&two), [desk.now()], "it is owed again, from now");
        assert!(maya.get(&format!("/requests/{two}")).has("/acts/no-answer"));
    }

    fn several_become_part_of_one_and_those_that_do_not_are_told_one_by_one(home) {
        let desk = Desk::new(home);
        let maya = desk.browser("maya");
        let (one, two, three, over) = (maya.note("First"), maya.note("Second"), maya.note("Third"), maya.note("Over"));
        maya.did(&over, "ending", &[("ending", "withdrawn"), ("why", "They found it")]);
        let fields = [("name", "Li Wei"), ("email", "li@elsewhere.example"), ("channel", "phone"), ("subject", "Elsewhere"), ("body", "Words")];
        let other = maya.post("/requests/new", "/requests", &fields).made();
        let merge = |picked: &[&str], more: &[(&str, &str)]| {
            let mut all = vec![("what", "merge"), ("query", "category=billing")];
            all.extend(picked.iter().map(|id| ("pick", *id)));
            all.extend(more);
            maya.post("/requests", "/requests/bulk", &all).header("location")
        };
        let nothing = "/requests?category=billing";
        assert_eq!(merge(&[&one, &two], &[("into", "R-9999")]), nothing);
        assert_eq!(merge(&[&one, &two], &[("into", "R-1004")]), nothing, "it is over");
        assert_eq!(merge(&[&one], &[]), nothing, "it would be part of itself");
        let whole = [("what", "merge"), ("whole", "on"), ("query", "view=all")];
        assert_eq!(maya.post("/requests", "/requests/bulk", &whole).header("location"), "/requests?view=all");
        assert!(!maya.get(&format!("/requests/{one}")).has("Took in"), "nobody has looked at all of them");
        let place = merge(&[&three, &two, &one, &over, &other], &[]);
        let page = maya.get(&place);
        for words in [
            "Make part of R-1001: done on 2. 2 did not take it.", "R-1004 Over", "This request is closed.", "R-1005 Elsewhere", "of another client",
            "href=\"/requests?category=billing\"",
        ] {
            assert!(page.has(words), "{words} in {}", page.text);
        }
        assert!(!page.has("Take it back"));
        for gone in [&two, &three] {
            assert!(maya.get(&format!("/requests/{gone}")).has("Became part of R-1001"));
        }
        let survivor = maya.get(&format!("/requests/{one}"));
        assert!(survivor.has("Took in R-1002") && survivor.has("Took in R-1003"));
        assert!(!maya.get(&format!("/requests/{other}")).has("Became part of"));
        let undo = format!("/requests/bulk/{}/undo", desk.last_bulk());
        assert_eq!(maya.post("/requests", &undo, &[]).status, StatusCode::CONFLICT);
        let fourth = maya.note("Fourth");
        assert_eq!(merge(&[&one], &[("into", "R-1006")]), nothing);
        assert!(maya.get(&format!("/requests/{fourth}")).has("Took in R-1001"));
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
