//! All SQL of the room. No list and no single record is asked for by a person without a scope.

use kept_accounts::access::Scope;
use kept_accounts::within_scope;
use kept_store::{Value, statements};

/// What a [`ClientCard`](crate::model::ClientCard) is read from; `c` is the client.
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
/// What a [`ContactCard`](crate::model::ContactCard) is read from; `k` is the contact.
macro_rules! contact {
    ($rest:literal) => {
        concat!(
            "SELECT k.id, k.client, k.name, k.position, k.email, k.phone, k.channel, k.style, k.language, k.removed_at
             FROM contacts k ",
            $rest
        )
    };
}

statements! {
    CARD = card!("WHERE c.id = $6 AND (c.merged_into IS NOT NULL OR ", in_reach!(), ")");
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

    CONTACT = contact!("WHERE k.id = $1");
    CONTACTS_OF = contact!("WHERE k.client = $1 AND k.removed_at IS NULL ORDER BY k.folded_name, k.id LIMIT 200");
    /// The oldest of those who share it.
    CONTACT_BY_EMAIL = contact!("WHERE k.folded_email = $1 AND k.folded_email IS NOT NULL AND k.removed_at IS NULL
                                 ORDER BY k.made_at, k.id LIMIT 1");

    ADD_CLIENT = "INSERT INTO clients (id, kind, name, folded_name, state, zone, language, owner, team, engagement_at, revision,
                      made_at, changed_at)
                  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 1, $10, $10)";
    ADD_CONTACT = "INSERT INTO contacts (id, client, name, folded_name, position, email, folded_email, phone, folded_phone, channel,
                       style, language, note, revision, made_at, changed_at)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 1, $14, $14)";
    ADD_KEY = "INSERT INTO client_keys (client, kind, word) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    /// Who else is recognised by the same; a few are enough.
    SAME_KEY = "SELECT DISTINCT k.client FROM client_keys k JOIN clients c ON c.id = k.client
                WHERE k.kind = $1 AND k.word = $2 AND k.client <> $3 AND c.merged_into IS NULL LIMIT 5";
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
