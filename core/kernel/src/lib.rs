//! The smallest words that every part of Kept shares: ids, instants, durations, numbers.
//!
//! Nothing here knows a rule, a calendar or a record. All of it is plain data that prints the way a person
//! writes it and parses back to the same value.

mod duration;
mod id;
mod instant;
mod number;

pub use duration::{Duration, DurationError, Unit};
pub use id::{Id, IdError};
pub use instant::{Instant, InstantError};
pub use number::{Number, NumberError};
