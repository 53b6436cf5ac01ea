//! Through the pages.

use axum::http::StatusCode;
use kept_testing::{on_both, prepare_all};

use crate::desk::{DAY, Desk};

on_both! {
    fn of_a_long_conversation_the_first_and_the_newest_are_shown_and_the_rest_when_it_is_asked_for(home) {
        let desk = Desk::new(home);
        let maya = desk.browser("maya");
        let id = maya.note("Invoice");
        for number in 0..260 {
            maya.did(&id, "messages", &[("voice", "note"), ("text", &format!("Word {number}."))]);
        }
        let page = maya.get(&format!("/requests/{id}"));
        assert!(page.has("We were billed for twelve.") && page.has("Word 259.") && page.has("Word 241."), "{}", page.text);
        assert!(!page.has("Word 100."), "it is folded");
        let (_, rest) = page.text.split_once(&format!("/requests/{id}?newest=")).unwrap();
        let newest: u32 = rest.split('#').next().unwrap().parse().unwrap();
        let page = maya.get(&format!("/requests/{id}?newest={newest}"));
        assert!(page.has("Word 100.") && page.has("Word 259.") && !page.has("Word 10."), "{}", page.text);
        let page = maya.get(&format!("/requests/{id}?newest=5000"));
        assert!(page.has("Word 0.") && page.has("Word 10.") && !page.has("id=\"earlier\""), "{}", page.text);
        let few = maya.get(&format!("/requests/{id}?newest=0"));
        assert!(few.has("Word 259.") && !few.has("Word 258."), "{}", few.text);
    }

    fn every_statement_is_understood(home) {
        let desk = Desk::new(home);
        prepare_all(&desk.store, &kept_requests::statements());
        prepare_all(&desk.store, &kept_journal::statements());
    }

    fn a_form_that_needs_another_look_keeps_all_its_values(home) {
        let desk = Desk::new(home);
        let fields = [
            ("name", "Ruth"), ("email", "nowhere"), ("channel", "phone"), ("subject", " "),
            ("body", "Mind the <b>step</b>"), ("contacted_at", "2030-01-01T10:00"),
        ];
        let answer = desk.browser("maya").post("/requests/new", "/requests", &fields);
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        for words in ["Say in a few words", "name@example.org", "a time that has been", "Mind the &#60;b&#62;step", "nowhere"] {
            assert!(answer.has(words), "{words} in {}", answer.text);
        }
        assert_eq!(desk.events(), Vec::<String>::new());
    }

    fn looking_up_who_speaks_loses_nothing_of_the_note(home) {
        let desk = Desk::new(home);
        let maya = desk.browser("maya");
        maya.note("The first");
        let look = |more: (&str, &str)| {
            let fields = [("subject", "It hums"), ("body", "Since Monday"), ("channel", "phone"), ("urgency", "high"), more];
            let shown = maya.post("/requests/new", "/requests/new", &fields);
            assert_eq!(shown.status, StatusCode::UNPROCESSABLE_ENTITY);
            for words in ["value=\"It hums\"", "Since Monday", "<option value=\"high\" selected>"] {
                assert!(shown.has(words), "{words} in {}", shown.text);
            }
            assert!(!shown.has("needs another look"), "{}", shown.text);
            shown
        };
        assert!(look(("who", "Nobody")).has("Nobody is known by that."));
        let found = look(("who", "ruth"));
        let (_, chosen) = found.text.split_once("name=\"chosen\" value=\"").unwrap();
        let chosen = chosen.split('"').next().unwrap();
        let taken = look(("chosen", chosen));
        assert!(taken.has("Somebody else") && taken.has("Who of them"), "{}", taken.text);
        assert!(look(("chosen", "nobody")).has("Who is it?"));
        assert!(!maya.get("/requests").has("It hums"), "nothing is open yet");
    }

    fn a_known_address_finds_its_client_again(home) {
        let desk = Desk::new(home);
        let maya = desk.browser("maya");
        let (one, two) = (maya.note("The first"), maya.note("The second"));
        assert!(maya.get(&format!("/requests/{one}")).has("Also open"));
        assert_ne!(one, two);
        let added = desk.events().iter().filter(|act| *act == "add-client").count();
        assert_eq!(added, 1);
    }

    fn of_two_who_change_it_at_once_the_second_is_told_and_keeps_what_was_written(home) {
        let desk = Desk::new(home);
        let maya = desk.browser("maya");
        let id = maya.note("Invoice 1182 is wrong");
        let seen = maya.revision(&id);
        maya.did(&id, "priority", &[("category", "billing"), ("urgency", "low"), ("impact", "low")]);
        let page = format!("/requests/{id}");
        let stale = [("revision", seen.as_str()), ("resolution", "Mine, written for long")];
        let refused = desk.browser("maya").post(&page, &format!("{page}/acts/resolution"), &stale);
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.has("Somebody has changed this request") && refused.has("Mine, written for long"));
        let answer = [("seen", "1"), ("voice", "us"), ("text", "Two answers at once")];
        let refused = maya.post(&page, &format!("{page}/acts/messages"), &answer);
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.has("Two answers at once"));
        assert_eq!(desk.outbox().len(), 0);
    }

    fn who_else_is_there_is_shown(home) {
        let desk = Desk::new(home);
        let maya = desk.browser("maya");
        let id = maya.note("Invoice 1182 is wrong");
        let helen = desk.browser("helen");
        let page = format!("/requests/{id}");
        helen.get(&page);
        assert!(maya.get(&page).has("helen looks at this too"));
        helen.post(&page, &format!("{page}/presence"), &[("writes", "on")]);
        assert!(maya.get(&page).has("helen is writing"));
        desk.pass(120);
        assert!(!maya.get(&page).has("helen is writing"));
    }

    fn the_queue_has_views_filters_and_marks_what_is_unread(home) {
        let desk = Desk::new(home);
        let maya = desk.browser("maya");
        let (one, two) = (maya.note("The first"), maya.note("The second"));
        maya.did(&one, "priority", &[("category", "billing"), ("urgency", "high"), ("impact", "high")]);
        maya.did(&one, "assignment", &[("assignee", "me")]);
        let has = |query: &str| {
            let page = maya.get(&format!("/requests{query}"));
            assert_eq!(page.status, StatusCode::OK);
            (page.has("The first"), page.has("The second"))
        };
        assert_eq!(has(""), (true, true));
        assert_eq!(has("?view=mine"), (true, false));
        assert_eq!(has("?view=unassigned"), (false, true));
        assert_eq!(has("?category=billing"), (true, false));
        assert_eq!(has("?view=all&priority=urgent"), (true, false));
        assert_eq!(has("?board=1"), (true, true));
        assert_eq!(has("?view=overdue"), (false, false));
        desk.pass(4 * DAY);
        assert_eq!(has("?view=overdue"), (true, true));
        let helen = desk.browser("helen");
        assert!(helen.get("/requests").has("aria-label=\"unread\""));
        for id in [&one, &two] {
            helen.get(&format!("/requests/{id}"));
        }
        assert!(!helen.get("/requests").has("aria-label=\"unread\""));
        let kept = maya.post("/requests", "/requests/views", &[("name", "Bills"), ("query", "category=billing&evil=1")]);
        assert_eq!(kept.header("location"), "/requests?category=billing");
        assert!(maya.get("/requests").has(">Bills</a>"));
        assert!(!helen.get("/requests").has(">Bills</a>"));
    }

    fn what_was_done_to_many_is_taken_back_for_all_of_them(home) {
        let desk = Desk::new(home);
        let maya = desk.browser("maya");
        let (one, two) = (maya.note("The first"), maya.note("The second"));
        let all = [("pick", one.as_str()), ("pick", two.as_str()), ("what", "assign"), ("assignee", "me")];
        assert_eq!(maya.post("/requests", "/requests/bulk", &all).status, StatusCode::SEE_OTHER);
        let mine = maya.get("/requests?view=mine");
        assert!(mine.has("The first") && mine.has("The second"));
        let page = maya.get_after_flash();
        let undo = page.split("action=\"").find_map(|rest| {
            let path = rest.split('"').next()?;
            path.ends_with("/undo").then(|| path.to_owned())
        });
        // Without the cookie of the flash the path is known from the table.
        let undo = undo.unwrap_or_else(|| format!("/requests/bulk/{}/undo", desk.last_bulk()));
        assert_eq!(maya.post("/requests", &undo, &[]).status, StatusCode::SEE_OTHER);
        assert!(!maya.get("/requests?view=mine").has("The first"));
        assert_eq!(maya.post("/requests", &undo, &[]).status, StatusCode::CONFLICT, "once");
    }

    fn what_is_set_aside_comes_back_by_itself(home) {
        let desk = Desk::new(home);
        let maya = desk.browser("maya");
        let id = maya.note("Invoice 1182 is wrong");
        maya.did(&id, "snooze", &[("until", "tomorrow")]);
        assert!(!maya.get("/requests").has("Invoice 1182"));
        assert!(maya.get("/requests?view=snoozed").has("Invoice 1182"));
        desk.pass(DAY + 60);
        desk.round();
        assert!(maya.get("/requests").has("Invoice 1182"));
    }

    fn requests_follow_a_client_that_becomes_part_of_another_and_come_back(home) {
        let desk = Desk::new(home);
        let maya = desk.browser("maya");
        let one = maya.note("Invoice 1182 is wrong");
        let fields = [("name", "Sanna"), ("email", "sanna@aalto.example"), ("channel", "phone"), ("subject", "Another")];
        let other = maya.post("/requests/new", "/requests", &fields).made();
        desk.merge_clients(&one, &other);
        desk.round();
        assert!(maya.get(&format!("/requests/{one}")).has(">Sanna</a>"));
        desk.part_clients();
        desk.round();
        assert!(maya.get(&format!("/requests/{one}")).has(">Ruth Brennan</a>"));
    }

    fn a_task_has_somebody_and_a_day_and_a_request_is_set_aside_until_a_time(home) {
        let desk = Desk::new(home);
        let maya = desk.browser("maya");
        let id = maya.note("Invoice 1182 is wrong");
        let ben = desk.id("ben").to_string();
        maya.did(&id, "tasks", &[("title", "Look it up"), ("assignee", ben.as_str()), ("due_on", "2026-01-30")]);
        let page = maya.get(&format!("/requests/{id}"));
        assert!(page.has("Look it up") && page.has("<small>ben, ") && page.has("due today"), "{}", page.text);
        desk.pass(2 * DAY);
        assert!(maya.get(&format!("/requests/{id}")).has("was due Fri 30 Jan"));
        let refused = maya.act(&id, "tasks", &[("title", "Look it up"), ("due_on", "soon")]);
        assert!(refused.has("Write a day like"), "{}", refused.text);
        let refused = maya.act(&id, "snooze", &[("until", "2026-01-30T09:00")]);
        assert!(refused.has("Write a time to come"), "{}", refused.text);
        maya.did(&id, "snooze", &[("until", "2026-02-03T09:00")]);
        assert!(maya.get(&format!("/requests/{id}")).has("It comes back on Tuesday 3 February 2026"));
    }

    fn the_queue_is_narrowed_by_client_words_tier_and_day(home) {
        let desk = Desk::new(home);
        let maya = desk.browser("maya");
        maya.note("Invoice 1182 is wrong");
        desk.pass(60);
        let fields = [("name", "Sanna"), ("email", "sanna@aalto.example"), ("channel", "phone"), ("subject", "Scale 4 is broken")];
        maya.post("/requests/new", "/requests", &fields).made();
        let shows = |query: &str| {
            let page = maya.get(&format!("/requests?{query}"));
            (page.has("Invoice 1182"), page.has("Scale 4"))
        };
        assert_eq!(shows(""), (true, true));
        assert_eq!(shows("words=invoice"), (true, false));
        assert_eq!(shows("words=scale&view=all"), (false, true));
        assert_eq!(shows("client=sanna"), (false, true));
        assert!(maya.get("/requests?client=sanna").has("Sanna"), "the filter has its name");
        assert_eq!(shows("since=2026-01-30"), (true, true));
        assert_eq!(shows("since=2026-01-31"), (false, false));
        assert_eq!(shows("tier=Gold&since=2026-01-30"), (false, false));
        assert_eq!(shows("tag=none"), (false, false));
        assert_eq!(maya.get("/requests?client=nobody").status, StatusCode::NOT_FOUND);
        let page = maya.get("/requests?sort=received");
        let place = |words: &str| page.text.find(words).unwrap();
        assert!(place("Scale 4") < place("Invoice 1182") && page.has("aria-sort=\"descending\""), "{}", page.text);
    }

    fn rules_of_routing_give_what_comes_in_to_whoever_is_there(home) {
        let desk = Desk::new(home);
        let helen = desk.browser("helen");
        let north = desk.north.to_string();
        let rule = [("way", "round robin"), ("team", north.as_str()), ("words", "invoice, reminder")];
        assert_eq!(helen.post("/requests/routing", "/requests/routing", &rule).status, StatusCode::SEE_OTHER);
        let maya = desk.browser("maya");
        assert_eq!(maya.get("/requests/routing").status, StatusCode::NOT_FOUND);
        let given: Vec<String> = ["Invoice 1", "Invoice 2", "Invoice 3", "Something else"].iter().map(|subject| {
            let id = maya.note(subject);
            let page = maya.get(&format!("/requests/{id}"));
            ["maya", "ben"].into_iter().find(|name| page.has(&format!("New, with {name}"))).unwrap_or("nobody").to_owned()
        }).collect();
        assert_ne!(given.first(), given.get(1));
        assert_eq!(given.first(), given.get(2));
        assert_eq!(given.get(3).map(String::as_str), Some("nobody"));
        desk.away(desk.id("ben"));
        let page = |id: &str| maya.get(&format!("/requests/{id}"));
        for subject in ["Invoice 4", "Invoice 5"] {
            assert!(page(&maya.note(subject)).has("New, with maya"), "{subject}");
        }
    }

    fn a_rule_of_routing_finds_who_knows_what_it_takes(home) {
        let desk = Desk::new(home);
        desk.knows(desk.id("ben"), "Italian, Cabling");
        let helen = desk.browser("helen");
        let north = desk.north.to_string();
        let rule = |way: &'static str| [("way", way), ("team", north.as_str()), ("words", "fattura"), ("skill", "italian")];
        let refused = helen.post("/requests/routing", "/requests/routing", &rule("team"));
        assert!(refused.has("A skill counts where"), "{}", refused.text);
        assert_eq!(helen.post("/requests/routing", "/requests/routing", &rule("round robin")).status, StatusCode::SEE_OTHER);
        assert!(helen.get("/requests/routing").has("round robin of who knows italian"));
        let maya = desk.browser("maya");
        for subject in ["Fattura 1", "Fattura 2"] {
            let page = maya.get(&format!("/requests/{}", maya.note(subject)));
            assert!(page.has("New, with ben"), "{subject}");
        }
        desk.away(desk.id("ben"));
        let page = maya.get(&format!("/requests/{}", maya.note("Fattura 3")));
        assert!(!page.has("New, with ben") && !page.has("New, with maya"), "nobody else knows");
    }

    fn what_people_write_never_becomes_a_tag(home) {
        let desk = Desk::new(home);
        let maya = desk.browser("maya");
        let nasty = "<script>alert(1)</script>";
        let id = maya.note(nasty);
        maya.did(&id, "messages", &[("voice", "note"), ("text", nasty)]);
        maya.did(&id, "tags", &[("tag", nasty)]);
        maya.did(&id, "tasks", &[("title", nasty)]);
        for page in ["/requests".to_owned(), "/requests?board=1".to_owned(), format!("/requests/{id}")] {
            let page = maya.get(&page);
            assert!(!page.has("<script>alert") && !page.has(" style="), "{}", page.text);
        }
    }

    fn a_file_is_handed_out_as_a_download_and_nothing_else(home) {
        let desk = Desk::new(home);
        let maya = desk.browser("maya");
        let id = maya.note("Invoice 1182 is wrong");
        let page = format!("/requests/{id}");
        let added = maya.attach(&page, "evil\".html", b"<script>1</script>");
        assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.text);
        let shown = maya.get(&page);
        let href = shown.text.split("href=\"").find_map(|rest| {
            let path = rest.split('"').next()?;
            path.contains("/files/").then(|| path.to_owned())
        });
        let file = maya.get(&href.unwrap());
        assert_eq!(file.text, "<script>1</script>");
        assert_eq!(file.header("content-type"), "application/octet-stream");
        assert!(file.header("content-disposition").starts_with("attachment;"));
        assert!(file.header("content-security-policy").contains("sandbox"));
        assert_eq!(desk.browser("dora").get(&format!("{page}/files/x")).status, StatusCode::NOT_FOUND);
    }
}
