//! Forms, on both databases.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod api;
mod building;
mod desk;
mod filling;

use kept_testing::on_both;

on_both! {
    fn every_statement_is_understood(home) {
        let desk = desk::Desk::new(home);
        kept_testing::prepare_all(&desk.store, &kept_forms::statements());
    }
}
