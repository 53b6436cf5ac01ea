//! Who gets what comes in: the first rule of routing that fits. Whoever is away or has left is passed over.

use jiff::civil::Date;
use kept_accounts::model::{PersonId, PersonState, TeamId};
use kept_accounts::queries::{absences, person};
use kept_clients::read::ClientCard;
use kept_kernel::{Id, Instant};
use kept_store::{FromRow, Read, Row, StoreError, Write, params};

use crate::commands::Step;
use crate::model::{Columns, Draft};
use crate::queries;

/// Where a request is put.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Placed {
    pub(crate) team: Option<TeamId>,
    pub(crate) person: Option<PersonId>,
}

/// A rule of routing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Route {
    pub(crate) id: Id,
    pub(crate) channel: String,
    pub(crate) category: String,
    pub(crate) tier: String,
    pub(crate) words: String,
    pub(crate) way: String,
    pub(crate) team: Option<TeamId>,
    pub(crate) team_name: Option<String>,
    pub(crate) person: Option<PersonId>,
    pub(crate) person_name: Option<String>,
    last_person: Option<PersonId>,
    pub(crate) skill: String,
}

impl FromRow for Route {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        let mut of = Columns(row, 0);
        let id = of.next()?;
        let _place: i64 = of.next()?;
        Ok(Self {
            id,
            channel: of.next()?,
            category: of.next()?,
            tier: of.next()?,
            words: of.next()?,
            way: of.next()?,
            team: of.next::<Option<Id>>()?.map(TeamId),
            team_name: of.next()?,
            person: of.next::<Option<Id>>()?.map(PersonId),
            person_name: of.next()?,
            last_person: of.next::<Option<Id>>()?.map(PersonId),
            skill: of.next()?,
        })
    }
}

/// All rules, in their order.
pub(crate) fn routes(read: &Read<'_>) -> Result<Vec<Route>, StoreError> {
    read.all(queries::ROUTES, &[])
}

/// Where a request goes.
pub(crate) fn place(
    tx: &Write<'_>,
    step: &Step,
    client: &ClientCard,
    draft: &Draft,
) -> Result<Placed, StoreError> {
    let found = routes(tx)?;
    let Some(route) = found.iter().find(|route| route.fits(client, draft)) else {
        return Ok(Placed::default());
    };
    let day = today(step);
    let person = match route.way.as_str() {
        "person" => match route.person {
            Some(person) if is_here(tx, person, day)? => Some(person),
            _ => None,
        },
        "round robin" => route.next_in_turn(tx, day)?,
        "least load" => route.least_loaded(tx, day)?,
        _ => None,
    };
    if let (Some(person), "round robin") = (person, route.way.as_str()) {
        tx.execute(queries::TURN_OF_ROUTE, &params![route.id, person])?;
    }
    Ok(Placed {
        team: route.team,
        person,
    })
}

fn today(step: &Step) -> Date {
    let zone = step.rules.program.company_calendar().time_zone();
    let now: Instant = step.act.at;
    now.timestamp().to_zoned(zone.clone()).date()
}

/// Whether somebody works here and is not away on a day.
fn is_here(read: &Read<'_>, who: PersonId, day: Date) -> Result<bool, StoreError> {
    let found = person(read, who)?;
    if found.is_none_or(|person| person.state != PersonState::Active) {
        return Ok(false);
    }
    let day = day.to_string();
    let away = absences(read, who, &day)?;
    Ok(!away.iter().any(|away| away.from_on <= day))
}

impl Route {
    fn fits(&self, client: &ClientCard, draft: &Draft) -> bool {
        let same = |wanted: &str, is: Option<&str>| wanted.is_empty() || is == Some(wanted);
        same(&self.channel, Some(&draft.channel))
            && same(&self.category, draft.category.as_deref())
            && same(&self.tier, client.tier.as_deref())
            && self.has_words(draft)
    }

    fn has_words(&self, draft: &Draft) -> bool {
        let mut words = self
            .words
            .split(',')
            .map(str::trim)
            .filter(|word| !word.is_empty());
        let text = format!("{} {}", draft.subject, draft.body).to_lowercase();
        self.words.trim().is_empty() || words.any(|word| text.contains(&word.to_lowercase()))
    }

    /// Those of the team who know what it takes, with how much they have open.
    fn of_team(&self, read: &Read<'_>) -> Result<Vec<(Id, u64)>, StoreError> {
        match self.team {
            Some(team) => read.all(queries::OF_TEAM, &params![team, &self.skill]),
            None => Ok(Vec::new()),
        }
    }

    fn next_in_turn(&self, read: &Read<'_>, day: Date) -> Result<Option<PersonId>, StoreError> {
        let all = self.of_team(read)?;
        let last = self.last_person.map(|person| person.0);
        let after = all.iter().filter(|(id, _)| Some(*id) > last);
        let rest = all.iter().filter(|(id, _)| Some(*id) <= last);
        for (id, _) in after.chain(rest) {
            if is_here(read, PersonId(*id), day)? {
                return Ok(Some(PersonId(*id)));
            }
        }
        Ok(None)
    }

    fn least_loaded(&self, read: &Read<'_>, day: Date) -> Result<Option<PersonId>, StoreError> {
        let mut all = self.of_team(read)?;
        all.sort_by_key(|(id, open)| (*open, *id));
        for (id, _) in all {
            if is_here(read, PersonId(id), day)? {
                return Ok(Some(PersonId(id)));
            }
        }
        Ok(None)
    }
}
