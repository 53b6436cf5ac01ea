//! A line of a list: what it means, what would be done with it, and doing it.

use jiff::tz::TimeZone;
use kept_accounts::access::Scope;
use kept_accounts::model::{Person, PersonId, PersonState};
use kept_accounts::queries::{people, person_by_email};
use kept_kernel::Id;
use kept_language::Register;
use kept_store::{Sql, StoreError, Write, params};

use super::fill::{self, Filled, filling};
use super::uses::{OURS, Use, plain};
use super::{Import, own};
use crate::commands::{
    ClientError, MANAGER, NewRevenue, Step, add_client, add_contact, add_revenue, change_client,
    join_team, set_values, write_note,
};
use crate::model::{
    Client, ClientId, ClientKind, ContactDraft, Draft, Fault, Field, FieldId, OtherPhone, Typed,
    TypedContact, channels, domain_of, folded, folded_email, folded_name, values,
};
use crate::{queries, read};

/// So many people of an account team at most: a step has ids for no more.
const MOST_MEMBERS: usize = 5;
/// The most letters of a key that are kept.
const LONGEST_KEY: usize = 190;

/// What a line says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) client: Draft,
    pub(super) contact: Option<ContactDraft>,
    /// What the other system calls the client; empty: it does not say.
    pub(super) key: String,
    pub(super) tier: Option<String>,
    revenue: String,
    note: String,
    own: Vec<(FieldId, String)>,
    /// Who of ours answers for the client, as it is written.
    owner: String,
    /// Who else does, each with their part.
    team: Vec<(String, String)>,
    members: Vec<(PersonId, String)>,
    /// What it says that cannot be taken in, while the rest can.
    pub(super) remarks: Vec<String>,
}

/// What is needed to take in a line: one for the client, the contact, what it bought, a note, its own fields, its tier, its account
/// team, and for what is filled in.
pub(super) type Steps = [Step; 8];

/// What is done with a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Outcome {
    /// `client`, `contact`, `both`, `filled`, `known` or `wrong`.
    pub(super) what: &'static str,
    pub(super) words: String,
    /// What of the line was left out.
    pub(super) remark: String,
    /// By which an earlier line with the same new client is found.
    pub(super) word: String,
    /// By which an earlier line with the same new contact is found.
    pub(super) mail: String,
    pub(super) client: Option<Id>,
    pub(super) contact: Option<Id>,
    /// What was filled in.
    pub(super) filled: Filled,
    /// How often the client was changed by it.
    pub(super) changes: u32,
}

impl Outcome {
    fn wrong(faults: &[Fault]) -> Self {
        let words: Vec<&str> = faults.iter().map(|fault| fault.1.as_str()).collect();
        Self {
            what: "wrong",
            words: words.join(" "),
            ..Self::default()
        }
    }
}

/// The cells of a line by the uses of their columns.
struct Cells<'a>(&'a [String], &'a [String]);

impl Cells<'_> {
    fn all(&self, wanted: Use) -> Vec<String> {
        let found = self
            .0
            .iter()
            .zip(self.1)
            .filter(|(name, cell)| Use::named(name) == Some(wanted) && !cell.is_empty());
        found.map(|(_, cell)| cell.clone()).collect()
    }

    fn one(&self, wanted: Use) -> String {
        self.all(wanted).into_iter().next().unwrap_or_default()
    }

    /// The name of somebody.
    fn person(&self) -> String {
        let whole = self.one(Use::FullName);
        let whole = if whole.is_empty() {
            format!("{} {}", self.one(Use::FirstName), self.one(Use::LastName))
        } else {
            whole
        };
        whole.trim().to_owned()
    }
}

/// Who is in a line: a name, else an address; empty: nobody.
pub(crate) fn person_in(uses: &[String], cells: &[String]) -> String {
    let cells = Cells(uses, cells);
    let person = cells.person();
    if person.is_empty() {
        cells.one(Use::Email)
    } else {
        person
    }
}

/// What a client is called of which only a key is known.
pub(super) fn nameless(system: &str, key: &str) -> String {
    format!("{system} {key}").trim().to_owned()
}

