//! A template with what is known of a real client in its fields.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use kept_accounts::Signed;
use kept_accounts::access::Action;
use kept_clients::read::{self, ClientCard, ContactCard};
use kept_store::StoreError;
use kept_ui::parts::Crumb;
use kept_ui::{Failure, Frame, Html, page, prose};
use kept_wording::merge::merge;
use serde::Deserialize;

use super::{day, found, got, id_of, reading};
use crate::room::Room;

/// Whose name or address begins with this.
#[derive(Deserialize, Default)]
pub struct Asked {
    #[serde(default)]
    client: String,
}

#[derive(askama::Template)]
#[template(path = "templates/preview.html")]
struct PreviewPage {
    frame: Frame,
    crumb: Crumb,
    here: String,
    name: String,
    asked: String,
    /// Whom it is tried on.
    whom: Option<String>,
    /// Nobody is called so.
    nobody: bool,
    subject: String,
    text: Html,
    gaps: Vec<String>,
}

/// The page.
pub async fn preview(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    reading(&signed)?;
    let id = id_of(&id)?;
    let of = found(&room, id).await?;
    let scope = signed.scope(Action::ReadClients);
    let words = asked.client.trim().to_owned();
    let wanted = words.clone();
    let whom = room.store.read(move |read| {
        if wanted.is_empty() || scope.is_nothing() {
            return Ok(None);
        }
        let Some(client) = read::pick(read, &scope, &wanted, 1)?.into_iter().next() else {
            return Ok(None);
        };
        let contact = read::contacts_of(read, client.id)?.into_iter().next();
        Ok::<_, StoreError>(Some((client, contact)))
    });
    let whom: Option<(ClientCard, Option<ContactCard>)> = got(whom).await?;
    let (client, contact) = match &whom {
        Some((client, contact)) => (Some(client), contact.as_ref()),
        None => (None, None),
    };
    let first = |name: &str| {
        name.split_whitespace()
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    let name = contact.map(|one| one.name.clone()).unwrap_or_default();
    let owner = client.and_then(|one| one.owner.as_ref());
    let values = [
        ("contact.first_name", first(&name)),
        ("contact.name", name),
        (
            "client.name",
            client.map(|one| one.name.clone()).unwrap_or_default(),
        ),
        ("my.name", signed.name.clone()),
        ("my.first_name", first(&signed.name)),
        (
            "account_manager",
            owner.map(|(_, name)| name.clone()).unwrap_or_default(),
        ),
        (
            "company",
            read::company(&room.rules.now()).unwrap_or_default(),
        ),
        ("today", day(room.world.now(), &room.zone())),
    ];
    let known: Vec<(&str, &str)> = values
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let (subject, body) = (merge(&of.subject, &known), merge(&of.body, &known));
    let mut gaps = subject.gaps;
    for gap in body.gaps {
        if !gaps.contains(&gap) {
            gaps.push(gap);
        }
    }
    let here = format!("/templates/{id}");
    Ok(page(&PreviewPage {
        crumb: Crumb::new([("Templates", "/templates"), (&*of.name, &*here)]),
        whom: whom.as_ref().map(|(client, contact)| match contact {
            Some(contact) => format!("{} of {}", contact.name, client.name),
            None => client.name.clone(),
        }),
        nobody: whom.is_none() && !words.is_empty(),
        asked: words,
        subject: subject.text,
        text: prose::prose(&body.text),
        gaps,
        frame: frame
            .titled(format!("{} on a client", of.name))
            .at("requests"),
        name: of.name,
        here,
    }))
}
