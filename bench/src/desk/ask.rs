//! Asking the house: its pages as somebody who sees all, as one of a team, and as somebody who reaches few clients; its API; what
//! comes in by the API and by the form. Beside it the floor: the same rows by bare rusqlite, and a handler that does nothing.

use std::fmt::Write as _;
use std::io;
use std::time::{Duration, Instant as Stopwatch};

use kept::House;
use kept_accounts::access::Action;
use kept_kernel::Id;
use kept_store::{Settings, StoreError, params, statements};

use super::known::Known;
use super::staff::{AGENT, PASSWORD, SPECIALIST, SUPERVISOR};
use super::tale::{Draw, chance};
use super::{Asked, floor};
use crate::place;
use crate::serving::{Asking, Client, Measured, Server, field, measure, sign_in};

/// How long each row is measured.
const SPAN: Duration = Duration::from_secs(2);
/// A token may ask so often in a minute.
const OF_A_TOKEN: usize = 1_200;
const TOKENS: usize = 1_000;

statements! {
    /// Everything counts as judged just now: the house would judge it anew while its pages are measured.
    JUDGED = "UPDATE obligation_runs SET begun_at = $1, in_force_at = $1 WHERE in_force_at IS NOT NULL";
    FIGURED = "UPDATE adherence_judgements SET begun_at = $1, in_force_at = $1 WHERE in_force_at IS NOT NULL";
}

pub fn ask(kept: &str, asked: &Asked) -> Result<(), String> {
    let known = known(asked)?;
    let data = asked.house.data.to_string_lossy().into_owned();
    let key = format!("{data}.key");
    let mut words = vec!["serve", "--data", &data, "--key-file", &key];
    if let Some(url) = &asked.house.database_url {
        words.extend(["--database-url", url]);
    }
    words.extend(["--listen", "127.0.0.1:0"]);
    let said = |error: io::Error| error.to_string();
    let (server, seconds) = Server::start(kept, &words, "/sign-in").map_err(said)?;
    println!(
        "start to first page: {:.0} ms; resident then {:.0} MB; database {:.0} MB",
        seconds * 1e3,
        server.megabytes(),
        floor::size(&asked.house.data) as f64 / 1e6
    );
    let calm = settled(&server);
    println!("what the house does by itself at the start: {calm:.1} s on a processor\n");
    let cookie = |email| sign_in(&server.at, (email, PASSWORD)).map_err(said);
    let cookies = [cookie(SUPERVISOR)?, cookie(AGENT)?, cookie(SPECIALIST)?];
    println!("{}", Measured::HEADING);
    let table = Table {
        server: &server,
        only: asked.only.as_deref(),
    };
    let tokens = Tokens(known.tokens.clone());
    for (name, askings) in known.pages(&cookies) {
        table.rows(&name, &[1, 32], &|line, place| turn(&askings, line, place));
    }
    for (name, paths) in known.reads() {
        let ask = |line: usize, place: usize| {
            let path = paths.get(drawn(line, place) % paths.len().max(1));
            Asking::api(path.map_or("/", String::as_str), tokens.next(line, place))
        };
        table.rows(name, &[1, 32], &ask);
    }
    println!("\nresident after all reads: {:.0} MB", server.megabytes());
    println!("\n{}", Measured::HEADING);
    writes(&table, &known, &tokens);
    form(&table)?;
    println!("\nresident after all: {:.0} MB", server.megabytes());
    std::thread::sleep(Duration::from_secs(5));
    println!("resident at rest: {:.0} MB\n", server.megabytes());
    drop(server);
    floors(asked, &known)
}

/// Waits until the house has nothing more to do by itself; for how long it was on a processor.
fn settled(server: &Server) -> f64 {
    let mut before = server.processor();
    for _ in 0..90 {
        std::thread::sleep(Duration::from_secs(2));
        let now = server.processor();
        if now - before < 0.05 {
            break;
        }
        before = now;
    }
    server.processor()
}

