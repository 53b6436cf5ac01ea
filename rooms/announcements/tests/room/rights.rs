//! Who may do what; and that lists, single records and the search say the same.

use axum::http::StatusCode;
use kept_accounts::access::Action;
use kept_accounts::queries::circles_of;
use kept_search::{Query, Reach, find, index_some};
use kept_store::StoreError;
use kept_testing::{Kept as _, on_both};

use crate::desk::Desk;

const PEOPLE: [&str; 5] = ["helen", "maya", "ben", "cleo", "dora"];

on_both! {
    fn who_may_not_post_finds_no_form_and_no_command(home) {
        let desk = Desk::new(home);
        let ben = desk.browser("ben");
        assert_eq!(ben.get("/announcements/new").status, StatusCode::NOT_FOUND);
        let fields = [("title", "x"), ("text", "x"), ("audience", "company")];
        assert_eq!(ben.post("/me", "/announcements", &fields).status, StatusCode::FORBIDDEN, "no page gave the token");
        let id = desk.browser("helen").announce("One", "company");
        assert_eq!(ben.get(&format!("/announcements/{id}/edit")).status, StatusCode::NOT_FOUND);
    }

    fn a_manager_of_a_team_posts_to_that_team_alone(home) {
        let desk = Desk::new(home);
        let maya = desk.browser("maya");
        let post = |audience: &str| {
            let fields = [("title", "x"), ("text", "x"), ("audience", audience)];
            maya.post("/announcements/new", "/announcements", &fields).status
        };
        assert_eq!(post(&format!("team:{}", desk.north)), StatusCode::SEE_OTHER);
        for audience in ["company".to_owned(), format!("department:{}", desk.support)] {
            assert_eq!(post(&audience), StatusCode::FORBIDDEN, "{audience}");
        }
        let form = maya.get("/announcements/new");
        assert!(form.has("Team North") && !form.has("The whole company"));
    }

    fn whom_it_is_addressed_to_may_not_change_it_for_that(home) {
        let desk = Desk::new(home);
        let id = desk.browser("helen").announce("From above", "company");
        let maya = desk.browser("maya");
        let page = format!("/announcements/{id}");
        assert_eq!(maya.get(&page).status, StatusCode::OK);
        assert!(!maya.get(&page).has("Who has read it"));
        assert_eq!(maya.get(&format!("{page}/edit")).status, StatusCode::NOT_FOUND);
        let withdrawal = format!("{page}/withdrawal");
        assert_eq!(maya.post("/announcements/new", &withdrawal, &[]).status, StatusCode::NOT_FOUND);
        assert!(desk.browser("ben").sees("From above"));
    }

    fn everyone_sees_what_is_addressed_to_them_in_lists_pages_and_search_alike(home) {
        let desk = Desk::new(home);
        let helen = desk.browser("helen");
        let posts = [
            ("company".to_owned(), "kettle company", vec!["helen", "maya", "ben", "cleo", "dora"]),
            (format!("team:{}", desk.north), "kettle north", vec!["helen", "maya", "ben"]),
            (format!("department:{}", desk.support), "kettle support", vec!["helen", "cleo"]),
        ];
        let made: Vec<_> = posts.iter().map(|(audience, title, _)| helen.announce(title, audience)).collect();
        for indexed in [false, true] {
            if indexed {
                desk.store.write(|tx| index_some(tx, 64)).kept();
            }
            for name in PEOPLE {
                let browser = desk.browser(name);
                let list = browser.get("/announcements");
                let found = searched(&desk, name);
                for ((_, title, readers), id) in posts.iter().zip(&made) {
                    let sees = readers.contains(&name);
                    assert_eq!(list.has(title), sees, "{name} lists {title}");
                    let one = browser.get(&format!("/announcements/{id}")).status;
                    assert_eq!(one == StatusCode::OK, sees, "{name} opens {title}");
                    assert_eq!(found.contains(&(*title).to_owned()), sees, "{name} finds {title}, indexed: {indexed}");
                }
            }
        }
    }

    fn whoever_joins_a_team_later_reads_its_announcements_too(home) {
        let desk = Desk::new(home);
        desk.browser("helen").announce("For the north", &format!("team:{}", desk.north));
        assert!(!desk.browser("dora").sees("For the north"));
        desk.place(desk.id("dora"), (Some(desk.north), None));
        assert!(desk.browser("dora").sees("For the north"));
    }

    fn only_whom_it_is_addressed_to_confirms_it(home) {
        let desk = Desk::new(home);
        let helen = desk.browser("helen");
        let id = helen.announce("For the north", &format!("team:{}", desk.north));
        let (page, readings) = (format!("/announcements/{id}"), format!("/announcements/{id}/readings"));
        assert_eq!(helen.post(&page, &readings, &[("version", "1")]).status, StatusCode::CONFLICT, "she only sees it");
        let dora = desk.browser("dora");
        assert_eq!(dora.post("/announcements", &readings, &[("version", "1")]).status, StatusCode::FORBIDDEN);
        assert!(helen.get(&page).has("<b>0</b> of 2 have confirmed"));
    }
}

/// The titles that somebody finds, within the reach of their own scope.
fn searched(desk: &Desk, name: &str) -> Vec<String> {
    // A token of theirs with this one scope reaches what they reach.
    let token = desk.token(Some(desk.id(name)), vec![Action::ReadAnnouncements]);
    let token = desk.wait(desk.accounts.bearer(&token)).unwrap().unwrap();
    let (scope, person) = (token.scope(Action::ReadAnnouncements), desk.id(name));
    let hits = desk.store.read(move |read| {
        let circles = circles_of(read, person)?;
        let reach = Reach::of(&scope.params());
        let reach = circles
            .into_iter()
            .fold(reach, |reach, circle| reach.in_circle(Some(circle)));
        let query = Query::parse("kettle ");
        let found = find(read, &query, ("announcement", &reach), None, 50)?;
        Ok::<_, StoreError>(found)
    });
    hits.kept()
        .hits
        .into_iter()
        .map(|hit| hit.title.text)
        .collect()
}
