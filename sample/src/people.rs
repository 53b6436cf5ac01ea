//! The staff: who they are, what they do, when they are there, and how good they are at keeping their word.

use jiff::ToSpan;
use jiff::civil::Date;
use kept_engine::{People, Person, Span};
use kept_kernel::Instant;
use kept_language::{Register, RoleId};

use crate::climate::Climate;
use crate::names;
use crate::random::Random;
use crate::time::Clock;

/// A member of staff.
#[derive(Clone, PartialEq, Debug)]
pub struct Member {
    /// The name, which is also the id that events carry.
    pub name: String,
    /// The roles, by the names that the SOPs use.
    pub roles: Vec<&'static str>,
    /// The team.
    pub team: &'static str,
    /// From when employed; none: since before the sample begins.
    pub joined_at: Option<Instant>,
    /// Until when employed; none: still.
    pub left_at: Option<Instant>,
    /// When away: holidays, illness. From, taken in; until, left out.
    pub away: Vec<(Instant, Instant)>,
    /// Who stands in.
    pub deputy: Option<String>,
    /// Whether this person sees client data.
    pub sees_client_data: bool,
    /// How much better than others this person keeps deadlines, in standard deviations.
    pub(crate) skill: f64,
    /// In how many of a hundred cases this person still works on something pressing after hours.
    pub(crate) evenings: f64,
}

impl Member {
    /// The ids of the roles, and of `employee`, in this register.
    pub fn role_ids(&self, register: &Register) -> Vec<RoleId> {
        let roles = self.roles.iter().chain(&["employee"]);
        roles.filter_map(|role| register.role(role)).collect()
    }

    /// Whether this person works here then.
    pub fn is_employed(&self, at: Instant) -> bool {
        self.joined_at.is_none_or(|joined| joined <= at)
            && self.left_at.is_none_or(|left| at < left)
    }

    /// Whether this person works here then and is not away.
    pub fn is_present(&self, at: Instant) -> bool {
        self.is_employed(at)
            && !self
                .away
                .iter()
                .any(|(from, until)| *from <= at && at < *until)
    }

    pub(crate) fn has(&self, role: &str) -> bool {
        self.roles.contains(&role)
    }
}

/// The places in the company: roles, team, how many.
const PLACES: [(&str, &str, usize); 17] = [
    ("management|approver", "management", 1),
    ("management", "management", 1),
    ("SOP supervisor", "quality", 1),
    ("data auditor|administrator", "quality", 1),
    ("quality control", "quality", 2),
    ("client relations manager", "onboarding", 2),
    ("onboarding specialist", "onboarding", 2),
    ("account manager|conflict resolution team", "accounts", 1),
    ("account manager", "accounts", 4),
    ("client service representative", "service", 6),
    ("client service representative", "service joiner", 1),
    ("technical support", "technical", 4),
    ("technical support", "technical leaver", 1),
    ("salesperson", "sales", 3),
    ("sales manager|salesperson", "sales", 1),
    ("specialised customer service team", "service", 1),
    (
        "specialised customer service team|conflict resolution team",
        "service",
        1,
    ),
];

/// All members of staff.
#[derive(Clone, Debug)]
pub(crate) struct Staff {
    pub(crate) members: Vec<Member>,
}

impl Staff {
    pub(crate) fn hire(seed: u64, clock: &Clock, climate: &Climate) -> Self {
        let mut random = Random::stream(seed, "people", 0);
        let mut names: Vec<String> = Vec::new();
        let mut members: Vec<Member> = Vec::new();
        for (roles, team, count) in PLACES {
            for _ in 0..count {
                let name = names::person(&mut random, &names);
                names.push(name.clone());
                let mut member = member(name, roles, team, &mut random);
                match team {
                    "service joiner" => member.joined_at = Some(climate.joiner_at),
                    "technical leaver" => member.left_at = Some(climate.leaver_at),
                    _ => {}
                }
                member.away = absences(&mut random, clock);
                members.push(member);
            }
        }
        let mut staff = Self { members };
        staff.make_remarkable(climate);
        staff.name_deputies();
        staff
    }

    /// Two who fall ill together, one who is always late, one on whom everybody relies.
    fn make_remarkable(&mut self, climate: &Climate) {
        let ill = (
            climate.fortnight_at,
            climate.fortnight_at.plus_micros(climate.fortnight_micros),
        );
        let service = |member: &&mut Member| member.has("client service representative");
        for (place, member) in self.members.iter_mut().filter(service).enumerate() {
            match place {
                0 => member.skill = 0.75,
                1 | 2 => member.away.push(ill),
                3 => member.skill = -0.75,
                _ => {}
            }
        }
        if let Some(late) = self
            .members
            .iter_mut()
            .rfind(|member| member.roles == ["salesperson"])
        {
            late.skill = -0.6;
        }
    }

