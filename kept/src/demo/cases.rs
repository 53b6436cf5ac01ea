//! Feedback, complaints, conflicts, and the onboarding of new clients.

use kept_kernel::Instant;

use super::company::{Client, holder};
use super::story::{Case, Story, after};

/// A year of cases.
pub fn tell(story: &mut Story<'_>, clients: &[Client]) {
    for number in 0..150 {
        let place = story.random.below(clients.len());
        let days = story.random.unit() * 355.0;
        let at = after(story.year.0, days * 1440.0 + 560.0);
        let Some(client) = clients.get(place).filter(|client| client.since < at) else {
            continue;
        };
        let at = story.calendar.next_opening(at);
        match number % 10 {
            0..=5 => feedback(story, client, number, at),
            6..=8 => complaint(story, client, number, at),
            _ => conflict(story, client, number, at),
        }
    }
    for (number, client) in clients.iter().enumerate().skip(76) {
        onboarding(story, client, number);
    }
}

fn feedback(story: &mut Story<'_>, client: &Client, number: usize, at: Instant) {
    let case = client.of("feedback", format!("F-{number}"));
    let rep = holder("client service representative", number);
    let needs = if story.random.chance(0.6) {
        "yes"
    } else {
        "no"
    };
    let escalates = if story.random.chance(0.2) {
        "yes"
    } else {
        "no"
    };
    story
        .deed("receive-feedback", &case, at)
        .by_client()
        .part("assignee", rep)
        .tell();
    let acknowledged = story.reached(at, 22.0, rep);
    story
        .deed("acknowledge-feedback", &case, acknowledged)
        .by(rep)
        .tell();
    let classified = story.reached(at, 70.0, rep);
    story
        .deed("classify-feedback", &case, classified)
        .by(rep)
        .fact("feedback.kind", "service")
        .fact("feedback.class", "concern")
        .fact("feedback.urgency", "medium")
        .fact("feedback.tone", "mixed")
        .fact("feedback.potential for escalation", escalates)
        .fact("feedback.need for resolution", needs)
        .tell();
    if escalates == "yes" {
        let called = story.reached(classified, 60.0, client.account_manager);
        let deed = story
            .deed("contact-client", &client.case(), called)
            .by(client.account_manager);
        deed.about(&case).proof("logged-call").tell();
    }
    if needs == "yes" {
        solve(story, &case, rep, (at, classified));
    } else {
        let closed = story.worked(classified, 500.0);
        story.deed("close-feedback", &case, closed).by(rep).tell();
    }
}

fn solve(story: &mut Story<'_>, case: &Case, rep: &str, (at, classified): (Instant, Instant)) {
    let assessed = story.reached(classified, 60.0, rep);
    story
        .deed("assess-feedback", case, assessed)
        .by(rep)
        .fact("feedback.cause", "found")
        .tell();
    let planned = story.reached(assessed, 50.0, rep);
    let day = after(planned, 1440.0).to_string();
    story
        .deed("plan-resolution", case, planned)
        .by(rep)
        .fact("feedback.departments", "delivery")
        .fact("feedback.planned date", &day)
        .tell();
    let mut news = story.worked(at, 200.0);
    let done = story.reached(planned, 260.0, rep);
    while news < done {
        story.deed("update-feedback", case, news).by(rep).tell();
        news = story.worked(news, 215.0);
    }
    story.deed("carry-out-plan", case, done).by(rep).tell();
    let asked = story.reached(done, 330.0, rep);
    story
        .deed("confirm-satisfaction-with-feedback", case, asked)
        .by(rep)
        .tell();
    let learned = story.reached(asked, 1_400.0, rep);
    story
        .deed("record-lesson", case, learned)
        .by(rep)
        .fact("feedback.lesson", "written down")
        .fact("feedback.improvement", "agreed")
        .tell();
    let closed = story.worked(learned, 30.0);
    story.deed("close-feedback", case, closed).by(rep).tell();
}

