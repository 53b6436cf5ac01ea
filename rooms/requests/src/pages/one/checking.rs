//! The look at an answer, beside its words: remarks, promises, and when we write again. With a script it comes by itself, half a second
//! after typing stops, and is a part of the page alone; without one the button shows the page again. What is looked at is kept as a
//! draft of whoever writes.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use jiff::tz::TimeZone;
use kept_accounts::Signed;
use kept_clients::read::ContactCard;
use kept_journal::InForce;
use kept_kernel::Instant;
use kept_ui::parts::ClauseMark;
use kept_ui::{Failure, Filled, Form, Frame, page, unprocessable};
use kept_wording::{Looked, Promise};

use super::super::act::Fields;
use super::super::{civil, got, id_of, mark_of_rule, missing, reading, short};
use super::composing::LEFT_OUT;
use super::{Shown, shown_page};
use crate::drafts::{self, Draft};
use crate::model::{RequestId, instant_of};
use crate::room::{Room, by};
use crate::wording;

/// What was found, as it is shown. A part of the composer, and by itself what its frame gets.
#[derive(Default, Template)]
#[template(path = "requests/checked.html")]
pub(in crate::pages) struct Checked {
    /// Where it is looked at again.
    pub(in crate::pages) way: String,
    /// What a template has left to fill in.
    pub(in crate::pages) gaps: Vec<String>,
    pub(in crate::pages) remarks: Vec<RemarkShown>,
    pub(in crate::pages) promises: Vec<PromiseShown>,
    /// When to write again, where nothing is promised: `Wed 4 Feb, 17:00`, and for the field.
    pub(in crate::pages) proposed: Option<(String, String)>,
    /// When we write again, as the field has it.
    pub(in crate::pages) update: String,
    /// It was looked at, and nothing was remarked.
    pub(in crate::pages) clear: bool,
    /// The way that the contact prefers, where the answer goes by another one: who, and which.
    pub(in crate::pages) other_way: Option<(String, String)>,
    /// Why it goes by another one.
    pub(in crate::pages) otherwise: String,
    /// What is missing there.
    pub(in crate::pages) unsaid: Option<String>,
    /// The clause by which a promise is owed.
    pub(in crate::pages) clause: Option<ClauseMark>,
}

/// Its own template has escaped what is in it.
impl askama::filters::HtmlSafe for Checked {}

/// A remark.
pub(in crate::pages) struct RemarkShown {
    pub(in crate::pages) heading: &'static str,
    pub(in crate::pages) words: String,
    pub(in crate::pages) why: String,
    pub(in crate::pages) instead: String,
}

/// A promise.
pub(in crate::pages) struct PromiseShown {
    pub(in crate::pages) words: String,
    /// `Fri 27 Nov, 17:00`
    pub(in crate::pages) when: String,
    /// For the field.
    pub(in crate::pages) civil: String,
    /// Whether the field says it already.
    pub(in crate::pages) said: bool,
    /// Whether it is to be recorded.
    pub(in crate::pages) recorded: bool,
}

/// So much of what a remark points at is repeated.
const WORDS: usize = 60;

/// Looks at an answer.
pub async fn check(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Path(id): Path<String>,
    headers: HeaderMap,
    form: Form<Fields>,
) -> Result<Response, Failure> {
    let scope = reading(&signed)?;
    let id = id_of(&id)?;
    let (fields, filled) = match form.read() {
        Ok(read) => read,
        Err(filled) => {
            let shown = Shown::with(filled);
            let again = shown_page(&room, &signed, frame, id, shown).await?;
            return Ok(unprocessable(&again));
        }
    };
    let (me, now) = (signed.person, room.world.now());
    let around = room
        .store
        .read(move |read| wording::around(read, &scope, (id, me), now));
    let around = got(around).await?.ok_or_else(missing)?;
    keep(&room, &signed, id, &fields).await?;
    let checked = looked_at(&room, &around, &fields, now).at(format!("/requests/{id}"));
    if is_frame(&headers) {
        return Ok(page(&checked));
    }
    let update = checked.update.clone();
    let shown = Shown {
        filled: Some(filled.replaced("update_at", &update)),
        checked: Some(checked),
        ..Shown::default()
    };
    Ok(page(&shown_page(&room, &signed, frame, id, shown).await?))
}

/// Whether only the frame of the composer is asked for.
pub(in crate::pages) fn is_frame(headers: &HeaderMap) -> bool {
    headers.contains_key("turbo-frame")
}

