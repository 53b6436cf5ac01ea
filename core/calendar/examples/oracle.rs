//! The calendar against a count of minutes, on as many random cases as asked for.
//!
//! `cargo run --release -p kept-calendar --example oracle -- 10000000`, and a second number for another seed.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a command reads its arguments and prints, and stops where its own data is wrong"
)]

#[path = "../tests/it/oracle/mod.rs"]
mod oracle;

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut numbers = std::env::args()
        .skip(1)
        .filter_map(|text| text.parse().ok());
    let cases: u64 = numbers.next().unwrap_or(100_000);
    let seed: u64 = numbers.next().unwrap_or(1);
    let mut told = 0;
    let outcome = oracle::compare(seed, cases, &mut |done| {
        if done - told >= cases / 20 {
            told = done;
            eprintln!("{done} of {cases}");
        }
    });
    println!(
        "{} cases, {} differences (seed {seed})",
        outcome.cases,
        outcome.differences.len()
    );
    for difference in &outcome.differences {
        println!("{difference}");
    }
    if outcome.differences.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
