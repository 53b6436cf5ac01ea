//! Sending a log: the form, and the file as it comes.

use askama::Template;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, http::HeaderMap};
use kept_journal::audit::Author;
use kept_kernel::Id;
use kept_ui::form::{Choice, Filled};
use kept_ui::parts::Crumb;
use kept_ui::{Failure, Frame, page, see_other, unprocessable};
use kept_upload::{Parts, UploadError};
use tokio::sync::mpsc;

use super::{aside, got, id_of, undone};
use crate::queries::{self, LogRow};
use crate::reading::{Reading, beginning};
use crate::room::Room;
use crate::shelf::Kind;

/// The largest log that is taken: two gigabytes, packed or not.
const MOST_BYTES: u64 = 2_000_000_000;
/// The largest mapping.
const MOST_MAPPING: usize = 256 << 10;
/// So many frames wait for the disk before the sender has to.
const WAITING: usize = 16;

#[derive(Template)]
#[template(path = "history/new.html")]
struct NewPage {
    frame: Frame,
    crumb: Crumb,
    form: Filled,
    choices: Vec<Choice>,
}

/// The form.
pub async fn form(State(room): State<Room>, frame: Frame) -> Result<Response, Failure> {
    let form = Filled::with([("mapping", "own".to_owned())]);
    Ok(page(&drawn(&room, frame, form).await?))
}

async fn drawn(room: &Room, frame: Frame, form: Filled) -> Result<NewPage, Failure> {
    let logs = got(room.store().read(queries::logs)).await?;
    let mut choices = vec![Choice::new("own", "A mapping of your own, from a file")];
    let mut seen = Vec::new();
    for log in &logs {
        if !seen.contains(&&log.mapping) {
            seen.push(&log.mapping);
            let words = format!("The one of {} ({})", log.name, log.mapping_name);
            choices.push(Choice::new(format!("log-{}", log.id), words));
        }
    }
    choices.extend(room.shipped().iter().enumerate().map(|(place, shipped)| {
        Choice::new(
            format!("shipped-{place}"),
            format!("The example for {}", shipped.name),
        )
    }));
    Ok(NewPage {
        frame: frame.titled("Import a log").at("history"),
        crumb: Crumb::new([("Imports", "/history")]),
        form,
        choices,
    })
}

/// What the form brought.
#[derive(Default)]
struct Sent {
    choice: String,
    mapping: Option<(String, String)>,
    log: Option<(String, u64)>,
}