/// What the cells of a line say by the uses of their columns.
pub(super) fn said(
    (register, fields): (&Register, &[Field]),
    (system, columns, uses): (&str, &[String], &[String]),
    cells: &[String],
) -> Result<Said, Vec<Fault>> {
    let row = Cells(uses, cells);
    let (person, email) = (row.person(), row.one(Use::Email));
    let key: String = row.one(Use::ClientKey).chars().take(LONGEST_KEY).collect();
    let (mut faults, mut remarks) = (Vec::new(), Vec::new());
    let typed = client_in((register, &row), (system, &key), &mut remarks);
    let client = typed
        .understood(register, Draft::default())
        .unwrap_or_else(|wrong| {
            faults.extend(wrong);
            Draft::default()
        });
    let contact = (!person.is_empty() || !email.is_empty()).then(|| TypedContact {
        name: Some(if person.is_empty() {
            email.clone()
        } else {
            person
        }),
        email: Some(email),
        phone: Some(row.one(Use::Phone)),
        position: Some(row.one(Use::Position)),
        language: Some(row.one(Use::Language)),
        channel: Some(channel_in(register, &row.one(Use::Channel), &mut remarks)),
        style: Some(row.one(Use::Style)),
        note: Some(row.one(Use::ContactNote)),
    });
    let contact = contact.map(|typed| {
        let draft = typed.understood(register, ContactDraft::default())?;
        Ok::<_, Vec<Fault>>(reached(draft, phones_in(columns, &row), &mut remarks))
    });
    let contact = contact.and_then(|read| read.map_err(|wrong| faults.extend(wrong)).ok());
    let own = own::said(fields, uses, cells);
    let own = own.map_err(|wrong| faults.extend(wrong));
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(Said {
        own: own.unwrap_or_default(),
        client,
        contact,
        key,
        tier: tier_in(register, &row.one(Use::Tier), &mut remarks),
        revenue: row.one(Use::Revenue),
        note: row.one(Use::Note),
        owner: row.one(Use::Owner),
        team: team_in(&row.one(Use::AccountTeam)),
        members: Vec::new(),
        remarks,
    })
}

/// What it says of the client. A wish that nobody here understands is left out, and remarked.
fn client_in(
    (register, row): (&Register, &Cells<'_>),
    (system, key): (&str, &str),
    remarks: &mut Vec<String>,
) -> Typed {
    let (company, person) = (row.one(Use::Company), row.person());
    let (name, kind) = if !company.is_empty() {
        (company, ClientKind::Company)
    } else if !key.is_empty() {
        (nameless(system, key), ClientKind::Company)
    } else if !person.is_empty() {
        (person, ClientKind::Person)
    } else {
        (row.one(Use::Email), ClientKind::Person)
    };
    let kind = ClientKind::named(&row.one(Use::Kind).to_lowercase()).unwrap_or(kind);
    let mut fitting = |text: String, fits: bool, what: &str| {
        if fits || text.is_empty() {
            return Some(text);
        }
        remarks.push(format!("“{text}” is no {what}."));
        None
    };
    let zone = row.one(Use::Zone);
    let is_zone = TimeZone::get(&zone).is_ok();
    let zone = fitting(zone, is_zone, "zone");
    let rhythm = row.one(Use::Rhythm);
    let is_rhythm = rhythm
        .parse()
        .is_ok_and(|days: u32| (1..=730).contains(&days));
    let rhythm = fitting(rhythm, is_rhythm, "number of days from 1 to 730");
    Typed {
        name: Some(name),
        kind: Some(kind.name().to_owned()),
        website: Some(row.one(Use::Website)),
        phone: Some(row.one(Use::CompanyPhone)),
        address: Some(row.all(Use::Address).join(", ")),
        country: Some(row.one(Use::Country)),
        industry: Some(row.one(Use::Industry)),
        zone,
        language: Some(row.one(Use::ClientLanguage)),
        channel: Some(channel_in(register, &row.one(Use::ClientChannel), remarks)),
        style: Some(row.one(Use::ClientStyle)),
        rhythm_days: rhythm,
        alert: Some(row.one(Use::Alert)),
        ..Typed::default()
    }
}

fn channel_in(register: &Register, text: &str, remarks: &mut Vec<String>) -> String {
    let all = channels(register);
    match all.into_iter().find(|one| one.eq_ignore_ascii_case(text)) {
        Some(channel) => channel,
        None if text.is_empty() => String::new(),
        None => {
            remarks.push(format!("“{text}” is no channel."));
            String::new()
        }
    }
}

fn tier_in(register: &Register, text: &str, remarks: &mut Vec<String>) -> Option<String> {
    let all = values(register, "client", "tier");
    let found = all.into_iter().find(|one| one.eq_ignore_ascii_case(text));
    if found.is_none() && !text.is_empty() {
        remarks.push(format!("“{text}” is no tier."));
    }
    found
}

/// The further numbers of a line: what each is its column says, or the words before it. A cell may have several.
fn phones_in(columns: &[String], row: &Cells<'_>) -> Vec<OtherPhone> {
    let cells = columns.iter().zip(row.0).zip(row.1);
    let further = cells.filter(|((_, name), _)| Use::named(name) == Some(Use::SecondPhone));
    let phones = further.flat_map(|((column, _), cell)| {
        let parts = cell
            .split([';', '\n'])
            .filter(|part| !part.trim().is_empty());
        parts.map(|part| {
            let phone = OtherPhone::of_line(part);
            if phone.kind.is_empty() {
                let kind = kind_of(column).to_owned();
                return OtherPhone { kind, ..phone };
            }
            phone
        })
    });
    phones.collect()
}

/// What a column says of its numbers.
fn kind_of(column: &str) -> &'static str {
    let column = plain(column);
    let kinds = [
        ("mobile", "mobile"),
        ("cell", "mobile"),
        ("home", "home"),
        ("work", "office"),
        ("office", "office"),
        ("business", "office"),
        ("direct", "direct"),
        ("assistant", "assistant"),
    ];
    let kind = kinds.iter().find(|(word, _)| column.contains(word));
    kind.map_or("", |(_, kind)| kind)
}

