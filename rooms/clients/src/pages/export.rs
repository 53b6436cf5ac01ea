//! All clients, and all contacts, as lists for a spreadsheet; and as lists that the import takes in again.
//!
//! INVARIANT: no cell is read as a formula by the spreadsheet that opens it.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use futures_core::Stream;
use kept_accounts::Signed;
use kept_accounts::access::{Action, Scope};
use kept_journal::audit::Who;
use kept_kernel::Id;
use kept_logs::CsvText;
use kept_store::{Answer, Read, StoreError, params};
use kept_ui::Failure;

use super::got;
use crate::model::{Client, Contact, Field, mark_of, phone_lines};
use crate::queries::{self, by_id, count_in_reach};
use crate::room::Room;

/// So many clients are read at once.
const SLICE: u32 = 500;
/// So often one person takes clients out in a day.
const MOST_EXPORTS: i64 = 10;
const DAY: i64 = 86_400_000_000;

/// What is taken out: the names of its columns are those that the import knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum List {
    Clients,
    Contacts,
}

impl List {
    const fn name(self) -> &'static str {
        match self {
            Self::Clients => "clients",
            Self::Contacts => "contacts",
        }
    }

    const fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Clients => &[
                "mark",
                "name",
                "kind",
                "tier",
                "engagement",
                "account manager",
                "account team",
                "website",
                "phone",
                "address",
                "country",
                "industry",
                "language",
                "zone",
                "channel",
                "style",
                "rhythm days",
                "alert",
            ],
            Self::Contacts => &[
                "mark",
                "client",
                "full name",
                "position",
                "email",
                "phone",
                "other phones",
                "channel",
                "style",
                "language",
                "note",
            ],
        }
    }
}

/// All clients within reach, with the fields of the company's own.
pub async fn clients(State(room): State<Room>, signed: Signed) -> Result<Response, Failure> {
    taken_out(&room, &signed, List::Clients).await
}

/// All contacts of clients within reach, each with its client.
pub async fn contacts(State(room): State<Room>, signed: Signed) -> Result<Response, Failure> {
    taken_out(&room, &signed, List::Contacts).await
}

/// Nobody has a list before it is written down who takes it out and of how many clients, and nobody takes them out more often than
/// work asks for.
async fn taken_out(room: &Room, signed: &Signed, list: List) -> Result<Response, Failure> {
    signed.require(Action::ExportRecords)?;
    let scope = signed.require(Action::ReadClients)?;
    let step = room.step(Who::Person(signed.person.0));
    let person = signed.person.0;
    let (of, since) = (person.to_string(), step.at.plus_micros(-DAY));
    let reach = scope.clone();
    let allowed = room.store.write(move |tx| {
        let asked = params!["clients", &of, since];
        let (before,): (i64,) = tx.one(queries::EXPORTS_SINCE, &asked)?;
        let fields: Vec<Field> = tx.all(queries::FIELDS, &[])?;
        let allowed = before < MOST_EXPORTS;
        let (act, rows) = if allowed {
            ("ClientsExported", count_in_reach(tx, &reach)?)
        } else {
            ("AlarmClientsExportRefused", 0)
        };
        let detail = serde_json::json!({ "rows": rows, "of": list.name() });
        let [entry, ..] = step.ids;
        step.audit(tx, (entry, act), ("clients", person), &detail)?;
        Ok::<_, StoreError>(allowed.then_some(fields))
    });
    let Some(fields) = got(allowed).await? else {
        return Err(Failure::too_many(3_600).because(
            "The clients were taken out often enough for a day. Somebody who may see the audit has been told.",
        ));
    };
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{}.csv\"", list.name()),
        ),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    let rows = Rows::new(room.clone(), (scope, list), fields);
    Ok((headers, Body::from_stream(rows)).into_response())
}

/// Some clients as lines; the last of them, where there may be more.
type Slice = (String, Option<Id>);

/// The lines, read slice by slice as they are sent.
struct Rows {
    room: Room,
    of: (Scope, List),
    fields: Vec<Field>,
    /// After which client it goes on; none: everything was read.
    next: Option<Id>,
    coming: Option<Answer<Slice, StoreError>>,
    ready: VecDeque<String>,
}

impl Rows {
    fn new(room: Room, of: (Scope, List), fields: Vec<Field>) -> Self {
        let mut text = CsvText::new();
        for name in of.1.columns() {
            text.field(name);
        }
        if of.1 == List::Clients {
            for field in &fields {
                text.words(&field.label);
            }
        }
        text.end_row();
        Self {
            room,
            of,
            fields,
            next: Some(Id::default()),
            coming: None,
            ready: VecDeque::from([text.take()]),
        }
    }
}

