//! What the room holds about clients, contacts and the people who work for them: taken out for them, and erased.

use kept_kernel::{Id, Instant};
use kept_rooms::{About, Erasable, Erased, Exportable, Sheet};
use kept_store::{Read, Sql, StoreError, Value, Write, params, statements};

use crate::model::{Client, ClientId, Contact, Note, phone_lines};
use crate::queries;
use crate::search;

/// What is written instead of a name that was erased.
const ERASED: &str = "Erased";

statements! {
    NOTES_OF = "SELECT n.id, n.text, n.written_at, p.name, n.pinned_at FROM client_notes n
                LEFT JOIN people p ON p.id = n.written_by WHERE n.client = $1 ORDER BY n.written_at, n.id";
    DROP_MERGE_FACTS = "DELETE FROM client_merge_facts WHERE merge IN (
                SELECT id FROM client_merges WHERE kept = $1 OR gone = $1)";
    NOTES_BY = "SELECT n.id, n.text, n.written_at, c.name, n.pinned_at FROM client_notes n
                JOIN clients c ON c.id = n.client WHERE n.written_by = $1 ORDER BY n.written_at, n.id";
    TEAMS_OF_PERSON = "SELECT c.name, t.part, t.since FROM client_team t JOIN clients c ON c.id = t.client
                WHERE t.person = $1 ORDER BY t.since, t.client";
    OWNED_BY = "SELECT id, name FROM clients WHERE owner = $1 ORDER BY id";
    CLIENTS_OF_PERSON = "SELECT client FROM client_team WHERE person = $1 UNION SELECT id FROM clients WHERE owner = $1";
    SALES_OF = "SELECT kind, on_day, amount, note FROM client_revenues WHERE client = $1 AND removed_at IS NULL
                ORDER BY on_day, id";
    VALUES_OF = "SELECT f.label, v.value FROM client_values v JOIN client_fields f ON f.id = v.field
                WHERE v.client = $1 ORDER BY f.place, f.id";

    /// With those of the clients that have become part of it.
    OUTER_KEYS_OF = "SELECT DISTINCT k.system, k.word FROM client_outer_keys k JOIN clients c ON c.id = k.client
                WHERE c.id = $1 OR c.merged_into = $1 ORDER BY k.system, k.word";

    BLANK_CONTACT = "UPDATE contacts SET name = $2, folded_name = '', position = '', email = NULL, folded_email = NULL,
                phone = NULL, folded_phone = NULL, phones = '', channel = NULL, style = NULL, note = '', removed_at = coalesce(removed_at, $3),
                erased_at = $3, revision = revision + 1 WHERE id = $1 AND erased_at IS NULL";
    BLANK_CONTACTS_OF = "UPDATE contacts SET name = $2, folded_name = '', position = '', email = NULL, folded_email = NULL,
                phone = NULL, folded_phone = NULL, phones = '', channel = NULL, style = NULL, note = '', removed_at = coalesce(removed_at, $3),
                erased_at = $3, revision = revision + 1 WHERE client = $1 AND erased_at IS NULL";
    BLANK_CLIENT = "UPDATE clients SET name = $2, folded_name = '', website = '', phone = '', address = '', country = '',
                industry = '', style = '', channel = NULL, rhythm_days = NULL, alert = NULL, archived_at = coalesce(archived_at, $3),
                erased_at = $3, revision = revision + 1 WHERE id = $1 AND erased_at IS NULL";
    CLIENT_OF_CONTACT = "SELECT client FROM contacts WHERE id = $1";
    DROP_NOTES = "DELETE FROM client_notes WHERE client = $1";
    DROP_VALUES = "DELETE FROM client_values WHERE client = $1";
    DROP_SOURCES = "DELETE FROM client_sources WHERE client = $1";
    BLANK_SALES = "UPDATE client_revenues SET note = '' WHERE client = $1 AND note <> ''";
    BLANK_REASONS = "UPDATE client_tiers SET reason = '' WHERE client = $1 AND reason <> ''";

    FORGET_OWNER = "UPDATE clients SET owner = NULL, revision = revision + 1 WHERE owner = $1";
    FORGET_TEAM = "DELETE FROM client_team WHERE person = $1";
    FORGET_WRITER = "UPDATE client_notes SET written_by = NULL WHERE written_by = $1";
    FORGET_SELLER = "UPDATE client_revenues SET made_by = NULL WHERE made_by = $1";
    FORGET_SOURCE = "UPDATE client_sources SET person = NULL WHERE person = $1";
    FORGET_TIER = "UPDATE client_tiers SET person = NULL WHERE person = $1";
    FORGET_MERGE = "UPDATE client_merges SET person = NULL WHERE person = $1";
    FORGET_MERGE_FACT = "UPDATE client_merge_facts SET person = NULL WHERE person = $1";
    FORGET_IMPORT = "UPDATE client_imports SET taken_by = NULL WHERE taken_by = $1";
    FORGET_PAIR = "UPDATE client_pairs SET aside_by = NULL WHERE aside_by = $1";
}

