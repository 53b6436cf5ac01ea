//! The clauses in force, as the search finds them. They are made of the documents, not of rows: after another document came
//! into force, the program writes them anew.

use std::fmt;

use kept_journal::{InForce, Rules};
use kept_kernel::{Id, Instant};
use kept_language::Document as Sop;
use kept_search::{Document, Searchable, id_of};
use kept_store::{Read, StoreError};
use kept_ui::prose;

const KIND: &str = "clause";

/// The clauses in force, as far as they are found.
pub struct ClausesFound(pub Rules);

impl fmt::Debug for ClausesFound {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("ClausesFound")
    }
}

impl Searchable for ClausesFound {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn documents(
        &self,
        _read: &Read<'_>,
        after: Id,
        limit: u32,
    ) -> Result<Vec<Document>, StoreError> {
        let mut all = clauses(&self.0.now());
        all.retain(|clause| clause.record > after);
        all.sort_by_key(|clause| clause.record);
        all.truncate(limit as usize);
        Ok(all)
    }
}

fn clauses(in_force: &InForce) -> Vec<Document> {
    let documents = in_force.library.documents.iter();
    documents.flat_map(of_document).collect()
}

/// The document itself, found by its code and title, and each of its clauses with the text up to the next.
fn of_document(sop: &Sop) -> Vec<Document> {
    let (code, title) = (&sop.header.code, &sop.header.title);
    let mut found = vec![document(code, title, "", format!("/sops/{code}"))];
    let starts = sop.clauses.iter().map(|clause| clause.range.start);
    let ends = starts.skip(1).chain([sop.text.len()]);
    for (clause, end) in sop.clauses.iter().zip(ends) {
        let text = sop.text.get(clause.range.end..end).unwrap_or_default();
        let mark = format!("{code} {}", clause.number);
        let href = format!("/sops/{code}#{}", clause.number.replace(' ', "-"));
        found.push(document(&mark, &clause.title, &prose::plain(text), href));
    }
    found
}

fn document(mark: &str, title: &str, text: &str, href: String) -> Document {
    Document {
        kind: KIND.to_owned(),
        record: id_of(KIND, mark),
        name: Some(mark.to_owned()),
        title: title.to_owned(),
        text: text.to_owned(),
        language: "en".to_owned(),
        href,
        owner: None,
        team: None,
        circle: None,
        anyone: true,
        updated_at: Instant::MIN,
    }
}
