//! Which client is asking: from the cookie of the portal to the contact. Whoever works here is nobody in the portal, and the other way
//! round: neither session is good for the other's pages.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use kept_accounts::Signed;
use kept_clients::read::{ClientCard, ContactCard};
use kept_clients::{ContactId, read};
use kept_kernel::{Id, Instant};
use kept_store::{Read, StoreError, params};
use kept_ui::routes::Routes;
use kept_ui::{Binding, Failure, Menu, Tongue, Viewer, Words, see_other};
use kept_vault::{Token, TokenHash};

use crate::commands::acts::speaks;
use crate::model::PortalSettings;
use crate::pages::Shell;
use crate::{Room, queries, texts};

/// The secret of a session of the portal.
pub(crate) const COOKIE: &str = "kept-portal";
const MINUTE: i64 = 60_000_000;
const DAY: i64 = 24 * 60 * MINUTE;
/// A session ends after so many days, and when nothing was looked at for so many.
pub(crate) const LONGEST_DAYS: i64 = 30;
const IDLE_DAYS: i64 = 7;

/// A contact who came in.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// The session.
    pub session: Id,
    /// Who.
    pub contact: ContactCard,
    /// Of which client.
    pub client: ClientCard,
    /// Until when the session may do things.
    pub acts_until: Instant,
    /// Whether they speak for their client here.
    pub speaks: bool,
}

/// What is known of a request to the portal.
#[derive(Clone, Debug)]
struct Known {
    settings: PortalSettings,
    visitor: Option<Visitor>,
    company: String,
    now: Instant,
}

impl Room {
    /// Finds out which client is asking, for pages of the portal. Stands directly outside of [`Ui::dress`](kept_ui::Ui::dress) and
    /// inside of whoever finds out who of ours is asking.
    pub fn session_layer(&self, routes: Routes) -> Routes {
        routes.layer(from_fn_with_state(self.clone(), know))
    }
}

/// Whether a path belongs to the pages of clients.
fn is_of_clients(path: &str) -> bool {
    path == "/portal" || path.starts_with("/portal/")
}

async fn know(State(room): State<Room>, mut request: Request, next: Next) -> Response {
    if !is_of_clients(request.uri().path()) {
        return next.run(request).await;
    }
    let secret = room.jar.read(request.headers(), COOKIE);
    let secret = secret.and_then(Token::parse).map(|token| token.hash());
    match room.known(secret).await {
        Ok(known) => {
            let extensions = request.extensions_mut();
            // Nobody of ours is anybody here.
            extensions.remove::<Signed>();
            extensions.remove::<Viewer>();
            extensions.remove::<Arc<Menu>>();
            extensions.remove::<Binding>();
            if let Some(visitor) = &known.visitor {
                extensions.insert(binding(visitor.session));
            }
            extensions.insert(Arc::new(known));
        }
        Err(error) if error.is_passing() => return Failure::unavailable(5).into_response(),
        Err(error) => return Failure::internal(error).into_response(),
    }
    next.run(request).await
}

/// What ties the forms of the portal to one session.
pub(crate) fn binding(session: Id) -> Binding {
    Binding::session([b"portal ".as_slice(), &session.bytes()].concat())
}

impl Room {
    async fn known(&self, secret: Option<TokenHash>) -> Result<Known, StoreError> {
        let (now, rules) = (self.world.now(), self.rules.now());
        let found = self.store.read(move |read| {
            let settings = queries::settings(read)?;
            let found = match secret.filter(|_| settings.is_open()) {
                Some(secret) => look_up(read, secret, now)?,
                None => None,
            };
            Ok::<_, StoreError>((settings, found))
        });
        let (settings, found) = found.await?;
        let company = match settings.name.as_str() {
            "" => read::company(&rules).unwrap_or_default(),
            name => name.to_owned(),
        };
        let visitor = found.map(|(visitor, seen_at)| (visitor, now.micros_since(seen_at)));
        if let Some((visitor, unseen)) = &visitor
            && *unseen > MINUTE
        {
            let session = visitor.session;
            let seen = self
                .store
                .write(move |tx| tx.execute(queries::SEEN, &params![session, now]));
            match seen.await {
                Err(error) if !error.is_passing() => return Err(error),
                _ => {}
            }
        }
        Ok(Known {
            settings,
            visitor: visitor.map(|(visitor, _)| visitor),
            company,
            now,
        })
    }
}

