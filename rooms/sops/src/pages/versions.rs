//! The versions of a document, and what one changed in the one before.

use askama::Template;
use axum::response::Response;
use kept_journal::InForce;
use kept_language::{ChangeKind, Document, DocumentRedline, Redline, WordChange, redline};
use kept_ui::parts::{Crumb, Notice, Views};
use kept_ui::{Failure, Frame, page};

use super::list::since;
use super::{got, modes};
use crate::queries::{DocumentRow, documents, texts};
use crate::room::Room;
use crate::set::{self, Text};

#[derive(Template)]
#[template(path = "sops/versions.html")]
struct VersionsPage {
    frame: Frame,
    crumb: Crumb,
    code: String,
    title: String,
    modes: Views,
    versions: Vec<VersionOf>,
    shipped: Option<Notice>,
    changes: Option<Changes>,
}

/// A version in the list.
struct VersionOf {
    version: String,
    since: String,
    /// Where its changes are; none for the first.
    href: Option<String>,
    current: bool,
}

/// What a version changed.
struct Changes {
    from: String,
    to: String,
    same: bool,
    values: Vec<(String, String, String)>,
    rules: Vec<RuleOf>,
    tables: Vec<String>,
    prose: String,
}

/// What became of a rule.
struct RuleOf {
    name: String,
    clause: String,
    kind: &'static str,
    slots: Vec<SlotOf>,
    notes: Vec<String>,
}

/// A slot, word by word.
struct SlotOf {
    slot: String,
    words: Vec<(&'static str, String)>,
}

/// The page.
pub async fn versions(
    room: &Room,
    in_force: &InForce,
    document: &Document,
    of: Option<i64>,
    frame: Frame,
) -> Result<Response, Failure> {
    let code = document.header.code.clone();
    let shipped = room.shipped.clone();
    let (rows, all) = got(room
        .store
        .read(move |read| Ok((documents(read)?, texts(read, &shipped)?))))
    .await?;
    let own: Vec<_> = rows.into_iter().filter(|row| row.code == code).collect();
    let margins = room.margins(vec![code.clone()]).await?;
    let open = margins.iter().flat_map(|margin| margin.values());
    let open = open.map(|figure| figure.open).sum();
    let pair = match of {
        None => None,
        Some(number) => Some(pair(&own, number).ok_or_else(|| {
            Failure::not_found(format!("There is no such version of {code}"))
                .way_on(&format!("/sops/{code}?mode=versions"), "Its versions")
        })?),
    };
    let zone = in_force.program.company_calendar().time_zone().clone();
    let last = own.last().map(|row| row.number);
    let listed = own.iter().enumerate().rev().map(|(place, row)| VersionOf {
        version: row.version.clone(),
        since: since(row.adopted_at, &zone),
        href: (place > 0).then(|| format!("/sops/{code}?mode=versions&of={}", row.number)),
        current: Some(row.number) == last,
    });
    Ok(page(&VersionsPage {
        crumb: Crumb::new([("SOPs", "/sops")]),
        title: document.header.title.clone(),
        modes: modes(room, &code, "versions", open),
        versions: listed.collect(),
        shipped: own.is_empty().then(|| {
            Notice::info(
                format!("{code} is in force as it was shipped"),
                "Once you put a version of your own in force, its changes are shown here.",
            )
        }),
        changes: pair.map(|(before, after)| changes(in_force, &all.documents, before, after)),
        frame,
        code,
    }))
}

/// A version and the one before it.
fn pair(own: &[DocumentRow], number: i64) -> Option<(&DocumentRow, &DocumentRow)> {
    let place = own.iter().position(|row| row.number == number)?;
    Some((own.get(place.checked_sub(1)?)?, own.get(place)?))
}

fn changes(in_force: &InForce, all: &[Text], before: &DocumentRow, after: &DocumentRow) -> Changes {
    let register = &in_force.register;
    // Read among the others as they are now: a sentence may name a table of another document.
    let with = |row: &DocumentRow| {
        let own = Text {
            name: row.name.clone(),
            text: row.text.clone(),
        };
        let texts: Vec<_> = all.iter().cloned().chain([own]).collect();
        set::library(register, &set::latest(register, &texts))
    };
    let redline = redline(register, &with(before), &with(after));
    let own = of_document(&redline, &after.code);
    Changes {
        from: before.version.clone(),
        to: after.version.clone(),
        same: own.is_none(),
        values: own.map_or_else(Vec::new, values),
        rules: own.map_or_else(Vec::new, |own| own.rules.iter().map(rule).collect()),
        tables: own.map_or_else(Vec::new, |own| {
            let tables = own.tables.iter();
            let lines = tables.flat_map(|table| {
                let row = |row: &String| format!("table {}: {row}", table.table);
                table.rows.iter().map(row)
            });
            lines.collect()
        }),
        prose: own.map_or_else(String::new, |own| {
            let (added, removed) = (own.prose.added, own.prose.removed);
            match (added, removed) {
                (0, 0) => String::new(),
                _ => format!("Prose: {added} lines are new, {removed} are gone."),
            }
        }),
    }
}

fn of_document<'r>(redline: &'r Redline, code: &str) -> Option<&'r DocumentRedline> {
    redline.documents.iter().find(|own| own.code == code)
}

/// Header keys and blanks: their name, before, after.
fn values(own: &DocumentRedline) -> Vec<(String, String, String)> {
    let said = |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".to_owned());
    let header = own
        .header
        .iter()
        .map(|change| (change.name.clone(), said(&change.old), said(&change.new)));
    let blanks = own
        .blanks
        .iter()
        .map(|change| (change.name.clone(), said(&change.old), said(&change.new)));
    header.chain(blanks).collect()
}

fn rule(change: &kept_language::RuleChange) -> RuleOf {
    let (old, new) = &change.clauses;
    let mut notes = change.rows.clone();
    notes.extend(change.rests_on.iter().cloned());
    if let Some(was) = &change.was_called {
        notes.push(format!("it was called {was}"));
    }
    if let Some(transition) = &change.transition {
        notes.push(transition.effect.clone());
    }
    RuleOf {
        name: change.rule.clone(),
        clause: new.clone().or_else(|| old.clone()).unwrap_or_default(),
        kind: kind(change.kind),
        slots: change
            .slots
            .iter()
            .map(|slot| SlotOf {
                slot: slot.slot.clone(),
                words: slot
                    .words
                    .iter()
                    .map(|piece| (mark(piece.change), piece.text.clone()))
                    .collect(),
            })
            .collect(),
        notes,
    }
}

const fn mark(change: WordChange) -> &'static str {
    match change {
        WordChange::Kept => "",
        WordChange::Struck => "del",
        WordChange::Added => "ins",
    }
}

const fn kind(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Added => "new",
        ChangeKind::Removed => "taken out",
        ChangeKind::Changed => "changed",
        ChangeKind::ByTable => "changed by its table",
        ChangeKind::Reworded => "worded otherwise, meaning the same",
        ChangeKind::Touched => "changed by what it rests on",
        ChangeKind::Renamed => "renamed",
        ChangeKind::Moved => "moved",
    }
}
