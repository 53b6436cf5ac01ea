//! A line of a list: what it means, what would be done with it, and doing it.

use kept_accounts::access::Scope;
use kept_kernel::Id;
use kept_language::Register;
use kept_store::{Sql, StoreError, Write, params};

use super::own;
use super::uses::Use;
use crate::commands::{
    ClientError, NewRevenue, Step, add_client, add_contact, add_revenue, set_values, write_note,
};
use crate::model::{
    ClientId, ClientKind, ContactDraft, Draft, Fault, Field, FieldId, Typed, TypedContact,
    domain_of, folded, folded_email, folded_name,
};
use crate::{queries, read};

/// What a line says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    client: Draft,
    contact: Option<ContactDraft>,
    revenue: String,
    note: String,
    own: Vec<(FieldId, String)>,
}

/// What is needed to take in a line: one for the client, the contact, what it bought, a note, and its own fields.
pub(super) type Steps = [Step; 5];

/// What is done with a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Outcome {
    /// `client`, `contact`, `both`, `known` or `wrong`.
    pub(super) what: &'static str,
    pub(super) words: String,
    /// By which an earlier line with the same new client is found.
    pub(super) word: String,
    /// By which an earlier line with the same new contact is found.
    pub(super) mail: String,
    pub(super) client: Option<Id>,
    pub(super) contact: Option<Id>,
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

/// What the cells of a line say by the uses of their columns.
pub(super) fn said(
    (register, fields): (&Register, &[Field]),
    uses: &[String],
    cells: &[String],
) -> Result<Said, Vec<Fault>> {
    let of = |wanted: Use| {
        let found = uses
            .iter()
            .zip(cells)
            .filter(|(name, cell)| Use::named(name) == Some(wanted) && !cell.is_empty());
        found.map(|(_, cell)| cell.clone()).collect::<Vec<String>>()
    };
    let one = |wanted: Use| of(wanted).into_iter().next().unwrap_or_default();
    let whole = one(Use::FullName);
    let person = if whole.is_empty() {
        format!("{} {}", one(Use::FirstName), one(Use::LastName))
    } else {
        whole
    };
    let (person, email) = (person.trim().to_owned(), one(Use::Email));
    let company = one(Use::Company);
    let (name, kind) = match (company.is_empty(), person.is_empty()) {
        (false, _) => (company, ClientKind::Company),
        (true, false) => (person.clone(), ClientKind::Person),
        (true, true) => (email.clone(), ClientKind::Person),
    };
    let mut faults = Vec::new();
    let typed = Typed {
        name: Some(name),
        kind: Some(kind.name().to_owned()),
        website: Some(one(Use::Website)),
        phone: Some(one(Use::CompanyPhone)),
        address: Some(of(Use::Address).join(", ")),
        country: Some(one(Use::Country)),
        industry: Some(one(Use::Industry)),
        ..Typed::default()
    };
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
        phone: Some(one(Use::Phone)),
        position: Some(one(Use::Position)),
        language: Some(one(Use::Language)),
        ..TypedContact::default()
    });
    let contact = contact.map(|typed| typed.understood(register, ContactDraft::default()));
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
        revenue: one(Use::Revenue),
        note: one(Use::Note),
    })
}

/// What is known already of what a line says: the client, and whether the contact is.
fn known(tx: &Write<'_>, said: &Said) -> Result<(Option<ClientId>, Option<Id>), StoreError> {
    if let Some(contact) = &said.contact
        && let Some((contact, client)) = read::contact_by_email(tx, &contact.email)?
    {
        return Ok((Some(client.id), Some(contact.id.0)));
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
        if let Some((client,)) = found {
            return Ok((
                Some(ClientId(client)),
                contact_of(tx, ClientId(client), said)?,
            ));
        }
    }
    Ok((None, None))
}

fn contact_of(tx: &Write<'_>, client: ClientId, said: &Said) -> Result<Option<Id>, StoreError> {
    let Some(contact) = &said.contact else {
        return Ok(None);
    };
    let name = folded(&contact.name);
    let found: Option<(Id,)> = tx.maybe(queries::CONTACT_BY_NAME, &params![client, &name])?;
    Ok(found.map(|(id,)| id))
}

/// What would be done with a line, and nothing done. An earlier line of the same list may already bring the client.
pub(super) fn tried(
    tx: &Write<'_>,
    said: Result<Said, Vec<Fault>>,
    is_earlier: impl Fn(Sql, &str) -> Result<bool, StoreError>,
) -> Result<Outcome, StoreError> {
    let said = match said {
        Ok(said) => said,
        Err(faults) => return Ok(Outcome::wrong(&faults)),
    };
    let (client, contact) = known(tx, &said)?;
    let word = folded_name(&said.client.name);
    let mail = said
        .contact
        .as_ref()
        .and_then(|contact| folded_email(&contact.email));
    let mail = mail.unwrap_or_default();
    let is_twice = is_earlier(super::EARLIER_MAIL, &mail)?;
    let has_client = client.is_some() || is_twice || is_earlier(super::EARLIER_LINE, &word)?;
    let brings_contact = said.contact.is_some() && contact.is_none() && !is_twice;
    Ok(Outcome {
        what: outcome(!has_client, brings_contact),
        words: said.client.name.clone(),
        word,
        mail,
        client: None,
        contact: None,
    })
}

const fn outcome(client: bool, contact: bool) -> &'static str {
    match (client, contact) {
        (true, true) => "both",
        (true, false) => "client",
        (false, true) => "contact",
        (false, false) => "known",
    }
}

/// Takes a line in.
pub(super) fn done(
    tx: &Write<'_>,
    [first, second, third, fourth, fifth]: &Steps,
    scope: &Scope,
    said: Result<Said, Vec<Fault>>,
) -> Result<Outcome, ClientError> {
    let said = match said {
        Ok(said) => said,
        Err(faults) => return Ok(Outcome::wrong(&faults)),
    };
    let (found, known_contact) = known(tx, &said)?;
    let client = match found {
        Some(client) => client,
        None => add_client(tx, first, scope, &said.client)?,
    };
    let contact = match (&said.contact, known_contact) {
        (Some(draft), None) => Some(add_contact(tx, second, scope, client, draft)?),
        _ => None,
    };
    if found.is_none() && !said.revenue.is_empty() {
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
    if found.is_none() && !said.note.is_empty() {
        let note: String = said
            .note
            .chars()
            .take(crate::model::LONGEST_LINES)
            .collect();
        write_note(tx, fourth, scope, client, &note)?;
    }
    if found.is_none() && !said.own.is_empty() {
        set_values(tx, fifth, scope, (client, &said.own))?;
    }
    Ok(Outcome {
        what: outcome(found.is_none(), contact.is_some()),
        words: said.client.name.clone(),
        word: String::new(),
        mail: String::new(),
        client: Some(client.0),
        contact: contact.map(|contact| contact.0),
    })
}
