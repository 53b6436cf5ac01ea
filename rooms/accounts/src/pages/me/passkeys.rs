//! A person's passkeys: password first, then the device makes one; and the way out of one.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use kept_kernel::Instant;
use kept_ui::{Failure, Filled, Form, Frame, page, see_other, unprocessable};
use serde::Deserialize;

use super::{Forms, PasskeyRow, act, again, done};
use crate::accounts::Accounts;
use crate::commands::{AddPasskeyError, PASSKEYS_MOST, judge_passkey_name, remove_passkey};
use crate::model::{Passkey, PasskeyId};
use crate::pages::passkeys::bytes;
use crate::pages::words::{ago, day};
use crate::pages::{failed, or_failed};
use crate::passkeys::Brought;
use crate::queries;
use crate::session::Signed;

pub(super) fn rows(passkeys: &[Passkey], zone: &str, now: Instant) -> Vec<PasskeyRow> {
    let row = |passkey: &Passkey| PasskeyRow {
        name: passkey.name.clone(),
        made: day(passkey.made_at, zone),
        used: passkey
            .last_used_at
            .map_or("never".to_owned(), |at| ago(at, now)),
        warned: passkey.warned_at.map_or(String::new(), |at| day(at, zone)),
        synced: passkey.synced,
        remove: format!("/me/passkeys/{}/removal", passkey.id),
    };
    passkeys.iter().map(row).collect()
}

async fn mine(accounts: &Accounts, signed: &Signed) -> Result<Vec<Passkey>, Failure> {
    let person = signed.person;
    accounts
        .read(move |read| queries::passkeys(read, person))
        .await
        .map_err(failed)
}

#[derive(Deserialize)]
pub(super) struct Wanted {
    name: String,
    password: String,
}

#[derive(Template)]
#[template(path = "accounts/passkey.html")]
struct NewPasskeyPage {
    frame: Frame,
    name: String,
    asked: String,
}

/// The page on which the device is asked, once name and password are right.
pub(super) async fn begin(
    State(accounts): State<Accounts>,
    signed: Signed,
    frame: Frame,
    form: Form<Wanted>,
) -> Result<Response, Failure> {
    let wrong = |filled| Forms {
        passkey: Some(filled),
        ..Forms::default()
    };
    let (typed, filled) = match form.read() {
        Ok(read) => read,
        Err(filled) => return again(&accounts, &signed, frame, wrong(filled)).await,
    };
    let known = mine(&accounts, &signed).await?;
    let named = judge_passkey_name(&typed.name).map(str::to_owned);
    let (field, told) = match named {
        Err(error) => ("name", error),
        Ok(_) if known.len() >= PASSKEYS_MOST => ("name", AddPasskeyError::TooMany),
        Ok(name) => {
            let right = accounts.own_password(&signed, typed.password).await?;
            if right.is_some() {
                return asked(&accounts, &signed, frame, (name, &known));
            }
            ("password", AddPasskeyError::WrongPassword)
        }
    };
    let filled = filled.wrong(field, told.to_string());
    again(&accounts, &signed, frame, wrong(filled)).await
}

fn asked(
    accounts: &Accounts,
    signed: &Signed,
    frame: Frame,
    (name, known): (String, &[Passkey]),
) -> Result<Response, Failure> {
    let asked = accounts
        .ask_for_new_passkey(signed, known)
        .map_err(Failure::internal)?;
    let Some(asked) = asked else {
        return Err(Failure::not_found("There is no such page"));
    };
    Ok(page(&NewPasskeyPage {
        frame: frame.titled("A new passkey").at("settings"),
        name,
        asked: asked.to_string(),
    }))
}

/// Whoever loads the page of a new passkey again begins anew.
pub(super) async fn back(_: Signed) -> Response {
    see_other("/me").into_response()
}

#[derive(Deserialize)]
pub(super) struct MadeHere {
    name: String,
    client_data: String,
    authenticator_data: String,
    transports: String,
}

pub(super) async fn take(
    State(accounts): State<Accounts>,
    signed: Signed,
    form: Form<MadeHere>,
) -> Result<Response, Failure> {
    let not_taken = || Ok(done(&AddPasskeyError::NotTaken.to_string()));
    let Ok((sent, _)) = form.read() else {
        return not_taken();
    };
    let parts = bytes(&sent.client_data).zip(bytes(&sent.authenticator_data));
    let Some((client_data, authenticator_data)) = parts else {
        return not_taken();
    };
    let brought = Brought {
        name: sent.name,
        client_data,
        authenticator_data,
        transports: transports(&sent.transports),
    };
    match accounts.take_passkey(&signed, brought).await {
        Ok(_) => Ok(done("The passkey is added. It lets you in from now on.")),
        Err(error) => Ok(done(&or_failed!(error, AddPasskeyError).to_string())),
    }
}

/// The ways to an authenticator: a few short words, whatever a browser says.
fn transports(said: &str) -> String {
    let words = said.split_whitespace().filter(|word| {
        word.len() <= 20
            && word
                .bytes()
                .all(|letter| letter.is_ascii_lowercase() || letter == b'-')
    });
    words.take(8).collect::<Vec<_>>().join(" ")
}

#[derive(Template)]
#[template(path = "accounts/passkey_removal.html")]
struct RemovalPage {
    frame: Frame,
    id: PasskeyId,
    name: String,
    form: Filled,
}

async fn removal_page(
    accounts: &Accounts,
    signed: &Signed,
    (frame, form): (Frame, Filled),
    id: &str,
) -> Result<RemovalPage, Failure> {
    let gone = || Failure::not_found("There is no such passkey");
    let id: PasskeyId = id.parse().map_err(|_| gone())?;
    let mine = mine(accounts, signed).await?;
    let passkey = mine.into_iter().find(|passkey| passkey.id == id);
    let passkey = passkey.ok_or_else(gone)?;
    Ok(RemovalPage {
        frame: frame.titled("Remove a passkey").at("settings"),
        id,
        name: passkey.name,
        form,
    })
}

pub(super) async fn ask_removal(
    State(accounts): State<Accounts>,
    signed: Signed,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let with = (frame, Filled::empty());
    Ok(page(&removal_page(&accounts, &signed, with, &id).await?))
}

#[derive(Deserialize)]
pub(super) struct Proof {
    password: String,
}

pub(super) async fn remove(
    State(accounts): State<Accounts>,
    signed: Signed,
    frame: Frame,
    Path(id): Path<String>,
    form: Form<Proof>,
) -> Result<Response, Failure> {
    let (typed, filled) = match form.read() {
        Ok(read) => read,
        Err(filled) => {
            let page = removal_page(&accounts, &signed, (frame, filled), &id).await?;
            return Ok(unprocessable(&page));
        }
    };
    let passkey = removal_page(&accounts, &signed, (frame, filled), &id).await?;
    let right = accounts.own_password(&signed, typed.password).await?;
    if right.is_none() {
        let told = AddPasskeyError::WrongPassword.to_string();
        return Ok(unprocessable(&RemovalPage {
            form: passkey.form.wrong("password", told),
            ..passkey
        }));
    }
    let (act, who) = (act(&accounts, &signed), (signed.person, signed.session));
    let removed = accounts
        .write(move |tx| remove_passkey(tx, &act, who, passkey.id))
        .await
        .map_err(failed)?;
    if removed {
        Ok(done(
            "The passkey is removed. Your other sessions have ended.",
        ))
    } else {
        Err(Failure::not_found("There is no such passkey"))
    }
}
