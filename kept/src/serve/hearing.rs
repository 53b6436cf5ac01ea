//! Who hears what of live pages, and for how long: a topic is heard by whoever may see its pages, until their session ends.

use std::time::Duration;

use kept_accounts::access::Action;
use kept_accounts::model::SessionId;
use kept_accounts::{Accounts, Signed};
use kept_rooms::Job;
use kept_store::StoreError;
use kept_ui::routes::Routes;
use kept_ui::{Listening, Live};

/// So long at most a stream outlives its session, which may have been ended by another node or by time.
const LOOK: Duration = Duration::from_secs(2);

/// The right to the pages that show a topic, or one record of it, `client:…`. A topic that is not here is heard by nobody.
/// That a record has changed says nothing about it; its page is fetched with the right to it.
///
/// That somebody owes other things than before, and that a minute has passed, everybody hears who works here.
const TOPICS: [(&str, Action); 10] = [
    ("adherence", Action::ReadAdherence),
    (kept_journal::live::TOPIC, Action::ReadSops),
    ("minute", Action::ReadSops),
    ("history", Action::ImportHistory),
    ("announcements", Action::ReadAnnouncements),
    ("templates", Action::ReadTemplates),
    ("clients", Action::ReadClients),
    ("client", Action::ReadClients),
    ("requests", Action::ReadRequests),
    ("request", Action::ReadRequests),
];

/// The stream of live pages.
pub fn routes(live: &Live) -> Routes {
    live.routes(|known, topics| async move {
        let signed = known.get::<Signed>()?;
        Some(Listening {
            person: signed.person.to_string(),
            session: signed.session.to_string(),
            topics: topics
                .into_iter()
                .filter(|topic| may_hear(signed, topic))
                .collect(),
        })
    })
}

fn may_hear(signed: &Signed, topic: &str) -> bool {
    let kind = topic.split_once(':').map_or(topic, |(kind, _)| kind);
    let right = TOPICS.iter().find(|(name, _)| *name == kind);
    right.is_some_and(|(_, action)| signed.may(*action))
}

/// Ends the streams whose sessions have ended.
pub fn job(live: Live, accounts: Accounts) -> Job {
    Job::new("streams of ended sessions", LOOK, move || {
        let open = live.sessions();
        if open.is_empty() {
            return Ok::<_, StoreError>(());
        }
        let sessions: Vec<SessionId> = open.iter().filter_map(|id| id.parse().ok()).collect();
        for session in accounts.ended(sessions)? {
            live.end(&session.to_string());
        }
        Ok(())
    })
}
