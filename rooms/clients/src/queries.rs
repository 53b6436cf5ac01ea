//! All SQL of the room. No list and no single record is asked for by a person without a scope.

use kept_accounts::access::Scope;
use kept_accounts::within_scope;
use kept_kernel::{Id, Instant};
use kept_store::{FromRow, Read, Row, StoreError, Value, params, statements};

use crate::model::{Client, ClientCard};

/// What a [`ClientCard`] is read from; `c` is the client.
macro_rules! card {
    ($($rest:expr),+) => {
        concat!(
            "SELECT c.id, c.number, c.name, c.tier, c.engagement, c.revenue, c.channel, c.rhythm_days, c.zone, c.language,
                c.owner, p.name, c.team, c.alert, c.merged_into, c.changed_at
             FROM clients c LEFT JOIN people p ON p.id = c.owner ",
            $($rest),+
        )
    };
}
/// The same, with when it was added.
macro_rules! card_and_age {
    ($($rest:expr),+) => {
        concat!(
            "SELECT c.id, c.number, c.name, c.tier, c.engagement, c.revenue, c.channel, c.rhythm_days, c.zone, c.language,
                c.owner, p.name, c.team, c.alert, c.merged_into, c.changed_at, c.made_at
             FROM clients c LEFT JOIN people p ON p.id = c.owner ",
            $($rest),+
        )
    };
}
/// What a [`Client`] is read from; `c` is the client.
macro_rules! client {
    ($($rest:expr),+) => {
        concat!(
            "SELECT c.id, c.number, c.name, c.tier, c.engagement, c.revenue, c.channel, c.rhythm_days, c.zone, c.language,
                c.owner, p.name, c.team, c.alert, c.merged_into, c.changed_at, c.kind, c.state, c.website, c.phone, c.address,
                c.country, c.industry, c.style, c.tier_because, c.tier_at, c.tier_until, c.recency, c.frequency, c.breadth,
                c.revision, c.made_at, c.archived_at
             FROM clients c LEFT JOIN people p ON p.id = c.owner ",
            $($rest),+
        )
    };
}
/// The clients in reach.
macro_rules! in_reach {
    () => {
        within_scope!(
            id: "c.id", owner: "c.owner", team: "c.team",
            assigned: "client_team a WHERE a.client = c.id AND a.person",
            params: 1, 2, 3, 4, 5
        )
    };
}
/// What a [`Contact`](crate::model::Contact) and its card are read from; `k` is the contact.
macro_rules! contact {
    ($rest:literal) => {
        concat!(
            "SELECT k.id, k.client, k.name, k.position, k.email, k.phone, k.channel, k.style, k.language, k.removed_at, k.note,
                k.revision, k.made_at, k.phones
             FROM contacts k ",
            $rest
        )
    };
}
/// The clients of somebody who does not reach all: of each way to reach one so many as a page has, so that a large team costs no
/// more than a small one.
macro_rules! listed_of {
    ($live:literal) => {
        card!(
            "WHERE c.id IN (
                SELECT o.id FROM (SELECT id FROM clients WHERE owner = $1 AND ",
            $live,
            " AND ($8 = '' OR tier = $8)
                    AND (folded_name, id) > ($5, $6) ORDER BY folded_name, id LIMIT $7) AS o
                UNION SELECT t.id FROM (SELECT id FROM clients WHERE team = $2 AND ",
            $live,
            " AND ($8 = '' OR tier = $8)
                    AND (folded_name, id) > ($5, $6) ORDER BY folded_name, id LIMIT $7) AS t
                UNION SELECT client FROM client_team WHERE person = $3
                UNION SELECT id FROM clients WHERE id IN LIST($4))
             AND ",
            $live,
            " AND ($8 = '' OR tier = $8) AND (c.folded_name, c.id) > ($5, $6)
             ORDER BY c.folded_name, c.id LIMIT $7"
        )
    };
}

