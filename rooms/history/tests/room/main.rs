//! The room of imports on both databases: from a log that is sent to an import that is undone.

#![expect(
    clippy::unwrap_used,
    reason = "these are tests throughout: what is missing fails the test"
)]

mod desk;

use axum::http::StatusCode;
use kept_journal::audit::Who;
use kept_journal::events;
use kept_journal::imports::{self, Import};
use kept_logs::{Mapping, ReadOptions};
use kept_testing::{on_both, prepare_all};

use desk::{Desk, Silent, between, log, mapping};

on_both! {
    fn every_statement_is_understood(home) {
        prepare_all(&Desk::new(home).store, kept_history::STATEMENTS);
    }

    fn a_log_is_shown_as_it_is_understood_and_nothing_is_written(home) {
        let desk = Desk::new(home);
        assert!(desk.page("/history").contains("Nothing is imported yet"));
        assert!(desk.page("/history/new").contains("at most 2 GB"));
        let here = desk.send(&log(60), &mapping());
        let page = desk.page(&here);
        for part in [
            "All 156 lines were read", "155 events", "60 records", "5 clients", "1 line cannot be used",
            "a request is received", "the time", "who did it", "has 1 fields where the header names 5 columns",
            "Import the log",
        ] {
            assert!(page.contains(part), "{part} in {page}");
        }
        assert_eq!(events::span(&desk.store).unwrap(), None);
        assert!(desk.page("/history").contains("Looked at, not imported"));
    }

    fn an_import_is_listed_undone_and_done_again(home) {
        let desk = Desk::new(home);
        let here = desk.send(&log(60), &mapping());
        assert_eq!(desk.post(&format!("{here}/import")), StatusCode::SEE_OTHER);
        desk.rest();
        let page = desk.page(&here);
        assert!(page.contains("155 events are in the journal"), "{page}");
        assert!(page.contains("1 bad line as CSV"));
        let (_, csv) = desk.get(&format!("{here}/bad-lines.csv"));
        assert_eq!(csv.lines().count(), 2, "{csv}");
        assert!(csv.contains("'=1+1"), "{csv}");
        assert_eq!(desk.judged(), 1);
        // A second import of the same log would count everything twice.
        assert_eq!(desk.post(&format!("{here}/import")), StatusCode::CONFLICT);
        let import = imports::list(&desk.store).unwrap().remove(0);
        assert_eq!(desk.post(&format!("/history/imports/{}/undo", import.id)), StatusCode::SEE_OTHER);
        desk.rest();
        assert_eq!(events::span(&desk.store).unwrap(), None);
        assert_eq!(desk.judged(), 2);
        let page = desk.page(&here);
        assert!(page.contains("The import was undone") && page.contains("Import the log"), "{page}");
        desk.post(&format!("{here}/import"));
        desk.rest();
        assert_eq!(events::span(&desk.store).unwrap().unwrap().events, 155);
    }

    fn an_import_that_was_broken_off_goes_on_where_it_ended(home) {
        let desk = Desk::new(home);
        let whole = log(4_000);
        let here = desk.send(&whole, &mapping());
        desk.post(&format!("{here}/import"));
        desk.rest();
        let events = desk.journal();
        let import = imports::list(&desk.store).unwrap().remove(0);
        desk.post(&format!("/history/imports/{}/undo", import.id));
        desk.rest();
        // As a server leaves it that is killed in the middle: some slices are in, and nothing says that it is whole.
        let id = here.rsplit('/').next().unwrap().parse().unwrap();
        let rules = desk.rules.now();
        let mapping = Mapping::parse(&mapping(), &rules.register).unwrap();
        let read = kept_logs::read(
            Box::new(std::io::Cursor::new(whole)), &mapping, &rules.register, &ReadOptions::default(), &mut Silent,
        ).unwrap();
        let mut half = Import::begin(&desk.store, &desk.world, rules.codec.clone(), "log.csv", Who::Kept).unwrap();
        desk.link(id, half.id());
        let mut pushed = 0;
        let broken = read.for_each(|event| {
            pushed += 1;
            if pushed > 9_000 {
                return Err(std::io::Error::other("killed"));
            }
            half.push(event).unwrap();
            Ok(())
        });
        assert!(broken.is_err());
        drop(half);
        desk.settle();
        let page = desk.page(&here);
        assert!(page.contains("This import was broken off") && page.contains("Go on importing"), "{page}");
        desk.post(&format!("{here}/import"));
        desk.rest();
        assert!(desk.page(&here).contains("events are in the journal"));
        assert!(events.len() > 10_000);
        assert_eq!(desk.journal(), events, "nothing is lost, nothing comes twice, and the order is the same");
    }

    fn a_log_that_does_not_arrive_whole_leaves_nothing(home) {
        let desk = Desk::new(home);
        let form = desk.form(&log(500), &mapping());
        for cut in [form.len() / 4, form.len() / 2, form.len() - 10] {
            let status = desk.send_bytes(&form[..cut]);
            assert_ne!(status, StatusCode::SEE_OTHER, "{cut}");
            assert_eq!(desk.files(), 0, "{cut}");
        }
        assert!(desk.page("/history").contains("Nothing is imported yet"));
    }

    fn a_mapping_that_does_not_fit_is_explained_and_can_be_changed_here(home) {
        let desk = Desk::new(home);
        let here = desk.send(&log(10), &mapping().replace("\"timestamp\"", "\"timestmap\""));
        let page = desk.page(&here);
        assert!(page.contains("The log has no column “timestmap”") && page.contains("Did you mean"), "{page}");
        assert!(!page.contains("Import the log"));
        let form = format!("mapping={}", desk::encoded(&mapping()));
        assert_eq!(desk.post_form(&format!("{here}/mapping"), &form), StatusCode::SEE_OTHER);
        assert!(desk.page(&here).contains("Import the log"));
        assert_eq!(desk.post(&format!("{here}/removal")), StatusCode::SEE_OTHER);
        assert_eq!(desk.files(), 0);
    }

    fn an_import_from_the_command_line_can_be_undone_here(home) {
        let desk = Desk::new(home);
        desk.import_by_hand(&log(20));
        let page = desk.page("/history");
        let href = between(&page, "<a href=\"/history/imports/", "\"");
        let page = desk.page(&format!("/history/imports/{href}"));
        assert!(page.contains("Undo the import"), "{page}");
        desk.post(&format!("/history/imports/{href}/undo"));
        desk.rest();
        assert_eq!(events::span(&desk.store).unwrap(), None);
        assert_eq!(desk.get("/history/imports/nonsense").0, StatusCode::NOT_FOUND);
    }
}
