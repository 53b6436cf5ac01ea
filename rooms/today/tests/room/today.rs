//! The home page: whose duties, in which order, and how they are said.

use axum::http::StatusCode;
use kept_testing::on_both;

use crate::desk::{Desk, HOUR, Owed, owed};

/// The pieces of a text in their order.
fn in_order(text: &str, pieces: &[&str]) {
    let mut rest = text;
    for piece in pieces {
        let (_, after) = rest
            .split_once(piece)
            .unwrap_or_else(|| panic!("no {piece} in its place in {text}"));
        rest = after;
    }
}

on_both! {
    fn my_duties_stand_by_deadline_with_verb_clause_clock_and_the_button_that_does_it(home) {
        let desk = Desk::new(home);
        desk.owe(&owed("later", 20 * 24 * HOUR, Some("ben")));
        desk.owe(&owed("today", 2 * HOUR, Some("ben")));
        desk.owe(&owed("week", 40 * HOUR, Some("ben")));
        desk.owe(&owed("late", -HOUR / 2, Some("ben")));
        desk.owe(&Owed { due: None, rule: "resolve", ..owed("undated", 0, Some("ben")) });
        let page = desk.browser("ben").get("/");
        assert_eq!(page.status, StatusCode::OK);
        in_order(&page.text, &[
            "Friday 30 January", "One duty is overdue and one falls due today. The next is at 13:30.",
            "waits elsewhere",
            "Overdue <span>1</span>", "SR 4.3", "Acknowledge <cite>Subject &#60;late&#62;</cite>", "overdue by 30 m",
            "Today <span>1</span>", "Subject &#60;today&#62;", "Gold", "due today 13:30", "href=\"/requests/today#reply\"",
            "This week <span>1</span>", "Subject &#60;week&#62;",
            "Later <span>1</span>", "Subject &#60;later&#62;",
            "Without a date <span>1</span>", "Resolve <cite>Subject &#60;undated&#62;</cite>",
        ]);
    }

    fn what_names_nobody_is_owed_by_those_who_hold_the_role_and_a_rung_stands_first(home) {
        let desk = Desk::new(home);
        desk.owe(&owed("shared", HOUR, None));
        desk.owe(&Owed { role: "client service representative or account manager", ..owed("joint", HOUR, None) });
        desk.owe(&Owed { role: "management", level: 1, due: None, ..owed("climbed", 0, None) });
        desk.owe(&owed("nameless", HOUR, Some("cleo")));
        let ben = desk.browser("ben").get("/");
        assert!(ben.has("Subject &#60;shared&#62;") && ben.has("any client service representative"));
        assert!(!ben.has("climbed") && !ben.has("nameless"));
        let helen = desk.browser("helen").get("/");
        in_order(&helen.text, &["To see to <span>1</span>", "See to it: acknowledge <cite>Subject &#60;climbed&#62;"]);
        assert!(!helen.has("shared"));
        assert!(desk.browser("dora").get("/").has("You owe nothing at the moment"));
        assert!(desk.browser("cleo").get("/").has("request nameless"), "a record without a name has its number");
    }

    fn a_team_is_seen_by_whoever_sees_its_adherence_and_by_nobody_else(home) {
        let desk = Desk::new(home);
        desk.owe(&owed("bens", HOUR, Some("ben")));
        desk.owe(&owed("cleos", HOUR, Some("cleo")));
        let team = desk.browser("maya").get("/?view=team");
        assert!(team.has("Subject &#60;bens&#62;") && !team.has("cleos"));
        assert!(!desk.browser("maya").get("/?view=all").has("cleos"), "what is out of reach is one's own page");
        let all = desk.browser("helen").get("/?view=all");
        assert!(all.has("bens") && all.has("cleos"));
        assert!(!desk.browser("ben").get("/?view=team").has("Everybody"));
        let number = desk.owe(&owed("third", HOUR, Some("cleo")));
        let why = format!("/today/duties/{number}/why");
        assert_eq!(desk.browser("ben").get(&why).status, StatusCode::NOT_FOUND);
        assert_eq!(desk.browser("maya").get(&why).status, StatusCode::NOT_FOUND);
        for name in ["cleo", "helen"] {
            let card = desk.browser(name).get(&why);
            assert_eq!(card.status, StatusCode::OK);
            assert!(card.has("SR 4.3") && card.has("cleo"), "{}", card.text);
        }
        assert_eq!(desk.browser("helen").get("/today/duties/x/why").status, StatusCode::NOT_FOUND);
    }

    fn the_strip_counts_what_was_kept_this_week(home) {
        let desk = Desk::new(home);
        for verdict in ["met", "met", "met-late", "cancelled"] {
            desk.owe(&Owed { verdict, ..owed("done", -HOUR, Some("ben")) });
        }
        desk.owe(&Owed { verdict: "paused", ..owed("paused", HOUR, Some("ben")) });
        let page = desk.browser("ben").get("/");
        in_order(&page.text, &["<b>2</b> of 3", "66.7 %", "<b>1</b> paused", "<b>5 h 30 m</b>", "Berlin"]);
        assert!(!page.has("Subject &#60;done&#62;"));
    }

    fn a_long_list_goes_on_where_it_was_cut(home) {
        let desk = Desk::new(home);
        for number in 0..53 {
            desk.owe(&Owed { due: Some(number * 60), ..owed("many", 0, Some("ben")) });
        }
        let ben = desk.browser("ben");
        let first = ben.get("/");
        assert_eq!(first.text.matches("data-row ").count(), 50);
        let next = first.text.split_once("href=\"/?view=mine&#38;after=").map(|(_, rest)| rest.split_once('"').unwrap().0);
        let next = format!("/?view=mine&after={}", next.unwrap().replace("&#38;", "&"));
        let second = ben.get(&next);
        assert_eq!(second.text.matches("data-row ").count(), 3);
        assert!(!second.has("class=\"strip\""));
        assert_eq!(desk.browser("ben").get("/?view=mine&after=x&number=y").status, StatusCode::BAD_REQUEST);
    }
}
