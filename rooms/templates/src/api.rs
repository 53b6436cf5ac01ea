//! The routes of the room for programs: what there is to begin with.

use axum::http::StatusCode;
use kept_accounts::Token;
use kept_accounts::access::Action;
use kept_api::{Answer, Cursor, Named, PageOf, Paged, Paging, Problem, Served};
use kept_kernel::{Id, Instant};
use kept_store::{Read, Store};
use kept_ui::routes::{Routes, get};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

use crate::model::{Template, TemplateId};
use crate::queries;
use crate::room::Room;

/// The routes. They need `Extension<Accounts>` around them.
pub fn api_routes(room: Room) -> Routes {
    Routes::new()
        .route("/api/v1/templates", get(list))
        .route("/api/v1/templates/{id}", get(one))
        .with_state(room)
}

/// What the routes are, for the description of the API.
pub fn api_description() -> utoipa::openapi::OpenApi {
    Described::openapi()
}

#[derive(OpenApi)]
#[openapi(paths(list, one))]
struct Described;

type Call = kept_api::Call<Room, Token>;

impl Served for Room {
    fn store(&self) -> &Store {
        &self.store
    }

    fn now(&self) -> Instant {
        self.world.now()
    }

    fn changed(&self) {
        Self::changed(self);
    }
}

/// Nothing but the page is asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Which {}

/// A template.
#[derive(Serialize, ToSchema)]
#[schema(as = Template)]
struct TemplateBody {
    /// Its identity.
    #[schema(example = "019c0fbd-7340-7fff-bfff-ffffffffffff")]
    id: String,
    /// What it is called.
    #[schema(example = "It takes longer")]
    name: String,
    /// What it is for: first contact, welcome, discovery call, kick-off, check-in, thanks, acknowledgement, answer, delay, resolution, closing notice, feedback.
    #[schema(example = "delay")]
    occasion: String,
    /// How it goes: email or phone.
    #[schema(example = "email")]
    channel: String,
    /// Its language.
    #[schema(example = "en")]
    language: String,
    /// How it stands: draft, asked, approved or retired.
    #[schema(example = "approved")]
    state: &'static str,
    /// Which text this is, from 1.
    #[schema(example = 1)]
    version: u32,
    /// Which text is offered; null: none was approved yet.
    #[schema(example = 1)]
    approved_version: Option<u32>,
    /// The subject; may be empty.
    #[schema(example = "It takes longer than we said")]
    subject: String,
    /// The text, in Markdown with fields in two braces.
    #[schema(example = "Hello {{contact.first_name}}, …")]
    body: String,
}

/// List templates
///
/// All of them with their latest text, in the order of their ids.
#[utoipa::path(
    get, path = "/api/v1/templates", tag = "Templates", operation_id = "listTemplates",
    params(Paging),
    responses((status = 200, description = "A page of the list", body = PageOf<TemplateBody>)),
    security(("token" = ["read-templates"]))
)]
async fn list(call: Call, which: Paged<Which>) -> Result<Answer, Problem> {
    call.may(Action::ReadTemplates)?;
    let limit = which.limit();
    let after = which.after()?.map_or(Id::default(), |after| after.id);
    let read = move |read: &Read<'_>| queries::after(read, after, limit + 1);
    let found = call.room.store.read(read).await?;
    let key = |one: &Template| Cursor {
        at: Instant::from_micros(0),
        id: one.id.0,
    };
    let page = PageOf::cut(&found, limit, key, body);
    Ok(Answer::json(StatusCode::OK, &page))
}

/// Read a template
///
/// With its latest text.
#[utoipa::path(
    get, path = "/api/v1/templates/{id}", tag = "Templates", operation_id = "readTemplate",
    responses((status = 200, description = "The template", body = TemplateBody, headers(("ETag" = String, description = "Its revision")))),
    security(("token" = ["read-templates"]))
)]
async fn one(call: Call, Named(id): Named<TemplateId>) -> Result<Answer, Problem> {
    call.may(Action::ReadTemplates)?;
    let found = call
        .room
        .store
        .read(move |read| queries::one(read, id))
        .await?;
    let found = found.ok_or_else(Problem::out_of_reach)?;
    Ok(Answer::json(StatusCode::OK, &body(&found)).revision(found.revision))
}

fn body(one: &Template) -> TemplateBody {
    TemplateBody {
        id: one.id.to_string(),
        name: one.name.clone(),
        occasion: one.occasion.clone(),
        channel: one.channel.clone(),
        language: one.language.clone(),
        state: one.state().name(),
        version: one.version,
        approved_version: one.approved_version,
        subject: one.subject.clone(),
        body: one.body.clone(),
    }
}