statements! {
    EXPORTS_SINCE = "SELECT COUNT(*) FROM audit WHERE object = $1 AND object_id = $2 AND at > $3 AND act = 'ClientsExported'";
    CARD = card!("WHERE c.id = $6 AND (c.merged_into IS NOT NULL OR ", in_reach!(), ")");
    NAMES = "SELECT id, name FROM clients WHERE id IN LIST($1)";
    CONTACT_NAMES = "SELECT id, name FROM contacts WHERE id IN LIST($1)";
    CARDS = card!("WHERE c.id IN LIST($6) AND ", in_reach!());
    ANY_CARD = card!("WHERE c.id = $1");
    CARDS_AFTER = card!("WHERE c.id > $1 AND c.merged_into IS NULL AND c.erased_at IS NULL ORDER BY c.id LIMIT $2");
    PICK_BY_NAME = card!("WHERE c.merged_into IS NULL AND c.archived_at IS NULL AND c.folded_name >= $6 AND c.folded_name < $7
                          AND ", in_reach!(), " ORDER BY c.folded_name, c.id LIMIT $8");
    PICK_BY_CONTACT = card!("WHERE c.merged_into IS NULL AND c.archived_at IS NULL AND c.id IN (
                              SELECT k.client FROM contacts k WHERE k.folded_name >= $6 AND k.folded_name < $7
                                  AND k.removed_at IS NULL)
                          AND ", in_reach!(), " ORDER BY c.folded_name, c.id LIMIT $8");
    PICK_BY_EMAIL = card!("WHERE c.merged_into IS NULL AND c.archived_at IS NULL AND c.id IN (
                              SELECT k.client FROM contacts k WHERE k.folded_email >= $6 AND k.folded_email < $7
                                  AND k.folded_email IS NOT NULL AND k.removed_at IS NULL)
                          AND ", in_reach!(), " ORDER BY c.folded_name, c.id LIMIT $8");
    /// The same for whoever reaches all clients: so many contacts are enough then, however many begin like this.
    PICK_ANY_BY_CONTACT = card!("WHERE c.merged_into IS NULL AND c.archived_at IS NULL AND c.id IN (
                              SELECT k.client FROM contacts k WHERE k.folded_name >= $1 AND k.folded_name < $2
                                  AND k.removed_at IS NULL ORDER BY k.folded_name, k.id LIMIT 100)
                          ORDER BY c.folded_name, c.id LIMIT $3");
    PICK_ANY_BY_EMAIL = card!("WHERE c.merged_into IS NULL AND c.archived_at IS NULL AND c.id IN (
                              SELECT k.client FROM contacts k WHERE k.folded_email >= $1 AND k.folded_email < $2
                                  AND k.folded_email IS NOT NULL AND k.removed_at IS NULL ORDER BY k.folded_email LIMIT 100)
                          ORDER BY c.folded_name, c.id LIMIT $3");

    /// Who is called, or calls, by this number: a client's own, or one of its contacts'.
    PICK_BY_PHONE = card!("WHERE c.merged_into IS NULL AND c.archived_at IS NULL AND c.id IN (
                              SELECT y.client FROM client_keys y WHERE y.kind = 'phone' AND y.word = $6)
                          AND ", in_reach!(), " ORDER BY c.folded_name, c.id LIMIT $7");

    CONTACT = contact!("WHERE k.id = $1");
    CONTACTS_OF = contact!("WHERE k.client = $1 AND k.removed_at IS NULL ORDER BY k.folded_name, k.id LIMIT 200");
    /// The oldest of those who share it.
    CONTACT_BY_EMAIL = contact!("WHERE k.folded_email = $1 AND k.folded_email IS NOT NULL AND k.removed_at IS NULL
                                 ORDER BY k.made_at, k.id LIMIT 1");

    /// By name; those in the archive and those that were merged are left out.
    LISTED = card!("WHERE c.merged_into IS NULL AND c.archived_at IS NULL AND (c.folded_name, c.id) > ($1, $2)
                    ORDER BY c.folded_name, c.id LIMIT $3");
    LISTED_OF_TIER = card!("WHERE c.merged_into IS NULL AND c.archived_at IS NULL AND c.tier = $4
                    AND (c.folded_name, c.id) > ($1, $2) ORDER BY c.folded_name, c.id LIMIT $3");
    LISTED_OF = listed_of!("merged_into IS NULL AND archived_at IS NULL");
    LISTED_TO_CHECK = card_and_age!("WHERE c.merged_into IS NULL AND c.state = 'to-check' AND c.archived_at IS NULL AND ", in_reach!(),
                    " AND (c.made_at, c.id) > ($6, $7) ORDER BY c.made_at, c.id LIMIT $8");
    COUNT_TO_CHECK = "SELECT count(*) FROM (SELECT id FROM clients WHERE state = 'to-check' AND merged_into IS NULL
                      AND archived_at IS NULL ORDER BY made_at, id LIMIT 100) AS waiting";
    ONE = client!("WHERE c.id = $6 AND ", in_reach!());
    ANY = client!("WHERE c.id = $1");
    /// Held until the transaction ends, on PostgreSQL too.
    HOLD = "UPDATE clients SET revision = revision WHERE id = $1";
    HOLD_BOTH = "UPDATE clients SET revision = revision WHERE id IN LIST($1)";
    MERGED_IN = "SELECT id FROM clients WHERE merged_into = $1 ORDER BY id";
    ONE_CONTACT = contact!("WHERE k.id = $1 AND k.removed_at IS NULL");
    ONE_CONTACT_EVER = contact!("WHERE k.id = $1");
    ALL_CONTACTS = contact!("WHERE k.client = $1 AND k.erased_at IS NULL ORDER BY k.folded_name, k.id LIMIT 500");

    /// In the order in which they were added.
    BY_ID = client!("WHERE c.merged_into IS NULL AND c.erased_at IS NULL AND c.id > $1 AND ($2 = '' OR c.tier = $2)
                     ORDER BY c.id LIMIT $3");
    BY_ID_OF = client!("WHERE c.id IN (
                         SELECT id FROM clients WHERE owner = $1 UNION SELECT id FROM clients WHERE team = $2
                         UNION SELECT client FROM client_team WHERE person = $3
                         UNION SELECT id FROM clients WHERE id IN LIST($4))
                     AND c.merged_into IS NULL AND c.erased_at IS NULL AND c.id > $5 AND ($6 = '' OR c.tier = $6)
                     ORDER BY c.id LIMIT $7");
    COUNT_ALL = "SELECT count(*) FROM clients c WHERE c.merged_into IS NULL AND c.erased_at IS NULL";
    COUNT_OF = "SELECT count(*) FROM clients c WHERE c.id IN (
                         SELECT id FROM clients WHERE owner = $1 UNION SELECT id FROM clients WHERE team = $2
                         UNION SELECT client FROM client_team WHERE person = $3
                         UNION SELECT id FROM clients WHERE id IN LIST($4))
                     AND c.merged_into IS NULL AND c.erased_at IS NULL";
    VALUES_OF_ALL = "SELECT client, field, value FROM client_values WHERE client IN LIST($1) ORDER BY client, field";
    TEAMS_OF_ALL = "SELECT t.client, p.name, t.part FROM client_team t JOIN people p ON p.id = t.person
                    WHERE t.client IN LIST($1) ORDER BY t.client, p.folded_name, p.id";
    CONTACTS_OF_ALL = contact!("WHERE k.client IN LIST($1) AND k.removed_at IS NULL AND k.erased_at IS NULL
                                ORDER BY k.client, k.folded_name, k.id");
    IS_DUE = "SELECT id FROM clients WHERE id = $1 AND merged_into IS NULL
              AND (engagement_at <= $3 OR tier_until IS NOT NULL AND tier_until <= $2)";
    STALE = "SELECT id FROM clients WHERE merged_into IS NULL AND engagement_at <= $1
             ORDER BY engagement_at, id LIMIT $2";
    LAPSED = "SELECT id FROM clients WHERE tier_until IS NOT NULL AND tier_until <= $1 AND merged_into IS NULL ORDER BY tier_until, id LIMIT $2";
    SET_FIGURES = "UPDATE clients SET revenue = $2, tier = $3, tier_because = $4, tier_at = $5, tier_until = $6, engagement = $7,
                       recency = $8, frequency = $9, breadth = $10, engagement_at = $11 WHERE id = $1";
    ADD_TIER = "INSERT INTO client_tiers (id, client, at, tier, because, revenue, reason, until, person)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    TIERS = "SELECT t.at, t.tier, t.because, t.revenue, t.reason, t.until, p.name FROM client_tiers t
             LEFT JOIN people p ON p.id = t.person WHERE t.client = $1 ORDER BY t.at DESC, t.id DESC LIMIT 20";
    REVENUE = "SELECT count(*), CAST(coalesce(sum(amount), 0) AS BIGINT) FROM client_revenues
               WHERE client = $1 AND kind <> 'first-year' AND on_day >= $2 AND on_day <= $3 AND removed_at IS NULL";
    EVER_SOLD = "SELECT id FROM client_revenues WHERE client = $1 AND kind <> 'first-year' AND removed_at IS NULL LIMIT 1";
    FIRST_YEAR = "SELECT amount FROM client_revenues WHERE client = $1 AND kind = 'first-year' AND removed_at IS NULL
                  ORDER BY on_day DESC, id DESC LIMIT 1";
    REVENUES = "SELECT r.id, r.kind, r.on_day, r.amount, r.note, p.name FROM client_revenues r
                LEFT JOIN people p ON p.id = r.made_by WHERE r.client = $1 AND r.removed_at IS NULL
                ORDER BY r.on_day DESC, r.id DESC LIMIT $2";
    ADD_REVENUE = "INSERT INTO client_revenues (id, client, kind, on_day, amount, note, made_at, made_by)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    REMOVE_REVENUE = "UPDATE client_revenues SET removed_at = $3 WHERE id = $1 AND client = $2 AND removed_at IS NULL";

    ADD_CLIENT = "INSERT INTO clients (id, kind, name, folded_name, state, website, phone, address, country, industry, zone,
                      language, channel, style, rhythm_days, alert, owner, team, engagement_at, revision, made_at, changed_at)
                  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, 0, 1, $19, $19)";
    /// A client of another house, as it stands.
    TAKE_OVER = "INSERT INTO clients (id, kind, name, folded_name, state, website, phone, address, country, industry, zone,
                     language, channel, style, rhythm_days, alert, owner, team, engagement_at, revenue, tier, tier_because,
                     tier_at, tier_until, engagement, recency, frequency, breadth, archived_at, revision, made_at, changed_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
                     $24, $25, $26, $27, $28, $29, $30, $31, $32)";
    NUMBERS = "SELECT id, number FROM clients WHERE id IN LIST($1)";
    CHANGE_CLIENT = "UPDATE clients SET kind = $3, name = $4, folded_name = $5, state = 'known', website = $6, phone = $7,
                         address = $8, country = $9, industry = $10, zone = $11, language = $12, channel = $13, style = $14,
                         rhythm_days = $15, alert = $16, owner = $17, team = $18, changed_at = $19, revision = revision + 1
                     WHERE id = $1 AND revision = $2";
    /// By its own contact: whoever came in by themselves is to be checked all the same.
    CHANGE_OWN = "UPDATE clients SET name = $2, folded_name = $3, website = $4, phone = $5, address = $6, country = $7,
                      industry = $8, zone = $9, language = $10, channel = $11, style = $12, rhythm_days = $13, changed_at = $14,
                      revision = revision + 1
                  WHERE id = $1";
    /// How old the oldest of what is known is.
    OLDEST_FACT = "SELECT min(at) FROM client_sources WHERE client = $1";
    LIVE_CONTACTS = "SELECT count(*) FROM (SELECT id FROM contacts WHERE client = $1 AND removed_at IS NULL LIMIT 2) AS live";
    ARCHIVE = "UPDATE clients SET archived_at = $2, revision = revision + 1 WHERE id = $1 AND archived_at IS NULL";
    BRING_BACK = "UPDATE clients SET archived_at = NULL, revision = revision + 1 WHERE id = $1 AND archived_at IS NOT NULL";
    SET_SOURCE = "INSERT INTO client_sources (client, fact, source, at, person) VALUES ($1, $2, $3, $4, $5)
                  ON CONFLICT (client, fact) DO UPDATE SET source = $3, at = $4, person = $5";
    ADD_SOURCE = "INSERT INTO client_sources (client, fact, source, at, person) VALUES ($1, $2, $3, $4, $5)";
    SOURCES = "SELECT s.fact, s.source, s.at, p.name FROM client_sources s LEFT JOIN people p ON p.id = s.person
               WHERE s.client = $1 ORDER BY s.fact";
    ACCOUNT_TEAM = "SELECT t.person, p.name, t.part FROM client_team t JOIN people p ON p.id = t.person
                    WHERE t.client = $1 ORDER BY p.folded_name, p.id";
    JOIN_TEAM = "INSERT INTO client_team (client, person, part, since) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (client, person) DO UPDATE SET part = $3";
    KEEP_IN_TEAM = "INSERT INTO client_team (client, person, part, since) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    HAND_OVER = "DELETE FROM client_team WHERE client = $1 AND person = $2 AND part = $3";
    LEAVE_TEAM = "DELETE FROM client_team WHERE client = $1 AND person = $2";

    CHANGE_CONTACT = "UPDATE contacts SET name = $3, folded_name = $4, position = $5, email = $6, folded_email = $7, phone = $8,
                          folded_phone = $9, channel = $10, style = $11, language = $12, note = $13, changed_at = $14,
                          phones = $15, revision = revision + 1
                      WHERE id = $1 AND revision = $2 AND removed_at IS NULL";
    REMOVE_CONTACT = "UPDATE contacts SET removed_at = $2, revision = revision + 1 WHERE id = $1 AND removed_at IS NULL";
    RETURN_CONTACT = "UPDATE contacts SET removed_at = NULL, revision = revision + 1
                      WHERE id = $1 AND removed_at IS NOT NULL AND erased_at IS NULL";

    ADD_NOTE = "INSERT INTO client_notes (id, client, text, written_at, written_by) VALUES ($1, $2, $3, $4, $5)";
    REMOVE_NOTE = "UPDATE client_notes SET removed_at = $3 WHERE id = $1 AND client = $2 AND removed_at IS NULL";
    RETURN_NOTE = "UPDATE client_notes SET removed_at = NULL WHERE id = $1 AND client = $2 AND removed_at IS NOT NULL";
    PIN_NOTE = "UPDATE client_notes SET pinned_at = $3 WHERE id = $1 AND client = $2 AND removed_at IS NULL";
    NOTES = "SELECT n.id, n.text, n.written_at, p.name, n.pinned_at FROM client_notes n
             LEFT JOIN people p ON p.id = n.written_by
             WHERE n.client = $1 AND n.removed_at IS NULL AND n.pinned_at IS NULL AND (n.written_at, n.id) < ($2, $3)
             ORDER BY n.written_at DESC, n.id DESC LIMIT $4";
    NOTE = "SELECT n.id, n.text, n.written_at, p.name, n.pinned_at FROM client_notes n
            LEFT JOIN people p ON p.id = n.written_by WHERE n.id = $1";
    PINNED = "SELECT n.id, n.text, n.written_at, p.name, n.pinned_at FROM client_notes n
              LEFT JOIN people p ON p.id = n.written_by
              WHERE n.client = $1 AND n.removed_at IS NULL AND n.pinned_at IS NOT NULL
              ORDER BY n.written_at DESC, n.id DESC LIMIT 10";

    FIELDS = "SELECT id, label, kind, choices FROM client_fields WHERE retired_at IS NULL ORDER BY place, id";
    ADD_FIELD = "INSERT INTO client_fields (id, label, kind, choices, place, made_at)
                 VALUES ($1, $2, $3, $4, (SELECT count(*) FROM client_fields), $5)";
    RETIRE_FIELD = "UPDATE client_fields SET retired_at = $2 WHERE id = $1 AND retired_at IS NULL";
    VALUES = "SELECT field, value FROM client_values WHERE client = $1 ORDER BY field";
    SET_VALUE = "INSERT INTO client_values (client, field, value) VALUES ($1, $2, $3)
                 ON CONFLICT (client, field) DO UPDATE SET value = $3";
    DROP_VALUE = "DELETE FROM client_values WHERE client = $1 AND field = $2";

    /// How many others it may be the same as; a few are enough to know.
    COUNT_ALIKE = "SELECT count(*) FROM (SELECT one FROM client_pairs WHERE one = $1 AND aside_at IS NULL
                   UNION ALL SELECT one FROM client_pairs WHERE other = $1 AND aside_at IS NULL LIMIT 10) AS alike";
    /// Who else has its domain; two are enough to know that it is not one alone.
    SAME_DOMAIN = "SELECT id FROM (SELECT other AS id FROM client_pairs WHERE one = $1 AND because = 'domain' AND aside_at IS NULL
                   UNION ALL SELECT one AS id FROM client_pairs WHERE other = $1 AND because = 'domain' AND aside_at IS NULL) AS alike
                   ORDER BY id LIMIT 2";
    ALIKE = card!("WHERE c.merged_into IS NULL AND ", in_reach!(), " AND c.id IN (
                      SELECT other FROM client_pairs WHERE one = $6 AND aside_at IS NULL
                      UNION SELECT one FROM client_pairs WHERE other = $6 AND aside_at IS NULL)
                  ORDER BY c.folded_name, c.id LIMIT 10");
    PAIRS = "SELECT one, other, because, found_at FROM client_pairs WHERE aside_at IS NULL
             AND (found_at, one, other) > ($1, $2, $3) ORDER BY found_at, one, other LIMIT $4";
    MERGES_OF = "SELECT m.id, m.gone, c.name, m.at, p.name FROM client_merges m JOIN clients c ON c.id = m.gone
                 LEFT JOIN people p ON p.id = m.person WHERE m.kept = $1 AND m.undone_at IS NULL ORDER BY m.at DESC, m.id DESC LIMIT 20";
    /// The oldest that is recognised by this.
    BY_KEY = "SELECT k.client FROM client_keys k JOIN clients c ON c.id = k.client
              WHERE k.kind = $1 AND k.word = $2 AND c.merged_into IS NULL AND c.archived_at IS NULL ORDER BY k.client LIMIT 1";
    /// Whom another system calls this; a merged one is to be followed.
    BY_OUTER_KEY = "SELECT k.client FROM client_outer_keys k JOIN clients c ON c.id = k.client
                    WHERE k.system = $1 AND k.word = $2 AND c.erased_at IS NULL ORDER BY k.client LIMIT 5";
    OUTER_KEYS = "SELECT system, word FROM client_outer_keys WHERE client = $1 ORDER BY system, word";
    ADD_OUTER_KEY = "INSERT INTO client_outer_keys (client, system, word, import, at) VALUES ($1, $2, $3, $4, $5)
                     ON CONFLICT DO NOTHING";
    DROP_OUTER_KEYS = "DELETE FROM client_outer_keys WHERE client = $1";
    TAKE_OUTER_KEYS = "DELETE FROM client_outer_keys WHERE client = $1 AND import = $2";
    BY_NUMBER = "SELECT id, folded_name FROM clients WHERE number = $1 AND merged_into IS NULL AND archived_at IS NULL";
    CONTACT_BY_NAME = "SELECT id FROM contacts WHERE client = $1 AND folded_name = $2 AND removed_at IS NULL ORDER BY id LIMIT 1";
    DROP_KEYS = "DELETE FROM client_keys WHERE client = $1";
    DROP_PAIRS = "DELETE FROM client_pairs WHERE one = $1 AND aside_at IS NULL";
    DROP_PAIRS_OF_OTHER = "DELETE FROM client_pairs WHERE other = $1 AND aside_at IS NULL";
    ADD_CONTACT = "INSERT INTO contacts (id, client, name, folded_name, position, email, folded_email, phone, folded_phone, channel,
                       style, language, note, revision, made_at, changed_at, phones)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 1, $14, $14, $15)";
    ADD_KEY = "INSERT INTO client_keys (client, kind, word) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    /// Who else is recognised by the same; a few are enough.
    SAME_KEY = "SELECT k.client FROM client_keys k JOIN clients c ON c.id = k.client
                WHERE k.kind = $1 AND k.word = $2 AND k.client <> $3 AND c.merged_into IS NULL LIMIT 5";
    /// Whether anybody is.
    OTHER_KEY = "SELECT client FROM client_keys WHERE kind = $1 AND word = $2 AND client <> $3 LIMIT 1";
    ADD_PAIR = "INSERT INTO client_pairs (one, other, because, found_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    TEAM_OF = "SELECT person FROM client_team WHERE client = $1 ORDER BY person";
}