fn known(asked: &Asked) -> Result<Known, String> {
    let house = asked.open(Settings::default())?;
    let rules = house.rules().map_err(|error| error.to_string())?;
    let accounts = house
        .accounts(House::account_settings(&rules))
        .map_err(|error| error.to_string())?;
    let scopes = vec![
        Action::ReadRequests,
        Action::HandleRequests,
        Action::ReadClients,
        Action::ReadAdherence,
    ];
    let tokens = (0..TOKENS).map(|number| {
        let made = accounts.create_token(&format!("bench {number}"), scopes.clone(), None);
        made.map(|(_, token)| token)
            .map_err(|error| error.to_string())
    });
    let tokens = tokens.collect::<Result<Vec<_>, _>>()?;
    let now = house.world.now();
    let judged = house.store.write(move |tx| {
        tx.execute(JUDGED, &params![now])?;
        tx.execute(FIGURED, &params![now])
    });
    judged
        .wait()
        .map_err(|error: StoreError| error.to_string())?;
    Known::found(&house.store, tokens).map_err(|error| error.to_string())
}

/// A table of what is measured.
struct Table<'a> {
    server: &'a Server,
    only: Option<&'a str>,
}

impl Table<'_> {
    /// A row for so many lines at once.
    fn rows(&self, name: &str, at_once: &[usize], ask: &(impl Fn(usize, usize) -> Asking + Sync)) {
        if self.only.is_some_and(|only| !name.contains(only)) {
            return;
        }
        for lines in at_once {
            // What cannot be asked is told, and the rest is measured all the same.
            match measure(self.server, (*lines, SPAN), ask) {
                Ok(measured) => println!("{}", measured.row(name, *lines)),
                Err(error) => println!("| {name} | {lines} | {error} |"),
            }
        }
    }
}

/// Tokens in turn, so that none asks too often.
struct Tokens(Vec<String>);

impl Tokens {
    fn next(&self, line: usize, place: usize) -> &str {
        let turn = (place * 32 + line) / (OF_A_TOKEN / 24);
        let token = self.0.get(turn % self.0.len().max(1));
        token.map_or("", String::as_str)
    }
}

/// Something else each time, in an order that follows from the place.
fn drawn(line: usize, place: usize) -> usize {
    (chance(Draw::Time, (line * 100_003 + place) as u64) >> 8) as usize
}

fn turn(askings: &[Asking], line: usize, place: usize) -> Asking {
    let asking = askings.get(drawn(line, place) % askings.len().max(1));
    asking.cloned().unwrap_or_else(|| Asking::page("/", ""))
}

fn writes(table: &Table<'_>, known: &Known, tokens: &Tokens) {
    let client = |line: usize, place: usize| {
        let client = known
            .clients
            .get(drawn(line, place) % known.clients.len().max(1));
        client.map_or("", String::as_str)
    };
    for at_once in [1, 8, 32] {
        let of_client = |line: usize, place: usize| {
            let body = format!(
                "{{\"client\":\"{}\",\"subject\":\"Belt {line} {place} at {at_once}\",\"body\":\"It squeaks.\"}}",
                client(line, place)
            );
            Asking::json("/api/v1/requests", tokens.next(line, place), body)
        };
        table.rows(
            "API: a request of any client is opened",
            &[at_once],
            &of_client,
        );
    }
    for at_once in [1, 32] {
        let of_stranger = |line: usize, place: usize| {
            let who = format!("{at_once}.{line}.{place}");
            let body = format!(
                "{{\"name\":\"Ruth {line}\",\"email\":\"ruth.{who}@new{}.example\",\"subject\":\"Belt {place}\",\"body\":\"It squeaks.\"}}",
                chance(Draw::Word, (line * 1_000_003 + place) as u64)
            );
            Asking::json("/api/v1/requests", tokens.next(line, place), body)
        };
        table.rows(
            "API: a request of a stranger is opened",
            &[at_once],
            &of_stranger,
        );
    }
}