    fn name_deputies(&mut self) {
        let known = self.members.clone();
        for (place, member) in self.members.iter_mut().enumerate() {
            let others = known.iter().cycle().skip(place + 1).take(known.len() - 1);
            let role = member.roles.first().copied().unwrap_or_default();
            let able = |other: &&Member| other.has(role) && other.left_at.is_none();
            member.deputy = others.clone().find(able).map(|other| other.name.clone());
        }
    }

    /// Somebody who holds the role and is there; else whoever holds it; else anybody.
    pub(crate) fn pick(&self, role: &str, at: Instant, random: &mut Random) -> &Member {
        let present = |m: &&Member| m.has(role) && m.is_present(at);
        let employed = |m: &&Member| m.has(role) && m.is_employed(at);
        let count = self.members.iter().filter(present).count();
        let chosen = random.below(count);
        let found = self.members.iter().filter(present).nth(chosen);
        found
            .or_else(|| self.members.iter().find(employed))
            .unwrap_or(self.anybody())
    }

    /// Who does it then in this person's place: the person, the deputy, or another of the same role.
    pub(crate) fn stand_in<'s>(&'s self, who: &'s Member, at: Instant) -> &'s Member {
        if who.is_present(at) {
            return who;
        }
        let deputy = who.deputy.as_deref().and_then(|name| self.named(name));
        if let Some(deputy) = deputy.filter(|deputy| deputy.is_present(at)) {
            return deputy;
        }
        let role = who.roles.first().copied().unwrap_or_default();
        let mut others = self.members.iter();
        others
            .find(|m| m.has(role) && m.is_present(at))
            .unwrap_or(who)
    }

    pub(crate) fn named(&self, name: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.name == name)
    }

    /// All who hold the role at some time.
    pub(crate) fn holders<'s>(&'s self, role: &'s str) -> impl Iterator<Item = &'s Member> {
        self.members.iter().filter(move |member| member.has(role))
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "the staff is made from a table that is not empty"
    )]
    fn anybody(&self) -> &Member {
        &self.members[0]
    }
}

fn member(name: String, roles: &'static str, team: &'static str, random: &mut Random) -> Member {
    let team = team.split(' ').next().unwrap_or(team);
    Member {
        name,
        roles: roles.split('|').collect(),
        team,
        joined_at: None,
        left_at: None,
        away: Vec::new(),
        deputy: None,
        sees_client_data: team != "management" || random.chance(60.0),
        skill: random.normal() * 0.25,
        evenings: random.between(10, 55) as f64,
    }
}

/// Two weeks in summer, one in winter, a few days of illness.
fn absences(random: &mut Random, clock: &Clock) -> Vec<(Instant, Instant)> {
    let mut away = Vec::new();
    let mut year = clock.first.year();
    while year <= clock.last.year() {
        let holidays = [(6, 75, 14), (2, 50, 7), (10, 60, 5)];
        for (month, spread, length) in holidays {
            let first = Date::new(year, month, 10).unwrap_or(clock.first);
            let first = first.saturating_add(random.between(0, spread).days());
            away.push((first, length));
        }
        for _ in 0..random.between(0, 3) {
            let first = Date::new(year, 1, 1).unwrap_or(clock.first);
            let first = first.saturating_add(random.between(5, 360).days());
            away.push((first, random.between(1, 4)));
        }
        year += 1;
    }
    let span = |(first, days): (Date, i64)| {
        let last = first.saturating_add(days.days());
        (clock.at(first, 0), clock.at(last, 0))
    };
    away.into_iter()
        .map(span)
        .filter(|(from, _)| *from < clock.until)
        .collect()
}

/// The staff as the engine needs it.
pub(crate) fn engine_people(members: &[Member], register: &Register) -> People {
    let client_data = register
        .rights()
        .find(|(_, right)| right.id == "client-data");
    let person = |member: &Member| Person {
        id: member.name.clone(),
        roles: member
            .role_ids(register)
            .into_iter()
            .map(|role| (role, Span::default()))
            .collect(),
        rights: client_data
            .iter()
            .filter(|_| member.sees_client_data)
            .map(|(id, _)| (*id, Span::default()))
            .collect(),
        employed: Span {
            from: member.joined_at,
            until: member.left_at,
        },
        away: member
            .away
            .iter()
            .map(|(from, until)| Span {
                from: Some(*from),
                until: Some(*until),
            })
            .collect(),
        deputy: member.deputy.clone(),
        team: Some(member.team.to_owned()),
    };
    People::new(members.iter().map(person).collect())
}
