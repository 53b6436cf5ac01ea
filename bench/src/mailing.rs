//! Mail at a steady rate into the LMTP door of a house that serves: what was sent, stored and handled, how long the 250 took, and how
//! far handling was behind.
//!
//! Each mail has its own instant at which it is due, whatever became of those before it: a server that stalls is late for all that are
//! due meanwhile, and the times say so.

use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant as Stopwatch};

use kept_store::statements;

use crate::mail_house::{MAILBOX, MailHouse, MailLine, STORED, WAITING, load};

/// So many lines bring it.
const LINES: usize = 8;
/// So many different people write.
const WRITERS: u64 = 2_000;
const WORDS: &str = "The scale at the second line reads two grams too much since Monday, and we had to stop twice. Please look at it soon. ";

statements! {
    HANDLED = "SELECT count(*) FROM mail_messages";
    OPENED = "SELECT count(*) FROM mail_messages WHERE state = 'opened'";
}

/// What the senders saw.
#[derive(Default)]
struct Seen {
    /// From the end of a mail to its 250.
    answered: Mutex<Vec<Duration>>,
    /// From when it was due to its 250.
    due: Mutex<Vec<Duration>>,
    refused: AtomicUsize,
    next: AtomicU64,
}

/// `mail KEPT FOLDER [RATE] [SECONDS] [--database-url URL]`
pub fn mailing(words: &[&str]) -> Result<(), String> {
    let (desk, rest) = MailHouse::start(words)?;
    let number = |place: usize, usual: u64| {
        let given = rest
            .get(place)
            .map(|text| crate::number(text).ok_or("that is no number"));
        given.unwrap_or(Ok(usual))
    };
    run(&desk, (number(0, 50)?.max(1), number(1, 30)?.max(1)))
}

fn run(desk: &MailHouse, (rate, seconds): (u64, u64)) -> Result<(), String> {
    let server = &desk.server;
    let (seen, all) = (Seen::default(), rate * seconds);
    let (ended, most_waiting) = (AtomicBool::new(false), AtomicU64::new(0));
    let (begun, processor) = (Stopwatch::now(), server.processor());
    let sent: Vec<io::Result<()>> = std::thread::scope(|scope| {
        let lines: Vec<_> = (0..LINES)
            .map(|_| scope.spawn(|| bring(&desk.door, &seen, (begun, rate, all))))
            .collect();
        scope.spawn(|| {
            while !ended.load(Ordering::Relaxed) {
                most_waiting.fetch_max(desk.count(WAITING).unwrap_or_default(), Ordering::Relaxed);
                std::thread::sleep(Duration::from_secs(1));
            }
        });
        let broken = |_| Err(io::Error::other("a line panicked"));
        let sent = lines
            .into_iter()
            .map(|line| line.join().unwrap_or_else(broken))
            .collect();
        ended.store(true, Ordering::Relaxed);
        sent
    });
    let took = begun.elapsed();
    sent.into_iter()
        .collect::<io::Result<()>>()
        .map_err(|error| format!("a line broke: {error}"))?;
    desk.settled()?;
    let behind = begun.elapsed().saturating_sub(took);
    let times = |times: &Mutex<Vec<Duration>>| {
        let mut times = times.lock().map(|times| times.clone()).unwrap_or_default();
        times.sort_unstable();
        let at = |share: f64| {
            let place = (times.len() as f64 * share) as usize;
            times
                .get(place)
                .or(times.last())
                .map_or(0.0, |time| time.as_secs_f64() * 1e3)
        };
        format!("{:.1} | {:.1} | {:.1}", at(0.5), at(0.99), at(1.0))
    };
    let (kept, stored, handled) = (
        seen.answered.lock().map_or(0, |times| times.len()) as u64,
        desk.count(STORED)?,
        desk.count(HANDLED)?,
    );
    println!(
        "{rate} mails/s for {seconds} s over {LINES} lines, on {}",
        desk.dialect()
    );
    println!(
        "\n| sent | answered with 250 | refused | stored | handled | of them requests |\n| --- | --- | --- | --- | --- | --- |"
    );
    println!(
        "| {all} | {kept} | {} | {stored} | {handled} | {} |",
        seen.refused.load(Ordering::Relaxed),
        desk.count(OPENED)?
    );
    println!("\n| times, ms | p50 | p99 | most |\n| --- | --- | --- | --- |");
    println!(
        "| from the end of a mail to its 250 | {} |",
        times(&seen.answered)
    );
    println!("| from when it was due to its 250 | {} |", times(&seen.due));
    println!(
        "\nsending took {:.1} s; the last was handled {:.1} s after it; at most {} waited; {:.1} ms of a processor for each mail; resident {:.0} MB; load of the machine {}",
        took.as_secs_f64(),
        behind.as_secs_f64(),
        most_waiting.load(Ordering::Relaxed),
        (server.processor() - processor) * 1e3 / all as f64,
        server.megabytes(),
        load(),
    );
    if stored != kept || handled != stored {
        return Err(
            "what was answered with 250, what is stored and what is handled are not the same"
                .to_owned(),
        );
    }
    Ok(())
}

/// A line that brings mail after mail, each when it is due.
fn bring(door: &str, seen: &Seen, (begun, rate, all): (Stopwatch, u64, u64)) -> io::Result<()> {
    let mut line = MailLine::open(door)?;
    loop {
        let number = seen.next.fetch_add(1, Ordering::Relaxed);
        if number >= all {
            return Ok(());
        }
        let due = Duration::from_micros(number * 1_000_000 / rate);
        std::thread::sleep(due.saturating_sub(begun.elapsed()));
        let (from, mail) = mail(number);
        line.begin(&from)?;
        let whole = Stopwatch::now();
        let answer = line.say(&mail)?;
        if answer.starts_with("250") {
            if let (Ok(mut answered), Ok(mut late)) = (seen.answered.lock(), seen.due.lock()) {
                answered.push(whole.elapsed());
                late.push(begun.elapsed().saturating_sub(due));
            }
        } else {
            seen.refused.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// A mail of two to six thousand letters; a third of them go on with what the same person wrote before.
fn mail(number: u64) -> (String, String) {
    let writer = number % WRITERS;
    let from = format!("client{writer}@brennan{}.example", writer % 97);
    let answers = number
        .checked_sub(WRITERS)
        .filter(|_| number.is_multiple_of(3));
    let answers = answers.map_or(String::new(), |before| {
        format!("In-Reply-To: <{before}@brennan.example>\r\n")
    });
    let text = WORDS.repeat(16 + (number % 32) as usize);
    let mail = format!(
        "From: Client {number} <{from}>\r\nTo: {MAILBOX}\r\nMessage-ID: <{number}@brennan.example>\r\n{answers}Subject: Scale {number}\r\n\r\n{}\r\n.\r\n",
        wrapped(&text)
    );
    (from, mail)
}

fn wrapped(text: &str) -> String {
    let mut lines = String::new();
    let mut length = 0;
    for word in text.split(' ') {
        if length + word.len() > 76 {
            lines.push_str("\r\n");
            length = 0;
        }
        lines.push_str(word);
        lines.push(' ');
        length += word.len() + 1;
    }
    lines
}
