//! What a page was asked for in its address: the period, the SOP, how figures are split, which cases.

use kept_journal::Directory;
use kept_journal::obligations::Of;
use kept_kernel::Instant;
use kept_ui::Failure;
use serde::Deserialize;

use crate::queries::Within;
use crate::scope::Reach;
use crate::tally::{Dimension, Month};

/// The address as it came in. What makes no sense is left out rather than refused: addresses are kept and sent around.
#[derive(Clone, Default, Debug, Deserialize)]
pub struct Query {
    sop: Option<String>,
    from: Option<String>,
    to: Option<String>,
    by: Option<String>,
    of: Option<String>,
    verdict: Option<String>,
    before: Option<String>,
}

/// What a page is narrowed to.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct View {
    /// One document alone.
    pub sop: Option<String>,
    /// From this month on.
    pub from: Option<Month>,
    /// Up to this month, taken in.
    pub to: Option<Month>,
    /// How figures are split.
    pub by: Option<By>,
    /// Whose figures alone, in the dimension of `by`.
    pub of: Option<String>,
    /// Cases with this verdict.
    pub verdict: Option<&'static str>,
    /// Cases before this one.
    pub before: Option<(Instant, i64)>,
}

/// How figures are split.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum By {
    /// By what the rows of counts know.
    Dimension(Dimension),
    /// By month.
    Month,
}

impl By {
    /// All of them, in the order of the tabs.
    pub const ALL: [Self; 6] = [
        Self::Dimension(Dimension::Person),
        Self::Dimension(Dimension::Team),
        Self::Dimension(Dimension::Role),
        Self::Dimension(Dimension::Tier),
        Self::Dimension(Dimension::Client),
        Self::Month,
    ];

    /// Its word in addresses and tabs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Dimension(dimension) => dimension.word(),
            Self::Month => "month",
        }
    }
}

/// The verdicts of cases: their words, and what they are called over a list.
pub const VERDICTS: [(&str, &str); 9] = [
    ("overdue", "Overdue"),
    ("missed", "Missed"),
    ("met-late", "Met late"),
    ("met", "Met"),
    ("pending", "Pending"),
    ("paused", "Paused"),
    ("excused", "Excused"),
    ("cancelled", "No longer owed"),
    ("cannot-be-judged", "Cannot be judged"),
];

impl From<Query> for View {
    fn from(query: Query) -> Self {
        let some = |text: Option<String>| text.filter(|text| !text.is_empty());
        let month = |text: Option<String>| some(text).as_deref().and_then(Month::parse);
        let by = some(query.by);
        let by = By::ALL
            .into_iter()
            .find(|other| Some(other.word()) == by.as_deref());
        let verdict = query.verdict.as_deref();
        let before = query.before.as_deref().and_then(|text| {
            let (at, number) = text.split_once('-')?;
            Some((Instant::from_micros(at.parse().ok()?), number.parse().ok()?))
        });
        Self {
            sop: some(query.sop),
            from: month(query.from),
            to: month(query.to),
            by,
            of: some(query.of).filter(|_| by.is_some()),
            verdict: VERDICTS
                .iter()
                .map(|(word, _)| *word)
                .find(|word| Some(*word) == verdict),
            before,
        }
    }
}

impl View {
    /// The same within what a reader reaches. Whoever sees his own figures alone, or those of his team, is shown those
    /// whatever the address asks for; within a team he may look at one person.
    #[must_use]
    pub fn reached(self, reach: &Reach, directory: &Directory) -> Self {
        let (by, of) = match reach {
            Reach::Whole => return self,
            Reach::Own(person) => (Dimension::Person, person),
            Reach::Team(team) => {
                let one = self.by == Some(By::Dimension(Dimension::Person));
                let of_team = |of: &String| directory.team_of(of) == Some(team);
                if one && self.of.as_ref().is_some_and(of_team) {
                    return self;
                }
                (Dimension::Team, team)
            }
        };
        Self {
            by: Some(By::Dimension(by)),
            of: Some(of.clone()),
            ..self
        }
    }

    /// The months that it asks for, within those that there are; none: all of them.
    pub fn within(&self, all: Within) -> Option<Within> {
        if self.from.is_none() && self.to.is_none() {
            return None;
        }
        Some(Within {
            from: self.from.unwrap_or(all.from),
            to: self.to.unwrap_or(all.to),
        })
    }

