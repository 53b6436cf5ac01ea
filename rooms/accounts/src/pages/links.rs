//! The links that lead to a password: forgotten, invited, first of all. Looking at one uses nothing up.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use kept_journal::audit::Who;
use kept_ui::routes::{Routes, get};
use kept_ui::{Failure, Filled, Flash, Form, Frame, page, see_other, unprocessable};
use kept_vault::{Token, TokenHash};
use serde::Deserialize;

use super::sign_in::let_in;
use super::{failed, or_failed};
use crate::accounts::{Accounts, Letter, LetterKind, SignIn, Visitor};
use crate::commands::{
    AcceptInvitationError, AddPersonError, NewPerson, ResetPasswordError, accept_first,
    accept_invitation, ask_for_reset, judge_password, link_stands, reset_password,
};
use crate::model::{LinkPurpose, Person};

pub(super) fn routes() -> Routes<Accounts> {
    Routes::new()
        .route("/forgotten", get(ask_address).post(send_link))
        .route("/reset", get(ask_new).post(reset))
        .route("/invitation", get(invited).post(accept))
        .route("/welcome", get(welcome).post(begin))
}

#[derive(Template)]
#[template(path = "accounts/forgotten.html")]
struct ForgottenPage {
    frame: Frame,
    form: Filled,
    by_mail: bool,
}

fn forgotten(accounts: &Accounts, frame: Frame, form: Filled) -> ForgottenPage {
    ForgottenPage {
        frame: frame.titled("A new password"),
        form,
        by_mail: accounts.settings.post.is_some(),
    }
}

async fn ask_address(State(accounts): State<Accounts>, frame: Frame) -> Response {
    page(&forgotten(&accounts, frame, Filled::empty()))
}

#[derive(Deserialize)]
struct Address {
    email: String,
}

async fn send_link(
    State(accounts): State<Accounts>,
    from: Visitor,
    frame: Frame,
    form: Form<Address>,
) -> Result<Response, Failure> {
    let (typed, filled) = match form.read() {
        Ok(read) => read,
        Err(filled) => return Ok(unprocessable(&forgotten(&accounts, frame, filled))),
    };
    let Some(post) = accounts.settings.post.clone() else {
        return Ok(unprocessable(&forgotten(&accounts, frame, filled)));
    };
    let token = accounts.token().map_err(Failure::internal)?;
    let link = accounts.link(LinkPurpose::Reset, &token);
    let (act, hash) = (accounts.act(Who::Unknown), token.hash());
    let sent = accounts
        .write(move |tx| {
            let address = from.address.as_deref();
            if let Some(person) = ask_for_reset(tx, &act, &typed.email, address, hash)? {
                post(tx, &letter(&person, LetterKind::Reset(&link)))?;
            }
            Ok::<_, ResetPasswordError>(())
        })
        .await;
    match sent {
        // The same words whether or not there is such an account.
        Ok(()) => Ok(see_other("/sign-in")
            .with(Flash::said(
                "If this email has an account, a link is on its way. It is good for an hour.",
            ))
            .into_response()),
        Err(error) => {
            let told = or_failed!(error, ResetPasswordError).to_string();
            let filled = filled.wrong("email", told);
            Ok(unprocessable(&forgotten(&accounts, frame, filled)))
        }
    }
}

pub(super) fn letter<'a>(person: &'a Person, kind: LetterKind<'a>) -> Letter<'a> {
    Letter {
        name: &person.name,
        email: &person.email,
        kind,
    }
}

#[derive(Deserialize)]
struct Shown {
    token: Option<String>,
}

/// Choosing a password: by an invitation or for a new one.
#[derive(Template)]
#[template(path = "accounts/choose_password.html")]
struct ChoosePage {
    frame: Frame,
    heading: &'static str,
    words: String,
    button: &'static str,
    action: &'static str,
    email: String,
    form: Filled,
}

fn choose(frame: Frame, purpose: LinkPurpose, person: &Person, form: Filled) -> ChoosePage {
    let (heading, words, button) = match purpose {
        LinkPurpose::Reset => (
            "A new password",
            "All your sessions end, also on other devices.".to_owned(),
            "Set the password",
        ),
        _ => (
            "Welcome",
            format!("{}, choose a password to begin.", person.name),
            "Begin",
        ),
    };
    ChoosePage {
        frame: frame.titled(heading),
        heading,
        words,
        button,
        action: purpose.path(),
        email: person.email.clone(),
        form,
    }
}

/// The person whom a link is for, where it is good. Uses nothing up.
async fn behind(
    accounts: &Accounts,
    purpose: LinkPurpose,
    token: Option<&str>,
) -> Result<(TokenHash, Option<Person>), Failure> {
    let hash = token
        .and_then(Token::parse)
        .map(|token| token.hash())
        .ok_or_else(link_gone)?;
    let now = accounts.world.now();
    let found = accounts
        .read(move |read| link_stands(read, purpose, hash, now))
        .await
        .map_err(failed)?;
    Ok((hash, found.ok_or_else(link_gone)?.person))
}

fn link_gone() -> Failure {
    Failure::not_found("This link is no longer good")
        .because("It was used, withdrawn, or is too old. Nothing was changed.")
        .way_on("/forgotten", "Ask for a new link")
        .way_on("/sign-in", "Sign in")
}

