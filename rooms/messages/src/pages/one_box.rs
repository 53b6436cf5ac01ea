//! One mailbox: what its letters look like and where new requests go, and where its mail is fetched from, tried step by step.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use jiff::tz::TimeZone;
use kept_accounts::Signed;
use kept_accounts::queries::teams;
use kept_kernel::Id;
use kept_mail::{Protection, Stage, Step, unknown_field};
use kept_rooms::{Refusal as _, Refused};
use kept_store::{StoreError, Write, params};
use kept_ui::form::Choice;
use kept_ui::parts::{Button, Confirm, Crumb, Notice};
use kept_ui::{Failure, Filled, Flash, Form, Frame, page, see_other, unprocessable};
use serde::Deserialize;

use super::consent::{Asking, asking};
use super::mailboxes::{HERE, may};
use super::{exactly, got, id_of, zone};
use crate::consent::{Grant, grant};
use crate::error::MessagesError;
use crate::fetch::providers::PROVIDERS;
use crate::fetch::{CONSENT, Draft, Source, Typed, probe, sealed_for};
use crate::model::{Mailbox, MailboxId};
use crate::queries;
use crate::room::Room;

/// The choice to be let in with a password.
const PASSWORD: &str = "password";

#[derive(Template)]
#[template(path = "messages/mailbox.html")]
pub(super) struct MailboxPage {
    frame: Frame,
    crumb: Crumb,
    of: Mailbox,
    notices: Vec<Notice>,
    steps: Vec<Tried>,
    dress: Filled,
    teams: Vec<Choice>,
    categories: Vec<Choice>,
    source: Filled,
    providers: Vec<Choice>,
    protections: Vec<Choice>,
    ways: Vec<Choice>,
    password_hint: &'static str,
    test: Option<Button>,
    drop: Option<Confirm>,
    consent: Asking,
}

/// A step of the test.
pub(super) struct Tried {
    name: &'static str,
    state: &'static str,
    words: String,
}

/// What is known of it.
pub(super) struct Known {
    pub(super) of: Mailbox,
    source: Option<Source>,
    teams: Vec<(Id, String)>,
    /// The categories that a request can have.
    categories: Vec<String>,
    pub(super) grant: Option<Grant>,
    /// Of whoever reads the page.
    pub(super) zone: TimeZone,
}

impl Known {
    fn is_allowed(&self) -> bool {
        let grant = self.grant.as_ref();
        grant.is_some_and(|grant| grant.granted_at.is_some())
    }
}

pub(super) async fn known(room: &Room, signed: &Signed, id: MailboxId) -> Result<Known, Failure> {
    let read = room.store.read(move |read| {
        let of = queries::mailbox(read, id)?;
        let source = queries::source(read, id)?;
        let teams = teams(read)?.into_iter().map(|unit| (unit.id, unit.name));
        Ok::<_, StoreError>((of, source, teams.collect(), grant(read, id)?))
    });
    let (of, source, teams, grant) = got(read).await?;
    let of = of.ok_or_else(super::missing)?;
    Ok(Known {
        of,
        source,
        teams,
        categories: room.desk.categories(),
        grant,
        zone: zone(signed),
    })
}

/// The page.
pub async fn show(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    may(&signed)?;
    let known = known(&room, &signed, MailboxId(id_of(&id)?)).await?;
    Ok(page(&drawn(&room, frame, known, Again::None, Vec::new())))
}

fn dress(of: &Mailbox) -> Filled {
    let team = of.team.map(|team| team.to_string());
    Filled::with([
        ("signature", of.signature.clone()),
        ("team", team.unwrap_or_default()),
        ("category", of.category.clone()),
        ("plus", if of.plus { "on" } else { "" }.to_owned()),
    ])
}

