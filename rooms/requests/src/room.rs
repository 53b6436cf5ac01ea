//! The room in the hands of the program: what its pages, its API and its jobs share.

mod counting;
mod looking;
mod running;
mod sealed;

use std::fmt;
use std::sync::{Arc, Mutex};

use jiff::tz::TimeZone;
use kept_accounts::access::Action;
use kept_accounts::commands::Act;
use kept_accounts::{Signed, Token};
use kept_journal::Rules;
use kept_journal::audit::Who;
use kept_journal::live::Gates;
use kept_kernel::Id;
use kept_rooms::{Entry, Parts};
use kept_store::Store;
use kept_ui::{Icon, Live};
use kept_vault::Sealer;
use kept_visitors::{Often, Seals};
use kept_world::World;

use crate::client_pages::{ClientPages, NoPages};
use crate::commands::{By, Step};
use crate::jobs::jobs;
use crate::mailboxes::{Mailboxes, NoMailboxes};
use crate::model::{Asker, RequestId};
use crate::privacy::AboutPeople;
use crate::record::{Mails, Promises, Requests};
use crate::search::Found;
use crate::telling::Doer;
use crate::texts::{NoTexts, Texts};
pub(crate) use counting::Counting;
pub(crate) use looking::{Doing, Looker, Looking};
pub(crate) use running::Running;

/// What changes when any request does: the queue listens to this.
pub(crate) const TOPIC: &str = "requests";

/// The room. Clones share it.
#[derive(Clone)]
pub struct Room {
    pub(crate) store: Store,
    pub(crate) world: World,
    pub(crate) rules: Rules,
    pub(crate) looking: Looking,
    pub(crate) often: Often,
    pub(crate) counting: Counting,
    pub(crate) running: Running,
    /// What bars the closing of those that were looked at.
    pub(crate) gates: Gates,
    /// So many microseconds an answer can be taken back; none: it leaves at once.
    pub(crate) hold: Option<i64>,
    /// Whoever keeps texts to begin with.
    pub(crate) texts: Arc<dyn Texts>,
    /// Where clients look by themselves.
    pub(crate) client_pages: Arc<dyn ClientPages>,
    /// Whoever keeps the mailboxes.
    pub(crate) mailboxes: Arc<dyn Mailboxes>,
    live: Live,
    seals: Seals,
}

impl Room {
    /// A room over a store whose schema has been migrated. The sealer is for links and forms of people without an account.
    pub fn new((store, world): (Store, World), rules: Rules, live: Live, sealer: Sealer) -> Self {
        let seals = Seals::new(sealer, world.clone());
        Self {
            store,
            world,
            rules,
            looking: Looking::default(),
            often: Often::default(),
            counting: Counting::default(),
            running: Running::default(),
            gates: Gates::default(),
            hold: None,
            texts: Arc::new(NoTexts),
            client_pages: Arc::new(NoPages),
            mailboxes: Arc::new(NoMailboxes),
            live,
            seals,
        }
    }

    /// With answers of people that can be taken back for so many seconds.
    #[must_use]
    pub fn holding(self, seconds: u32) -> Self {
        let hold = (seconds > 0).then_some(i64::from(seconds) * 1_000_000);
        Self { hold, ..self }
    }

    /// With texts to begin with, and for what requests answer by themselves.
    #[must_use]
    pub fn with_texts(self, texts: Arc<dyn Texts>) -> Self {
        Self { texts, ..self }
    }

    /// With pages where clients look by themselves.
    #[must_use]
    pub fn with_client_pages(self, client_pages: Arc<dyn ClientPages>) -> Self {
        Self {
            client_pages,
            ..self
        }
    }

    /// With the mailboxes of the house.
    #[must_use]
    pub fn with_mailboxes(self, mailboxes: Arc<dyn Mailboxes>) -> Self {
        Self { mailboxes, ..self }
    }

    /// The addresses of the house, folded.
    pub(crate) async fn own_addresses(&self) -> Result<Vec<String>, kept_ui::Failure> {
        let mailboxes = Arc::clone(&self.mailboxes);
        let own = self.store.read(move |read| mailboxes.own(read));
        own.await.map_err(kept_rooms::failed)
    }

    /// A new request's identity.
    pub fn new_id(&self) -> RequestId {
        RequestId(self.world.id())
    }

