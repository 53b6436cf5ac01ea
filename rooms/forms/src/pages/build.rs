//! Building one form: its words, its fields in order, publishing it, opening it to anybody.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use kept_accounts::Signed;
use kept_accounts::access::{Action, Scope};
use kept_clients::read;
use kept_journal::audit::Who;
use kept_rooms::{Refusal as _, Refused};
use kept_store::StoreError;
use kept_ui::form::Choice;
use kept_ui::parts::Crumb;
use kept_ui::{Failure, Filled, Flash, Form, Frame, Tongue, page, see_other};
use serde::Deserialize;

use super::fill::fill_page;
use super::{done, got, id_of, missing, only};
use crate::Room;
use crate::commands::{
    FormError, change_design, open_door, publish as publish_by, purposes, retire as retire_by,
    set_reminders,
};
use crate::model::{CONSENT, DOCUMENTS, Design, Field, FieldKind, FormId, FormRow, TARGETS};
use crate::queries;

#[derive(Template)]
#[template(path = "forms/build.html")]
struct BuildPage {
    frame: Frame,
    crumb: Crumb,
    of: FormRow,
    form: Filled,
    may_write: bool,
    changed: bool,
    kinds: Vec<(&'static str, &'static str)>,
    targets: Vec<(String, String)>,
    tongues: Vec<Choice>,
    link: String,
    embed: String,
}

async fn of(room: &Room, id: FormId) -> Result<FormRow, Failure> {
    let found = room.store.read(move |read| queries::form(read, id));
    got(found).await?.ok_or_else(missing)
}

/// A form as it is built.
pub(super) async fn show(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    if !signed.may(Action::ReadClients) && !signed.may(Action::WriteTemplates) {
        return Err(Failure::not_found("There is no such page"));
    }
    let id = id_of(&id)?;
    let found = room.store.read(move |read| {
        let form = queries::form(read, id)?;
        Ok::<_, StoreError>(form.zip(Some(read::fields(read)?)))
    });
    let (of, own) = got(found).await?.ok_or_else(missing)?;
    let mut targets: Vec<(String, String)> = TARGETS
        .iter()
        .map(|(key, words)| ((*key).to_owned(), (*words).to_owned()))
        .collect();
    let own = own.into_iter().map(|field| {
        (
            format!("own.{}", field.id),
            format!("Client: {}", field.label),
        )
    });
    targets.extend(own);
    let rules = room.rules.now();
    targets.extend(purposes(&rules.register).iter().map(|purpose| {
        let key = format!("{CONSENT}{purpose}");
        (key, format!("Consent: {purpose}"))
    }));
    targets.push((DOCUMENTS.to_owned(), "Client: documents".to_owned()));
    let link = format!("{}/f/{id}", room.base_url);
    let form = Filled::with([
        ("title", of.design.title.clone()),
        ("intro", of.design.intro.clone()),
        ("thanks", of.design.thanks.clone()),
        ("language", of.language.clone()),
    ]);
    let embed = format!(
        "<iframe src=\"{link}/embed\" title=\"{}\" width=\"100%\" height=\"900\"></iframe>",
        of.design.title.replace('"', "")
    );
    Ok(page(&BuildPage {
        frame: frame.titled(&of.design.title).at("forms"),
        crumb: Crumb::new([("Forms", "/forms")]),
        may_write: signed.may(Action::WriteTemplates),
        changed: of.published.as_ref() != Some(&of.design),
        kinds: FieldKind::ALL
            .map(|kind| (kind.name(), kind.words()))
            .to_vec(),
        targets,
        tongues: Tongue::ALL
            .into_iter()
            .map(|one| Choice::new(one.code(), one.name()))
            .collect(),
        form,
        link,
        embed,
        of,
    }))
}

/// The form as it would be filled in. It goes nowhere.
pub(super) async fn preview(
    State(room): State<Room>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    signed.require(Action::WriteTemplates)?;
    let of = of(&room, id_of(&id)?).await?;
    let way = (String::new(), String::new());
    let shown = fill_page((&of.design, &of.language), way, (&[], &[]), &[]).previewed();
    let mut response = page(&shown);
    let policy = "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'";
    let policy = HeaderValue::from_static(policy);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}

fn back(id: FormId, said: impl Into<String>) -> Response {
    let way = format!("/forms/{id}");
    see_other(&way).with(Flash::said(said)).into_response()
}

