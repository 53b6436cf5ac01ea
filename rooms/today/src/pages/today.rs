//! The home of everybody who is signed in: what they owe, by deadline.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use kept_accounts::Signed;
use kept_calendar::Period;
use kept_journal::InForce;
use kept_journal::obligations::{DueKey, FIRST, Owed};
use kept_kernel::Instant;
use kept_rooms::RecordNames as Names;
use kept_store::StoreError;
use kept_ui::parts::{Button, ClauseMark, ClockState, Duty, Empty, More, View as Tab, Views};
use kept_ui::{Failure, Frame, Html, page as shown};
use serde::Deserialize;

use super::alerts::{Line, line};
use super::got;
use crate::gather::{self, Duties, Kept, Told};
use crate::room::{MINUTE, Room, TOPIC};
use crate::say::{self, Here, counted};
use crate::scale::Scale;
use crate::who::{self, View};

/// So many alerts stand above the duties; the others are on their own page.
const ALERTS: usize = 3;

/// What is asked for: whose duties, and where the list goes on.
#[derive(Deserialize, Default)]
pub struct Asked {
    view: Option<String>,
    after: Option<i64>,
    number: Option<i64>,
}

#[derive(Template)]
#[template(path = "today/today.html")]
struct TodayPage {
    frame: Frame,
    day: String,
    lead: String,
    views: Option<Views>,
    strip: Option<Strip>,
    told: Vec<Line>,
    cards: Html,
    groups: Vec<Group>,
    more: Option<More>,
    none: Option<Empty>,
}

/// The figures over the duties.
struct Strip {
    kept: Kept,
    percent: String,
    at_risk: usize,
    paused: usize,
    left: String,
    zone: String,
}

struct Group {
    id: &'static str,
    name: &'static str,
    count: String,
    ruler: Option<Html>,
    duties: Vec<Duty>,
}

/// What is read for the page.
struct Found {
    duties: Duties,
    told: Told,
    kept: Kept,
    cards: String,
}

/// The page.
pub async fn today(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let rules = room.rules.now();
    let here = Here::at(&rules, room.world.now());
    let views = View::of(&signed);
    let view = views
        .iter()
        .copied()
        .find(|view| Some(view.word()) == asked.view.as_deref())
        .unwrap_or_default();
    let after = match (asked.after, asked.number) {
        (Some(at), Some(number)) => (Instant::from_micros(at), number),
        _ => FIRST,
    };
    let found = found(&room, &rules, &signed, (view, after)).await?;
    let scales = Scales::new(&rules, &here, &found.duties);
    let rows = Rows {
        signed: &signed,
        room: &room,
        rules: &rules,
        here: &here,
        view,
        names: &found.duties.names,
    };
    let groups = rows.groups(&found.duties, &scales);
    let is_empty = groups.is_empty();
    let told = found.told.alerts.iter().take(ALERTS);
    let page = TodayPage {
        day: here.day(),
        lead: lead(&groups, &here, &found.duties, view),
        views: (views.len() > 1).then(|| tabs(&views, view)),
        strip: (after == FIRST).then(|| strip(&rules, &here, &found, &groups)),
        told: told
            .map(|alert| {
                line(
                    (&room, &rules, &signed),
                    alert,
                    &found.told.names,
                    (&here, &frame),
                )
            })
            .collect(),
        cards: Html::trusted(found.cards),
        more: more(&found.duties, after, view),
        none: is_empty.then(|| none(view)),
        groups,
        frame: frame
            .titled("Today")
            .at("today")
            .showing(TOPIC)
            .showing(MINUTE)
            .showing("announcements"),
    };
    Ok(shown(&page))
}

async fn found(
    room: &Room,
    rules: &InForce,
    signed: &Signed,
    (view, after): (View, DueKey),
) -> Result<Found, Failure> {
    let whose = who::whose(rules, signed, view);
    let hearer = who::hearer(rules, signed);
    let now = room.world.now();
    let week = rules.program.company_calendar().start_of(Period::Week, now);
    let (shared, signed) = (room.clone(), signed.clone());
    let read = room.store.read(move |read| {
        let duties = gather::duties(read, &shared, &whose, after)?;
        if after != FIRST || view != View::Mine {
            return Ok::<_, StoreError>(Found {
                duties,
                told: Told::default(),
                kept: gather::kept(read, &hearer.person, (week, now))?,
                cards: String::new(),
            });
        }
        Ok(Found {
            duties,
            told: gather::told(read, &shared, &hearer, (false, ALERTS as u32))?,
            kept: gather::kept(read, &hearer.person, (week, now))?,
            cards: (shared.cards)(read, &signed, now)?,
        })
    });
    got(read).await
}

/// The scales of the groups.
struct Scales {
    today: Scale,
    week: Scale,
    later: Scale,
}