/// The room as far as it holds something about people and clients.
pub(crate) struct AboutPeople;

impl Exportable for AboutPeople {
    fn sheets(&self, read: &Read<'_>, about: About) -> Result<Vec<Sheet>, StoreError> {
        match about {
            About::Person(person) => of_person(read, person),
            About::Client(client) => of_client(read, client),
            About::Contact(contact) => {
                let contacts: Vec<Contact> =
                    read.all(queries::ONE_CONTACT_EVER, &params![contact])?;
                Ok(vec![contacts_sheet(&contacts)])
            }
        }
    }
}

fn of_person(read: &Read<'_>, person: Id) -> Result<Vec<Sheet>, StoreError> {
    let owned: Vec<(Id, String)> = read.all(OWNED_BY, &params![person])?;
    let teams: Vec<(String, String, Instant)> = read.all(TEAMS_OF_PERSON, &params![person])?;
    let notes: Vec<Note> = read.all(NOTES_BY, &params![person])?;
    let owned = owned
        .into_iter()
        .map(|(id, name)| vec![id.to_string(), name]);
    let teams = teams
        .into_iter()
        .map(|(name, part, since)| vec![name, part, since.to_string()]);
    Ok(vec![
        sheet("Clients as account manager", vec!["client", "name"], owned),
        sheet("Account teams", vec!["client", "part", "since"], teams),
        notes_sheet("Notes written", &notes),
    ])
}

fn of_client(read: &Read<'_>, client: Id) -> Result<Vec<Sheet>, StoreError> {
    let clients: Vec<Client> = read.all(queries::ANY, &params![client])?;
    let contacts: Vec<Contact> = read.all(queries::ALL_CONTACTS, &params![client])?;
    let notes: Vec<Note> = read.all(NOTES_OF, &params![client])?;
    let sales: Vec<(String, String, i64, String)> = read.all(SALES_OF, &params![client])?;
    let values: Vec<(String, String)> = read.all(VALUES_OF, &params![client])?;
    let keys: Vec<(String, String)> = read.all(OUTER_KEYS_OF, &params![client])?;
    let details = clients.iter().flat_map(|client| {
        let named = [
            ("name", client.card.name.clone()),
            ("alert", client.card.alert.clone().unwrap_or_default()),
        ];
        let facts = client.draft().facts();
        let all = named.into_iter().chain(facts);
        all.filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| vec![name.to_owned(), value])
            .collect::<Vec<_>>()
    });
    let own = values.into_iter().map(|(label, value)| vec![label, value]);
    let sales = sales
        .into_iter()
        .map(|(kind, day, amount, note)| vec![kind, day, amount.to_string(), note]);
    Ok(vec![
        sheet("Client", vec!["fact", "value"], details.chain(own)),
        contacts_sheet(&contacts),
        notes_sheet("Notes", &notes),
        sheet("Revenue", vec!["kind", "day", "hundredths", "note"], sales),
        sheet(
            "Keys in other systems",
            vec!["system", "key"],
            keys.into_iter().map(|(system, key)| vec![system, key]),
        ),
    ])
}

fn contacts_sheet(contacts: &[Contact]) -> Sheet {
    let rows = contacts.iter().map(|contact| {
        let draft = contact.draft();
        vec![
            contact.card.id.to_string(),
            draft.name,
            draft.position,
            draft.email,
            draft.phone,
            phone_lines(&draft.phones),
            draft.channel.unwrap_or_default(),
            draft.style,
            draft.language,
            draft.note,
        ]
    });
    let columns = vec![
        "contact",
        "name",
        "position",
        "email",
        "phone",
        "other phones",
        "channel",
        "style",
        "language",
        "note",
    ];
    sheet("Contacts", columns, rows)
}

