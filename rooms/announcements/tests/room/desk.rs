//! A desk with five people in two teams, a clock that is set by hand, a browser and a program.

use std::ops::Deref;

use axum::http::StatusCode;
use kept_accounts::model::{DepartmentId, TeamId};
use kept_announcements::{Room, api_description, api_routes, parts, routes};
use kept_desk::{Ground, Program, Site};
use kept_journal::{InForce, Rules};
use kept_kernel::Instant;
use kept_rooms::Parts;
use kept_testing::Home;
use kept_ui::{Live, LiveLimits};

/// Friday 30 January 2026, 16:30 UTC.
pub const START: Instant = Instant::from_seconds(1_769_790_600);
pub const DAY: i64 = 86_400;

/// A program with a token.
pub type Caller<'a> = Program<'a>;

pub struct Desk {
    pub parts: Parts,
    pub north: TeamId,
    pub support: DepartmentId,
    ground: Ground,
}

impl Deref for Desk {
    type Target = Ground;

    fn deref(&self) -> &Ground {
        &self.ground
    }
}

impl Desk {
    /// Helen (management), Maya (sales manager, team North), Ben and Cleo (North and Support), Dora (neither).
    pub fn new(home: &Home) -> Self {
        let mut ground = Ground::new(home, START, &[kept_announcements::SCHEMA]);
        let live = Live::new(LiveLimits::default(), 1);
        let rules = Rules::new(in_force());
        let room = Room::new((ground.store.clone(), ground.world.clone()), rules, live);
        let (north, support) = (ground.add_team("North"), ground.add_department("Support"));
        ground.hire(("helen", "management"), (None, None));
        ground.hire(("maya", "sales-manager"), (Some(north), None));
        ground.hire(("ben", "salesperson"), (Some(north), None));
        ground.hire(("cleo", "technical-support"), (None, Some(support)));
        ground.hire(("dora", "technical-support"), (None, None));
        let parts = parts(&room);
        let serve = move || Site {
            pages: routes(room.clone()),
            api: api_routes(room.clone()),
            ..Site::default()
        };
        ground.open(serve, kept_api::document([api_description()], "test"));
        Self {
            parts,
            north,
            support,
            ground,
        }
    }

    /// A round of each job.
    pub fn round(&self) {
        for job in &self.parts.jobs {
            (job.run)().unwrap();
        }
    }

    /// Somebody at a browser, signed in.
    pub fn browser(&self, name: &str) -> Browser<'_> {
        Browser(self.ground.browser(name))
    }
}

pub struct Browser<'a>(kept_desk::Browser<'a>);

impl<'a> Deref for Browser<'a> {
    type Target = kept_desk::Browser<'a>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl Browser<'_> {
    /// Posts an announcement that is to be confirmed; its id.
    pub fn announce(&self, title: &str, audience: &str) -> String {
        let fields = [
            ("title", title),
            ("text", "Words"),
            ("audience", audience),
            ("must_confirm", "on"),
        ];
        let answer = self.post("/announcements/new", "/announcements", &fields);
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        answer.made()
    }

    /// Whether the list shows a title.
    pub fn sees(&self, title: &str) -> bool {
        self.get("/announcements").has(title)
    }
}

fn in_force() -> InForce {
    let desk = kept_testing::helpdesk();
    InForce::of(desk.register, desk.library, desk.program)
}
