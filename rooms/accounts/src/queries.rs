//! All SQL of the room, and its questions that only read.

use kept_kernel::{Id, Instant};
use kept_store::{Read, StoreError, params, statements};

use crate::model::{
    Absence, ApiToken, Passkey, Person, PersonId, PersonState, Session, Span, TokenId, Unit,
};

/// What a [`Person`] is read from; `p` is the person.
macro_rules! person {
    ($rest:literal) => {
        concat!(
            "SELECT p.id, p.name, p.email, p.state, p.state_at,
                (SELECT string_agg(r.role, ' ') FROM person_roles r WHERE r.person = p.id),
                p.team, t.name, p.department, d.name, p.zone, p.language,
                EXISTS (SELECT 1 FROM code_secrets c WHERE c.person = p.id AND c.confirmed_at IS NOT NULL)
             FROM people p LEFT JOIN teams t ON t.id = p.team LEFT JOIN departments d ON d.id = p.department ",
            $rest
        )
    };
}

statements! {
    PERSON = person!("WHERE p.id = $1");
    PERSON_BY_EMAIL = person!("WHERE p.folded_email = $1");
    /// After a name and id, in order of names.
    PEOPLE = person!("WHERE p.state <> $1 AND (p.folded_name > $2 OR p.folded_name = $2 AND p.id > $3)
                      ORDER BY p.folded_name, p.id LIMIT $4");
    PEOPLE_AFTER = person!("WHERE p.id > $1 ORDER BY p.id LIMIT $2");
    CIRCLES_OF = "SELECT team, department FROM people WHERE id = $1";
    PEOPLE_WITH_ROLE = person!("WHERE p.state = 'active' AND EXISTS
                      (SELECT 1 FROM person_roles r WHERE r.person = p.id AND r.role = $1)
                      ORDER BY p.folded_name, p.id");
    PASSWORD_OF = "SELECT password FROM people WHERE id = $1 AND state = 'active'";
    CANDIDATE = "SELECT id, password FROM people WHERE folded_email = $1 AND state = 'active'";
    ANYBODY = "SELECT id FROM people WHERE state = 'active' LIMIT 1";
    ADD_PERSON = "INSERT INTO people (id, name, folded_name, email, folded_email, state, state_at, state_by, password,
                    password_at, zone, language, made_at)
                  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $7) ON CONFLICT (folded_email) DO NOTHING";
    RENAME = "UPDATE people SET name = $2, folded_name = $3, zone = $4, language = $5 WHERE id = $1";
    SET_STATE = "UPDATE people SET state = $2, state_at = $3, state_by = $4 WHERE id = $1 AND state = $5";
    SET_PASSWORD = "UPDATE people SET password = $2, password_at = $3 WHERE id = $1";
    PLACE = "UPDATE people SET team = $2, department = $3 WHERE id = $1";
    DROP_ROLES = "DELETE FROM person_roles WHERE person = $1";
    ADD_ROLE = "INSERT INTO person_roles (person, role) VALUES ($1, $2)";
    /// Holds the rows of all administrators, so that two of them cannot take the role from each other at once.
    HOLD_ADMINISTRATORS = "UPDATE people SET state = state WHERE id IN
                           (SELECT person FROM person_roles WHERE role = 'administrator')";
    OTHER_ADMINISTRATOR = "SELECT p.id FROM people p JOIN person_roles r ON r.person = p.id
                           WHERE r.role = 'administrator' AND p.state = 'active' AND p.id <> $1 LIMIT 1";

    NAME_OF_PERSON = "SELECT name FROM people WHERE id = $1";
    SKILLS = "SELECT skill FROM person_skills WHERE person = $1 ORDER BY skill";
    ALL_SKILLS = "SELECT DISTINCT skill FROM person_skills ORDER BY skill LIMIT 500";
    ADD_SKILL = "INSERT INTO person_skills (person, skill) VALUES ($1, $2)";
    FORGET_SKILLS = "DELETE FROM person_skills WHERE person = $1";

    TEAMS = "SELECT t.id, t.name, (SELECT count(*) FROM people p WHERE p.team = t.id AND p.state = 'active')
             FROM teams t ORDER BY t.folded_name, t.id";
    ADD_TEAM = "INSERT INTO teams (id, name, folded_name, made_at) VALUES ($1, $2, $3, $4)
                ON CONFLICT (folded_name) DO NOTHING";
    DEPARTMENTS = "SELECT t.id, t.name, (SELECT count(*) FROM people p WHERE p.department = t.id AND p.state = 'active')
                   FROM departments t ORDER BY t.folded_name, t.id";
    ADD_DEPARTMENT = "INSERT INTO departments (id, name, folded_name, made_at) VALUES ($1, $2, $3, $4)
                      ON CONFLICT (folded_name) DO NOTHING";

    HOURS = "SELECT weekday, starts, ends FROM working_hours WHERE person = $1 ORDER BY weekday, starts";
    DROP_HOURS = "DELETE FROM working_hours WHERE person = $1";
    ADD_HOURS = "INSERT INTO working_hours (person, weekday, starts, ends) VALUES ($1, $2, $3, $4)";
    ABSENCES = "SELECT a.id, a.person, a.from_on, a.until_on, a.deputy, p.name
                FROM absences a LEFT JOIN people p ON p.id = a.deputy
                WHERE a.person = $1 AND a.until_on >= $2 AND a.cancelled_at IS NULL ORDER BY a.from_on, a.id";
    ADD_ABSENCE = "INSERT INTO absences (id, person, from_on, until_on, deputy, made_at) VALUES ($1, $2, $3, $4, $5, $6)";
    CANCEL_ABSENCE = "UPDATE absences SET cancelled_at = $3 WHERE id = $1 AND person = $2 AND cancelled_at IS NULL";
    ABSENCE_OVERLAPS = "SELECT id FROM absences WHERE person = $1 AND cancelled_at IS NULL
                        AND from_on <= $3 AND until_on >= $2 LIMIT 1";

    OPEN_SESSION = "INSERT INTO sessions (id, token, person, made_at, last_seen_at, agent, address)
                    VALUES ($1, $2, $3, $4, $4, $5, $6)";
    /// The session behind a cookie: neither ended nor too old, and its person still works here.
    SESSION = "SELECT s.id, s.person, s.last_seen_at, p.name, p.email, p.team,
                 (SELECT string_agg(r.role, ' ') FROM person_roles r WHERE r.person = p.id), p.zone, s.made_at
               FROM sessions s JOIN people p ON p.id = s.person
               WHERE s.token = $1 AND s.ended_at IS NULL AND s.made_at > $2 AND s.last_seen_at > $3
                 AND p.state = 'active'";
    SESSION_STANDS = "SELECT s.id FROM sessions s JOIN people p ON p.id = s.person
                      WHERE s.id = $1 AND s.ended_at IS NULL AND p.state = 'active'";
    /// The same, for a session that nobody asks with just now: it must also be young.
    SESSION_LASTS = "SELECT s.id FROM sessions s JOIN people p ON p.id = s.person
                     WHERE s.id = $1 AND s.ended_at IS NULL AND s.made_at > $2 AND s.last_seen_at > $3
                       AND p.state = 'active'";
    SEEN = "UPDATE sessions SET last_seen_at = $2 WHERE id = $1 AND last_seen_at < $2";
    SESSIONS_OF = "SELECT id, made_at, last_seen_at, agent, address FROM sessions
                   WHERE person = $1 AND ended_at IS NULL AND made_at > $2 AND last_seen_at > $3
                   ORDER BY last_seen_at DESC, id DESC";
    END_SESSION = "UPDATE sessions SET ended_at = $3, ended_because = $4
                   WHERE id = $1 AND person = $2 AND ended_at IS NULL";
    END_SESSION_BY_TOKEN = "UPDATE sessions SET ended_at = $2, ended_because = $3 WHERE token = $1 AND ended_at IS NULL";
    END_SESSIONS = "UPDATE sessions SET ended_at = $2, ended_because = $3 WHERE person = $1 AND ended_at IS NULL";
    END_OTHER_SESSIONS = "UPDATE sessions SET ended_at = $3, ended_because = $4
                          WHERE person = $1 AND id <> $2 AND ended_at IS NULL";

    BEGIN_STEP = "INSERT INTO second_steps (token, person, made_at, expires_at, tries) VALUES ($1, $2, $3, $4, 0)";
    /// Counts the try at once, so that two at the same moment are two.
    TRY_STEP = "UPDATE second_steps SET tries = tries + 1 WHERE token = $1 AND expires_at > $2 AND tries < $3
                RETURNING person";
    STEP_STANDS = "SELECT person FROM second_steps WHERE token = $1 AND expires_at > $2 AND tries < $3";
    DROP_STEP = "DELETE FROM second_steps WHERE token = $1";
    DROP_STEPS = "DELETE FROM second_steps WHERE person = $1";

    KNOWN_BROWSER = "UPDATE known_browsers SET last_used_at = $3 WHERE token = $1 AND person = $2";
    REMEMBER_BROWSER = "INSERT INTO known_browsers (token, person, made_at, last_used_at) VALUES ($1, $2, $3, $3)";
    FORGET_BROWSERS = "DELETE FROM known_browsers WHERE person = $1";

    MAKE_LINK = "INSERT INTO links (token, purpose, person, made_at, expires_at) VALUES ($1, $2, $3, $4, $5)";
    LINK = "SELECT person FROM links WHERE token = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > $3";
    USE_LINK = "UPDATE links SET used_at = $3 WHERE token = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > $3
                RETURNING person";
    WITHDRAW_LINKS = "UPDATE links SET used_at = $3 WHERE person = $1 AND purpose = $2 AND used_at IS NULL";
    WITHDRAW_FIRST_LINKS = "UPDATE links SET used_at = $1 WHERE purpose = 'first' AND used_at IS NULL";
    RECENT_LINK = "SELECT person FROM links WHERE person = $1 AND purpose = $2 AND made_at > $3 LIMIT 1";

    SET_CODES = "INSERT INTO code_secrets (person, sealed, made_at, last_step) VALUES ($1, $2, $3, 0)
                 ON CONFLICT (person) DO UPDATE SET sealed = $2, made_at = $3, last_step = 0
                 WHERE code_secrets.confirmed_at IS NULL";
    CODES = "SELECT sealed, confirmed_at, last_step FROM code_secrets WHERE person = $1";
    CONFIRM_CODES = "UPDATE code_secrets SET confirmed_at = $2, last_step = $3 WHERE person = $1 AND confirmed_at IS NULL";
    /// A code counts once: of two tries with the same one, one finds nothing.
    USE_CODE = "UPDATE code_secrets SET last_step = $2
                WHERE person = $1 AND confirmed_at IS NOT NULL AND last_step < $2";
    DROP_CODES = "DELETE FROM code_secrets WHERE person = $1";
    ADD_RECOVERY_CODE = "INSERT INTO recovery_codes (person, hash) VALUES ($1, $2)";
    USE_RECOVERY_CODE = "UPDATE recovery_codes SET used_at = $3 WHERE person = $1 AND hash = $2 AND used_at IS NULL";
    RECOVERY_CODES_LEFT = "SELECT count(*) FROM recovery_codes WHERE person = $1 AND used_at IS NULL";
    DROP_RECOVERY_CODES = "DELETE FROM recovery_codes WHERE person = $1";

    ADD_PASSKEY = "INSERT INTO passkeys (id, person, credential, public_key, sign_count, transports, synced, name, made_at)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (credential) DO NOTHING";
    PASSKEYS_OF = "SELECT id, credential, transports, synced, name, made_at, last_used_at, warned_at FROM passkeys
                   WHERE person = $1 ORDER BY made_at, id";
    PASSKEY_SHOWN = "SELECT k.id, k.person, k.public_key FROM passkeys k JOIN people p ON p.id = k.person
                     WHERE k.credential = $1 AND p.state = 'active'";
    /// Counts the use. Nothing is changed where the count does not go on: of two uses of copies, one is refused.
    USE_PASSKEY = "UPDATE passkeys SET sign_count = $2, synced = $3, last_used_at = $4
                   WHERE id = $1 AND (sign_count < $2 OR sign_count = 0 AND $2 = 0)";
    WARN_OF_PASSKEY = "UPDATE passkeys SET warned_at = $2 WHERE id = $1";
    REMOVE_PASSKEY = "DELETE FROM passkeys WHERE id = $1 AND person = $2 RETURNING name";
    USE_CHALLENGE = "INSERT INTO used_challenges (hash, expires_at) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING";

    NAME_OF_TOKEN = "SELECT name FROM api_tokens WHERE id = $1";
    ADD_TOKEN = "INSERT INTO api_tokens (id, token, name, person, scopes, made_at, expires_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7)";
    /// The token that a program shows, with its person's roles; a person who has left takes their tokens along.
    TOKEN = "SELECT k.id, k.name, k.scopes, k.last_used_at, k.person, p.team,
               (SELECT string_agg(r.role, ' ') FROM person_roles r WHERE r.person = p.id)
             FROM api_tokens k LEFT JOIN people p ON p.id = k.person
             WHERE k.token = $1 AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > $2)
               AND (k.person IS NULL OR p.state = 'active')";
    TOKEN_USED = "UPDATE api_tokens SET last_used_at = $2 WHERE id = $1";
    TOKENS_OF = "SELECT id, name, scopes, made_at, expires_at, last_used_at FROM api_tokens
                 WHERE person = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)
                 ORDER BY made_at, id";
    REVOKE_TOKEN = "UPDATE api_tokens SET revoked_at = $3 WHERE id = $1 AND person = $2 AND revoked_at IS NULL";
    REVOKE_TOKENS = "UPDATE api_tokens SET revoked_at = $2 WHERE person = $1 AND revoked_at IS NULL";

    /// Reads the count and holds the row until the transaction ends, on PostgreSQL too.
    HOLD_FAILURES = "INSERT INTO sign_in_failures (kind, about, failures, last_at) VALUES ($1, $2, 0, $3)
                     ON CONFLICT (kind, about) DO UPDATE SET last_at = sign_in_failures.last_at
                     RETURNING failures, last_at";
    COUNT_FAILURE = "UPDATE sign_in_failures SET failures = $3, last_at = $4 WHERE kind = $1 AND about = $2";
    GIVE_BACK_FAILURE = "UPDATE sign_in_failures SET failures = failures - 1
                         WHERE kind = $1 AND about = $2 AND failures > 0";
    FORGIVE_FAILURES = "DELETE FROM sign_in_failures WHERE kind = $1 AND about = $2";

    OPEN_EMERGENCY = "INSERT INTO emergencies (id, person, object, record, reason, opened_at, until)
                      VALUES ($1, $2, $3, $4, $5, $6, $7)";
    EMERGENCY = "SELECT e.id, e.person, p.name, e.object, e.record, e.reason, e.opened_at, e.until, e.ended_at
                 FROM emergencies e JOIN people p ON p.id = e.person WHERE e.id = $1";
    EMERGENCIES = "SELECT e.id, e.person, p.name, e.object, e.record, e.reason, e.opened_at, e.until, e.ended_at
                   FROM emergencies e JOIN people p ON p.id = e.person ORDER BY e.opened_at DESC, e.id DESC LIMIT $1";
    OPENED_BY = "SELECT record FROM emergencies WHERE person = $1 AND until > $2 AND ended_at IS NULL
                 ORDER BY opened_at, id";
    END_EMERGENCY = "UPDATE emergencies SET ended_at = $3 WHERE id = $1 AND person = $2 AND until > $3 AND ended_at IS NULL";

    LOG_READ = "INSERT INTO record_reads (id, at, person, object, record, client) VALUES ($1, $2, $3, $4, $5, $6)
                ON CONFLICT DO NOTHING";
    /// No more of them than it takes to know: whoever reads all day would pay for all of it with each page.
    READS_SINCE = "SELECT count(*), 1 FROM (SELECT DISTINCT object, record FROM record_reads
                   WHERE person = $1 AND at > $2 AND at <= $3 LIMIT $4) AS different";
    READS_OF_RECORD = "SELECT r.at, r.person, p.name, r.object, r.record FROM record_reads r
                       JOIN people p ON p.id = r.person WHERE r.object = $1 AND r.record = $2
                       ORDER BY r.at DESC, r.id DESC LIMIT $3";
    /// The client's own record, and whatever belongs to it.
    READS_OF_CLIENT = "SELECT r.at, r.person, p.name, r.object, r.record FROM
                       (SELECT id, at, person, object, record FROM record_reads WHERE object = 'client' AND record = $1
                        UNION ALL SELECT id, at, person, object, record FROM record_reads WHERE client = $1) r
                       JOIN people p ON p.id = r.person ORDER BY r.at DESC, r.id DESC LIMIT $2";
    READS_OF_PERSON = "SELECT r.at, r.person, p.name, r.object, r.record FROM record_reads r
                       JOIN people p ON p.id = r.person WHERE r.person = $1 ORDER BY r.at DESC, r.id DESC LIMIT $2";

    SWEEP_STEPS = "DELETE FROM second_steps WHERE expires_at < $1";
    SWEEP_CHALLENGES = "DELETE FROM used_challenges WHERE expires_at < $1";
    SWEEP_LINKS = "DELETE FROM links WHERE expires_at < $1";
    SWEEP_FAILURES = "DELETE FROM sign_in_failures WHERE last_at < $1";
    SWEEP_SESSIONS = "DELETE FROM sessions WHERE last_seen_at < $1";
    SWEEP_BROWSERS = "DELETE FROM known_browsers WHERE last_used_at < $1";
}

