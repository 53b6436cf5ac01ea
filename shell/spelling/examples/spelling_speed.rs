//! How long a message takes to be looked at, spelling by dictionary included.
//!
//! `cargo run --release -p kept-spelling --example spelling_speed`
#![expect(
    clippy::unwrap_used,
    reason = "an example that measures has a clock and prints, and stops on its own mistakes"
)]

use std::hint::black_box;
use std::time::Instant as Stopwatch;

use kept_calendar::Calendar;
use kept_kernel::Instant;
use kept_spelling::Spelling;
use kept_wording::{About, HouseWord, look};

const ROUNDS: usize = 200;

const PARAGRAPH: &str = "Unfortunately, we cannot replace the sensor in hall 3 prior to Friday, due to the fact that the part is \
late. You should have told us that the the old one reads high at night; our root cause analysis will commence as soon as possible. \
We will send the report by Thursday noon and call you within two business hours, or by 14 December at 15:30 at the latest.\n\n";

fn main() {
    let text = "hours = { monday = [\"09:00-17:00\"], friday = [\"09:00-15:00\"] }\nzone = \"Europe/Berlin\"\n";
    let calendar = Calendar::parse(text, &mut |name| Err(name.to_owned())).unwrap();
    let house: Vec<HouseWord> = (0..200)
        .map(|number| HouseWord {
            avoid: format!("unwanted word {number}"),
            say: format!("wanted word {number}"),
            why: String::new(),
        })
        .collect();
    let spelling = Spelling::of("en").knowing("Sanna Aalto");
    let about = About {
        speller: Some(&spelling),
        contact: Some("Sanna Aalto"),
        house: &house,
        ..About::new(Instant::from_seconds(1_795_597_200), &calendar)
    };
    let watch = Stopwatch::now();
    black_box(look("Hello", &about));
    println!("first look, with the tables   {:>8.2} ms", millis(&watch));
    let slips = "teh invioce was snet unfortunatly recieved adress occured seperate wich untill";
    let watch = Stopwatch::now();
    black_box(look(slips, &about));
    println!("ten slips, first time         {:>8.2} ms", millis(&watch));
    let watch = Stopwatch::now();
    black_box(look(slips, &about));
    println!("ten slips, again              {:>8.2} ms", millis(&watch));
    for words in [100, 500, 2_000, 8_000] {
        let one = PARAGRAPH.split_whitespace().count();
        let text = PARAGRAPH.repeat(words / one + 1);
        let text: Vec<&str> = text.split_inclusive(' ').take(words).collect();
        let text = text.concat();
        let found = look(&text, &about);
        let watch = Stopwatch::now();
        for _ in 0..ROUNDS {
            black_box(look(black_box(&text), &about));
        }
        println!(
            "{words:>5} words, {:>4} remarks     {:>8.2} ms",
            found.remarks.len(),
            millis(&watch) / ROUNDS as f64
        );
    }
    for odd in [
        "we cannot ",
        "today will ",
        "by ",
        ". ",
        "!",
        "`",
        "a.",
        "WE ",
        "\n- ",
        "> ",
    ] {
        let text = odd.repeat(50_000 / odd.len());
        let watch = Stopwatch::now();
        black_box(look(&text, &about));
        println!("50,000 letters of {odd:<12?} {:>8.2} ms", millis(&watch));
    }
}

fn millis(watch: &Stopwatch) -> f64 {
    watch.elapsed().as_secs_f64() * 1_000.0
}