async fn ask_new(
    State(accounts): State<Accounts>,
    frame: Frame,
    Query(shown): Query<Shown>,
) -> Result<Response, Failure> {
    show_choice(&accounts, frame, LinkPurpose::Reset, shown).await
}

async fn invited(
    State(accounts): State<Accounts>,
    frame: Frame,
    Query(shown): Query<Shown>,
) -> Result<Response, Failure> {
    show_choice(&accounts, frame, LinkPurpose::Invitation, shown).await
}

async fn show_choice(
    accounts: &Accounts,
    frame: Frame,
    purpose: LinkPurpose,
    shown: Shown,
) -> Result<Response, Failure> {
    let (_, person) = behind(accounts, purpose, shown.token.as_deref()).await?;
    let person = person.ok_or_else(link_gone)?;
    let form = Filled::with([("token", shown.token.unwrap_or_default())]);
    Ok(page(&choose(frame, purpose, &person, form)))
}

#[derive(Deserialize)]
struct Chosen {
    token: String,
    password: String,
    again: String,
}

async fn reset(
    State(accounts): State<Accounts>,
    frame: Frame,
    form: Form<Chosen>,
) -> Result<Response, Failure> {
    chosen(&accounts, frame, LinkPurpose::Reset, form).await
}

async fn accept(
    State(accounts): State<Accounts>,
    frame: Frame,
    form: Form<Chosen>,
) -> Result<Response, Failure> {
    chosen(&accounts, frame, LinkPurpose::Invitation, form).await
}

async fn chosen(
    accounts: &Accounts,
    frame: Frame,
    purpose: LinkPurpose,
    form: Form<Chosen>,
) -> Result<Response, Failure> {
    let (typed, filled) = form.read().map_err(|_| link_gone())?;
    let (hash, person) = behind(accounts, purpose, Some(&typed.token)).await?;
    let person = person.ok_or_else(link_gone)?;
    if let Err(weak) = judge_password(&typed.password, &typed.again, &person.email) {
        let filled = filled.wrong("password", weak.to_string());
        return Ok(unprocessable(&choose(frame, purpose, &person, filled)));
    }
    let password = accounts.hash(typed.password).await.map_err(failed)?;
    let act = accounts.act(Who::Unknown);
    let set = accounts
        .write(move |tx| match purpose {
            LinkPurpose::Reset => {
                reset_password(tx, &act, hash, &password).map_err(|error| match error {
                    ResetPasswordError::Store(error) => AcceptInvitationError::Store(error),
                    _ => AcceptInvitationError::LinkGone,
                })
            }
            _ => accept_invitation(tx, &act, hash, &password),
        })
        .await;
    match set {
        Ok(_) => Ok(see_other("/sign-in")
            .with(Flash::said("Your password is set. Sign in with it."))
            .into_response()),
        Err(error) => {
            let _gone = or_failed!(error, AcceptInvitationError);
            Err(link_gone())
        }
    }
}

#[derive(Template)]
#[template(path = "accounts/welcome.html")]
struct WelcomePage {
    frame: Frame,
    form: Filled,
}

fn welcoming(frame: Frame, form: Filled) -> WelcomePage {
    WelcomePage {
        frame: frame.titled("Welcome"),
        form,
    }
}

async fn welcome(
    State(accounts): State<Accounts>,
    frame: Frame,
    Query(shown): Query<Shown>,
) -> Result<Response, Failure> {
    behind(&accounts, LinkPurpose::First, shown.token.as_deref()).await?;
    let form = Filled::with([("token", shown.token.unwrap_or_default())]);
    Ok(page(&welcoming(frame, form)))
}

#[derive(Deserialize)]
struct First {
    token: String,
    name: String,
    email: String,
    password: String,
    again: String,
}

async fn begin(
    State(accounts): State<Accounts>,
    from: Visitor,
    frame: Frame,
    form: Form<First>,
) -> Result<Response, Failure> {
    let (typed, filled) = form.read().map_err(|_| link_gone())?;
    let (hash, _) = behind(&accounts, LinkPurpose::First, Some(&typed.token)).await?;
    if let Err(weak) = judge_password(&typed.password, &typed.again, &typed.email) {
        let filled = filled.wrong("password", weak.to_string());
        return Ok(unprocessable(&welcoming(frame, filled)));
    }
    let password = accounts
        .hash(typed.password.clone())
        .await
        .map_err(failed)?;
    let person = NewPerson {
        id: accounts.world.id(),
        name: typed.name,
        email: typed.email.clone(),
        roles: Vec::new(),
        zone: accounts.settings.zone.clone(),
    };
    let (act, settings) = (accounts.act(Who::Unknown), Arc::clone(&accounts.settings));
    let made = accounts
        .write(move |tx| accept_first(tx, &act, hash, (&person, &settings.roles), &password))
        .await;
    if let Err(error) = made {
        return match or_failed!(error, AcceptInvitationError) {
            AcceptInvitationError::Person(problem) => {
                let field = match problem {
                    AddPersonError::NoName => "name",
                    _ => "email",
                };
                let filled = filled.wrong(field, problem.to_string());
                Ok(unprocessable(&welcoming(frame, filled)))
            }
            _ => Err(link_gone()),
        };
    }
    let sign_in = SignIn {
        email: typed.email,
        password: typed.password,
        from,
    };
    match accounts.sign_in(sign_in).await {
        Ok(signed_in) => Ok(let_in(&accounts, signed_in, "/")),
        Err(_) => Ok(see_other("/sign-in").into_response()),
    }
}
