//! PostgreSQL: the same closures over a few connections.

pub(crate) mod link;
pub(crate) mod value;
pub(crate) mod worker;
