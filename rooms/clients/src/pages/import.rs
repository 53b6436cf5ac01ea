//! Lists from elsewhere: sent, mapped, tried, taken in, taken back.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use kept_accounts::Signed;
use kept_accounts::access::{Action, Scope};
use kept_journal::audit::Who;
use kept_kernel::Id;
use kept_rooms::Refusal as _;
use kept_store::{Write, params};
use kept_ui::parts::{Button, Confirm, Crumb, More, Notice, Progress};
use kept_ui::{Failure, Filled, Flash, Form, Frame, page, unprocessable};
use kept_upload::Parts;
use serde::Deserialize;

use super::said::day;
use super::{back, got, refused, row_of};
use crate::commands::{ClientError, Step};
use crate::import::{
    self, Import, ListLine, MOST_BYTES, Use, layout, map_import, may_import, run_import,
    take_import, undo_import,
};
use crate::model::Field;
use crate::room::{Room, TOPIC};

/// So many lines of the report on a page.
const ON_A_PAGE: u32 = 50;
/// So many lines show what stands in a column.
const SAMPLES: u32 = 3;

fn importing(signed: &Signed) -> Result<Scope, Failure> {
    let scope = signed.require(Action::EditClients)?;
    if may_import(&scope) {
        Ok(scope)
    } else {
        Err(gone())
    }
}

fn gone() -> Failure {
    Failure::not_found("There is no such page").way_on("/clients", "All clients")
}

#[derive(Template)]
#[template(path = "clients/import_new.html")]
struct NewPage {
    frame: Frame,
    crumb: Crumb,
    rows: Vec<Row>,
    form: Filled,
}

struct Row {
    href: String,
    name: String,
    about: String,
}

/// The form, and what was sent before.
pub async fn ask(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
) -> Result<Response, Failure> {
    importing(&signed)?;
    Ok(page(&new_page(&room, frame, Filled::empty()).await?))
}

async fn new_page(room: &Room, frame: Frame, form: Filled) -> Result<NewPage, Failure> {
    let zone = room.zone();
    let all = room
        .store
        .read(|read| read.all::<Import>(import::IMPORTS, &[]));
    let row = |one: Import| Row {
        href: format!("/clients/imports/{}", one.id),
        about: format!(
            "{}, {} lines, {}",
            day(one.taken_at, &zone),
            one.lines,
            state_words(&one.state)
        ),
        name: one.name,
    };
    Ok(NewPage {
        frame: frame.titled("Import clients").at("clients"),
        crumb: Crumb::new([("Clients", "/clients")]),
        rows: got(all).await?.into_iter().map(row).collect(),
        form,
    })
}

fn state_words(state: &str) -> &'static str {
    match state {
        "mapping" => "not tried yet",
        "checking" => "being tried",
        "checked" => "tried, not taken in",
        "running" => "being taken in",
        "done" => "taken in",
        "undoing" => "being taken back",
        _ => "taken back",
    }
}

