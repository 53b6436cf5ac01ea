//! Mail that waits, and mail that was given up: to be read, tried again, discarded.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use jiff::tz::TimeZone;
use kept_accounts::Signed;
use kept_accounts::model::PersonId;
use kept_journal::outbox::{self, Waiting};
use kept_kernel::{Id, Instant};
use kept_mail::{Letter, Recipient, TOPIC, Voice};
use kept_rooms::Refusal as _;
use kept_store::{Read, StoreError};
use kept_ui::parts::{Button, Confirm, Crumb, Empty, Fact, Facts, More, Views};
use kept_ui::{Failure, Flash, Frame, page, see_other};
use serde::Deserialize;

use super::mail::exactly;
use super::{got, may, tabs, zone};
use crate::mail::{self, name_of};
use crate::room::Room;

const HERE: &str = "/settings/mail/waiting";
const ON_A_PAGE: usize = 50;
/// So many that were given up stand above the others.
const GIVEN_UP: u32 = 50;

/// Where the list goes on.
#[derive(Deserialize, Default)]
pub(super) struct Asked {
    after: Option<i64>,
    id: Option<String>,
}

#[derive(Template)]
#[template(path = "post/waiting.html")]
struct WaitingPage {
    frame: Frame,
    tabs: Views,
    given_up: Vec<Line>,
    waiting: Vec<Line>,
    more: Option<More>,
    none: Option<Empty>,
}

/// A letter as a line.
struct Line {
    href: String,
    subject: String,
    to: String,
    when: String,
    error: String,
}

/// The list.
pub(super) async fn list(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    may(&signed)?;
    let zone = zone(&signed);
    let id = asked.id.as_deref().and_then(|id| id.parse::<Id>().ok());
    let after = match (asked.after, id) {
        (Some(at), Some(id)) => Some((Instant::from_micros(at), id)),
        _ => None,
    };
    let start = after.unwrap_or((Instant::MIN, Id::default()));
    let read = room.store.read(move |read| {
        let given_up = match after {
            None => outbox::given_up(read, TOPIC, GIVEN_UP)?,
            Some(_) => Vec::new(),
        };
        let waiting = outbox::unsent(read, TOPIC, start, ON_A_PAGE as u32 + 1)?;
        let last = waiting
            .get(ON_A_PAGE)
            .and_then(|_| waiting.get(ON_A_PAGE - 1))
            .map(|last| (last.next_try_at, last.id));
        let lines = |letters: &[Waiting]| {
            let lines = letters.iter().map(|letter| line(read, letter, &zone));
            lines.collect::<Result<Vec<_>, StoreError>>()
        };
        let shown = waiting.get(..ON_A_PAGE).unwrap_or(&waiting);
        Ok::<_, StoreError>((lines(&given_up)?, lines(shown)?, last))
    });
    let (given_up, waiting, last) = got(read).await?;
    let none = given_up.is_empty() && waiting.is_empty();
    let more = (after.is_some() || last.is_some()).then(|| More {
        words: format!("{} shown, by when they are tried next", waiting.len()),
        first: after.map(|_| HERE.to_owned()),
        next: last.map(|(at, id)| format!("{HERE}?after={}&id={id}", at.micros())),
    });
    Ok(page(&WaitingPage {
        frame: frame.titled("Mail that waits").at("settings"),
        tabs: tabs(HERE),
        given_up,
        waiting,
        more,
        none: none.then(|| {
            Empty::new(
                "No mail waits",
                "Letters stand here until the mail server has taken them.",
            )
        }),
    }))
}

fn line(read: &Read<'_>, waiting: &Waiting, zone: &TimeZone) -> Result<Line, StoreError> {
    let letter = Letter::read(&waiting.body);
    let when = match (waiting.given_up_at, waiting.tries) {
        (Some(at), _) => format!("given up {}", exactly(at, zone)),
        (None, 0) => format!("written {}", exactly(waiting.made_at, zone)),
        (None, tries) => {
            let next = exactly(waiting.next_try_at, zone);
            format!("tried {tries} times, next {next}")
        }
    };
    Ok(Line {
        href: format!("{HERE}/{}", waiting.id),
        to: to(read, letter.as_ref())?,
        subject: letter.map_or_else(|| "No letter".to_owned(), |letter| letter.subject),
        when,
        error: waiting.last_error.clone().unwrap_or_default(),
    })
}

