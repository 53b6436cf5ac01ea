//! How far the requests in progress have come, and how long ago they came in.

use self::Ago::{Clock, Work};
use self::Stage::{
    Acknowledged, Assigned, Confirmed, Escalated, New, Noticed, Reopened, Resolved, Waiting,
    Working,
};
use crate::clients::Tier::{self, Bronze, Gold, Platinum, Silver};

/// How far a request has come.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Stage {
    New,
    Acknowledged,
    Assigned,
    Working,
    Waiting,
    Escalated,
    Reopened,
    Resolved,
    Noticed,
    Confirmed,
}

/// How long ago it came in.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ago {
    /// Minutes around the clock.
    Clock(i64),
    /// Minutes of working time.
    Work(i64),
}

pub(super) struct Plan {
    pub(super) stage: Stage,
    pub(super) ago: Ago,
    pub(super) channel: &'static str,
    /// Category, urgency and impact.
    pub(super) judged: [&'static str; 3],
    pub(super) tier: Tier,
}

const fn plan(
    stage: Stage,
    ago: Ago,
    (channel, tier): (&'static str, Tier),
    judged: [&'static str; 3],
) -> Plan {
    Plan {
        stage,
        ago,
        channel,
        judged,
        tier,
    }
}

/// The requests of a busy day.
pub(super) const PLANS: [Plan; 34] = [
    plan(
        New,
        Clock(4),
        ("email", Gold),
        ["question", "medium", "low"],
    ),
    plan(
        New,
        Clock(11),
        ("portal", Bronze),
        ["problem", "medium", "medium"],
    ),
    plan(
        New,
        Clock(19),
        ("web form", Bronze),
        ["billing", "low", "medium"],
    ),
    plan(New, Clock(33), ("email", Silver), ["order", "low", "low"]),
    plan(
        New,
        Clock(47),
        ("email", Platinum),
        ["problem", "high", "high"],
    ),
    plan(
        New,
        Work(74),
        ("email", Platinum),
        ["access", "medium", "medium"],
    ),
    plan(
        New,
        Work(138),
        ("portal", Silver),
        ["billing", "medium", "low"],
    ),
    plan(
        Acknowledged,
        Clock(26),
        ("chat", Silver),
        ["question", "low", "low"],
    ),
    plan(
        Acknowledged,
        Work(52),
        ("email", Gold),
        ["change", "medium", "low"],
    ),
    plan(
        Acknowledged,
        Work(85),
        ("email", Bronze),
        ["order", "low", "medium"],
    ),
    plan(
        Assigned,
        Clock(38),
        ("email", Gold),
        ["problem", "high", "high"],
    ),
    plan(
        Assigned,
        Clock(130),
        ("portal", Silver),
        ["order", "medium", "medium"],
    ),
    plan(
        Assigned,
        Clock(310),
        ("email", Bronze),
        ["change", "low", "low"],
    ),
    plan(
        Working,
        Clock(196),
        ("email", Platinum),
        ["problem", "high", "high"],
    ),
    plan(
        Working,
        Clock(436),
        ("phone", Platinum),
        ["problem", "high", "medium"],
    ),
    plan(
        Working,
        Clock(1_240),
        ("email", Silver),
        ["question", "medium", "medium"],
    ),
    plan(
        Working,
        Clock(1_385),
        ("portal", Gold),
        ["billing", "medium", "low"],
    ),
    plan(
        Working,
        Clock(365),
        ("email", Gold),
        ["change", "medium", "medium"],
    ),
    plan(
        Working,
        Clock(190),
        ("portal", Silver),
        ["access", "medium", "medium"],
    ),
    plan(
        Working,
        Clock(900),
        ("email", Bronze),
        ["order", "low", "low"],
    ),
    plan(
        Working,
        Clock(1_640),
        ("email", Platinum),
        ["problem", "medium", "medium"],
    ),
    plan(
        Working,
        Clock(1_880),
        ("email", Silver),
        ["order", "medium", "low"],
    ),
    plan(
        Working,
        Clock(305),
        ("portal", Gold),
        ["access", "high", "high"],
    ),
    plan(
        Working,
        Clock(3_150),
        ("email", Silver),
        ["billing", "medium", "medium"],
    ),
    plan(
        Waiting,
        Clock(1_800),
        ("email", Gold),
        ["problem", "medium", "medium"],
    ),
    plan(
        Waiting,
        Clock(4_300),
        ("email", Silver),
        ["billing", "low", "low"],
    ),
    plan(
        Waiting,
        Clock(620),
        ("portal", Bronze),
        ["question", "low", "medium"],
    ),
    plan(
        Escalated,
        Clock(560),
        ("email", Platinum),
        ["problem", "medium", "high"],
    ),
    plan(
        Reopened,
        Clock(4_500),
        ("email", Gold),
        ["problem", "medium", "medium"],
    ),
    plan(
        Resolved,
        Clock(1_150),
        ("email", Silver),
        ["question", "medium", "low"],
    ),
    plan(
        Noticed,
        Clock(2_900),
        ("email", Platinum),
        ["problem", "high", "medium"],
    ),
    plan(
        Noticed,
        Clock(1_900),
        ("portal", Bronze),
        ["access", "medium", "low"],
    ),
    plan(
        Confirmed,
        Clock(1_500),
        ("email", Gold),
        ["order", "medium", "medium"],
    ),
    plan(
        Confirmed,
        Clock(2_750),
        ("phone", Silver),
        ["question", "low", "low"],
    ),
];
