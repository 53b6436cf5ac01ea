//! Requests, from receipt to closing.

use kept_kernel::Instant;

use super::company::{Client, holder};
use super::story::{Case, Story, after};

/// A request and those who deal with it.
struct Request<'c> {
    case: Case,
    client: &'c Client,
    rep: &'static str,
    assignee: &'static str,
    at: Instant,
    channel: &'static str,
    category: &'static str,
    urgency: &'static str,
    impact: &'static str,
}

/// A year of requests: more on Mondays, fewer in summer, some at night and at weekends.
pub fn tell(story: &mut Story<'_>, clients: &[Client]) {
    let mut number = 1000;
    for day in 0..365 {
        let weekday = (day + 2) % 7;
        let usual = [6.5, 5.5, 5.0, 5.0, 4.0, 0.6, 0.4]
            .get(weekday)
            .copied()
            .unwrap_or(1.0);
        let season = if (195..240).contains(&day) { 0.7 } else { 1.0 };
        let today = (story.random.around(usual * season)).min(14.0) as usize;
        for _ in 0..today {
            let known = clients.len() - story.random.below(3).min(clients.len());
            let place = story.random.below(known.max(1));
            let Some(client) = clients.get(place) else {
                continue;
            };
            let hour = if story.random.chance(0.86) {
                8.2 + story.random.unit() * 9.3
            } else {
                story.random.unit() * 24.0
            };
            let at = after(story.year.0, day as f64 * 1440.0 + hour * 60.0);
            if at > client.since {
                number += 1;
                one(story, client, number, at);
            }
        }
    }
}

fn one(story: &mut Story<'_>, client: &Client, number: usize, at: Instant) {
    let open = story.calendar.is_open(at);
    let random = &mut story.random;
    let channels: &[(&str, u32)] = if open {
        &[
            ("email", 44),
            ("phone", 20),
            ("portal", 20),
            ("web form", 10),
            ("chat", 5),
            ("social media", 1),
        ]
    } else {
        &[("email", 60), ("portal", 30), ("web form", 10)]
    };
    let channel = random.weighted(channels);
    let category = random.weighted(&[
        ("question", 30),
        ("problem", 32),
        ("order", 12),
        ("change", 10),
        ("billing", 10),
        ("access", 6),
    ]);
    let urgency = random.weighted(&[("low", 40), ("medium", 45), ("high", 15)]);
    let impact = random.weighted(&[("low", 50), ("medium", 40), ("high", 10)]);
    let team = match category {
        "problem" | "access" => "technical support",
        _ => "client service representative",
    };
    let request = Request {
        case: client.of("request", format!("R-{number}")),
        client,
        rep: holder("client service representative", random.below(4)),
        assignee: holder(team, random.below(12)),
        at,
        channel,
        category,
        urgency,
        impact,
    };
    receive(story, &request);
    match story.random.unit() {
        ..0.015 => void(story, &request, "mark-request-as-duplicate", "duplicate"),
        ..0.022 => void(story, &request, "mark-request-as-spam", "spam"),
        _ => handle(story, &request),
    }
}

fn receive(story: &mut Story<'_>, request: &Request<'_>) {
    let Request { case, at, rep, .. } = request;
    story
        .deed("receive-request", case, *at)
        .by_client()
        .fact("request.channel", request.channel)
        .tell();
    if request.channel == "phone" {
        let back = story.random.around(6.0);
        let back = after(*at, back);
        story.deed("read-request-back", case, back).by(rep).tell();
        let logged = story.random.around(3.2);
        let logged = after(*at, logged);
        story
            .deed("log-request", case, logged)
            .by(rep)
            .fact("request.nature", "as told on the phone")
            .fact("request.time of contact", &at.to_string())
            .tell();
    }
    if request.client.revenue >= 500_000 && story.random.chance(0.93) {
        let manager = request.client.account_manager;
        let seen = story.reached(*at, 70.0, manager);
        story.deed("oversee-request", case, seen).by(manager).tell();
    }
    if request.channel == "social media" {
        let named = story.reached(*at, 120.0, rep);
        story
            .deed("tell-client-open-channels", case, named)
            .by(rep)
            .tell();
    }
}

fn void(story: &mut Story<'_>, request: &Request<'_>, act: &str, ending: &str) {
    let at = story.reached(request.at, 60.0, request.rep);
    let deed = story
        .deed(act, &request.case, at)
        .by(request.rep)
        .fact("request.ending", ending);
    deed.fact("request.reason for ending", "seen before").tell();
}

fn handle(story: &mut Story<'_>, request: &Request<'_>) {
    let Request {
        case,
        rep,
        assignee,
        at,
        ..
    } = request;
    let expected = expected(request);
    let acknowledged = story.reached(*at, 17.0, rep);
    let deed = story
        .deed("acknowledge-request", case, acknowledged)
        .by(rep);
    deed.fact(
        "request.estimated time to resolution",
        &expected.to_string(),
    )
    .tell();
    let prioritised = story.reached(acknowledged, 12.0, rep);
    story
        .deed("prioritise-request", case, prioritised)
        .by(rep)
        .fact("request.category", request.category)
        .fact("request.urgency", request.urgency)
        .fact("request.impact", request.impact)
        .tell();
    let assigned = story.reached(prioritised, 14.0, rep);
    story
        .deed("assign-request", case, assigned)
        .by(rep)
        .part("assignee", assignee)
        .tell();
    let started = work(story, request, assigned);
    let resolved = resolve(story, request, started);
    if story.random.chance(0.04) {
        escalate(story, request, started);
    }
    finish(story, request, resolved);
}

