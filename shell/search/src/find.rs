//! Finding: one kind of record at a time, within what the asker reaches, newest first.

use kept_kernel::{Id, Instant};
use kept_store::{Dialect, Read, StoreError, Value, params, statements};

use crate::beginnings::{self, Beginning};
use crate::documents::{ANYONE, Document, Stored, columns, kind_mark, mark_of, stored};
use crate::marks::{Marked, excerpt, marked};
use crate::place::{NUMBERS, first_row, windows_before};
use crate::query::Query;

/// Whoever belongs to more circles than this finds what is in reach along what the words find; PostgreSQL would gather all of that first.
const MOST_CIRCLES: u32 = 200;
/// SQLite looks for each circle in every part of the index, which takes as long as walking past so many documents. Up to a few it is
/// never longer.
const DOCUMENTS_OF_A_CIRCLE: u32 = 1_000;
const FEW_CIRCLES: u32 = 4;
/// So many documents that the index has not seen yet are compared one by one.
const MOST_PENDING: u32 = 200;

/// The condition that narrows to a [`Reach`]; its parameters are `$3` to `$9`.
macro_rules! within {
    () => {
        " AND ($3 OR d.owner = $4 OR d.team = $5
           OR ($6 AND (d.anyone OR d.circle IN LIST($7)
               OR EXISTS (SELECT 1 FROM document_circles c WHERE c.circle = d.circle AND c.person = $8)))
           OR d.record IN LIST($9))"
    };
}

statements! {
    NOT_INDEXED = concat!("SELECT ", columns!(), " FROM documents d WHERE d.pending AND d.kind = $1 AND d.number < $2",
        within!(), " ORDER BY d.number DESC LIMIT $10");
    LAST = "SELECT number FROM documents ORDER BY number DESC LIMIT 1";
    CIRCLES = "SELECT circle FROM document_circles WHERE person = $1 ORDER BY circle LIMIT $2";
    BY_NAME = concat!("SELECT ", columns!(), " FROM documents d WHERE d.kind = $1 AND d.folded_name = $2",
        within!(), " ORDER BY d.number DESC LIMIT $10");
    BY_RECORD = concat!("SELECT ", columns!(), " FROM documents d WHERE d.kind = $1 AND d.record = $2",
        within!(), " LIMIT $10");
}

/// Statements of SQLite alone.
pub(crate) mod sqlite {
    use crate::documents::columns;

    kept_store::statements! {
        INDEXED = concat!("SELECT ", columns!(), " FROM document_words w CROSS JOIN documents d ON d.number = w.rowid - $12
            WHERE w.document_words MATCH $1 AND w.rowid > $12 AND w.rowid < $12 + $2 AND NOT d.pending AND d.kind = $11", within!(),
            " ORDER BY w.rowid DESC LIMIT $10");
    }
}

/// Statements of PostgreSQL alone.
pub(crate) mod postgres {
    use crate::documents::columns;

    kept_store::statements! {
        /// What the words find is put in order before the documents are fetched, one by one, until they are enough. `+ 0` and `OFFSET 0`
        /// keep the server from walking through all numbers, or through all documents, instead.
        INDEXED = concat!("SELECT ", columns!(), " FROM (SELECT number + 0 AS number FROM document_words
                WHERE words @@ CAST(CAST($1 AS TEXT) AS TSQUERY) AND number + 0 < $2 ORDER BY number + 0 DESC OFFSET 0) w
            CROSS JOIN LATERAL (SELECT * FROM documents one WHERE one.number = w.number AND one.kind = $11 AND NOT one.pending OFFSET 0) d
            WHERE TRUE", within!(),
            " ORDER BY w.number DESC LIMIT $10");
    }
}

/// How far the asker reaches among the documents of a kind. It says the same as the scope of the record's own lists.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Reach {
    all: bool,
    owner: Option<Id>,
    team: Option<Id>,
    assigned: Option<Id>,
    opened: Vec<Id>,
    circles: Vec<Id>,
}

impl Reach {
    /// Every document of the kind.
    pub fn everything() -> Self {
        Self {
            all: true,
            ..Self::default()
        }
    }

