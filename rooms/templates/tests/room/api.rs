//! Through the API. The desk holds each answer against the description.

use axum::http::StatusCode;
use kept_accounts::access::Action;
use kept_testing::on_both;

use crate::desk::Desk;

const ALL: &str = "/api/v1/templates";

on_both! {
    fn programs_read_templates_page_by_page(home) {
        let desk = Desk::new(home);
        let id = desk.written("maya", "Hello {{contact.first_name}}.");
        let program = desk.program(Some("ben"), vec![Action::ReadTemplates]);
        let one = program.ask("GET", &format!("{ALL}/{id}"), &[], "");
        assert_eq!(one.status, StatusCode::OK, "{}", one.text);
        assert_eq!(one.json().get("state").and_then(|state| state.as_str()), Some("draft"));
        let (mut seen, mut way) = (0, format!("{ALL}?limit=10"));
        loop {
            let page = program.ask("GET", &way, &[], "").json();
            seen += page.get("items").and_then(|items| items.as_array()).map_or(0, Vec::len);
            let Some(next) = page.get("next").and_then(|next| next.as_str()) else { break };
            way = format!("{ALL}?limit=10&after={next}");
        }
        assert!(seen > 20, "{seen}");
        let missing = program.ask("GET", &format!("{ALL}/{}", desk.world.id()), &[], "");
        assert_eq!(missing.status, StatusCode::NOT_FOUND);
        let other = desk.program(Some("ben"), vec![Action::ReadRequests]);
        assert_eq!(other.ask("GET", ALL, &[], "").status, StatusCode::FORBIDDEN);
    }
}
