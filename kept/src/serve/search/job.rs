//! The jobs of the search: documents of what was there before, and the index behind them.

use std::sync::Arc;
use std::time::Duration;

use kept_rooms::{Job, Searchable};
use kept_search::{fill, index_some, is_lost, rebuild, refresh};
use kept_store::{Store, StoreError};

/// So many documents in one transaction keep up with every write rate that was measured, and let others in between.
const AT_ONCE: u32 = 64;

/// The jobs.
pub fn jobs(store: &Store, searchable: Vec<Arc<dyn Searchable>>) -> Vec<Job> {
    let (filled, indexed) = (store.clone(), store.clone());
    vec![
        Job::new("search: documents", Duration::from_hours(1), move || {
            searchable.iter().try_for_each(|of| bring_in(&filled, of))
        }),
        Job::new("search: index", Duration::from_secs(1), move || {
            index(&indexed)
        }),
    ]
}

/// Clauses are made of documents and no rows; all others write along with their rows.
fn bring_in(store: &Store, of: &Arc<dyn Searchable>) -> Result<(), StoreError> {
    if of.kind() == "clause" {
        refresh(store, of)
    } else {
        fill(store, of).map(drop)
    }
}

fn index(store: &Store) -> Result<(), StoreError> {
    if store.read(is_lost).wait()? {
        rebuild(store)?;
    }
    while store.write(|tx| index_some(tx, AT_ONCE)).wait()? > 0 {}
    Ok(())
}
