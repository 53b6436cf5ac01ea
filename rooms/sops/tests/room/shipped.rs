//! The five SOPs that ship, in every mode.

use kept_testing::{on_both, prepare_all};

use crate::desk::{Desk, in_force};

on_both! {
    fn every_statement_is_understood(home) {
        prepare_all(&Desk::shipped(home).store, kept_sops::STATEMENTS);
    }

    fn every_document_and_every_rule_has_its_page(home) {
        let desk = Desk::shipped(home);
        let list = desk.page("/sops");
        let in_force = in_force(&desk);
        for document in &in_force.library.documents {
            let code = &document.header.code;
            assert!(list.contains(&format!("href=\"/sops/{code}\"")), "{code}");
            let page = desk.page(&format!("/sops/{code}"));
            for rule in document.rules.iter().filter(|rule| !page.contains(&format!("id=\"{}\"", rule.key.id))) {
                // A step that is written inside its procedure stands in the procedure's sentence.
                let procedure = document.rules.iter().find(|other| other.range.start < rule.range.start && rule.range.end <= other.range.end);
                assert!(procedure.is_some(), "{code}/{}", rule.key.id);
            }
            for clause in &document.clauses {
                assert!(page.contains(&format!("id=\"{}\"", clause.number.replace(' ', "-"))), "{code} {}", clause.number);
            }
            assert!(!page.contains("```") && !page.contains("+++"), "{code}");
            desk.page(&format!("/sops/{code}?mode=run"));
            let versions = desk.page(&format!("/sops/{code}?mode=versions"));
            assert!(versions.contains("as it was shipped"));
        }
    }

    fn every_rule_is_explained_and_has_a_card(home) {
        let desk = Desk::shipped(home);
        for document in &in_force(&desk).library.documents {
            for rule in document.rules.iter().step_by(7) {
                let (code, id) = (&rule.key.code, &rule.key.id);
                assert!(desk.page(&format!("/sops/{code}/{id}")).contains("class=\"sentence\""), "{code}/{id}");
                let (_, card) = desk.get(&format!("/sops/clause/{code}/{id}"));
                assert!(card.contains("<blockquote>") && !card.contains("<html"), "{card}");
            }
        }
    }
}
