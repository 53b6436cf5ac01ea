//! How many cases fell into each class, as bars with their number beside them.

use crate::svg::{At, Svg, count};

/// One bar.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bar {
    /// What it counts: `under 4 h`.
    pub name: String,
    /// How many.
    pub cases: u64,
    /// Whether it lies past the line: drawn lighter.
    pub past: bool,
}

/// Bars under each other, with a dashed line before the first that is past it.
pub fn bars(rows: &[Bar], line: Option<&str>, what: &str) -> String {
    let most = rows.iter().map(|row| row.cases).max().unwrap_or(0).max(1) as f64;
    let height = rows.len() as f64 * 22.0 + 12.0;
    let (left, widest) = (92.0, 290.0);
    let mut svg = Svg::open("chart", Some((460.0, height)), what);
    for (index, row) in rows.iter().enumerate() {
        let y = index as f64 * 22.0 + 6.0;
        svg.word("", "end", (left - 8.0, y + 13.0), &row.name);
        let width = row.cases as f64 / most * widest;
        let class = if row.past { "bar-2" } else { "bar" };
        svg.add(format_args!(
            "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"16\" rx=\"1\"/>",
            At(left),
            At(y),
            At(width.max(if row.cases > 0 { 1.0 } else { 0.0 }))
        ));
        svg.word(
            "label",
            "start",
            (left + width + 6.0, y + 13.0),
            &count(row.cases),
        );
    }
    let first_past = rows.iter().position(|row| row.past);
    if let (Some(line), Some(first)) = (line, first_past)
        && first > 0
    {
        let y = first as f64 * 22.0 + 3.0;
        svg.line("target", (left - 60.0, y), (430.0, y));
        svg.word("label", "end", (460.0, y - 3.0), line);
    }
    svg.close()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_bar_fills_the_width_and_the_line_parts_before_from_past() {
        let row = |name: &str, cases, past| Bar {
            name: name.to_owned(),
            cases,
            past,
        };
        let svg = bars(
            &[
                row("under 1 h", 50, false),
                row("over", 100, true),
                row("none", 0, true),
            ],
            Some("1 h"),
            "times",
        );
        assert!(
            svg.contains("width=\"290\"") && svg.contains("width=\"145\""),
            "{svg}"
        );
        assert!(svg.contains("y1=\"25\""), "{svg}");
        assert!(svg.contains("width=\"0\""), "{svg}");
    }
}
