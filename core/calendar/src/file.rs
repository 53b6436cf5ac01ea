//! A calendar file: TOML that a person writes.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::Calendar;
use crate::entries::{Seen, When};
use crate::hours::Placed;
use crate::overlaps;
use crate::place::{Report, nearest, quoted};
use crate::problem::{Problem, Problems};
use crate::rules::Rules;
use crate::syntax;

/// More than any calendar needs; a longer text is something else.
const MOST_BYTES: usize = 4 << 20;

/// What gives the text of a feed by its name, or says why there is none.
pub(crate) type Feeds<'f> = dyn FnMut(&str) -> Result<String, String> + 'f;

/// A value of the file and where it stands.
pub(crate) type Value<'v, 't> = &'v Spanned<DeValue<'t>>;

impl Calendar {
    /// Reads a calendar file. The texts of the feeds that it names are asked of `feed` by the name that the file
    /// gives them; it answers with the text, or with the reason why there is none.
    ///
    /// # Errors
    /// All that is wrong with the file and its feeds, at most fifty problems each.
    pub fn parse(
        text: &str,
        feed: &mut dyn FnMut(&str) -> Result<String, String>,
    ) -> Result<Self, Problems> {
        let mut reader = Reader::of(text);
        let Some(document) = reader.document() else {
            return Err(reader.refusal());
        };
        let table = document.get_ref();
        reader.known_keys(
            table,
            &["name", "zone", "hours", "holidays", "openings", "feeds"],
        );
        let name = table.get("name").and_then(|value| reader.name(value));
        let zone = reader.zone(table);
        reader.hours(table);
        reader.holidays(table);
        reader.openings(table);
        reader.feeds(table, feed);
        overlaps::check(&mut reader);
        reader.finish(name, zone)
    }

    /// The names of the feeds that a calendar file asks for, in its order; none where the file cannot be read.
    pub fn feeds_of(text: &str) -> Vec<String> {
        let mut reader = Reader::of(text);
        let Some(document) = reader.document() else {
            return Vec::new();
        };
        let list = document.get_ref().get("feeds").map(Spanned::get_ref);
        list.and_then(DeValue::as_array)
            .into_iter()
            .flatten()
            .filter_map(|feed| feed.get_ref().as_table()?.get("ics")?.get_ref().as_str())
            .map(str::to_owned)
            .collect()
    }
}

/// A file on its way to a calendar.
pub(crate) struct Reader<'t> {
    text: &'t str,
    pub(crate) report: Report<'t>,
    pub(crate) rules: Rules,
    pub(crate) week: [Placed; 7],
    /// The special days that have windows.
    pub(crate) open_specials: Vec<(When, Placed)>,
    /// The problems of the feeds.
    pub(crate) in_feeds: Vec<Problem>,
    pub(crate) remarks: Vec<Problem>,
    /// The lines of the days that the file has named.
    pub(crate) seen: BTreeMap<Seen, usize>,
}

impl<'t> Reader<'t> {
    fn of(text: &'t str) -> Self {
        let mut rules = Rules::default();
        rules.pattern_of(&[]);
        Self {
            text,
            report: Report::of(text, None),
            rules,
            week: Default::default(),
            open_specials: Vec::new(),
            in_feeds: Vec::new(),
            remarks: Vec::new(),
            seen: BTreeMap::new(),
        }
    }

