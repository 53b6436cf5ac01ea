//! The scale that the deadlines of a group share: working time is drawn, nights and weekends are folded.

use jiff::tz::TimeZone;
use kept_calendar::{Calendar, Period};
use kept_charts::{Deadline, Stretch, deadline, ruler};
use kept_journal::obligations::Owed;
use kept_kernel::Instant;
use kept_ui::Html;
use kept_ui::parts::Clock;

use crate::say::Here;

/// Where an instant lies: from here on to the next stop places grow evenly.
#[derive(Clone, Copy, Debug)]
struct Stop {
    at: Instant,
    place: f64,
    /// Whether the stretch that begins here is drawn as working time.
    open: bool,
}

/// A scale, from left to right.
#[derive(Clone, Debug)]
pub(crate) struct Scale {
    stops: Vec<Stop>,
    words: Vec<(f64, String)>,
    about: String,
}

const HOUR: i64 = 3_600_000_000;
/// Where what lies before the scale ends, and where it begins to close.
const BEFORE: f64 = 0.14;
const AFTER: f64 = 0.92;

impl Scale {
    /// Of today: the past before it folded, the hours of the company between.
    pub(crate) fn today(calendar: &Calendar, here: &Here, earliest: Instant) -> Self {
        let start = calendar.start_of(Period::Day, here.now);
        let opening = calendar.next_opening(start);
        let (opening, closing) = if opening < here.day_end {
            (opening, calendar.closing_of_day(here.now))
        } else {
            (start, here.day_end)
        };
        let stop = |at, place, open| Stop { at, place, open };
        let first = earliest.min(start.plus_micros(-24 * HOUR));
        let stops = vec![
            stop(first, 0.02, false),
            stop(opening, BEFORE, true),
            stop(closing, AFTER, false),
            stop(here.day_end.max(closing.plus_micros(HOUR)), 0.98, false),
        ];
        let mut scale = Self::new(stops, "Scale: today");
        // So many hours between two words that five of them fit.
        let open = closing.micros_since(opening) / HOUR;
        let step = [2, 3, 4, 6]
            .into_iter()
            .find(|step| open / step <= 5)
            .unwrap_or(8);
        let hours = (1..24).map(|hour| start.plus_micros(hour * step * HOUR));
        let within = hours.filter(|at| opening <= *at && *at <= closing);
        let now = scale.place(here.now);
        let shown = within.map(|at| (scale.place(at), here.time(at)));
        // The word for now stands there already.
        scale.words = shown
            .filter(|(place, _)| (place - now).abs() > 0.08)
            .map(|(place, time)| (place, time.trim_end_matches(":00").to_owned()))
            .collect();
        scale.words.insert(0, (0.06, "before".to_owned()));
        scale
    }

    /// Of the days until the end of the week, those on which the company works.
    pub(crate) fn week(calendar: &Calendar, here: &Here, earliest: Instant) -> Self {
        let mut days = Vec::new();
        let mut day = calendar.start_of(Period::Day, here.now);
        while day < here.week_end && days.len() < 7 {
            let (opening, end) = (
                calendar.next_opening(day),
                calendar.end_of(Period::Day, day),
            );
            if opening < end {
                days.push((opening, calendar.closing_of_day(day)));
            }
            day = end;
        }
        let first = earliest.min(here.now.plus_micros(-24 * HOUR));
        let (Some((opening, _)), Some((_, closing))) = (days.first(), days.last()) else {
            return Self::even(here, first, here.week_end);
        };
        let share = (AFTER - 0.04) / days.len() as f64;
        let (opening, closing) = (*opening, *closing);
        let mut stops = vec![Stop {
            at: first.min(opening.plus_micros(-HOUR)),
            place: 0.0,
            open: false,
        }];
        let mut words = Vec::new();
        for (number, (opening, closing)) in days.into_iter().enumerate() {
            let place = share.mul_add(number as f64, 0.04);
            stops.push(Stop {
                at: opening,
                place,
                open: true,
            });
            stops.push(Stop {
                at: closing,
                place: share.mul_add(0.94, place),
                open: false,
            });
            words.push((share.mul_add(0.4, place), weekday(opening, &here.zone)));
        }
        let end = here.week_end.max(closing.plus_micros(HOUR));
        stops.push(Stop {
            at: end,
            place: 1.0,
            open: false,
        });
        let about = "Scale: the working days until the end of this week";
        let mut scale = Self::new(stops, about);
        scale.words = words;
        scale
    }

    /// Evenly from now to an instant.
    pub(crate) fn even(here: &Here, earliest: Instant, latest: Instant) -> Self {
        let latest = latest.max(here.now.plus_micros(24 * HOUR));
        let stop = |at, place, open| Stop { at, place, open };
        let stops = vec![
            stop(earliest.min(here.now.plus_micros(-HOUR)), 0.0, false),
            stop(here.now, 0.05, true),
            stop(latest, 0.96, false),
        ];
        let mut scale = Self::new(stops, "Scale: from now to the last of these deadlines");
        let quarter = latest.micros_since(here.now) / 4;
        scale.words = (1..=3)
            .map(|part| here.now.plus_micros(quarter * part))
            .map(|at| (scale.place(at), day_month(at, &here.zone)))
            .collect();
        scale
    }

    fn new(mut stops: Vec<Stop>, about: &str) -> Self {
        // A night that begins in the day before must not turn time round.
        stops.dedup_by(|later, earlier| later.at <= earlier.at);
        Self {
            stops,
            words: Vec::new(),
            about: about.to_owned(),
        }
    }

