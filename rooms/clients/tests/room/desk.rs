//! A desk with people in two teams, a clock that is set by hand, a browser and a program.

use std::ops::Deref;
use std::sync::Arc;

use axum::http::StatusCode;
use kept_accounts::model::TeamId;
use kept_clients::{Room, api_description, api_routes, parts, routes};
use kept_desk::{Ground, Site};
use kept_journal::{InForce, Rules};
use kept_kernel::Instant;
use kept_rooms::Parts;
use kept_testing::Home;
use kept_ui::{Live, LiveLimits};

pub use kept_desk::{Answer, Program as Caller};

/// Friday 30 January 2026, 16:30 UTC.
pub const START: Instant = Instant::from_seconds(1_769_790_600);
pub const DAY: i64 = 86_400;

pub struct Desk {
    pub parts: Parts,
    pub north: TeamId,
    pub room: Room,
    rules: Rules,
    ground: Ground,
}

impl Deref for Desk {
    type Target = Ground;

    fn deref(&self) -> &Ground {
        &self.ground
    }
}

impl Desk {
    /// Rita answers for all; Maya leads the team North, in which Jonas is an account manager; Theo helps where he is asked to;
    /// Max is an account manager elsewhere; Ada looks after the system.
    pub fn new(home: &Home) -> Self {
        let mut ground = Ground::new(home, START, &[kept_clients::SCHEMA]);
        let live = Live::new(LiveLimits::default(), 1);
        let rules = Rules::new(in_force());
        let room = Room::new(
            (ground.store.clone(), ground.world.clone()),
            rules.clone(),
            live,
        );
        let (north, support) = (ground.add_team("North"), ground.add_department("Support"));
        let representative = ("rita", "client-service-representative");
        ground.hire(representative, (None, Some(support)));
        ground.hire(("maya", "sales-manager"), (Some(north), None));
        ground.hire(("jonas", "account-manager"), (Some(north), None));
        ground.hire(("theo", "technical-support"), (None, Some(support)));
        ground.hire(("max", "account-manager"), (None, None));
        ground.hire(("ada", "administrator"), (None, None));
        ground.hire(("helen", "management"), (None, None));
        let served = room.clone();
        let serve = move || Site {
            pages: routes(served.clone()),
            api: api_routes(served.clone()),
            ..Site::default()
        };
        ground.open(serve, kept_api::document([api_description()], "test"));
        Self {
            parts: parts(&room),
            north,
            room,
            rules,
            ground,
        }
    }

    /// The SOPs in force.
    pub fn room_rules(&self) -> Arc<InForce> {
        self.rules.now()
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
    /// Sends a list; where it leads.
    pub fn send_list(&self, name: &str, bytes: &[u8]) -> Answer {
        self.upload("/clients/import", "/clients/imports", ("list", name, bytes))
    }

    /// Adds a client; its id.
    pub fn client(&self, fields: &[(&str, &str)]) -> String {
        let answer = self.post("/clients/new", "/clients", fields);
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        answer.made()
    }

    /// Whether the list shows a client.
    pub fn sees(&self, name: &str) -> bool {
        self.get("/clients").has(name)
    }
}

fn in_force() -> InForce {
    let calendar = kept_testing::text("examples/helpdesk/calendar.toml");
    let rules = kept_testing::shipped_sops(&["CE", "FU", "ON", "CM", "SR"], &calendar);
    InForce::of(rules.register, rules.library, rules.program)
}