    fn document(&mut self) -> Option<Spanned<DeTable<'t>>> {
        if self.text.len() > MOST_BYTES {
            self.report.note(
                0..0,
                "This text is longer than 4 MB.",
                "A calendar file is short: give the file that you mean, and long lists of holidays as a feed.",
            );
            return None;
        }
        let (document, errors) = DeTable::parse_recoverable(self.text);
        let mut last_line = 0;
        for error in &errors {
            let place = error.span().unwrap_or(0..0);
            let line = self.report.line_of(place.start);
            // What follows on the same line is mostly the same mistake.
            if line != last_line {
                let words = self.text.get(place.clone()).unwrap_or_default();
                let (wrong, advice) = syntax::said(error.message(), words);
                self.report.note(place, wrong, advice);
            }
            last_line = line;
        }
        errors.is_empty().then_some(document)
    }

    fn refusal(self) -> Problems {
        let mut problems = self.report.problems;
        problems.sort_by_key(|problem| (problem.line, problem.column));
        problems.extend(self.in_feeds);
        Problems(problems)
    }

    fn finish(
        mut self,
        name: Option<String>,
        zone: Option<(String, TimeZone)>,
    ) -> Result<Calendar, Problems> {
        let broken = !self.report.problems.is_empty() || !self.in_feeds.is_empty();
        let Some(zone) = zone.filter(|_| !broken) else {
            return Err(self.refusal());
        };
        let rules = std::mem::take(&mut self.rules);
        let remarks = std::mem::take(&mut self.remarks);
        let calendar = Calendar::of(name, zone, rules, remarks);
        if calendar.table.has_working_time() {
            return Ok(calendar);
        }
        self.report.note(
            0..0,
            "The calendar has no working time at all.",
            "Write the hours of at least one day, as in [hours] and below it monday = [\"09:00-17:00\"].",
        );
        Err(self.refusal())
    }

    /// Notes the keys of a table that mean nothing.
    pub(crate) fn known_keys(&mut self, table: &DeTable<'_>, known: &[&str]) {
        for key in table.keys() {
            let word: &str = key.get_ref();
            if known.contains(&word) {
                continue;
            }
            let advice = match nearest(word, known.iter().copied()) {
                Some(near) => format!("Did you mean {near}?"),
                None => format!("Known here: {}.", known.join(", ")),
            };
            self.report.note(
                key.span(),
                format!("{} means nothing here.", quoted(word)),
                advice,
            );
        }
    }

    /// A text in quotes that is not empty.
    pub(crate) fn name(&mut self, value: Value<'_, '_>) -> Option<String> {
        match value.get_ref().as_str().map(str::trim) {
            Some(name) if !name.is_empty() => Some(name.to_owned()),
            _ => {
                self.report.note(
                    value.span(),
                    "This is no name.",
                    "Write words in quotes, or leave it out.",
                );
                None
            }
        }
    }

    fn zone(&mut self, table: &DeTable<'_>) -> Option<(String, TimeZone)> {
        const ADVICE: &str =
            "Write the place whose clocks the calendar follows, as in \"Europe/Berlin\".";
        let Some(value) = table.get("zone") else {
            self.report.note(
                0..0,
                "The calendar has no zone.",
                "Write zone = \"Europe/Berlin\", or your own, at the top.",
            );
            return None;
        };
        let Some(name) = value.get_ref().as_str() else {
            self.report
                .note(value.span(), "The zone is no text in quotes.", ADVICE);
            return None;
        };
        let found = TimeZone::get(name).ok().and_then(|zone| {
            let known = zone.iana_name()?.to_owned();
            Some((known, zone))
        });
        if found.is_none() {
            let known: Vec<String> = jiff::tz::db()
                .available()
                .map(|zone| zone.as_str().to_owned())
                .collect();
            let advice = nearest_zone(name, &known).map_or(ADVICE.to_owned(), |near| {
                format!("Did you mean \"{near}\"?")
            });
            self.report.note(
                value.span(),
                format!("There is no zone called {}.", quoted(name)),
                advice,
            );
        }
        found
    }
}

/// The zone nearest to a name: one with the same last word, else one that is spelt nearly so.
fn nearest_zone<'z>(name: &str, known: &'z [String]) -> Option<&'z str> {
    let folded = name.trim().to_lowercase().replace(' ', "_");
    let last = folded.rsplit('/').next().unwrap_or_default();
    let same_city =
        |zone: &&String| zone.to_lowercase().rsplit('/').next().unwrap_or_default() == last;
    let names = known.iter().map(String::as_str);
    match known.iter().find(same_city) {
        Some(zone) => Some(zone),
        None => nearest(&folded, names),
    }
}
