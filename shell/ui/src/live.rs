//! Live pages: what has changed is told to the browsers that show it, and they fetch it again.
//!
//! A topic is a name such as `today` or `client:12`; what is sent is topics and never content, so a page learns nothing that
//! fetching it again would not show. A browser holds one stream for all its tabs, with the topics of all of them.
//!
//! Each page carries how far the hub had come when the page was asked for, and a stream begins with what has changed
//! since: nothing is missed between a page and its stream, or while a line was down. The hub remembers the last change of
//! each topic, for so many topics; whoever comes from before that, or from another start of the server, is told to fetch
//! everything again.

use std::collections::{BTreeSet, HashMap};
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::{Query, Request};
use axum::http::{Extensions, HeaderName, HeaderValue, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_core::Stream;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::failure::Failure;
use crate::routes::{Routes, get};

/// So often a silent stream says that it is there, so that no proxy takes it for dead.
const SIGN_OF_LIFE: Duration = Duration::from_secs(25);

/// What the hub holds at most.
#[derive(Clone, Copy, Debug)]
pub struct LiveLimits {
    /// Streams of one person: browsers, not tabs.
    pub streams: usize,
    /// Messages that wait for a slow browser before its stream is ended. It comes back and catches up.
    pub waiting: usize,
    /// Topics of one stream.
    pub topics: usize,
    /// Topics whose last change is remembered.
    pub remembered: usize,
}

impl Default for LiveLimits {
    fn default() -> Self {
        Self {
            streams: 8,
            waiting: 32,
            topics: 64,
            remembered: 8192,
        }
    }
}

/// The hub. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Live(Arc<Mutex<Hub>>);

#[derive(Debug)]
struct Hub {
    limits: LiveLimits,
    /// Sets this start of the server apart from others.
    start: u64,
    /// Counts changes.
    count: u64,
    /// The last change of each topic.
    last: HashMap<String, u64>,
    /// Changes up to this one may have been forgotten.
    forgotten: u64,
    listeners: HashMap<u64, Listener>,
    opened: u64,
    closed: bool,
}

#[derive(Debug)]
struct Listener {
    person: String,
    session: String,
    topics: Vec<String>,
    to: Sender<Event>,
}

/// What is sent: the topics, and the request that changed them, whose own page needs no telling.
#[derive(Serialize)]
struct Changed<'a> {
    topics: &'a [String],
    by: Option<&'a str>,
}

/// Who listens, and to what they may.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listening {
    /// Their id: streams are counted by it.
    pub person: String,
    /// Their session: streams end with it.
    pub session: String,
    /// The topics, of those asked for, whose pages they may see.
    pub topics: Vec<String>,
}

#[derive(Deserialize)]
struct Asked {
    topics: String,
    since: Option<String>,
}

impl Live {
    /// A hub. `start` is any number that differs from that of the last start, such as the time in milliseconds.
    pub fn new(limits: LiveLimits, start: u64) -> Self {
        Self(Arc::new(Mutex::new(Hub {
            limits,
            start,
            count: 0,
            last: HashMap::new(),
            forgotten: 0,
            listeners: HashMap::new(),
            opened: 0,
            closed: false,
        })))
    }

    /// The route `/live`. The closure says who asks, from what the session put into the request's extensions, and which of
    /// the topics they may hear; none refuses.
    pub fn routes<F, A>(&self, may: F) -> Routes
    where
        F: Fn(Extensions, Vec<String>) -> A + Clone + Send + Sync + 'static,
        A: Future<Output = Option<Listening>> + Send,
    {
        let live = self.clone();
        let listen = move |Query(asked): Query<Asked>, request: Request| async move {
            let headers = request.headers();
            let last = headers.get("last-event-id").and_then(|id| id.to_str().ok());
            let since = last.map(str::to_owned).or(asked.since);
            let topics = asked.topics.split_whitespace().map(str::to_owned).collect();
            match may(request.into_parts().0.extensions, topics).await {
                Some(listening) => live.listen(listening, since.as_deref()),
                None => Failure::not_found("There is nothing to listen to").into_response(),
            }
        };
        Routes::new().route("/live", get(listen))
    }

