//! The composer of an answer: its words, its template, the look beside it. A part of the page, and by itself what its frame gets when a
//! template is put in.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use kept_accounts::Signed;
use kept_accounts::access::Action;
use kept_clients::read;
use kept_store::StoreError;
use kept_ui::form::Choice;
use kept_ui::{Failure, Filled, Form, Frame, page, unprocessable};

use super::super::act::Fields;
use super::super::{capital, civil, got, id_of, missing, reading};
use super::checking::{Checked, is_frame, looked_at};
use super::{Shown, shown_page};
use crate::model::instant_of;
use crate::queries;
use crate::room::Room;
use crate::texts::{Known, Text, filled};
use crate::wording;

/// The composer's words.
#[derive(Template)]
#[template(path = "requests/composing.html")]
pub(in crate::pages) struct Composing {
    /// Where its buttons lead.
    pub(in crate::pages) way: String,
    pub(in crate::pages) form: Filled,
    pub(in crate::pages) checked: Checked,
    /// What is offered, by occasion.
    pub(in crate::pages) offered: Vec<(String, Vec<Choice>)>,
    /// The template that the words were begun with, in words.
    pub(in crate::pages) begun_with: Option<String>,
    /// Whether it is said how it goes, and when.
    pub(in crate::pages) ways: bool,
}

/// Its own template has escaped what is in it.
impl askama::filters::HtmlSafe for Composing {}

/// The texts for a reader of a language: those in it, and in English what there is not in it.
pub(in crate::pages) fn for_reader<'t>(
    all: &'t [Text],
    language: &'t str,
) -> impl Iterator<Item = &'t Text> {
    let main = language.split(['-', '_']).next().unwrap_or_default();
    let theirs = move |one: &Text| one.language == main;
    all.iter().filter(move |text| {
        let has_own = all
            .iter()
            .any(|one| theirs(one) && one.occasion == text.occasion);
        theirs(text) || !has_own && text.language == "en"
    })
}

/// What is offered to a reader of a language, by occasion.
pub(in crate::pages) fn offered(all: &[Text], language: &str) -> Vec<(String, Vec<Choice>)> {
    let mut groups: Vec<(String, Vec<Choice>)> = Vec::new();
    for text in for_reader(all, language) {
        let choice = Choice::new(text.id.to_string(), text.name.clone());
        let occasion = capital(&text.occasion);
        match groups.iter_mut().find(|(name, _)| *name == occasion) {
            Some((_, choices)) => choices.push(choice),
            None => groups.push((occasion, vec![choice])),
        }
    }
    groups
}

/// What a template is called that words were begun with: `0192… 3` among those offered.
pub(in crate::pages) fn begun_with(all: &[Text], from: &str) -> Option<String> {
    let (id, version) = from.split_once(' ')?;
    let text = all.iter().find(|one| one.id.to_string() == id)?;
    Some(format!("{}, version {version}", text.name))
}

/// Words with those of a template: alone, or after what was written.
pub(in crate::pages) fn joined(before: &str, words: &str) -> String {
    match before.trim() {
        "" => words.to_owned(),
        before => format!("{before}\n\n{words}"),
    }
}

/// The field that holds whom a draft leaves out of those who take part: addresses, with blanks between them.
pub(in crate::pages) const LEFT_OUT: &str = "left_out";

/// Whether somebody who takes part does not read the answer: they stood there and are not ticked, or were not when it was kept. Whoever
/// came since reads it.
pub(in crate::pages) fn is_left_out(form: &Filled, email: &str) -> bool {
    let is_there = |name: &str| form.all(name).any(|one| one == email);
    let mut kept = form.all(LEFT_OUT).flat_map(str::split_whitespace);
    is_there("reader") && !is_there("cc") || kept.any(|one| one == email)
}

/// Puts a template into an answer.
pub async fn put_in(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Path(id): Path<String>,
    headers: HeaderMap,
    form: Form<Fields>,
) -> Result<Response, Failure> {
    let scope = reading(&signed)?;
    let id = id_of(&id)?;
    let (fields, filled_form) = match form.read() {
        Ok(read) => read,
        Err(filled) => {
            let shown = Shown::with(filled);
            let again = shown_page(&room, &signed, frame, id, shown).await?;
            return Ok(unprocessable(&again));
        }
    };
    let (me, now, pick) = (signed.person, room.world.now(), fields.pick());
    let texts = std::sync::Arc::clone(&room.texts);
    let clients = signed.scope(Action::ReadClients);
    let read = room.store.read(move |read| {
        let Some(request) = queries::one(read, &scope, id)? else {
            return Ok(None);
        };
        let around = wording::around(read, &scope, (id, me), now)?;
        let text = match pick {
            Some(pick) => texts.text(read, pick, None)?,
            None => None,
        };
        let client = read::client(read, &clients, request.client)?;
        let all = texts.offered(read)?;
        Ok::<_, StoreError>(around.map(|around| (request, around, text, client, all)))
    });
    let (request, around, text, client, all) = got(read).await?.ok_or_else(missing)?;
    let (rules, zone) = (room.rules.now(), room.zone());
    let typed = fields.update().and_then(|update| instant_of(update, &zone));
    let due = typed.unwrap_or_else(|| around.next_word(&rules, now));
    let known = Known {
        request: Some(&request),
        contact: around.contact.as_ref(),
        client: client.as_ref(),
        me: Some(&signed.name),
        due: Some(due),
        ..Known::default()
    };
    let (mut words, mut update) = (
        fields.words().to_owned(),
        fields.update().unwrap_or_default().to_owned(),
    );
    let mut from = filled_form.value("from").to_owned();
    if let Some(text) = &text {
        let merged = filled(&text.body, &text.language, &known, (&rules, now));
        words = joined(&words, merged.text.trim());
        from = format!("{} {}", text.id, text.version);
        if text.body.contains("{{due}}") {
            update = civil(due, &zone);
        }
    }
    let fields = fields.with_words(words.clone(), update.clone());
    let form = filled_form
        .replaced("text", &words)
        .replaced("update_at", &update)
        .replaced("from", &from);
    let way = format!("/requests/{id}");
    let checked = looked_at(&room, &around, &fields, now).at(way.clone());
    if is_frame(&headers) {
        let language = around
            .contact
            .as_ref()
            .map_or("en", |one| one.language.as_str());
        return Ok(page(&Composing {
            offered: offered(&all, language),
            begun_with: begun_with(&all, &from),
            ways: true,
            way,
            form,
            checked,
        }));
    }
    let shown = Shown {
        filled: Some(form),
        checked: Some(checked),
        ..Shown::default()
    };
    Ok(page(&shown_page(&room, &signed, frame, id, shown).await?))
}
