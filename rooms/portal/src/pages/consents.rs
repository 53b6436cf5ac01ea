//! What a client allows us to do with its data: given and withdrawn, per purpose, with the words that it read.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use kept_journal::audit::Who;
use kept_rooms::Refusal as _;
use kept_ui::{Failure, Flash, Form, Frame, page, see_other};
use serde::Deserialize;

use super::{Shell, code, got, local, missing};
use crate::commands::{PortalError, give_consent, withdraw_consent};
use crate::model::{Consent, ForWhat};
use crate::session::Client;
use crate::{Room, queries, texts};

#[derive(Template)]
#[template(path = "portal/consents.html")]
struct ConsentsPage {
    frame: Frame,
    shell: Shell,
    acts: bool,
    purposes: Vec<PurposeLine>,
    earlier: Vec<String>,
}

/// A purpose, and how it stands.
struct PurposeLine {
    name: &'static str,
    title: &'static str,
    wording: String,
    /// Since when it is allowed.
    since: Option<String>,
}

/// What is allowed and what was.
pub(super) async fn show(
    State(room): State<Room>,
    client: Client,
    frame: Frame,
) -> Result<Response, Failure> {
    let contact = client.contact();
    let read = room
        .store
        .read(move |read| queries::consents(read, contact));
    let (all, zone) = (got(read).await?, room.zone());
    let (words, company) = (client.words(), client.guest.company.clone());
    let when = |at| words.tongue().moment(&local(at, &zone));
    let purpose = |what: ForWhat| {
        let stands = |one: &&Consent| one.purpose == what.name() && one.withdrawn_at.is_none();
        let given = all.iter().find(stands);
        PurposeLine {
            name: what.name(),
            title: words.say(&format!("consent.{}.title", what.name())),
            // What was agreed to is shown as it was read then.
            wording: given.map_or_else(
                || texts::wording(words.tongue(), what, &company),
                |one| one.wording.clone(),
            ),
            since: given.map(|one| words.with("consents.since", &[("when", &when(one.given_at))])),
        }
    };
    let ended = all.iter().filter_map(|one| {
        let title = words.say(&format!("consent.{}.title", one.purpose));
        let (from, until) = (when(one.given_at), when(one.withdrawn_at?));
        let filled = [("what", title), ("from", &from), ("until", &until)];
        Some(words.with("consents.ended", &filled))
    });
    Ok(page(&ConsentsPage {
        frame: frame.titled(words.say("consents.title")),
        shell: client.guest.shell(),
        acts: client.may_act(),
        purposes: ForWhat::ALL.into_iter().map(purpose).collect(),
        earlier: ended.collect(),
    }))
}

#[derive(Deserialize)]
pub(super) struct Turn {
    allow: String,
}

/// Allows a purpose, or no longer.
pub(super) async fn turn(
    State(room): State<Room>,
    client: Client,
    Path(purpose): Path<String>,
    form: Form<Turn>,
) -> Result<Response, Failure> {
    let words = client.words();
    let what = ForWhat::named(&purpose).ok_or_else(|| missing(words))?;
    let Ok((turn, _)) = form.read() else {
        return Ok(see_other("/portal/consents").into_response());
    };
    let (allow, session) = (turn.allow == "yes", client.visitor.session);
    let step = room.step(Who::Contact(client.contact().0));
    let (tongue, company) = (words.tongue(), client.guest.company.clone());
    let turned = room.store.write(move |tx| {
        if allow {
            give_consent(tx, &step, session, (what, tongue, &company))
        } else {
            withdraw_consent(tx, &step, session, what)
        }
    });
    let said = match turned.await {
        Ok(()) if allow => words.say("consents.given"),
        Ok(()) => words.say("consents.withdrawn"),
        Err(PortalError::State(_)) => words.say("consents.stood"),
        Err(PortalError::Locked) => {
            code::letter(&room, &client).await?;
            let way = "/portal/code?next=/portal/consents";
            let said = Flash::said(words.say("code.sent"));
            return Ok(see_other(way).with(said).into_response());
        }
        Err(error) => return Err(error.refused().failure()),
    };
    room.changed(client.visitor.client.id);
    let way = see_other("/portal/consents").with(Flash::said(said));
    Ok(way.into_response())
}