fn filled(source: Option<&Source>) -> Filled {
    let Some(source) = source else {
        return Filled::with([
            ("port", "993".to_owned()),
            ("protection", "tls".to_owned()),
            ("folder", "INBOX".to_owned()),
            ("sign_in", PASSWORD.to_owned()),
        ]);
    };
    Filled::with([
        ("host", source.host.clone()),
        ("port", source.port.to_string()),
        ("protection", source.protection.word().to_owned()),
        ("user", source.user.clone()),
        ("folder", source.folder.clone()),
        ("move_to", source.move_to.clone()),
        ("sent_folder", source.sent_folder.clone()),
        (
            "sign_in",
            if source.by_consent { CONSENT } else { PASSWORD }.to_owned(),
        ),
    ])
}

/// A form of the page that was refused; none: all are as they are kept.
pub(super) enum Again {
    None,
    Dress(Filled),
    Source(Filled),
    Consent(Filled),
}

pub(super) fn drawn(
    room: &Room,
    frame: Frame,
    known: Known,
    again: Again,
    steps: Vec<Tried>,
) -> MailboxPage {
    let (mut dress, mut form, mut consent) = (
        dress(&known.of),
        filled(known.source.as_ref()),
        super::consent::filled(known.grant.as_ref()),
    );
    match again {
        Again::None => {}
        Again::Dress(kept) => dress = kept,
        Again::Source(kept) => form = kept,
        Again::Consent(kept) => consent = kept,
    }
    let here = format!("{HERE}/{}", known.of.id);
    let protection = |one: Protection| {
        let label = match one {
            Protection::Tls => "TLS, usual at port 993",
            Protection::StartTls => "STARTTLS, usual at port 143",
            Protection::None => "None: only on this machine",
        };
        Choice::new(one.word(), label)
    };
    let team = |(id, name): (Id, String)| Choice::new(id.to_string(), name);
    let nobody = Choice::new("", "As the rules of routing say");
    let is_fetched = known.source.is_some();
    let asked = asking(room, &frame, &known, consent);
    let csrf = &frame.csrf;
    MailboxPage {
        crumb: Crumb::new([("Mailboxes", HERE)]),
        notices: notices(known.source.as_ref(), &known.zone),
        steps,
        dress,
        teams: [nobody]
            .into_iter()
            .chain(known.teams.into_iter().map(team))
            .collect(),
        categories: [Choice::new("", "Somebody says it")]
            .into_iter()
            .chain(known.categories.iter().map(|one| Choice::new(one, one)))
            .collect(),
        source: form,
        providers: providers(),
        protections: Protection::ALL.map(protection).to_vec(),
        ways: vec![
            Choice::new(PASSWORD, "A password"),
            Choice::new(CONSENT, "What was allowed at its provider, below"),
        ],
        consent: asked,
        password_hint: if is_fetched {
            "One is kept, sealed. Leave this empty to keep it; another host or user needs it anew."
        } else {
            "It is kept sealed, and no page shows it again. Many providers want one made for programs."
        },
        test: is_fetched.then(|| Button::act("Test what is saved", format!("{here}/test"), csrf)),
        drop: is_fetched.then(|| Confirm {
            words: "Stop fetching".to_owned(),
            question: "No mail is fetched for it any longer. What came is kept.".to_owned(),
            act: Button::act("Stop fetching", format!("{here}/source/removal"), csrf).danger(),
        }),
        of: known.of,
        frame: frame.titled("A mailbox").at("settings"),
    }
}

/// Providers whose host need not be written.
fn providers() -> Vec<Choice> {
    let below = Choice::new("", "As written below");
    let known = PROVIDERS.iter().map(|one| Choice::new(one.word, one.name));
    [below].into_iter().chain(known).collect()
}

fn notices(source: Option<&Source>, zone: &TimeZone) -> Vec<Notice> {
    let Some(source) = source else {
        return Vec::new();
    };
    if let Some((said, advice, at)) = &source.trouble {
        let words = format!("{said}. {advice} Tried last {}.", exactly(*at, zone));
        return vec![Notice::alert("The mailbox cannot be reached", words)];
    }
    let Some(at) = source.reached_at else {
        return vec![Notice::info(
            "Nothing was fetched yet",
            "It begins within seconds. What lay there before stays there.",
        )];
    };
    let words = format!("Looked into last {}.", exactly(at, zone));
    vec![Notice::done("Mail is fetched", words)]
}

