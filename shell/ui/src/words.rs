//! What pages for clients say, in the languages that they are read in. A room keeps a file of texts for each; this finds the words.

use std::collections::BTreeMap;

use jiff::Zoned;
use jiff::civil::Weekday;

/// A language of pages for clients.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Hash)]
pub enum Tongue {
    /// English.
    #[default]
    En,
    /// German.
    De,
}

const DAYS: [[&str; 7]; 2] = [
    [
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
    ],
    [
        "Montag",
        "Dienstag",
        "Mittwoch",
        "Donnerstag",
        "Freitag",
        "Samstag",
        "Sonntag",
    ],
];
const MONTHS: [[&str; 12]; 2] = [
    [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
];

impl Tongue {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::En, Self::De];

    /// As `lang` of a page says it: `de`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
        }
    }

    /// What it is called in itself.
    pub const fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::De => "Deutsch",
        }
    }

    /// From a code, `de` or `de-AT`.
    pub fn of(code: &str) -> Option<Self> {
        let main = code.split('-').next().unwrap_or_default();
        Self::ALL
            .into_iter()
            .find(|one| one.code().eq_ignore_ascii_case(main.trim()))
    }

    /// The first of those that a browser asks for, by its `Accept-Language`.
    pub fn accepted(header: &str) -> Option<Self> {
        let weighed = header.split(',').filter_map(|one| {
            let (code, weight) = one.split_once(";q=").unwrap_or((one, "1"));
            let weight: f32 = weight.trim().parse().ok()?;
            Some((Self::of(code)?, weight))
        });
        // Of two that weigh the same the first one counts.
        let first = |best: Option<(Self, f32)>, one: (Self, f32)| match best {
            Some(best) if best.1 >= one.1 => Some(best),
            _ => Some(one),
        };
        weighed
            .filter(|(_, weight)| *weight > 0.0)
            .fold(None, first)
            .map(|(tongue, _)| tongue)
    }

    /// `Friday 23 January`, `Freitag, 23. Januar`.
    pub fn day(self, at: &Zoned) -> String {
        let (weekday, month, day) = (day_of(self, at.weekday()), month_of(self, at), at.day());
        match self {
            Self::En => format!("{weekday} {day} {month}"),
            Self::De => format!("{weekday}, {day}. {month}"),
        }
    }

    /// `23 January 2026`, `23. Januar 2026`.
    pub fn date(self, at: &Zoned) -> String {
        let (month, day, year) = (month_of(self, at), at.day(), at.year());
        match self {
            Self::En => format!("{day} {month} {year}"),
            Self::De => format!("{day}. {month} {year}"),
        }
    }

    /// `Friday 23 January, 16:00`, `Freitag, 23. Januar, 16:00 Uhr`.
    pub fn moment(self, at: &Zoned) -> String {
        format!("{}, {}", self.day(at), self.time(at))
    }

    /// `16:00`, `16:00 Uhr`.
    pub fn time(self, at: &Zoned) -> String {
        let time = at.strftime("%H:%M");
        match self {
            Self::En => time.to_string(),
            Self::De => format!("{time} Uhr"),
        }
    }
}

fn day_of(tongue: Tongue, day: Weekday) -> &'static str {
    let place = usize::try_from(day.to_monday_zero_offset()).unwrap_or_default();
    let names = DAYS.get(tongue as usize);
    names.and_then(|names| names.get(place)).unwrap_or(&"")
}

fn month_of(tongue: Tongue, at: &Zoned) -> &'static str {
    let place = usize::try_from(at.month() - 1).unwrap_or_default();
    let names = MONTHS.get(tongue as usize);
    names.and_then(|names| names.get(place)).unwrap_or(&"")
}

/// All texts of a room, in each language.
#[derive(Debug, Default)]
pub struct Texts([BTreeMap<String, String>; 2]);

impl Texts {
    /// From the files of a room, English and German. What cannot be read is empty, which a test of the room finds.
    pub fn read(en: &str, de: &str) -> Self {
        let [english, german] = [en, de].map(|text| {
            let mut flat = BTreeMap::new();
            if let Ok(table) = text.parse::<toml::Table>() {
                flatten("", &table, &mut flat);
            }
            flat
        });
        Self([english, german])
    }

    /// The words in a language.
    pub const fn words(&'static self, tongue: Tongue) -> Words {
        Words {
            texts: self,
            tongue,
        }
    }

