//! Forms and what came in, for programs.

use axum::http::StatusCode;
use kept_accounts::Token;
use kept_accounts::access::Action;
use kept_api::{Answer as Told, Cursor, Named, PageOf, Paged, Paging, Problem, Served};
use kept_kernel::{Id, Instant};
use kept_store::{Read, Store, params};
use kept_ui::routes::{Routes, get};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

use crate::files::FileRow;
use crate::model::{Answer, FormId, FormRow};
use crate::queries::{self, FIRST};
use crate::room::Room;

/// The routes. They need `Extension<Accounts>` around them.
pub fn api_routes(room: Room) -> Routes {
    Routes::new()
        .route("/api/v1/forms", get(forms))
        .route("/api/v1/forms/{id}/answers", get(answers))
        .with_state(room)
}

/// What the routes are, for the description of the API.
pub fn api_description() -> utoipa::openapi::OpenApi {
    Described::openapi()
}

#[derive(OpenApi)]
#[openapi(paths(forms, answers))]
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
        Self::changed(self, None);
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// A form.
#[derive(Serialize, ToSchema)]
struct FormBody {
    /// Its identity.
    id: String,
    /// What it is for: intake, feedback, other.
    kind: String,
    /// The language of its words.
    language: String,
    /// Its title.
    title: String,
    /// The version that is filled in; 0: none yet.
    version: u32,
    /// Whether anybody may fill it in.
    public: bool,
    /// Its fields, in order.
    fields: Vec<FieldBody>,
}

/// A field of a form.
#[derive(Serialize, ToSchema)]
struct FieldBody {
    /// Known within its form.
    id: String,
    /// What stands in it.
    kind: String,
    /// What it is called.
    label: String,
    /// Whether it must be filled in.
    required: bool,
    /// The fact of the record that it is written into; empty: none.
    maps: String,
}

/// An answer.
#[derive(Serialize, ToSchema)]
struct AnswerBody {
    /// Its identity.
    id: String,
    /// The form.
    form: String,
    /// Which version was filled in.
    version: u32,
    /// The client, where it is known.
    client: Option<String>,
    /// Who of the client filled it in.
    contact: Option<String>,
    /// When.
    given_at: String,
    /// Why it is held; none: it is not.
    held: Option<String>,
    /// What was filled in, in the order of the form.
    given: Vec<GivenBody>,
}

/// A value of an answer.
#[derive(Serialize, ToSchema)]
struct GivenBody {
    /// The field.
    field: String,
    /// What it was called.
    label: String,
    /// What was filled in; several choices, and the names of files, stand in lines.
    value: String,
    /// The files that were sent in it.
    files: Vec<FileBody>,
}

/// A file of an answer.
#[derive(Serialize, ToSchema)]
struct FileBody {
    /// Its name.
    name: String,
    /// How many bytes it has.
    size: u64,
    /// Their SHA-256, in hexadecimal.
    sha256: String,
}

fn file_body(of: &FileRow) -> FileBody {
    FileBody {
        name: of.name.clone(),
        size: of.size,
        sha256: of.fingerprint(),
    }
}

fn form_body(of: &FormRow) -> FormBody {
    let design = of.published.as_ref().unwrap_or(&of.design);
    let field = |field: &crate::model::Field| FieldBody {
        id: field.id.clone(),
        kind: field.kind.name().to_owned(),
        label: field.label.clone(),
        required: field.required,
        maps: field.maps.clone(),
    };
    FormBody {
        id: of.id.to_string(),
        kind: of.kind.name().to_owned(),
        language: of.language.clone(),
        title: design.title.clone(),
        version: of.version,
        public: of.public_at.is_some(),
        fields: design.fields.iter().map(field).collect(),
    }
}

fn answer_body(of: &Answer, files: &[FileRow]) -> AnswerBody {
    let files_in = |field: &str| {
        let own = files
            .iter()
            .filter(|file| file.answer == Some(of.id) && file.field == field);
        own.map(file_body).collect()
    };
    let given = of.design.fields.iter().map(|field| GivenBody {
        field: field.id.clone(),
        label: field.label.clone(),
        value: of.value(&field.id).to_owned(),
        files: files_in(&field.id),
    });
    AnswerBody {
        id: of.id.to_string(),
        form: of.form.to_string(),
        version: of.version,
        client: of.client.map(|client| client.to_string()),
        contact: of.contact.map(|contact| contact.to_string()),
        given_at: of.given_at.to_string(),
        held: of.held.clone(),
        given: given.collect(),
    }
}

/// List forms
///
/// In the order in which they were made.
#[utoipa::path(
    get, path = "/api/v1/forms", tag = "Forms", operation_id = "listForms", params(Paging),
    responses((status = 200, description = "A page of the list", body = PageOf<FormBody>)),
    security(("token" = ["read-clients"]))
)]
async fn forms(call: Call, which: Paged<Nothing>) -> Result<Told, Problem> {
    call.may(Action::ReadClients)?;
    let limit = which.limit();
    let after = which.after()?.map_or_else(Id::default, |after| after.id);
    let read = move |read: &Read<'_>| -> Result<Vec<FormRow>, kept_store::StoreError> {
        read.all(queries::FORMS_AFTER, &params![after, limit + 1])
    };
    let found = call.room.store.read(read).await?;
    let key = |one: &FormRow| Cursor {
        at: one.made_at,
        id: one.id.0,
    };
    let page = PageOf::cut(&found, limit, key, form_body);
    Ok(Told::json(StatusCode::OK, &page))
}

/// List the answers to a form
///
/// The newest first. Those of clients within the token's reach, and those of nobody for whoever reaches all clients.
#[utoipa::path(
    get, path = "/api/v1/forms/{id}/answers", tag = "Forms", operation_id = "listAnswers", params(Paging),
    responses((status = 200, description = "A page of the list", body = PageOf<AnswerBody>)),
    security(("token" = ["read-clients"]))
)]
async fn answers(
    call: Call,
    Named(id): Named<FormId>,
    which: Paged<Nothing>,
) -> Result<Told, Problem> {
    let scope = call.may(Action::ReadClients)?;
    let limit = which.limit();
    let after = which.after()?.map_or(FIRST, |after| (after.at, after.id));
    let read = move |read: &Read<'_>| {
        let form = queries::form(read, id)?;
        let found = queries::answers(read, &scope, id, (after, limit + 1))?;
        let files = queries::files_of(read, &found)?;
        Ok::<_, kept_store::StoreError>(form.map(|_| (found, files)))
    };
    let found = call.room.store.read(read).await?;
    let (found, files) = found.ok_or_else(Problem::out_of_reach)?;
    let key = |one: &Answer| Cursor {
        at: one.given_at,
        id: one.id,
    };
    let page = PageOf::cut(&found, limit, key, |one| answer_body(one, &files));
    Ok(Told::json(StatusCode::OK, &page))
}
