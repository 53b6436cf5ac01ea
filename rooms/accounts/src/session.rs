//! Who is asking: from the cookie to the person, their rights, and what the pages need of them.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use kept_kernel::{Id, Instant};
use kept_store::{FromRow, Read, Row, StoreError, params};
use kept_ui::routes::Routes;
use kept_ui::{Binding, Failure, Viewer, see_other};
use kept_vault::TokenHash;

use crate::access::{Action, Asker, Scope};
use crate::accounts::{Accounts, Visitor};
use crate::cookies;
use crate::model::{PersonId, SessionId, TeamId, words};
use crate::queries;

const MINUTE: i64 = 60_000_000;
const DAY: i64 = 24 * 60 * MINUTE;

/// The address that a request comes from, put into its extensions by the program, which knows the proxies in front of it.
/// Without it nothing is counted by address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RemoteAddress(pub IpAddr);

/// The person who is signed in: a handler that takes one is for people with an account. Others are sent to sign in.
#[derive(Clone, Debug)]
pub struct Signed {
    /// Who.
    pub person: PersonId,
    /// Their session.
    pub session: SessionId,
    /// When they signed in.
    pub since: Instant,
    /// `Maya Okonkwo`.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Their zone.
    pub zone: String,
    asker: Asker,
}

impl Signed {
    /// The ids of their roles.
    pub fn roles(&self) -> &[String] {
        &self.asker.roles
    }

    /// Their team.
    pub fn team(&self) -> Option<TeamId> {
        self.asker.team
    }

    /// How far they reach with an action: maybe nowhere.
    pub fn scope(&self, action: Action) -> Scope {
        self.asker.scope(action)
    }

    /// Whether they may do this to anything at all: for menus and buttons.
    pub fn may(&self, action: Action) -> bool {
        !self.scope(action).is_nothing()
    }

    /// How far they reach, for a page that is nothing to whoever reaches nowhere.
    ///
    /// # Errors
    ///
    /// "There is no such page": that it exists is not theirs to know.
    pub fn require(&self, action: Action) -> Result<Scope, Failure> {
        let scope = self.scope(action);
        if scope.is_nothing() {
            return Err(Failure::not_found("There is no such page"));
        }
        Ok(scope)
    }
}

struct Found {
    session: SessionId,
    person: PersonId,
    last_seen_at: Instant,
    made_at: Instant,
    name: String,
    email: String,
    team: Option<TeamId>,
    roles: Vec<String>,
    zone: String,
}

impl FromRow for Found {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            session: SessionId(row.get(0)?),
            person: PersonId(row.get(1)?),
            last_seen_at: row.get(2)?,
            name: row.get(3)?,
            email: row.get(4)?,
            team: row.get::<Option<Id>>(5)?.map(TeamId),
            roles: words(row.get(6)?),
            zone: row.get(7)?,
            made_at: row.get(8)?,
        })
    }
}

/// The sessions that are young enough: made after, seen after.
pub(crate) fn young(accounts: &Accounts, now: Instant) -> (Instant, Instant) {
    let settings = &accounts.settings;
    (
        now.plus_micros(-settings.longest_days * DAY),
        now.plus_micros(-settings.idle_minutes * MINUTE),
    )
}

fn look_up(
    read: &Read<'_>,
    token: TokenHash,
    (made_after, seen_after): (Instant, Instant),
    now: Instant,
) -> Result<Option<(Found, Vec<Id>)>, StoreError> {
    let bytes: &[u8] = token.bytes();
    let found: Option<Found> =
        read.maybe(queries::SESSION, &params![bytes, made_after, seen_after])?;
    let Some(found) = found else { return Ok(None) };
    let opened: Vec<(Id,)> = read.all(queries::OPENED_BY, &params![found.person, now])?;
    Ok(Some((found, opened.into_iter().map(|(id,)| id).collect())))
}

impl Accounts {
    /// The person behind a session's secret, where the session still stands.
    ///
    /// # Errors
    ///
    /// As the database says.
    pub async fn signed(&self, token: TokenHash) -> Result<Option<Signed>, StoreError> {
        let now = self.world.now();
        let young = young(self, now);
        let found = self
            .read(move |read| look_up(read, token, young, now))
            .await?;
        let Some((found, opened)) = found else {
            return Ok(None);
        };
        // To the minute is enough, and spares a write at each request.
        if now.micros_since(found.last_seen_at) > MINUTE {
            let session = found.session;
            let seen = self
                .write(move |tx| tx.execute(queries::SEEN, &params![session, now]))
                .await;
            // A busy store is no reason to turn a reader away: the next request notes it.
            match seen {
                Err(error) if !error.is_passing() => return Err(error),
                _ => {}
            }
        }
        Ok(Some(Signed {
            person: found.person,
            session: found.session,
            since: found.made_at,
            name: found.name,
            email: found.email,
            zone: found.zone,
            asker: Asker {
                person: Some(found.person),
                team: found.team,
                roles: found.roles,
                session: Some(found.session),
                opened,
                only: None,
            },
        }))
    }

