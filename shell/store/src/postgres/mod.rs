//! PostgreSQL: the same closures over a few connections.

pub(crate) mod address;
pub(crate) mod link;
mod tls;
pub(crate) mod value;
pub(crate) mod worker;