/// When it will be solved, as the client is told.
fn expected(request: &Request<'_>) -> Instant {
    let hours = match (request.urgency, request.impact) {
        ("high", "high") => 4.0,
        ("high", _) | (_, "high") => 8.0,
        _ => 24.0,
    };
    after(request.at, hours * 60.0)
}

/// The first step of the procedure of its category.
fn work(story: &mut Story<'_>, request: &Request<'_>, from: Instant) -> Instant {
    let Request { case, assignee, .. } = request;
    match request.category {
        "problem" | "access" => {
            let at = story.reached(from, 26.0, assignee);
            story
                .deed("examine-request", case, at)
                .by(assignee)
                .fact("request.cause", "found")
                .tell();
            at
        }
        "order" | "change" => {
            let at = story.reached(from, 30.0, assignee);
            story
                .deed("check-request-against-agreement", case, at)
                .by(assignee)
                .tell();
            at
        }
        _ => from,
    }
}

fn resolve(story: &mut Story<'_>, request: &Request<'_>, from: Instant) -> Instant {
    let Request { case, assignee, .. } = request;
    let mut at = from;
    if story.random.chance(0.16) {
        at = wait(story, request, at);
    }
    let usual = match (request.urgency, request.impact) {
        ("high", "high") => 34.0,
        ("high", _) | (_, "high") => 50.0,
        _ => 78.0,
    };
    let mut resolved = story.reached(at, usual, assignee);
    if story.random.chance(0.035) {
        resolved = story.reached(resolved, 2_300.0, assignee);
        updates(story, request, at, resolved);
    }
    let before = story.calendar.add_working(resolved, -12 * 60_000_000);
    if matches!(request.category, "question" | "billing") {
        story
            .deed("answer-request", case, before)
            .by(assignee)
            .tell();
    } else {
        story
            .deed("carry-out-request", case, before)
            .by(assignee)
            .tell();
    }
    if matches!(request.category, "problem" | "access") && story.random.chance(0.9) {
        story
            .deed("test-request", case, resolved)
            .by(assignee)
            .tell();
    }
    story
        .deed("resolve-request", case, resolved)
        .by(assignee)
        .fact("request.resolution", "written down")
        .tell();
    resolved
}

/// We need something from the client, and wait.
fn wait(story: &mut Story<'_>, request: &Request<'_>, from: Instant) -> Instant {
    let asked = story.reached(from, 30.0, request.assignee);
    story
        .deed("set-waiting-for-client", &request.case, asked)
        .by(request.assignee)
        .tell();
    let minutes = story.random.around(900.0);
    let back = after(asked, minutes);
    story
        .deed("client-writes-again", &request.case, back)
        .by_client()
        .tell();
    story.worked(back, 5.0)
}

/// News while it takes long; now and then forgotten.
fn updates(story: &mut Story<'_>, request: &Request<'_>, from: Instant, until: Instant) {
    let mut at = story.reached(from, 800.0, request.assignee);
    while at < until {
        if story.random.chance(0.86) {
            let case = request.client.case();
            story
                .deed("update-client", &case, at)
                .by(request.assignee)
                .about(&request.case)
                .tell();
        }
        at = story.reached(at, 800.0, request.assignee);
    }
}

fn escalate(story: &mut Story<'_>, request: &Request<'_>, from: Instant) {
    let case = &request.case;
    let at = story.worked(from, 20.0);
    story
        .deed("escalate-request", case, at)
        .by(request.rep)
        .tell();
    let agreed = story.reached(at, 25.0, request.rep);
    let until = story.worked(agreed, 300.0);
    story
        .deed("note-request", case, agreed)
        .by(request.rep)
        .fact("request.agreed time", &until.to_string())
        .tell();
    let settled = story.reached(agreed, 170.0, request.assignee);
    story
        .deed("settle-escalation", case, settled)
        .by(holder("technical support", 1))
        .tell();
}

fn finish(story: &mut Story<'_>, request: &Request<'_>, resolved: Instant) {
    let Request {
        case,
        rep,
        assignee,
        ..
    } = request;
    if story.random.chance(0.96) {
        let at = story.reached(resolved, 90.0, rep);
        story.deed("send-closing-notice", case, at).by(rep).tell();
    }
    let mut closed = story.worked(resolved, 6.2 * 480.0);
    if story.random.chance(0.055) {
        let back = story.random.around(1_500.0);
        let back = after(resolved, back + 60.0);
        story.deed("reopen-request", case, back).by_client().tell();
        let again = story.reached(back, 200.0, assignee);
        let deed = story.deed("resolve-request", case, again).by(assignee);
        deed.fact("request.resolution", "written down again").tell();
        closed = story.worked(again, 6.2 * 480.0);
        let notice = story.reached(again, 60.0, rep);
        story
            .deed("send-closing-notice", case, notice)
            .by(rep)
            .tell();
    } else if story.random.chance(0.68) {
        let minutes = story.random.around(700.0);
        let confirmed = after(resolved, minutes + 30.0);
        story
            .deed("confirm-resolution", case, confirmed)
            .by_client()
            .tell();
        closed = story.reached(confirmed, 130.0, assignee);
    } else if story.random.chance(0.08) {
        closed = story.worked(resolved, 900.0);
    }
    story
        .deed("close-request", case, closed)
        .by(assignee)
        .tell();
    if story.random.chance(0.9) {
        let asked = story.reached(closed, 260.0, rep);
        let client = request.client.case();
        story
            .deed("ask-client-for-feedback", &client, asked)
            .by(rep)
            .about(case)
            .tell();
    }
}
