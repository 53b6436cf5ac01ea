//! A company's data are kept safe: backups, keys, the audit, the doctor.

mod backup;
pub mod house;
mod keys;
mod looked_after;
mod nodes;
mod tokens;
