//! Putting right what a request was filed as: what it is about, who asks, whose it is.
//!
//! A request that goes over to another client takes along what is owed on it: its promises and its conversation by mail belong
//! to that client from then on, and the clocks go on as they ran.

use kept_accounts::access::{Action, for_kept};
use kept_clients::read::{self, ClientCard, ContactCard};
use kept_kernel::Id;
use kept_store::{Write, params};

use super::split::subject_of;
use super::{By, RequestError, Step, Work, held, not_over};
use crate::model::{Request, RequestId};
use crate::queries;
use crate::telling::Told;

/// So many clients are looked through for somebody of a name.
const LOOKED_THROUGH: u32 = 12;

const UNKNOWN: RequestError = RequestError::State(
    "Nobody within your reach has this name or address. Write the address of a contact, or the whole name of a client.",
);
const SEVERAL: RequestError =
    RequestError::State("Several people have this name. Write the address of the one who asks.");
const ELSEWHERE: RequestError = RequestError::State(
    "They are of another client. Tick the box, and the request goes over to that client with all that is owed on it.",
);

/// As it should have been filed.
#[derive(Clone, Debug, Default)]
pub struct Correction {
    /// What it is about.
    pub subject: String,
    /// Who asks: an address, or a name of a contact or a client; empty: as it is.
    pub who: String,
    /// It may go over to another client.
    pub moves: bool,
}

/// Puts right what a request is about and who asks.
///
/// # Errors
///
/// [`RequestError`]
pub fn correct_request(
    tx: &Write<'_>,
    step: &Step,
    by: &By,
    at: (RequestId, Option<u32>),
    correction: &Correction,
) -> Result<Request, RequestError> {
    let request = held(tx, by, at)?;
    not_over(&request)?;
    let subject = subject_of(&correction.subject)?.to_owned();
    let who = match correction.who.trim() {
        "" => None,
        who => Some(named(tx, by, &request, who)?),
    };
    let id = request.id;
    let from = request.client_name.clone();
    let mut work = Work::on(tx, step, request);
    let mut words = Vec::new();
    if work.request.subject != subject {
        words.push(format!("The subject was “{}”", work.request.subject));
        work.request.subject = subject;
    }
    let mut moved = false;
    if let Some((client, contact)) = who {
        moved = client.id != work.request.client;
        if moved && !correction.moves {
            return Err(ELSEWHERE);
        }
        if moved {
            words.push(format!("Moved here from the client {from}"));
        }
        if let Some(line) = asks(&mut work, &client, contact)? {
            words.push(line);
        }
        if moved {
            tx.execute(queries::MOVE_TO_CLIENT, &params![id, client.id])?;
        }
        tell(&mut work, &client, moved)?;
    } else if !words.is_empty() {
        let said = work.said().text("nature", Some(&work.request.subject));
        work.tell_of(Told::Corrected, &said, work.at())?;
    }
    if words.is_empty() {
        return Ok(work.request);
    }
    work.machine(&words.join(". "), "log")?;
    let detail = serde_json::json!({ "moved": moved });
    work.finish("RequestCorrected", &detail)
}

/// Who is meant: a contact with this address or name, of the same client first; else a client of this name, of whom nobody is
/// named.
fn named(
    tx: &Write<'_>,
    by: &By,
    request: &Request,
    who: &str,
) -> Result<(ClientCard, Option<ContactCard>), RequestError> {
    let own = read::client(tx, &for_kept(Action::ReadClients), request.client)?.ok_or(UNKNOWN)?;
    let address = who.rsplit_once('<').map_or(who, |(_, rest)| rest);
    let address = address.trim_end_matches('>').trim();
    let is_meant = |one: &ContactCard| {
        let email = one.email.as_deref().unwrap_or_default();
        alike(&one.name, who) || !email.is_empty() && alike(email, address)
    };
    let mut theirs = read::contacts_of(tx, own.id)?;
    theirs.retain(is_meant);
    if let Some(one) = only(theirs)? {
        return Ok((own, Some(one)));
    }
    if address.contains('@') {
        let (contact, client) = read::contact_by_email(tx, address)?.ok_or(UNKNOWN)?;
        // Found whatever the reach: who is out of reach is not there.
        let client = read::client(tx, &by.handle, client.id)?.ok_or(UNKNOWN)?;
        return Ok((client, Some(contact)));
    }
    let clients = read::pick(tx, &by.handle, who, LOOKED_THROUGH)?;
    let mut found = Vec::new();
    for client in &clients {
        let mut theirs = read::contacts_of(tx, client.id)?;
        theirs.retain(is_meant);
        found.extend(theirs.into_iter().map(|one| (client.clone(), Some(one))));
    }
    let called = clients.into_iter().filter(|one| alike(&one.name, who));
    found.extend(called.map(|client| (client, None)));
    only(found)?.ok_or(UNKNOWN)
}

fn alike(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

fn only<T>(mut found: Vec<T>) -> Result<Option<T>, RequestError> {
    if found.len() > 1 {
        return Err(SEVERAL);
    }
    Ok(found.pop())
}

/// Sets who asks, and says so where it is news. What is about to leave was written to somebody else, and stops that.
fn asks(
    work: &mut Work<'_, '_>,
    client: &ClientCard,
    contact: Option<ContactCard>,
) -> Result<Option<String>, RequestError> {
    let id = contact.as_ref().map(|one| one.id);
    let moved = client.id != work.request.client;
    if work.request.contact == id && !moved {
        return Ok(None);
    }
    let (leaving, _): (u64, i64) = work.tx.one(queries::HELD, &params![work.request.id])?;
    if leaving > 0 {
        return Err(RequestError::State(
            "An answer is about to leave to whoever asked until now. Take it back first, or wait until it has left.",
        ));
    }
    let before = work.request.contact_name.take();
    let line = match (&before, &contact) {
        (Some(before), Some(now)) => format!("{} asks, not {before}", now.name),
        (None, Some(now)) => format!("{} asks", now.name),
        (Some(before), None) => format!("{before} does not ask it"),
        (None, None) => String::new(),
    };
    let one = &mut work.request;
    one.contact = id;
    (one.contact_name, one.email) =
        contact.map_or((None, None), |contact| (Some(contact.name), contact.email));
    one.client = client.id;
    one.client_name.clone_from(&client.name);
    one.tier.clone_from(&client.tier);
    Ok(Some(line).filter(|line| !line.is_empty()))
}

/// Tells whose it is from now on. What hangs on it in the journal goes over with it.
fn tell(work: &mut Work<'_, '_>, client: &ClientCard, moved: bool) -> Result<(), RequestError> {
    let known = read::known_facts(&work.step.rules.register, client);
    let at = work.at();
    let said = work.said().text("nature", Some(&work.request.subject));
    let said = if moved { said.facts(known) } else { said };
    work.tell_of(Told::Corrected, &said, at)?;
    if !moved {
        return Ok(());
    }
    let id = work.request.id;
    if !queries::mails(work.tx, id, 0)?.is_empty() {
        work.tell_goes_along("email", id.0)?;
    }
    let promises: Vec<(Id,)> = work.tx.all(queries::PROMISES_ON, &params![id])?;
    for (promise,) in promises {
        work.tell_goes_along("promise", promise)?;
    }
    Ok(())
}