/// What its letters look like, and where new requests go.
#[derive(Deserialize)]
pub struct Dress {
    signature: Option<String>,
    team: Option<String>,
    category: Option<String>,
    plus: bool,
}

/// Saves that.
pub async fn save_dress(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Path(id): Path<String>,
    form: Form<Dress>,
) -> Result<Response, Failure> {
    let scope = may(&signed)?;
    let known = known(&room, &signed, MailboxId(id_of(&id)?)).await?;
    let again = |frame, known, kept| {
        let again = Again::Dress(kept);
        Ok(unprocessable(&drawn(
            &room,
            frame,
            known,
            again,
            Vec::new(),
        )))
    };
    let (typed, kept) = match form.read() {
        Ok(read) => read,
        Err(kept) => return again(frame, known, kept),
    };
    let (act, address) = (room.act(signed.person), known.of.address.clone());
    let categories = known.categories.clone();
    let saved = room.store.write(move |tx| {
        scope.confirm(tx)?;
        put_dress(tx, &address, &typed, &categories)?;
        let detail = serde_json::json!({ "address": address });
        Ok::<_, MessagesError>(act.write(tx, "MailboxSaved", ("mailbox", &address), &detail)?)
    });
    if let Err(error) = saved.await {
        return again(frame, known, error.refused().onto(kept)?);
    }
    let flash = Flash::said("The mailbox is saved.");
    Ok(see_other(&format!("{HERE}/{id}"))
        .with(flash)
        .into_response())
}

fn put_dress(
    tx: &Write<'_>,
    address: &str,
    typed: &Dress,
    categories: &[String],
) -> Result<(), MessagesError> {
    let text = |text: &Option<String>| text.as_deref().unwrap_or_default().trim().to_owned();
    let team = match text(&typed.team).as_str() {
        "" => None,
        team => Some(known_team(tx, team)?),
    };
    let (signature, category) = (text(&typed.signature), text(&typed.category));
    if signature.chars().count() > 2_000 {
        let words = "Shorten the signature to 2,000 letters.";
        return Err(MessagesError::Field("signature", words));
    }
    if unknown_field(&signature).is_some() {
        let words = "Only {name} can stand in braces: it is whoever writes. Write everything else without them.";
        return Err(MessagesError::Field("signature", words));
    }
    if !category.is_empty() && !categories.contains(&category) {
        let words = "Choose one of the categories.";
        return Err(MessagesError::Field("category", words));
    }
    let row = params![address, &signature, typed.plus, team, &category];
    tx.execute(queries::DRESS_MAILBOX, &row)?;
    Ok(())
}

fn known_team(tx: &Write<'_>, team: &str) -> Result<Id, MessagesError> {
    let unknown = MessagesError::Field("team", "Choose one of the teams.");
    let Ok(team) = team.parse::<Id>() else {
        return Err(unknown);
    };
    let found: Option<(Id,)> = tx.maybe(queries::TEAM_NAMED, &params![team])?;
    found.map(|(team,)| team).ok_or(unknown)
}

