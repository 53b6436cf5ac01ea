//! The pages, each from a house.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use kept_adherence::Reach;
use kept_testing::on_both;

use crate::desk::{Desk, NASTY, with_a_course};

fn between<'a>(page: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = page
        .split_once(before)
        .unwrap_or_else(|| panic!("no {before} in {page}"));
    rest.split_once(after).map_or(rest, |(found, _)| found)
}

on_both! {
    fn before_the_first_judgement_the_page_says_what_to_do(home) {
        let desk = Desk::new(home);
        let page = desk.page("/adherence");
        assert!(page.contains("Nothing is judged yet"));
        assert!(page.contains("action=\"/adherence/judgements\""));
        assert_eq!(desk.get("/adherence/HD/acknowledge").0, StatusCode::NOT_FOUND);
    }

    fn the_overview_shows_each_rule_with_its_figure_interval_n_and_verdict(home) {
        let desk = Desk::judged(home);
        let page = desk.page("/adherence");
        let row = between(&page, "data-card=\"/sops/clause/HD/acknowledge\"", "</tr>");
        for part in ["class=\"interval\"", "class=\"verdict\"", "href=\"/adherence/HD/acknowledge\"", "class=\"spark\"", "n&#8239;"] {
            assert!(row.contains(part), "{part} in {row}");
        }
        assert!(page.contains("Target 95 %"));
        for by in ["person", "team", "role", "client", "tier", "month"] {
            let page = desk.page(&format!("/adherence?by={by}&from=2026-01&to=2026-02"));
            assert_eq!(page.contains("is-person"), by != "tier", "{by}");
        }
        assert!(desk.page("/adherence?by=month").contains("January 2026"));
        assert!(desk.page("/adherence?sop=HD&from=never").contains("HD"));
        assert!(desk.page("/adherence?sop=XX").contains("No rule has a verdict"));
    }

    fn whoever_sees_his_own_figures_sees_no_others(home) {
        let mut desk = Desk::judged(home);
        let own = Reach::Own("Bob".into());
        let team = Reach::Team("Support".into());
        let whole = desk.page("/adherence");
        assert!(whole.contains("Judge again"));
        for (reach, name, other) in [(&own, "Bob", "Eve"), (&team, "Support", "Bob")] {
            // Whatever the address asks for.
            for query in ["", "?by=person", "?by=person&of=Nobody", "?by=client&of=Client+1"] {
                let (status, page) = desk.get_as(reach.clone(), &format!("/adherence{query}"));
                assert_eq!(status, StatusCode::OK);
                assert!(page.contains(name), "{query}");
                assert!(!page.contains(other) && !page.contains("Judge again"), "{query}");
                let (status, page) = desk.get_as(reach.clone(), &format!("/adherence/HD/acknowledge{query}"));
                assert_eq!(status, StatusCode::OK);
                assert!(page.contains(name) && !page.contains(&format!(">{other}")), "{query}");
                let (status, csv) = desk.get_as(reach.clone(), &format!("/adherence/HD/acknowledge/cases.csv{query}"));
                assert_eq!(status, StatusCode::OK);
                assert!(!csv.contains(&format!(",{other},")), "{csv}");
            }
        }
        // A team's own people may be looked at one by one, by name.
        let page = desk.get_as(team.clone(), "/adherence?by=person&of=Eve").1;
        assert!(page.contains("Eve Adler"), "{page}");
        // A case that they owe nothing on is none for them; T000 is Eve's and T001 Bob's.
        assert_eq!(desk.get_as(own.clone(), "/adherence/cases/request/T001").0, StatusCode::OK);
        let foreign = desk.get_as(own.clone(), "/adherence/cases/request/T000");
        let missing = desk.get_as(own.clone(), "/adherence/cases/request/T999");
        assert_eq!(foreign.0, StatusCode::NOT_FOUND);
        assert_eq!(foreign.1.replace("T000", "T999"), missing.1);
        assert_eq!(desk.get_as(team, "/adherence/cases/request/T001").0, StatusCode::NOT_FOUND);
        // Whoever may open the request itself sees what it owes, whoever owes it.
        "request T000".clone_into(&mut desk.open);
        assert_eq!(desk.get_as(own, "/adherence/cases/request/T000").0, StatusCode::OK);
    }

    fn each_number_opens_its_cases_and_no_case_stands_on_two_pages(home) {
        let desk = Desk::judged(home);
        desk.import(&crate::desk::log(240).replace("\nT", "\nV"));
        desk.judge();
        let mut next = "/adherence/HD/acknowledge?verdict=met".to_owned();
        let mut seen = BTreeSet::new();
        let (mut pages, mut rows) = (0, 0);
        loop {
            let page = desk.page(&next);
            pages += 1;
            for part in page.split("href=\"/adherence/cases/request/").skip(1) {
                seen.insert(part.split('"').next().unwrap().to_owned());
                rows += 1;
            }
            let Some((before, _)) = page.split_once("\" rel=\"next\"") else { break };
            let (_, href) = before.rsplit_once("href=\"").unwrap();
            next = href.replace("&#38;", "&").replace("&amp;", "&");
            next = next.split('#').next().unwrap().to_owned();
        }
        let page = desk.page("/adherence/HD/acknowledge?verdict=met");
        let count = between(between(&page, ">Met<", "</a>"), "\">", "</span>");
        assert_eq!((rows, seen.len().to_string().as_str()), (seen.len(), count));
        assert!(pages > 2, "{pages}");
    }

    fn a_clause_is_split_and_narrowed(home) {
        let desk = Desk::judged(home);
        let page = desk.page("/adherence/HD/resolve-elapsed");
        for part in ["class=\"sentence\"", "By person", "By client", "How long it took", "class=\"chart is-wide\"", "id=\"cases\""] {
            assert!(page.contains(part), "{part}");
        }
        let page = desk.page("/adherence/HD/resolve-elapsed?by=person&of=Eve&verdict=met");
        assert!(page.contains("Person <b>Eve Adler</b>") && !page.contains(">Bob<"));
        let page = desk.page("/adherence/HD/resolve-elapsed?from=2026-02&to=2026-02&verdict=met");
        let opened: Vec<_> = page.split("class=\"c-opened\"><time datetime=\"").skip(1).collect();
        assert!(!opened.is_empty() && opened.iter().all(|day| day.starts_with("2026-02")), "{page}");
        assert!(desk.page("/adherence/HD/resolve-elapsed?by=client&of=nobody").contains("No such cases"));
    }

    fn a_case_shows_its_duties_and_why_each_was_due_then(home) {
        let desk = Desk::judged(home);
        let page = desk.page("/adherence/cases/request/T000");
        assert_eq!(page.matches("class=\"case-duty\"").count(), page.matches("Why is it due then?").count());
        assert!(!page.contains("why-steps"), "an account that nobody asked for");
        let page = desk.page("/adherence/cases/request/T000?why=HD-acknowledge-1-1");
        assert_eq!(page.matches("class=\"why-steps\"").count(), 1);
        let why = between(&page, "class=\"why-steps\"", "</ol>");
        assert!(why.contains("Opened") && why.contains("So it is due"), "{why}");
        assert!(!why.contains("by event"), "{why}");
        assert_eq!(desk.get("/adherence/cases/request/nobody").0, StatusCode::NOT_FOUND);
        assert_eq!(desk.get("/adherence/cases/nonsense/T000").0, StatusCode::NOT_FOUND);
        let noted = desk.noted.lock().unwrap();
        assert!(!noted.is_empty() && noted.iter().all(|read| read == "request T000 of Client 0"), "who looks is noted: {noted:?}");
    }

    fn a_course_is_accounted_for_by_who_works_here_and_not_by_an_event(home) {
        let desk = Desk::new(home);
        desk.rules.put(with_a_course());
        desk.judge();
        // What Eve owes, and what Bob does.
        for turn in 1..=2 {
            let page = desk.page(&format!("/adherence/cases/company/company?why=HD-service-course-1-{turn}"));
            assert!(page.matches("class=\"case-duty\"").count() >= 2, "{page}");
            let why = between(&page, "class=\"why-steps\"", "</ol>");
            assert!(why.contains("No event of this case opened it: it follows from the calendar, or from who works here in which role."), "{why}");
        }
        assert!(desk.noted.lock().unwrap().is_empty(), "it is no client's case");
    }

    fn a_file_of_cases_has_every_case_and_no_formula(home) {
        let desk = Desk::judged(home);
        let (status, file) = desk.get("/adherence/HD/acknowledge/cases.csv?verdict=met-late");
        assert_eq!(status, StatusCode::OK);
        let page = desk.page("/adherence/HD/acknowledge?verdict=met-late");
        let count = between(between(&page, ">Met late<", "</a>"), "\">", "</span>");
        assert_eq!((file.lines().count() - 1).to_string(), count);
        assert!(file.contains(&format!("'{NASTY}")) && !file.contains(&format!(",{NASTY}")), "{file}");
        let (_, figures) = desk.get("/adherence/figures.csv");
        assert!(figures.contains("HD/acknowledge"), "{figures}");
    }

    fn what_is_not_there_is_not_found_and_visitors_see_nothing(home) {
        let desk = Desk::judged(home);
        for path in ["/adherence/HD/nothing", "/adherence/XX/acknowledge", "/adherence/HD/nothing/cases.csv"] {
            assert_eq!(desk.get(path).0, StatusCode::NOT_FOUND, "{path}");
        }
        for path in ["/adherence", "/adherence/HD/acknowledge", "/adherence/cases/request/T000", "/adherence/figures.csv", "/adherence/HD/acknowledge/cases.csv"] {
            assert_eq!(desk.get_as_visitor(path), StatusCode::NOT_FOUND, "{path}");
        }
    }
}
