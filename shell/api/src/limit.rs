//! So many requests a minute for each token, counted in memory: a limit against loops that run away, not against attackers,
//! whom the server's own limits meet.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use kept_ui::routes::Routes;

use crate::problem::{Problem, TOO_MANY};

/// How many requests in how long.
#[derive(Clone, Copy, Debug)]
pub struct RateLimit {
    /// How many.
    pub requests: u32,
    /// In how long.
    pub within: Duration,
}

impl Default for RateLimit {
    fn default() -> Self {
        Self {
            requests: 1_200,
            within: Duration::from_mins(1),
        }
    }
}

/// Further askers than this begin the count anew, so that it takes no more memory.
const MOST_ASKERS: usize = 4_096;

type Seen = HashMap<Vec<u8>, (Instant, u32)>;

#[derive(Clone)]
struct Limiter {
    limit: RateLimit,
    /// By a hash of the token: when its window began, and how many there were.
    seen: Arc<Mutex<Seen>>,
}

/// Routes with a limit, which every answer tells: `RateLimit-Limit`, `RateLimit-Remaining`, `RateLimit-Reset`.
pub fn limited(routes: Routes, limit: RateLimit) -> Routes {
    let limiter = Limiter {
        limit,
        seen: Arc::default(),
    };
    routes.layer(from_fn_with_state(limiter, count))
}

async fn count(State(limiter): State<Limiter>, request: Request, next: Next) -> Response {
    let Some(token) = request.headers().get(header::AUTHORIZATION) else {
        return next.run(request).await;
    };
    let (left, seconds) = limiter.take(token.as_bytes(), Instant::now());
    let mut answer = match left {
        Some(_) => next.run(request).await,
        None => Problem::of(TOO_MANY, TOO_MANY.advice)
            .after(seconds)
            .into_response(),
    };
    let told = [
        ("ratelimit-limit", limiter.limit.requests),
        ("ratelimit-remaining", left.unwrap_or(0)),
        ("ratelimit-reset", seconds),
    ];
    for (name, value) in told {
        let name = HeaderName::from_static(name);
        answer.headers_mut().insert(name, HeaderValue::from(value));
    }
    answer
}

impl Limiter {
    /// Counts a request: how many are left, none when it is one too many, and in how many seconds the count begins anew.
    fn take(&self, token: &[u8], now: Instant) -> (Option<u32>, u32) {
        let key = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, token);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= MOST_ASKERS {
            seen.clear();
        }
        let (since, count) = seen.entry(key.as_ref().to_vec()).or_insert((now, 0));
        if now.duration_since(*since) >= self.limit.within {
            (*since, *count) = (now, 0);
        }
        let rest = self.limit.within.saturating_sub(now.duration_since(*since));
        let seconds = rest.as_secs() as u32 + 1;
        if *count >= self.limit.requests {
            return (None, seconds);
        }
        *count += 1;
        (Some(self.limit.requests - *count), seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::{Limiter, RateLimit};
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    #[test]
    fn a_token_has_so_many_a_minute_and_others_have_their_own() {
        let limit = RateLimit {
            requests: 2,
            within: Duration::from_mins(1),
        };
        let limiter = Limiter {
            limit,
            seen: Arc::default(),
        };
        let now = Instant::now();
        assert_eq!(limiter.take(b"a", now).0, Some(1));
        assert_eq!(limiter.take(b"a", now).0, Some(0));
        assert_eq!(limiter.take(b"a", now).0, None);
        assert_eq!(limiter.take(b"b", now).0, Some(1));
        assert_eq!(limiter.take(b"a", now + Duration::from_secs(61)).0, Some(1));
    }
}
