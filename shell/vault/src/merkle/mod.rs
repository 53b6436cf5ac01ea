//! The hash tree of RFC 6962, section 2.1, over the audit entries in their order.
//!
//! Its root stands for every entry and for their order: who keeps a root can later be shown that an entry was in it
//! ([`inclusion_proof`]) and that a longer history only added to it ([`consistency_proof`]).

mod frontier;
mod hash;
mod proof;

pub use frontier::{Frontier, root_of};
pub use hash::{Hash, leaf_hash, node_hash};
pub use proof::{consistency_proof, inclusion_proof, verify_consistency, verify_inclusion};

#[cfg(test)]
pub(crate) use proof::tests::naive_root;
