//! Tables: exactly one row for each case, over the whole space.
//!
//! K501 a value without a row · K502 two rows for one case · K503 a combination without a row · K607 a cell that no
//! value fits. The space of the condition columns is cut, column by column, at the ends of the cells, and each part is
//! looked at once; a table that would take more than [`MOST_STEPS`] is left unchecked, with a message that says so.

use std::collections::BTreeSet;

use crate::ast::{Cell, CellKind, Column, ColumnKind, Row, Sentence, Table, TextRange, Value};
use crate::diagnostic::{Diagnostic, Severity, position};
use crate::read::tables_of;
use crate::register::{Fact, FactId};

use super::set::Set;
use super::space::{self, Spot, Values};

/// Steps after which a table is too large to be checked.
const MOST_STEPS: usize = 3_000_000;
/// Examples of cases without a row in one message.
const MOST_EXAMPLES: usize = 3;
/// Rows that overlap an earlier one, each with its message.
const MOST_OVERLAPS: usize = 10;

pub(super) fn check(set: &Set<'_>, says: &mut Vec<Diagnostic>) {
    let mut keys = BTreeSet::new();
    for place in &set.rules {
        if !matches!(place.sentence, Sentence::Stages(_)) {
            keys.extend(tables_of(place.sentence));
        }
    }
    for key in keys {
        if let Some((document, table)) = set.table(&key)
            && !set.has_fault(document, table.range)
        {
            one_table(set, document, table, says);
        }
    }
}

fn one_table(set: &Set<'_>, document: usize, table: &Table, says: &mut Vec<Diagnostic>) {
    let dimensions = dimensions(set, table);
    let mut boxes = Vec::new();
    let mut otherwise: Option<usize> = None;
    for (index, row) in table.rows.iter().enumerate() {
        if row
            .cells
            .iter()
            .any(|cell| matches!(cell.kind, CellKind::Otherwise))
        {
            if otherwise.replace(index).is_some() {
                says.push(
                    Diagnostic::new("K502", document, row.range, "a second row “otherwise”")
                        .because("All other cases are in one row already.")
                        .suggest("Take one of the two out."),
                );
                return;
            }
            continue;
        }
        match cells(row, &dimensions) {
            Ok(cells) => boxes.push(RowBox { index, cells }),
            Err(range) => {
                says.push(
                    Diagnostic::new("K607", document, range, "a cell that no value fits")
                        .because(
                            "The range ends before it begins, so that the row can never be chosen.",
                        )
                        .suggest("Write the smaller end first."),
                );
                return;
            }
        }
    }
    let below = otherwise.is_some_and(|index| index + 1 < table.rows.len());
    if let Some(row) = otherwise
        .and_then(|index| table.rows.get(index))
        .filter(|_| below)
    {
        says.push(not_last(document, row));
    }
    let mut walk = Walk {
        dimensions: &dimensions,
        boxes: &boxes,
        closed: otherwise.is_some(),
        steps: 0,
        gaps: Vec::new(),
        overlaps: Vec::new(),
    };
    let all: Vec<usize> = (0..boxes.len()).collect();
    walk.look(0, &all, true, &mut Vec::new());
    let (steps, gaps, overlaps) = (walk.steps, walk.gaps, walk.overlaps);
    let shown = Shown {
        set,
        document,
        table,
        dimensions: &dimensions,
    };
    if steps > MOST_STEPS {
        says.push(shown.too_large());
    }
    says.extend(
        overlaps
            .iter()
            .map(|overlap| shown.overlap(overlap, &boxes)),
    );
    if !gaps.is_empty() {
        says.push(shown.gap(&gaps));
    }
}

fn not_last(document: usize, row: &Row) -> Diagnostic {
    Diagnostic::new("K502", document, row.range, "“otherwise” is not the last row")
        .because("It takes every case that is left, so who reads from the top never comes to the rows below it.")
        .suggest("Move it to the end of the table.")
}

/// A fact that the rows are chosen by, and its columns: usually one.
struct Dimension<'c> {
    fact: &'c Fact,
    columns: Vec<usize>,
    line: (Spot, Spot),
}

struct RowBox {
    index: usize,
    /// What the row takes in, by dimension.
    cells: Vec<Values>,
}

fn dimensions<'c>(set: &Set<'c>, table: &Table) -> Vec<Dimension<'c>> {
    let mut found: Vec<(FactId, Dimension<'c>)> = Vec::new();
    for (index, column) in table.columns.iter().enumerate() {
        let ColumnKind::Condition(id) = column.kind else {
            continue;
        };
        if let Some((_, dimension)) = found.iter_mut().find(|(fact, _)| *fact == id) {
            dimension.columns.push(index);
        } else {
            let fact = &set.register[id];
            let line = space::line_of_table(fact, named(table, id));
            found.push((
                id,
                Dimension {
                    fact,
                    columns: vec![index],
                    line,
                },
            ));
        }
    }
    found.into_iter().map(|(_, dimension)| dimension).collect()
}