/// Changes the design, and leads back with a word of what came of it.
async fn designed(
    room: &Room,
    (signed, scope): (&Signed, Scope),
    (id, revision): (FormId, u32),
    (design, language): (Design, String),
    said: &str,
) -> Result<Response, Failure> {
    let step = room.step(Who::Person(signed.person.0));
    let changed = room
        .store
        .write(move |tx| change_design(tx, &step, &scope, (id, revision), (&design, &language)));
    match changed.await {
        Ok(()) => {
            room.changed(None);
            Ok(back(id, said))
        }
        Err(error) => match error.refused() {
            Refused::Fields(wrong) => {
                let words: Vec<String> = wrong.into_iter().map(|one| one.words).collect();
                let words = format!("Nothing was changed. {}", words.join(" "));
                Ok(back(id, words))
            }
            Refused::Changed(words) => Ok(back(id, words)),
            other => Err(other.failure()),
        },
    }
}

#[derive(Deserialize)]
pub(super) struct WordsTyped {
    revision: u32,
    title: String,
    intro: String,
    thanks: String,
    language: String,
}

/// Changes the words of a form.
pub(super) async fn words(
    State(room): State<Room>,
    signed: Signed,
    Path(id): Path<String>,
    form: Form<WordsTyped>,
) -> Result<Response, Failure> {
    let (scope, id) = (signed.require(Action::WriteTemplates)?, id_of(&id)?);
    let typed = only(form)?;
    let of = of(&room, id).await?;
    let language = Tongue::of(&typed.language).unwrap_or_default().code();
    let design = Design {
        title: typed.title.trim().to_owned(),
        intro: typed.intro.replace("\r\n", "\n"),
        thanks: typed.thanks.replace("\r\n", "\n"),
        fields: of.design.fields,
    };
    let whole = (design, language.to_owned());
    let at = (id, typed.revision);
    designed(&room, (&signed, scope), at, whole, "The words are saved.").await
}

#[derive(Deserialize)]
pub(super) struct FieldTyped {
    revision: u32,
    kind: String,
    label: String,
    help: String,
    required: bool,
    choices: String,
    maps: String,
    #[serde(default)]
    act: Option<String>,
}

impl FieldTyped {
    fn field(&self, id: String) -> Option<Field> {
        let choices = self.choices.lines().map(str::trim);
        Some(Field {
            id,
            kind: FieldKind::named(&self.kind)?,
            label: self.label.trim().to_owned(),
            help: self.help.trim().to_owned(),
            required: self.required,
            choices: choices
                .filter(|one| !one.is_empty())
                .map(str::to_owned)
                .collect(),
            maps: self.maps.clone(),
        })
    }
}

/// Adds a field at the end.
pub(super) async fn add(
    State(room): State<Room>,
    signed: Signed,
    Path(id): Path<String>,
    form: Form<FieldTyped>,
) -> Result<Response, Failure> {
    let (scope, id) = (signed.require(Action::WriteTemplates)?, id_of(&id)?);
    let typed = only(form)?;
    let of = of(&room, id).await?;
    let mut design = of.design;
    let Some(field) = typed.field(design.free_id()) else {
        return Ok(back(
            id,
            "Nothing was added: choose what stands in the field.",
        ));
    };
    design.fields.push(field);
    let at = (id, typed.revision);
    let whole = (design, of.language);
    designed(&room, (&signed, scope), at, whole, "The field is added.").await
}

/// Changes a field, moves it, or takes it out.
pub(super) async fn change(
    State(room): State<Room>,
    signed: Signed,
    Path((id, field)): Path<(String, String)>,
    form: Form<FieldTyped>,
) -> Result<Response, Failure> {
    let (scope, id) = (signed.require(Action::WriteTemplates)?, id_of(&id)?);
    let of = of(&room, id).await?;
    let mut design = of.design;
    let place = design.fields.iter().position(|one| one.id == field);
    let place = place.ok_or_else(missing)?;
    let typed = only(form)?;
    let last = design.fields.len().saturating_sub(1);
    let said = match typed.act.as_deref() {
        Some("up") if place > 0 => {
            design.fields.swap(place, place - 1);
            "It stands higher."
        }
        Some("down") if place < last => {
            design.fields.swap(place, place + 1);
            "It stands lower."
        }
        Some("up" | "down") => "It stands there already.",
        Some("remove") => {
            design.fields.remove(place);
            "The field is taken out. Answers that have it keep it."
        }
        _ => {
            let changed = typed.field(field);
            if let (Some(one), Some(changed)) = (design.fields.get_mut(place), changed) {
                *one = changed;
            }
            "The field is changed."
        }
    };
    let at = (id, typed.revision);
    designed(&room, (&signed, scope), at, (design, of.language), said).await
}