fn complaint(story: &mut Story<'_>, client: &Client, number: usize, at: Instant) {
    let case = client.of("complaint", format!("B-{number}"));
    let rep = holder("client service representative", number);
    let expert = holder("specialised customer service team", number);
    story
        .deed("receive-complaint", &case, at)
        .by_client()
        .part("assignee", rep)
        .tell();
    let passed = story.reached(at, 150.0, rep);
    story
        .deed("escalate-complaint", &case, passed)
        .by(rep)
        .tell();
    let mut from = passed;
    if story.random.chance(0.25) {
        story
            .deed("set-complaint-waiting", &case, passed)
            .by(expert)
            .tell();
        let minutes = story.random.around(800.0);
        from = after(passed, minutes);
        story
            .deed("client-writes-again-on-complaint", &case, from)
            .by_client()
            .tell();
    }
    let solved = story.reached(from, 120.0, expert);
    story
        .deed("resolve-complaint", &case, solved)
        .by(expert)
        .tell();
    if story.random.chance(0.8) {
        let minutes = story.random.around(900.0);
        let happy = after(solved, minutes);
        story
            .deed("confirm-satisfaction-with-complaint", &case, happy)
            .by_client()
            .tell();
        let closed = story.worked(happy, 120.0);
        story
            .deed("close-complaint", &case, closed)
            .by(expert)
            .tell();
    } else {
        let closed = story.worked(solved, 5_200.0);
        story
            .deed("close-complaint", &case, closed)
            .by(expert)
            .tell();
    }
}

fn conflict(story: &mut Story<'_>, client: &Client, number: usize, at: Instant) {
    let case = client.of("conflict", format!("K-{number}"));
    let manager = client.account_manager;
    let deed = story
        .deed("report-conflict", &case, at)
        .by(manager)
        .part("assignee", manager);
    deed.fact("conflict.kind", "dispute with a client").tell();
    let assessed = story.reached(at, 130.0, manager);
    story
        .deed("assess-conflict", &case, assessed)
        .by(manager)
        .fact("conflict.seriousness", "serious")
        .fact("conflict.assessment", "written down")
        .tell();
    let solved = story.reached(assessed, 480.0, manager);
    let limit = story.worked(assessed, 960.0);
    if solved <= limit {
        let deed = story.deed("solve-conflict", &case, solved).by(manager);
        deed.fact("conflict.solution", "agreed").tell();
    } else {
        let team = holder("conflict resolution team", number);
        let handed = story.reached(limit, 90.0, manager);
        story
            .deed("hand-on-conflict", &case, handed)
            .by(manager)
            .tell();
        let taken = story.reached(handed, 80.0, team);
        story
            .deed("take-over-conflict", &case, taken)
            .by(team)
            .tell();
        let solved = story.reached(taken, 1_100.0, team);
        let deed = story.deed("solve-conflict", &case, solved).by(team);
        deed.fact("conflict.solution", "agreed").tell();
    }
}

/// A project of a new client, from the agreement to the hand-over.
fn onboarding(story: &mut Story<'_>, client: &Client, number: usize) {
    let agreement = format!("{} project agreement", client.id);
    let project = Case::new(
        "project",
        format!("{} project", client.id),
        &[("client", &client.id), ("agreement", &agreement)],
    );
    let contract = Case::new(
        "agreement",
        agreement.clone(),
        &[("client", &client.id), ("project", &project.id)],
    );
    let specialist = holder("onboarding specialist", number);
    let at = after(client.since, 5.0 * 1440.0);
    let mut at = story.calendar.next_opening(at);
    story
        .deed("start-project", &project, at)
        .by("Maja Lindqvist")
        .tell();
    at = story.worked(at, 5.0);
    story
        .deed("sign-agreement", &contract, at)
        .by_client()
        .fact("agreement.kind", "service")
        .tell();
    for (act, who, usual, facts) in steps(specialist) {
        at = story.reached(at, usual, who);
        let kick_off = story.worked(at, 1_900.0).to_string();
        let mut deed = story.deed(act, &project, at);
        deed = if who.is_empty() {
            deed.by_client()
        } else {
            deed.by(who)
        };
        for (fact, value) in facts {
            deed = deed.fact(fact, value);
        }
        if act == "complete-plan" {
            deed = deed.fact("project.kick-off time", &kick_off);
        }
        deed.tell();
        if act == "send-intake-form" {
            remind(story, &project, specialist, at);
        }
        if act == "hold-kick-off" {
            weekly(story, client, &project, at);
        }
        if act == "take-over-answers" {
            let done = story.reached(at, 300.0, specialist);
            story
                .deed("complete-client-profile", &client.case(), done)
                .by(specialist)
                .about(&project)
                .tell();
            at = done;
        }
    }
    hand_over(story, client, &project, at);
}

