//! Name, password, colours, sessions.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::header::SET_COOKIE;
use axum::response::Response;
use kept_ui::form::Choice;
use kept_ui::{Failure, Filled, Form, Frame, unprocessable};
use kept_vault::PasswordVerdict;
use serde::Deserialize;

use super::{Forms, act, again, done};
use crate::accounts::Accounts;
use crate::commands::{
    ChangePasswordError, ChangePersonError, SignInError, change_password, end_other_sessions,
    end_session, judge_password, rename_person,
};
use crate::model::SessionId;
use crate::pages::{failed, or_failed};
use crate::session::Signed;

#[derive(Deserialize)]
pub(super) struct Profile {
    name: String,
    zone: String,
    language: String,
}

pub(super) async fn change(
    State(accounts): State<Accounts>,
    signed: Signed,
    frame: Frame,
    form: Form<Profile>,
) -> Result<Response, Failure> {
    let wrong = |filled| Forms {
        profile: Some(filled),
        ..Forms::default()
    };
    let (typed, filled) = match form.read() {
        Ok(read) => read,
        Err(filled) => return again(&accounts, &signed, frame, wrong(filled)).await,
    };
    if !matches!(typed.language.as_str(), "en" | "en-GB" | "en-US") {
        let filled = filled.wrong("language", "Choose one of the list.");
        return again(&accounts, &signed, frame, wrong(filled)).await;
    }
    let (act, person) = (act(&accounts, &signed), signed.person);
    let changed = accounts
        .write(move |tx| {
            let place = (typed.zone.as_str(), typed.language.as_str());
            rename_person(tx, &act, person, &typed.name, place)
        })
        .await;
    let Err(error) = changed else {
        return Ok(done("Your settings are saved."));
    };
    let error = or_failed!(error, ChangePersonError);
    let field = match error {
        ChangePersonError::UnknownZone => "zone",
        _ => "name",
    };
    let filled = filled.wrong(field, error.to_string());
    again(&accounts, &signed, frame, wrong(filled)).await
}

#[derive(Deserialize)]
pub(super) struct NewPassword {
    old: String,
    password: String,
    again: String,
}

pub(super) async fn set_password(
    State(accounts): State<Accounts>,
    signed: Signed,
    frame: Frame,
    form: Form<NewPassword>,
) -> Result<Response, Failure> {
    let wrong = |filled| Forms {
        password: Some(filled),
        ..Forms::default()
    };
    let (typed, filled) = match form.read() {
        Ok(read) => read,
        Err(filled) => return again(&accounts, &signed, frame, wrong(filled)).await,
    };
    if let Err(weak) = judge_password(&typed.password, &typed.again, &signed.email) {
        let filled = filled.wrong("password", weak.to_string());
        return again(&accounts, &signed, frame, wrong(filled)).await;
    }
    let Some(old) = accounts.own_password(&signed, typed.old).await? else {
        let told = ChangePasswordError::WrongPassword.to_string();
        let filled = filled.wrong("old", told);
        return again(&accounts, &signed, frame, wrong(filled)).await;
    };
    let new = accounts.hash(typed.password).await.map_err(failed)?;
    let (act, who) = (act(&accounts, &signed), (signed.person, signed.session));
    let changed = accounts
        .write(move |tx| change_password(tx, &act, who, &old, &new))
        .await;
    if let Err(error) = changed {
        let told = or_failed!(error, ChangePasswordError).to_string();
        let filled = filled.wrong("old", told);
        return again(&accounts, &signed, frame, wrong(filled)).await;
    }
    Ok(done(
        "Your password is changed. Your other sessions have ended.",
    ))
}

impl Accounts {
    /// The hash of the person's password, when this is it. Tries count like those of a sign-in.
    pub(super) async fn own_password(
        &self,
        signed: &Signed,
        typed: String,
    ) -> Result<Option<kept_vault::PasswordHash>, Failure> {
        let (person, now) = (signed.person, self.world.now());
        let stored = self
            .write(move |tx| crate::commands::begin_own_check(tx, person, now))
            .await;
        let stored = match stored {
            Ok(stored) => stored,
            Err(error) => match or_failed!(error, SignInError) {
                SignInError::TooSoon(crate::commands::TooSoon(seconds)) => {
                    return Err(Failure::too_many(seconds));
                }
                _ => return Ok(None),
            },
        };
        let (verdict, _) = self
            .hashing
            .check(&self.world, typed, stored.clone())
            .await
            .map_err(failed)?;
        if verdict == PasswordVerdict::Wrong {
            return Ok(None);
        }
        self.write(move |tx| crate::commands::own_check_was_right(tx, person))
            .await
            .map_err(failed)?;
        Ok(stored)
    }
}

