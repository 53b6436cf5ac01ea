//! Which mails may be brought in beside one another: a mail waits for those before it that it may have to do with, since what is said
//! of a conversation is said in the order in which it came.

use std::collections::HashSet;

use kept_mail::reading::Incoming;

use super::thread::number_in;
use crate::queries::folded;

/// Things in the order in which they came, apart where they have nothing in common.
pub(super) struct Lanes<One> {
    came: usize,
    lanes: Vec<Lane<One>>,
}

struct Lane<One> {
    marks: HashSet<String>,
    /// With the place at which each came.
    all: Vec<(usize, One)>,
}

impl<One> Default for Lanes<One> {
    fn default() -> Self {
        Self {
            came: 0,
            lanes: Vec::new(),
        }
    }
}

impl<One> Lanes<One> {
    /// Puts one behind all that share a mark with it.
    pub(super) fn add(&mut self, marks: HashSet<String>, one: One) {
        let mut joined = Lane {
            marks,
            all: vec![(self.came, one)],
        };
        self.came += 1;
        for lane in std::mem::take(&mut self.lanes) {
            if lane.marks.is_disjoint(&joined.marks) {
                self.lanes.push(lane);
            } else {
                joined.marks.extend(lane.marks);
                joined.all.extend(lane.all);
            }
        }
        joined.all.sort_by_key(|(came, _)| *came);
        self.lanes.push(joined);
    }

    pub(super) fn done(self) -> impl Iterator<Item = Vec<One>> {
        let ones = |lane: Lane<One>| lane.all.into_iter().map(|(_, one)| one).collect();
        self.lanes.into_iter().map(ones)
    }
}

/// By what a mail belongs to a conversation or to somebody: its ids, a number in its subject, and who wrote it.
pub(super) fn marks_of(mail: &Incoming) -> HashSet<String> {
    let ids = mail.message_id.as_deref().into_iter().chain(mail.answers());
    let people = mail.author().into_iter().chain(mail.answer_to());
    let number = number_in(&mail.subject).map(|number| format!("R-{number}"));
    ids.map(str::to_owned)
        .chain(people.map(|one| folded(&one.email)))
        .chain(number)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lanes(all: &[(&str, &[&str])]) -> Vec<Vec<String>> {
        let mut lanes = Lanes::default();
        for (one, marks) in all {
            let marks = marks.iter().map(|mark| (*mark).to_owned()).collect();
            lanes.add(marks, (*one).to_owned());
        }
        let mut done: Vec<_> = lanes.done().collect();
        done.sort();
        done
    }

    #[test]
    fn what_has_nothing_in_common_goes_beside() {
        let all = lanes(&[("a", &["li@x"]), ("b", &["bo@x"]), ("c", &[])]);
        assert_eq!(all, [["a"], ["b"], ["c"]]);
    }

    #[test]
    fn what_joins_two_conversations_waits_for_both_and_keeps_the_order() {
        let all = lanes(&[
            ("a", &["1"]),
            ("b", &["2"]),
            ("c", &["3"]),
            ("d", &["2", "1"]),
            ("e", &["1"]),
        ]);
        assert_eq!(all, [vec!["a", "b", "d", "e"], vec!["c"]]);
    }

    #[test]
    fn an_answer_goes_behind_what_it_answers_and_a_person_behind_themselves() {
        let mail = |id: &str, answers: &str, from: &str, subject: &str| {
            let text = format!(
                "Message-ID: <{id}>\r\nIn-Reply-To: <{answers}>\r\nFrom: {from}\r\nSubject: {subject}\r\n\r\nx\r\n"
            );
            marks_of(&Incoming::read(text.as_bytes()))
        };
        let first = mail("1@x", "0@x", "Li <li@x.example>", "Scale");
        let answer = mail("2@x", "1@x", "bo@y.example", "Re: Scale");
        let again = mail("3@x", "9@x", "LI@x.example", "Pump, R-7");
        let number = mail("4@x", "8@x", "zo@z.example", "Re: [R-7] Pump");
        assert!(!first.is_disjoint(&answer));
        assert!(!first.is_disjoint(&again));
        assert!(!again.is_disjoint(&number));
        assert!(first.is_disjoint(&number));
    }
}