/// A step of an onboarding: what is told, who does it (nobody: the client), how many minutes it takes, what it says.
type Step = (
    &'static str,
    &'static str,
    f64,
    &'static [(&'static str, &'static str)],
);

fn steps(specialist: &'static str) -> [Step; 12] {
    [
        ("send-welcome", "Maja Lindqvist", 130.0, &[]),
        (
            "schedule-discovery",
            "Maja Lindqvist",
            240.0,
            &[("project.agenda", "sent")],
        ),
        ("hold-discovery", "Maja Lindqvist", 900.0, &[]),
        (
            "record-discovery",
            specialist,
            130.0,
            &[
                ("project.expectations", "clear"),
                ("project.deliverables", "listed"),
                ("project.deadlines", "set"),
            ],
        ),
        ("assign-specialist", "Maja Lindqvist", 90.0, &[]),
        ("send-intake-form", specialist, 110.0, &[]),
        ("return-intake-form", "", 1_800.0, &[]),
        ("take-over-answers", specialist, 5.0, &[]),
        (
            "complete-plan",
            specialist,
            900.0,
            &[
                ("project.deliverables", "listed"),
                ("project.dates", "set"),
                ("project.responsible people", "named"),
            ],
        ),
        ("set-up-channels", specialist, 120.0, &[]),
        (
            "hold-kick-off",
            specialist,
            900.0,
            &[
                ("project.expectations", "clear"),
                ("project.timeline", "agreed"),
                ("project.next steps", "agreed"),
            ],
        ),
        ("accept-deliverables", "", 12_000.0, &[]),
    ]
}

/// The client is reminded of the form while we wait for it; now and then late.
fn remind(story: &mut Story<'_>, project: &Case, specialist: &str, sent: Instant) {
    let mut at = sent;
    for _ in 0..3 {
        let days = story.random.around(2.6).clamp(1.5, 4.5);
        at = after(at, days * 1440.0);
        story
            .deed("send-form-reminder", project, at)
            .by(specialist)
            .tell();
    }
}

/// While the project is under way, somebody asks every week.
fn weekly(story: &mut Story<'_>, client: &Client, project: &Case, from: Instant) {
    let mut at = from;
    for _ in 0..4 {
        let days = story.random.around(6.2).clamp(4.0, 9.0);
        at = after(at, days * 1440.0);
        story
            .deed("check-in-with-client", &client.case(), at)
            .by(client.account_manager)
            .about(project)
            .fact("project.progress", "40")
            .fact("project.plan status", "as planned")
            .fact("client.mood", "positive")
            .fact("client.changed needs", "none")
            .tell();
    }
}

fn hand_over(story: &mut Story<'_>, client: &Client, project: &Case, from: Instant) {
    let manager = client.account_manager;
    let at = story.reached(from, 340.0, manager);
    story
        .deed("hand-over-project", project, at)
        .by(manager)
        .fact("project.destination", "support")
        .fact("project.next steps", "agreed")
        .tell();
    let support = story.reached(at, 150.0, manager);
    story
        .deed(
            "hand-client-over-to-ongoing-support",
            &client.case(),
            support,
        )
        .by(manager)
        .about(project)
        .tell();
    let offered = story.reached(support, 9_000.0, manager);
    story
        .deed("offer-retention-programme", &client.case(), offered)
        .by(manager)
        .tell();
}
