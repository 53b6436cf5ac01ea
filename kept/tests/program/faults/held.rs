//! What the database holds afterwards, against what clients were told.

use std::collections::{BTreeMap, BTreeSet};

use kept_kernel::Id;
use kept_store::{Read, Row, Sql, StoreError, statements};
use kept_testing::Kept as _;

use super::clients::{Client, Way};
use crate::served::Desk;

statements! {
    REQUESTS = "SELECT id, subject FROM requests";
    MESSAGES = "SELECT request, 'message' FROM request_messages";
    EVENTS = "SELECT r.id, e.what FROM events e JOIN records r ON r.number = e.record WHERE r.noun = 'request'";
    ENTRIES = "SELECT object_id, act FROM audit WHERE object = 'request'";
    OBLIGATIONS = "SELECT r.id, o.code || '/' || o.rule FROM obligations o JOIN records r ON r.number = o.record
                   WHERE r.noun = 'request' AND o.run = (SELECT max(number) FROM obligation_runs WHERE in_force_at IS NOT NULL)";
    CONTACTS = "SELECT id, email FROM contacts";
    ANSWERS = "SELECT asker, key FROM api_answers WHERE answer IS NOT NULL";
    FORMS = "SELECT request, 'form' FROM request_forms";
    TIMELESS = "SELECT r.noun, r.id FROM obligations o JOIN records r ON r.number = coalesce(o.client, o.record)
                WHERE o.settled_at IS NULL AND NOT EXISTS (SELECT 1 FROM timers t WHERE t.record = r.number)";
}

/// What stands beside a record, by its id.
type Beside = BTreeMap<String, Vec<String>>;

fn beside(desk: &Desk, sql: Sql, first: fn(&Row<'_>) -> Result<String, StoreError>) -> Beside {
    let read = move |read: &Read<'_>| {
        let mut all = Beside::new();
        read.each(sql, &[], |row| {
            all.entry(first(row)?).or_default().push(row.get(1)?);
            Ok(())
        })?;
        Ok::<_, StoreError>(all)
    };
    let mut all = desk.store().read(read).kept();
    for these in all.values_mut() {
        these.sort();
    }
    all
}

fn by_id(row: &Row<'_>) -> Result<String, StoreError> {
    row.get::<Id>(0).map(|id| id.to_string())
}

fn by_text(row: &Row<'_>) -> Result<String, StoreError> {
    row.get(0)
}

/// Every request that was answered with success is there, each once and with all that belongs to it; what was not answered is
/// there whole or not at all. Returns how many there are.
pub fn examine(desk: &Desk, clients: &[Client]) -> usize {
    let requests = beside(desk, REQUESTS, by_id);
    let mut subjects = BTreeSet::new();
    for subject in requests.values().flatten() {
        assert!(
            subjects.insert(subject.as_str()),
            "{subject} is there twice"
        );
    }
    let sent: Vec<_> = clients.iter().flat_map(|client| &client.sent).collect();
    for one in &sent {
        let there = subjects.contains(one.subject.as_str());
        assert!(there || one.taken.is_none(), "lost: {one:?}");
    }
    let known: BTreeSet<_> = sent.iter().map(|one| one.subject.as_str()).collect();
    assert!(subjects.is_subset(&known), "nobody sent {subjects:?}");
    whole(desk, &requests);
    once(desk, clients, requests.len());
    desk.is_sound();
    requests.len()
}

/// Each has the same events, the same entry, the same duties, one message.
fn whole(desk: &Desk, requests: &Beside) {
    let events = beside(desk, EVENTS, by_text);
    let entries = beside(desk, ENTRIES, by_text);
    let messages = beside(desk, MESSAGES, by_id);
    let duties = beside(desk, OBLIGATIONS, by_text);
    for all in [&events, &entries, &messages, &duties] {
        assert!(
            all.keys().eq(requests.keys()),
            "something without its request, or the reverse"
        );
    }
    for id in requests.keys() {
        assert_eq!(events[id], ["log-request", "receive-request"]);
        assert_eq!(entries[id], ["RequestOpened"]);
        assert_eq!(messages[id].len(), 1);
        let first = duties.values().next().unwrap();
        assert!(first.contains(&"SR/acknowledge".to_owned()), "{first:?}");
        assert_eq!(&duties[id], first);
        assert_eq!(
            duties[id].iter().collect::<BTreeSet<_>>().len(),
            first.len()
        );
    }
    assert_eq!(
        beside(desk, TIMELESS, by_text),
        Beside::new(),
        "owed, and no timer"
    );
}

/// Nobody was taken in twice, and each answer that was kept belongs to one request.
fn once(desk: &Desk, clients: &[Client], requests: usize) {
    assert_eq!(beside(desk, CONTACTS, by_id).len(), requests);
    let answers: usize = beside(desk, ANSWERS, by_id).values().map(Vec::len).sum();
    let forms = beside(desk, FORMS, by_id).len();
    assert_eq!(answers + forms, requests);
    let by_form = |client: &&Client| matches!(client.way, Way::Form);
    let sent: usize = clients
        .iter()
        .filter(by_form)
        .map(|client| client.sent.len())
        .sum();
    assert!(forms <= sent);
}