    /// Whether it takes in all documents, months and people, so that it differs from others by its split alone.
    pub const fn is_whole(&self) -> bool {
        self.sop.is_none() && self.from.is_none() && self.to.is_none() && self.of.is_none()
    }

    /// Whose cases it asks for.
    ///
    /// # Errors
    ///
    /// A split by month has no owner.
    pub fn of(&self, directory: &Directory) -> Result<Of, Failure> {
        let Some(of) = self.of.clone() else {
            return Ok(Of::All);
        };
        Ok(match self.by {
            Some(By::Dimension(Dimension::Person)) => Of::Owner(of),
            Some(By::Dimension(Dimension::Team)) => Of::Owners(directory.members(&of)),
            Some(By::Dimension(Dimension::Role)) => Of::Role(of),
            Some(By::Dimension(Dimension::Client)) => Of::Client(of),
            Some(By::Dimension(Dimension::Tier)) => Of::Tier(of),
            _ => return Err(Failure::not_found("There are no such cases")),
        })
    }

    /// The dimension and value that it is narrowed to.
    pub fn value(&self) -> (Dimension, &str) {
        match (self.by, self.of.as_deref()) {
            (Some(By::Dimension(dimension)), Some(of)) => (dimension, of),
            _ => (Dimension::All, ""),
        }
    }

    /// The address of a page with this view.
    pub fn at(&self, path: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let before = self
            .before
            .map(|(at, number)| format!("{}-{number}", at.micros()));
        let parts = [
            ("sop", self.sop.clone()),
            ("from", self.from.map(Month::text)),
            ("to", self.to.map(Month::text)),
            ("by", self.by.map(|by| by.word().to_owned())),
            ("of", self.of.clone()),
            ("verdict", self.verdict.map(str::to_owned)),
            ("before", before),
        ];
        for (name, value) in parts {
            if let Some(value) = value {
                query.append_pair(name, &value);
            }
        }
        let query = query.finish();
        if query.is_empty() {
            path.to_owned()
        } else {
            format!("{path}?{query}")
        }
    }

    /// The same, of one month.
    #[must_use]
    pub fn in_month(&self, month: Month) -> Self {
        Self {
            from: Some(month),
            to: Some(month),
            by: None,
            of: None,
            ..self.clone()
        }
    }

    /// The same, of one value of a dimension.
    #[must_use]
    pub fn narrowed(&self, by: Dimension, of: &str) -> Self {
        Self {
            by: Some(By::Dimension(by)),
            of: Some(of.to_owned()),
            before: None,
            ..self.clone()
        }
    }

    /// The same period, and whom it is narrowed to.
    #[must_use]
    pub fn base(&self) -> Self {
        let narrowed = self.of.is_some();
        Self {
            by: self.by.filter(|_| narrowed),
            of: self.of.clone(),
            ..self.period()
        }
    }

    /// The same period, and nothing else.
    #[must_use]
    pub fn period(&self) -> Self {
        Self {
            from: self.from,
            to: self.to,
            ..Self::default()
        }
    }

    /// The cases with a verdict, from the first.
    #[must_use]
    pub fn cases(&self, verdict: &'static str) -> Self {
        Self {
            verdict: Some(verdict),
            before: None,
            sop: None,
            ..self.clone()
        }
    }
}

/// A part of a path: whatever a foreign system calls its records.
pub fn segment(text: &str) -> String {
    // A path takes `+` for itself, so a space is written out.
    let encoded: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
    encoded.replace('+', "%20")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_what_it_was_made_of_and_leaves_out_what_makes_no_sense() {
        let view = View::from(Query {
            sop: Some("SR".into()),
            from: Some("2016-02".into()),
            to: Some("soon".into()),
            by: Some("person".into()),
            of: Some("Ana & Co".into()),
            verdict: Some("met-late".into()),
            before: Some("12-7".into()),
        });
        assert_eq!(
            view.at("/adherence/SR/resolve"),
            "/adherence/SR/resolve?sop=SR&from=2016-02&by=person&of=Ana+%26+Co&verdict=met-late&before=12-7"
        );
        assert_eq!(View::from(Query::default()).at("/adherence"), "/adherence");
        assert_eq!(segment("a/b c"), "a%2Fb%20c");
    }
}
