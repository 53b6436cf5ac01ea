//! What every handler does alike: it asks how far the token reaches, runs one transaction, does it once, and has the pages
//! told. What is left to a handler is its own words: the command, the scope that it needs, the answer.
//!
//! ```text
//! type Call = kept_api::Call<Room, Token>;
//!
//! async fn withdraw(call: Call, Named(id): Named<AnnouncementId>, sent: Sent<Nothing>) -> Result<Answer, Problem> {
//!     let scope = call.may(Action::PostAnnouncements)?;
//!     let step = call.room.step(call.token.who(), "withdraw-announcement", id);
//!     call.once(&sent, move |tx| withdraw_announcement(tx, &step, &scope, id).and_then(|()| Ok(answer(tx, id)?)))
//!         .await
//! }
//! ```

use std::str::FromStr;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use kept_kernel::{Id, Instant};
use kept_rooms::Refusal;
use kept_store::{AsStore, Store, StoreError, Write};

use crate::answer::Answer;
use crate::problem::Problem;
use crate::sent::Sent;

/// A room that answers programs: the state of its routes.
pub trait Served: Clone + Send + Sync + 'static {
    /// Where its records are.
    fn store(&self) -> &Store;
    /// The time.
    fn now(&self) -> Instant;
    /// Tells the pages that show its records, after the commit.
    fn changed(&self);
}

/// Whose request it is: a token, as the room of accounts knows it.
pub trait Bearer: Send + Sync {
    /// What can be done.
    type Action;
    /// Over which records.
    type Scope;
    /// The token: another one's `Idempotency-Key` is another key.
    fn id(&self) -> Id;
    /// How far it reaches, or the name of the scope that it lacks.
    ///
    /// # Errors
    ///
    /// The name.
    fn reach(&self, action: Self::Action) -> Result<Self::Scope, &'static str>;
}

/// A request to a room by a token that is good. A handler takes it before all else, so that nobody else gets further.
#[derive(Clone, Debug)]
pub struct Call<R, T> {
    /// The room.
    pub room: R,
    /// Who asks.
    pub token: T,
}

impl<R: Served, T: FromRequestParts<R>> FromRequestParts<R> for Call<R, T> {
    type Rejection = T::Rejection;

    async fn from_request_parts(parts: &mut Parts, room: &R) -> Result<Self, T::Rejection> {
        let token = T::from_request_parts(parts, room).await?;
        let room = room.clone();
        Ok(Self { room, token })
    }
}

impl<R: Served, T: Bearer> Call<R, T> {
    /// How far the token reaches with an action.
    ///
    /// # Errors
    ///
    /// A problem that names the scope, when it reaches nothing.
    pub fn may(&self, action: T::Action) -> Result<T::Scope, Problem> {
        self.token.reach(action).map_err(Problem::without_scope)
    }

    /// Runs a command and what answers it in one transaction, then tells the pages.
    ///
    /// # Errors
    ///
    /// The command's refusal.
    pub async fn write<E, F>(&self, command: F) -> Result<Answer, Problem>
    where
        E: Refusal + From<StoreError> + AsStore + Send + Unpin + 'static,
        F: Fn(&Write<'_>) -> Result<Answer, E> + Send + 'static,
    {
        let done = self.room.store().write(command).await;
        let answer = done.map_err(|error| Problem::from(error.refused()))?;
        self.room.changed();
        Ok(answer)
    }

    /// The same, once for each `Idempotency-Key`: every POST.
    ///
    /// # Errors
    ///
    /// The command's refusal; a key that is none, or stands for another request.
    pub async fn once<B, E, F>(&self, sent: &Sent<B>, command: F) -> Result<Answer, Problem>
    where
        E: Refusal + From<StoreError> + AsStore + Send + Unpin + 'static,
        F: Fn(&Write<'_>) -> Result<Answer, E> + Send + 'static,
    {
        let once = sent.once(self.token.id(), self.room.now())?;
        let run = move |tx: &Write<'_>| once.run(tx, || command(tx));
        let answer = self.room.store().write(run).await?;
        self.room.changed();
        Ok(answer)
    }
}

/// The record that the path names as `{id}`. What is no id at all looks like one that does not exist.
#[derive(Clone, Copy, Debug)]
pub struct Named<T>(pub T);

impl<S: Send + Sync, T: FromStr> FromRequestParts<S> for Named<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        let named = path.ok().and_then(|Path(text)| text.parse().ok());
        named.map(Self).ok_or_else(Problem::out_of_reach)
    }
}