/// The contact with these further numbers. What is none, or one too many, stands in the note: nothing of a list is lost.
fn reached(
    mut draft: ContactDraft,
    phones: Vec<OtherPhone>,
    remarks: &mut Vec<String>,
) -> ContactDraft {
    let mut taken = Vec::new();
    for phone in phones {
        taken.push(phone);
        match draft.clone().reached_at(&taken) {
            Ok(reached) => draft = reached,
            Err(_) => {
                let left = taken.pop().unwrap_or_default().line();
                if !draft.note.is_empty() {
                    draft.note.push('\n');
                }
                draft.note.push_str("Also reached at ");
                draft.note.push_str(&left);
                remarks.push(format!("“{left}” stands in the note."));
            }
        }
    }
    draft
}

/// `Theo Sand (technical); Max Orr` as names, each with a part. The account manager is said by a column of its own.
fn team_in(text: &str) -> Vec<(String, String)> {
    let all = text.split(';').map(str::trim).filter(|one| !one.is_empty());
    let one = |one: &str| match one.split_once('(') {
        Some((name, part)) => (
            name.trim().to_owned(),
            part.trim_end_matches(')').to_owned(),
        ),
        None => (one.to_owned(), String::new()),
    };
    all.map(one)
        .filter(|(_, part)| part != MANAGER)
        .take(MOST_MEMBERS)
        .collect()
}

/// Finds who of ours is named in a line.
fn with_people(tx: &Write<'_>, said: &mut Said) -> Result<(), StoreError> {
    if !said.owner.is_empty() {
        said.client.owner = person_called(tx, &said.owner)?;
        if said.client.owner.is_none() {
            said.remarks.push(format!(
                "Nobody works here who is called “{}”: no account manager.",
                said.owner
            ));
        }
    }
    for (name, part) in &said.team {
        match person_called(tx, name)? {
            Some(person) => said.members.push((person, part.clone())),
            None => said
                .remarks
                .push(format!("Nobody works here who is called “{name}”.")),
        }
    }
    Ok(())
}

/// Somebody by their address, or by a name that only one of us has.
fn person_called(tx: &Write<'_>, called: &str) -> Result<Option<PersonId>, StoreError> {
    let active = |person: &Person| person.state == PersonState::Active;
    if let Some(person) = person_by_email(tx, called)?.filter(active) {
        return Ok(Some(person.id));
    }
    let name = kept_accounts::model::folded(called);
    // In their order, the people of this name come first from here on.
    let near = people(tx, false, (&name, Id::default()), 20)?;
    let same = |one: &&Person| active(one) && kept_accounts::model::folded(&one.name) == name;
    let mut same = near.iter().filter(same);
    let first = same.next().filter(|_| same.next().is_none());
    Ok(first.map(|one| one.id))
}

/// Who is known already of whom a line speaks.
#[derive(Default)]
struct Known {
    client: Option<ClientId>,
    contact: Option<Id>,
    /// Whether the client is to be called by the key of the line from now on.
    is_new_key: bool,
}