/// Keeps what was begun, for whoever may send it.
async fn keep(room: &Room, signed: &Signed, id: RequestId, fields: &Fields) -> Result<(), Failure> {
    let Some(opened) = fields.opened().filter(|_| !by(signed).handle.is_nothing()) else {
        return Ok(());
    };
    let (me, now) = (signed.person, room.world.now());
    let draft = Draft::from([
        ("text".to_owned(), fields.words().to_owned()),
        ("cc_to".to_owned(), fields.cc_to().to_owned()),
        (LEFT_OUT.to_owned(), fields.left_out()),
        (
            "from".to_owned(),
            fields.from().unwrap_or_default().to_owned(),
        ),
        (
            "update_at".to_owned(),
            fields.update().unwrap_or_default().to_owned(),
        ),
    ]);
    let kept = room
        .store
        .write(move |tx| drafts::keep(tx, (me, &drafts::on(id)), &draft, (opened, now)));
    got(kept).await
}

/// What there is to say about the fields of a composer.
pub(in crate::pages) fn looked_at(
    room: &Room,
    around: &wording::Around,
    fields: &Fields,
    now: Instant,
) -> Checked {
    let (rules, zone) = (room.rules.now(), room.zone());
    let update = fields.promise().or(fields.update()).unwrap_or_default();
    let next_at = instant_of(update, &zone);
    let text = fields.words();
    let looked = around.look(&rules, (text, next_at), now);
    let proposed = around.next_word(&rules, now);
    let mut checked = shown(fields, &looked, (proposed, next_at), &zone);
    update.clone_into(&mut checked.update);
    fields
        .otherwise()
        .unwrap_or_default()
        .clone_into(&mut checked.otherwise);
    checked.clause = Some(clause(&rules));
    let way = fields.way();
    checked.other_way = around.contact.as_ref().and_then(|one| other_way(one, way));
    checked
}

impl Checked {
    /// With what is known of a contact before anything is written.
    pub(in crate::pages) fn before(contact: Option<&ContactCard>, form: &Filled) -> Self {
        let way = match form.value("channel") {
            "" => "email",
            way => way,
        };
        Self {
            other_way: contact.and_then(|one| other_way(one, way)),
            update: form.value("update_at").to_owned(),
            otherwise: form.value("otherwise").to_owned(),
            unsaid: form.error("otherwise").map(str::to_owned),
            ..Self::default()
        }
    }

    /// Of the composer of this page.
    pub(in crate::pages) fn at(self, way: String) -> Self {
        Self { way, ..self }
    }
}

/// The clause by which promises are owed.
fn clause(rules: &InForce) -> ClauseMark {
    mark_of_rule(rules, "CE", "promise").0
}

/// Who prefers which way, where this is another one.
fn other_way(contact: &ContactCard, way: &str) -> Option<(String, String)> {
    let prefers = contact.channel.as_deref()?;
    (prefers != way).then(|| (contact.name.clone(), prefers.to_owned()))
}

fn shown(
    fields: &Fields,
    looked: &Looked,
    (proposed, next_at): (Instant, Option<Instant>),
    zone: &TimeZone,
) -> Checked {
    let text = fields.words();
    let remarks = looked.remarks.iter().map(|one| RemarkShown {
        heading: one.kind.heading(),
        words: begin(text.get(one.range.clone()).unwrap_or_default()),
        why: one.why.clone(),
        instead: one.instead.join("” or “"),
    });
    let promise = |one: &Promise| {
        let words = begin(text.get(one.range.clone()).unwrap_or_default());
        let civil_due = civil(one.due, zone);
        PromiseShown {
            when: short(one.due, zone),
            said: next_at.is_some_and(|next| civil(next, zone) == civil_due),
            recorded: fields.records(&civil_due, &words),
            civil: civil_due,
            words,
        }
    };
    let promises: Vec<PromiseShown> = looked.promises.iter().map(promise).collect();
    let is_open = promises.is_empty() && next_at.is_none() && !text.trim().is_empty();
    Checked {
        clear: looked.remarks.is_empty() && !text.trim().is_empty(),
        gaps: kept_wording::merge::unfilled(text),
        remarks: remarks.collect(),
        proposed: is_open.then(|| (short(proposed, zone), civil(proposed, zone))),
        promises,
        ..Checked::default()
    }
}

/// The beginning of some words, on one line.
fn begin(words: &str) -> String {
    let line: Vec<&str> = words.split_whitespace().collect();
    let line = line.join(" ");
    if line.chars().count() <= WORDS {
        return line;
    }
    let begin: String = line.chars().take(WORDS).collect();
    format!("{begin} …")
}

/// `email, short, figures first`
pub(in crate::pages) fn prefers(contact: &ContactCard) -> Option<String> {
    let both = [contact.channel.as_deref(), contact.style.as_deref()];
    let both: Vec<&str> = both.into_iter().flatten().collect();
    (!both.is_empty()).then(|| both.join(", "))
}
