//! The servers that letters leave through: the house's, and those of single mailboxes.

use kept_kernel::{Id, Instant};
use kept_mail::{Letter, Sender, Server, Stage, Trouble};
use kept_store::{Read, StoreError, params};

use super::boxes::{OwnServer, closed, own_servers, own_trouble, own_well};
use super::queries;
use super::server::MailServer;
use crate::room::Room;

/// A server that letters leave through.
pub(super) struct Way {
    /// Of which mailbox; none: of the house.
    pub(super) of: Option<(Id, String)>,
    pub(super) host: String,
    /// Or why it cannot be signed in at.
    pub(super) server: Result<Server, Trouble>,
    /// Whether a token is shown to it.
    pub(super) by_consent: bool,
    pub(super) quiet_until: Instant,
}

/// All of them, and as whom the house writes.
pub(super) struct Ways {
    pub(super) all: Vec<Way>,
    pub(super) sender: Sender,
}

/// What is kept of them.
pub(super) struct Known {
    house: Option<MailServer>,
    own: Vec<OwnServer>,
}

pub(super) fn known(read: &Read<'_>) -> Result<Known, StoreError> {
    Ok(Known {
        house: queries::mail_server(read)?,
        own: own_servers(read)?,
    })
}

impl Ways {
    pub(super) fn new(room: &Room, known: &Known) -> Self {
        let house = known.house.iter().map(|kept| Way {
            of: None,
            host: kept.host.clone(),
            server: kept.opened(&room.sealer).ok_or_else(closed),
            by_consent: false,
            quiet_until: kept.quiet_until,
        });
        let now = room.world.now();
        let own = known.own.iter().map(|one| Way {
            of: Some((one.mailbox, one.server.from_email.clone())),
            host: one.server.host.clone(),
            // One that is left alone is not asked for a token either.
            server: if one.server.quiet_until > now {
                Err(closed())
            } else {
                one.opened(room)
            },
            by_consent: one.server.by_consent,
            quiet_until: one.server.quiet_until,
        });
        let sender = match &known.house {
            Some(kept) => kept.sender(room),
            None => Sender {
                base_url: room.base_url.to_string(),
                marks: Some(room.marks.clone()),
                ..Sender::default()
            },
        };
        Self {
            all: house.chain(own).collect(),
            sender,
        }
    }

    /// The place of the server that a letter leaves through: that of its mailbox, else the house's; none: there is none.
    pub(super) fn of(&self, letter: &Letter) -> Option<usize> {
        let from = letter.from.as_ref().map(|from| from.to_lowercase());
        let own = self.all.iter().position(|way| {
            let address = way.of.as_ref().map(|(_, address)| address);
            address.is_some() && address == from.as_ref()
        });
        own.or_else(|| self.all.iter().position(|way| way.of.is_none()))
    }
}

impl Way {
    /// Writes down that it could not be used, and leaves it alone for a while.
    pub(super) fn noted(
        &mut self,
        room: &Room,
        (words, advice): (&str, &str),
        quiet: i64,
    ) -> Result<(), StoreError> {
        let now = room.world.now();
        let until = now.plus_micros(quiet);
        self.quiet_until = until;
        let (words, advice) = (words.to_owned(), advice.to_owned());
        let mailbox = self.of.as_ref().map(|(mailbox, _)| *mailbox);
        let note = room.store.write(move |tx| match mailbox {
            Some(mailbox) => own_trouble(tx, mailbox, (&words, &advice), (now, until)),
            None => {
                let row = params![&words, &advice, now, until];
                tx.execute(queries::TROUBLE, &row).map(drop)
            }
        });
        note.wait()
    }

    /// What stood in the way of signing in; where a token was shown, another is asked for the next time.
    pub(super) fn refused(&self, room: &Room, trouble: &Trouble) {
        if let Some((mailbox, _)) = self.of.as_ref().filter(|_| self.by_consent)
            && trouble.stage == Stage::SignIn
        {
            room.outside.token_refused(*mailbox);
        }
    }

    /// It could be used.
    pub(super) fn well(&self, room: &Room) -> Result<(), StoreError> {
        let mailbox = self.of.as_ref().map(|(mailbox, _)| *mailbox);
        let well = room.store.write(move |tx| match mailbox {
            Some(mailbox) => own_well(tx, mailbox),
            None => tx.execute(queries::WELL, &[]).map(drop),
        });
        well.wait()
    }
}
