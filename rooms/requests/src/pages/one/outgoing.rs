//! What has become of our answers, and those that have not left yet.

use jiff::tz::TimeZone;
use kept_accounts::model::PersonId;
use kept_journal::outbox::Fate;
use kept_kernel::Instant;
use kept_ui::Html;

use super::super::{exact, short};
use super::written;
use crate::commands::{Leaving, Outgoing, next_morning};

/// What became of an answer: the state of a clock that colours it, a word, and what there is to say.
pub(in crate::pages) struct FateShown {
    pub(in crate::pages) state: &'static str,
    pub(in crate::pages) word: &'static str,
    pub(super) said: String,
}

pub(in crate::pages) fn fate(fate: &Fate, zone: &TimeZone) -> FateShown {
    match fate {
        Fate::Waiting { tries: 0, .. } => FateShown {
            state: "running",
            word: "waiting to leave",
            said: String::new(),
        },
        Fate::Waiting {
            next_try_at,
            tries,
            said,
        } => FateShown {
            state: "today",
            word: "waiting to leave",
            said: format!(
                "Tried {tries} times, next {}. {}",
                short(*next_try_at, zone),
                said.clone().unwrap_or_default()
            ),
        },
        Fate::Taken(said, at) => FateShown {
            state: "running",
            word: "handed over",
            said: format!("{}: {said}", exact(*at, zone)),
        },
        Fate::Delivered(said, at) => FateShown {
            state: "met",
            word: "delivered",
            said: format!("{}: {said}", exact(*at, zone)),
        },
        Fate::Failed(said, at) => FateShown {
            state: "overdue",
            word: "could not be sent",
            said: format!("{}: {said}", exact(*at, zone)),
        },
        Fate::Bounced(said, at) => FateShown {
            state: "overdue",
            word: "came back",
            said: format!("{}: {said}", exact(*at, zone)),
        },
    }
}

/// An answer that has not left.
pub(super) struct LeavingShown {
    pub(super) words: String,
    /// As the client will read it.
    pub(super) text: Html,
    pub(super) mine: bool,
    pub(super) exact: String,
}

/// Words of one's own that did not leave.
pub(in crate::pages) struct Stopped {
    pub(super) text: String,
    /// Those who would take part from them on, as they were typed.
    pub(super) admits: String,
    /// Who read it of those who take part; none: all of them.
    pub(super) cc: Option<Vec<String>>,
    pub(super) why: String,
}

/// Those that leave by themselves, and the words of one's own that stay here.
pub(super) fn leaving(
    all: Vec<Leaving>,
    (me, now, zone): (PersonId, Instant, &TimeZone),
) -> (Vec<LeavingShown>, Option<Stopped>) {
    let (mut shown, mut stopped) = (Vec::new(), None);
    for one in all {
        let mine = one.writer == me;
        if let Some(why) = one.stopped {
            if mine {
                stopped = Some(Stopped {
                    text: one.text,
                    admits: one.admits,
                    cc: one.cc,
                    why,
                });
            }
            continue;
        }
        let (yours, what) = match one.what {
            Outgoing::Answer => ("Your answer", "An answer"),
            Outgoing::Acknowledgement => ("Your acknowledgement", "An acknowledgement"),
            Outgoing::Notice { .. } => ("Your notice that it is done", "A notice that it is done"),
        };
        let whose = if mine {
            yours.to_owned()
        } else {
            format!("{what} by {}", one.name)
        };
        let soon = one.leaves_at.micros_since(now) <= 60_000_000;
        let words = if soon {
            format!("{whose} leaves in a moment")
        } else {
            format!("{whose} leaves {}", short(one.leaves_at, zone))
        };
        shown.push(LeavingShown {
            words,
            text: written(&one.text),
            mine,
            exact: exact(one.leaves_at, zone),
        });
    }
    (shown, stopped)
}

/// `Send Mon 2 Feb, 09:00 their time`
pub(super) fn morning(now: Instant, zone: &TimeZone) -> String {
    format!("Send {} their time", short(next_morning(now, zone), zone))
}