impl Stream for Rows {
    type Item = Result<Bytes, StoreError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(text) = self.ready.pop_front() {
                return Poll::Ready(Some(Ok(text.into())));
            }
            if let Some(coming) = &mut self.coming {
                let outcome = ready!(Pin::new(coming).poll(context));
                self.coming = None;
                match outcome {
                    Ok((text, next)) => {
                        self.next = next;
                        self.ready.push_back(text);
                    }
                    Err(error) => {
                        self.next = None;
                        return Poll::Ready(Some(Err(error)));
                    }
                }
                continue;
            }
            let Some(after) = self.next else {
                return Poll::Ready(None);
            };
            let ((scope, list), fields) = (self.of.clone(), self.fields.clone());
            let answer = self
                .room
                .store
                .read(move |read| slice(read, (&scope, list), &fields, after));
            self.coming = Some(answer);
        }
    }
}

fn slice(
    read: &Read<'_>,
    (scope, list): (&Scope, List),
    fields: &[Field],
    after: Id,
) -> Result<Slice, StoreError> {
    let clients = by_id(read, scope, (after, ""), SLICE)?;
    let last = clients.last().filter(|_| clients.len() >= SLICE as usize);
    let mut text = CsvText::new();
    match list {
        List::Clients => client_lines(read, (&clients, fields), &mut text)?,
        List::Contacts => contact_lines(read, &clients, &mut text)?,
    }
    Ok((text.take(), last.map(|last| last.card.id.0)))
}

fn client_lines(
    read: &Read<'_>,
    (clients, fields): (&[Client], &[Field]),
    text: &mut CsvText,
) -> Result<(), StoreError> {
    let ids: Vec<Id> = clients.iter().map(|client| client.card.id.0).collect();
    let values: Vec<(Id, Id, String)> = read.all(queries::VALUES_OF_ALL, &params![&ids[..]])?;
    let team: Vec<(Id, String, String)> = read.all(queries::TEAMS_OF_ALL, &params![&ids[..]])?;
    for client in clients {
        let card = &client.card;
        let some = |text: &Option<String>| text.clone().unwrap_or_default();
        let owner = card.owner.as_ref().map(|(_, name)| name.clone());
        let team = team.iter().filter(|(of, ..)| *of == card.id.0);
        let team: Vec<String> = team
            .map(|(_, name, part)| match part.as_str() {
                "" => name.clone(),
                part => format!("{name} ({part})"),
            })
            .collect();
        for value in [
            mark_of(card.number),
            card.name.clone(),
            client.kind.name().to_owned(),
            some(&card.tier),
            some(&card.engagement),
            owner.unwrap_or_default(),
            team.join("; "),
            client.website.clone(),
            client.phone.clone(),
            client.address.clone(),
            client.country.clone(),
            client.industry.clone(),
            card.language.clone(),
            card.zone.clone(),
            some(&card.channel),
            client.style.clone(),
            card.rhythm_days
                .map_or_else(String::new, |days| days.to_string()),
            some(&card.alert),
        ] {
            text.words(&value);
        }
        for field in fields {
            let own = |(of, id, _): &&(Id, Id, String)| *of == card.id.0 && *id == field.id.0;
            let value = values.iter().find(own);
            text.words(value.map_or("", |(_, _, value)| value));
        }
        text.end_row();
    }
    Ok(())
}

fn contact_lines(
    read: &Read<'_>,
    clients: &[Client],
    text: &mut CsvText,
) -> Result<(), StoreError> {
    let ids: Vec<Id> = clients.iter().map(|client| client.card.id.0).collect();
    let contacts: Vec<Contact> = read.all(queries::CONTACTS_OF_ALL, &params![&ids[..]])?;
    for contact in contacts {
        let card = &contact.card;
        let Some(client) = clients.iter().find(|one| one.card.id == card.client) else {
            continue;
        };
        let some = |text: &Option<String>| text.clone().unwrap_or_default();
        for value in [
            client.card.mark(),
            client.card.name.clone(),
            card.name.clone(),
            card.position.clone(),
            some(&card.email),
            some(&card.phone),
            phone_lines(&card.phones).replace('\n', "; "),
            some(&card.channel),
            some(&card.style),
            card.language.clone(),
            contact.note.clone(),
        ] {
            text.words(&value);
        }
        text.end_row();
    }
    Ok(())
}
