//! A trend the size of a word.

use std::fmt::Write as _;

use crate::svg::{At, Svg, percent};

/// Shares by period, the last one marked; a period without cases leaves a gap. Nothing where fewer than two periods
/// have cases.
pub fn spark(shares: &[Option<f64>], target: Option<f64>, what: &str) -> Option<String> {
    let known: Vec<f64> = shares.iter().flatten().copied().collect();
    if known.len() < 2 {
        return None;
    }
    let lowest = known.iter().chain(&target).copied().fold(1.0, f64::min);
    let from = ((lowest * 10.0).floor() / 10.0).min(0.9);
    let y = |share: f64| 3.0 + (1.0 - share) / (1.0 - from) * 16.0;
    let step = 78.0 / (shares.len() - 1) as f64;
    let words: Vec<String> = known.iter().map(|share| percent(*share)).collect();
    let label = format!("{what}: {} percent", words.join(", "));
    let mut svg = Svg::open("spark", Some((84.0, 22.0)), &label);
    if let Some(target) = target {
        svg.line("target", (0.0, y(target)), (84.0, y(target)));
    }
    let mut path = String::new();
    let mut pen_down = false;
    let mut last = None;
    for (index, share) in shares.iter().enumerate() {
        let Some(share) = share else {
            pen_down = false;
            continue;
        };
        let (at_x, at_y) = (2.0 + index as f64 * step, y(*share));
        let pen = if pen_down { 'L' } else { 'M' };
        // INVARIANT: writing into a string cannot fail.
        let _ = write!(path, "{pen}{} {}", At(at_x), At(at_y));
        pen_down = true;
        last = Some((at_x, at_y));
    }
    svg.add(format_args!("<path d=\"{path}\"/>"));
    if let Some((at_x, at_y)) = last {
        svg.add(format_args!(
            "<circle cx=\"{}\" cy=\"{}\" r=\"2.5\"/>",
            At(at_x),
            At(at_y)
        ));
    }
    Some(svg.close())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_without_cases_is_a_gap_and_not_nought() {
        let svg = spark(&[Some(0.9), None, Some(0.8), Some(1.0)], None, "by month").unwrap();
        assert!(svg.contains("d=\"M2 "), "{svg}");
        assert_eq!(svg.matches('M').count(), 2, "{svg}");
        assert!(svg.contains("by month: 90, 80, 100 percent"));
    }

    #[test]
    fn one_period_is_no_trend() {
        assert_eq!(spark(&[None, Some(0.9)], None, ""), None);
    }
}