/// Saves where its mail is fetched from.
pub async fn save_source(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Path(id): Path<String>,
    form: Form<Typed>,
) -> Result<Response, Failure> {
    let scope = may(&signed)?;
    let known = known(&room, &signed, MailboxId(id_of(&id)?)).await?;
    let again = |frame, known, kept| {
        let again = Again::Source(kept);
        Ok(unprocessable(&drawn(
            &room,
            frame,
            known,
            again,
            Vec::new(),
        )))
    };
    let (typed, kept) = match form.read() {
        Ok(read) => read,
        Err(kept) => return again(frame, known, kept),
    };
    let draft = match typed.understood() {
        Ok(draft) => draft,
        Err(wrong) => return again(frame, known, Refused::Fields(wrong).onto(kept)?),
    };
    if draft.by_consent && !known.is_allowed() {
        let words = "Allow it at its provider first, below.".to_owned();
        let wrong = vec![kept_rooms::FieldError {
            field: "sign_in",
            words,
        }];
        return again(frame, known, Refused::Fields(wrong).onto(kept)?);
    }
    let Some(secret) = sealed(&room, &known, &draft)? else {
        let words = "Type the password for this host and user.".to_owned();
        let field = "password";
        let wrong = vec![kept_rooms::FieldError { field, words }];
        return again(frame, known, Refused::Fields(wrong).onto(kept)?);
    };
    let (act, mailbox) = (room.act(signed.person), known.of.id);
    let saved = room.store.write(move |tx| {
        scope.confirm(tx)?;
        let row = params![
            mailbox,
            &draft.host,
            i64::from(draft.port),
            draft.protection.word(),
            &draft.user,
            &secret,
            &draft.folder,
            &draft.move_to,
            act.at,
            &draft.sent_folder,
            draft.by_consent,
        ];
        tx.execute(queries::PUT_SOURCE, &row)?;
        let detail = serde_json::json!({ "host": draft.host, "port": draft.port });
        let id = mailbox.to_string();
        Ok::<_, MessagesError>(act.write(tx, "MailboxSourceSaved", ("mailbox", &id), &detail)?)
    });
    saved.await.map_err(|error| error.refused().failure())?;
    let flash = Flash::said("It is saved. Test it before you rely on it.");
    Ok(see_other(&format!("{HERE}/{id}"))
        .with(flash)
        .into_response())
}

/// The password, sealed: a new one, or the one that is kept for the same host and user; none: it is to be typed.
fn sealed(room: &Room, known: &Known, draft: &Draft) -> Result<Option<Vec<u8>>, Failure> {
    if draft.by_consent {
        // There is no password to keep.
        return Ok(Some(Vec::new()));
    }
    let Some(password) = &draft.password else {
        let kept = known.source.as_ref().filter(|kept| !kept.by_consent);
        let same = kept.filter(|kept| kept.host == draft.host && kept.user == draft.user);
        return Ok(same.map(|kept| kept.secret.clone()));
    };
    let place = sealed_for(known.of.id, &draft.host, &draft.user);
    room.sealed(&place, password.as_bytes())
        .map(Some)
        .ok_or_else(|| Failure::internal("nothing can be sealed here"))
}

/// Goes all steps with what is saved, and takes nothing.
pub async fn test(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    may(&signed)?;
    let known = known(&room, &signed, MailboxId(id_of(&id)?)).await?;
    let Some(source) = known.source.clone() else {
        return Ok(see_other(&format!("{HERE}/{id}")).into_response());
    };
    let (trying, folder) = (room.clone(), source.folder.clone());
    let steps = tokio::task::spawn_blocking(move || probe(&trying, &source))
        .await
        .map_err(Failure::internal)?;
    let tried = steps.iter().map(|step| tried(step, &folder)).collect();
    Ok(page(&drawn(&room, frame, known, Again::None, tried)))
}

fn tried(step: &Step, folder: &str) -> Tried {
    let (state, words) = match &step.trouble {
        Some(trouble) => ("overdue", format!("{}. {}", trouble.said, trouble.advice)),
        None => (
            "met",
            match step.stage {
                Stage::Folder => format!("{folder} can be read"),
                _ => "it works".to_owned(),
            },
        ),
    };
    Tried {
        name: step.stage.words(),
        state,
        words,
    }
}

/// Fetches no longer.
pub async fn drop_source(
    State(room): State<Room>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let scope = may(&signed)?;
    let (mailbox, act) = (MailboxId(id_of(&id)?), room.act(signed.person));
    let dropped = room.store.write(move |tx| {
        scope.confirm(tx)?;
        if tx.execute(queries::DROP_SOURCE, &params![mailbox])? == 0 {
            return Err(MessagesError::Missing);
        }
        let (id, nothing) = (mailbox.to_string(), serde_json::json!({}));
        Ok(act.write(tx, "MailboxSourceRemoved", ("mailbox", &id), &nothing)?)
    });
    dropped.await.map_err(|error| error.refused().failure())?;
    let flash = Flash::said("No mail is fetched for it any longer.");
    Ok(see_other(&format!("{HERE}/{id}"))
        .with(flash)
        .into_response())
}
