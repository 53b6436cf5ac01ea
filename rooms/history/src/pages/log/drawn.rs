//! The page of a log, at each point of its life.

use askama::Template;
use jiff::tz::TimeZone;
use kept_journal::imports::Imported;
use kept_kernel::{Id, Instant};
use kept_ui::form::Filled;
use kept_ui::parts::{Button, Confirm, Crumb, Fact, Facts, Notice, Progress};
use kept_ui::{Frame, Icon};

use super::super::said::{count, day, plural, size, time};
use crate::queries::LogRow;
use crate::reading::Reading;
use crate::room::Room;
use crate::shelf::Kind;

#[derive(Template)]
#[template(path = "history/log.html")]
pub struct LogPage {
    frame: Frame,
    crumb: Crumb,
    name: String,
    here: String,
    running: Option<Progress>,
    judging: Option<Progress>,
    notices: Vec<Notice>,
    tools: Vec<Button>,
    confirms: Vec<Confirm>,
    facts: Facts,
    reading: Option<ReadingPart>,
    mapping: Option<Filled>,
    mapping_name: String,
    mapping_action: String,
}

/// What the beginning of the log gives.
struct ReadingPart {
    lead: String,
    problems: Vec<String>,
    kinds: Vec<(String, String)>,
    reading: Reading,
}

/// How an import stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// None was begun, or the last one was undone.
    None,
    /// It runs, or is being undone.
    Running,
    /// It was broken off.
    Broken,
    /// It was being undone when it was broken off.
    HalfUndone,
    /// It is whole.
    Whole,
}

/// The page of a log.
pub fn of_log(room: &Room, frame: Frame, log: &LogRow, import: Option<&Imported>) -> LogPage {
    let rules = room.rules().now();
    let zone = rules.program.company_calendar().time_zone();
    let abouts = [Some(log.id), log.import];
    let running = running(room, &abouts);
    let standing = standing(running.is_some(), import, log.undo_begun_at.is_some());
    let here = format!("/history/logs/{}", log.id);
    let ready = log.reading.problems.is_empty() && log.reading.events > 0;
    let fresh = standing == Standing::None && log.removed_at.is_none();
    let mut tools = Vec::new();
    if fresh && ready {
        let act = Button::act("Import the log", format!("{here}/import"), &frame.csrf);
        tools.push(act.primary());
    }
    if standing == Standing::Broken && log.removed_at.is_none() {
        let act = Button::act("Go on importing", format!("{here}/import"), &frame.csrf);
        tools.push(act.primary());
    }
    let bad = import.map_or(0, |import| import.bad_lines);
    if bad > 0 && room.shelf().has(log.id, Kind::BadLines) {
        let words = format!("{} as CSV", plural(bad, "bad line"));
        tools.push(Button::link(words, format!("{here}/bad-lines.csv")).icon(Icon::DOWNLOAD));
    }
    let mut confirms: Vec<Confirm> = import
        .filter(|_| {
            matches!(
                standing,
                Standing::Broken | Standing::Whole | Standing::HalfUndone
            )
        })
        .map(|import| undo(import, &frame))
        .into_iter()
        .collect();
    if standing != Standing::Running && log.removed_at.is_none() {
        confirms.push(removal(&here, standing, &frame));
    }
    let mut notices = notices(standing, import, zone);
    notices.extend(
        abouts
            .into_iter()
            .flatten()
            .filter_map(|about| failure(room, about)),
    );
    let facts = facts(log, import, zone);
    LogPage {
        crumb: Crumb::new([("Imports", "/history")]),
        name: log.name.clone(),
        judging: judging(room),
        running,
        notices,
        tools,
        confirms,
        facts,
        reading: fresh.then(|| reading(&log.reading, zone)),
        mapping: fresh.then(|| Filled::with([("mapping", log.mapping.clone())])),
        mapping_name: log.mapping_name.clone(),
        mapping_action: format!("{here}/mapping"),
        frame: live(frame, &log.name),
        here,
    }
}

/// The page of an import that has no log here.
pub fn of_import(room: &Room, frame: Frame, import: &Imported) -> LogPage {
    let rules = room.rules().now();
    let zone = rules.program.company_calendar().time_zone();
    let running = running(room, &[Some(import.id)]);
    let standing = standing(running.is_some(), Some(import), false);
    let undoable = matches!(standing, Standing::Broken | Standing::Whole);
    let mut notices = notices(standing, Some(import), zone);
    if standing == Standing::Broken {
        notices = vec![Notice::caution(
            "This import was broken off, or runs from the command line",
            "What it has written is in the journal. Undo it when it no longer runs, then import the log again.",
        )];
    }
    notices.extend(failure(room, import.id));
    LogPage {
        crumb: Crumb::new([("Imports", "/history")]),
        name: import.name.clone(),
        here: format!("/history/imports/{}", import.id),
        judging: judging(room),
        running,
        notices,
        tools: Vec::new(),
        confirms: undoable.then(|| undo(import, &frame)).into_iter().collect(),
        facts: Facts(imported_facts(import, zone)),
        reading: None,
        mapping: None,
        mapping_name: String::new(),
        mapping_action: String::new(),
        frame: live(frame, &import.name),
    }
}

fn live(frame: Frame, name: &str) -> Frame {
    let frame = frame.titled(name).at("history");
    frame.showing("history").showing("adherence")
}

fn standing(running: bool, import: Option<&Imported>, undo_begun: bool) -> Standing {
    match import {
        _ if running => Standing::Running,
        None => Standing::None,
        Some(import) if import.undone_at.is_some() => Standing::None,
        Some(_) if undo_begun => Standing::HalfUndone,
        Some(import) if import.ended_at.is_some() => Standing::Whole,
        Some(_) => Standing::Broken,
    }
}

