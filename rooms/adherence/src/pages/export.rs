//! Figures and cases as CSV, for a spreadsheet.
//!
//! INVARIANT: no cell is read as a formula by the spreadsheet that opens it.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes};
use axum::extract::{Path, Query as FromQuery, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_core::Stream;
use kept_journal::audit::{Author, AuthorError};
use kept_journal::obligations::{Asked, Owed};
use kept_kernel::Instant;
use kept_logs::CsvText;
use kept_store::{Answer, StoreError};
use kept_ui::Failure;

use super::clause::{asked, cases as read_cases, months, number_of, of_rule};
use super::overview::{counted, narrowed};
use super::said::percent;
use super::share_row::sum;
use super::view::{By, Query, View};
use super::{Act, failed, shown_or_not_found};
use crate::figures::Counts;
use crate::room::Room;
use crate::scope::{Exporter, Reach};
use crate::share::Share;
use crate::tally::Dimension;

/// So many cases are read at once.
const SLICE: u32 = 1_000;

/// The figures of all clauses.
pub async fn figures(
    State(room): State<Room>,
    FromQuery(query): FromQuery<Query>,
    reach: Reach,
    exporter: Exporter,
) -> Result<Response, Failure> {
    let shown = shown_or_not_found(&room).await?;
    let view = View::from(query).reached(&reach, &room.rules().now().directory);
    let narrowed = narrowed(&room, &shown, &view).await?;
    let target = shown.judgement.frame.target;
    let mut text = CsvText::new();
    for name in [
        "clause",
        "rule",
        "duty",
        "met",
        "met_late",
        "missed",
        "overdue",
        "pending",
        "excused",
        "cancelled",
        "cannot_be_judged",
        "share_percent",
        "low_percent",
        "high_percent",
        "verdict",
    ] {
        text.field(name);
    }
    text.end_row();
    let all = counted(&shown, &view, narrowed.as_ref(), Vec::new());
    let taken = Taken {
        act: "FiguresExported",
        object_id: String::new(),
        rows: all.len() as u64,
    };
    recorded(&room, exporter.figures, &view, taken).await?;
    for of in all {
        let (rule, counts) = (of.rule, of.counts);
        let share = Share::of(counts.met, counts.judged());
        for value in [&rule.card.clause, &rule.card.rule, &rule.card.name] {
            text.words(value);
        }
        for number in [
            counts.met,
            counts.met_late,
            counts.missed,
            counts.overdue,
            counts.pending,
            counts.excused,
            counts.cancelled,
            counts.cannot_be_judged,
        ] {
            text.plain(number);
        }
        for share in [
            share.map(|share| share.share),
            share.map(|share| share.low),
            share.map(|share| share.high),
        ] {
            text.plain(share.map_or_else(String::new, percent));
        }
        text.field(Share::standing(share, target).words()).end_row();
    }
    Ok(file("adherence.csv", Body::from(text.take())))
}

/// The cases behind a number.
pub async fn cases(
    State(room): State<Room>,
    Path((code, rule)): Path<(String, String)>,
    FromQuery(query): FromQuery<Query>,
    reach: Reach,
    exporter: Exporter,
) -> Result<Response, Failure> {
    let no_page = || Failure::not_found("There is no such page");
    let author = exporter.cases.ok_or_else(no_page)?;
    let shown = shown_or_not_found(&room).await?;
    of_rule(&shown, &code, &rule)?;
    let rules = room.rules().now();
    let view = View::from(query).reached(&reach, &rules.directory);
    let verdict = view.verdict.unwrap_or("met-late");
    let name = format!("{code}-{rule}-{verdict}.csv");
    let counts = months(&room, &shown, (&code, &rule), &view).await?;
    let counts = counts.iter().map(|row| row.counts);
    let taken = Taken {
        act: "CasesExported",
        object_id: format!("{code}/{rule}"),
        rows: number_of(counts.fold(Counts::default(), sum), verdict).unwrap_or_default(),
    };
    recorded(&room, author, &view, taken).await?;
    let asked = Asked {
        limit: SLICE,
        ..asked(
            (code, rule),
            verdict,
            view.of(&rules.directory)?,
            &shown,
            &View {
                before: None,
                ..view.clone()
            },
        )
    };
    Ok(file(&name, Body::from_stream(Cases::new(room, asked))))
}

/// What is taken out.
struct Taken {
    act: &'static str,
    object_id: String,
    rows: u64,
}

/// Writes down who takes out what, before anything is sent.
async fn recorded(room: &Room, author: Author, view: &View, taken: Taken) -> Result<(), Failure> {
    // A client may be a person, whose name does not belong in the audit.
    let client = view.by == Some(By::Dimension(Dimension::Client));
    let said = View {
        of: view.of.clone().filter(|_| !client),
        before: None,
        ..view.clone()
    };
    let detail = serde_json::json!({
        "view": said.at(""),
        "of_one_client": client && view.of.is_some(),
        "rows": taken.rows,
    });
    let act = Act {
        name: taken.act,
        object: ("rule", taken.object_id),
        detail: detail.to_string(),
    };
    act.write(room, author).await.map_err(|error| match error {
        AuthorError::Lapsed => Failure::not_found("There is no such page"),
        AuthorError::Store(error) => failed(error),
    })
}

fn file(name: &str, body: Body) -> Response {
    // Codes and rules are letters, digits and hyphens; anything else would be a header of somebody else's making.
    let name: String = name
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || "-.".contains(*c))
        .collect();
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, body).into_response()
}

