//! Gathers figures from obligations as they come.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use kept_calendar::Calendar;
use kept_engine::{Obligation, Verdict};
use kept_kernel::Instant;
use kept_language::ast::RuleKey;
use kept_logs::Summary;

use crate::card::RuleCard;
use crate::figures::{Adherence, Case, Counts, Part, Period, RuleFigures, SopLine, TrendPeriod};
use crate::share::Share;
use crate::times::TimesGather;

/// So many people and clients are shown for a rule.
const MOST_PARTS: usize = 12;
/// So many of the worst cases are kept for a rule.
const MOST_WORST: usize = 8;

/// What the figures stand in.
pub struct Frame {
    /// The documents.
    pub sops: Vec<SopLine>,
    /// The share that is aimed at, 0 to 1.
    pub target: f64,
    /// The first event.
    pub first: Option<Instant>,
    /// Up to when duties were judged.
    pub until: Instant,
    /// What is taken for granted.
    pub assumptions: Vec<String>,
}

/// Takes obligations and gives figures.
pub struct Gather {
    zone: TimeZone,
    rules: Vec<RuleGather>,
    places: BTreeMap<RuleKey, usize>,
}

struct RuleGather {
    card: RuleCard,
    counts: Counts,
    months: BTreeMap<Date, (u64, u64)>,
    weeks: BTreeMap<Date, (u64, u64)>,
    times: TimesGather,
    people: BTreeMap<String, (u64, u64)>,
    clients: BTreeMap<String, (u64, u64)>,
    worst: Vec<(i64, Case)>,
}

impl Gather {
    /// For these rules.
    pub fn new(cards: Vec<RuleCard>, calendar: &Calendar) -> Self {
        let places = cards
            .iter()
            .enumerate()
            .map(|(place, card)| (card.key.clone(), place));
        Self {
            zone: calendar.time_zone().clone(),
            places: places.collect(),
            rules: cards.into_iter().map(RuleGather::new).collect(),
        }
    }

    /// Counts an obligation. What is still owed is late up to the end.
    pub fn add(&mut self, obligation: &Obligation, end: Instant, calendar: &Calendar) {
        let place = match self.places.get(&*obligation.rule) {
            Some(place) => *place,
            None => self.unlisted(obligation),
        };
        let day = obligation
            .opened_at
            .timestamp()
            .to_zoned(self.zone.clone())
            .date();
        if let Some(rule) = self.rules.get_mut(place) {
            rule.add(obligation, day, end, calendar);
        }
    }

    /// A rule that no sentence stands for, such as the review of a document.
    fn unlisted(&mut self, obligation: &Obligation) -> usize {
        let key = RuleKey::clone(&obligation.rule);
        let name = match key.id.as_str() {
            "review" => "Review the document".to_owned(),
            other => other.replace('-', " "),
        };
        self.rules.push(RuleGather::new(RuleCard {
            rule: format!("{}/{}", key.code, key.id),
            clause: key.code.clone(),
            name,
            sentence: String::new(),
            kind: "duty".into(),
            span: None,
            key: key.clone(),
            duration: None,
        }));
        self.places.insert(key, self.rules.len() - 1);
        self.rules.len() - 1
    }

    /// The figures.
    pub fn finish(self, frame: Frame, calendar: &Calendar, log: Summary) -> Adherence {
        let span = frame
            .first
            .map_or(0, |first| frame.until.micros_since(first));
        let long = span > 190 * 86_400_000_000;
        let period = if long { Period::Month } else { Period::Week };
        let rules = self.rules.into_iter();
        Adherence {
            sops: frame.sops,
            calendar: calendar.name().map(str::to_owned),
            zone: calendar.zone().to_owned(),
            from: frame.first.map(|first| calendar.format_instant(first)),
            until: calendar.format_instant(frame.until),
            target: frame.target,
            period,
            rules: rules
                .map(|rule| rule.finish(period, frame.target))
                .collect(),
            log,
            assumptions: frame.assumptions,
        }
    }
}

impl RuleGather {
    fn new(card: RuleCard) -> Self {
        Self {
            counts: Counts::default(),
            months: BTreeMap::new(),
            weeks: BTreeMap::new(),
            times: TimesGather::new(card.duration),
            people: BTreeMap::new(),
            clients: BTreeMap::new(),
            worst: Vec::new(),
            card,
        }
    }

    fn add(&mut self, obligation: &Obligation, day: Date, until: Instant, calendar: &Calendar) {
        if obligation.level > 0 {
            self.counts.escalations += 1;
            return;
        }
        self.count(obligation);
        let used = if self.times.is_business() {
            obligation.used_business
        } else {
            obligation.used_elapsed - obligation.paused_elapsed
        };
        match obligation.verdict {
            Verdict::Met | Verdict::MetLate => self.times.add(used),
            Verdict::Missed | Verdict::Overdue => self.times.never(),
            _ => {}
        }
        let met = match obligation.verdict {
            Verdict::Met => true,
            Verdict::MetLate | Verdict::Missed => false,
            _ => return self.worse(obligation, until, calendar),
        };
        let month = day.first_of_month();
        let back = i64::from(day.weekday().to_monday_zero_offset());
        let week = day.checked_sub(jiff::Span::new().days(back)).unwrap_or(day);
        tally(&mut self.months, month, met);
        tally(&mut self.weeks, week, met);
        if let Some(owner) = &obligation.owner {
            tally(&mut self.people, owner.clone(), met);
        }
        if let Some(client) = &obligation.client {
            tally(&mut self.clients, client.clone(), met);
        }
        self.worse(obligation, until, calendar);
    }

