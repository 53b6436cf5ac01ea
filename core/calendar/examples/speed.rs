//! How long additions take, near and a decade away, with ten years of holidays.
//!
//! `cargo run --release -p kept-calendar --example speed`
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    clippy::unwrap_used,
    reason = "an example that measures has a clock and prints, and stops on its own mistakes"
)]

use std::hint::black_box;
use std::time::Instant as Stopwatch;

use kept_calendar::Calendar;
use kept_kernel::Instant;

const HOUR: i64 = 3_600_000_000;
const ROUNDS: usize = 20_000_000;
const STARTS: usize = 4_096;

fn main() {
    let text = file();
    let watch = Stopwatch::now();
    let calendar = Calendar::parse(&text, &mut |name| Err(name.to_owned())).unwrap();
    println!("read the file               {:>8.1} µs", micros(&watch));
    let first = Instant::from_seconds(1_767_225_600);
    let watch = Stopwatch::now();
    black_box(calendar.add_working(first, HOUR));
    println!("first addition              {:>8.1} µs", micros(&watch));
    let watch = Stopwatch::now();
    black_box(calendar.add_working(Instant::MIN, i64::MAX));
    println!("all years to 9999, once     {:>8.1} µs", micros(&watch));

    let starts = starts(first);
    let decade = calendar.between(first, first.plus_micros(3_653 * 24 * HOUR));
    time("add an hour", &starts, |from| {
        calendar.add_working(from, HOUR).micros()
    });
    time("add a working day of hours", &starts, |from| {
        calendar.add_working(from, 8 * HOUR).micros()
    });
    time("add a decade", &starts, |from| {
        calendar.add_working(from, decade).micros()
    });
    time("subtract an hour", &starts, |from| {
        calendar.add_working(from, -HOUR).micros()
    });
    let between = |days: i64| {
        let calendar = &calendar;
        move |from: Instant| calendar.between(from, from.plus_micros(days * 24 * HOUR))
    };
    time("between, a day apart", &starts, between(1));
    time("between, a decade apart", &starts, between(3_653));
    for text in ["1 business day", "2500 business days", "1 day", "1 month"] {
        let span = text.replace("2500", "2,500").parse().unwrap();
        time(&format!("add {text}"), &starts, |from| {
            calendar.add(from, span).micros()
        });
    }
    time("next opening", &starts, |from| {
        calendar.next_opening(from).micros()
    });
}

/// Instants at all hours of ten years, in no order.
fn starts(first: Instant) -> Vec<Instant> {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    (0..STARTS)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            first.plus_micros((state % (3_653 * 24 * HOUR as u64)) as i64)
        })
        .collect()
}

fn time(what: &str, starts: &[Instant], work: impl Fn(Instant) -> i64) {
    let mut sum = 0_i64;
    for start in starts {
        sum ^= work(*start);
    }
    let watch = Stopwatch::now();
    for round in 0..ROUNDS / STARTS {
        for start in starts {
            sum ^= work(start.plus_micros(round as i64));
        }
    }
    black_box(sum);
    let nanos = watch.elapsed().as_nanos() as f64 / (ROUNDS / STARTS * STARTS) as f64;
    println!("{what:<27} {nanos:>8.1} ns");
}

fn micros(watch: &Stopwatch) -> f64 {
    watch.elapsed().as_nanos() as f64 / 1_000.0
}

/// Monday to Friday with a lunch break, and twelve holidays in each of ten years.
fn file() -> String {
    let mut text = String::from("zone = \"Europe/Berlin\"\n[hours]\n");
    for day in ["monday", "tuesday", "wednesday", "thursday", "friday"] {
        text = text + day + " = [\"09:00-12:30\", \"13:30-18:00\"]\n";
    }
    for year in 2026..2036 {
        for day in [
            "01-01", "01-06", "04-03", "04-06", "05-01", "05-14", "05-25", "10-03", "11-01",
            "12-24", "12-25", "12-26",
        ] {
            text = format!("{text}[[holidays]]\ndate = {year}-{day}\n");
        }
    }
    text
}
