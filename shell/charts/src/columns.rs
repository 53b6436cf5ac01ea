//! Two counts a period beside each other: before and after.

use crate::svg::{At, Svg, count};

/// The two counts of a period.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ColumnPair {
    /// The period's name.
    pub name: String,
    /// The first count: as it was.
    pub before: u64,
    /// The second: as it would be.
    pub after: u64,
}

/// A wide chart of columns, the second in front of the first.
pub fn columns(rows: &[ColumnPair], what: &str) -> String {
    let most = rows.iter().map(|row| row.before.max(row.after)).max();
    let top = round_up(most.unwrap_or(0));
    let (left, right, bottom, ceiling) = (44.0, 936.0, 150.0, 12.0);
    let mut svg = Svg::open("chart is-wide", Some((940.0, 176.0)), what);
    for part in 0..=2 {
        let value = top * part / 2;
        let y = bottom - (bottom - ceiling) * f64::from(part as u32) / 2.0;
        svg.line("grid", (left, y), (right, y));
        svg.word("", "end", (34.0, y + 4.0), &count(value));
    }
    let step = (right - left) / rows.len().max(1) as f64;
    let every = rows.len().div_ceil(14).max(1);
    for (index, row) in rows.iter().enumerate() {
        let x = left + step * index as f64;
        let mut column = |class: &str, cases: u64, from: f64, share: f64| {
            let height = (bottom - ceiling) * cases as f64 / top as f64;
            svg.add(format_args!(
                "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>",
                At(x + step * from),
                At(bottom - height),
                At((step * share).max(0.5)),
                At(height)
            ));
        };
        column("bar-2", row.before, 0.1, 0.4);
        column("bar", row.after, 0.5, 0.4);
        if index % every == 0 {
            svg.word("", "middle", (x + step / 2.0, bottom + 18.0), &row.name);
        }
    }
    svg.close()
}

/// The next number that can be halved and reads well: 2, 4, 10, 20, 40, 100 …
fn round_up(most: u64) -> u64 {
    let mut unit = 1;
    loop {
        for step in [2, 4, 6, 10] {
            if most <= step * unit {
                return step * unit;
            }
        }
        unit *= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axis_ends_at_a_round_number_above_the_highest_column() {
        assert_eq!([0, 2, 3, 41, 600].map(round_up), [2, 2, 4, 60, 600]);
        let rows = [ColumnPair {
            name: "week 1".to_owned(),
            before: 3,
            after: 4,
        }];
        let svg = columns(&rows, "work");
        assert!(
            svg.contains("height=\"138\"") && svg.contains("height=\"103.5\""),
            "{svg}"
        );
    }
}
