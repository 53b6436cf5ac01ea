//! A desk with four people, the texts that ship, a browser and a program.

use std::ops::Deref;

use axum::http::StatusCode;
use kept_desk::{Ground, Site};
use kept_journal::{InForce, Rules};
use kept_kernel::Instant;
use kept_templates::{Room, api_description, api_routes, install, routes};
use kept_testing::Home;
use kept_ui::{Live, LiveLimits};

/// Friday 30 January 2026, 16:30 UTC.
const START: Instant = Instant::from_seconds(1_769_790_600);

pub struct Desk {
    ground: Ground,
}

impl Deref for Desk {
    type Target = Ground;

    fn deref(&self) -> &Ground {
        &self.ground
    }
}

impl Desk {
    /// Helen (management) and Sam (SOP supervisor) approve, Maya (client service) writes, Ben (technical support) reads.
    pub fn new(home: &Home) -> Self {
        let schemas = [kept_clients::SCHEMA, kept_templates::SCHEMA];
        let mut ground = Ground::new(home, START, &schemas);
        install(&ground.store, &ground.world).unwrap();
        let live = Live::new(LiveLimits::default(), 1);
        let desk = kept_testing::helpdesk();
        let rules = Rules::new(InForce::of(desk.register, desk.library, desk.program));
        let room = Room::new((ground.store.clone(), ground.world.clone()), rules, live);
        ground.hire(("helen", "management"), (None, None));
        ground.hire(("sam", "sop-supervisor"), (None, None));
        ground.hire(("maya", "client-service-representative"), (None, None));
        ground.hire(("ben", "technical-support"), (None, None));
        let serve = move || Site {
            pages: routes(room.clone()),
            api: api_routes(room.clone()),
            ..Site::default()
        };
        ground.open(serve, kept_api::document([api_description()], "test"));
        Self { ground }
    }

    /// Somebody writes a template; its id.
    pub fn written(&self, name: &str, body: &str) -> String {
        let answer = self.send(name, "/templates", body, "");
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        answer.made()
    }

    /// Somebody sends the form of a template.
    pub fn send(&self, name: &str, to: &str, body: &str, revision: &str) -> kept_desk::Answer {
        let fields = [
            ("name", "Bills"),
            ("occasion", "answer"),
            ("channel", "email"),
            ("language", "en"),
            ("body", body),
            ("revision", revision),
        ];
        self.browser(name).post("/templates/new", to, &fields)
    }

    /// Somebody does something with a version; what is answered.
    pub fn does(&self, name: &str, id: &str, act: &str, version: &str) -> StatusCode {
        let page = format!("/templates/{id}");
        let fields = [("version", version), ("why", "Say it shorter.")];
        let answer = self
            .browser(name)
            .post(&page, &format!("{page}/{act}"), &fields);
        answer.status
    }
}