/// What is known already of what a line says. A key of the other system says more than a name: a client that this system calls
/// something else is another one, whatever they have in common.
fn known(tx: &Write<'_>, said: &Said, system: &str) -> Result<Known, StoreError> {
    let by_mail = match &said.contact {
        Some(contact) => read::contact_by_email(tx, &contact.email)?,
        None => None,
    };
    let by_mail = by_mail.map(|(contact, client)| (contact.id.0, client.id));
    let contact_at = |client| match by_mail {
        Some((contact, _)) => Ok(Some(contact)),
        None => contact_of(tx, client, said),
    };
    if !said.key.is_empty()
        && let Some((client, is_new_key)) =
            by_outer_key(tx, (system, &said.key), &said.client.name)?
    {
        return Ok(Known {
            client: Some(client),
            contact: contact_at(client)?,
            is_new_key,
        });
    }
    let fits = |client: ClientId| {
        let keys: Vec<(String, String)> = tx.all(queries::OUTER_KEYS, &params![client])?;
        let other = keys.iter().any(|(of, _)| of == system);
        Ok::<_, StoreError>(said.key.is_empty() || !other)
    };
    let is_new_key = !said.key.is_empty() && system != OURS;
    if let Some((contact, client)) = by_mail {
        return Ok(Known {
            client: fits(client)?.then_some(client),
            contact: Some(contact),
            is_new_key,
        });
    }
    let keys = [
        ("name", Some(folded_name(&said.client.name))),
        ("domain", domain_of(&said.client.website)),
    ];
    for (kind, word) in keys {
        let Some(word) = word.filter(|word| !word.is_empty()) else {
            continue;
        };
        let found: Option<(Id,)> = tx.maybe(queries::BY_KEY, &params![kind, &word])?;
        if let Some((client,)) = found
            && fits(ClientId(client))?
        {
            return Ok(Known {
                client: Some(ClientId(client)),
                contact: contact_at(ClientId(client))?,
                is_new_key,
            });
        }
    }
    Ok(Known {
        is_new_key: !said.key.is_empty(),
        ..Known::default()
    })
}

/// Whom the other system calls this, as it lives on; and whether the key is new to it. A list of ours says numbers, which mean the
/// same client only where it is called the same: elsewhere they are those of another house.
fn by_outer_key(
    tx: &Write<'_>,
    (system, key): (&str, &str),
    name: &str,
) -> Result<Option<(ClientId, bool)>, StoreError> {
    let found: Vec<(Id,)> = tx.all(queries::BY_OUTER_KEY, &params![system, key])?;
    for (mut id,) in found {
        for _ in 0..read::MOST_MERGES {
            let client: Client = tx.one(queries::ANY, &params![id])?;
            match client.card.merged_into {
                Some(into) => id = into.0,
                None if client.archived_at.is_none() => return Ok(Some((ClientId(id), false))),
                None => break,
            }
        }
    }
    let number = key.strip_prefix("C-").filter(|_| system == OURS);
    let Some(number) = number.and_then(|number| number.parse::<i64>().ok()) else {
        return Ok(None);
    };
    let ours: Option<(Id, String)> = tx.maybe(queries::BY_NUMBER, &params![number])?;
    let ours = ours.filter(|(_, folded_as)| *folded_as == folded(name));
    Ok(ours.map(|(id, _)| (ClientId(id), false)))
}

fn contact_of(tx: &Write<'_>, client: ClientId, said: &Said) -> Result<Option<Id>, StoreError> {
    let Some(contact) = &said.contact else {
        return Ok(None);
    };
    let name = folded(&contact.name);
    let found: Option<(Id,)> = tx.maybe(queries::CONTACT_BY_NAME, &params![client, &name])?;
    Ok(found.map(|(contact,)| contact))
}

/// What would be done with a line, where `is_earlier` says whether an earlier one brings the same.
pub(super) fn tried(
    tx: &Write<'_>,
    system: &str,
    said: Result<Said, Vec<Fault>>,
    is_earlier: impl Fn(Sql, &str) -> Result<bool, StoreError>,
) -> Result<Outcome, StoreError> {
    let mut said = match said {
        Ok(said) => said,
        Err(faults) => return Ok(Outcome::wrong(&faults)),
    };
    with_people(tx, &mut said)?;
    let known = known(tx, &said, system)?;
    let name = folded_name(&said.client.name);
    // No name has such a sign: it is a key.
    let word = if said.key.is_empty() {
        name.clone()
    } else {
        format!("#{}", said.key)
    };
    let mail = said
        .contact
        .as_ref()
        .and_then(|contact| folded_email(&contact.email));
    let mail = mail.unwrap_or_default();
    let is_twice = is_earlier(super::EARLIER_MAIL, &mail)?;
    let has_client = known.client.is_some()
        || is_twice
        || is_earlier(super::EARLIER_LINE, &word)?
        || is_earlier(super::EARLIER_LINE, &name)?;
    let brings_contact = said.contact.is_some() && known.contact.is_none() && !is_twice;
    let filled = match known.client {
        Some(client) if !said.key.is_empty() => filling(tx, client, &said, system)?.1,
        _ => Filled::default(),
    };
    Ok(Outcome {
        what: outcome(
            !has_client,
            brings_contact,
            !filled.0.is_empty() || known.client.is_some() && known.is_new_key,
        ),
        words: said.client.name.clone(),
        remark: said.remarks.join(" "),
        word,
        mail,
        ..Outcome::default()
    })
}