/// The parameters of a statement within a scope: those of the scope, and the rest.
pub(crate) fn asked<'a, const N: usize>(scope: &'a Scope, rest: [Value<'a>; N]) -> Vec<Value<'a>> {
    let [all, own, team, assigned, opened] = scope.params();
    let mut params = vec![all, own, team, assigned, opened];
    params.extend(rest);
    params
}

/// Which clients a list shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Listed {
    /// All, by name.
    ByName,
    /// Those of a tier, by name.
    OfTier(String),
    /// Those that came in by themselves, the oldest first.
    ToCheck,
}

/// Where a page of a list goes on: after this name or instant, and id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct After {
    pub(crate) name: String,
    pub(crate) at: Instant,
    pub(crate) id: Id,
}

/// The start of a list.
pub(crate) const START: After = After {
    name: String::new(),
    at: Instant::from_micros(i64::MIN),
    id: Id::from_bytes([0; 16]),
};

struct Aged(ClientCard, Instant);

impl FromRow for Aged {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self(ClientCard::from_row(row)?, row.get(16)?))
    }
}

/// Clients within a scope, in the order of the list, each with when it was added where that is the order.
pub(crate) fn listed(
    read: &Read<'_>,
    scope: &Scope,
    list: &Listed,
    after: &After,
    limit: u32,
) -> Result<Vec<(ClientCard, Instant)>, StoreError> {
    let tier = match list {
        Listed::OfTier(tier) => tier.as_str(),
        _ => "",
    };
    let cards: Vec<ClientCard> = match list {
        Listed::ToCheck => {
            let rest = params![after.at, after.id, limit];
            let found: Vec<Aged> = read.all(LISTED_TO_CHECK, &asked(scope, rest))?;
            return Ok(found.into_iter().map(|Aged(card, at)| (card, at)).collect());
        }
        _ if !scope.is_everything() => {
            let [_, own, team, assigned, opened] = scope.params();
            let (name, id) = (Value::from(&after.name), after.id.into());
            let all = [
                own,
                team,
                assigned,
                opened,
                name,
                id,
                limit.into(),
                tier.into(),
            ];
            read.all(LISTED_OF, &all)?
        }
        Listed::ByName => read.all(LISTED, &params![&after.name, after.id, limit])?,
        Listed::OfTier(tier) => {
            read.all(LISTED_OF_TIER, &params![&after.name, after.id, limit, tier])?
        }
    };
    Ok(cards.into_iter().map(|card| (card, Instant::MIN)).collect())
}