    const fn count(&mut self, obligation: &Obligation) {
        let counts = &mut self.counts;
        counts.triggered += 1;
        let place = match obligation.verdict {
            Verdict::Met => &mut counts.met,
            Verdict::MetLate => &mut counts.met_late,
            Verdict::Missed => &mut counts.missed,
            Verdict::Overdue => &mut counts.overdue,
            Verdict::Pending | Verdict::Paused => &mut counts.pending,
            Verdict::Excused => &mut counts.excused,
            Verdict::Cancelled => &mut counts.cancelled,
            Verdict::CannotBeJudged => &mut counts.cannot_be_judged,
        };
        *place += 1;
        let marks = obligation.marks;
        counts.rebased += marks.rebased as u64;
        counts.corrected += marks.corrected as u64;
        counts.recorded_late += marks.recorded_late as u64;
        counts.automatic += marks.automatic as u64;
        counts.other_channel += marks.other_channel as u64;
    }

    /// Keeps the case where it is among those that were late by most.
    fn worse(&mut self, obligation: &Obligation, until: Instant, calendar: &Calendar) {
        let late = matches!(
            obligation.verdict,
            Verdict::MetLate | Verdict::Missed | Verdict::Overdue
        );
        let Some(due_at) = obligation.due_at.filter(|_| late) else {
            return;
        };
        let end = obligation
            .discharged_at
            .or(obligation.ended_at)
            .unwrap_or(until);
        let late_by = end.micros_since(due_at);
        let full = self.worst.len() >= MOST_WORST;
        if late_by <= 0
            || full
                && self
                    .worst
                    .last()
                    .is_some_and(|(least, _)| *least >= late_by)
        {
            return;
        }
        let case = Case {
            late_s: late_by / 1_000_000,
            subject: obligation.subject.clone(),
            client: obligation.client.clone(),
            owner: obligation.owner.clone(),
            due_at: calendar.format_instant(due_at),
            discharged_at: obligation
                .discharged_at
                .map(|at| calendar.format_instant(at)),
        };
        let place = self.worst.partition_point(|(other, _)| *other >= late_by);
        self.worst.insert(place, (late_by, case));
        self.worst.truncate(MOST_WORST);
    }

    fn finish(self, period: Period, target: f64) -> RuleFigures {
        let counts = self.counts;
        let share = Share::of(counts.met, counts.judged());
        RuleFigures {
            card: self.card,
            counts,
            share,
            standing: Share::standing(share, target),
            trend: match period {
                Period::Month => trend(&self.months, |day| {
                    day.first_of_month()
                        .checked_add(jiff::Span::new().months(1))
                }),
                Period::Week => trend(&self.weeks, |day| {
                    day.checked_add(jiff::Span::new().days(7))
                }),
            },
            times: self.times.finish(),
            people: parts(self.people),
            clients: parts(self.clients),
            worst: self.worst.into_iter().map(|(_, case)| case).collect(),
        }
    }
}

fn tally<K: Ord>(tallies: &mut BTreeMap<K, (u64, u64)>, key: K, met: bool) {
    let (kept, n) = tallies.entry(key).or_default();
    *kept += u64::from(met);
    *n += 1;
}

/// Every period from the first to the last, those without cases too.
fn trend(
    tallies: &BTreeMap<Date, (u64, u64)>,
    next: impl Fn(Date) -> Result<Date, jiff::Error>,
) -> Vec<TrendPeriod> {
    let (Some(first), Some(last)) = (tallies.keys().next(), tallies.keys().next_back()) else {
        return Vec::new();
    };
    let mut periods = Vec::new();
    let mut day = *first;
    while day <= *last {
        let (met, n) = tallies.get(&day).copied().unwrap_or_default();
        periods.push(TrendPeriod {
            from: day.to_string(),
            share: Share::of(met, n),
        });
        match next(day) {
            Ok(later) if periods.len() < 1_000 => day = later,
            _ => break,
        }
    }
    periods
}

fn parts(tallies: BTreeMap<String, (u64, u64)>) -> Vec<Part> {
    let shares = tallies.into_iter().filter_map(|(name, (met, n))| {
        let share = Share::of(met, n)?;
        Some(Part { name, share })
    });
    let mut parts: Vec<_> = shares.collect();
    parts.sort_by(|a, b| b.share.n.cmp(&a.share.n).then_with(|| a.name.cmp(&b.name)));
    parts.truncate(MOST_PARTS);
    parts
}