/// The colours that can be chosen.
pub(super) fn themes() -> Vec<Choice> {
    vec![
        Choice::new("system", "As the system"),
        Choice::new("light", "Light"),
        Choice::new("dark", "Dark"),
    ]
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Colours {
    System,
    Light,
    Dark,
}

#[derive(Deserialize)]
pub(super) struct ChosenTheme {
    theme: Colours,
}

pub(super) async fn choose_theme(
    State(accounts): State<Accounts>,
    _signed: Signed,
    form: Form<ChosenTheme>,
) -> Result<Response, Failure> {
    let Ok((chosen, _)) = form.read() else {
        return Ok(done("Choose one of the three."));
    };
    // The page's own script sets the same cookie, so it is not for the server alone.
    let (value, age) = match chosen.theme {
        Colours::System => ("", 0),
        Colours::Light => ("light", 34_560_000),
        Colours::Dark => ("dark", 34_560_000),
    };
    let (prefix, secure) = if accounts.settings.https {
        ("__Host-", "; Secure")
    } else {
        ("", "")
    };
    let cookie = format!("{prefix}kept-theme={value}; Path=/; SameSite=Lax; Max-Age={age}{secure}");
    let mut answer = done("The colours are changed.");
    if let Ok(cookie) = cookie.parse() {
        answer.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(answer)
}

/// So long after signing in, other sessions are ended without asking for the password.
const FRESH: i64 = 10 * 60 * 1_000_000;

#[derive(Deserialize)]
pub(super) struct Proof {
    #[serde(default)]
    password: String,
}

#[derive(Template)]
#[template(path = "accounts/end_sessions.html")]
struct EndPage {
    frame: Frame,
    form: Filled,
    action: String,
}

/// The page that asks for the password, where it has to be asked for and was not given.
async fn unproven(
    accounts: &Accounts,
    signed: &Signed,
    frame: Frame,
    form: Form<Proof>,
    action: String,
) -> Result<Option<Response>, Failure> {
    let ask = |form| {
        let frame = frame.titled("Confirm that it is you").at("settings");
        Ok(Some(unprocessable(&EndPage {
            frame,
            form,
            action,
        })))
    };
    let (typed, filled) = match form.read() {
        Ok(read) => read,
        Err(filled) => return ask(filled),
    };
    let since = accounts.world.now().micros_since(signed.since);
    if (0..FRESH).contains(&since) {
        return Ok(None);
    }
    if typed.password.is_empty() {
        return ask(filled);
    }
    let right = accounts.own_password(signed, typed.password).await?;
    if right.is_some() {
        return Ok(None);
    }
    ask(filled.wrong("password", ChangePasswordError::WrongPassword.to_string()))
}

pub(super) async fn end_one(
    State(accounts): State<Accounts>,
    signed: Signed,
    Path(id): Path<String>,
    frame: Frame,
    form: Form<Proof>,
) -> Result<Response, Failure> {
    let gone = || Failure::not_found("There is no such session");
    let id: SessionId = id.parse().map_err(|_| gone())?;
    let action = format!("/me/sessions/{id}/end");
    if id != signed.session
        && let Some(asked) = unproven(&accounts, &signed, frame, form, action).await?
    {
        return Ok(asked);
    }
    let (act, person) = (act(&accounts, &signed), signed.person);
    let ended = accounts
        .write(move |tx| end_session(tx, &act, person, id))
        .await
        .map_err(failed)?;
    if !ended {
        return Err(gone());
    }
    Ok(done("The session has ended."))
}

pub(super) async fn end_others(
    State(accounts): State<Accounts>,
    signed: Signed,
    frame: Frame,
    form: Form<Proof>,
) -> Result<Response, Failure> {
    let action = "/me/sessions/end".to_owned();
    if let Some(asked) = unproven(&accounts, &signed, frame, form, action).await? {
        return Ok(asked);
    }
    let act = act(&accounts, &signed);
    accounts
        .write(move |tx| end_other_sessions(tx, &act, signed.person, signed.session))
        .await
        .map_err(failed)?;
    Ok(done("All your other sessions have ended."))
}