#[derive(Deserialize)]
pub(super) struct Nothing {}

/// Makes a version of the design: it is what is filled in from now on.
pub(super) async fn publish(
    State(room): State<Room>,
    signed: Signed,
    Path(id): Path<String>,
    form: Form<Nothing>,
) -> Result<Response, Failure> {
    let (scope, id) = (signed.require(Action::WriteTemplates)?, id_of(&id)?);
    only(form)?;
    let step = room.step(Who::Person(signed.person.0));
    let published = room
        .store
        .write(move |tx| publish_by(tx, &step, &scope, id));
    match published.await {
        Ok(version) => {
            room.changed(None);
            Ok(back(
                id,
                format!("Version {version} is filled in from now on."),
            ))
        }
        Err(FormError::State(words)) => Ok(back(id, words)),
        Err(error) => Err(error.refused().failure()),
    }
}

#[derive(Deserialize)]
pub(super) struct DoorTyped {
    open: bool,
    sites: String,
}

/// Opens the form to anybody, or closes it.
pub(super) async fn door(
    State(room): State<Room>,
    signed: Signed,
    Path(id): Path<String>,
    form: Form<DoorTyped>,
) -> Result<Response, Failure> {
    let (scope, id) = (signed.require(Action::WriteTemplates)?, id_of(&id)?);
    let typed = only(form)?;
    let step = room.step(Who::Person(signed.person.0));
    let open = typed.open;
    let opened = room
        .store
        .write(move |tx| open_door(tx, &step, &scope, (id, open), &typed.sites));
    match opened.await {
        Ok(()) => {
            room.changed(None);
            Ok(back(
                id,
                if open {
                    "Anybody may fill it in."
                } else {
                    "Only by a personal link it is filled in now."
                },
            ))
        }
        Err(FormError::State(words)) => Ok(back(id, words)),
        Err(error) => match error.refused() {
            Refused::Fields(wrong) => {
                let words = wrong.into_iter().next().map(|one| one.words);
                Ok(back(id, words.unwrap_or_default()))
            }
            other => Err(other.failure()),
        },
    }
}

#[derive(Deserialize)]
pub(super) struct RemindersTyped {
    days: String,
    times: String,
}

/// Says when a personal form is asked for again, and how often.
pub(super) async fn reminders(
    State(room): State<Room>,
    signed: Signed,
    Path(id): Path<String>,
    form: Form<RemindersTyped>,
) -> Result<Response, Failure> {
    let (scope, id) = (signed.require(Action::WriteTemplates)?, id_of(&id)?);
    let typed = only(form)?;
    // What is no number is none that can stand.
    let number = |text: &str| text.trim().parse().unwrap_or(u32::MAX);
    let said = (number(&typed.days), number(&typed.times));
    let step = room.step(Who::Person(signed.person.0));
    let set = room
        .store
        .write(move |tx| set_reminders(tx, &step, &scope, id, said));
    match set.await {
        Ok(()) => {
            room.changed(None);
            Ok(back(id, "Saved. It counts from the next letter on."))
        }
        Err(error) => match error.refused() {
            Refused::Fields(wrong) => {
                let words = wrong.into_iter().next().map(|one| one.words);
                Ok(back(id, words.unwrap_or_default()))
            }
            other => Err(other.failure()),
        },
    }
}

/// Takes the form out of use.
pub(super) async fn retire(
    State(room): State<Room>,
    signed: Signed,
    Path(id): Path<String>,
    form: Form<Nothing>,
) -> Result<Response, Failure> {
    let (scope, id) = (signed.require(Action::WriteTemplates)?, id_of(&id)?);
    only(form)?;
    let step = room.step(Who::Person(signed.person.0));
    done(room.store.write(move |tx| retire_by(tx, &step, &scope, id))).await?;
    room.changed(None);
    let said = Flash::said("The form is out of use. Its answers stay.");
    Ok(see_other("/forms").with(said).into_response())
}