/// Clients within a scope in the order in which they were added, after an id; of a tier, or of all where it is empty.
pub(crate) fn by_id(
    read: &Read<'_>,
    scope: &Scope,
    (after, tier): (Id, &str),
    limit: u32,
) -> Result<Vec<Client>, StoreError> {
    if scope.is_everything() {
        return read.all(BY_ID, &params![after, tier, limit]);
    }
    let [_, own, team, assigned, opened] = scope.params();
    let all = [
        own,
        team,
        assigned,
        opened,
        after.into(),
        tier.into(),
        limit.into(),
    ];
    read.all(BY_ID_OF, &all)
}

/// How many clients are within a scope.
pub(crate) fn count_in_reach(read: &Read<'_>, scope: &Scope) -> Result<u64, StoreError> {
    let (count,) = if scope.is_everything() {
        read.one(COUNT_ALL, &[])?
    } else {
        let [_, own, team, assigned, opened] = scope.params();
        read.one(COUNT_OF, &[own, team, assigned, opened])?
    };
    Ok(count)
}

/// How many came in by themselves and wait to be looked at; 100 stands for more.
///
/// # Errors
///
/// As the database says.
pub fn count_to_check(read: &Read<'_>) -> Result<u64, StoreError> {
    let (count,) = read.one(COUNT_TO_CHECK, &[])?;
    Ok(count)
}