    /// These have changed, and the change is committed. `by` is the id of the request that did it, from
    /// `x-turbo-request-id`.
    pub fn changed<T: Into<String>>(&self, topics: impl IntoIterator<Item = T>, by: Option<&str>) {
        let topics: Vec<String> = topics.into_iter().map(Into::into).collect();
        let mut hub = self.hub();
        hub.count += 1;
        let count = hub.count;
        for topic in &topics {
            hub.last.insert(topic.clone(), count);
        }
        hub.forget();
        let mark = hub.mark();
        // Whoever cannot keep up, or has gone, is let go.
        hub.listeners.retain(|_, listener| {
            let heard: Vec<String> = topics
                .iter()
                .filter(|topic| listener.topics.contains(topic))
                .cloned()
                .collect();
            heard.is_empty() || listener.to.try_send(message(&mark, &heard, by)).is_ok()
        });
    }

    /// The sessions that have streams open, each once.
    pub fn sessions(&self) -> BTreeSet<String> {
        let hub = self.hub();
        let all = hub.listeners.values();
        all.map(|listener| listener.session.clone()).collect()
    }

    /// Ends all streams of a session, which has ended.
    pub fn end(&self, session: &str) {
        self.hub()
            .listeners
            .retain(|_, listener| listener.session != session);
    }

    /// Ends all streams and takes no more: the server is about to stop.
    pub fn close(&self) {
        let mut hub = self.hub();
        hub.closed = true;
        hub.listeners.clear();
    }

    /// How many streams are open.
    pub fn listeners(&self) -> usize {
        self.hub().listeners.len()
    }

    /// How far the hub has come.
    pub(crate) fn mark(&self) -> String {
        self.hub().mark()
    }

    fn listen(&self, listening: Listening, since: Option<&str>) -> Response {
        let stream = match self.open(listening, since) {
            Ok(stream) => stream,
            Err(failure) => return failure.into_response(),
        };
        let sse = Sse::new(stream).keep_alive(KeepAlive::new().interval(SIGN_OF_LIFE));
        let headers = [
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
            (
                HeaderName::from_static("x-accel-buffering"),
                HeaderValue::from_static("no"),
            ),
        ];
        (headers, sse).into_response()
    }

    fn open(&self, mut listening: Listening, since: Option<&str>) -> Result<Changes, Failure> {
        let mut hub = self.hub();
        if hub.closed {
            return Err(Failure::unavailable(5));
        }
        let own = hub
            .listeners
            .values()
            .filter(|listener| listener.person == listening.person);
        if own.count() >= hub.limits.streams {
            return Err(Failure::too_many(60));
        }
        listening.topics.truncate(hub.limits.topics);
        let (to, from) = channel(hub.limits.waiting.max(1));
        let missed = hub.missed(&listening.topics, since);
        // Also without news: the browser learns how far the hub has come, and that it is heard.
        let first = message(&hub.mark(), &missed, None);
        if to.try_send(first).is_err() {
            return Err(Failure::unavailable(5));
        }
        hub.opened += 1;
        let id = hub.opened;
        let listener = Listener {
            person: listening.person,
            session: listening.session,
            topics: listening.topics,
            to,
        };
        hub.listeners.insert(id, listener);
        Ok(Changes {
            from,
            id,
            live: self.clone(),
        })
    }

    fn hub(&self) -> MutexGuard<'_, Hub> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hub {
    fn mark(&self) -> String {
        format!("{:x}-{}", self.start, self.count)
    }

    /// Which of the topics have changed since that mark; all of them when that cannot be known.
    fn missed(&self, topics: &[String], since: Option<&str>) -> Vec<String> {
        let Some(since) = since else {
            return Vec::new();
        };
        let count = since
            .split_once('-')
            .filter(|(start, _)| u64::from_str_radix(start, 16) == Ok(self.start))
            .and_then(|(_, count)| count.parse::<u64>().ok())
            .filter(|count| *count >= self.forgotten);
        let Some(count) = count else {
            return topics.to_vec();
        };
        let later = |topic: &&String| self.last.get(*topic).is_some_and(|last| *last > count);
        topics.iter().filter(later).cloned().collect()
    }

    /// Forgets the older half when too much is remembered.
    fn forget(&mut self) {
        if self.last.len() <= self.limits.remembered {
            return;
        }
        let mut counts: Vec<u64> = self.last.values().copied().collect();
        let middle = counts.len() / 2;
        let (_, count, _) = counts.select_nth_unstable(middle);
        self.forgotten = *count;
        let kept = self.forgotten;
        self.last.retain(|_, last| *last > kept);
    }
}

fn message(mark: &str, topics: &[String], by: Option<&str>) -> Event {
    let text = serde_json::to_string(&Changed { topics, by }).unwrap_or_default();
    Event::default().id(mark).event("changed").data(text)
}

