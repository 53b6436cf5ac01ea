//! Building forms: the design is changed as often as it takes, and filled in as the version that was published.

use kept_accounts::access::Scope;
use kept_kernel::Instant;
use kept_store::{StoreError, Write, params};

use super::{FormError, Step};
use crate::model::{
    Design, Field, FieldKind, FormId, FormKind, FormRow, LONGEST_LINE, LONGEST_TEXT, MOST_FIELDS,
    TARGETS,
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
    let mut design = beginning(kind, language);
    if !title.trim().is_empty() {
        title.trim().clone_into(&mut design.title);
    }
    check(&design)?;
    let text = design.text();
    let row = params![id, kind.name(), language, &text, step.at(), scope.person()];
    tx.execute(queries::ADD_FORM, &row)?;
    let detail = serde_json::json!({ "kind": kind.name() });
    Ok(step.audit(tx, "FormMade", ("form", id.0), &detail)?)
}

/// What a form of a kind begins with.
fn beginning(kind: FormKind, language: &str) -> Design {
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
        ],
        FormKind::Feedback => &[
            ("rating", FieldKind::Rating, true, ""),
            ("why", FieldKind::LongText, false, ""),
            ("name", FieldKind::Text, false, "contact.name"),
            ("email", FieldKind::Text, false, "contact.email"),
        ],
        FormKind::Other => &[],
    };
    for (key, kind, required, maps) in fields {
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

fn check(design: &Design) -> Result<(), FormError> {
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
        let own = field.maps.starts_with("own.");
        if field.kind.has_choices() && field.choices.len() < 2 {
            let words = "Write at least two choices, one a line.".to_owned();
            wrong.push(("choices", words));
        }
        if !field.maps.is_empty() && !own && TARGETS.iter().all(|(key, _)| *key != field.maps) {
            wrong.push(("maps", "Choose one of the list.".to_owned()));
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
    check(design)?;
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

/// The sites that may show a form, as they stand in a policy: origins with `https://`.
fn sites(text: &str) -> Option<String> {
    let plain = |site: &str| {
        let host = site.strip_prefix("https://").unwrap_or_default();
        let letters = host
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b".-:".contains(&byte));
        !host.is_empty() && host.len() < 200 && letters
    };
    let all: Vec<&str> = text.split_whitespace().collect();
    (all.len() <= 20 && all.iter().all(|site| plain(site))).then(|| all.join(" "))
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
        let words = "Write sites like https://www.company.example, with blanks between them.";
        return Err(FormError::Fields(vec![("sites", words.to_owned())]));
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
