//! Emails, calls, meetings, sales, promises, and the contacts that come round.

use kept_kernel::Instant;

use super::company::{Client, holder};
use super::story::{Case, Story, after};

/// A year of contacts with every client.
pub fn tell(story: &mut Story<'_>, clients: &[Client]) {
    for (number, client) in clients.iter().enumerate() {
        rounds(story, client);
        let weight = if client.revenue >= 500_000 { 3 } else { 1 };
        for time in 0..6 * weight {
            spread(story, client, number * 100 + time, email);
        }
        for time in 0..2 * weight {
            spread(story, client, number * 100 + time, message);
            spread(story, client, number * 100 + time, meeting);
        }
        for time in 0..=weight {
            spread(story, client, number * 100 + time, sale);
            spread(story, client, number * 100 + time, promise);
            spread(story, client, number * 100 + time, call);
        }
    }
}

type One = fn(&mut Story<'_>, &Client, usize, Instant);

/// Something at some working time of the year after the client came.
fn spread(story: &mut Story<'_>, client: &Client, number: usize, one: One) {
    let share = story.random.unit();
    let span = story.year.1.micros_since(client.since).max(0);
    let at = client.since.plus_micros((span as f64 * share) as i64);
    let at = story.calendar.next_opening(at);
    let minutes = story.random.unit() * 420.0;
    let at = story.worked(at, minutes);
    if story.in_year(at) {
        one(story, client, number, at);
    }
}

fn email(story: &mut Story<'_>, client: &Client, number: usize, at: Instant) {
    let case = client.of("email", format!("M-{number}"));
    story
        .deed("receive-email", &case, at)
        .by_client()
        .fact("email.purpose", "service")
        .tell();
    let rep = holder("client service representative", number);
    if story.random.chance(0.1) {
        let at = story.reached(at, 30.0, rep);
        story
            .deed("mark-email-as-needing-no-answer", &case, at)
            .by(rep)
            .tell();
    } else if story.random.chance(0.985) {
        let usual = if client.revenue >= 500_000 {
            28.0
        } else {
            95.0
        };
        let answered = story.reached(at, usual, rep);
        story
            .deed("answer-email", &case, answered)
            .by(rep)
            .proof("message-to-client")
            .tell();
    }
}

fn message(story: &mut Story<'_>, client: &Client, number: usize, at: Instant) {
    let case = client.of("message", format!("C-{number}"));
    story
        .deed("receive-message", &case, at)
        .by_client()
        .fact("message.channel", "chat")
        .tell();
    let rep = holder("client service representative", number + 1);
    let answered = story.reached(at, 55.0, rep);
    story
        .deed("answer-message", &case, answered)
        .by(rep)
        .proof("message-to-client")
        .tell();
}

fn call(story: &mut Story<'_>, client: &Client, number: usize, at: Instant) {
    let case = client.of("call", format!("T-{number}"));
    story.deed("miss-call", &case, at).by_system().tell();
    let rep = holder("client service representative", number + 2);
    let back = story.reached(at, 70.0, rep);
    story.deed("return-call", &case, back).by(rep).tell();
    let talk = client.of("interaction", format!("I-{number}"));
    story
        .deed("have-interaction", &talk, back)
        .by(rep)
        .fact("interaction.channel", "phone")
        .part("performer", rep)
        .tell();
    let noted = story.reached(back, 75.0, rep);
    let date = story.worked(noted, 2_400.0);
    story
        .deed("record-interaction", &talk, noted)
        .by(rep)
        .fact("interaction.touchpoint", "account management")
        .fact("interaction.summary", "what was said")
        .fact("interaction.feedback", "what the client said")
        .fact("interaction.next actions", "who does what")
        .fact("interaction.follow-up date", &date.to_string())
        .tell();
    follow_up(story, client, &talk, rep, noted, 1_300.0);
}

fn meeting(story: &mut Story<'_>, client: &Client, number: usize, at: Instant) {
    let case = client.of("meeting", format!("V-{number}"));
    let manager = client.account_manager;
    let initial = if number.is_multiple_of(4) {
        "yes"
    } else {
        "no"
    };
    story
        .deed("hold-meeting", &case, at)
        .by(manager)
        .fact("meeting.initial meeting", initial)
        .fact("meeting.kind", "consultation")
        .part("host", manager)
        .tell();
    let notes = story.reached(at, 110.0, manager);
    story
        .deed("write-listening-notes", &case, notes)
        .by(manager)
        .fact("meeting.quoted words", "in the client's own words")
        .tell();
    follow_up(story, client, &case, manager, at, 420.0);
}

/// A follow-up, mostly prepared.
fn follow_up(
    story: &mut Story<'_>,
    client: &Client,
    about: &Case,
    who: &str,
    from: Instant,
    usual: f64,
) {
    let at = story.reached(from, usual, who);
    let case = client.case();
    if story.random.chance(0.86) {
        let before = at.plus_micros(-25 * 60_000_000);
        story
            .deed("open-preparation-page", &case, before)
            .by(who)
            .tell();
    }
    story
        .deed("follow-up-with-client", &case, at)
        .by(who)
        .about(about)
        .proof("offer-of-help")
        .proof("offer-of-value")
        .tell();
}

fn sale(story: &mut Story<'_>, client: &Client, number: usize, at: Instant) {
    let case = client.of("sale", format!("S-{number}"));
    let seller = client.salesperson;
    let sensitive = if story.random.chance(0.07) {
        "yes"
    } else {
        "no"
    };
    story
        .deed("make-sale", &case, at)
        .by(seller)
        .fact("sale.amount", "4,800")
        .fact("sale.sensitive", sensitive)
        .part("salesperson", seller)
        .tell();
    let who = if sensitive == "yes" {
        "Victor Lang"
    } else {
        seller
    };
    follow_up(story, client, &case, who, at, 560.0);
    if story.random.chance(0.85) {
        let offered = story.reached(at, 4_200.0, seller);
        story
            .deed("offer-loyalty", &client.case(), offered)
            .by(seller)
            .about(&case)
            .tell();
    }
}

fn promise(story: &mut Story<'_>, client: &Client, number: usize, at: Instant) {
    let manager = client.account_manager;
    let case = client.of("promise", format!("P-{number}"));
    let due = story.worked(at, 1_440.0);
    story
        .deed("make-promise", &case, at)
        .by(manager)
        .part("promiser", manager)
        .fact("promise.due time", &due.to_string())
        .tell();
    let kept = story.reached(at, 620.0, manager);
    story.deed("keep-promise", &case, kept).by(manager).tell();
}

/// What comes round: follow-ups, check-ins, surveys, verifications.
fn rounds(story: &mut Story<'_>, client: &Client) {
    let (manager, seller) = (client.account_manager, client.salesperson);
    let first = after(client.since, 3.0 * 1440.0);
    let signed = client.of("agreement", format!("{} agreement", client.id));
    agreement(story, client, &signed, first);
    let mut at = after(first, 20.0 * 1440.0);
    while story.in_year(at) {
        let when = story.reached(at, 60.0, seller);
        follow_up(story, client, &client.case(), seller, when, 30.0);
        let check = story.reached(when, 700.0, manager);
        story
            .deed("check-in-with-client", &client.case(), check)
            .by(manager)
            .fact("client.mood", "positive")
            .fact("client.changed needs", "none")
            .proof("offer-of-further-services")
            .tell();
        let days = story
            .random
            .around(if client.revenue >= 1_000_000 {
                27.0
            } else {
                66.0
            })
            .clamp(18.0, 130.0);
        at = after(at, days * 1440.0);
    }
    let mut at = after(first, 40.0 * 1440.0);
    while story.in_year(at) {
        story
            .deed("send-survey", &client.case(), at)
            .by_system()
            .tell();
        survey(story, client, at);
        at = after(at, 170.0 * 1440.0);
    }
    let verified = after(first, 200.0 * 1440.0);
    story
        .deed("verify-client-details", &client.case(), verified)
        .by(manager)
        .tell();
}

fn survey(story: &mut Story<'_>, client: &Client, sent: Instant) {
    if !story.random.chance(0.66) {
        return;
    }
    let minutes = story.random.around(2_400.0);
    let at = after(sent, minutes);
    let rating = story
        .random
        .weighted(&[("bottom box", 9), ("middle box", 22), ("top box", 69)]);
    let case = client.of("survey-answer", format!("{} {sent}", client.id));
    story
        .deed("receive-survey-answer", &case, at)
        .by_client()
        .fact("survey-answer.rating", rating)
        .tell();
    if rating == "bottom box" {
        let called = story.reached(at, 400.0, client.account_manager);
        let deed = story
            .deed("contact-client", &client.case(), called)
            .by(client.account_manager);
        deed.about(&case).proof("logged-call").tell();
    }
}

fn agreement(story: &mut Story<'_>, client: &Client, case: &Case, at: Instant) {
    let at = story.calendar.next_opening(at);
    let seller = client.salesperson;
    story
        .deed("sign-agreement", case, at)
        .by_client()
        .fact("agreement.kind", "service")
        .fact("agreement.value", "24,000")
        .tell();
    let explained = story.reached(at, 120.0, seller);
    story
        .deed("explain-next-steps", case, explained)
        .by(seller)
        .tell();
    let written = story.reached(at, 330.0, seller);
    let end = after(at, 400.0 * 1440.0).to_string();
    story
        .deed("complete-agreement-record", case, written)
        .by(seller)
        .fact("agreement.value", "24,000")
        .fact("agreement.start date", &at.to_string())
        .fact("agreement.term", "12 months")
        .fact("agreement.renewal date", &end)
        .fact("agreement.signed document", "in the files")
        .fact("agreement.next steps", "agreed")
        .tell();
}