    /// From the parameters of a scope, in their order: all, owner, team, assigned, opened.
    pub fn of([all, owner, team, assigned, opened]: &[Value<'_>; 5]) -> Self {
        let id = |value: &Value<'_>| match value {
            Value::Id(id) => Some(*id),
            _ => None,
        };
        let opened = match opened {
            Value::Ids(ids) => ids.to_vec(),
            _ => Vec::new(),
        };
        Self {
            all: matches!(all, Value::Bool(true)),
            owner: id(owner),
            team: id(team),
            assigned: id(assigned),
            opened,
            circles: Vec::new(),
        }
    }

    /// The asker belongs to this circle as well: their department. It counts where being assigned does.
    #[must_use]
    pub fn in_circle(mut self, circle: Option<Id>) -> Self {
        self.circles.extend(circle);
        self
    }

    /// Whether it reaches nothing.
    pub fn is_nothing(&self) -> bool {
        !self.all
            && self.opened.is_empty()
            && [self.owner, self.team, self.assigned]
                .iter()
                .all(Option::is_none)
    }

    /// The words by which the index knows what is in reach, where they are few: then it is asked for those alone, and what a word finds
    /// elsewhere costs nothing. None: everything, or so much that what a word finds is often in reach.
    fn marks(&self, read: &Read<'_>) -> Result<Option<Vec<String>>, StoreError> {
        if self.all || !self.opened.is_empty() {
            return Ok(None);
        }
        let owner = self.owner.map(|owner| mark_of('o', owner));
        let team = self.team.map(|team| mark_of('t', team));
        let mut marks: Vec<String> = owner.into_iter().chain(team).collect();
        if let Some(person) = self.assigned {
            let most = match read.dialect() {
                Dialect::Sqlite => {
                    let documents = u32::try_from(last(read)?).unwrap_or(u32::MAX);
                    (documents / DOCUMENTS_OF_A_CIRCLE).clamp(FEW_CIRCLES, MOST_CIRCLES)
                }
                Dialect::Postgres => MOST_CIRCLES,
            };
            let circles: Vec<(Id,)> = read.all(CIRCLES, &params![person, most + 1])?;
            if circles.len() > most as usize {
                return Ok(None);
            }
            marks.push(ANYONE.to_owned());
            let circles = circles.into_iter().map(|(circle,)| circle);
            let all = circles.chain(self.circles.iter().copied());
            marks.extend(all.map(|circle| mark_of('c', circle)));
        }
        Ok(Some(marks))
    }

    fn params(&self) -> [Value<'_>; 7] {
        params![
            self.all,
            self.owner,
            self.team,
            self.assigned.is_some(),
            &self.circles[..],
            self.assigned,
            &self.opened[..],
        ]
    }
}

/// Something that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// What it is.
    pub kind: String,
    /// Which one.
    pub record: Id,
    /// The number or mark by which people call it.
    pub name: Option<String>,
    /// Whether it was asked for by that name, or by its id.
    pub is_named: bool,
    /// Its title.
    pub title: Marked,
    /// Its text.
    pub text: String,
    /// Where it is shown.
    pub href: String,
    /// When it was last changed.
    pub updated_at: Instant,
}

impl Hit {
    /// The place in its text where the words stand, or its beginning.
    pub fn excerpt(&self, query: &Query) -> Marked {
        excerpt(query, &self.text)
    }
}

/// A page of what was found.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Hits {
    /// What was found; a number or name that was typed whole stands first, then the newest.
    pub hits: Vec<Hit>,
    /// Where the next page goes on; none: this is all.
    pub next: Option<i64>,
}

