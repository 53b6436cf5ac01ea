//! A log of requests as long as anybody wants, in the order of time: for measuring.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use jiff::civil::Date;
use kept_engine::OwnedEvent;
use kept_kernel::Instant;
use kept_language::Register;

use crate::calendar;
use crate::company;
use crate::requests;
use crate::scene::{Scene, World};
use crate::tape::Tape;
use crate::words::Words;

/// Between two requests there are so many seconds on average.
const APART: f64 = 40.0;

/// The events of so many requests, in the order of time; made by [`requests_log`].
pub struct RequestsLog {
    world: World,
    words: Words,
    cases: u64,
    begun: u64,
    next_at: Instant,
    waiting: BinaryHeap<Reverse<Waiting>>,
    place: u64,
    written: u64,
}

struct Waiting {
    at: Instant,
    order: u64,
    event: OwnedEvent,
}

/// The events of `cases` requests under a seed, from a day on. A request goes the way that it goes in the sample
/// company, about ten events each; requests come in around the clock, some two thousand a day.
pub fn requests_log(seed: u64, register: &Register, from: Date, cases: u64) -> RequestsLog {
    let text = calendar::text(from, 12);
    let world = company::world(seed, &text, from, 12);
    let next_at = world.clock.from;
    RequestsLog {
        world,
        words: Words::of(register),
        cases,
        begun: 0,
        next_at,
        waiting: BinaryHeap::new(),
        place: 0,
        written: 0,
    }
}

impl RequestsLog {
    fn begin_next(&mut self) {
        self.begun += 1;
        let number = self.begun;
        let mut tape = Tape::new(&self.words);
        let mut scene = Scene::new(&self.world, &mut tape, "log", number as usize);
        let at = self.next_at;
        let apart = scene.random.log_normal(APART * 0.8, 0.7).max(1.0);
        self.next_at = at.plus_micros(apart as i64 * 1_000_000);
        requests::tell(&mut scene, number as usize, at);
        for event in tape.events {
            self.written += 1;
            self.waiting.push(Reverse(Waiting {
                at: event.at,
                order: self.written,
                event,
            }));
        }
    }
}

impl Iterator for RequestsLog {
    type Item = OwnedEvent;

    fn next(&mut self) -> Option<OwnedEvent> {
        while self.begun < self.cases
            && self
                .waiting
                .peek()
                .is_none_or(|Reverse(first)| first.at >= self.next_at)
        {
            self.begin_next();
        }
        let Reverse(Waiting { mut event, .. }) = self.waiting.pop()?;
        self.place += 1;
        event.place = self.place;
        Some(event)
    }
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        (self.at, self.order) == (other.at, other.order)
    }
}

impl Eq for Waiting {}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.order).cmp(&(other.at, other.order))
    }
}