/// Why what was sent is not taken.
enum Refused {
    /// A field needs another look.
    Field(&'static str, String),
    /// It broke off, or the disk failed.
    Failure(Failure),
}

/// Takes a log in.
pub async fn take(
    State(room): State<Room>,
    Extension(author): Extension<Author>,
    frame: Frame,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Failure> {
    let id = room.world().id();
    let sent = match receive(&room, id, &headers, request).await {
        Ok(sent) => sent,
        Err(Refused::Failure(failure)) => return Err(failure),
        Err(Refused::Field(field, words)) => {
            let form = Filled::with([("mapping", "own".to_owned())]).wrong(field, words);
            return Ok(unprocessable(&drawn(&room, frame, form).await?));
        }
    };
    let chosen = sent.choice.clone();
    let kept = keep(&room, id, sent, author).await;
    match kept {
        Ok(()) => Ok(see_other(&format!("/history/logs/{id}")).into_response()),
        Err(refused) => {
            let shelf = room.shelf().clone();
            // What cannot be thrown away now is at the next start.
            let _ = aside(move || shelf.remove(id)).await?;
            match refused {
                Refused::Failure(failure) => Err(failure),
                Refused::Field(field, words) => {
                    let form = Filled::with([("mapping", chosen)]).wrong(field, words);
                    Ok(unprocessable(&drawn(&room, frame, form).await?))
                }
            }
        }
    }
}

async fn receive(
    room: &Room,
    id: Id,
    headers: &HeaderMap,
    request: Request,
) -> Result<Sent, Refused> {
    let mut parts = Parts::new(headers, request.into_body())?;
    let mut sent = Sent::default();
    while let Some(head) = parts.next().await? {
        let file = head.file.filter(|name| !name.is_empty());
        match (head.name.as_str(), file) {
            ("mapping", None) => sent.choice = parts.text(200).await?,
            ("own", Some(name)) => {
                let text = parts
                    .text(MOST_MAPPING)
                    .await
                    .map_err(|error| match error {
                        UploadError::TooLong => Refused::Field(
                            "own",
                            "A mapping has at most 256 kB. Is this the log?".to_owned(),
                        ),
                        other => other.into(),
                    })?;
                sent.mapping = Some((name, text));
            }
            ("log", Some(name)) if sent.log.is_none() => {
                let bytes = to_shelf(room, id, &mut parts).await?;
                sent.log = Some((name, bytes));
            }
            _ => {}
        }
    }
    Ok(sent)
}

/// Writes a part to the shelf as it comes. The sender waits where the disk is slower.
async fn to_shelf(room: &Room, id: Id, parts: &mut Parts) -> Result<u64, Refused> {
    let (give, mut take) = mpsc::channel::<Option<Bytes>>(WAITING);
    let shelf = room.shelf().clone();
    let writing = tokio::task::spawn_blocking(move || {
        let mut coming = shelf.write(id, Kind::Log)?;
        // Without the word that it is whole, nothing is kept.
        while let Some(next) = take.blocking_recv() {
            match next {
                Some(bytes) => coming.add(&bytes)?,
                None => return coming.keep().map(Some),
            }
        }
        Ok::<_, std::io::Error>(None)
    });
    let mut bytes = 0;
    let mut whole = Ok(());
    loop {
        match parts.chunk().await {
            Ok(Some(chunk)) => {
                bytes += chunk.len() as u64;
                if bytes > MOST_BYTES {
                    whole = Err(Refused::Field(
                        "log",
                        "The file is larger than 2 GB. Pack it with gzip, or send it in parts."
                            .to_owned(),
                    ));
                    break;
                }
                if give.send(Some(chunk)).await.is_err() {
                    break;
                }
            }
            Ok(None) => {
                // Where the writer has failed, it says so itself.
                let _ = give.send(None).await;
                break;
            }
            Err(error) => {
                whole = Err(error.into());
                break;
            }
        }
    }
    drop(give);
    let written = writing
        .await
        .map_err(|error| Refused::Failure(Failure::internal(error)))?;
    whole?;
    match written {
        Ok(Some(bytes)) => Ok(bytes),
        Ok(None) => Err(UploadError::BrokenOff.into()),
        Err(error) => Err(Refused::Failure(
            Failure::internal(&error).because(
                "The log could not be written to the disk, so nothing of it was kept. Make room and send it again.",
            ),
        )),
    }
}

/// Finds the mapping, looks at the beginning of the log, and writes down that it is here.
async fn keep(room: &Room, id: Id, sent: Sent, author: Author) -> Result<(), Refused> {
    let Some((name, bytes)) = sent.log.filter(|(_, bytes)| *bytes > 0) else {
        let words = "Choose the file with the log. It must not be empty.";
        return Err(Refused::Field("log", words.to_owned()));
    };
    let (mapping_name, mapping) = chosen(room, &sent.choice, sent.mapping).await?;
    let own = room.clone();
    let done = aside(move || {
        let log = LogRow {
            id,
            name,
            bytes,
            reading: look(&own, id, &mapping),
            mapping_name,
            mapping,
            taken_at: own.world().now(),
            import: None,
            undo_begun_at: None,
            removed_at: None,
        };
        queries::add(own.store(), own.world(), &log, author)
    });
    done.await?.map_err(undone)?;
    (room.outside().changed)();
    Ok(())
}

/// What the beginning of a log gives through a mapping.
pub fn look(room: &Room, id: Id, mapping: &str) -> Reading {
    match room.shelf().read(id, Kind::Log) {
        Ok(raw) => beginning(raw, mapping, &room.rules().now()),
        Err(error) => Reading {
            problems: vec![format!("The log could not be read: {error}.")],
            ..Reading::default()
        },
    }
}

/// The mapping that was chosen: its name and text.
async fn chosen(
    room: &Room,
    choice: &str,
    own: Option<(String, String)>,
) -> Result<(String, String), Refused> {
    let absent = |words: &str| Refused::Field("own", words.to_owned());
    if let Some(own) = own {
        return Ok(own);
    }
    if let Some(place) = choice.strip_prefix("shipped-") {
        let shipped = place
            .parse()
            .ok()
            .and_then(|place: usize| room.shipped().get(place));
        let shipped = shipped.ok_or_else(|| absent("This mapping is not here any more."))?;
        return Ok((
            format!("the example for {}", shipped.name),
            shipped.text.to_owned(),
        ));
    }
    if let Some(id) = choice.strip_prefix("log-") {
        let id = id_of(id)?;
        let log = got(room.store().read(move |read| queries::log(read, id))).await?;
        let log = log.ok_or_else(|| absent("This mapping is not here any more."))?;
        return Ok((log.mapping_name, log.mapping));
    }
    Err(absent(
        "Choose the file with the mapping, or one of the mappings in the list.",
    ))
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl From<UploadError> for Refused {
    fn from(error: UploadError) -> Self {
        match error {
            UploadError::BrokenOff => Self::Failure(Failure::conflict(
                "The log did not arrive whole",
                "The connection ended before the end of the file. Nothing of it was kept; send it again.",
            )),
            UploadError::Malformed | UploadError::TooLong => Self::Failure(Failure::conflict(
                "This form cannot be read",
                "Nothing was kept. Load the page again and send the form once more.",
            )),
        }
    }
}