/// What one browser hears; ends its place in the hub when it is dropped.
struct Changes {
    from: Receiver<Event>,
    id: u64,
    live: Live,
}

impl Stream for Changes {
    type Item = Result<Event, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.from.poll_recv(context).map(|event| event.map(Ok))
    }
}

impl Drop for Changes {
    fn drop(&mut self) {
        self.live.hub().listeners.remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listening(person: &str, topics: &[&str]) -> Listening {
        Listening {
            person: person.to_owned(),
            session: format!("of {person}"),
            topics: topics.iter().map(|topic| (*topic).to_owned()).collect(),
        }
    }

    fn hub(limits: LiveLimits) -> Live {
        Live::new(limits, 7)
    }

    fn heard(changes: &mut Changes) -> Vec<String> {
        let mut all = Vec::new();
        while let Ok(event) = changes.from.try_recv() {
            all.push(format!("{event:?}"));
        }
        all
    }

    #[test]
    fn a_change_reaches_those_who_listen_to_it_and_nobody_else() {
        let live = hub(LiveLimits::default());
        let mut one = live
            .open(listening("a", &["today", "client:1"]), None)
            .unwrap();
        let mut other = live.open(listening("b", &["client:2"]), None).unwrap();
        live.changed(["client:1", "client:3"], Some("r1"));
        let told = heard(&mut one);
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(
            told[1].contains("client:1") && !told[1].contains("client:3") && told[1].contains("r1"),
            "{told:?}"
        );
        assert_eq!(heard(&mut other).len(), 1);
    }

    #[test]
    fn what_changed_between_the_page_and_its_stream_is_told_first() {
        let live = hub(LiveLimits::default());
        let mark = live.mark();
        live.changed(["today"], None);
        let now = live.mark();
        let topics = &["today".to_owned(), "client:1".to_owned()];
        assert_eq!(live.hub().missed(topics, Some(&mark)), ["today"]);
        assert!(live.hub().missed(topics, Some(&now)).is_empty());
        assert_eq!(
            live.hub().missed(topics, Some("99-4")).len(),
            2,
            "another start of the server"
        );
        assert_eq!(live.hub().missed(topics, Some("rubbish")).len(), 2);
    }

    #[test]
    fn who_comes_from_before_what_is_remembered_fetches_everything() {
        let live = hub(LiveLimits {
            remembered: 10,
            ..LiveLimits::default()
        });
        let mark = live.mark();
        for number in 0..100 {
            live.changed([format!("client:{number}")], None);
        }
        assert!(live.hub().last.len() <= 10);
        assert_eq!(
            live.hub().missed(&["client:5".to_owned()], Some(&mark)),
            ["client:5"]
        );
    }

    #[test]
    fn a_browser_that_cannot_keep_up_is_let_go() {
        let live = hub(LiveLimits {
            waiting: 3,
            ..LiveLimits::default()
        });
        let mut slow = live.open(listening("a", &["today"]), None).unwrap();
        for _ in 0..5 {
            live.changed(["today"], None);
        }
        assert_eq!(live.listeners(), 0);
        assert_eq!(heard(&mut slow).len(), 3);
        assert!(slow.from.is_closed());
    }

    #[test]
    fn a_person_has_a_limited_number_of_streams_and_gives_them_back() {
        let live = hub(LiveLimits {
            streams: 2,
            ..LiveLimits::default()
        });
        let first = live.open(listening("a", &[]), None).unwrap();
        let _second = live.open(listening("a", &[]), None).unwrap();
        assert!(live.open(listening("a", &[]), None).is_err());
        assert!(live.open(listening("b", &[]), None).is_ok());
        drop(first);
        assert!(live.open(listening("a", &[]), None).is_ok());
    }

    #[test]
    fn streams_end_with_the_session_and_with_the_server() {
        let live = hub(LiveLimits::default());
        let mut one = live.open(listening("a", &["today"]), None).unwrap();
        let _other = live.open(listening("b", &["today"]), None).unwrap();
        assert_eq!(Vec::from_iter(live.sessions()), ["of a", "of b"]);
        live.end("of a");
        heard(&mut one);
        assert!(one.from.is_closed());
        assert_eq!(live.listeners(), 1);
        live.close();
        assert_eq!(live.listeners(), 0);
        assert!(live.open(listening("a", &[]), None).is_err());
    }
}
