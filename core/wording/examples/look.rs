//! Looks at a message from standard input and prints what could be said better, and what is promised.
//!
//! `cargo run -p kept-wording --example look -- "Sanna Aalto" < message.txt`
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    clippy::unwrap_used,
    reason = "an example takes the clock and its arguments, prints, and stops on its own mistakes"
)]

use kept_calendar::Calendar;
use kept_kernel::Instant;
use kept_wording::{About, look};

fn main() {
    let text = std::io::read_to_string(std::io::stdin()).unwrap();
    let contact = std::env::args().nth(1);
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday"];
    let hours = days.map(|day| format!("{day} = [\"09:00-17:00\"]\n"));
    let file = format!("zone = \"UTC\"\n[hours]\n{}", hours.concat());
    let calendar = Calendar::parse(&file, &mut |name| Err(name.to_owned())).unwrap();
    let now = Instant::from_timestamp(jiff::Timestamp::now());
    let about = About {
        contact: contact.as_deref(),
        ..About::new(now, &calendar)
    };
    let found = look(&text, &about);
    for remark in found.remarks {
        let words = text.get(remark.range.clone()).unwrap_or_default();
        let heading = remark.kind.heading();
        println!("{heading}: “{words}” {} {:?}", remark.why, remark.instead);
    }
    for promise in found.promises {
        let words = text.get(promise.range.clone()).unwrap_or_default();
        println!("Promise: “{words}” is due {}", promise.due);
    }
}
