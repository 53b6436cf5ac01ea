//! One-time codes: the secret to photograph, the first code, the recovery codes, and the way out.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use kept_store::params;
use kept_ui::{Failure, Filled, Form, Frame, Html, page, see_other, unprocessable};
use serde::Deserialize;

use super::{Forms, act, again, done};
use crate::accounts::{Accounts, associated};
use crate::commands::{
    ChangeCodesError, RECOVERY_CODES, confirm_codes, drop_codes, prepare_codes, recovery_code_hash,
};
use crate::hashing::Chance;
use crate::pages::once::OncePage;
use crate::pages::{failed, or_failed};
use crate::session::Signed;
use crate::{queries, totp};

#[derive(Template)]
#[template(path = "accounts/codes.html")]
struct CodesPage {
    frame: Frame,
    drawing: Html,
    secret: String,
    form: Filled,
}

/// Makes a secret; the page with it follows.
pub(super) async fn prepare(
    State(accounts): State<Accounts>,
    signed: Signed,
) -> Result<Response, Failure> {
    let secret = accounts
        .world
        .random::<{ totp::SECRET_BYTES }>()
        .map_err(Failure::internal)?;
    let sealed = accounts
        .sealer
        .seal(
            &associated(signed.person),
            &secret,
            &mut Chance(&accounts.world),
        )
        .map_err(Failure::internal)?;
    let (act, person) = (act(&accounts, &signed), signed.person);
    let prepared = accounts
        .write(move |tx| prepare_codes(tx, &act, person, &sealed))
        .await;
    match prepared {
        Ok(()) => Ok(see_other("/me/codes").into_response()),
        Err(error) => Ok(done(&or_failed!(error, ChangeCodesError).to_string())),
    }
}

/// The unconfirmed secret of a person.
async fn pending(accounts: &Accounts, signed: &Signed) -> Result<Option<Vec<u8>>, Failure> {
    let person = signed.person;
    let row: Option<(Vec<u8>, Option<kept_kernel::Instant>)> = accounts
        .read(move |read| {
            read.maybe::<(Vec<u8>, Option<kept_kernel::Instant>)>(queries::CODES, &params![person])
        })
        .await
        .map_err(failed)?;
    let Some((sealed, None)) = row else {
        return Ok(None);
    };
    let secret = accounts
        .sealer
        .open(&associated(person), &sealed)
        .map_err(Failure::internal)?;
    Ok(Some(secret.to_vec()))
}

fn codes_page(
    accounts: &Accounts,
    signed: &Signed,
    frame: Frame,
    secret: &[u8],
    form: Filled,
) -> CodesPage {
    let address = totp::address(secret, &signed.email, &accounts.settings.company);
    CodesPage {
        frame: frame.titled("Codes for signing in").at("settings"),
        drawing: totp::drawing(&address),
        secret: totp::grouped(&totp::base32(secret)),
        form,
    }
}

pub(super) async fn show(
    State(accounts): State<Accounts>,
    signed: Signed,
    frame: Frame,
) -> Result<Response, Failure> {
    match pending(&accounts, &signed).await? {
        Some(secret) => Ok(page(&codes_page(
            &accounts,
            &signed,
            frame,
            &secret,
            Filled::empty(),
        ))),
        None => Ok(see_other("/me").into_response()),
    }
}

#[derive(Deserialize)]
pub(super) struct FirstCode {
    code: String,
}

pub(super) async fn confirm(
    State(accounts): State<Accounts>,
    signed: Signed,
    frame: Frame,
    form: Form<FirstCode>,
) -> Result<Response, Failure> {
    let Some(secret) = pending(&accounts, &signed).await? else {
        return Ok(see_other("/me").into_response());
    };
    let (typed, filled) = match form.read() {
        Ok(read) => read,
        Err(filled) => {
            let page = codes_page(&accounts, &signed, frame, &secret, filled);
            return Ok(unprocessable(&page));
        }
    };
    let codes = recovery_codes(&accounts)?;
    let hashes: Vec<_> = codes.iter().map(|code| recovery_code_hash(code)).collect();
    let (act, person) = (act(&accounts, &signed), signed.person);
    let shared = accounts.clone();
    let confirmed = accounts
        .write(move |tx| {
            let judge = |sealed: &[u8]| {
                let secret = shared.sealer.open(&associated(person), sealed).ok()?;
                totp::right_for(&secret, &typed.code, act.at)
            };
            confirm_codes(tx, &act, person, judge, &hashes)
        })
        .await;
    if let Err(error) = confirmed {
        let told = or_failed!(error, ChangeCodesError).to_string();
        let filled = filled.wrong("code", told);
        let page = codes_page(&accounts, &signed, frame, &secret, filled);
        return Ok(unprocessable(&page));
    }
    Ok(page(&OncePage {
        frame: frame.titled("Your recovery codes").at("settings"),
        heading: "Codes are on",
        words: "Each of these recovery codes lets you in once when your phone is not at hand. Keep them where \
                you keep papers; they are not shown again."
            .to_owned(),
        secrets: codes,
        back: "/me",
    }))
}

fn recovery_codes(accounts: &Accounts) -> Result<Vec<String>, Failure> {
    let code = |_| {
        let bytes = accounts.world.random::<10>().map_err(Failure::internal)?;
        Ok(totp::grouped(&totp::base32(&bytes)))
    };
    (0..RECOVERY_CODES).map(code).collect()
}

#[derive(Deserialize)]
pub(super) struct Removal {
    password: String,
}

pub(super) async fn remove(
    State(accounts): State<Accounts>,
    signed: Signed,
    frame: Frame,
    form: Form<Removal>,
) -> Result<Response, Failure> {
    let wrong = |filled| Forms {
        removal: Some(filled),
        ..Forms::default()
    };
    let (typed, filled) = match form.read() {
        Ok(read) => read,
        Err(filled) => return again(&accounts, &signed, frame, wrong(filled)).await,
    };
    if accounts
        .own_password(&signed, typed.password)
        .await?
        .is_none()
    {
        let told = ChangeCodesError::WrongPassword.to_string();
        let filled = filled.wrong("password", told);
        return again(&accounts, &signed, frame, wrong(filled)).await;
    }
    let (act, person) = (act(&accounts, &signed), signed.person);
    match accounts.write(move |tx| drop_codes(tx, &act, person)).await {
        Ok(()) => Ok(done("Codes are off. Your password alone lets you in.")),
        Err(error) => Ok(done(&or_failed!(error, ChangeCodesError).to_string())),
    }
}
