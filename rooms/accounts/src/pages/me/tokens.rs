//! A person's tokens for programs.

use axum::extract::{Path, State};
use axum::response::Response;
use kept_kernel::Instant;
use kept_ui::form::Choice;
use kept_ui::parts::{Button, Confirm};
use kept_ui::{Failure, Form, Frame, page};
use serde::Deserialize;

use super::{Forms, TokenRow, act, again, done};
use crate::access::Action;
use crate::accounts::Accounts;
use crate::bearer;
use crate::commands::{AddTokenError, NewToken, add_token, revoke_token};
use crate::model::{ApiToken, TokenId};
use crate::pages::once::OncePage;
use crate::pages::words::{ago, day};
use crate::pages::{failed, or_failed};
use crate::session::Signed;

pub(super) fn rows(tokens: &[ApiToken], zone: &str, now: Instant, frame: &Frame) -> Vec<TokenRow> {
    let row = |token: &ApiToken| TokenRow {
        name: token.name.clone(),
        scopes: token.scopes.join(", "),
        used: token.last_used_at.map_or("never used".to_owned(), |at| {
            format!("used {}", ago(at, now))
        }),
        until: token
            .expires_at
            .map_or(String::new(), |at| format!("until {}", day(at, zone))),
        revoke: Confirm {
            words: "Revoke".to_owned(),
            question: format!("Programs that use “{}” stop working at once.", token.name),
            act: Button::act(
                "Revoke the token",
                format!("/me/tokens/{}/revocation", token.id),
                &frame.csrf,
            )
            .danger(),
        },
    };
    tokens.iter().map(row).collect()
}

/// What a token of this person can be allowed: no more than they may do themselves.
pub(super) fn scopes(signed: &Signed) -> Vec<Choice> {
    let mine = Action::ALL.iter().filter(|action| signed.may(**action));
    mine.map(|action| Choice::new(action.name(), action.says()))
        .collect()
}

#[derive(Deserialize)]
pub(super) struct Wanted {
    name: String,
    scopes: Vec<String>,
    until: Option<String>,
}

pub(super) async fn make(
    State(accounts): State<Accounts>,
    signed: Signed,
    frame: Frame,
    form: Form<Wanted>,
) -> Result<Response, Failure> {
    let wrong = |filled| Forms {
        token: Some(filled),
        ..Forms::default()
    };
    let (typed, filled) = match form.read() {
        Ok(read) => read,
        Err(filled) => return again(&accounts, &signed, frame, wrong(filled)).await,
    };
    let expires_at = match typed
        .until
        .as_deref()
        .map(|text| end_of(text, &signed.zone))
    {
        Some(None) => {
            let told = AddTokenError::Expired.to_string();
            return again(
                &accounts,
                &signed,
                frame,
                wrong(filled.wrong("until", told)),
            )
            .await;
        }
        until => until.flatten(),
    };
    let chosen = typed.scopes.iter().filter_map(|name| Action::named(name));
    let secret = accounts.token().map_err(Failure::internal)?;
    let token = NewToken {
        id: accounts.world.id(),
        token: secret.hash(),
        name: typed.name,
        person: Some(signed.person),
        scopes: chosen.filter(|action| signed.may(*action)).collect(),
        expires_at,
    };
    let act = act(&accounts, &signed);
    if let Err(error) = accounts.write(move |tx| add_token(tx, &act, &token)).await {
        let error = or_failed!(error, AddTokenError);
        let field = match error {
            AddTokenError::NoScope => "scopes",
            AddTokenError::Expired => "until",
            _ => "name",
        };
        let filled = filled.wrong(field, error.to_string());
        return again(&accounts, &signed, frame, wrong(filled)).await;
    }
    Ok(page(&OncePage {
        frame: frame.titled("A new token").at("settings"),
        heading: "The token is made",
        words: "Copy it into your program now; it is not shown again.".to_owned(),
        secrets: vec![bearer::written(&secret)],
        back: "/me",
    }))
}

/// The end of a local day.
fn end_of(day: &str, zone: &str) -> Option<Instant> {
    let day: jiff::civil::Date = day.trim().parse().ok()?;
    let zone = jiff::tz::TimeZone::get(zone).ok()?;
    let next = day.tomorrow().ok()?.to_zoned(zone).ok()?;
    Some(Instant::from_timestamp(next.timestamp()))
}

pub(super) async fn revoke(
    State(accounts): State<Accounts>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let gone = || Failure::not_found("There is no such token");
    let id: TokenId = id.parse().map_err(|_| gone())?;
    let (act, person) = (act(&accounts, &signed), signed.person);
    let revoked = accounts
        .write(move |tx| revoke_token(tx, &act, person, id))
        .await
        .map_err(failed)?;
    if revoked {
        Ok(done("The token is revoked."))
    } else {
        Err(gone())
    }
}
