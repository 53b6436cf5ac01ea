//! What pages cost: the program serves a house, and the pages of it are asked for, one at a time and 32 at once.
//!
//! Server and load share the machine. The processor time is the server's own, for each page, as Linux tells it.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::serving::{Asking, Client, Measured, Server, measure, sign_in};

/// How long each row of the table is measured.
const SPAN: Duration = Duration::from_secs(3);
const EMAIL: &str = "bench@desk.example";
const PASSWORD: &str = "a bench is for sitting on";
/// So many cases are asked for in turn.
const CASES: usize = 200;

/// Serves the house in a folder by that program, and prints a table.
pub fn paging(kept: &str, folder: &str) -> Result<(), String> {
    add_person(kept, folder)?;
    let asked = ["serve", "--data", folder, "--listen", "127.0.0.1:0"];
    let (server, seconds) = Server::start(kept, &asked, "/sign-in").map_err(said)?;
    println!(
        "start to first page: {:.0} ms; resident then {:.0} MB; database {:.0} MB",
        seconds * 1e3,
        server.megabytes(),
        std::fs::metadata(Path::new(folder).join("kept.db"))
            .map_or(0.0, |data| data.len() as f64 / 1e6)
    );
    let cookie = sign_in(&server.at, (EMAIL, PASSWORD)).map_err(said)?;
    let mut client = Client::open(&server.at).map_err(said)?;
    println!("\n{}", Measured::HEADING);
    for (name, paths) in pages(&mut client, &cookie).map_err(said)? {
        for at_once in [1, 32] {
            row(&server, &cookie, (&name, &paths), at_once)?;
        }
    }
    println!("\nresident after all: {:.0} MB", server.megabytes());
    std::thread::sleep(Duration::from_secs(3));
    println!("resident at rest: {:.0} MB", server.megabytes());
    Ok(())
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "it stands where errors are turned into words"
)]
fn said(error: io::Error) -> String {
    error.to_string()
}

fn add_person(kept: &str, folder: &str) -> Result<(), String> {
    let mut child = Command::new(kept)
        .args(["user", "add", "--data", folder, "--email", EMAIL])
        .args(["--name", "Bench", "--role", "sop-supervisor"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(said)?;
    if let Some(mut pipe) = child.stdin.take() {
        pipe.write_all(PASSWORD.as_bytes()).map_err(said)?;
    }
    // The person may be there from the time before.
    child.wait().map(drop).map_err(said)
}

/// The pages that are asked for: each with the paths that are taken in turn.
fn pages(client: &mut Client, cookie: &str) -> io::Result<Vec<(String, Vec<String>)>> {
    let mut all = vec![("/sops".to_owned(), vec!["/sops".to_owned()])];
    let sops = client.get("/sops", cookie)?.text;
    if let Some(sop) = links(&sops, "/sops/").into_iter().next() {
        all.push((format!("an SOP, {sop}"), vec![sop]));
    }
    all.push(("/adherence".to_owned(), vec!["/adherence".to_owned()]));
    let by = "/adherence?by=person".to_owned();
    all.push((by.clone(), vec![by]));
    let overview = client.get("/adherence", cookie)?.text;
    let clauses: Vec<String> = links(&overview, "/adherence/")
        .into_iter()
        .filter(|path| path.matches('/').count() == 3 && !path.contains('?'))
        .collect();
    if let Some(clause) = clauses.first() {
        all.push((format!("a clause, {clause}"), vec![clause.clone()]));
    }
    let mut cases = BTreeSet::new();
    for clause in &clauses {
        let mut next = Some(clause.clone());
        while let Some(path) = next.filter(|_| cases.len() < CASES) {
            let page = client.get(&path, cookie)?.text;
            cases.extend(links(&page, "/adherence/cases/"));
            next = page.split_once("\" rel=\"next\"").and_then(|(before, _)| {
                let (_, href) = before.rsplit_once("href=\"")?;
                let href = href.replace("&#38;", "&").replace("&amp;", "&");
                Some(href.split('#').next()?.to_owned())
            });
        }
    }
    all.push((
        format!("a case, {} in turn", cases.len()),
        cases.into_iter().collect(),
    ));
    Ok(all)
}

fn links(page: &str, beginning: &str) -> BTreeSet<String> {
    page.split("href=\"")
        .skip(1)
        .filter_map(|rest| Some(rest.split_once('"')?.0.to_owned()))
        .filter(|href| href.starts_with(beginning) && href.len() > beginning.len())
        .collect()
}

fn row(
    server: &Server,
    cookie: &str,
    (name, paths): (&str, &[String]),
    at_once: usize,
) -> Result<(), String> {
    if paths.is_empty() {
        return Ok(());
    }
    let asking = |line: usize, place: usize| {
        let path = paths.get((line * 7 + place) % paths.len());
        Asking::page(path.map_or("/", String::as_str), cookie)
    };
    let measured = measure(server, (at_once, SPAN), &asking).map_err(said)?;
    println!("{}", measured.row(name, at_once));
    Ok(())
}
