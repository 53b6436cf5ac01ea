//! What somebody knows, on their page.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use kept_ui::{Failure, Flash, Form, Frame, see_other, unprocessable};
use serde::Deserialize;

use super::me::act;
use super::or_failed;
use super::people::{Typed, named, person_page, there_is_none};
use crate::access::Action;
use crate::accounts::Accounts;
use crate::commands::{SetSkillsError, set_skills, skills_in};
use crate::session::Signed;

#[derive(Deserialize)]
pub(super) struct Written {
    skills: Option<String>,
}

/// Sets them.
pub(super) async fn set(
    State(accounts): State<Accounts>,
    signed: Signed,
    frame: Frame,
    Path(id): Path<String>,
    form: Form<Written>,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::ManageAccounts)?;
    let id = named(&id)?;
    let (text, filled) = match form.read() {
        Ok((written, filled)) => (written.skills.unwrap_or_default(), filled),
        Err(filled) => (String::new(), filled),
    };
    let (act, skills) = (act(&accounts, &signed), skills_in(&text));
    let set = accounts
        .write(move |tx| set_skills(tx, &act, &scope, (id, &skills)))
        .await;
    let Err(error) = set else {
        let flash = Flash::said("The skills are saved.");
        return Ok(see_other(&format!("/settings/people/{id}"))
            .with(flash)
            .into_response());
    };
    match or_failed!(error, SetSkillsError) {
        error @ SetSkillsError::TooMuch => {
            let typed = Typed {
                skills: Some(filled.wrong("skills", error.to_string())),
                ..Typed::default()
            };
            let again = person_page(&accounts, frame, id, typed).await?;
            Ok(unprocessable(&again))
        }
        _ => Err(there_is_none()),
    }
}
