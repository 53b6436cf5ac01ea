//! The room in the hands of the program: what its pages, its API and its jobs share.

use std::fmt;
use std::sync::Arc;

use kept_journal::Rules;
use kept_journal::audit::Who;
use kept_rooms::Parts;
use kept_store::Store;
use kept_world::World;

use crate::commands::Step;
use crate::search::Found;

/// The room. Clones share it.
#[derive(Clone)]
pub struct Room {
    pub(crate) store: Store,
    pub(crate) world: World,
    pub(crate) rules: Rules,
}

impl Room {
    /// A room over a store whose schema has been migrated.
    pub fn new((store, world): (Store, World), rules: Rules) -> Self {
        Self {
            store,
            world,
            rules,
        }
    }

    /// An act by somebody, now.
    pub fn step(&self, by: Who) -> Step {
        Step::new(&self.world, &self.rules, by)
    }
}

impl fmt::Debug for Room {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Room(clients)")
    }
}

/// What the room hands to the program.
pub fn parts(_room: &Room) -> Parts {
    Parts {
        searchable: vec![Arc::new(Found)],
        ..Parts::default()
    }
}
