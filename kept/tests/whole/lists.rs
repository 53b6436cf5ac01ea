//! What a page lists and offers is what its reader reaches: no more, no less.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use axum::http::StatusCode;
use kept_store::Dialect;
use kept_testing::Home;

use crate::ask::{Answer, Asker};
use crate::desk::{Desk, ROLES};
use crate::records::holes;
use crate::table::{Case, Table};

/// Everything that a person reaches by following links from the first page, and what each was answered.
fn followed(desk: &Desk, asker: &Asker) -> BTreeMap<String, Answer> {
    let mut seen = BTreeMap::new();
    let mut waiting = VecDeque::from(["/".to_owned(), "/me".to_owned()]);
    while let Some(path) = waiting.pop_front() {
        if seen.contains_key(&path) {
            continue;
        }
        let answer = asker.get(desk, &path);
        let onward = answer.text.split("href=\"").skip(1);
        let onward = onward.map(|rest| {
            rest.split('"')
                .next()
                .unwrap()
                .replace("&#38;", "&")
                .replace("&amp;", "&")
        });
        let led = answer.location().to_owned();
        for link in onward.chain([led]) {
            let mut link = link.split('#').next().unwrap();
            // What is taken out is counted: once shows that one is let in, whatever the view.
            if let Some((list, _)) = link.split_once(".csv?") {
                link = &link[..list.len() + ".csv".len()];
            }
            if link.starts_with('/') && !link.starts_with("//") {
                waiting.push_back(link.to_owned());
            }
        }
        seen.insert(path, answer);
        assert!(seen.len() < 2_000, "the site of {} has no end", asker.name);
    }
    seen
}

#[test]
fn no_page_offers_what_its_reader_is_refused() {
    let Some(home) = Home::new(Dialect::Sqlite, "links") else {
        return;
    };
    let desk = Desk::with_history(&home);
    let routes: BTreeSet<_> = Table::read().names();
    let mut count = 0;
    for role in ROLES {
        let hired = desk.hire(role);
        let asker = Asker::with_session(&desk, role, &desk.sign_in(&hired.email).1);
        for (path, answer) in followed(&desk, &asker) {
            count += 1;
            let fine = answer.status == StatusCode::OK || answer.status == StatusCode::SEE_OTHER;
            assert!(fine, "{role} is led to {path}: {}", answer.status);
            for action in answer.text.split("action=\"").skip(1) {
                let action = action.split('"').next().unwrap();
                assert!(
                    is_route(&routes, action),
                    "{role}, {path}: a form to {action}"
                );
            }
        }
    }
    println!("{count} pages");
}

/// Whether some route has this path, for any method.
fn is_route(routes: &BTreeSet<String>, path: &str) -> bool {
    let asked: Vec<_> = path.split('?').next().unwrap().split('/').collect();
    routes.iter().any(|route| {
        let pieces: Vec<_> = route.split_once(' ').unwrap().1.split('/').collect();
        let fits = |(piece, word): (&&str, &&str)| piece.starts_with('{') || piece == word;
        pieces.len() == asked.len() && pieces.iter().zip(&asked).all(fits)
    })
}

#[test]
fn a_persons_page_lists_their_own_sessions_tokens_and_days_and_nobody_elses() {
    let Some(home) = Home::new(Dialect::Sqlite, "own") else {
        return;
    };
    let desk = Desk::new(&home);
    let people = ["administrator", "management", "employee"].map(|role| desk.hire(role));
    let own: Vec<Vec<String>> = people
        .iter()
        .map(|person| {
            let made = |record| holes(&desk, record, Case::There, person);
            [made("session"), made("token"), made("absence")].concat()
        })
        .collect();
    for (person, mine) in people.iter().zip(&own) {
        let asker = Asker::with_session(&desk, &person.email, &desk.sign_in(&person.email).1);
        let page = asker.get(&desk, "/me");
        for id in own.iter().flatten() {
            assert_eq!(
                page.text.contains(id),
                mine.contains(id),
                "{}",
                person.email
            );
        }
    }
}

#[test]
fn the_list_of_people_has_all_of_them_each_with_a_page() {
    let Some(home) = Home::new(Dialect::Sqlite, "people") else {
        return;
    };
    let desk = Desk::new(&home);
    let hired: BTreeSet<_> = (0..120)
        .map(|_| desk.hire("employee").person.to_string())
        .collect();
    let admin = desk.hire("administrator");
    let asker = Asker::with_session(&desk, "administrator", &desk.sign_in(&admin.email).1);
    let listed: BTreeSet<_> = followed(&desk, &asker)
        .into_keys()
        .filter_map(|path| path.strip_prefix("/settings/people/").map(str::to_owned))
        .filter(|id| id != "new" && *id != admin.person.to_string())
        .collect();
    assert_eq!(listed, hired);
}
