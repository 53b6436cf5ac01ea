//! The threads of two list archives, put together by what each mail answers, against two other programs.

use std::collections::{BTreeMap, BTreeSet};

use kept_mail::reading::Incoming;

use crate::archive::{folder, messages, unpacked};

type Threads = BTreeSet<BTreeSet<String>>;

#[test]
fn the_threads_of_two_lists_are_those_of_other_programs() {
    let test = "the_threads_of_two_lists_are_those_of_other_programs";
    let (Some(mail), Some(oracle)) = (folder(test, "mail"), folder(test, "oracle")) else {
        return;
    };
    let messages = messages(&mail);
    let rows = String::from_utf8(unpacked(&oracle.join("mail_threads.csv.gz"))).unwrap();
    let mut sets: BTreeMap<&str, Vec<(&str, &str, &str)>> = BTreeMap::new();
    for row in rows.lines().skip(1) {
        let mut fields = row.splitn(4, ',');
        let [Some(set), Some(id), Some(thread), Some(_)] = std::array::from_fn(|_| fields.next())
        else {
            panic!("{row}");
        };
        let hash = row.rsplit(',').next().unwrap();
        sets.entry(set).or_default().push((id, thread, hash));
    }
    for (set, rows) in sets {
        // One mail has no id: they left it out.
        let known = rows.iter().filter(|(_, thread, _)| !thread.is_empty());
        let theirs = grouped(known.map(|(id, thread, _)| ((*id).to_owned(), (*thread).to_owned())));
        let mails = rows.iter().filter_map(|(.., hash)| messages.get(*hash));
        let mails: Vec<Incoming> = mails.map(|raw| Incoming::read(raw)).collect();
        let ours = grouped(roots(&mails));
        let same = ours.intersection(&theirs).count();
        println!(
            "{set}: {} threads, theirs {}, the same {same}",
            ours.len(),
            theirs.len()
        );
        for thread in ours.difference(&theirs) {
            println!("  only ours: {thread:?}");
        }
        for thread in theirs.difference(&ours) {
            println!("  only theirs: {thread:?}");
        }
        assert_eq!(ours, theirs, "{set}");
    }
}

/// For each mail, the thread that it ends up in: what it answers and what that answers are one.
fn roots(mails: &[Incoming]) -> Vec<(String, String)> {
    let mut of: BTreeMap<String, String> = BTreeMap::new();
    for mail in mails {
        let Some(own) = &mail.message_id else {
            continue;
        };
        let known = mail.answers().chain([own.as_str()]);
        let all: BTreeSet<String> = known.map(|id| root(&of, id)).collect();
        let Some(first) = all.first().cloned() else {
            continue;
        };
        for one in all {
            of.insert(one, first.clone());
        }
    }
    let own = mails.iter().filter_map(|mail| mail.message_id.clone());
    own.map(|id| (id.clone(), root(&of, &id))).collect()
}

fn root(of: &BTreeMap<String, String>, id: &str) -> String {
    let mut id = id.to_owned();
    while let Some(next) = of.get(&id).filter(|next| **next != id) {
        id.clone_from(next);
    }
    id
}

fn grouped(rows: impl IntoIterator<Item = (String, String)>) -> Threads {
    let mut threads: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (id, thread) in rows {
        threads.entry(thread).or_default().insert(id);
    }
    threads.into_values().collect()
}