    /// An act by somebody, now, with ids for all that it may make.
    pub fn step(&self, who: Who, doer: Doer) -> Step {
        let entry = self.world.id();
        let at = self.world.now();
        Step {
            act: Act { who, at, entry },
            doer,
            rules: self.rules.now(),
            texts: Arc::clone(&self.texts),
            client_pages: Arc::clone(&self.client_pages),
            ids: std::array::from_fn(|_| self.world.id()),
            clients: kept_clients::commands::Step::new(&self.world, &self.rules, who),
            ahead: Arc::default(),
        }
    }

    /// The same step, with what there is to read of a client whom we know beforehand. Where nothing is found, the step reads it itself.
    pub(crate) async fn looked_ahead(&self, step: Step, asker: &Asker) -> Step {
        let Asker::Known(client, _) = *asker else {
            return step;
        };
        let rules = Arc::clone(&step.rules);
        let found = self.store.read(move |read| {
            kept_journal::live::look_ahead(read, &rules, ("client", &client.to_string()))
        });
        let found = found.await.ok().flatten();
        Step {
            ahead: Arc::new(Mutex::new(found)),
            ..step
        }
    }

    /// An act of whoever is signed in.
    pub(crate) fn step_of(&self, signed: &Signed) -> Step {
        self.step(Who::Person(signed.person.0), Doer::Person(signed.person))
    }

    /// An act of a program: in the name of its person, where it has one.
    pub(crate) fn step_of_token(&self, token: &Token) -> Step {
        let doer = token.person().map_or(Doer::System, Doer::Person);
        self.step(token.who(), doer)
    }

    /// Tells the pages that show a request, and the queue, after the commit. `by` is the request whose own page knows already.
    pub(crate) fn changed(&self, id: Option<RequestId>, by: Option<&str>) {
        self.counting.changed();
        let owed = kept_journal::live::TOPIC;
        let topics = [
            Some(TOPIC.to_owned()),
            Some(owed.to_owned()),
            id.map(topic_of),
        ];
        self.live.changed(topics.into_iter().flatten(), by);
    }

    /// Tells the pages of what came from outside, by mail or through the portal, after the commit.
    pub fn changed_from_outside(&self, id: Option<RequestId>) {
        self.changed(id, None);
    }

    /// Tells the pages of what became of a letter, where it is a message of a request. Blocks.
    pub fn changed_message(&self, message: Id) {
        let found = self
            .store
            .read(move |read| crate::mailed::of_message(read, message));
        // Whoever looks sees it when the page is opened again.
        if let Ok(Some(id)) = found.wait() {
            self.live.changed([topic_of(id)], None);
        }
    }

    /// Tells the pages that show this.
    pub(crate) fn show(&self, topic: String) {
        self.live.changed([topic], None);
    }

    /// Tells the pages that show a request that somebody else looks at it.
    pub(crate) fn looked(&self, id: RequestId) {
        self.live.changed([topic_of(id)], None);
    }

    /// The company's zone.
    pub(crate) fn zone(&self) -> TimeZone {
        let rules = self.rules.now();
        rules.program.company_calendar().time_zone().clone()
    }
}

/// What changes when this request does.
pub(crate) fn topic_of(id: RequestId) -> String {
    format!("request:{id}")
}

impl fmt::Debug for Room {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Room(requests)")
    }
}

/// How far somebody reaches.
pub(crate) fn by(signed: &Signed) -> By {
    By {
        handle: signed.scope(Action::HandleRequests),
        assign: signed.scope(Action::AssignWork),
    }
}

/// How far a program reaches.
pub(crate) fn by_token(token: &Token) -> By {
    By {
        handle: token.scope(Action::HandleRequests),
        assign: token.scope(Action::AssignWork),
    }
}

/// What the room hands to the program.
pub fn parts(room: &Room) -> Parts {
    Parts {
        searchable: vec![Arc::new(Found)],
        exportable: vec![Arc::new(AboutPeople)],
        erasable: vec![Arc::new(AboutPeople)],
        pages: vec![Arc::new(Requests), Arc::new(Mails), Arc::new(Promises)],
        jobs: jobs(room),
    }
}

/// What the palette offers of the room.
pub fn entries(signed: &Signed) -> Vec<Entry> {
    let new = Entry::act("New request", "/requests/new", Icon::PHONE)
        .also("phone note call take open ticket ask");
    Vec::from_iter(signed.may(Action::HandleRequests).then_some(new))
}
