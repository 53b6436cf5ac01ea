//! Doing a thing once, however often it is sent: the answer is kept in the transaction of the command that gave it.

use std::fmt;

use axum::http::HeaderMap;
use kept_kernel::{Id, Instant};
use kept_rooms::Refusal;
use kept_store::{AsStore, Migration, Schema, Store, StoreError, Value, Write, params, statements};

use crate::answer::Answer;
use crate::problem::{KEY_REUSED, Problem};

/// The tables of the API.
pub const SCHEMA: Schema = Schema {
    owner: "api",
    migrations: &[Migration {
        number: 1,
        name: "answers",
        text: "
            CREATE TABLE api_answers (
                asker $ID NOT NULL,
                key $TEXT NOT NULL,
                asked $BYTES NOT NULL,
                made_at $INT NOT NULL,
                answer $JSON,
                PRIMARY KEY (asker, key)
            ) $STRICT;
            CREATE INDEX api_answers_by_age ON api_answers (made_at);
        ",
    }],
};

statements! {
    FORGET_ONE = "DELETE FROM api_answers WHERE asker = $1 AND key = $2 AND made_at <= $3";
    /// The second of two at once waits here for the first, on PostgreSQL too.
    BEGIN = "INSERT INTO api_answers (asker, key, asked, made_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    BEFORE = "SELECT asked, CAST(answer AS TEXT) FROM api_answers WHERE asker = $1 AND key = $2";
    KEEP = "UPDATE api_answers SET answer = $3 WHERE asker = $1 AND key = $2";
    FORGET = "DELETE FROM api_answers WHERE made_at <= $1";
}

const DAY: i64 = 86_400_000_000;
const LONGEST_KEY: usize = 200;

/// A request that may be one of several with the same meaning.
#[derive(Clone, Debug)]
pub struct Once {
    asker: Id,
    key: Option<String>,
    asked: [u8; 32],
    at: Instant,
}

/// Why nothing was done.
#[derive(Clone, Debug)]
pub enum OnceError<E> {
    /// The key stands for another request.
    KeyReused,
    /// The command refused. Its refusal is not kept: it may do the same later.
    Refused(E),
}

impl Once {
    pub(crate) fn of(
        headers: &HeaderMap,
        what: &[u8],
        asker: Id,
        at: Instant,
    ) -> Result<Self, Problem> {
        let wrong = || {
            Problem::wrong(
                "Idempotency-Key",
                format!("Send 1 to {LONGEST_KEY} letters and figures."),
            )
        };
        let key = match headers.get("idempotency-key") {
            None => None,
            Some(key) => {
                let key = key.to_str().map_err(|_| wrong())?.trim();
                if key.is_empty() || key.len() > LONGEST_KEY {
                    return Err(wrong());
                }
                Some(key.to_owned())
            }
        };
        let mut asked = [0; 32];
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, what);
        asked.copy_from_slice(digest.as_ref());
        Ok(Self {
            asker,
            key,
            asked,
            at,
        })
    }

    /// Runs a command, or gives the answer that it gave before.
    ///
    /// # Errors
    ///
    /// [`OnceError`]
    pub fn run<E: From<StoreError>>(
        &self,
        tx: &Write<'_>,
        command: impl FnOnce() -> Result<Answer, E>,
    ) -> Result<Answer, OnceError<E>> {
        let Some(key) = &self.key else {
            return command().map_err(OnceError::Refused);
        };
        let day_before = self.at.plus_micros(-DAY);
        tx.execute(FORGET_ONE, &params![self.asker, key, day_before])?;
        let begun = tx.execute(BEGIN, &params![self.asker, key, &self.asked, self.at])?;
        if begun == 0 {
            return self.before(tx, key);
        }
        let answer = command().map_err(OnceError::Refused)?;
        let kept = serde_json::to_string(&answer).unwrap_or_default();
        tx.execute(KEEP, &params![self.asker, key, Value::Json(&kept)])?;
        Ok(answer)
    }

    fn before<E: From<StoreError>>(
        &self,
        tx: &Write<'_>,
        key: &str,
    ) -> Result<Answer, OnceError<E>> {
        let (asked, answer): ([u8; 32], Option<String>) =
            tx.one(BEFORE, &params![self.asker, key])?;
        if asked != self.asked {
            return Err(OnceError::KeyReused);
        }
        let answer = answer.and_then(|answer| serde_json::from_str(&answer).ok());
        answer.ok_or(OnceError::Refused(E::from(StoreError::Missing("BEFORE"))))
    }
}

impl<E: From<StoreError>> From<StoreError> for OnceError<E> {
    fn from(error: StoreError) -> Self {
        Self::Refused(error.into())
    }
}

impl<E: AsStore> AsStore for OnceError<E> {
    fn store(&self) -> Option<&StoreError> {
        match self {
            Self::Refused(error) => error.store(),
            Self::KeyReused => None,
        }
    }
}

impl<E: fmt::Display> fmt::Display for OnceError<E> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::KeyReused => out.write_str(KEY_REUSED.title),
            Self::Refused(error) => error.fmt(out),
        }
    }
}

impl<E: Refusal> From<OnceError<E>> for Problem {
    fn from(error: OnceError<E>) -> Self {
        match error {
            OnceError::KeyReused => Self::of(KEY_REUSED, KEY_REUSED.advice),
            OnceError::Refused(error) => error.refused().into(),
        }
    }
}

/// Forgets answers that are more than a day old. Once an hour is enough.
///
/// # Errors
///
/// As the database says.
pub fn forget_answers(store: &Store, now: Instant) -> Result<(), StoreError> {
    let day_before = now.plus_micros(-DAY);
    let forgotten = store.write(move |tx| tx.execute(FORGET, &params![day_before]));
    forgotten.wait().map(drop)
}