/// The public form. It takes ten from one place in ten minutes, so there are no more; each is looked at for as long as it asks.
fn form(table: &Table<'_>) -> Result<(), String> {
    let said = |error: io::Error| error.to_string();
    let server = table.server;
    table.rows("the public form is shown", &[1, 32], &|_, _| {
        Asking::page("/ask", "")
    });
    if table.only.is_some() {
        return Ok(());
    }
    let mut client = Client::open(&server.at).map_err(said)?;
    let mut tokens = Vec::new();
    for _ in 0..10 {
        let page = client.get("/ask", "").map_err(said)?;
        tokens.push(field(&page.text, "token").unwrap_or_default().to_owned());
    }
    std::thread::sleep(Duration::from_millis(2_100));
    let mut times = Vec::new();
    for (place, token) in tokens.iter().enumerate() {
        let body = format!(
            "token={token}&name=Ruth&email=ruth{place}%40form.example&subject=Belt&body=It+squeaks."
        );
        let one = Stopwatch::now();
        client
            .expected(&Asking::form("/ask", "", body))
            .map_err(said)?;
        times.push(one.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    let at = |place: usize| times.get(place).copied().unwrap_or_default();
    println!(
        "| the public form is sent, ten times | 1 | | | | {:.2} | {:.2} |",
        at(5),
        at(9)
    );
    Ok(())
}

/// The same rows by bare rusqlite, on one thread; and a handler that does nothing.
fn floors(asked: &Asked, known: &Known) -> Result<(), String> {
    println!("{}", Measured::HEADING);
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let program = program.to_string_lossy();
    let (server, _) =
        Server::start(&program, &["empty"], "/").map_err(|error| error.to_string())?;
    let table = Table {
        server: &server,
        only: None,
    };
    table.rows("floor: an empty handler", &[1, 32], &|_, _| {
        Asking::page("/", "")
    });
    drop(server);
    if asked.house.database_url.is_some() {
        return Ok(());
    }
    let bare = floor::reader(asked)?;
    let told = |error: rusqlite::Error| error.to_string();
    let bytes = |texts: &[String]| -> Vec<[u8; 16]> {
        let ids = texts.iter().filter_map(|text| text.parse::<Id>().ok());
        ids.map(Id::bytes).collect()
    };
    for (name, sql, ids) in [
        ("floor: rows of the queue", QUEUE_ROWS, vec![[0; 16]]),
        (
            "floor: rows of a request",
            REQUEST_ROWS,
            bytes(&known.requests),
        ),
        (
            "floor: rows of a client",
            CLIENT_ROWS,
            bytes(&known.clients),
        ),
    ] {
        let (begun, before) = (Stopwatch::now(), place::processor_seconds());
        let (mut count, mut text) = (0_usize, String::new());
        while begun.elapsed() < SPAN {
            let id = ids
                .get(count % ids.len().max(1))
                .copied()
                .unwrap_or_default();
            for sql in sql {
                let mut statement = bare.prepare_cached(sql).map_err(told)?;
                let columns = statement.column_count();
                let bound = usize::from(statement.parameter_count() > 0);
                let mut rows = match bound {
                    0 => statement.query([]),
                    _ => statement.query([&id[..]]),
                }
                .map_err(told)?;
                while let Some(row) = rows.next().map_err(told)? {
                    text.clear();
                    for column in 0..columns {
                        let value = row.get_ref(column).map_err(told)?;
                        let _ = write!(text, "{value:?}");
                    }
                }
            }
            count += 1;
        }
        let processor = place::processor_seconds().zip(before);
        let processor = processor.map_or(0.0, |(after, before)| after - before);
        println!(
            "| {name} | 1 | | {:.0} | {:.3} | | |",
            count as f64 / begun.elapsed().as_secs_f64(),
            processor * 1e3 / count.max(1) as f64
        );
    }
    Ok(())
}

const QUEUE_ROWS: &[&str] = &["SELECT q.*, c.name, c.tier, p.name FROM requests q JOIN clients c ON c.id = q.client
    LEFT JOIN people p ON p.id = q.assignee WHERE q.closed_at IS NULL ORDER BY q.due_at, q.id LIMIT 51"];
const REQUEST_ROWS: &[&str] = &[
    "SELECT q.*, c.*, p.name FROM requests q JOIN clients c ON c.id = q.client LEFT JOIN people p ON p.id = q.assignee
     WHERE q.id = ?",
    "SELECT * FROM request_messages WHERE request = ? ORDER BY place",
    "SELECT o.* FROM requests q JOIN obligations o ON o.record = (SELECT number FROM records WHERE noun = 'request'
     AND id = lower(substr(hex(q.id), 1, 8) || '-' || substr(hex(q.id), 9, 4) || '-' || substr(hex(q.id), 13, 4) || '-'
     || substr(hex(q.id), 17, 4) || '-' || substr(hex(q.id), 21))) WHERE q.id = ?",
];
const CLIENT_ROWS: &[&str] = &[
    "SELECT c.*, p.name FROM clients c LEFT JOIN people p ON p.id = c.owner WHERE c.id = ?",
    "SELECT * FROM contacts WHERE client = ? ORDER BY folded_name, id",
    "SELECT * FROM client_revenues WHERE client = ? AND removed_at IS NULL ORDER BY on_day DESC",
    "SELECT * FROM requests WHERE client = ? ORDER BY received_at DESC LIMIT 20",
];
