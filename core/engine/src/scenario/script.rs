//! Reading a script.

use kept_calendar::Calendar;
use kept_kernel::Instant;
use kept_language::ast::RuleKey;
use kept_language::{NounId, Register};

use super::ScenarioProblem;
use super::words;
use crate::event::{Handling, OwnedActor, OwnedEvent, OwnedWhat};
use crate::people::{People, Person, Span};

/// A script that was read.
#[derive(Clone, Debug)]
pub struct Script {
    /// The staff that it names.
    pub people: People,
    /// The events, each at the place of its line.
    pub events: Vec<OwnedEvent>,
    /// Whether documents owe their reviews.
    pub reviews: bool,
    /// Until when it runs; the last event where no line says it.
    pub until: Instant,
}

struct Reader<'a> {
    register: &'a Register,
    calendar: &'a Calendar,
    /// The nouns whose facts a line may name, the case's first.
    nouns: Vec<NounId>,
}

impl Script {
    /// Reads the lines of a script.
    ///
    /// # Errors
    /// The first line that cannot be understood.
    pub fn parse(
        register: &Register,
        calendar: &Calendar,
        text: &str,
    ) -> Result<Self, ScenarioProblem> {
        let mut reader = Reader {
            register,
            calendar,
            nouns: Vec::new(),
        };
        let mut people = Vec::new();
        let mut events: Vec<OwnedEvent> = Vec::new();
        let mut until = None;
        let mut reviews = false;
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let problem = |what| ScenarioProblem {
                line: Some(index + 1),
                what,
            };
            if let Some(person) = line.strip_prefix("person ") {
                people.push(reader.person(person).map_err(problem)?);
            } else if line == "documents are reviewed" {
                reviews = true;
            } else if let Some(time) = line.strip_prefix("until ") {
                until = Some(reader.time(time).map_err(problem)?);
            } else {
                let place = index as u64 + 1;
                events.push(reader.event(line, place).map_err(problem)?);
            }
        }
        let last = events.iter().map(|event| event.recorded_at).max();
        Ok(Self {
            people: People::new(people),
            reviews,
            until: until.or(last).unwrap_or(Instant::MIN),
            events,
        })
    }

    /// Whether something was recorded late, undone, or stands out of order: then the cases' histories are kept.
    pub fn has_late_news(&self) -> bool {
        let undone = |event: &OwnedEvent| matches!(event.what, OwnedWhat::Undone(_));
        let ordered = self
            .events
            .iter()
            .zip(self.events.iter().skip(1))
            .all(|(one, next)| one.at <= next.at);
        !ordered
            || self
                .events
                .iter()
                .any(|e| undone(e) || e.recorded_at > e.at)
    }
}

