//! Shares with their interval and their target, on a scale that several rows have in common.

use crate::svg::{At, Svg, count, percent, percent_sign};

/// The shares at the two ends of a drawing.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Scale {
    /// At the left end.
    pub from: f64,
    /// At the right end.
    pub to: f64,
}

/// A share, its interval and how many cases it rests on.
#[derive(Clone, PartialEq, Debug)]
pub struct Interval {
    /// The share, 0 to 1.
    pub share: f64,
    /// The lower end of its interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// How many cases.
    pub n: u64,
    /// What it should be, where there is a target.
    pub target: Option<f64>,
    /// How it stands: `met`, `late`, `paused`. Colours the drawing.
    pub state: &'static str,
}

impl Scale {
    /// A scale on which all these shares can be seen: from the tenth below the lowest to 100 %.
    pub fn over(lowest: f64) -> Self {
        let from = (lowest * 10.0).floor() / 10.0;
        Self {
            from: from.clamp(0.0, 0.9),
            to: 1.0,
        }
    }

    /// Where a share lies, in percent of the width.
    fn at(self, share: f64) -> f64 {
        let width = self.to - self.from;
        ((share - self.from) / width).clamp(0.0, 1.0) * 100.0
    }
}

impl Interval {
    fn label(&self) -> String {
        let target = self.target.map_or(String::new(), |target| {
            format!(", target {}", percent(target))
        });
        format!(
            "{} percent, interval {} to {}, n {}{target}",
            percent(self.share),
            percent(self.low),
            percent(self.high),
            self.n
        )
    }
}

/// The interval bar of a table row: dot the share, band its interval, tick the target. As wide as its cell.
pub fn interval(value: &Interval, scale: Scale) -> String {
    let class = format!("interval\" data-state=\"{}", value.state);
    let mut svg = Svg::open(&class, None, &value.label());
    svg.add(format_args!(
        "<line class=\"track\" x1=\"0\" x2=\"100%\" y1=\"50%\" y2=\"50%\"/>"
    ));
    let (low, high) = (scale.at(value.low), scale.at(value.high));
    svg.add(format_args!(
        "<rect class=\"band\" x=\"{}%\" width=\"{}%\" y=\"6\" height=\"10\" rx=\"2\"/>",
        At(low),
        At(high - low)
    ));
    if let Some(target) = value.target {
        let at = At(scale.at(target));
        svg.add(format_args!(
            "<line class=\"target\" x1=\"{at}%\" x2=\"{at}%\" y1=\"2\" y2=\"20\"/>"
        ));
    }
    svg.add(format_args!(
        "<circle class=\"value\" cx=\"{}%\" cy=\"50%\" r=\"4.5\"/>",
        At(scale.at(value.share))
    ));
    svg.close()
}

/// The words over a column of interval bars: the ends of their scale, and the target.
pub fn scale_marks(scale: Scale, target: Option<f64>) -> String {
    let mut text = String::from("<svg class=\"a-scale\" aria-hidden=\"true\">");
    let near = |share: f64| target.is_some_and(|t| (scale.at(t) - scale.at(share)).abs() < 14.0);
    let middle = f64::midpoint(scale.from, scale.to);
    for (share, anchor) in [(scale.from, "start"), (middle, "middle"), (scale.to, "end")] {
        if !near(share) {
            text.push_str(&mark("", scale.at(share), anchor, share));
        }
    }
    if let Some(target) = target {
        text.push_str(&mark(
            " class=\"strong\"",
            scale.at(target),
            "middle",
            target,
        ));
    }
    text + "</svg>"
}

fn mark(class: &str, at: f64, anchor: &str, share: f64) -> String {
    let (at, word) = (At(at), percent(share));
    format!("<text{class} x=\"{at}%\" y=\"12\" text-anchor=\"{anchor}\">{word}</text>")
}

/// Several shares under each other, each named at its left: a chart of its own.
pub fn forest(rows: &[(String, Interval)], scale: Scale, what: &str) -> String {
    let height = rows.len() as f64 * 30.0 + 30.0;
    let (left, right) = (150.0, 350.0);
    let x = |share: f64| left + scale.at(share) / 100.0 * (right - left);
    let mut svg = Svg::open("chart", Some((460.0, height)), what);
    let middle = f64::midpoint(scale.from, scale.to);
    for share in [scale.from, middle, scale.to] {
        svg.line("grid", (x(share), 4.0), (x(share), height - 24.0));
        svg.word("", "middle", (x(share), height - 8.0), &percent(share));
    }
    if let Some(target) = rows.first().and_then(|(_, row)| row.target) {
        svg.line("target", (x(target), 4.0), (x(target), height - 24.0));
    }
    for (index, (name, row)) in rows.iter().enumerate() {
        let y = index as f64 * 30.0 + 20.0;
        svg.word("label", "start", (0.0, y + 4.0), &shortened(name, 22));
        svg.add(format_args!(
            "<rect class=\"band\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"10\" rx=\"2\"/>",
            At(x(row.low)),
            At(y - 5.0),
            At(x(row.high) - x(row.low))
        ));
        svg.add(format_args!(
            "<circle class=\"dot\" cx=\"{}\" cy=\"{}\" r=\"4\"/>",
            At(x(row.share)),
            At(y)
        ));
        let share = percent_sign(row.share);
        svg.word("label", "end", (404.0, y + 4.0), &share);
        svg.word("", "end", (460.0, y + 4.0), &format!("n {}", count(row.n)));
    }
    svg.close()
}

/// A name cut to so many letters.
pub(crate) fn shortened(name: &str, most: usize) -> String {
    if name.chars().count() <= most {
        return name.to_owned();
    }
    let kept: String = name.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUE: Interval = Interval {
        share: 0.868,
        low: 0.846,
        high: 0.888,
        n: 1003,
        target: Some(0.95),
        state: "late",
    };

    #[test]
    fn a_bar_stands_where_its_share_lies_on_the_scale() {
        let svg = interval(&VALUE, Scale { from: 0.6, to: 1.0 });
        assert!(svg.contains("cx=\"67%\""), "{svg}");
        assert!(svg.contains("x=\"61.5%\" width=\"10.5%\""), "{svg}");
        assert!(svg.contains("x1=\"87.5%\""), "{svg}");
        assert!(svg.contains("86.8 percent, interval 84.6 to 88.8, n 1003, target 95"));
    }

    #[test]
    fn a_scale_reaches_the_lowest_share_and_never_leaves_the_drawing() {
        assert_eq!(Scale::over(0.41), Scale { from: 0.4, to: 1.0 });
        assert_eq!(Scale::over(1.0), Scale { from: 0.9, to: 1.0 });
        let svg = interval(&VALUE, Scale { from: 0.9, to: 1.0 });
        assert!(svg.contains("cx=\"0%\""), "{svg}");
    }

    #[test]
    fn names_are_written_so_that_no_name_is_read_as_a_tag() {
        let svg = forest(
            &[("<b>&\"".to_owned(), VALUE)],
            Scale::over(0.8),
            "by person",
        );
        assert!(svg.contains("&lt;b&gt;&amp;&quot;"), "{svg}");
    }
}
