//! Mail that comes in: the room of messages joined with the room of requests, and the command that a mail server's pipe runs.

use std::io::Read as _;
use std::sync::Arc;

use kept_accounts::access::Scope;
use kept_journal::Rules;
use kept_journal::audit::Who;
use kept_kernel::{Id, Instant};
use kept_mail::{Counts, Enclosed, Identity, Mail, Marks, Placed, Standing, Trouble};
use kept_messages::{Desk, DeskError, Narrowed, ReceiveError, Room, Step, Written};
use kept_outbound::Dns;
use kept_requests::commands;
use kept_requests::model::RequestId;
use kept_requests::{Doer, mailed, said};
use kept_rooms::About;
use kept_store::{AsStore, Read, StoreError, Write};
use kept_ui::{Live, LiveLimits};
use zeroize::Zeroizing;

use crate::ask::{MailboxAsked, ReceiveAsked};
use crate::house::House;
use crate::serve;
use crate::tell::{Failure, Outcome, answer};

/// The room of messages, which brings mail to this room of requests.
pub fn room(house: &House, requests: kept_requests::Room) -> Room {
    let desk = Requests(requests);
    let marks = Marks::new(house.keys.roots());
    Room::new(
        (house.store.clone(), house.world.clone()),
        Arc::new(desk),
        marks,
    )
    .checking(Arc::new(Dns::system()))
}

/// The room in a program that serves no pages.
fn alone(house: &House) -> Result<Room, Failure> {
    let rules = Rules::new(house.rules()?);
    let live = Live::new(LiveLimits::default(), house.world.now().micros() as u64);
    Ok(room(house, serve::requests(house, &rules, &live)))
}

/// More than any mail that is taken: what is longer need not be read to its end.
const LONGEST: u64 = 26 * 1024 * 1024;
/// So many bytes of what is too large are looked into for its sender.
const HEAD: usize = 64 * 1024;

/// Takes in one mail from standard input. What can never be taken the mail server tells the sender; whatever else is wrong, it keeps
/// the mail and tries again.
pub fn receive(asked: &ReceiveAsked) -> Outcome {
    match take_in(asked) {
        Ok(()) => Outcome::Fine,
        Err(refused) => {
            refused.why.tell();
            refused.outcome
        }
    }
}

/// Why a mail was not taken.
struct Refused {
    why: Failure,
    outcome: Outcome,
}

impl From<Failure> for Refused {
    fn from(why: Failure) -> Self {
        let outcome = Outcome::TryAgain;
        Self { why, outcome }
    }
}

impl From<ReceiveError> for Refused {
    fn from(error: ReceiveError) -> Self {
        let outcome = match error {
            ReceiveError::TooLarge | ReceiveError::Empty => Outcome::Never,
            _ => Outcome::TryAgain,
        };
        let why = Failure::new(format!("The mail was not taken: {error}."));
        Self { why, outcome }
    }
}

fn take_in(asked: &ReceiveAsked) -> Result<(), Refused> {
    // Looked for before the mail is read, so that nobody hands over what nobody can take.
    let house = House::existing(&asked.house)?;
    let told =
        |error: std::io::Error| Failure::new(format!("The mail could not be read: {error}."));
    let (mut raw, mut input) = (Vec::new(), std::io::stdin().lock());
    input
        .by_ref()
        .take(LONGEST)
        .read_to_end(&mut raw)
        .map_err(told)?;
    let room = alone(&house)?;
    let mailbox = asked.mailbox.as_deref();
    let taken = match room.receive(mailbox, &raw) {
        Ok(taken) => taken,
        Err(error) => {
            if matches!(error, ReceiveError::TooLarge) {
                let rest = std::io::copy(&mut input, &mut std::io::sink()).map_err(told)?;
                let size = raw.len() as u64 + rest;
                let head = raw.get(..HEAD).unwrap_or(&raw);
                room.note_too_large(mailbox, ("", size), head)?;
            }
            return Err(error.into());
        }
    };
    // It is kept. What cannot be made of it now is made later, by the program that serves.
    if let Err(error) = room.handle(taken.raw) {
        crate::tell::remark(&format!("the mail is kept, and handled later: {error}"));
    }
    Ok(())
}

/// Adds a mailbox.
pub fn mailbox(asked: &MailboxAsked) -> Result<Outcome, Failure> {
    let house = House::begun(&asked.house)?;
    let room = alone(&house)?;
    if !kept_messages::add_mailbox(&room, &asked.address, &asked.name, &asked.server)? {
        return Err(Failure::new(format!(
            "{} is no address. Write it as in desk@company.example.",
            asked.address
        )));
    }
    answer(&format!("Mail for {} is taken in.\n", asked.address))?;
    Ok(Outcome::Fine)
}

/// The room of requests, as mail is brought to it.
struct Requests(kept_requests::Room);

impl Desk for Requests {
    fn prepare(&self) -> Box<dyn Step> {
        Box::new(Prepared {
            id: self.0.new_id(),
            step: self.0.step(Who::Unknown, Doer::Client),
            machine: self.0.step(Who::Unknown, Doer::System),
        })
    }

    fn of_message(&self, read: &Read<'_>, message: Id) -> Result<Option<Id>, StoreError> {
        Ok(mailed::of_message(read, message)?.map(|id| id.0))
    }

    fn standing(&self, read: &Read<'_>, request: Id) -> Result<Option<Standing>, StoreError> {
        mailed::standing(read, RequestId(request))
    }

    fn numbered(&self, read: &Read<'_>, number: u64) -> Result<Option<Id>, StoreError> {
        Ok(mailed::numbered(read, number)?.map(|id| id.0))
    }