/// Finds documents of a kind. `after` is the [`Hits::next`] of the page before.
///
/// # Errors
///
/// As the database says.
pub fn find(
    read: &Read<'_>,
    query: &Query,
    (kind, reach): (&str, &Reach),
    after: Option<i64>,
    limit: usize,
) -> Result<Hits, StoreError> {
    if query.is_empty() || reach.is_nothing() {
        return Ok(Hits::default());
    }
    let ask = Ask {
        read,
        kind,
        reach,
        limit: limit as u32 + 1,
    };
    let before = after.unwrap_or(i64::MAX);
    let mut found = ask.indexed(query, after)?;
    let pending = Ask {
        limit: MOST_PENDING,
        ..ask
    };
    let pending = pending.all(NOT_INDEXED, [kind.into(), before.into()], &[])?;
    found.extend(
        pending
            .into_iter()
            .filter(|stored| query.matches(&stored.document)),
    );
    found.sort_by_key(|stored| std::cmp::Reverse(stored.number));
    let mut named = ask.named(query)?;
    found.retain(|stored| named.iter().all(|first| first.number != stored.number));
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|last| last.number);
    if after.is_some() {
        // They stood at the head of the first page.
        named.clear();
    }
    let named = named.into_iter().map(|stored| (true, stored));
    let found = found.into_iter().map(|stored| (false, stored));
    let hits = named
        .chain(found)
        .map(|(named, stored)| hit(query, named, stored.document));
    Ok(Hits {
        hits: hits.collect(),
        next,
    })
}

#[derive(Clone, Copy)]
struct Ask<'a> {
    read: &'a Read<'a>,
    kind: &'a str,
    reach: &'a Reach,
    limit: u32,
}

impl Ask<'_> {
    fn all(
        self,
        sql: kept_store::Sql,
        [one, two]: [Value<'_>; 2],
        more: &[Value<'_>],
    ) -> Result<Vec<Stored>, StoreError> {
        let [all, owner, team, any, circles, assigned, opened] = self.reach.params();
        let limit = self.limit.into();
        let first = [
            one, two, all, owner, team, any, circles, assigned, opened, limit,
        ];
        stored(self.read, sql, &[&first[..], more].concat())
    }

    /// What the index knows of it, the newest first.
    fn indexed(self, query: &Query, after: Option<i64>) -> Result<Vec<Stored>, StoreError> {
        let beginning = match query.beginning() {
            Some(word) => beginnings::resolve(self.read, word)?,
            None => Beginning::Indexed,
        };
        if matches!(&beginning, Beginning::Words(words) if words.is_empty()) {
            return Ok(Vec::new());
        }
        let marks = self.reach.marks(self.read)?;
        let marks = marks.as_deref();
        match self.read.dialect() {
            Dialect::Sqlite => {
                let words = query.for_sqlite(&beginning, marks);
                // Beyond all that a kind has, but not beyond what it may have.
                let before = after.unwrap_or(NUMBERS);
                let more = params![self.kind, first_row(self.kind)];
                self.all(sqlite::INDEXED, params![&words, before], &more)
            }
            Dialect::Postgres => {
                let before = match after {
                    Some(after) => after,
                    None => last(self.read)? + 1,
                };
                let windows = windows_before(self.kind, before).map(|window| window.to_vec());
                let mut found = Vec::new();
                for within in windows.chain([vec![kind_mark(self.kind)]]) {
                    let words = query.for_postgres(&beginning, &within, marks);
                    let of = params![self.kind];
                    found = self.all(postgres::INDEXED, params![&words, before], &of)?;
                    if found.len() >= self.limit as usize {
                        break;
                    }
                }
                Ok(found)
            }
        }
    }

    /// What is called so, or has this id.
    fn named(self, query: &Query) -> Result<Vec<Stored>, StoreError> {
        let mut named = self.all(BY_NAME, params![self.kind, query.name()], &[])?;
        if let Some(record) = query.record() {
            named.extend(self.all(BY_RECORD, params![self.kind, record], &[])?);
        }
        Ok(named)
    }
}

/// The number of the last document; 0: there is none.
fn last(read: &Read<'_>) -> Result<i64, StoreError> {
    let last: Option<(i64,)> = read.maybe(LAST, &[])?;
    Ok(last.map_or(0, |(last,)| last))
}

fn hit(query: &Query, is_named: bool, document: Document) -> Hit {
    Hit {
        kind: document.kind,
        record: document.record,
        name: document.name,
        is_named,
        title: marked(query, &document.title),
        text: document.text,
        href: document.href,
        updated_at: document.updated_at,
    }
}
