//! The company's name in what every page stands in. It is a blank of the SOPs, so it is looked up for each page: whoever fills it sees it
//! at once.

use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use kept_clients::read::company;
use kept_journal::Rules;
use kept_ui::Frame;
use kept_ui::routes::Routes;

/// Names the company: inside of `Ui::dress`, which lays the frame.
pub fn named(routes: Routes, rules: &Rules) -> Routes {
    routes.layer(from_fn_with_state(rules.clone(), name))
}

async fn name(State(rules): State<Rules>, mut request: Request, next: Next) -> Response {
    if let Some(frame) = request.extensions_mut().get_mut::<Frame>()
        && let Some(company) = company(&rules.now())
    {
        frame.company = company.into();
    }
    next.run(request).await
}
