//! A closure on its way through a database thread, and the answer on its way back.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use tokio::sync::oneshot;

use crate::error::{AsStore, StoreError};
use crate::transaction::Write;

/// A closure with its caller, its types hidden.
pub(crate) trait Job: Send {
    /// Whether nobody waits any longer, or its time has passed before it began.
    fn is_stale(&self) -> bool;
    fn deadline(&self) -> Instant;
    /// Runs the closure and holds the result until [`Job::answer`].
    fn run(&mut self, tx: &Write<'_>) -> Ran;
    /// Replaces the result: what it had done was not kept.
    fn fail(&mut self, error: StoreError);
    /// Hands the result to the caller.
    fn answer(self: Box<Self>);
}

/// How a closure ended.
#[derive(Clone, Debug)]
pub(crate) enum Ran {
    /// Its changes are to be kept.
    Done,
    /// Its changes are to be undone: its own error, or the database's.
    Refused(Option<StoreError>),
}

pub(crate) struct Closure<F, T, E> {
    pub run: F,
    pub deadline: Instant,
    pub result: Option<Result<T, E>>,
    pub caller: oneshot::Sender<Result<T, E>>,
}

impl<F, T, E> Job for Closure<F, T, E>
where
    F: Fn(&Write<'_>) -> Result<T, E> + Send,
    T: Send,
    E: From<StoreError> + AsStore + Send,
{
    fn is_stale(&self) -> bool {
        self.caller.is_closed() || Instant::now() > self.deadline
    }

    fn deadline(&self) -> Instant {
        self.deadline
    }

    fn run(&mut self, tx: &Write<'_>) -> Ran {
        let result = catch_unwind(AssertUnwindSafe(|| (self.run)(tx)));
        let result = match (result, tx.fault()) {
            (Err(_), _) => Err(E::from(StoreError::Panicked)),
            // The closure went on after a failed statement: what it believes it did is not there.
            (Ok(Ok(_)), Some(fault)) => Err(E::from(fault)),
            (Ok(result), _) => result,
        };
        let ran = match &result {
            Ok(_) => Ran::Done,
            Err(error) => Ran::Refused(error.store().cloned().or_else(|| tx.fault())),
        };
        self.result = Some(result);
        ran
    }

    fn fail(&mut self, error: StoreError) {
        self.result = Some(Err(E::from(error)));
    }

    fn answer(self: Box<Self>) {
        let Self {
            run,
            result,
            caller,
            ..
        } = *self;
        // First: with what it holds of the store, the last handle could go here after the caller has gone on, and a thread that closes a
        // database cannot be waited for by itself. A process that ended meanwhile would take the cipher away from under it.
        drop(run);
        // A caller who has gone looks the outcome up by its idempotency key.
        let _ = caller.send(result.unwrap_or_else(|| Err(E::from(StoreError::Timeout))));
    }
}

/// The answer to a read or a write: await it, or [`wait`](Answer::wait) where there is no runtime. Dropping it before
/// the work has begun calls the work off.
#[must_use = "dropping it may call the work off"]
pub struct Answer<T, E>(pub(crate) Coming<T, E>);

pub(crate) enum Coming<T, E> {
    Later(oneshot::Receiver<Result<T, E>>),
    Now(Option<E>),
}

impl<T, E: From<StoreError>> Answer<T, E> {
    /// Blocks this thread until the answer is there. Not inside an async runtime.
    ///
    /// # Errors
    ///
    /// The closure's own, or the store's.
    pub fn wait(self) -> Result<T, E> {
        match self.0 {
            Coming::Later(receiver) => receiver
                .blocking_recv()
                .unwrap_or_else(|_| Err(StoreError::Gone.into())),
            Coming::Now(error) => Err(error.unwrap_or_else(|| StoreError::Gone.into())),
        }
    }
}

impl<T, E: From<StoreError> + Unpin> Future for Answer<T, E> {
    type Output = Result<T, E>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.0 {
            Coming::Later(receiver) => Pin::new(receiver)
                .poll(context)
                .map(|answer| answer.unwrap_or_else(|_| Err(StoreError::Gone.into()))),
            Coming::Now(error) => {
                Poll::Ready(Err(error.take().unwrap_or_else(|| StoreError::Gone.into())))
            }
        }
    }
}