fn to(read: &Read<'_>, letter: Option<&Letter>) -> Result<String, StoreError> {
    Ok(match letter.map(|letter| &letter.to) {
        None => String::new(),
        Some(Recipient::Address(address)) => address.email.clone(),
        Some(Recipient::Person(id)) => {
            let id: Option<PersonId> = id.parse().ok();
            let name = id.map(|id| name_of(read, id.0)).transpose()?.flatten();
            name.unwrap_or_else(|| "a former colleague".to_owned())
        }
    })
}

#[derive(Template)]
#[template(path = "post/letter.html")]
struct LetterPage {
    frame: Frame,
    crumb: Crumb,
    subject: String,
    facts: Facts,
    text: Option<String>,
    retry: Option<Button>,
    discard: Option<Confirm>,
}

/// One letter.
pub(super) async fn one(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    may(&signed)?;
    let id: Id = id.parse().map_err(|_| missing())?;
    let read = room.store.read(move |read| {
        let Some(waiting) = outbox::one(read, id, TOPIC)? else {
            return Ok::<_, StoreError>(None);
        };
        let letter = Letter::read(&waiting.body);
        let to = to(read, letter.as_ref())?;
        Ok(Some((waiting, letter, to)))
    });
    let (waiting, letter, to) = got(read).await?.ok_or_else(missing)?;
    let zone = &zone(&signed);
    let mut facts = vec![
        Fact::new("To", to),
        Fact::new("Written", exactly(waiting.made_at, zone)),
        Fact::new("Tries", waiting.tries.to_string()),
    ];
    match (waiting.sent_at, waiting.given_up_at) {
        (Some(at), _) => facts.push(Fact::new("Sent", exactly(at, zone))),
        (None, Some(at)) => facts.push(Fact::new("Given up", exactly(at, zone))),
        (None, None) => facts.push(Fact::new("Next try", exactly(waiting.next_try_at, zone))),
    }
    if let Some(error) = &waiting.last_error {
        facts.push(Fact::new("Last problem", error.clone()));
    }
    let here = format!("{HERE}/{id}");
    let open = waiting.sent_at.is_none();
    // What people write to clients is read where the right to it is asked for.
    let text = letter
        .as_ref()
        .filter(|letter| letter.voice == Voice::Machine)
        .map(|letter| letter.text.clone());
    Ok(page(&LetterPage {
        crumb: Crumb::new([("Mail that waits", HERE)]),
        subject: letter.map_or_else(|| "No letter".to_owned(), |letter| letter.subject),
        facts: Facts(facts),
        text,
        retry: open.then(|| Button::act("Try it now", format!("{here}/retry"), &frame.csrf)),
        discard: open.then(|| Confirm {
            words: "Discard".to_owned(),
            question: "It is taken out and never sent. That cannot be undone.".to_owned(),
            act: Button::act("Discard it", format!("{here}/discard"), &frame.csrf).danger(),
        }),
        frame: frame.titled("A letter").at("settings"),
    }))
}

/// Has it tried again.
pub(super) async fn retry(
    State(room): State<Room>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let scope = may(&signed)?;
    let id: Id = id.parse().map_err(|_| missing())?;
    let act = room.act(signed.person);
    let done = room
        .store
        .write(move |tx| mail::retry(tx, &act, &scope, id));
    done.await.map_err(|error| refused(error.refused()))?;
    let flash = Flash::said("It is tried again in a moment.");
    Ok(see_other(&format!("{HERE}/{id}"))
        .with(flash)
        .into_response())
}

/// Takes it out.
pub(super) async fn discard(
    State(room): State<Room>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let scope = may(&signed)?;
    let id: Id = id.parse().map_err(|_| missing())?;
    let act = room.act(signed.person);
    let done = room
        .store
        .write(move |tx| mail::discard(tx, &act, &scope, id));
    done.await.map_err(|error| refused(error.refused()))?;
    Ok(see_other(HERE)
        .with(Flash::said("The letter is discarded."))
        .into_response())
}

fn refused(refused: kept_rooms::Refused) -> Failure {
    match refused {
        kept_rooms::Refused::Missing(_) => missing(),
        other => other.failure(),
    }
}

fn missing() -> Failure {
    Failure::not_found("There is no such letter, or it has been sent meanwhile")
        .way_on(HERE, "Mail that waits")
}