/// The work that runs about one of these.
fn running(room: &Room, abouts: &[Option<Id>]) -> Option<Progress> {
    let task = room.task()?;
    if !abouts.contains(&Some(task.about)) {
        return None;
    }
    let step = task.step();
    let words = if step.what == "Reading the log" {
        format!("{} of {}.", size(step.done), size(step.of))
    } else {
        format!(
            "{} of {} events.",
            count(step.done.min(step.of)),
            count(step.of)
        )
    };
    Some(Progress {
        heading: step.what.to_owned(),
        words: format!("{words} You can leave this page."),
        done: step.done,
        of: step.of,
    })
}

fn judging(room: &Room) -> Option<Progress> {
    let (done, of) = (room.outside().judging)()?;
    Some(Progress {
        heading: "The journal is being judged".to_owned(),
        words: format!("{} of {} events.", count(done.min(of)), count(of)),
        done,
        of,
    })
}

fn failure(room: &Room, about: Id) -> Option<Notice> {
    let problem = room.failed(about)?;
    Some(Notice::alert(
        "It was broken off",
        format!("{problem}.").replace("..", "."),
    ))
}

fn notices(standing: Standing, import: Option<&Imported>, zone: &TimeZone) -> Vec<Notice> {
    let events = import.map_or(0, |import| import.events);
    let notice = match standing {
        Standing::Broken => Notice::caution(
            "This import was broken off",
            format!(
                "{} are in the journal. Go on, and it continues where it ended; or undo it.",
                plural(events, "event")
            ),
        ),
        Standing::HalfUndone => Notice::caution(
            "Undoing this import was broken off",
            format!(
                "{} are still in the journal. Undo it again.",
                plural(events, "event")
            ),
        ),
        Standing::Whole => Notice::done(
            format!("{} are in the journal", plural(events, "event")),
            "They count in adherence once they are judged under the SOPs in force.",
        ),
        Standing::None => match import.and_then(|import| import.undone_at) {
            Some(at) => Notice::info(
                "The import was undone",
                format!("All its events were taken out on {}.", time(at, zone)),
            ),
            None => return Vec::new(),
        },
        Standing::Running => return Vec::new(),
    };
    vec![notice]
}

fn undo(import: &Imported, frame: &Frame) -> Confirm {
    let events = plural(import.events, "event");
    Confirm {
        words: "Undo the import".to_owned(),
        question: format!(
            "{events} are taken out of the journal and the rest is judged again. The log stays here, so it can be imported anew."
        ),
        act: Button::act(
            format!("Take {events} out"),
            format!("/history/imports/{}/undo", import.id),
            &frame.csrf,
        )
        .danger(),
    }
}

fn removal(here: &str, standing: Standing, frame: &Frame) -> Confirm {
    let question = match standing {
        Standing::Whole => {
            "The file and its list of bad lines are removed from this server. The imported events stay."
        }
        Standing::Broken | Standing::HalfUndone => {
            "The file is removed from this server. The import can then only be undone, not gone on with."
        }
        _ => "The file is removed from this server. Nothing of it was imported.",
    };
    Confirm {
        words: "Remove the file".to_owned(),
        question: question.to_owned(),
        act: Button::act("Remove the file", format!("{here}/removal"), &frame.csrf).danger(),
    }
}

fn facts(log: &LogRow, import: Option<&Imported>, zone: &TimeZone) -> Facts {
    let mut all = vec![
        Fact::new("Sent", time(log.taken_at, zone)),
        Fact::new("Size", size(log.bytes)),
        Fact::new("Mapping", log.mapping_name.clone()),
    ];
    if let Some(at) = log.removed_at {
        all.push(Fact::new("File removed", time(at, zone)));
    }
    all.extend(
        import
            .into_iter()
            .flat_map(|import| imported_facts(import, zone)),
    );
    Facts(all)
}

fn imported_facts(import: &Imported, zone: &TimeZone) -> Vec<Fact> {
    let mut all = vec![
        Fact::new("Import begun", time(import.started_at, zone)),
        Fact::new("Events in the journal", count(import.events)),
    ];
    if let Some(at) = import.ended_at {
        all.push(Fact::new("Import ended", time(at, zone)));
        all.push(Fact::new(
            "Lines that could not be used",
            count(import.bad_lines),
        ));
    }
    if let Some(at) = import.undone_at {
        all.push(Fact::new("Undone", time(at, zone)));
    }
    all
}

fn reading(reading: &Reading, zone: &TimeZone) -> ReadingPart {
    let lead = if reading.problems.is_empty() {
        let lines = if reading.whole {
            format!("All {} were read", plural(reading.lines, "line"))
        } else {
            format!("The first {} were read", plural(reading.lines, "line"))
        };
        let span = reading.span.map_or_else(String::new, |(first, last)| {
            let said = |micros| day(Instant::from_micros(micros), zone);
            format!(", from {} to {}", said(first), said(last))
        });
        let bad = match reading.bad {
            0 => "Every line can be used.".to_owned(),
            bad => format!("{} cannot be used.", plural(bad, "line")),
        };
        format!(
            "{lines}: {} about {}{span}, for {}. {bad} Nothing is written yet.",
            plural(reading.events, "event"),
            plural(reading.records, "record"),
            plural(reading.clients, "client"),
        )
    } else {
        "The mapping does not fit this log yet. Change it below and look again.".to_owned()
    };
    ReadingPart {
        lead,
        problems: reading.problems.clone(),
        kinds: reading
            .kinds
            .iter()
            .map(|(kind, number)| (kind.clone(), count(*number)))
            .collect(),
        reading: reading.clone(),
    }
}
