//! Forms for programs.

use axum::http::StatusCode;
use kept_accounts::access::Action;
use kept_testing::on_both;

use crate::desk::Desk;

on_both! {
    fn programs_read_forms_and_answers_within_their_reach(home) {
        let desk = Desk::new(home);
        let id = desk.form("feedback");
        desk.open_form(&id, "");
        let path = format!("/f/{id}");
        let token = desk.token(&path);
        desk.fill(&path, &[("token", &token), ("f1", "7"), ("f2", "Quick"), ("f3", ""), ("f4", "")]);
        let company = desk.program(None, vec![Action::ReadClients]);
        let forms = company.ask("GET", "/api/v1/forms", &[], "");
        assert!(forms.status == StatusCode::OK && forms.has("How satisfied are you with us?"), "{}", forms.text);
        let answers = format!("/api/v1/forms/{id}/answers");
        assert!(company.ask("GET", &answers, &[], "").has("Quick"));
        let theo = desk.program(Some("theo"), vec![Action::ReadClients]);
        assert!(!theo.ask("GET", &answers, &[], "").has("Quick"));
        let none = desk.program(None, vec![Action::ReadSops]);
        assert_eq!(none.ask("GET", &answers, &[], "").status, StatusCode::FORBIDDEN);
        let missing = "/api/v1/forms/019c0fbd-7340-7fff-bfff-fffffffffff0/answers";
        assert_eq!(company.ask("GET", missing, &[], "").status, StatusCode::NOT_FOUND);
    }
}