/// A person.
///
/// # Errors
///
/// As the database says.
pub fn person(read: &Read<'_>, id: PersonId) -> Result<Option<Person>, StoreError> {
    read.maybe(PERSON, &params![id])
}

/// The person with this address.
///
/// # Errors
///
/// As the database says.
pub fn person_by_email(read: &Read<'_>, email: &str) -> Result<Option<Person>, StoreError> {
    read.maybe(PERSON_BY_EMAIL, &params![&crate::model::folded(email)])
}

/// People by name, those who have left only when asked for; after the name and id of the last one shown.
///
/// # Errors
///
/// As the database says.
pub fn people(
    read: &Read<'_>,
    with_disabled: bool,
    (name, id): (&str, Id),
    limit: u32,
) -> Result<Vec<Person>, StoreError> {
    let without = if with_disabled {
        ""
    } else {
        PersonState::Disabled.name()
    };
    read.all(PEOPLE, &params![without, name, id, limit])
}

/// The team and the department of a person: the circles in which they are.
///
/// # Errors
///
/// As the database says.
pub fn circles_of(read: &Read<'_>, person: PersonId) -> Result<Vec<Id>, StoreError> {
    let of: Option<(Option<Id>, Option<Id>)> = read.maybe(CIRCLES_OF, &params![person])?;
    let (team, department) = of.unwrap_or_default();
    Ok(team.into_iter().chain(department).collect())
}

