//! A share over time, with the interval of each point as a band.

use crate::svg::{At, Svg, count, percent, percent_sign};

/// One period of a trend.
#[derive(Clone, Debug)]
pub struct TrendPoint {
    /// Its name: `Jan`, `week 5`.
    pub name: String,
    /// The year, or what stands under the first name of its kind.
    pub under: String,
    /// The share, its interval and its cases; none without cases.
    pub share: Option<(f64, f64, f64, u64)>,
}

const WIDTH: f64 = 940.0;
const LEFT: f64 = 44.0;
const RIGHT: f64 = 836.0;
const TOP: f64 = 15.0;
const BOTTOM: f64 = 178.0;

/// A wide chart of a share over time. Nothing where fewer than two periods have cases.
pub fn trend(points: &[TrendPoint], target: Option<f64>, what: &str) -> Option<String> {
    let known: Vec<_> = points.iter().filter_map(|point| point.share).collect();
    if known.len() < 2 {
        return None;
    }
    let lows = known.iter().map(|(_, low, _, _)| *low);
    let lowest = lows.chain(target).fold(1.0, f64::min);
    let from = ((lowest * 10.0).floor() / 10.0).clamp(0.0, 0.9);
    let y = |share: f64| TOP + (1.0 - share) / (1.0 - from) * (BOTTOM - TOP);
    let step = (RIGHT - LEFT) / (points.len() - 1) as f64;
    let x = |index: usize| LEFT + index as f64 * step;
    let mut svg = Svg::open("chart is-wide", Some((WIDTH, 232.0)), what);
    grid(&mut svg, from, y);
    for run in runs(points) {
        band(&mut svg, &run, x, y);
    }
    if let Some(target) = target {
        svg.line("target", (LEFT, y(target)), (RIGHT, y(target)));
        let clear = known
            .last()
            .is_none_or(|(share, ..)| (y(*share) - y(target)).abs() > 24.0);
        if clear {
            let word = format!("target {} %", percent(target));
            svg.word("label", "start", (RIGHT + 10.0, y(target) + 4.0), &word);
        }
    }
    for run in runs(points) {
        let line: Vec<_> = run
            .iter()
            .map(|(i, s)| format!("{} {}", At(x(*i)), At(y(s.0))))
            .collect();
        svg.add(format_args!(
            "<path class=\"mark\" d=\"M{}\"/>",
            line.join("L")
        ));
    }
    dots(&mut svg, points, x, y);
    names(&mut svg, points, x);
    Some(svg.close())
}

type Share = (f64, f64, f64, u64);

/// The stretches of periods that all have cases.
fn runs(points: &[TrendPoint]) -> Vec<Vec<(usize, Share)>> {
    let mut runs: Vec<Vec<(usize, Share)>> = vec![Vec::new()];
    for (index, point) in points.iter().enumerate() {
        match (point.share, runs.last_mut()) {
            (Some(share), Some(run)) => run.push((index, share)),
            _ => runs.push(Vec::new()),
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}

fn grid(svg: &mut Svg, from: f64, y: impl Fn(f64) -> f64) {
    let tenths = ((1.0 - from) * 10.0).round() as usize;
    let every = if tenths > 5 { 2 } else { 1 };
    for tenth in (0..=tenths).step_by(every) {
        let share = 1.0 - tenth as f64 / 10.0;
        svg.line("grid", (LEFT, y(share)), (RIGHT, y(share)));
        svg.word("", "end", (34.0, y(share) + 4.0), &percent(share));
    }
}

fn band(svg: &mut Svg, run: &[(usize, Share)], x: impl Fn(usize) -> f64, y: impl Fn(f64) -> f64) {
    let upper = run.iter().map(|(index, share)| (x(*index), y(share.2)));
    let lower = run
        .iter()
        .rev()
        .map(|(index, share)| (x(*index), y(share.1)));
    let corners: Vec<_> = upper
        .chain(lower)
        .map(|(x, y)| format!("{} {}", At(x), At(y)))
        .collect();
    svg.add(format_args!(
        "<path class=\"band\" d=\"M{}Z\"/>",
        corners.join("L")
    ));
}

fn dots(svg: &mut Svg, points: &[TrendPoint], x: impl Fn(usize) -> f64, y: impl Fn(f64) -> f64) {
    let known: Vec<_> = points
        .iter()
        .enumerate()
        .filter_map(|(index, point)| Some((index, point.share?)))
        .collect();
    if points.len() <= 40 {
        for (index, share) in &known {
            svg.add(format_args!(
                "<circle class=\"dot\" cx=\"{}\" cy=\"{}\" r=\"3.5\"/>",
                At(x(*index)),
                At(y(share.0))
            ));
        }
    }
    if let Some((index, share)) = known.last() {
        let place = (x(*index) + 10.0, y(share.0) - 2.0);
        svg.word("label", "start", place, &percent_sign(share.0));
        svg.word(
            "",
            "start",
            (place.0, place.1 + 14.0),
            &format!("n {}", count(share.3)),
        );
    }
}

/// The names under the axis, as many as fit, and the year under the first of each.
fn names(svg: &mut Svg, points: &[TrendPoint], x: impl Fn(usize) -> f64) {
    let every = points.len().div_ceil(16).max(1);
    let mut under = "";
    for (index, point) in points.iter().enumerate().step_by(every) {
        svg.word("", "middle", (x(index), BOTTOM + 22.0), &point.name);
        if point.under != under {
            under = &point.under;
            svg.word("label", "middle", (x(index), BOTTOM + 38.0), under);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(name: &str, share: Option<f64>) -> TrendPoint {
        TrendPoint {
            name: name.to_owned(),
            under: "2026".to_owned(),
            share: share.map(|s| (s, s - 0.05, (s + 0.03).min(1.0), 40)),
        }
    }

    #[test]
    fn a_gap_in_the_cases_is_a_gap_in_the_line() {
        let points = [
            point("Jan", Some(0.8)),
            point("Feb", None),
            point("Mar", Some(0.9)),
            point("Apr", Some(0.95)),
        ];
        let svg = trend(&points, Some(0.95), "by month").unwrap();
        assert_eq!(svg.matches("class=\"mark\"").count(), 2);
        assert_eq!(svg.matches(">2026<").count(), 1);
        assert!(svg.contains(">95.0 %<"), "{svg}");
    }

    #[test]
    fn one_period_is_no_trend() {
        assert_eq!(trend(&[point("Jan", Some(1.0))], None, ""), None);
    }
}