impl Scales {
    fn new(rules: &InForce, here: &Here, duties: &Duties) -> Self {
        let calendar = rules.program.company_calendar();
        let rows = &duties.rows;
        let earliest = rows.iter().map(|row| row.opened_at).min();
        let earliest = earliest.unwrap_or(here.now);
        let latest = rows.iter().filter_map(|row| row.due_at).max();
        Self {
            today: Scale::today(calendar, here, earliest),
            week: Scale::week(calendar, here, earliest),
            later: Scale::even(here, earliest, latest.unwrap_or(here.week_end)),
        }
    }
}

/// What rows are made with.
struct Rows<'a> {
    signed: &'a Signed,
    room: &'a Room,
    rules: &'a InForce,
    here: &'a Here,
    view: View,
    names: &'a Names,
}

/// A stretch of the list, in its order.
const GROUPS: [(&str, &str); 6] = [
    ("step-in", "To see to"),
    ("overdue", "Overdue"),
    ("today", "Today"),
    ("week", "This week"),
    ("later", "Later"),
    ("undated", "Without a date"),
];

impl Rows<'_> {
    fn groups(&self, duties: &Duties, scales: &Scales) -> Vec<Group> {
        let mut rows: [Vec<&Owed>; 6] = Default::default();
        for owed in duties.climbed.iter().chain(&duties.rows) {
            if let Some(group) = rows.get_mut(self.place(owed)) {
                group.push(owed);
            }
        }
        let last = rows.iter().rposition(|rows| !rows.is_empty());
        let mut ruled = false;
        let mut groups = Vec::new();
        for (place, (owed, (id, name))) in rows.into_iter().zip(GROUPS).enumerate() {
            if owed.is_empty() {
                continue;
            }
            let scale = match place {
                1 | 2 => Some(&scales.today),
                3 => Some(&scales.week),
                4 => Some(&scales.later),
                _ => None,
            };
            // The overdue and today share one scale: its ruler stands over the first of them.
            let repeated = place == 2 && ruled;
            ruled |= place == 1;
            let cut = duties.next.is_some() && last == Some(place);
            let first = groups.is_empty();
            let name = match id {
                "week" if !self.here.is_this_week => "Next week",
                _ => name,
            };
            groups.push(Group {
                id,
                name,
                count: format!("{}{}", owed.len(), if cut { "+" } else { "" }),
                ruler: scale
                    .filter(|_| !repeated)
                    .map(|scale| scale.ruler(self.here, place < 3)),
                duties: owed
                    .iter()
                    .enumerate()
                    .map(|(row, owed)| self.duty(owed, scale, first && row == 0))
                    .collect(),
            });
        }
        groups
    }

    fn place(&self, owed: &Owed) -> usize {
        match owed.due_at {
            _ if owed.level > 0 => 0,
            None => 5,
            Some(due) if due < self.here.now && owed.verdict != "paused" => 1,
            Some(due) if due < self.here.day_end => 2,
            Some(due) if due < self.here.week_end => 3,
            Some(_) => 4,
        }
    }

    fn duty(&self, owed: &Owed, scale: Option<&Scale>, current: bool) -> Duty {
        let asks = say::asks(self.rules, owed);
        let clock = self.here.clock(owed);
        let record = (owed.noun.as_str(), owed.subject.as_str());
        let rule = (owed.code.as_str(), owed.rule.as_str());
        let reaches = who::reaches_case(self.rules, self.signed, owed.owner.as_deref());
        let href = self.room.href(record, rule, reaches);
        let done = asks.act.as_deref().and_then(|act| {
            let page = self.room.page_of(&owed.noun)?;
            page.act(&owed.subject, act)
        });
        let (words, at) = done.unwrap_or_else(|| ("Open".to_owned(), href.clone()));
        let mark = say::mark(self.rules, &owed.code, &owed.rule);
        let client = owed.client.as_deref().filter(|_| owed.noun != "client");
        let named = client.map(|id| self.name("client", id));
        let page = client.and_then(|id| self.room.page_of("client")?.href(id));
        // A client without a page is named all the same.
        let (client, plain) = match (named, page) {
            (Some(name), Some(page)) => (Some((name, page)), None),
            (name, _) => (None, name),
        };
        let with = [plain, self.with(owed)];
        let with: Vec<String> = with.into_iter().flatten().collect();
        Duty {
            mark: ClauseMark::new(mark, format!("/sops/{}#{}", owed.code, owed.rule))
                .card(format!("/today/duties/{}/why", owed.number)),
            verb: asks.verb,
            subject: self.name(&owed.noun, &owed.subject),
            client,
            tier: owed.tier.as_deref().map(|tier| say::tier(self.rules, tier)),
            with: (!with.is_empty()).then(|| with.join(", ")),
            line: scale.map(|scale| scale.line(owed, self.here, &clock)),
            clock,
            act: Some(Button::link(words, at)),
            href,
            current,
        }
    }

    /// What a record is called: by its room, else by its kind and number.
    fn name(&self, noun: &str, id: &str) -> String {
        // What the company owes as a whole is about no record.
        if noun == "company" {
            return String::new();
        }
        let named = self.names.get(noun, id).map(str::to_owned);
        named.unwrap_or_else(|| {
            let known = self.rules.register.noun(noun);
            let says = known.map_or(noun, |noun| &self.rules.register[noun].says);
            format!("{says} {id}")
        })
    }

    /// Whose it is, where the page does not say that it is mine.
    fn with(&self, owed: &Owed) -> Option<String> {
        match &owed.owner {
            Some(owner) if self.view != View::Mine => {
                Some(self.rules.directory.name(owner).to_owned())
            }
            Some(_) => None,
            None => Some(format!("any {}", owed.owner_role)),
        }
    }
}

