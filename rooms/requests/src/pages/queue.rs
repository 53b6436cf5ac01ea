//! The queue: requests by their next deadline, as a table or a board, in views that people keep.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::Uri;
use axum::response::Response;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use kept_accounts::Signed;
use kept_accounts::access::{Action, Scope};
use kept_accounts::model::PersonId;
use kept_clients::{ClientId, read as clients};
use kept_journal::InForce;
use kept_kernel::{Id, Instant};
use kept_store::{Read, StoreError};
use kept_ui::form::Choice;
use kept_ui::parts::{
    Avatar, Button, ClauseMark, Clock, ClockState, Empty, Filter as FilterPart, Filters, More,
    Tier, View, Views,
};
use kept_ui::{Failure, Frame, Icon, page};
use serde::Deserialize;

use super::clocks::running;
use super::many::Names;
use super::{ago, got, mark_of_rule, missing, reading, tier};
use crate::commands::MOST_SELECTED;
use crate::model::{RequestId, State as Stand, Voice, choices};
use crate::queries::{self, Asked, Filter, Line, Listed, MOST_COUNTED, Numbers, ViewRow};
use crate::room::{Room, TOPIC};

const ON_A_PAGE: usize = 50;

/// What is asked for: a view, how it is drawn, to what it is narrowed, and where it goes on.
#[derive(Deserialize, Default, Clone)]
pub struct Wanted {
    view: Option<String>,
    #[serde(default)]
    state: String,
    #[serde(default)]
    category: String,
    #[serde(default)]
    priority: String,
    #[serde(default)]
    channel: String,
    #[serde(default)]
    tag: String,
    #[serde(default)]
    tier: String,
    #[serde(default)]
    words: String,
    /// A day.
    #[serde(default)]
    since: String,
    /// `received`: the newest first, where the view has another order.
    #[serde(default)]
    sort: String,
    /// An id; the form sends a name.
    client: Option<String>,
    team: Option<String>,
    owner: Option<String>,
    board: Option<String>,
    after: Option<i64>,
    id: Option<String>,
}