const fn outcome(client: bool, contact: bool, filled: bool) -> &'static str {
    match (client, contact) {
        (true, true) => "both",
        (true, false) => "client",
        (false, true) => "contact",
        (false, false) if filled => "filled",
        (false, false) => "known",
    }
}

/// Takes a line in.
pub(super) fn done(
    tx: &Write<'_>,
    steps: &Steps,
    scope: &Scope,
    (import, said): (&Import, Result<Said, Vec<Fault>>),
) -> Result<Outcome, ClientError> {
    let mut said = match said {
        Ok(said) => said,
        Err(faults) => return Ok(Outcome::wrong(&faults)),
    };
    with_people(tx, &mut said)?;
    let [first, second, .., last] = steps;
    let known = known(tx, &said, &import.system)?;
    let client = match known.client {
        Some(client) => client,
        None => add_client(tx, first, scope, &said.client)?,
    };
    let is_new = known.client.is_none();
    let contact = match (&said.contact, known.contact) {
        (Some(draft), None) => Some(add_contact(tx, second, scope, client, draft)?),
        _ => None,
    };
    let mut filled = Filled::default();
    if is_new {
        beside(tx, steps, scope, (client, &said))?;
    } else if !said.key.is_empty() {
        let of_client: (Draft, Filled) = filling(tx, client, &said, &import.system)?;
        filled = of_client.1;
        if filled.has_facts() {
            let before: Client = tx.one(queries::ANY, &params![client])?;
            change_client(tx, last, scope, (client, before.revision), &of_client.0)?;
        }
    }
    let sets_tier = is_new || filled.tier().is_some();
    if let Some(tier) = said.tier.as_ref().filter(|_| sets_tier) {
        fill::set_tier(tx, steps, scope, (client, tier, &import.name))?;
    }
    if known.is_new_key {
        let row = params![client, &import.system, &said.key, import.id, first.at];
        tx.execute(queries::ADD_OUTER_KEY, &row)?;
    }
    Ok(Outcome {
        what: outcome(
            is_new,
            contact.is_some(),
            !filled.0.is_empty() || !is_new && known.is_new_key,
        ),
        words: said.client.name.clone(),
        remark: said.remarks.join(" "),
        client: Some(client.0),
        contact: contact.map(|contact| contact.0),
        changes: u32::from(filled.has_facts()),
        filled,
        ..Outcome::default()
    })
}

/// What a new client has beside its facts: what it buys, a note, its own fields, and its account team.
fn beside(
    tx: &Write<'_>,
    [_, _, third, fourth, fifth, _, seventh, _]: &Steps,
    scope: &Scope,
    (client, said): (ClientId, &Said),
) -> Result<(), ClientError> {
    if !said.revenue.is_empty() {
        let zone = third.rules.program.company_calendar().time_zone().clone();
        let revenue = NewRevenue {
            kind: "first-year".to_owned(),
            on_day: third.at.timestamp().to_zoned(zone).date().to_string(),
            amount: said.revenue.trim_start_matches(['$', '€', '£']).to_owned(),
            note: "imported".to_owned(),
        };
        match add_revenue(tx, third, scope, client, &revenue) {
            Err(ClientError::Faults(_)) | Ok(()) => {}
            Err(other) => return Err(other),
        }
    }
    if !said.note.is_empty() {
        let note: String = said
            .note
            .chars()
            .take(crate::model::LONGEST_LINES)
            .collect();
        write_note(tx, fourth, scope, client, &note)?;
    }
    if !said.own.is_empty() {
        set_values(tx, fifth, scope, (client, &said.own))?;
    }
    for ((person, part), ids) in said.members.iter().zip(seventh.ids.chunks_exact(2)) {
        let mut own = seventh.clone();
        own.ids
            .iter_mut()
            .zip(ids)
            .for_each(|(to, from)| *to = *from);
        join_team(tx, &own, scope, client, (*person, part))?;
    }
    Ok(())
}