    fn place(&self, at: Instant) -> f64 {
        let next = self.stops.partition_point(|stop| stop.at <= at);
        let after = self.stops.get(next);
        let before = next
            .checked_sub(1)
            .and_then(|before| self.stops.get(before));
        match (before, after) {
            (Some(before), Some(after)) => {
                let whole = after.at.micros_since(before.at).max(1) as f64;
                let part = at.micros_since(before.at) as f64 / whole;
                (after.place - before.place).mul_add(part, before.place)
            }
            (None, Some(after)) => after.place,
            (Some(before), None) => before.place,
            (None, None) => 0.0,
        }
    }

    /// The pieces of a span, each with whether it is working time.
    fn pieces(&self, from: Instant, to: Instant) -> Vec<(Instant, Instant, bool)> {
        let mut edges = vec![from];
        let within = self.stops.iter().map(|stop| stop.at);
        edges.extend(within.filter(|at| from < *at && *at < to));
        edges.push(to);
        let open = |at: Instant| {
            let next = self.stops.partition_point(|stop| stop.at <= at);
            let last = next.checked_sub(1).and_then(|last| self.stops.get(last));
            last.is_some_and(|stop| stop.open)
        };
        edges
            .iter()
            .zip(edges.iter().skip(1))
            .filter(|(from, to)| from < to)
            .map(|(from, to)| (*from, *to, open(*from)))
            .collect()
    }

    /// The ruler over the lines.
    pub(crate) fn ruler(&self, here: &Here, with_now: bool) -> Html {
        let words: Vec<(f64, &str)> = self
            .words
            .iter()
            .map(|(place, word)| (*place, word.as_str()))
            .collect();
        let time = here.time(here.now);
        let now = with_now.then(|| (self.place(here.now), time.as_str()));
        Html::trusted(ruler(&words, now, &self.about))
    }

    /// A duty as a line.
    pub(crate) fn line(&self, owed: &Owed, here: &Here, clock: &Clock) -> Html {
        let due = owed.due_at.unwrap_or(here.now);
        let paused = owed.verdict == "paused";
        let mut stretches = Vec::new();
        let mut draw = |from: Instant, to: Instant, as_open: Stretch| {
            for (from, to, open) in self.pieces(from, to) {
                let stretch = if open { as_open } else { Stretch::Fold };
                stretches.push((stretch, self.place(from), self.place(to)));
            }
        };
        let now = here.now;
        draw(owed.opened_at, due.min(now), Stretch::Run);
        if due < now {
            draw(due, now, Stretch::Over);
        } else {
            let left = if paused {
                Stretch::Paused
            } else {
                Stretch::Left
            };
            draw(now.max(owed.opened_at), due, left);
        }
        let opened = self
            .stops
            .first()
            .is_none_or(|first| first.at <= owed.opened_at);
        Html::trusted(deadline(&Deadline {
            opened: opened.then(|| self.place(owed.opened_at)),
            stretches,
            due: owed.due_at.map(|due| self.place(due)),
            now: Some(self.place(now)),
            state: clock.state().name(),
            story: format!(
                "Opened {}, due {}, {}",
                here.short(owed.opened_at),
                here.short(due),
                clock.words()
            ),
            ..Deadline::default()
        }))
    }
}

fn weekday(at: Instant, zone: &TimeZone) -> String {
    let day = at.timestamp().to_zoned(zone.clone());
    day.strftime("%a").to_string()
}

fn day_month(at: Instant, zone: &TimeZone) -> String {
    let day = at.timestamp().to_zoned(zone.clone());
    day.strftime("%-d %b").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar() -> Calendar {
        let text = "zone = \"Europe/Berlin\"\n[hours]\nmonday = [\"09:00-17:00\"]\ntuesday = [\"09:00-17:00\"]\n";
        Calendar::parse(text, &mut |name| Err(name.to_owned())).unwrap()
    }

    fn here(calendar: &Calendar, now: &str) -> Here {
        let now = Instant::from_timestamp(now.parse().unwrap());
        Here {
            now,
            zone: calendar.time_zone().clone(),
            day_end: calendar.end_of(Period::Day, now),
            week_end: calendar.end_of(Period::Week, calendar.next_opening(now)),
            is_this_week: true,
        }
    }

    #[test]
    fn places_grow_with_time_and_working_hours_take_most_of_the_room() {
        let calendar = calendar();
        // Tuesday, 10:05 in Berlin; a day without hours; a Sunday.
        for now in [
            "2026-01-20T09:05:00Z",
            "2026-01-21T09:05:00Z",
            "2026-01-25T23:30:00Z",
        ] {
            let here = here(&calendar, now);
            let first = here.now.plus_micros(-90 * 24 * HOUR);
            for scale in [
                Scale::today(&calendar, &here, first),
                Scale::week(&calendar, &here, first),
                Scale::even(&here, first, here.week_end),
            ] {
                let at = |hours: i64| here.now.plus_micros(hours * HOUR);
                let places: Vec<f64> = (-3_000..200).map(|hours| scale.place(at(hours))).collect();
                assert!(
                    places.is_sorted() && places.iter().all(|place| (0.0..=1.0).contains(place))
                );
            }
        }
        let here = here(&calendar, "2026-01-20T09:05:00Z");
        let scale = Scale::today(&calendar, &here, here.now);
        let opening = here.now.plus_micros(-65 * HOUR / 60);
        assert!((scale.place(opening) - BEFORE).abs() < 0.001);
        assert!((scale.place(opening.plus_micros(8 * HOUR)) - AFTER).abs() < 0.001);
    }
}