#[derive(Template)]
#[template(path = "requests/queue.html")]
struct QueuePage {
    frame: Frame,
    /// Whether whoever looks may open pages of clients.
    opens_clients: bool,
    views: Views,
    kept: Vec<KeptView>,
    filters: Filters,
    choose: Vec<(&'static str, &'static str, Vec<Choice>)>,
    typed: Vec<(&'static str, &'static str, &'static str)>,
    sorts: Option<(String, String)>,
    newest: bool,
    hidden: Vec<(&'static str, String)>,
    query: String,
    rows: Vec<RowLine>,
    columns: Option<Vec<Column>>,
    other: Button,
    new: Option<Button>,
    setup: Vec<Button>,
    colleagues: Vec<Choice>,
    teams: Vec<Choice>,
    macros: Vec<Choice>,
    /// How many can be judged at once.
    categories: Vec<Choice>,
    urgencies: Vec<Choice>,
    impacts: Vec<Choice>,
    export: Option<Button>,
    /// That all of the view can be selected, where more of it follows.
    whole: Option<String>,
    more: Option<More>,
    none: Empty,
    may_act: bool,
    /// Whether they do more than give work to others.
    may_handle: bool,
}

/// A column of the board: a state, and what stands in it.
struct Column {
    state: &'static str,
    cards: Vec<Card>,
}

struct Card {
    id: String,
    mark: String,
    subject: String,
    client: String,
    clock: Option<Clock>,
}

struct KeptView {
    id: String,
    name: String,
    href: String,
    mine: bool,
}

struct RowLine {
    id: String,
    mark: String,
    subject: String,
    client: String,
    client_href: String,
    tier: Option<Tier>,
    state: &'static str,
    owner: Option<(Avatar, String)>,
    channel: &'static str,
    icon: Icon,
    last: &'static str,
    when: String,
    clause: Option<ClauseMark>,
    clock: Option<Clock>,
    unread: bool,
    priority: String,
}

/// The page.
pub async fn queue(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let scope = reading(&signed)?;
    let (me, now) = (signed.person, room.world.now());
    let zone = room.zone();
    let wanted = wanted.of_a_client(&room, &scope).await?;
    let listed = wanted.listed();
    let asked = wanted.asked(listed, (me, now, &zone))?;
    let (changes, known) = room.counting.now(now);
    let found = got(room
        .store
        .read(move |read| gather(read, &scope, &asked, (me, known))))
    .await?;
    if let Some(numbers) = found.numbers.filter(|_| known.is_none()) {
        room.counting.keep(changes, now, numbers);
    }
    let rules = room.rules.now();
    let rows: Vec<RowLine> = found
        .lines
        .iter()
        .take(ON_A_PAGE)
        .map(|line| row(&rules, line, now, &zone))
        .collect();
    let may_handle = signed.may(Action::HandleRequests);
    let may_act = may_handle || signed.may(Action::AssignWork);
    let new = may_handle.then(new_button);
    let is_board = wanted.board.is_some();
    Ok(page(&QueuePage {
        opens_clients: !signed.scope(Action::ReadClients).is_nothing(),
        views: views(&wanted, listed, &found.counts),
        kept: kept(&found.views, me),
        filters: wanted.filters(&found.names),
        choose: wanted.choose(&rules, &found.names),
        typed: wanted.typed(),
        sorts: wanted.sorts(),
        newest: wanted.is_newest(),
        hidden: wanted.hidden(),
        query: wanted.query(true),
        columns: is_board.then(|| board(&rows)),
        other: wanted.other(is_board),
        none: none(listed, new.clone()),
        setup: setup(&signed),
        whole: wanted.whole(&found),
        more: more(&found.lines, listed, &wanted),
        colleagues: found.names.of_people(),
        teams: found.names.of_teams("team:"),
        macros: found.macros,
        categories: words(&rules, "category"),
        urgencies: words(&rules, "urgency"),
        impacts: words(&rules, "impact"),
        export: signed
            .may(Action::ExportRecords)
            .then(|| wanted.export(is_board)),
        rows,
        new,
        may_act,
        may_handle,
        frame: frame
            .titled("Requests")
            .at("requests")
            .showing(TOPIC)
            .showing("owed"),
    }))
}

/// What is set up for the queue, for whoever gives all work.
fn setup(signed: &Signed) -> Vec<Button> {
    let pages = [
        ("Routing", "/requests/routing"),
        ("House words", "/settings/words"),
        ("Templates", "/templates"),
    ];
    if !signed.scope(Action::AssignWork).is_everything() {
        return Vec::new();
    }
    let buttons = pages.map(|(name, path)| Button::link(name, path).quiet());
    buttons.into()
}

struct Found {
    lines: Vec<Line>,
    counts: Vec<(Listed, u64)>,
    numbers: Option<Numbers>,
    views: Vec<ViewRow>,
    names: Names,
    macros: Vec<Choice>,
}

fn gather(
    read: &Read<'_>,
    scope: &Scope,
    asked: &Asked,
    (me, known): (PersonId, Option<Numbers>),
) -> Result<Found, StoreError> {
    let macros = queries::macros(read)?.into_iter();
    let macros = macros.filter(|one| !one.changes.is_empty());
    let (counts, numbers) = queries::counts(read, scope, (asked.now, Some(me)), known)?;
    Ok(Found {
        lines: queries::list(read, scope, asked)?,
        counts,
        numbers,
        views: queries::views(read, me)?,
        names: Names::read(read)?.with_client(match asked.filter.client {
            Some(client) => clients::client(read, scope, client)?,
            None => None,
        }),
        macros: macros
            .map(|one| Choice::new(one.id.to_string(), one.name))
            .collect(),
    })
}

fn new_button() -> Button {
    Button::link("New request", "/requests/new")
        .primary()
        .icon(Icon::PLUS)
        .key("c")
}

impl Wanted {
    fn listed(&self) -> Listed {
        let named = self.view.as_deref().and_then(Listed::named);
        named.unwrap_or_default()
    }

    fn asked(
        &self,
        listed: Listed,
        (me, now, zone): (PersonId, Instant, &TimeZone),
    ) -> Result<Asked, Failure> {
        let id = self.id.as_deref().and_then(|id| id.parse::<Id>().ok());
        let after = match (self.after, id) {
            (Some(at), Some(id)) => (Instant::from_micros(at), id),
            _ => self.order(listed).start(),
        };
        Ok(Asked {
            listed,
            filter: Filter {
                state: self.state.clone(),
                category: self.category.clone(),
                priority: self.priority.clone(),
                channel: self.channel.clone(),
                tag: self.tag.clone(),
                client: chosen(self.client.as_deref(), "client")?,
                team: chosen(self.team.as_deref(), "team")?,
                assignee: chosen(self.owner.as_deref(), "person")?,
                tier: self.tier.clone(),
                words: self.words.clone(),
                since: since(&self.since, zone),
                newest: self.is_newest(),
            },
            now,
            me: Some(me),
            after,
            limit: ON_A_PAGE as u32 + 1,
        })
    }

    fn narrowed(&self) -> [(&'static str, &'static str, &str); 11] {
        [
            ("state", "State", &self.state),
            ("category", "Category", &self.category),
            ("priority", "Priority", &self.priority),
            ("channel", "Channel", &self.channel),
            ("tag", "Tag", &self.tag),
            ("tier", "Tier", &self.tier),
            ("words", "Words", &self.words),
            ("since", "Received since", &self.since),
            (
                "client",
                "Client",
                self.client.as_deref().unwrap_or_default(),
            ),
            ("team", "Team", self.team.as_deref().unwrap_or_default()),
            ("owner", "Owner", self.owner.as_deref().unwrap_or_default()),
        ]
    }

    /// What follows the question mark, without one of the filters and without where it goes on.
    fn without(&self, left_out: &str, with_board: bool) -> String {
        let mut text = form_urlencoded::Serializer::new(String::new());
        if self.listed() != Listed::default() {
            text.append_pair("view", self.listed().key());
        }
        for (key, _, value) in self.narrowed() {
            if key != left_out && !value.is_empty() {
                text.append_pair(key, value);
            }
        }
        if left_out != "sort" && self.is_newest() {
            text.append_pair("sort", "received");
        }
        if with_board && self.board.is_some() {
            text.append_pair("board", "1");
        }
        text.finish()
    }

    fn query(&self, with_board: bool) -> String {
        self.without("", with_board)
    }

    fn filters(&self, names: &Names) -> Filters {
        let set = self
            .narrowed()
            .into_iter()
            .filter(|(_, _, value)| !value.is_empty());
        let filter = |(key, name, value): (&'static str, &str, &str)| FilterPart {
            name: name.to_owned(),
            value: Some(match key {
                "client" => names.client(),
                "team" => names.team(value),
                "owner" => names.person(value),
                _ => value.to_owned(),
            }),
            href: address(&self.without(key, true)),
        };
        Filters(set.map(filter).collect())
    }

    /// The choices of the filters that are not set.
    fn choose(
        &self,
        rules: &InForce,
        names: &Names,
    ) -> Vec<(&'static str, &'static str, Vec<Choice>)> {
        let words = |name: &str| words(rules, name);
        let states = Stand::ALL
            .iter()
            .map(|state| Choice::new(state.name(), state.name()));
        let mut all = vec![
            ("state", "State", states.collect()),
            ("category", "Category", words("category")),
            ("priority", "Priority", words("priority")),
            ("channel", "Channel", words("channel")),
            ("tier", "Tier", tiers(rules)),
            ("team", "Team", names.of_teams("")),
            ("owner", "Owner", names.of_people()),
        ];
        let set = self.narrowed();
        all.retain(|(key, ..)| {
            set.iter()
                .any(|(one, _, value)| one == key && value.is_empty())
        });
        all
    }

    fn is_newest(&self) -> bool {
        self.sort == "received" && !self.listed().is_newest_first()
    }

    /// The view whose order it has.
    fn order(&self, listed: Listed) -> Listed {
        if self.is_newest() {
            Listed::All
        } else {
            listed
        }
    }

    /// Where the heads of the columns lead that order the list, where another order can be had: by what was received, and by what is
    /// due.
    fn sorts(&self) -> Option<(String, String)> {
        if self.listed().is_newest_first() {
            return None;
        }
        let due = self.without("sort", true);
        let joint = if due.is_empty() { "" } else { "&" };
        let received = address(&format!("{due}{joint}sort=received"));
        Some((received, address(&due)))
    }

    /// With the client of whom the form gives the name, or the beginning of one.
    async fn of_a_client(self, room: &Room, scope: &Scope) -> Result<Self, Failure> {
        let typed = self.client.as_deref().map(str::trim);
        let Some(name) = typed.filter(|text| !text.is_empty() && text.parse::<ClientId>().is_err())
        else {
            return Ok(self);
        };
        let (name, scope) = (name.to_owned(), scope.clone());
        let found = room
            .store
            .read(move |read| clients::pick(read, &scope, &name, 1));
        let client = got(found).await?.into_iter().next();
        let client = client.map(|client| client.id.to_string());
        Ok(Self {
            client: client.or(self.client),
            ..self
        })
    }

    /// What is typed to narrow the view, and is not yet: the name, the label, and the type of the field.
    fn typed(&self) -> Vec<(&'static str, &'static str, &'static str)> {
        const FIELDS: [(&str, &str); 4] = [
            ("client", "search"),
            ("tag", "text"),
            ("words", "search"),
            ("since", "date"),
        ];
        let fields = FIELDS.into_iter().filter_map(|(name, kind)| {
            let set = self.narrowed();
            let (_, label, value) = set.into_iter().find(|(one, ..)| *one == name)?;
            value.is_empty().then_some((name, label, kind))
        });
        fields.collect()
    }

    /// What the form of the filters carries along.
    fn hidden(&self) -> Vec<(&'static str, String)> {
        let mut all: Vec<(&'static str, String)> = self
            .narrowed()
            .into_iter()
            .filter(|(_, _, value)| !value.is_empty())
            .map(|(key, _, value)| (key, value.to_owned()))
            .collect();
        if self.listed() != Listed::default() {
            all.push(("view", self.listed().key().to_owned()));
        }
        if self.is_newest() {
            all.push(("sort", "received".to_owned()));
        }
        if self.board.is_some() {
            all.push(("board", "1".to_owned()));
        }
        all
    }

    /// `All 312 that match`, where the page does not show all of them.
    fn whole(&self, found: &Found) -> Option<String> {
        let follows = found.lines.len() > ON_A_PAGE || self.after.is_some();
        let is_narrowed = self.narrowed().iter().any(|(.., value)| !value.is_empty());
        let count = found.counts.iter().find(|(one, _)| *one == self.listed());
        let count = count.filter(|(_, count)| !is_narrowed && *count < MOST_COUNTED);
        follows.then(|| match count {
            Some((_, count)) => format!("All {count} that match"),
            None => "All that match".to_owned(),
        })
    }

    /// What is shown, as a list for a spreadsheet.
    fn export(&self, is_board: bool) -> Button {
        let query = self.query(is_board);
        Button::link("Export", format!("/requests/export.csv?{query}")).quiet()
    }

    fn other(&self, is_board: bool) -> Button {
        let query = self.query(false);
        if is_board {
            return Button::link("Table", address(&query)).quiet();
        }
        let joint = if query.is_empty() { "" } else { "&" };
        Button::link("Board", address(&format!("{query}{joint}board=1"))).quiet()
    }
}

/// The words of a choice, as the vocabulary has them.
fn words(rules: &InForce, name: &str) -> Vec<Choice> {
    let words = choices(&rules.register, name).iter();
    words.map(|word| Choice::new(word, word)).collect()
}

/// The beginning of a day that was typed.
fn since(day: &str, zone: &TimeZone) -> Option<Instant> {
    let day: Date = day.parse().ok()?;
    let begins = day.to_zoned(zone.clone()).ok()?;
    Some(Instant::from_timestamp(begins.timestamp()))
}

/// The tiers, in the words of the vocabulary.
fn tiers(rules: &InForce) -> Vec<Choice> {
    let noun = rules.register.noun("client");
    let fact = noun.and_then(|noun| rules.register.fact(noun, "tier"));
    let values = fact.map_or(&[][..], |fact| rules.register[fact].values.as_slice());
    values.iter().map(|word| Choice::new(word, word)).collect()
}

/// An id that was chosen; nothing else is one.
fn chosen<T: std::str::FromStr>(id: Option<&str>, what: &str) -> Result<Option<T>, Failure> {
    let id = id.filter(|id| !id.is_empty()).map(str::parse).transpose();
    id.map_err(|_| Failure::not_found(format!("There is no such {what}")))
}

/// Only what a queue understands, written by ourselves.
pub(super) fn cleaned(query: &str) -> String {
    const KNOWN: [&str; 14] = [
        "view", "state", "category", "priority", "channel", "tag", "tier", "words", "since",
        "client", "team", "owner", "board", "sort",
    ];
    let pairs = form_urlencoded::parse(query.as_bytes());
    let mut text = form_urlencoded::Serializer::new(String::new());
    for (name, value) in pairs.filter(|(name, _)| KNOWN.contains(&name.as_ref())) {
        text.append_pair(&name, &value);
    }
    text.finish()
}

/// All requests of a view within reach, up to so many as are selected at most.
pub(super) async fn selected(
    room: &Room,
    signed: &Signed,
    query: &str,
) -> Result<Vec<RequestId>, Failure> {
    let mut ids = Vec::new();
    each_of(room, signed, query, MOST_SELECTED, |lines| {
        ids.extend(lines.iter().map(|line| line.request.id));
    })
    .await?;
    Ok(ids)
}

/// The lines of a view within reach, slice by slice, up to so many.
pub(super) async fn each_of(
    room: &Room,
    signed: &Signed,
    query: &str,
    most: usize,
    mut take: impl FnMut(&[Line]),
) -> Result<(), Failure> {
    const SLICE: u32 = 500;
    let scope = reading(signed)?;
    let address: Uri = address(query).parse().map_err(|_| missing())?;
    let Query(wanted) = Query::<Wanted>::try_from_uri(&address).map_err(|_| missing())?;
    let listed = wanted.listed();
    let now = room.world.now();
    let mut asked = wanted.asked(listed, (signed.person, now, &room.zone()))?;
    let mut left = most;
    loop {
        asked.limit = SLICE.min(u32::try_from(left).unwrap_or(SLICE));
        let (scope, slice) = (scope.clone(), asked.clone());
        let lines = got(room
            .store
            .read(move |read| queries::list(read, &scope, &slice)))
        .await?;
        take(&lines);
        left -= lines.len();
        match lines.last() {
            Some(last) if left > 0 && lines.len() == asked.limit as usize => {
                asked.after = last.key(wanted.order(listed));
            }
            _ => return Ok(()),
        }
    }
}

pub(super) fn address(query: &str) -> String {
    if query.is_empty() {
        "/requests".to_owned()
    } else {
        format!("/requests?{query}")
    }
}

fn views(wanted: &Wanted, current: Listed, counts: &[(Listed, u64)]) -> Views {
    let name = |listed: Listed| match listed {
        Listed::Mine => "Mine",
        Listed::Unassigned => "Unassigned",
        Listed::Open => "At risk and overdue first",
        Listed::Overdue => "Overdue",
        Listed::Waiting => "Waiting",
        Listed::Snoozed => "Set aside",
        Listed::Closed => "Closed",
        Listed::All => "All",
    };
    let view = |listed: Listed| {
        let of = Wanted {
            view: Some(listed.key().to_owned()),
            board: wanted.board.clone(),
            ..Wanted::default()
        };
        let count = counts
            .iter()
            .find(|(one, _)| *one == listed)
            .map(|(_, count)| *count);
        View {
            name: name(listed).to_owned(),
            href: address(&of.query(true)),
            count: count.map(|count| {
                if count >= MOST_COUNTED {
                    format!("{MOST_COUNTED}+")
                } else {
                    count.to_string()
                }
            }),
            state: (listed == Listed::Overdue && count.is_some_and(|count| count > 0))
                .then_some(ClockState::Overdue),
            current: listed == current,
        }
    };
    Views {
        of: "requests".to_owned(),
        views: Listed::EACH.into_iter().map(view).collect(),
    }
}

fn kept(views: &[ViewRow], me: PersonId) -> Vec<KeptView> {
    let view = |(id, name, query, _, person): &ViewRow| KeptView {
        id: id.to_string(),
        name: name.clone(),
        href: address(query),
        mine: *person == me.0,
    };
    views.iter().map(view).collect()
}

fn more(found: &[Line], listed: Listed, wanted: &Wanted) -> Option<More> {
    let shown = found.len().min(ON_A_PAGE);
    let last = found
        .get(ON_A_PAGE)
        .and_then(|_| found.get(shown.saturating_sub(1)));
    let is_start = wanted.after.is_none();
    if is_start && last.is_none() {
        return None;
    }
    let query = wanted.query(true);
    let joint = if query.is_empty() { "" } else { "&" };
    let listed = wanted.order(listed);
    let order = if listed.is_newest_first() {
        "the newest first"
    } else {
        "by next deadline"
    };
    Some(More {
        words: format!("{shown} shown, {order}"),
        first: (!is_start).then(|| address(&query)),
        next: last.map(|last| {
            let (at, id) = last.key(listed);
            address(&format!("{query}{joint}after={}&id={id}", at.micros()))
        }),
    })
}

fn none(listed: Listed, new: Option<Button>) -> Empty {
    let empty = match listed {
        Listed::Mine => Empty::new(
            "Nothing is with you",
            "Take a request from those that nobody works on.",
        ),
        Listed::Unassigned => Empty::new(
            "Everything has somebody",
            "Requests that nobody works on stand here.",
        ),
        Listed::Overdue => Empty::new("Nothing is overdue", "Every promise is kept so far."),
        Listed::Waiting => Empty::new(
            "Nothing waits",
            "Requests that wait for the client or a third party stand here.",
        ),
        Listed::Snoozed => Empty::new(
            "Nothing is set aside",
            "What you set aside comes back by itself.",
        ),
        Listed::Open | Listed::Closed | Listed::All => Empty::new(
            "No requests here",
            "They come in by phone, mail, the web form and the API.",
        ),
    };
    match new {
        Some(new) => empty.act(new),
        None => empty,
    }
}

fn row(rules: &InForce, line: &Line, now: Instant, zone: &TimeZone) -> RowLine {
    let of = &line.request;
    let clause = of.due_rule.as_deref().and_then(|rule| rule.split_once('/'));
    let clock = of
        .due()
        .map(|due| running((of.due_opened_at.unwrap_or(of.received_at), due), now, zone));
    let (channel, icon) = channel_of(&of.channel);
    RowLine {
        id: of.id.to_string(),
        mark: of.mark(),
        subject: of.subject.clone(),
        client: of.client_name.clone(),
        client_href: format!("/clients/{}", of.client),
        tier: of.tier.as_deref().map(|name| tier(rules, name).bare()),
        state: of.state().name(),
        owner: of
            .assignee_name
            .clone()
            .map(|name| (Avatar::of_us(&name), name)),
        channel,
        icon,
        last: match of.last_voice {
            Voice::Client => "client",
            Voice::Us => "us",
            Voice::Note | Voice::Machine => "note",
        },
        when: ago(of.last_at, now),
        clause: clause.map(|(code, rule)| mark_of_rule(rules, code, rule).0),
        clock,
        unread: line.is_unread(),
        priority: of.priority.clone().unwrap_or_default(),
    }
}

/// A channel in words, and its icon.
pub(super) fn channel_of(channel: &str) -> (&'static str, Icon) {
    match channel {
        "phone" => ("Phone", Icon::PHONE),
        "in person" => ("In person", Icon::MEETING),
        "email" => ("Email", Icon::MAIL),
        "portal" => ("Portal", Icon::PORTAL),
        "web form" => ("Web form", Icon::FORM),
        "chat" => ("Chat", Icon::CHAT),
        "API" => ("API", Icon::LINK),
        "letter" => ("Letter", Icon::NOTE),
        _ => ("Another way", Icon::FEEDBACK),
    }
}

/// The rows of each state, for the board.
fn board(rows: &[RowLine]) -> Vec<Column> {
    let card = |row: &RowLine| Card {
        id: row.id.clone(),
        mark: row.mark.clone(),
        subject: row.subject.clone(),
        client: row.client.clone(),
        clock: row.clock.clone(),
    };
    let of = |state: Stand| Column {
        state: state.name(),
        cards: rows
            .iter()
            .filter(|row| row.state == state.name())
            .map(card)
            .collect(),
    };
    let states = Stand::ALL
        .into_iter()
        .filter(|state| *state != Stand::Closed);
    states.map(of).collect()
}
