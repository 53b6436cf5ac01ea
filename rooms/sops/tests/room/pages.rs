//! The pages of a document of the company's own.

use axum::http::StatusCode;
use kept_testing::on_both;

use crate::desk::{Desk, NOW, SOP};

on_both! {
    fn what_a_document_says_never_becomes_html(home) {
        let page = Desk::own(home).page("/sops/TS");
        for part in [
            "&lt;script&gt;alert(1)&lt;/script&gt;",
            "Trial &#60;b&#62;support&#60;/b&#62;",
            "<span class=\"slot\">Lindqvist &amp; Sons</span>",
            "<a href=\"https://example.org\">the web</a>",
            "a picture",
            "<em>at once</em>",
        ] {
            assert!(page.contains(part), "{part} in {page}");
        }
        assert!(page.contains("&lt;div onclick=") && page.contains("this and"), "{page}");
    }

    fn each_sentence_stands_beside_its_figure(home) {
        let page = Desk::own(home).page("/sops/TS");
        let (_, row) = page.split_once("id=\"acknowledge\"").unwrap();
        let row = row.split("</aside>").next().unwrap();
        for part in [
            "<b>When</b>",
            "<b>the client service representative must</b>",
            "<b>within</b> <span class=\"slot\">1 business hour</span>",
            "<b>otherwise</b>",
            "86.8&#8239;%",
            "n 1,003",
            "84.6–88.8, target 95",
            "class=\"interval\"",
            "7 open breaches",
            "61 excused",
            "href=\"/adherence/TS/acknowledge\"",
        ] {
            assert!(row.contains(part), "{part} in {row}");
        }
        assert!(page.contains("class=\"sentence is-gate\" id=\"closing\""));
        assert!(page.contains("<caption>Table 1: Times</caption>") && page.contains("id=\"1.1\""));
    }

    fn run_mode_shows_what_a_clause_owes_now(home) {
        let desk = Desk::own(home);
        assert!(desk.page("/sops/TS?mode=run").contains("Nothing is owed under TS"));
        desk.receive("R/1 <b>", NOW.plus_micros(-86_400_000_000));
        let page = desk.page("/sops/TS?mode=run");
        assert!(page.contains("href=\"/adherence/cases/request/R%2F1%20%3Cb%3E\""), "{page}");
        assert!(page.contains("overdue by") && page.contains("R/1 &#60;b&#62;"), "{page}");
        assert!(!page.contains("id=\"closing\""));
    }

    fn a_later_version_counts_and_says_what_it_changed(home) {
        let desk = Desk::own(home);
        let later = SOP
            .replace("version = \"1.0\"", "version = \"1.1\"")
            .replace("[acknowledge: 1 business hour]", "[acknowledge: 2 business hours]");
        desk.adopt(&later, false);
        assert!(desk.page("/sops/TS").contains("<span class=\"slot\">2 business hours</span>"));
        let versions = desk.page("/sops/TS?mode=versions");
        let (_, rest) = versions.split_once("of=").unwrap();
        let number: i64 = rest.split('"').next().unwrap().parse().unwrap();
        let page = desk.page(&format!("/sops/TS?mode=versions&of={number}"));
        assert!(page.contains("From 1.0 to 1.1"), "{page}");
        assert!(page.contains("<del>1 business hour</del>") || page.contains("<ins>2"), "{page}");
        assert_eq!(desk.get("/sops/TS?mode=versions&of=99999").0, StatusCode::NOT_FOUND);
    }

    fn what_is_not_there_is_not_found_and_visitors_see_nothing(home) {
        let desk = Desk::own(home);
        for path in ["/sops/XX", "/sops/TS/nothing", "/sops/clause/TS/9.9", "/sops/XX?mode=run"] {
            assert_eq!(desk.get(path).0, StatusCode::NOT_FOUND, "{path}");
        }
        for path in ["/sops", "/sops/TS", "/sops/TS?mode=run", "/sops/TS/closing", "/sops/clause/TS/closing"] {
            assert_eq!(desk.get_as_visitor(path), StatusCode::FORBIDDEN, "{path}");
        }
        let (status, card) = desk.get("/sops/clause/TS/1.1");
        assert_eq!(status, StatusCode::OK);
        assert!(card.contains("kept 86.8 %, n 1,003"), "{card}");
    }
}