/// Active people with a role, by name.
///
/// # Errors
///
/// As the database says.
pub fn people_with_role(read: &Read<'_>, role: &str) -> Result<Vec<Person>, StoreError> {
    read.all(PEOPLE_WITH_ROLE, &params![role])
}

/// All teams by name.
///
/// # Errors
///
/// As the database says.
pub fn teams(read: &Read<'_>) -> Result<Vec<Unit>, StoreError> {
    read.all(TEAMS, &[])
}

/// All departments by name.
///
/// # Errors
///
/// As the database says.
pub fn departments(read: &Read<'_>) -> Result<Vec<Unit>, StoreError> {
    read.all(DEPARTMENTS, &[])
}

/// What somebody knows, in order.
///
/// # Errors
///
/// As the database says.
pub fn skills(read: &Read<'_>, person: PersonId) -> Result<Vec<String>, StoreError> {
    let rows: Vec<(String,)> = read.all(SKILLS, &params![person])?;
    Ok(rows.into_iter().map(|(skill,)| skill).collect())
}

/// All that anybody knows, in order.
///
/// # Errors
///
/// As the database says.
pub fn all_skills(read: &Read<'_>) -> Result<Vec<String>, StoreError> {
    let rows: Vec<(String,)> = read.all(ALL_SKILLS, &[])?;
    Ok(rows.into_iter().map(|(skill,)| skill).collect())
}