/// The values that the cells of a fact's columns name.
fn named(table: &Table, fact: FactId) -> impl Iterator<Item = Value> {
    let of_fact = move |(_, column): &(&Cell, &Column)| matches!(column.kind, ColumnKind::Condition(found) if found == fact);
    let cells = table
        .rows
        .iter()
        .flat_map(move |row| row.cells.iter().zip(&table.columns).filter(of_fact));
    cells.flat_map(|(cell, _)| match &cell.kind {
        CellKind::OneOf(values) => values.clone(),
        CellKind::Range(from, to) => from
            .iter()
            .chain(to.iter())
            .map(|bound| bound.value)
            .collect(),
        _ => Vec::new(),
    })
}

/// What a row takes in; the place of a cell that takes in nothing where there is one.
fn cells(row: &Row, dimensions: &[Dimension<'_>]) -> Result<Vec<Values>, TextRange> {
    let mut all = Vec::new();
    for dimension in dimensions {
        let (low, high) = dimension.line;
        let mut taken: Option<Values> = None;
        for column in &dimension.columns {
            let Some(cell) = row.cells.get(*column) else {
                continue;
            };
            let values = cell_values(&cell.kind, dimension);
            let both = taken.map_or_else(|| values.clone(), |before| before.and(&values));
            if both.is_empty() {
                return Err(cell.range);
            }
            taken = Some(both);
        }
        all.push(taken.unwrap_or_else(|| Values::range(low, high)));
    }
    Ok(all)
}

fn cell_values(kind: &CellKind, dimension: &Dimension<'_>) -> Values {
    let (low, high) = dimension.line;
    let all = Values::range(low, high);
    match kind {
        CellKind::Unknown => Values::only_unknown(),
        CellKind::OneOf(values) => {
            let spots: Option<Vec<Spot>> = values.iter().map(|value| space::spot(*value)).collect();
            spots.map_or(all, Values::spots)
        }
        CellKind::Range(from, to) => {
            let from = from.map_or(Some(low), |bound| {
                space::spot(bound.value).map(|spot| spot + Spot::from(!bound.included))
            });
            let to = to.map_or(Some(high), |bound| {
                space::spot(bound.value).map(|spot| spot - Spot::from(!bound.included))
            });
            match (from, to) {
                (Some(from), Some(to)) => Values::range(from.max(low), to.min(high)),
                _ => all,
            }
        }
        _ => all,
    }
}

/// A part of a dimension; none stands for an unknown fact.
type Part = Option<(Spot, Spot)>;

struct Overlap {
    /// Positions among the boxes.
    one: usize,
    other: usize,
    at: Vec<Part>,
}

struct Walk<'t> {
    dimensions: &'t [Dimension<'t>],
    boxes: &'t [RowBox],
    /// A row `otherwise` takes all known cases that are left.
    closed: bool,
    steps: usize,
    gaps: Vec<Vec<Part>>,
    overlaps: Vec<Overlap>,
}

impl Walk<'_> {
    /// Looks at the part of the space that `at` names, in which only the rows `active` can match.
    fn look(&mut self, depth: usize, active: &[usize], known: bool, at: &mut Vec<Part>) {
        self.steps += active.len() + 1;
        if self.steps > MOST_STEPS || !self.worth(active, known) {
            return;
        }
        let Some(dimension) = self.dimensions.get(depth) else {
            self.note(active, known, at);
            return;
        };
        if active.is_empty() {
            self.note(active, known, at);
            return;
        }
        for (part, rows) in self.parts(depth, active, dimension.line) {
            at.push(Some(part));
            self.look(depth + 1, &rows, known, at);
            at.pop();
        }
        let unknown: Vec<usize> = active
            .iter()
            .copied()
            .filter(|row| self.cell(*row, depth).is_some_and(|values| values.unknown))
            .collect();
        at.push(None);
        self.look(depth + 1, &unknown, false, at);
        at.pop();
    }

    /// Whether anything can be found here that is not said already.
    fn worth(&self, active: &[usize], known: bool) -> bool {
        let gaps = known && !self.closed && self.gaps.len() < MOST_EXAMPLES;
        let overlaps = active.len() > 1 && self.overlaps.len() < MOST_OVERLAPS;
        gaps || overlaps
    }

    fn note(&mut self, active: &[usize], known: bool, at: &[Part]) {
        match active {
            [] if known && !self.closed && self.gaps.len() < MOST_EXAMPLES => {
                self.gaps.push(at.to_vec());
            }
            [one, others @ ..] => {
                for other in others {
                    let said = self.overlaps.iter().any(|overlap| overlap.other == *other);
                    if !said && self.overlaps.len() < MOST_OVERLAPS {
                        self.overlaps.push(Overlap {
                            one: *one,
                            other: *other,
                            at: at.to_vec(),
                        });
                    }
                }
            }
            [] => {}
        }
    }

    fn cell(&self, row: usize, depth: usize) -> Option<&Values> {
        self.boxes.get(row)?.cells.get(depth)
    }

    /// Cuts a dimension at the ends of the cells: each part with the rows that take it in.
    fn parts(
        &self,
        depth: usize,
        active: &[usize],
        line: (Spot, Spot),
    ) -> Vec<((Spot, Spot), Vec<usize>)> {
        // At a cut, rows leave before others enter; the flag is false for those that leave.
        let mut cuts: Vec<(Spot, bool, usize)> = Vec::new();
        for row in active {
            for (low, high) in self
                .cell(*row, depth)
                .map_or(&[][..], |values| &values.ranges)
            {
                cuts.push((*low, true, *row));
                cuts.push((high + 1, false, *row));
            }
        }
        cuts.sort_unstable();
        let mut parts = Vec::new();
        let mut inside: BTreeSet<usize> = BTreeSet::new();
        let mut from = line.0;
        let mut spent = self.steps;
        for (spot, enters, row) in cuts {
            let spot = spot.clamp(line.0, line.1 + 1);
            if from < spot {
                spent += inside.len() + 1;
                if spent > MOST_STEPS {
                    break;
                }
                parts.push(((from, spot - 1), inside.iter().copied().collect()));
                from = spot;
            }
            if enters {
                inside.insert(row);
            } else {
                inside.remove(&row);
            }
        }
        if from <= line.1 {
            parts.push(((from, line.1), inside.into_iter().collect()));
        }
        parts
    }
}