/// The lines of all cases, read slice by slice as they are sent.
struct Cases {
    room: Room,
    /// What is asked for next; none: everything was read.
    next: Option<Asked>,
    coming: Option<Answer<Vec<Owed>, StoreError>>,
    ready: VecDeque<String>,
}

impl Cases {
    fn new(room: Room, asked: Asked) -> Self {
        let mut text = CsvText::new();
        for name in [
            "case",
            "kind",
            "client",
            "tier",
            "owner",
            "role",
            "version",
            "opened_at",
            "due_at",
            "discharged_at",
            "settled_at",
            "verdict",
            "used_business_s",
            "used_elapsed_s",
        ] {
            text.field(name);
        }
        text.end_row();
        Self {
            room,
            next: Some(asked),
            coming: None,
            ready: VecDeque::from([text.take()]),
        }
    }

    /// Takes a slice in, and knows what to ask for after it.
    fn take(&mut self, cases: &[Owed]) {
        let mut text = CsvText::new();
        for case in cases {
            line(&mut text, case);
        }
        self.ready.push_back(text.take());
        let last = cases.last().filter(|_| cases.len() >= SLICE as usize);
        self.next = self.next.take().zip(last).map(|(asked, last)| Asked {
            before: (last.opened_at, last.number),
            ..asked
        });
    }
}

impl Stream for Cases {
    type Item = Result<Bytes, StoreError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(text) = self.ready.pop_front() {
                return Poll::Ready(Some(Ok(text.into())));
            }
            if let Some(coming) = &mut self.coming {
                let outcome = ready!(Pin::new(coming).poll(context));
                self.coming = None;
                match outcome {
                    Ok(cases) => self.take(&cases),
                    Err(error) => {
                        self.next = None;
                        return Poll::Ready(Some(Err(error)));
                    }
                }
                continue;
            }
            let Some(asked) = self.next.clone() else {
                return Poll::Ready(None);
            };
            let answer = self.room.store().read(move |read| read_cases(read, &asked));
            self.coming = Some(answer);
        }
    }
}

fn line(text: &mut CsvText, case: &Owed) {
    let some = |text: &Option<String>| text.clone().unwrap_or_default();
    for value in [
        &case.subject,
        &case.noun,
        &some(&case.client),
        &some(&case.tier),
        &some(&case.owner),
        &case.owner_role,
        &case.version,
    ] {
        text.words(value);
    }
    let time = |at: Option<Instant>| at.map_or_else(String::new, |at| at.to_string());
    for at in [
        Some(case.opened_at),
        case.due_at,
        case.discharged_at,
        case.settled_at,
    ] {
        text.plain(time(at));
    }
    text.field(&case.verdict)
        .plain(case.more.used_business / 1_000_000)
        .plain(case.more.used_elapsed / 1_000_000)
        .end_row();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        let mut text = CsvText::new();
        for value in [
            "=1+1", "+1+1", "-1", "@x", "\t=1", " =1", "plain", "a=b", "＝1",
        ] {
            text.words(value);
        }
        text.end_row();
        assert_eq!(
            text.take(),
            "'=1+1,'+1+1,'-1,'@x,'\t=1,' =1,plain,a=b,'＝1\n"
        );
    }
}