/// Takes a list.
pub async fn take(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Failure> {
    let scope = importing(&signed)?;
    let sent = received(&headers, request).await;
    let table = match sent {
        Ok((name, bytes)) => {
            let read = tokio::task::spawn_blocking(move || import::read(&bytes)).await;
            match read {
                Ok(Ok(table)) => Ok((name, table)),
                Ok(Err(problem)) => Err(problem.to_string()),
                Err(error) => return Err(Failure::internal(error)),
            }
        }
        Err(words) => Err(words),
    };
    let (name, table) = match table {
        Ok(taken) => taken,
        Err(words) => {
            let form = Filled::empty().wrong("list", words);
            return Ok(unprocessable(&new_page(&room, frame, form).await?));
        }
    };
    let step = room.step(Who::Person(signed.person.0));
    let table = Arc::new(table);
    let taken = room
        .store
        .write(move |tx| take_import(tx, &step, &scope, (&name, &table)))
        .await;
    let id = taken.map_err(refused)?;
    Ok(back(
        &format!("/clients/imports/{id}"),
        Flash::said("The list is here. Say what its columns are."),
    ))
}

async fn received(headers: &HeaderMap, request: Request) -> Result<(String, Vec<u8>), String> {
    let broken = |error: kept_upload::UploadError| error.to_string();
    let mut parts = Parts::new(headers, request.into_body()).map_err(broken)?;
    while let Some(head) = parts.next().await.map_err(broken)? {
        let name = head
            .file
            .filter(|name| !name.is_empty() && head.name == "list");
        let Some(name) = name else { continue };
        let mut bytes = Vec::new();
        while let Some(chunk) = parts.chunk().await.map_err(broken)? {
            if bytes.len() + chunk.len() > MOST_BYTES {
                return Err("The file is larger than 24 MB. Send it in parts.".to_owned());
            }
            bytes.extend_from_slice(&chunk);
        }
        return Ok((name.chars().take(200).collect(), bytes));
    }
    Err("Choose a file.".to_owned())
}

#[derive(Template)]
#[template(path = "clients/import.html")]
struct ImportPage {
    frame: Frame,
    crumb: Crumb,
    here: String,
    name: String,
    lead: String,
    progress: Option<Progress>,
    columns: Vec<Column>,
    uses: Vec<(String, String)>,
    system: String,
    problem: Option<String>,
    counts: Vec<(String, String, bool)>,
    lines: Vec<Line>,
    more: Option<More>,
    run: Option<Button>,
    undo: Option<Confirm>,
    notice: Option<Notice>,
}

struct Column {
    name: String,
    samples: String,
    chosen: String,
}

/// What lines have in common: the client or the fault, what is done with them, and the people in them.
struct Line {
    outcome: String,
    words: String,
    people: Vec<String>,
    remark: String,
    href: Option<String>,
}

/// Which lines of the report are asked for.
#[derive(Deserialize, Default)]
pub struct Asked {
    show: Option<String>,
    after: Option<u32>,
}

/// What is read of a list.
struct Seen {
    import: Import,
    fields: Vec<Field>,
    samples: Vec<ListLine>,
    counts: Vec<(String, u64)>,
    lines: Vec<ListLine>,
}

async fn seen(room: &Room, id: Id, asked: &Asked) -> Result<Seen, Failure> {
    let (show, after) = (
        asked.show.clone().unwrap_or_default(),
        asked.after.unwrap_or(0),
    );
    let found = room.store.read(move |read| {
        let Some(import) = read.maybe::<Import>(import::IMPORT, &params![id])? else {
            return Ok(None);
        };
        let lines = if show.is_empty() {
            read.all(import::LINES, &params![id, after, ON_A_PAGE + 1])?
        } else {
            read.all(import::LINES_OF, &params![id, after, ON_A_PAGE + 1, &show])?
        };
        Ok(Some(Seen {
            samples: read.all(import::LINES, &params![id, 0_u32, SAMPLES])?,
            counts: read.all(import::OUTCOMES, &params![id])?,
            lines,
            import,
            fields: import::fields(read)?,
        }))
    });
    got(found).await?.ok_or_else(gone)
}

/// A list, as it stands.
pub async fn show(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    importing(&signed)?;
    let seen = seen(&room, row_of(&id)?, &asked).await?;
    Ok(page(&import_page(frame, &seen, &asked, None)))
}

/// What a column can be.
fn uses(fields: &[Field]) -> Vec<(String, String)> {
    let shipped = Use::ALL
        .iter()
        .map(|one| (one.name().to_owned(), one.says().to_owned()));
    let own = fields
        .iter()
        .map(|field| (import::use_of(field), format!("Client: {}", field.label)));
    shipped.chain(own).collect()
}

fn import_page(frame: Frame, seen: &Seen, asked: &Asked, problem: Option<String>) -> ImportPage {
    let import = &seen.import;
    let here = format!("/clients/imports/{}", import.id);
    let state = import.state.as_str();
    let open = matches!(state, "mapping" | "checked") && import.lines > 0;
    let columns = import.columns.iter().zip(&import.uses).enumerate();
    let column = |(place, (name, chosen)): (usize, (&String, &String))| Column {
        name: name.clone(),
        samples: samples(&seen.samples, place),
        chosen: chosen.clone(),
    };
    let show = asked.show.as_deref().unwrap_or_default();
    let reported = !matches!(state, "mapping" | "checking");
    let shown: &[ListLine] = if reported { &seen.lines } else { &[] };
    let last = shown
        .get(ON_A_PAGE as usize)
        .and_then(|_| shown.get(ON_A_PAGE as usize - 1));
    let act = |words: &str, path: &str| Button::act(words, format!("{here}/{path}"), &frame.csrf);
    ImportPage {
        crumb: Crumb::new([("Clients", "/clients"), ("Import", "/clients/import")]),
        name: import.name.clone(),
        lead: format!("{} lines, {}. {}", import.lines, state_words(state), layout(&import.columns).words()),
        progress: progress(import),
        columns: if open { columns.map(column).collect() } else { Vec::new() },
        uses: uses(&seen.fields),
        problem,
        counts: counts(&here, &seen.counts, show),
        lines: grouped(import, shown.get(..ON_A_PAGE as usize).unwrap_or(shown)),
        system: import.system.clone(),
        more: last.map(|last| More {
            words: "In the order of the file".to_owned(),
            first: None,
            next: Some(format!("{here}?show={show}&after={}", last.line)),
        }),
        run: (state == "checked" && import.lines > 0).then(|| act("Take it in", "run").primary()),
        undo: (state == "done" && import.lines > 0).then(|| Confirm {
            words: "Take it back".to_owned(),
            question: "Contacts of this list are removed, what it filled in is emptied, and its clients are archived, unless somebody has worked on them since.".to_owned(),
            act: act("Take it back", "undo").danger(),
        }),
        notice: (import.lines == 0).then(|| Notice::info("The lines are no longer kept", "What they brought stays. Lines are kept for 30 days.")),
        frame: frame.titled(import.name.clone()).at("clients").showing(TOPIC),
        here,
    }
}

fn samples(lines: &[ListLine], place: usize) -> String {
    let cells = lines.iter().filter_map(|line| line.cells.get(place));
    let cells: Vec<String> = cells
        .filter(|cell| !cell.is_empty())
        .map(|cell| cell.chars().take(40).collect())
        .collect();
    cells.join(" · ")
}

fn progress(import: &Import) -> Option<Progress> {
    let heading = match import.state.as_str() {
        "checking" => "The list is being tried",
        "running" => "The list is being taken in",
        "undoing" => "The list is being taken back",
        _ => return None,
    };
    Some(Progress {
        heading: heading.to_owned(),
        words: format!(
            "{} of {} lines. You can leave this page.",
            import.at_line, import.lines
        ),
        done: u64::from(import.at_line),
        of: u64::from(import.lines),
    })
}

fn counts(here: &str, counts: &[(String, u64)], show: &str) -> Vec<(String, String, bool)> {
    let all = std::iter::once(("All lines".to_owned(), here.to_owned(), show.is_empty()));
    let each = counts.iter().map(|(outcome, count)| {
        let words = counted(*count, outcome);
        (words, format!("{here}?show={outcome}"), show == outcome)
    });
    all.chain(each).collect()
}

/// `1 new contact`, `2 new contacts`
fn counted(count: u64, outcome: &str) -> String {
    let (one, many) = match outcome {
        "client" => ("new client", "new clients"),
        "contact" => ("new contact", "new contacts"),
        "both" => ("new client with a contact", "new clients with a contact"),
        "filled" => ("known, filled in", "known, filled in"),
        "known" => ("known already", "known already"),
        "wrong" => ("to mend", "to mend"),
        "undone" => ("taken back", "taken back"),
        "kept" => ("worked on since, kept", "worked on since, kept"),
        _ => ("not looked at yet", "not looked at yet"),
    };
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Lines that say the same of the same client stand together, where the first of them stands, with who is in each.
fn grouped(import: &Import, lines: &[ListLine]) -> Vec<Line> {
    let mut groups: Vec<Vec<&ListLine>> = Vec::new();
    for line in lines {
        let alike = |group: &&mut Vec<&ListLine>| {
            group.first().is_some_and(|first| {
                (&first.outcome, &first.words, &first.remark, first.client)
                    == (&line.outcome, &line.words, &line.remark, line.client)
            })
        };
        match groups.iter_mut().find(alike) {
            Some(group) => group.push(line),
            None => groups.push(vec![line]),
        }
    }
    let named = |line: &&ListLine| {
        // The first line of the file names the columns.
        let (person, number) = (import::person_in(&import.uses, &line.cells), line.line + 1);
        if person.is_empty() || person == line.words {
            format!("line {number}")
        } else {
            format!("{person} (line {number})")
        }
    };
    let group = |group: Vec<&ListLine>| {
        let first = group.first()?;
        let client = first.client.filter(|_| import.state != "checked");
        Some(Line {
            outcome: counted(group.len() as u64, &first.outcome),
            words: first.words.clone(),
            people: group.iter().map(named).collect(),
            remark: first.remark.clone(),
            href: client.map(|client| format!("/clients/{client}")),
        })
    };
    groups.into_iter().filter_map(group).collect()
}

/// What the columns are.
#[derive(Deserialize)]
pub struct Mapping {
    uses: Vec<String>,
    system: Option<String>,
}

/// Says what the columns are, and has the list tried.
pub async fn map(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Path(id): Path<String>,
    form: Form<Mapping>,
) -> Result<Response, Failure> {
    let scope = importing(&signed)?;
    let id = row_of(&id)?;
    let mut before = seen(&room, id, &Asked::default()).await?;
    let (mapping, filled) = match form.read() {
        Ok(read) => read,
        Err(filled) => {
            let (uses, system) = (Vec::new(), None);
            (Mapping { uses, system }, filled)
        }
    };
    let step = room.step(Who::Person(signed.person.0));
    let (uses, system) = (mapping.uses.clone(), mapping.system.clone());
    let mapped = room
        .store
        .write(move |tx| map_import(tx, &step, &scope, (id, &uses, system.as_deref())))
        .await;
    if let Err(error) = mapped {
        let filled = error.refused().onto(filled)?;
        let words = filled
            .error("uses")
            .unwrap_or("The list stands elsewhere by now. Load the page again.")
            .to_owned();
        if mapping.uses.len() == before.import.columns.len() {
            before.import.uses = mapping.uses;
        }
        before.import.system = mapping.system.unwrap_or(before.import.system);
        return Ok(unprocessable(&import_page(
            frame,
            &before,
            &Asked::default(),
            Some(words),
        )));
    }
    room.any_changed();
    // To the head of the page, where it stands what comes of it.
    Ok(back(
        &format!("/clients/imports/{id}#stands"),
        Flash::said("The list is being tried. Nothing is taken in yet."),
    ))
}

/// A command on a list: taking it in, or back.
type Turn = fn(&Write<'_>, &Step, &Scope, Id) -> Result<(), ClientError>;

async fn turn(room: &Room, signed: &Signed, id: &str, turn: Turn) -> Result<Response, Failure> {
    let scope = importing(signed)?;
    let id = row_of(id)?;
    let step = room.step(Who::Person(signed.person.0));
    let turned = room
        .store
        .write(move |tx| turn(tx, &step, &scope, id))
        .await;
    turned.map_err(|error| match error {
        ClientError::Missing => gone(),
        other => refused(other),
    })?;
    room.any_changed();
    Ok(back(
        &format!("/clients/imports/{id}"),
        Flash::said("It has begun."),
    ))
}

/// Takes the list in.
pub async fn run(
    State(room): State<Room>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    turn(&room, &signed, &id, run_import).await
}

/// Takes it back.
pub async fn undo(
    State(room): State<Room>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    turn(&room, &signed, &id, undo_import).await
}