    fn takes_part(&self, read: &Read<'_>, request: Id, email: &str) -> Result<bool, StoreError> {
        mailed::takes_part(read, RequestId(request), email)
    }

    fn categories(&self) -> Vec<String> {
        let step = self.0.step(Who::Unknown, Doer::System);
        kept_requests::read::categories(&step.rules)
    }

    fn in_reach(&self, read: &Read<'_>, scope: &Scope, request: Id) -> Result<bool, StoreError> {
        mailed::in_reach(read, scope, RequestId(request))
    }

    fn requests_of(&self, read: &Read<'_>, about: About) -> Result<Vec<Id>, StoreError> {
        let found = mailed::requests_of(read, about)?;
        Ok(found.into_iter().map(|id| id.0).collect())
    }

    fn written(
        &self,
        read: &Read<'_>,
        scope: &Scope,
        narrowed: &Narrowed,
        (before, limit): ((Instant, Id), u32),
    ) -> Result<Vec<Written>, StoreError> {
        let voice = match narrowed.ours {
            None => "",
            Some(true) => "us",
            Some(false) => "client",
        };
        let asked = said::Asked {
            voice: voice.to_owned(),
            channel: String::new(),
            author: None,
            words: String::new(),
            before,
            limit,
        };
        let found = match &narrowed.requests {
            None => said::said(read, scope, &asked)?,
            Some(requests) => said::said_on(read, scope, &asked, requests)?,
        };
        let written = |one: said::Said| Written {
            id: one.id,
            ours: one.ours,
            channel: one.channel,
            mail: one.mail,
            subject: one.subject,
            text: one.text,
            at: one.at,
            request: one.request,
            name: one.name,
        };
        Ok(found.into_iter().map(written).collect())
    }

    fn texts(&self, read: &Read<'_>, messages: &[Id]) -> Result<Vec<(Id, String)>, StoreError> {
        said::texts(read, messages)
    }

    fn own_addresses(&self, read: &Read<'_>) -> Result<Vec<String>, StoreError> {
        let own = kept_post::own_address(read)?;
        Ok(own.into_iter().map(|own| own.to_lowercase()).collect())
    }

    fn came_back(&self, tx: &Write<'_>, letter: Id, at: Instant) -> Result<bool, StoreError> {
        kept_post::came_back(tx, letter, at)
    }

    fn changed(&self, request: Option<Id>) {
        self.0.changed_from_outside(request.map(RequestId));
    }
}

/// What letters take along when they leave, and who is told that they have.
pub struct Outgoing {
    /// Whose files and messages they are.
    pub requests: kept_requests::Room,
    /// Whose mailboxes they leave from.
    pub messages: Room,
}

impl kept_post::Outside for Outgoing {
    fn identity(&self, read: &Read<'_>, address: &str) -> Result<Option<Identity>, StoreError> {
        kept_messages::identity(read, address)
    }

    fn mailboxes(&self, read: &Read<'_>) -> Result<Vec<(Id, String)>, StoreError> {
        kept_messages::addresses(read)
    }

    fn is_allowed(&self, read: &Read<'_>, mailbox: Id) -> Result<bool, StoreError> {
        kept_messages::is_allowed(read, mailbox)
    }

    fn token(&self, mailbox: Id) -> Result<Zeroizing<String>, Trouble> {
        self.messages.token(mailbox)
    }

    fn token_refused(&self, mailbox: Id) {
        self.messages.token_refused(mailbox);
    }

    fn file(&self, read: &Read<'_>, id: Id) -> Result<Option<Enclosed>, StoreError> {
        mailed::file(read, id)
    }

    fn known_as(
        &self,
        tx: &Write<'_>,
        parcel: Id,
        (own, others): (&str, &[String]),
        at: Instant,
    ) -> Result<(), StoreError> {
        // What people of ours are told is no message of anybody's.
        if mailed::of_message(tx, parcel)?.is_some() {
            kept_messages::left_as(tx, parcel, own, at)?;
        }
        kept_messages::also_known_as(tx, parcel, others, at)
    }

    fn called(&self, read: &Read<'_>, noun: &str, id: &str) -> Result<Option<String>, StoreError> {
        match id.parse() {
            Ok(id) if matches!(noun, "request" | "email") => mailed::called(read, RequestId(id)),
            _ => Ok(None),
        }
    }

    fn went(&self, parcel: Id) {
        self.requests.changed_message(parcel);
    }
}

/// Ids and time for one mail.
struct Prepared {
    id: RequestId,
    step: commands::Step,
    machine: commands::Step,
}

impl Step for Prepared {
    fn open(
        &self,
        tx: &Write<'_>,
        mail: &Mail<'_>,
        follows: Option<Id>,
    ) -> Result<Placed, DeskError> {
        let follows = follows.map(RequestId);
        commands::mail_opens(tx, &self.step, self.id, mail, follows)
            .map_err(|error| refused(&error))
    }

    fn add(
        &self,
        tx: &Write<'_>,
        request: Id,
        mail: &Mail<'_>,
        counts: Counts,
    ) -> Result<Placed, DeskError> {
        commands::mail_adds(tx, &self.step, RequestId(request), mail, counts)
            .map_err(|error| refused(&error))
    }

    fn tell(&self, tx: &Write<'_>, request: Id, words: &str) -> Result<(), DeskError> {
        commands::mail_tells(tx, &self.machine, RequestId(request), words)
            .map_err(|error| refused(&error))
    }
}

fn refused(error: &(impl AsStore + std::fmt::Display)) -> DeskError {
    match error.store() {
        Some(error) => DeskError::Store(error.clone()),
        None => DeskError::Refused(error.to_string()),
    }
}
