//! The people who work here, in the engine's words: who may hold which role, and who stands in for whom.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use kept_accounts::{Away, StaffMember};
use kept_engine::{People, Person, Span};
use kept_journal::{Colleague, Directory};
use kept_kernel::Instant;
use kept_language::Register;
use kept_store::{Store, StoreError};
use kept_world::World;

/// How long ago an absence may have ended and still matter to what was owed then: a year and a month.
const BACK_DAYS: i64 = 396;

/// Everybody who works here or has.
pub fn staff(store: &Store, world: &World) -> Result<Vec<StaffMember>, StoreError> {
    let today = world.now().timestamp().to_zoned(TimeZone::UTC).date();
    let since = today
        .checked_sub(jiff::Span::new().days(BACK_DAYS))
        .unwrap_or(today)
        .to_string();
    store
        .read(move |read| kept_accounts::staff(read, &since))
        .wait()
}

/// The same people for the engine. Roles that the vocabulary does not have are left out.
pub fn people(staff: &[StaffMember], register: &Register) -> People {
    let persons = staff.iter().map(|member| person(member, register));
    People::new(persons.collect())
}

/// What they are called, and their teams.
pub fn directory(staff: &[StaffMember]) -> Directory {
    Directory::new(staff.iter().map(|member| {
        let colleague = Colleague {
            name: member.name.clone(),
            email: member.email.clone(),
            team: member.team.clone(),
        };
        (member.id.to_string(), colleague)
    }))
}

fn person(member: &StaffMember, register: &Register) -> Person {
    let roles = register
        .roles()
        .filter(|(_, role)| member.roles.contains(&role.id));
    let zone = TimeZone::get(&member.zone).unwrap_or(TimeZone::UTC);
    Person {
        id: member.id.to_string(),
        roles: roles.map(|(id, _)| (id, Span::default())).collect(),
        rights: Vec::new(),
        employed: Span {
            from: None,
            until: member.left_at,
        },
        away: member.away.iter().map(|away| span(away, &zone)).collect(),
        // The engine knows one: the one of the absence that is running or comes first.
        deputy: member
            .away
            .last()
            .and_then(|away| away.deputy)
            .map(|deputy| deputy.to_string()),
        team: member.team.clone(),
    }
}

/// From the first day's beginning to the end of the last, where the person lives.
fn span(away: &Away, zone: &TimeZone) -> Span {
    let start = |day: Option<Date>| {
        let zoned = day?.to_zoned(zone.clone()).ok()?;
        Some(Instant::from_timestamp(zoned.timestamp()))
    };
    let until: Option<Date> = away.until_on.parse().ok();
    Span {
        from: start(away.from_on.parse().ok()),
        until: start(until.and_then(|day| day.tomorrow().ok())),
    }
}