    /// Those of the sessions that have ended: by their person, by a change of their rights, or by time. Blocks this thread.
    ///
    /// # Errors
    ///
    /// As the database says.
    pub fn ended(&self, sessions: Vec<SessionId>) -> Result<Vec<SessionId>, StoreError> {
        let (made_after, seen_after) = young(self, self.world.now());
        let looked = self.read(move |read| {
            let mut ended = Vec::new();
            for session in &sessions {
                let of = params![*session, made_after, seen_after];
                let stands: Option<(Id,)> = read.maybe(queries::SESSION_LASTS, &of)?;
                if stands.is_none() {
                    ended.push(*session);
                }
            }
            Ok::<_, StoreError>(ended)
        });
        looked.wait()
    }

    /// Finds out who is asking. Stands outside of [`Ui::dress`](kept_ui::Ui::dress) and inside of
    /// [`Ui::protect`](kept_ui::Ui::protect).
    pub fn session_layer(&self, routes: Routes) -> Routes {
        routes.layer(from_fn_with_state(self.clone(), know))
    }

    fn introduce(&self, signed: Signed, request: &mut Request) {
        let known = request.extensions_mut();
        known.insert(Binding::session(signed.session.0.bytes()));
        known.insert(Viewer {
            name: signed.name.clone(),
            role: self.settings.roles.titles(signed.roles()),
            email: signed.email.clone(),
        });
        known.insert(Arc::new((self.settings.menu)(&signed)));
        known.insert(signed);
    }

    /// The browser that a request comes from.
    pub(crate) fn visitor(&self, parts: &Parts) -> Visitor {
        let headers = &parts.headers;
        let https = self.settings.https;
        let agent = headers
            .get(header::USER_AGENT)
            .and_then(|agent| agent.to_str().ok());
        Visitor {
            browser: cookies::secret(headers, cookies::BROWSER, https),
            session: cookies::secret(headers, cookies::SESSION, https),
            address: parts
                .extensions
                .get::<RemoteAddress>()
                .map(|address| network(address.0)),
            agent: family(agent.unwrap_or_default()),
        }
    }
}

async fn know(State(accounts): State<Accounts>, mut request: Request, next: Next) -> Response {
    let https = accounts.settings.https;
    if let Some(token) = cookies::secret(request.headers(), cookies::SESSION, https) {
        match accounts.signed(token).await {
            Ok(Some(signed)) => accounts.introduce(signed, &mut request),
            Ok(None) => {}
            Err(error) if error.is_passing() => return Failure::unavailable(5).into_response(),
            Err(error) => return Failure::internal(error).into_response(),
        }
    }
    next.run(request).await
}

impl<S: Sync> FromRequestParts<S> for Signed {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Response> {
        if let Some(signed) = parts.extensions.get::<Self>() {
            return Ok(signed.clone());
        }
        let page = parts.method == Method::GET
            && parts
                .headers
                .get(header::ACCEPT)
                .is_some_and(|accept| accept.to_str().is_ok_and(|accept| accept.contains("html")));
        if !page {
            return Err((StatusCode::UNAUTHORIZED, "Sign in first.\n").into_response());
        }
        let wanted = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let next: String = form_urlencoded::byte_serialize(wanted.as_bytes()).collect();
        let way = if wanted == "/" {
            "/sign-in".to_owned()
        } else {
            format!("/sign-in?next={next}")
        };
        Err(see_other(&way).into_response())
    }
}

/// What is counted as one place of the network: an address, or the 64 bits that a household is given.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

/// The family of a browser and its system, which is all that is kept of what it says of itself.
fn family(agent: &str) -> String {
    let first = |known: &[(&str, &'static str)]| {
        known
            .iter()
            .find(|(word, _)| agent.contains(word))
            .map(|(_, name)| *name)
    };
    let browser = first(&[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ]);
    let system = first(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        (None, Some(system)) => format!("A browser on {system}"),
        (None, None) => "A browser".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{family, network};

    #[test]
    fn of_a_browser_only_its_family_is_kept() {
        let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        assert_eq!(family(agent), "Firefox on Linux");
        assert_eq!(family("<script>"), "A browser");
    }

    #[test]
    fn a_household_counts_as_one_address() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("192.0.2.7"), "192.0.2.7");
        assert_eq!(of("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), of("2001:db8:1:2::9"));
    }
}
