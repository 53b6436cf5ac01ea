//! Clocks of duties: the chip of a row, and the lines of a request on one scale.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Zoned};
use kept_charts::{Deadline, Stretch, deadline};
use kept_journal::InForce;
use kept_journal::obligations::Owed;
use kept_kernel::Instant;
use kept_ui::Html;
use kept_ui::parts::{ClauseMark, Clock};

use super::{exact, mark_of_rule, short};

/// The chip of a deadline that runs.
pub(super) fn running(
    (opened_at, due): (Instant, Instant),
    now: Instant,
    zone: &TimeZone,
) -> Clock {
    let left = SignedDuration::from_micros(due.micros_since(now));
    let share = share_left(opened_at, due, now);
    // A list has many of these: the zone is asked once for each, and for today only where that may be the day.
    let until = due.timestamp().to_zoned(zone.clone());
    let clock = if due < now {
        Clock::overdue(left)
    } else if left >= SignedDuration::from_hours(26) {
        Clock::on_time_until(&near(&until, left), share)
    } else if until.date() == now.timestamp().to_zoned(zone.clone()).date() {
        Clock::due_today(&until.strftime("%H:%M").to_string(), share)
    } else if left < SignedDuration::from_hours(24) {
        Clock::on_time(left, share)
    } else {
        Clock::on_time_until(&near(&until, left), share)
    };
    clock.exactly(until.strftime("due %A %-d %B %Y, %H:%M %Q").to_string())
}

/// The day and time of a deadline, as short as can be: `Mon 09:15` within a week, else `23 Nov`.
fn near(until: &Zoned, left: SignedDuration) -> String {
    let form = if left < SignedDuration::from_hours(6 * 24) {
        "%a %H:%M"
    } else {
        "%-d %b"
    };
    until.strftime(form).to_string()
}

fn share_left(opened: Instant, due: Instant, now: Instant) -> f64 {
    let whole = due.micros_since(opened).max(1);
    due.micros_since(now).max(0) as f64 / whole as f64
}

/// The chip of a duty, however it stands.
pub(super) fn chip(duty: &Owed, now: Instant, zone: &TimeZone) -> Option<Clock> {
    let due = duty.due_at?;
    let span = |from: Instant, to: Instant| SignedDuration::from_micros(to.micros_since(from));
    let clock = match duty.verdict.as_str() {
        "met" => Clock::met(),
        "met-late" => Clock::met_late(span(due, duty.discharged_at.unwrap_or(due))),
        "missed" => Clock::missed(),
        "excused" => Clock::excused(),
        "paused" => Clock::paused(span(now, due)),
        "pending" | "overdue" => return Some(running((duty.opened_at, due), now, zone)),
        _ => return None,
    };
    Some(clock.exactly(format!("due {}", exact(due, zone))))
}

/// A duty as a line of the request's page.
pub(super) struct ClockRow {
    pub(super) mark: ClauseMark,
    pub(super) name: String,
    pub(super) line: Html,
    pub(super) clock: Clock,
}

/// A duty that is owed now.
pub(super) struct OweRow {
    pub(super) mark: ClauseMark,
    pub(super) name: String,
    pub(super) who: String,
    pub(super) clock: Option<Clock>,
}

/// So many lines are drawn; the last that ended are left out first.
const MOST_LINES: usize = 8;

/// The clocks of a request: what is owed by its deadline, then what was done.
pub(super) fn rows(rules: &InForce, owed: &[Owed], now: Instant, zone: &TimeZone) -> Vec<ClockRow> {
    let mut own: Vec<&Owed> = owed
        .iter()
        .filter(|duty| duty.level == 0 && duty.due_at.is_some())
        .collect();
    own.sort_by_key(|duty| (duty.settled_at.is_some(), duty.due_at, duty.number));
    own.truncate(MOST_LINES);
    let from = own.iter().map(|duty| duty.opened_at).min().unwrap_or(now);
    // Where all is settled, the line ends with the last of it: a year later there is nothing more to be seen.
    let until = own.iter().map(|duty| last_of(duty, now)).max();
    let until = until.unwrap_or(now);
    let scale = Scale {
        from,
        until,
        whole: until.micros_since(from).max(1) as f64 * 1.04,
    };
    let row = |duty: &&Owed| {
        let clock = chip(duty, now, zone)?;
        let (mark, name) = mark_of_rule(rules, &duty.code, &duty.rule);
        Some(ClockRow {
            line: line(duty, &clock, (now, zone), &scale),
            mark,
            name,
            clock,
        })
    };
    own.iter().filter_map(row).collect()
}

/// The last that counts of a duty: what settled it, else its deadline or now.
fn last_of(duty: &Owed, now: Instant) -> Instant {
    let settled = duty.discharged_at.or(duty.settled_at);
    settled.unwrap_or_else(|| duty.due_at.unwrap_or(now).max(now))
}

struct Scale {
    from: Instant,
    until: Instant,
    whole: f64,
}

impl Scale {
    fn place(&self, at: Instant) -> f64 {
        at.micros_since(self.from) as f64 / self.whole + 0.02
    }
}

fn line(duty: &Owed, clock: &Clock, (now, zone): (Instant, &TimeZone), scale: &Scale) -> Html {
    let due = duty.due_at.unwrap_or(now);
    let end = duty.discharged_at.or(duty.settled_at).unwrap_or(now);
    let at = |at| scale.place(at);
    let mut stretches = vec![(Stretch::Run, at(duty.opened_at), at(end.min(due)))];
    if end > due {
        stretches.push((Stretch::Over, at(due), at(end)));
    } else if duty.settled_at.is_none() {
        let kind = if duty.verdict == "paused" {
            Stretch::Paused
        } else {
            Stretch::Left
        };
        stretches.push((kind, at(end), at(due)));
    }
    let story = format!(
        "Opened {}, due {}, {}",
        short(duty.opened_at, zone),
        short(due, zone),
        clock.words()
    );
    Html::trusted(deadline(&Deadline {
        opened: Some(at(duty.opened_at)),
        stretches,
        due: (duty.discharged_at.is_none() && due <= scale.until).then(|| at(due)),
        met: duty.discharged_at.map(at),
        now: (now <= scale.until).then(|| at(now)),
        state: clock.state().name(),
        story,
        ..Deadline::default()
    }))
}

/// What is owed now, by its deadline.
pub(super) fn owe(rules: &InForce, owed: &[Owed], now: Instant, zone: &TimeZone) -> Vec<OweRow> {
    let mut open: Vec<&Owed> = owed
        .iter()
        .filter(|duty| duty.settled_at.is_none() && duty.verdict != "cannot-be-judged")
        .collect();
    open.sort_by_key(|duty| (duty.due_at.is_none(), duty.due_at, duty.number));
    let row = |duty: &&Owed| {
        let (mark, name) = mark_of_rule(rules, &duty.code, &duty.rule);
        let name = if duty.level > 0 {
            format!("Escalated: {name}")
        } else {
            name
        };
        OweRow {
            mark,
            name,
            who: match &duty.owner {
                Some(owner) => rules.directory.name(owner).to_owned(),
                None => duty.owner_role.clone(),
            },
            clock: chip(duty, now, zone),
        }
    };
    open.iter().map(row).collect()
}
