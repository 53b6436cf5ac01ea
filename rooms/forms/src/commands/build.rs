//! Building forms: the design is changed as often as it takes, and filled in as the version that was published.

use kept_accounts::access::Scope;
use kept_kernel::Instant;
use kept_language::Register;
use kept_store::{StoreError, Write, params};
use kept_visitors::{SITES_LIKE, sites};

use super::{FormError, Step};
use crate::model::{
    CONSENT, DOCUMENTS, Design, Field, FieldKind, FormId, FormKind, FormRow, LONGEST_LINE,
    LONGEST_TEXT, MOST_FIELDS, TARGETS,
};
use crate::{queries, texts};

/// The form as it stands, held until the transaction ends.
fn held(tx: &Write<'_>, scope: &Scope, id: FormId) -> Result<FormRow, FormError> {
    scope.confirm(tx)?;
    tx.execute(queries::HOLD, &params![id])?;
    queries::form(tx, id)?.ok_or(FormError::Missing)
}

/// Makes a form, with the fields that its kind begins with. `scope` is that of writing templates.
///
/// # Errors
///
/// [`FormError`]
pub fn make_form(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    (id, kind, language): (FormId, FormKind, &str),
    title: &str,
) -> Result<(), FormError> {
    scope.confirm(tx)?;
    let mut design = beginning(kind, language, &step.rules.register);
    if !title.trim().is_empty() {
        title.trim().clone_into(&mut design.title);
    }
    check(&design, &step.rules.register)?;
    let text = design.text();
    let row = params![id, kind.name(), language, &text, step.at(), scope.person()];
    tx.execute(queries::ADD_FORM, &row)?;
    let detail = serde_json::json!({ "kind": kind.name() });
    Ok(step.audit(tx, "FormMade", ("form", id.0), &detail)?)
}

/// What a form of a kind begins with.
fn beginning(kind: FormKind, language: &str, register: &Register) -> Design {
    let words = texts::of(language);
    let say = |key: &str| words.say(&format!("{}.{key}", kind.name())).to_owned();
    let mut design = Design {
        title: say("title"),
        intro: say("intro"),
        ..Design::default()
    };
    let fields: &[(&str, FieldKind, bool, &str)] = match kind {
        FormKind::Intake => &[
            ("name", FieldKind::Text, true, "contact.name"),
            ("position", FieldKind::Text, false, "contact.position"),
            ("phone", FieldKind::Text, false, "contact.phone"),
            ("company", FieldKind::Text, true, "client.name"),
            ("address", FieldKind::LongText, false, "client.address"),
            ("country", FieldKind::Text, false, "client.country"),
            ("industry", FieldKind::Text, false, "client.industry"),
            ("website", FieldKind::Text, false, "client.website"),
            ("goals", FieldKind::LongText, true, ""),
            ("channel", FieldKind::Choice, false, "contact.channel"),
            ("style", FieldKind::Text, false, "contact.style"),
            ("requirements", FieldKind::LongText, false, ""),
            ("papers", FieldKind::Files, false, DOCUMENTS),
            ("service", FieldKind::Consent, false, "consent.service"),
            ("marketing", FieldKind::Consent, false, "consent.marketing"),
        ],
        FormKind::Feedback => &[
            ("rating", FieldKind::Rating, true, ""),
            ("why", FieldKind::LongText, false, ""),
            ("name", FieldKind::Text, false, "contact.name"),
            ("email", FieldKind::Email, false, "contact.email"),
        ],
        FormKind::Other => &[],
    };
    // Consent is asked for on the same page, as far as the vocabulary has its purposes.
    let known = |maps: &str| {
        let purpose = maps.strip_prefix(CONSENT);
        purpose.is_none_or(|one| purposes(register).iter().any(|known| known == one))
    };
    for (key, kind, required, maps) in fields.iter().filter(|(.., maps)| known(maps)) {
        design.fields.push(Field {
            id: design.free_id(),
            kind: *kind,
            label: say(key),
            help: say(&format!("{key}_help")),
            required: *required,
            choices: match *key {
                "channel" => ["phone", "email", "letter"].map(str::to_owned).to_vec(),
                _ => Vec::new(),
            },
            maps: (*maps).to_owned(),
        });
    }
    design
}

/// What consent can be asked for, in the words of the vocabulary.
pub(crate) fn purposes(register: &Register) -> &[String] {
    let fact = register
        .noun("consent")
        .and_then(|noun| register.fact(noun, "purpose"));
    fact.map_or(&[], |fact| register[fact].values.as_slice())
}

/// What is wrong with where a field goes to.
fn astray(field: &Field, register: &Register) -> Option<&'static str> {
    let is_fact = TARGETS.iter().any(|(key, _)| *key == field.maps);
    let purpose = field.maps.strip_prefix(CONSENT);
    match field.maps.as_str() {
        "" => None,
        DOCUMENTS if field.kind.is_file() => None,
        DOCUMENTS => Some("Only files are laid among the documents."),
        _ if purpose.is_some() && field.kind != FieldKind::Consent => {
            Some("Only a consent to tick becomes a consent in the record.")
        }
        _ if purpose.is_some_and(|one| purposes(register).iter().any(|known| known == one)) => None,
        _ if field.kind.is_file() => Some("Files stay in the answer, or go to the documents."),
        maps if is_fact || maps.starts_with("own.") => None,
        _ => Some("Choose one of the list."),
    }
}