fn notes_sheet(name: &str, notes: &[Note]) -> Sheet {
    let rows = notes.iter().map(|note| {
        let of = note.written_by.clone().unwrap_or_default();
        vec![note.written_at.to_string(), of, note.text.clone()]
    });
    sheet(name, vec!["written at", "by or about", "text"], rows)
}

fn sheet(name: &str, columns: Vec<&'static str>, rows: impl Iterator<Item = Vec<String>>) -> Sheet {
    Sheet {
        name: name.to_owned(),
        columns,
        rows: rows.collect(),
    }
}

impl Erasable for AboutPeople {
    fn erase(&self, tx: &Write<'_>, about: About, at: Instant) -> Result<Vec<Erased>, StoreError> {
        match about {
            About::Person(person) => forget_person(tx, person),
            About::Client(client) => erase_client(tx, ClientId(client), at),
            About::Contact(contact) => {
                let of: Option<(Id,)> = tx.maybe(CLIENT_OF_CONTACT, &params![contact])?;
                let rows = tx.execute(BLANK_CONTACT, &params![contact, ERASED, at])?;
                if let Some((client,)) = of {
                    tx.execute(queries::DROP_KEYS, &params![client])?;
                    crate::commands::recognise_again(tx, ClientId(client), at)?;
                    search::follow(tx, ClientId(client))?;
                }
                Ok(vec![stays("contacts", rows)])
            }
        }
    }
}

fn stays(what: &'static str, rows: u64) -> Erased {
    Erased {
        what,
        rows,
        stays_because: Some("What was done for them stays without the name."),
    }
}

fn gone(what: &'static str, rows: u64) -> Erased {
    Erased {
        what,
        rows,
        stays_because: None,
    }
}

fn forget_person(tx: &Write<'_>, person: Id) -> Result<Vec<Erased>, StoreError> {
    let run = |sql: Sql| tx.execute(sql, &params![person]);
    let theirs: Vec<(Id,)> = tx.all(CLIENTS_OF_PERSON, &params![person])?;
    let clients = run(FORGET_OWNER)?;
    let teams = run(FORGET_TEAM)?;
    let mut named = 0;
    for sql in [
        FORGET_WRITER,
        FORGET_SELLER,
        FORGET_SOURCE,
        FORGET_TIER,
        FORGET_MERGE,
        FORGET_MERGE_FACT,
        FORGET_PAIR,
        FORGET_IMPORT,
    ] {
        named += run(sql)?;
    }
    for (client,) in theirs {
        search::follow(tx, ClientId(client))?;
    }
    Ok(vec![
        stays("clients without their account manager", clients),
        gone("places in account teams", teams),
        stays("notes, amounts, sources and merges", named),
    ])
}

/// Leaves ids, days and figures, by which the past stays judged, and no word that names anybody.
fn erase_client(tx: &Write<'_>, client: ClientId, at: Instant) -> Result<Vec<Erased>, StoreError> {
    let values: [Value<'_>; 3] = params![client, ERASED, at];
    let clients = tx.execute(BLANK_CLIENT, &values)?;
    let contacts = tx.execute(BLANK_CONTACTS_OF, &values)?;
    let run = |sql: Sql| tx.execute(sql, &params![client]);
    let notes = run(DROP_NOTES)?;
    run(crate::import::DROP_LINES_OF_CLIENT)?;
    let own = run(DROP_VALUES)? + run(DROP_SOURCES)?;
    let words = run(BLANK_SALES)? + run(BLANK_REASONS)?;
    for sql in [
        queries::DROP_KEYS,
        queries::DROP_OUTER_KEYS,
        DROP_MERGE_FACTS,
        queries::DROP_PAIRS,
        queries::DROP_PAIRS_OF_OTHER,
    ] {
        run(sql)?;
    }
    kept_search::remove(tx, search::KIND, client.0)?;
    Ok(vec![
        stays("clients", clients),
        stays("contacts", contacts),
        gone("notes", notes),
        gone("facts and their sources", own),
        stays("words beside amounts and tiers", words),
    ])
}