/// Puts what was found into words.
struct Shown<'c> {
    set: &'c Set<'c>,
    document: usize,
    table: &'c Table,
    dimensions: &'c [Dimension<'c>],
}

impl Shown<'_> {
    fn heading(&self, dimension: &Dimension<'_>) -> &str {
        let column = dimension
            .columns
            .first()
            .and_then(|index| self.table.columns.get(*index));
        column.map_or("", |column: &Column| column.heading.as_str())
    }

    /// `urgency low with impact high`, or the value alone where the table has one condition.
    fn case(&self, at: &[Part]) -> String {
        let values = self.dimensions.iter().zip(at).map(|(dimension, part)| {
            let value = part.map_or_else(
                || "unknown".to_owned(),
                |(low, high)| space::example(dimension.fact, low, high),
            );
            (self.heading(dimension), value)
        });
        if self.dimensions.len() == 1 {
            return values.map(|(_, value)| value).collect();
        }
        let named: Vec<String> = values
            .map(|(heading, value)| format!("{heading} {value}"))
            .collect();
        named.join(" with ")
    }

    fn answer(&self) -> &str {
        let answer = self
            .table
            .columns
            .iter()
            .find(|column| matches!(column.kind, ColumnKind::Answer(_)));
        answer.map_or("row", |column| column.heading.as_str())
    }

    fn gap(&self, gaps: &[Vec<Part>]) -> Diagnostic {
        let code = if self.dimensions.len() > 1 {
            "K503"
        } else {
            "K501"
        };
        let what = match gaps.first().filter(|gap| !gap.is_empty()) {
            None => "the table has no row".to_owned(),
            Some(gap) if self.dimensions.len() > 1 => format!("{} has no row", self.case(gap)),
            Some(gap) => format!("{} has no {}", self.case(gap), self.answer()),
        };
        let more: Vec<String> = gaps.iter().skip(1).map(|gap| self.case(gap)).collect();
        let mut reason =
            "Each case needs exactly one row; amounts are taken as real numbers.".to_owned();
        if !more.is_empty() {
            reason = format!("{reason} Without a row are also: {}.", more.join("; "));
        }
        Diagnostic::new(code, self.document, self.caption(), what)
            .because(reason)
            .suggest("Add a row, widen one, or end the table with a row “otherwise”.")
    }

    fn overlap(&self, overlap: &Overlap, boxes: &[RowBox]) -> Diagnostic {
        let row = |at: usize| boxes.get(at).and_then(|row| self.table.rows.get(row.index));
        let range = row(overlap.other).map_or(self.table.range, |row| row.range);
        let text = self
            .set
            .document(self.document)
            .map_or("", |document| document.text.as_str());
        let line = row(overlap.one).map_or(0, |row| position(text, row.range.start).0);
        let case = if overlap.at.is_empty() {
            "Every case".to_owned()
        } else {
            self.case(&overlap.at)
        };
        Diagnostic::new("K502", self.document, range, "two rows for one case")
            .because(format!("{case} fits this row and the one in line {line}."))
            .suggest("Let one of them end where the other begins: “above X”, “X up to Y”.")
    }

    fn too_large(&self) -> Diagnostic {
        let mut message = Diagnostic::new(
            "K503",
            self.document,
            self.caption(),
            "a table too large to be checked",
        )
        .because("Whether each case has exactly one row could not be told for all of it.")
        .suggest("Split it into smaller tables.");
        message.severity = Severity::Warning;
        message
    }

    /// The caption's line.
    fn caption(&self) -> TextRange {
        let words = self
            .set
            .document(self.document)
            .map_or("", |document| document.words(self.table.range));
        let length = words.lines().next().map_or(0, str::len);
        TextRange {
            start: self.table.range.start,
            end: self.table.range.start + length,
        }
    }
}