impl Reader<'_> {
    fn time(&self, text: &str) -> Result<Instant, String> {
        let text = text.trim();
        self.calendar
            .parse_instant(text)
            .map_err(|_| format!("“{text}” is no time."))
    }

    /// `Maria: account manager, technical support; team One; away A to B; from A; until B; deputy Tom`
    fn person(&self, text: &str) -> Result<Person, String> {
        let mut parts = text.split(';').map(str::trim);
        let first = parts.next().unwrap_or_default();
        let (id, roles) = first.split_once(':').unwrap_or((first, ""));
        let mut person = Person {
            id: id.trim().to_owned(),
            ..Person::default()
        };
        for role in roles
            .split(',')
            .map(str::trim)
            .filter(|role| !role.is_empty())
        {
            let role = self
                .register
                .role(role)
                .ok_or_else(|| format!("There is no role “{role}”."))?;
            person.roles.push((role, Span::default()));
        }
        for part in parts {
            if let Some(span) = part.strip_prefix("away ") {
                person.away.push(self.span(span)?);
            } else if let Some(from) = part.strip_prefix("from ") {
                person.employed.from = Some(self.time(from)?);
            } else if let Some(until) = part.strip_prefix("until ") {
                person.employed.until = Some(self.time(until)?);
            } else if let Some(deputy) = part.strip_prefix("deputy ") {
                person.deputy = Some(deputy.to_owned());
            } else if let Some(team) = part.strip_prefix("team ") {
                person.team = Some(team.to_owned());
            } else {
                return Err(format!("“{part}” says nothing about a person."));
            }
        }
        Ok(person)
    }

    fn span(&self, text: &str) -> Result<Span, String> {
        let (from, until) = text
            .split_once(" to ")
            .ok_or_else(|| format!("“{text}” is no span: write “A to B”."))?;
        Ok(Span {
            from: Some(self.time(from)?),
            until: Some(self.time(until)?),
        })
    }

    fn event(&mut self, line: &str, place: u64) -> Result<OwnedEvent, String> {
        let (time, rest) = self.leading_time(line)?;
        let mut parts = rest.split(';').map(str::trim);
        let first = parts.next().unwrap_or_default();
        let (what, case, rest) = self.what(first)?;
        self.nouns = vec![case.0];
        let mut event = OwnedEvent {
            place,
            at: time,
            recorded_at: time,
            what,
            case,
            links: Vec::new(),
            actor: OwnedActor::Unknown,
            facts: Vec::new(),
            parts: Vec::new(),
            holders: Vec::new(),
            proofs: Vec::new(),
        };
        for part in rest.into_iter().chain(parts) {
            self.carried(&mut event, part)?;
        }
        Ok(event)
    }

    /// A date and a time at the beginning of a line.
    fn leading_time<'t>(&self, line: &'t str) -> Result<(Instant, &'t str), String> {
        let mut ends = line.match_indices(' ').map(|(end, _)| end);
        let (one, two) = (ends.next(), ends.next());
        for end in [two, one].into_iter().flatten() {
            if let Some((time, rest)) = line.split_at_checked(end)
                && let Ok(time) = self.time(time)
            {
                return Ok((time, rest.trim()));
            }
        }
        Err("The line does not begin with a time.".to_owned())
    }

    #[expect(
        clippy::type_complexity,
        reason = "read once, in the line above its use"
    )]
    fn what<'t>(
        &self,
        text: &'t str,
    ) -> Result<(OwnedWhat, (NounId, String), Option<&'t str>), String> {
        if let Some(line) = text.strip_prefix("line ") {
            let line = line.strip_suffix(" is undone").unwrap_or(line);
            let place = line.parse().map_err(|_| format!("“{line}” is no line."))?;
            let company = (self.register.company(), "company".to_owned());
            return Ok((OwnedWhat::Undone(place), company, None));
        }
        if text.starts_with('`') {
            return self.about_rule(text);
        }
        if let Some((act, noun, id)) = words::event(self.register, text) {
            return Ok((OwnedWhat::Act(act), (noun, id), None));
        }
        let (noun, id, rest) = words::record(self.register, text)
            .ok_or_else(|| format!("No event of the vocabulary is called “{text}”."))?;
        if let Some(into) = rest.strip_prefix("is merged into ") {
            return Ok((OwnedWhat::Merged(into.to_owned()), (noun, id), None));
        }
        if let Some(from) = rest.strip_prefix("is split from ") {
            return Ok((OwnedWhat::Split(from.to_owned()), (noun, id), None));
        }
        match rest.strip_prefix(':') {
            Some(fact) => Ok((OwnedWhat::Facts, (noun, id), Some(fact.trim()))),
            None => Err(format!("No event of the vocabulary is called “{text}”.")),
        }
    }

    #[expect(
        clippy::type_complexity,
        reason = "read once, in the line above its use"
    )]
    fn about_rule<'t>(
        &self,
        text: &'t str,
    ) -> Result<(OwnedWhat, (NounId, String), Option<&'t str>), String> {
        let fault = || format!("“{text}” is not understood.");
        let mut parts = text.splitn(3, '`');
        let key = parts.nth(1).and_then(|name| name.split_once('/'));
        let (code, id) = key.ok_or_else(fault)?;
        let rule = RuleKey {
            code: code.to_owned(),
            id: id.to_owned(),
        };
        let rest = parts.next().unwrap_or_default().trim();
        let rest = rest.strip_prefix("of ").ok_or_else(fault)?;
        let (noun, id, rest) = words::record(self.register, rest).ok_or_else(fault)?;
        let what = if rest == "is given up" {
            OwnedWhat::GivenUp(rule)
        } else if rest == "is waived" {
            OwnedWhat::Granted(rule, Handling::Waived, None)
        } else if let Some(due) = rest.strip_prefix("is due ") {
            OwnedWhat::DeadlineSet(rule, self.time(due)?)
        } else if let Some(span) = rest.strip_prefix("has ") {
            let span = span.parse().map_err(|_| fault())?;
            OwnedWhat::Granted(rule, Handling::Within(span), None)
        } else {
            return Err(fault());
        };
        Ok((what, (noun, id), None))
    }

    fn carried(&mut self, event: &mut OwnedEvent, text: &str) -> Result<(), String> {
        if let Some(actor) = text.strip_prefix("by ") {
            event.actor = match actor {
                "the client" => OwnedActor::Client,
                "the system" => OwnedActor::System,
                person => OwnedActor::Person(person.to_owned()),
            };
        } else if let Some(time) = text.strip_prefix("recorded ") {
            event.recorded_at = self.time(time)?;
        } else if let Some(time) = text.strip_prefix("until ") {
            let time = self.time(time)?;
            if let OwnedWhat::Granted(_, _, expires) = &mut event.what {
                *expires = Some(time);
            }
        } else if let Some(proof) = text.strip_prefix("with ") {
            let bare = |text: &'_ str| {
                let text = text.strip_prefix("a ").or(text.strip_prefix("an "));
                text.map(ToOwned::to_owned)
            };
            let wanted = bare(proof).unwrap_or_else(|| proof.to_owned());
            let found = self.register.proofs().find(|(_, known)| {
                let mut says = std::iter::once(&known.says).chain(&known.also);
                says.any(|says| *says == wanted || bare(says).as_ref() == Some(&wanted))
            });
            let (found, _) = found.ok_or_else(|| format!("There is no proof “{proof}”."))?;
            event.proofs.push(found);
        } else if let Some((name, text)) = text.split_once('=') {
            let name = name.trim();
            let all: Vec<NounId> = self.register.nouns().map(|(id, _)| id).collect();
            let fact = words::fact(self.register, &self.nouns, name)
                .or_else(|| words::fact(self.register, &all, name))
                .ok_or_else(|| format!("There is no fact “{name}”."))?;
            let value = match text.trim() {
                "unknown" => None,
                text => Some(words::value(self.register, self.calendar, fact, text)?),
            };
            event.facts.push((fact, value));
        } else if let Some((part, person)) = text.split_once(':') {
            let (part, person) = (part.trim(), person.trim().to_owned());
            match self.register.role(part) {
                Some(role) => event.holders.push((role, person)),
                None => event.parts.push((part.to_owned(), person)),
            }
        } else {
            let (noun, id, _) = words::record(self.register, text)
                .ok_or_else(|| format!("“{text}” is not understood."))?;
            self.nouns.push(noun);
            event.links.push((noun, id));
        }
        Ok(())
    }
}