fn look_up(
    read: &Read<'_>,
    secret: TokenHash,
    now: Instant,
) -> Result<Option<(Visitor, Instant)>, StoreError> {
    let made_after = now.plus_micros(-LONGEST_DAYS * DAY);
    let seen_after = now.plus_micros(-IDLE_DAYS * DAY);
    let asked = params![secret.bytes(), made_after, seen_after];
    let found: Option<(Id, Id, Instant, Instant)> = read.maybe(queries::SESSION, &asked)?;
    let Some((session, contact, seen_at, acts_until)) = found else {
        return Ok(None);
    };
    let Some((contact, client)) = read::own(read, ContactId(contact))? else {
        return Ok(None);
    };
    let speaks = speaks(read, &contact.card)?;
    let visitor = Visitor {
        session,
        contact: contact.card,
        client: client.card,
        acts_until,
        speaks,
    };
    Ok(Some((visitor, seen_at)))
}

/// Somebody at an open portal, known or not.
#[derive(Clone, Debug)]
pub struct Guest {
    pub(crate) settings: PortalSettings,
    pub(crate) visitor: Option<Visitor>,
    /// The words of their language.
    pub(crate) words: Words,
    /// The company, as they know it.
    pub(crate) company: String,
    /// Now.
    pub(crate) now: Instant,
}

impl Guest {
    /// What stands around a page.
    pub(crate) fn shell(&self) -> Shell {
        Shell::new(
            self.words,
            &self.settings,
            &self.company,
            self.visitor.as_ref(),
        )
    }

    /// The same in another language.
    pub(crate) fn speaking(self, tongue: Option<Tongue>) -> Self {
        match tongue {
            Some(tongue) => Self {
                words: texts::words(tongue),
                ..self
            },
            None => self,
        }
    }
}

fn browser_tongue(headers: &HeaderMap) -> Option<Tongue> {
    let asked = headers.get(header::ACCEPT_LANGUAGE)?;
    Tongue::accepted(asked.to_str().ok()?)
}

impl<S: Sync> FromRequestParts<S> for Guest {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Failure> {
        let known = parts.extensions.get::<Arc<Known>>();
        let known = known.filter(|known| known.settings.is_open());
        let known = known.ok_or_else(|| Failure::not_found("There is no such page"))?;
        let own = known.visitor.as_ref();
        let own = own.and_then(|visitor| Tongue::of(&visitor.contact.language));
        let tongue = own.or_else(|| browser_tongue(&parts.headers));
        let words = texts::words(tongue.unwrap_or_default());
        let company = match known.company.as_str() {
            "" => words.say("us").to_owned(),
            name => name.to_owned(),
        };
        Ok(Self {
            settings: known.settings.clone(),
            visitor: known.visitor.clone(),
            words,
            company,
            now: known.now,
        })
    }
}

/// A contact who came in: a handler that takes one is for clients alone. Others are led to the door.
#[derive(Clone, Debug)]
pub struct Client {
    pub(crate) guest: Guest,
    pub(crate) visitor: Visitor,
}

impl Client {
    /// Whether the session may do things at this moment.
    pub(crate) fn may_act(&self) -> bool {
        self.visitor.acts_until > self.guest.now
    }

    pub(crate) fn words(&self) -> Words {
        self.guest.words
    }

    pub(crate) fn contact(&self) -> ContactId {
        self.visitor.contact.id
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Client {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let guest = Guest::from_request_parts(parts, state)
            .await
            .map_err(IntoResponse::into_response)?;
        if let Some(visitor) = guest.visitor.clone() {
            return Ok(Self { guest, visitor });
        }
        let way = if parts.method == Method::GET {
            let wanted = parts.uri.path();
            let next: String = form_urlencoded::byte_serialize(wanted.as_bytes()).collect();
            format!("/portal?next={next}")
        } else {
            "/portal".to_owned()
        };
        Err(see_other(&way).into_response())
    }
}
