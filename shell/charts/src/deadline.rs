//! A deadline as a line: opened, run, paused, shut, reminders, due, met, and where now is.
//!
//! Places are shares of the width, so one drawing fits every width, and lines that are seen together share one scale.

use crate::svg::{At, Svg};

/// What a stretch of the line is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stretch {
    /// Time that has run.
    Run,
    /// Time that is left.
    Left,
    /// Past the deadline.
    Over,
    /// The clock stood still.
    Paused,
    /// Closed time, folded: a night, a weekend.
    Fold,
}

impl Stretch {
    const fn class(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Left => "left",
            Self::Over => "over",
            Self::Paused => "paused",
            Self::Fold => "fold",
        }
    }
}

/// A deadline to draw. All places are between 0 and 1 on the scale of the list.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Deadline {
    /// Where it was opened; none: before the scale begins.
    pub opened: Option<f64>,
    /// The stretches from left to right.
    pub stretches: Vec<(Stretch, f64, f64)>,
    /// Where someone is reminded.
    pub reminders: Vec<f64>,
    /// Where it is due; none: beyond the scale.
    pub due: Option<f64>,
    /// Where it was met.
    pub met: Option<f64>,
    /// Where now is.
    pub now: Option<f64>,
    /// `overdue`, `today`, `ontime`: as for the clock beside it.
    pub state: &'static str,
    /// The whole story in words: `Opened Friday 16:40, due today 09:40, overdue by 25 minutes`.
    pub story: String,
}

/// Draws a deadline.
pub fn deadline(line: &Deadline) -> String {
    let class = format!("line\" data-state=\"{}", line.state);
    let mut svg = Svg::open(&class, None, &line.story);
    if let Some(now) = line.now.map(percent) {
        svg.add(format_args!(
            "<line class=\"now\" x1=\"{now}%\" x2=\"{now}%\" y1=\"0\" y2=\"100%\"/>"
        ));
    }
    for (stretch, from, to) in &line.stretches {
        let (class, from, to) = (stretch.class(), percent(*from), percent(*to));
        svg.add(format_args!(
            "<line class=\"{class}\" x1=\"{from}%\" x2=\"{to}%\" y1=\"50%\" y2=\"50%\"/>"
        ));
    }
    for place in &line.reminders {
        let place = percent(*place);
        svg.add(format_args!(
            "<svg x=\"{place}%\" y=\"50%\" overflow=\"visible\"><path class=\"remind\" d=\"M0-6v4\"/></svg>"
        ));
    }
    if let Some(place) = line.opened.map(percent) {
        svg.add(format_args!(
            "<circle class=\"open\" cx=\"{place}%\" cy=\"50%\" r=\"3.5\"/>"
        ));
    }
    if let Some(place) = line.met.map(percent) {
        svg.add(format_args!(
            "<svg class=\"met\" x=\"{place}%\" y=\"50%\" overflow=\"visible\"><circle r=\"6\"/><path d=\"m-2.7.1 1.9 1.9L2.8-1.9\"/></svg>"
        ));
    }
    if let Some(place) = line.due.map(percent) {
        svg.add(format_args!(
            "<svg class=\"due\" x=\"{place}%\" y=\"50%\" overflow=\"visible\"><path d=\"M0 5V-9H7L5-6.3 7-3.6H0\"/></svg>"
        ));
    }
    svg.close()
}

/// The ruler over lines that share a scale: words at their places, the one for now marked.
pub fn ruler(words: &[(f64, &str)], now: Option<(f64, &str)>, what: &str) -> String {
    let mut svg = Svg::open("line", None, what);
    for (place, word) in words {
        svg.add(format_args!(
            "<text x=\"{}%\" y=\"13\" text-anchor=\"middle\">",
            percent(*place)
        ));
        svg.add(format_args!("{}</text>", crate::escape(word)));
    }
    if let Some((place, word)) = now {
        svg.add(format_args!(
            "<text x=\"{}%\" y=\"13\" text-anchor=\"middle\" class=\"now-text\">",
            percent(place)
        ));
        svg.add(format_args!("{}</text>", crate::escape(word)));
    }
    svg.close()
}

fn percent(place: f64) -> At {
    At(place.clamp(0.0, 1.0) * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_stands_where_it_lies_on_the_scale_and_tells_its_story() {
        let svg = deadline(&Deadline {
            opened: Some(0.06),
            stretches: vec![(Stretch::Fold, 0.06, 0.14), (Stretch::Over, 0.205, 0.2456)],
            due: Some(0.205),
            now: Some(0.2456),
            state: "overdue",
            story: "Opened <Friday>".to_owned(),
            ..Deadline::default()
        });
        assert!(
            svg.contains("data-state=\"overdue\"") && svg.contains("Opened &lt;Friday&gt;"),
            "{svg}"
        );
        assert!(
            svg.contains("class=\"over\" x1=\"20.5%\" x2=\"24.56%\""),
            "{svg}"
        );
        assert!(svg.contains("class=\"due\" x=\"20.5%\""), "{svg}");
    }

    #[test]
    fn nothing_leaves_the_drawing() {
        let line = Deadline {
            due: Some(1.8),
            opened: Some(-3.0),
            ..Deadline::default()
        };
        let svg = deadline(&line);
        assert!(
            svg.contains("x=\"100%\"") && svg.contains("cx=\"0%\""),
            "{svg}"
        );
    }
}
