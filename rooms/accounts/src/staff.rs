//! Who works here, as the SOPs need it: roles, teams, and who is away with whom in their place.

use std::collections::HashMap;

use kept_kernel::{Id, Instant};
use kept_store::{Read, StoreError, params, statements};

use crate::model::PersonId;

statements! {
    STAFF = "SELECT p.id, p.name, p.email, p.state, p.state_at, p.made_at, t.name, p.zone,
                 (SELECT string_agg(r.role, ' ') FROM person_roles r WHERE r.person = p.id)
             FROM people p LEFT JOIN teams t ON t.id = p.team WHERE p.state <> 'invited' ORDER BY p.id";
    /// From a day on, in order of time.
    AWAY = "SELECT person, from_on, until_on, deputy FROM absences
            WHERE cancelled_at IS NULL AND until_on >= $1 ORDER BY from_on, id";
}

/// A member of staff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffMember {
    /// Who.
    pub id: PersonId,
    /// What they are called.
    pub name: String,
    /// Their address.
    pub email: String,
    /// The ids of the roles held now; none once they have left.
    pub roles: Vec<String>,
    /// The name of their team.
    pub team: Option<String>,
    /// The zone in which their days begin and end.
    pub zone: String,
    /// Since when they are known.
    pub since: Instant,
    /// When they left.
    pub left_at: Option<Instant>,
    /// When they are away: the first and the last day, and who stands in.
    pub away: Vec<Away>,
}

/// Days on which somebody is away, the last one included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Away {
    /// The first, as `2026-01-31`.
    pub from_on: String,
    /// The last.
    pub until_on: String,
    /// Who stands in.
    pub deputy: Option<PersonId>,
}

/// Everybody who works here or has, with absences that end on this day or later.
///
/// # Errors
///
/// As the database says.
pub fn staff(read: &Read<'_>, day: &str) -> Result<Vec<StaffMember>, StoreError> {
    let mut away: HashMap<PersonId, Vec<Away>> = HashMap::new();
    let rows: Vec<(Id, String, String, Option<Id>)> = read.all(AWAY, &params![day])?;
    for (person, from_on, until_on, deputy) in rows {
        away.entry(PersonId(person)).or_default().push(Away {
            from_on,
            until_on,
            deputy: deputy.map(PersonId),
        });
    }
    let mut staff = Vec::new();
    read.each(STAFF, &[], |row| {
        let id = PersonId(row.get(0)?);
        let active = row.get::<&str>(3)? == "active";
        let state_at: Instant = row.get(4)?;
        let roles: Option<String> = row.get(8)?;
        let held = roles.unwrap_or_default();
        staff.push(StaffMember {
            id,
            name: row.get(1)?,
            email: row.get(2)?,
            roles: held.split_whitespace().map(str::to_owned).collect(),
            team: row.get(6)?,
            zone: row.get(7)?,
            since: row.get(5)?,
            left_at: (!active).then_some(state_at),
            away: away.remove(&id).unwrap_or_default(),
        });
        Ok::<_, StoreError>(())
    })?;
    Ok(staff)
}