    /// What stands in one language alone, or has other gaps there.
    pub fn differing(&self) -> Vec<&str> {
        let [english, german] = &self.0;
        let gaps = |text: &str| {
            let mut gaps: Vec<String> = text
                .split('{')
                .skip(1)
                .filter_map(|rest| rest.split_once('}'))
                .map(|(gap, _)| gap.to_owned())
                .collect();
            gaps.sort();
            gaps
        };
        let differs = |key: &&String| match (english.get(*key), german.get(*key)) {
            (Some(one), Some(other)) => gaps(one) != gaps(other),
            _ => true,
        };
        let mut keys: Vec<&str> = english
            .keys()
            .chain(german.keys())
            .filter(differs)
            .map(String::as_str)
            .collect();
        keys.dedup();
        keys
    }

    /// Whether there are such words.
    pub fn has(&self, key: &str) -> bool {
        self.0.iter().all(|texts| texts.contains_key(key))
    }
}

fn flatten(before: &str, table: &toml::Table, into: &mut BTreeMap<String, String>) {
    for (key, value) in table {
        let key = if before.is_empty() {
            key.clone()
        } else {
            format!("{before}.{key}")
        };
        match value {
            toml::Value::String(text) => {
                into.insert(key, text.clone());
            }
            toml::Value::Table(table) => flatten(&key, table, into),
            _ => {}
        }
    }
}

/// The words of a room in one language.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    texts: &'static Texts,
    tongue: Tongue,
}

impl Words {
    /// The language.
    pub const fn tongue(&self) -> Tongue {
        self.tongue
    }

    /// As `lang` of the page.
    pub const fn code(&self) -> &'static str {
        self.tongue.code()
    }

    /// The words under a key; in English where the language has none.
    pub fn say(&self, key: &str) -> &'static str {
        let [english, german] = &self.texts.0;
        let own = match self.tongue {
            Tongue::En => english.get(key),
            Tongue::De => german.get(key),
        };
        own.or_else(|| english.get(key)).map_or("", String::as_str)
    }

    /// The same with its gaps filled: `{name}`.
    pub fn with(&self, key: &str, filled: &[(&str, &str)]) -> String {
        let mut rest = self.say(key);
        let mut out = String::with_capacity(rest.len());
        // In one pass: what fills a gap is never read for gaps itself.
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let (gap, behind) = after.split_once('}').unwrap_or((after, ""));
            let found = filled.iter().find(|(name, _)| *name == gap);
            out.push_str(found.map_or("", |(_, value)| value));
            rest = behind;
        }
        out.push_str(rest);
        out
    }

    /// One or many: `key.one`, `key.many` with `{count}`.
    pub fn counted(&self, key: &str, count: usize) -> String {
        let kind = if count == 1 { "one" } else { "many" };
        self.with(&format!("{key}.{kind}"), &[("count", &count.to_string())])
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::{Texts, Tongue};

    static TEXTS: LazyLock<Texts> = LazyLock::new(|| {
        Texts::read(
            "[a]\nhello = 'Hello {name}, {more}'\nonly = 'Only'",
            "[a]\nhello = 'Hallo {name}, {more}'",
        )
    });

    #[test]
    fn words_come_in_the_language_and_else_in_english() {
        let german = TEXTS.words(Tongue::De);
        let filled = [("name", "{more}"), ("more", "x")];
        assert_eq!(german.with("a.hello", &filled), "Hallo {more}, x");
        assert_eq!(german.say("a.only"), "Only");
        assert_eq!(TEXTS.differing(), ["a.only"]);
    }

    #[test]
    fn the_browser_s_first_language_of_ours_counts() {
        let accepted = Tongue::accepted;
        assert_eq!(accepted("fr, de-AT;q=0.8, en;q=0.7"), Some(Tongue::De));
        assert_eq!(accepted("en-GB,en;q=0.9,de;q=0.8"), Some(Tongue::En));
        assert_eq!(accepted("fi, *;q=0.1"), None);
        assert_eq!(accepted("de;q=0, en;q=nonsense"), None);
    }

    #[test]
    fn days_are_said_as_each_language_says_them() {
        let at: jiff::Zoned = "2026-01-23T16:00[UTC]".parse().unwrap();
        assert_eq!(Tongue::En.moment(&at), "Friday 23 January, 16:00");
        assert_eq!(Tongue::De.moment(&at), "Freitag, 23. Januar, 16:00 Uhr");
    }
}
