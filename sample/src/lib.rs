//! A made-up company and years of its work, for demonstrations, tests and measurements.
//!
//! [`SampleCompany::generate`] writes thirty people, four hundred clients and everything that happened between them:
//! requests, emails, sales, projects, complaints, reviews. Nothing in it is real, and nothing is judged here: the
//! stories know how long people usually take, and whether that kept a rule is for the engine to say. What rooms hold of it,
//! [`desk`], is folded from what happened. The same seed
//! gives the same bytes on every machine. There is no clock, no file and no library of random numbers.

mod calendar;
mod care;
mod changed;
mod clients;
mod climate;
mod company;
mod conduct;
mod contacts;
pub mod desk;
mod feedback;
mod grievances;
mod log;
mod meetings;
mod messages;
mod names;
mod office;
mod onboarding;
mod people;
mod projects;
mod prospects;
mod random;
mod requests;
mod sales;
mod scene;
mod tape;
mod tidy;
mod time;
mod today;
mod training;
mod words;

pub use changed::changed_sr;
pub use clients::{Client, Tier};
pub use climate::Climate;
pub use company::SampleCompany;
pub use log::{RequestsLog, requests_log};
pub use people::Member;
pub use random::text_hash;
