//! Forms, on both databases.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "these are tests throughout: what is missing fails the test"
)]

mod api;
mod bringing;
mod building;
mod desk;
mod filling;
mod putting_aside;
mod reminding;

use kept_testing::on_both;

on_both! {
    fn every_statement_is_understood(home) {
        let desk = desk::Desk::new(home);
        kept_testing::prepare_all(&desk.store, &kept_forms::statements());
    }
}