fn lead(groups: &[Group], here: &Here, duties: &Duties, view: View) -> String {
    let of = |id: &str| {
        let group = groups.iter().find(|group| group.id == id);
        group.map_or(0, |group| group.duties.len())
    };
    let (overdue, today) = (of("overdue"), of("today"));
    let next = duties
        .rows
        .iter()
        .filter_map(|row| row.due_at)
        .find(|due| *due >= here.now && *due < here.day_end);
    let who = if view == View::All { "Everybody: " } else { "" };
    let said = match (overdue, today) {
        (0, 0) if groups.is_empty() => "Nothing is owed.".to_owned(),
        (0, 0) => "Nothing is overdue, and nothing falls due today.".to_owned(),
        (0, _) => format!("Nothing is overdue; {} today.", fall(today)),
        (_, 0) => format!("{} overdue; nothing else falls due today.", are(overdue)),
        _ => format!("{} overdue and {} today.", are(overdue), fall(today)),
    };
    let said = if who.is_empty() {
        say::capital(&said)
    } else {
        said
    };
    match next {
        Some(next) => format!("{who}{said} The next is at {}.", here.time(next)),
        None => format!("{who}{said}"),
    }
}

fn are(number: usize) -> String {
    let verb = if number == 1 { "is" } else { "are" };
    format!("{} {verb}", counted(number, "duty", "duties"))
}

fn fall(number: usize) -> String {
    let verb = if number == 1 { "falls due" } else { "fall due" };
    let (word, _) = counted(number, "", "")
        .split_once(' ')
        .map(|(word, rest)| (word.to_owned(), rest.to_owned()))
        .unwrap_or_default();
    format!("{word} {verb}")
}

fn tabs(views: &[View], current: View) -> Views {
    let tab = |view: &View| Tab {
        name: match view {
            View::Mine => "Mine",
            View::Team => "My team's",
            View::All => "Everybody's",
        }
        .to_owned(),
        href: match view {
            View::Mine => "/".to_owned(),
            other => format!("/?view={}", other.word()),
        },
        count: None,
        state: None,
        current: *view == current,
    };
    Views {
        of: "duties".to_owned(),
        views: views.iter().map(tab).collect(),
    }
}

fn strip(rules: &InForce, here: &Here, found: &Found, groups: &[Group]) -> Strip {
    let clocks = || {
        groups
            .iter()
            .flat_map(|group| &group.duties)
            .map(|duty| &duty.clock)
    };
    let calendar = rules.program.company_calendar();
    let left = calendar.between(here.now, here.day_end);
    let kept = found.kept;
    Strip {
        percent: if kept.of == 0 {
            String::new()
        } else {
            format!("{:.1} %", kept.met as f64 * 100.0 / kept.of as f64)
        },
        kept,
        at_risk: clocks().filter(|clock| say::is_at_risk(clock)).count(),
        paused: clocks()
            .filter(|clock| clock.state() == ClockState::Paused)
            .count(),
        left: if left > 0 {
            say::spoken(here.now, here.now.plus_micros(left))
        } else {
            "none".to_owned()
        },
        zone: calendar
            .zone()
            .rsplit('/')
            .next()
            .unwrap_or_default()
            .replace('_', " "),
    }
}

fn more(duties: &Duties, after: DueKey, view: View) -> Option<More> {
    let start = after == FIRST;
    if start && duties.next.is_none() {
        return None;
    }
    let query = format!("view={}", view.word());
    Some(More {
        words: format!("{} shown, by deadline", duties.rows.len()),
        first: (!start).then(|| format!("/?{query}")),
        next: duties
            .next
            .map(|(due, number)| format!("/?{query}&after={}&number={number}", due.micros())),
    })
}

fn none(view: View) -> Empty {
    match view {
        View::Mine => Empty::new(
            "You owe nothing at the moment",
            "What the SOPs ask of you stands here, by deadline, as soon as something calls for it.",
        ),
        View::Team => Empty::new(
            "Your team owes nothing at the moment",
            "What the SOPs ask of the people of your team stands here, by deadline.",
        ),
        View::All => Empty::new(
            "Nothing is owed at the moment",
            "What the SOPs ask of anybody stands here, by deadline.",
        ),
    }
}
