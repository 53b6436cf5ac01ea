//! What the company owes itself: reviews, reports, audits, courses.

use kept_kernel::Instant;

use super::company::STAFF;
use super::story::{Case, Story, after};

/// A year of it.
pub fn tell(story: &mut Story<'_>) {
    let company = Case::new("company", "Hallam Instruments", &[]);
    for month in 0..12 {
        let start = after(story.year.0, f64::from(month) * 30.44 * 1440.0 + 600.0);
        let start = story.calendar.next_opening(start);
        monthly(story, &company, start);
        if month % 3 == 0 {
            quarterly(story, &company, start);
        }
    }
    for (number, (_, staff)) in STAFF.iter().enumerate() {
        for (place, name) in staff.iter().enumerate() {
            courses(story, name, number * 3 + place);
        }
    }
}

/// What is told of a duty of the house: the act, who, how many minutes it takes, the facts that show it.
type Chore = (&'static str, &'static str, f64, &'static [&'static str]);

fn chores(story: &mut Story<'_>, company: &Case, start: Instant, chores: &[Chore]) {
    for (act, who, usual, facts) in chores {
        let at = story.reached(start, *usual, who);
        let mut deed = story.deed(act, company, at).by(who).proof("reason");
        for fact in *facts {
            deed = deed.fact(&format!("company.{fact}"), "written down");
        }
        deed.tell();
    }
}

fn monthly(story: &mut Story<'_>, company: &Case, start: Instant) {
    chores(
        story,
        company,
        start,
        &[
            (
                "check-adherence",
                "Ruth Keller",
                2_300.0,
                &["findings", "actions"],
            ),
            (
                "review-workload",
                "Anders Bergman",
                2_600.0,
                &["findings", "actions"],
            ),
            (
                "review-themes",
                "Julia Santos",
                2_100.0,
                &["causes", "actions"],
            ),
        ],
    );
}

fn quarterly(story: &mut Story<'_>, company: &Case, start: Instant) {
    chores(
        story,
        company,
        start,
        &[
            (
                "review-figures",
                "Ruth Keller",
                2_400.0,
                &["trends", "causes", "actions"],
            ),
            ("review-data-fields", "Ivo Horvat", 4_200.0, &[]),
            (
                "collect-sop-feedback",
                "Ruth Keller",
                3_900.0,
                &["themes", "findings"],
            ),
            (
                "review-this-sop",
                "Ruth Keller",
                7_000.0,
                &["findings", "actions"],
            ),
            ("judge-results", "Victor Lang", 5_000.0, &[]),
            (
                "complete-data-audit",
                "Ivo Horvat",
                3_000.0,
                &["checklist", "findings"],
            ),
        ],
    );
}

/// A colleague's courses: most are taken in time.
fn courses(story: &mut Story<'_>, name: &str, number: usize) {
    for course in [
        "Client management policy",
        "Data privacy and security",
        "Engagement fundamentals",
        "Advanced communication",
        "Handling client feedback",
        "Conflict resolution",
        "Product and service deep dive",
        "Follow-up",
    ] {
        if story.random.chance(0.08) {
            continue;
        }
        let days = story.random.around(14.0) + (number % 5) as f64;
        let at = after(story.year.0, days * 1440.0 + 540.0);
        let at = story.calendar.next_opening(at);
        let case = Case::new("course", course, &[]);
        story
            .deed("attend-course", &case, at)
            .by(name)
            .part("learner", name)
            .tell();
        let passed = story.worked(at, 200.0);
        story
            .deed("pass-course", &case, passed)
            .by(name)
            .part("learner", name)
            .tell();
    }
}
