//! Who may do what; and that lists, single records and the search say the same.

use axum::http::StatusCode;
use kept_accounts::access::Action;
use kept_search::{Query, Reach, find, index_some};
use kept_testing::{Kept as _, on_both};

use crate::desk::Desk;

const PEOPLE: [&str; 5] = ["helen", "maya", "ben", "cleo", "dora"];

on_both! {
    fn everyone_sees_what_is_theirs_in_lists_pages_and_search_alike(home) {
        let desk = Desk::new(home);
        let maya = desk.browser("maya");
        let free = maya.note("kettle free");
        let with_dora = maya.note("kettle dora");
        maya.did(&with_dora, "assignment", &[("assignee", &desk.id("dora").to_string())]);
        let of_north = maya.note("kettle north");
        let north = desk.north.to_string();
        maya.did(&of_north, "rerouting", &[("team", &north), ("reason", "They know the machine")]);
        let requests = [
            (&free, "kettle free", vec!["helen", "maya"]),
            (&with_dora, "kettle dora", vec!["helen", "maya", "dora"]),
            (&of_north, "kettle north", vec!["helen", "maya", "ben"]),
        ];
        for indexed in [false, true] {
            if indexed {
                desk.store.write(|tx| index_some(tx, 64)).kept();
            }
            for name in PEOPLE {
                let browser = desk.browser(name);
                let list = browser.get("/requests");
                let found = searched(&desk, name);
                for (id, title, readers) in &requests {
                    let sees = readers.contains(&name);
                    assert_eq!(list.has(title), sees, "{name} lists {title}");
                    let one = browser.get(&format!("/requests/{id}")).status;
                    assert_eq!(one == StatusCode::OK, sees, "{name} opens {title}");
                    assert_eq!(found.contains(&(*title).to_owned()), sees, "{name} finds {title}, indexed: {indexed}");
                }
            }
        }
    }

    fn the_account_manager_of_a_client_reaches_its_requests_until_another_one_takes_over(home) {
        let desk = Desk::new(home);
        let id = desk.browser("maya").note("kettle owned");
        let sees = |name: &str| {
            let opens = desk.browser(name).get(&format!("/requests/{id}")).status == StatusCode::OK;
            assert_eq!(searched(&desk, name).contains(&"kettle owned".to_owned()), opens, "{name}");
            opens
        };
        assert!(!sees("cleo"));
        desk.owns("cleo", &id);
        assert!(sees("cleo"));
        desk.owns("helen", &id);
        assert!(!sees("cleo"));
    }

    fn who_may_only_read_finds_no_form_and_no_command(home) {
        let desk = Desk::new(home);
        let id = desk.browser("maya").note("Invoice 1182 is wrong");
        let helen = desk.browser("helen");
        let page = helen.get(&format!("/requests/{id}"));
        assert!(!page.has("acts/messages") && page.has("acts/closure"), "management gives work and closes");
        assert_eq!(helen.get("/requests/new").status, StatusCode::NOT_FOUND);
        let answer = helen.act(&id, "messages", &[("voice", "us"), ("text", "x")]);
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        helen.did(&id, "assignment", &[("assignee", &desk.id("ben").to_string())]);
        let foreign = desk.browser("dora").act(&id, "assignment", &[("assignee", "me")]);
        assert_ne!(foreign.status, StatusCode::SEE_OTHER);
    }
}

/// The subjects that somebody finds, within the reach of their own scope.
fn searched(desk: &Desk, name: &str) -> Vec<String> {
    let token = desk.token(Some(desk.id(name)), vec![Action::ReadRequests]);
    let token = desk.wait(desk.accounts.bearer(&token)).unwrap().unwrap();
    let scope = token.scope(Action::ReadRequests);
    let hits = desk.store.read(move |read| {
        let reach = Reach::of(&scope.params());
        find(
            read,
            &Query::parse("kettle "),
            ("request", &reach),
            None,
            50,
        )
    });
    let hits = hits.kept().hits;
    hits.into_iter().map(|hit| hit.title.text).collect()
}