fn check(design: &Design, register: &Register) -> Result<(), FormError> {
    let mut wrong = Vec::new();
    let mut line = |field, text: &str, most: usize, needed: bool| {
        if needed && text.trim().is_empty() {
            wrong.push((
                field,
                "Write this, so that people know what it is.".to_owned(),
            ));
        } else if text.chars().count() > most {
            wrong.push((field, format!("Shorten this to {most} letters.")));
        }
    };
    line("title", &design.title, LONGEST_LINE, true);
    line("intro", &design.intro, LONGEST_TEXT, false);
    line("thanks", &design.thanks, LONGEST_TEXT, false);
    for field in &design.fields {
        line("label", &field.label, 2_000, true);
        line("help", &field.help, 2_000, false);
    }
    for field in &design.fields {
        if field.kind.has_choices() && field.choices.len() < 2 {
            let words = "Write at least two choices, one a line.".to_owned();
            wrong.push(("choices", words));
        }
        if let Some(words) = astray(field, register) {
            wrong.push(("maps", words.to_owned()));
        }
    }
    if design.fields.len() > MOST_FIELDS {
        wrong.push(("label", format!("A form has {MOST_FIELDS} fields at most.")));
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(FormError::Fields(wrong))
    }
}

/// Changes the design of the form that has this revision.
///
/// # Errors
///
/// [`FormError`]
pub fn change_design(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    (id, revision): (FormId, u32),
    (design, language): (&Design, &str),
) -> Result<(), FormError> {
    let form = held(tx, scope, id)?;
    if form.revision != revision {
        return Err(FormError::Changed);
    }
    check(design, &step.rules.register)?;
    let text = design.text();
    let row = params![id, revision, &text, language];
    if tx.execute(queries::SET_DESIGN, &row)? == 0 {
        return Err(FormError::Changed);
    }
    let detail = serde_json::json!({ "fields": design.fields.len() });
    Ok(step.audit(tx, "FormChanged", ("form", id.0), &detail)?)
}

/// Makes a version of the design as it stands: it is what is filled in from now on.
///
/// # Errors
///
/// [`FormError`]
pub fn publish(tx: &Write<'_>, step: &Step, scope: &Scope, id: FormId) -> Result<u32, FormError> {
    let form = held(tx, scope, id)?;
    if form.design.fields.is_empty() {
        return Err(FormError::State("Add a field first."));
    }
    if form.published.as_ref() == Some(&form.design) {
        return Err(FormError::State(
            "Nothing has changed since the last version.",
        ));
    }
    let version = form.version + 1;
    let text = form.design.text();
    let row = params![id, version, &text, step.at(), scope.person()];
    tx.execute(queries::ADD_VERSION, &row)?;
    tx.execute(queries::SET_VERSION, &params![id, version])?;
    let detail = serde_json::json!({ "version": version });
    step.audit(tx, "FormPublished", ("form", id.0), &detail)?;
    Ok(version)
}

/// Lets anybody fill a form in, or nobody; and says which sites may show it within their pages.
///
/// # Errors
///
/// [`FormError`]
pub fn open_door(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    (id, open): (FormId, bool),
    shown_on: &str,
) -> Result<(), FormError> {
    let form = held(tx, scope, id)?;
    let Some(sites) = sites(shown_on) else {
        return Err(FormError::Fields(vec![("sites", SITES_LIKE.to_owned())]));
    };
    if open && form.version == 0 {
        return Err(FormError::State("Publish a version first."));
    }
    let public_at: Option<Instant> = open.then(|| form.public_at.unwrap_or_else(|| step.at()));
    tx.execute(queries::SET_DOOR, &params![id, public_at, &sites])?;
    let act = if open { "FormOpened" } else { "FormClosed" };
    let detail = serde_json::json!({ "sites": sites });
    Ok(step.audit(tx, act, ("form", id.0), &detail)?)
}

/// A personal form that has not come back is asked for again after so many working days at most.
const LONGEST_WAIT: u32 = 20;
/// And so often.
const MOST_TIMES: u32 = 5;

/// Says after how many working days a personal form is asked for again, and how often at most.
///
/// # Errors
///
/// [`FormError`]
pub fn set_reminders(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    id: FormId,
    (days, times): (u32, u32),
) -> Result<(), FormError> {
    held(tx, scope, id)?;
    if !(1..=LONGEST_WAIT).contains(&days) || times > MOST_TIMES {
        let words = format!("Write 1 to {LONGEST_WAIT} working days, and 0 to {MOST_TIMES} times.");
        return Err(FormError::Fields(vec![("days", words)]));
    }
    tx.execute(queries::SET_REMINDERS, &params![id, days, times])?;
    let detail = serde_json::json!({ "days": days, "times": times });
    Ok(step.audit(tx, "FormRemindersSet", ("form", id.0), &detail)?)
}

/// Takes a form out of use. Its answers stay.
///
/// # Errors
///
/// [`FormError`]
pub fn retire(tx: &Write<'_>, step: &Step, scope: &Scope, id: FormId) -> Result<(), FormError> {
    held(tx, scope, id)?;
    tx.execute(queries::RETIRE, &params![id, step.at()])?;
    let nothing = serde_json::json!({});
    Ok::<_, StoreError>(step.audit(tx, "FormRetired", ("form", id.0), &nothing)?)
        .map_err(FormError::Store)
}
