//! Mail at a steady rate into the LMTP door of a house that serves: what was sent, stored and handled, how long the 250 took, and how
//! far handling was behind.
//!
//! Each mail has its own instant at which it is due, whatever became of those before it: a server that stalls is late for all that are
//! due meanwhile, and the times say so.

use std::io::{self, BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant as Stopwatch};

use kept::{House, HouseAsked};
use kept_store::{StoreError, params, statements};

use crate::serving::Server;

/// So many lines bring it.
const LINES: usize = 8;
/// So many different people write.
const WRITERS: u64 = 2_000;
/// How long is waited at the end for what was not handled.
const PATIENCE: Duration = Duration::from_mins(30);
const MAILBOX: &str = "desk@desk.example";
const WORDS: &str = "The scale at the second line reads two grams too much since Monday, and we had to stop twice. Please look at it soon. ";

statements! {
    STORED = "SELECT count(*) FROM mail_raw";
    WAITING = "SELECT count(*) FROM mail_raw WHERE state = 'waiting'";
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

/// `mail KEPT FOLDER [RATE] [SECONDS]`
pub fn mailing(words: &[&str]) -> Result<(), String> {
    let [kept, folder, rest @ ..] = words else {
        return Err("name the program, and a folder for a new house".to_owned());
    };
    let number = |place: usize, usual: u64| {
        let given = rest
            .get(place)
            .map(|text| crate::number(text).ok_or("that is no number"));
        given.unwrap_or(Ok(usual))
    };
    let (rate, seconds) = (number(0, 50)?.max(1), number(1, 30)?.max(1));
    let asked = HouseAsked {
        clock: None,
        data: folder.into(),
        database_url: std::env::var("KEPT_BENCH_POSTGRES").ok(),
        key_file: Some(format!("{folder}.key").into()),
    };
    if Path::new(folder).exists() {
        return Err(format!("{folder} is there already: name one that is not"));
    }
    let said = |error: io::Error| error.to_string();
    let place = place(&asked);
    let place: Vec<&str> = place.iter().map(String::as_str).collect();
    let add = [&["mail", "mailbox", MAILBOX], &place[..]].concat();
    let added = Command::new(kept).args(add).output().map_err(said)?;
    if !added.status.success() {
        return Err(String::from_utf8_lossy(&added.stderr).into_owned());
    }
    let serve = ["serve", "--listen", "127.0.0.1:0", "--lmtp", "127.0.0.1:0"];
    let (server, _) =
        Server::start(kept, &[&serve, &place[..]].concat(), "/sign-in").map_err(said)?;
    let door = server
        .mail
        .clone()
        .ok_or("the program does not say where it takes mail")?;
    let house = House::open(&asked).map_err(|error| error.to_string())?;
    run(&house, &server, &door, (rate, seconds))
}

/// Where the house is, for the program.
fn place(asked: &HouseAsked) -> Vec<String> {
    let path = |path: &Path| path.to_string_lossy().into_owned();
    let mut words = vec!["--data".to_owned(), path(&asked.data)];
    if let Some(key) = &asked.key_file {
        words.extend(["--key-file".to_owned(), path(key)]);
    }
    if let Some(url) = &asked.database_url {
        words.extend(["--database-url".to_owned(), url.clone()]);
    }
    words
}

fn run(
    house: &House,
    server: &Server,
    door: &str,
    (rate, seconds): (u64, u64),
) -> Result<(), String> {
    let (seen, all) = (Seen::default(), rate * seconds);
    let (ended, most_waiting) = (AtomicBool::new(false), AtomicU64::new(0));
    let (begun, processor) = (Stopwatch::now(), server.processor());
    let sent: Vec<io::Result<()>> = std::thread::scope(|scope| {
        let lines: Vec<_> = (0..LINES)
            .map(|_| scope.spawn(|| bring(door, &seen, (begun, rate, all))))
            .collect();
        scope.spawn(|| {
            while !ended.load(Ordering::Relaxed) {
                most_waiting
                    .fetch_max(count(house, WAITING).unwrap_or_default(), Ordering::Relaxed);
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
    while count(house, WAITING)? > 0 {
        if begun.elapsed() > took + PATIENCE {
            return Err("the house does not come to an end with it".to_owned());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
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
        count(house, STORED)?,
        count(house, HANDLED)?,
    );
    println!(
        "{rate} mails/s for {seconds} s over {LINES} lines, on {}",
        dialect(house)
    );
    println!(
        "\n| sent | answered with 250 | refused | stored | handled | of them requests |\n| --- | --- | --- | --- | --- | --- |"
    );
    println!(
        "| {all} | {kept} | {} | {stored} | {handled} | {} |",
        seen.refused.load(Ordering::Relaxed),
        count(house, OPENED)?
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
        std::fs::read_to_string("/proc/loadavg")
            .unwrap_or_default()
            .trim(),
    );
    if stored != kept || handled != stored {
        return Err(
            "what was answered with 250, what is stored and what is handled are not the same"
                .to_owned(),
        );
    }
    Ok(())
}

fn dialect(house: &House) -> &'static str {
    match house.store.dialect() {
        kept_store::Dialect::Sqlite => "SQLite",
        kept_store::Dialect::Postgres => "PostgreSQL",
    }
}

fn count(house: &House, sql: kept_store::Sql) -> Result<u64, String> {
    let found = house
        .store
        .read(move |read| read.one::<(u64,)>(sql, &params![]));
    let (count,) = found
        .wait()
        .map_err(|error: StoreError| error.to_string())?;
    Ok(count)
}

/// A line that brings mail after mail, each when it is due.
fn bring(door: &str, seen: &Seen, (begun, rate, all): (Stopwatch, u64, u64)) -> io::Result<()> {
    let mut line = BufReader::new(TcpStream::connect(door)?);
    line.get_ref().set_nodelay(true)?;
    heard(&mut line)?;
    say(&mut line, "LHLO mx.example\r\n")?;
    loop {
        let number = seen.next.fetch_add(1, Ordering::Relaxed);
        if number >= all {
            return Ok(());
        }
        let due = Duration::from_micros(number * 1_000_000 / rate);
        std::thread::sleep(due.saturating_sub(begun.elapsed()));
        let (from, mail) = mail(number);
        let head = format!("MAIL FROM:<{from}>\r\nRCPT TO:<{MAILBOX}>\r\nDATA\r\n");
        line.get_mut().write_all(head.as_bytes())?;
        for _ in 0..3 {
            heard(&mut line)?;
        }
        let whole = Stopwatch::now();
        let answer = say(&mut line, &mail)?;
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

fn say(line: &mut BufReader<TcpStream>, words: &str) -> io::Result<String> {
    line.get_mut().write_all(words.as_bytes())?;
    heard(line)
}

/// The last line of an answer.
fn heard(line: &mut BufReader<TcpStream>) -> io::Result<String> {
    loop {
        let mut answer = String::new();
        if line.read_line(&mut answer)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if answer.get(3..4) != Some("-") {
            return Ok(answer);
        }
    }
}