/// A person's working hours; none: those of the company.
///
/// # Errors
///
/// As the database says.
pub fn working_hours(read: &Read<'_>, person: PersonId) -> Result<Vec<Span>, StoreError> {
    read.all(HOURS, &params![person])
}

/// A person's absences that end on this day or later.
///
/// # Errors
///
/// As the database says.
pub fn absences(
    read: &Read<'_>,
    person: PersonId,
    from_on: &str,
) -> Result<Vec<Absence>, StoreError> {
    read.all(ABSENCES, &params![person, from_on])
}

/// A person's open sessions, the last used first.
///
/// # Errors
///
/// As the database says.
pub(crate) fn sessions(
    read: &Read<'_>,
    person: PersonId,
    (made_after, seen_after): (Instant, Instant),
) -> Result<Vec<Session>, StoreError> {
    read.all(SESSIONS_OF, &params![person, made_after, seen_after])
}

/// A person's tokens that are good now.
///
/// # Errors
///
/// As the database says.
pub fn tokens(
    read: &Read<'_>,
    person: PersonId,
    now: Instant,
) -> Result<Vec<ApiToken>, StoreError> {
    read.all(TOKENS_OF, &params![person, now])
}

/// A person's passkeys, the oldest first.
///
/// # Errors
///
/// As the database says.
pub fn passkeys(read: &Read<'_>, person: PersonId) -> Result<Vec<Passkey>, StoreError> {
    read.all(PASSKEYS_OF, &params![person])
}

/// How many recovery codes a person has left.
///
/// # Errors
///
/// As the database says.
pub fn recovery_codes_left(read: &Read<'_>, person: PersonId) -> Result<i64, StoreError> {
    let (left,) = read.one(RECOVERY_CODES_LEFT, &params![person])?;
    Ok(left)
}

/// A token that a program shows.
pub(crate) struct KnownToken {
    pub id: TokenId,
    pub name: String,
    pub scopes: Vec<String>,
    pub last_used_at: Option<Instant>,
    pub person: Option<PersonId>,
    pub team: Option<crate::model::TeamId>,
    pub roles: Vec<String>,
}

impl kept_store::FromRow for KnownToken {
    fn from_row(row: &kept_store::Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: TokenId(row.get(0)?),
            name: row.get(1)?,
            scopes: crate::model::words(row.get(2)?),
            last_used_at: row.get(3)?,
            person: row.get::<Option<Id>>(4)?.map(PersonId),
            team: row.get::<Option<Id>>(5)?.map(crate::model::TeamId),
            roles: crate::model::words(row.get(6)?),
        })
    }
}
