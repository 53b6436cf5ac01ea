//! Judgements: whole or not at all, the later one in the place of the one before.

use std::ops::ControlFlow;

use kept_adherence::{JudgeError, Judging, Room, State, judge, queries};
use kept_journal::obligations::of_record;
use kept_testing::{Kept as _, on_both, prepare_all};

use crate::desk::{Desk, log, number};

on_both! {
    fn every_statement_is_understood(home) {
        let desk = Desk::new(home);
        prepare_all(&desk.store, kept_adherence::STATEMENTS);
        prepare_all(&desk.store, &kept_journal::statements());
    }

    fn a_judgement_that_is_called_off_leaves_the_one_before(home) {
        let desk = Desk::judged(home);
        let before = number(&desk.store);
        let more = log(900).replace("2026-", "2027-").replace("\nT", "\nU");
        desk.import(&more);
        let rules = desk.rules.now();
        let ended = judge(&desk.store, &desk.world, &rules, Judging::default(), |_| ControlFlow::Break(()));
        assert!(matches!(ended, Err(JudgeError::CalledOff)), "{ended:?}");
        assert_eq!(number(&desk.store), before);
        let duties = |id: &'static str| desk.store.read(move |read| of_record(read, ("request", id))).kept().len();
        assert_eq!((duties("T001") > 0, duties("U001")), (true, 0));
        let judged = desk.judge();
        assert!(judged.events > 1_024 && judged.left_out == 0, "{judged:?}");
        assert_eq!(duties("U001"), duties("T001"));
    }

    fn a_second_judgement_takes_the_place_of_the_first_and_leaves_nothing_of_it(home) {
        let desk = Desk::judged(home);
        let (first, duties) = (number(&desk.store), count(&desk));
        desk.judge();
        assert!(number(&desk.store) > first);
        assert_eq!(count(&desk), duties);
    }

    fn an_announcement_leaves_imported_history_where_it_ended_and_a_request_does_not(home) {
        let desk = Desk::empty(home);
        desk.import(&log(60).replace(",2026-", ",2025-"));
        desk.judge();
        let until = |desk: &Desk| desk.store.read(queries::current).kept().unwrap().until;
        let ended = until(&desk);
        desk.happens(("announcement", "A1"), "post-announcement");
        desk.judge();
        assert_eq!(until(&desk), ended);
        assert!(!desk.room.keep_fresh().unwrap());
        // A request of nobody known is what clients are served by.
        desk.happens(("request", "R1"), "receive-request");
        desk.judge();
        assert!(until(&desk) > ended, "it is judged up to now");
    }

    fn the_journal_is_judged_beside_the_pages(home) {
        let (sender, told) = std::sync::mpsc::channel();
        let desk = Desk::new(home);
        let parts = (desk.store.clone(), desk.world.clone());
        let room = Room::new(parts, desk.rules.clone(), Judging::default, move || {
            let _ = sender.send(());
        });
        assert!(room.begin_judging());
        told.recv().unwrap();
        assert_eq!(room.state(), State::Idle(None));
        assert!(number(&desk.store).is_some());
        assert!(!room.margins(&["HD".to_owned()]).unwrap().is_empty());
    }

    fn counts_of_a_month_are_those_of_its_duties(home) {
        let desk = Desk::judged(home);
        let rows = desk.store.read(|read| {
            let judgement = queries::current(read)?.unwrap().number;
            let all = queries::months_span(read, judgement)?.unwrap();
            queries::months(read, judgement, all)
        }).kept();
        let own: Vec<_> = rows.iter().filter(|row| row.rule == "acknowledge").collect();
        let months: Vec<_> = own.iter().map(|row| row.month.0).collect();
        assert_eq!(months, [202_601, 202_602, 202_603]);
        assert!(own.iter().all(|row| row.counts.triggered == 20), "{own:?}");
        let met: u64 = own.iter().map(|row| row.counts.met).sum();
        let figure = desk.store.read(|read| {
            let judgement = queries::current(read)?.unwrap().number;
            queries::figures_of(read, judgement, ("HD", "acknowledge"))
        }).kept().unwrap();
        assert!(met > 20 && met < 60, "{met}");
        assert_eq!(met, figure.counts.met);
    }
}

/// How many rows of counts and duties there are.
fn count(desk: &Desk) -> (usize, usize) {
    desk.store
        .read(|read| {
            let judgement = queries::current(read)?.unwrap().number;
            let all = queries::months_span(read, judgement)?.unwrap();
            let rows = queries::months(read, judgement, all)?.len();
            Ok::<_, kept_store::StoreError>((rows, of_record(read, ("request", "T001"))?.len()))
        })
        .kept()
}
