//! The desk at scale: a house of so many clients with what they asked, made from a seed by the ways in which a company's own
//! would be taken over; and what its pages, its API and its forms cost then.

mod ask;
mod empty;
mod floor;
mod history;
mod known;
mod make;
mod rows;
mod staff;
mod tale;

use std::path::PathBuf;
use std::time::Duration;

use kept::{House, HouseAsked, Means};
use kept_store::Settings;

pub use empty::empty;

const USAGE: &str = "name what to do: make FOLDER CLIENTS, ask KEPT FOLDER, floor FOLDER; then --database-url URL, --told REQUESTS, \
    --only WORDS";

/// What was asked for on the command line.
pub struct Asked {
    house: HouseAsked,
    /// Of so many requests the journal tells; all, unless given.
    told: Option<u64>,
    /// Only rows whose names have this in them.
    only: Option<String>,
}

impl Asked {
    /// Opens the house for work that nobody waits for: a slice may take long on a busy machine, and so may a walk over all of a large house.
    fn open(&self, store: Settings) -> Result<House, String> {
        let patient = Duration::from_mins(10);
        let means = Means {
            store: Settings {
                write_time: patient,
                read_time: patient,
                ..store
            },
            ..Means::default()
        };
        House::open_with(&self.house, means).map_err(|error| error.to_string())
    }
}

/// `make FOLDER CLIENTS`, `ask KEPT FOLDER`, `floor FOLDER`.
pub fn desk(words: &[&str]) -> Result<(), String> {
    let (mut plain, mut options) = (Vec::new(), Vec::new());
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match word.strip_prefix("--") {
            Some(name) => options.push((name, words.next().copied().unwrap_or_default())),
            None => plain.push(*word),
        }
    }
    let option = |name: &str| {
        let mut found = options.iter().filter(|(one, _)| *one == name);
        found.next().map(|(_, value)| (*value).to_owned())
    };
    let asked = |folder: &str| Asked {
        house: HouseAsked {
            clock: None,
            data: PathBuf::from(folder),
            database_url: option("database-url"),
            key_file: Some(PathBuf::from(format!("{folder}.key"))),
        },
        told: option("told").and_then(|told| crate::number(&told)),
        only: option("only"),
    };
    match plain.as_slice() {
        ["make", folder, clients] => {
            let clients = crate::number(clients).ok_or("how many clients?")?;
            make::make(&asked(folder), clients.clamp(1_000, 4_000_000))
        }
        ["ask", kept, folder] => ask::ask(kept, &asked(folder)),
        ["floor", folder] => floor::floor(&asked(folder)),
        _ => Err(USAGE.to_owned()),
    }
}
