//! A person's own settings: name, password, codes, sessions, tokens, days away, colours.

mod codes;
mod days;
mod profile;
mod tokens;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use kept_journal::audit::Who;
use kept_ui::form::Choice;
use kept_ui::parts::{Button, Confirm};
use kept_ui::routes::{Routes, get, post};
use kept_ui::{Failure, Filled, Flash, Frame, page, see_other, unprocessable};

use super::failed;
use super::words::{ago, day, moment};
use crate::accounts::Accounts;
use crate::commands::Act;
use crate::model::{Absence, ApiToken, Person, PersonState, Session, Span};
use crate::queries;
use crate::session::{Signed, young};

pub(super) fn routes() -> Routes<Accounts> {
    Routes::new()
        .route("/me", get(show))
        .route("/me/profile", post(profile::change))
        .route("/me/password", post(profile::set_password))
        .route("/me/theme", post(profile::choose_theme))
        .route("/me/sessions/end", post(profile::end_others))
        .route("/me/sessions/{id}/end", post(profile::end_one))
        .route("/me/codes", get(codes::show).post(codes::prepare))
        .route("/me/codes/confirmation", post(codes::confirm))
        .route("/me/codes/removal", post(codes::remove))
        .route("/me/tokens", post(tokens::make))
        .route("/me/tokens/{id}/revocation", post(tokens::revoke))
        .route("/me/absences", post(days::add))
        .route("/me/absences/{id}/cancellation", post(days::cancel))
        .route("/me/hours", post(days::set))
}

/// The forms that came back with something wrong; the others show what is stored.
#[derive(Default)]
pub(super) struct Forms {
    pub profile: Option<Filled>,
    pub password: Option<Filled>,
    pub removal: Option<Filled>,
    pub token: Option<Filled>,
    pub absence: Option<Filled>,
    pub hours: Option<Filled>,
}

/// What is stored of a person, for their page.
struct Mine {
    person: Person,
    sessions: Vec<Session>,
    tokens: Vec<ApiToken>,
    absences: Vec<Absence>,
    hours: Vec<Span>,
    recovery_left: i64,
    colleagues: Vec<Person>,
}

struct SessionRow {
    agent: String,
    address: String,
    seen: String,
    since: String,
    end: Option<Button>,
}

struct TokenRow {
    name: String,
    scopes: String,
    used: String,
    until: String,
    revoke: Confirm,
}

struct AbsenceRow {
    days: String,
    deputy: String,
    cancel: Button,
}

#[derive(Template)]
#[template(path = "accounts/me.html")]
struct MePage {
    frame: Frame,
    email: String,
    roles: String,
    team: String,
    has_codes: bool,
    recovery_left: i64,
    forms: Shown,
    sessions: Vec<SessionRow>,
    end_others: Option<Button>,
    tokens: Vec<TokenRow>,
    absences: Vec<AbsenceRow>,
    deputies: Vec<Choice>,
    themes: Vec<Choice>,
    scopes: Vec<Choice>,
}

/// The forms as they stand on the page.
struct Shown {
    profile: Filled,
    password: Filled,
    removal: Filled,
    token: Filled,
    absence: Filled,
    hours: Filled,
    theme: Filled,
}

async fn show(
    State(accounts): State<Accounts>,
    signed: Signed,
    frame: Frame,
) -> Result<Response, Failure> {
    Ok(page(
        &me(&accounts, &signed, frame, Forms::default()).await?,
    ))
}

/// The page again, with a form that needs another look.
pub(super) async fn again(
    accounts: &Accounts,
    signed: &Signed,
    frame: Frame,
    forms: Forms,
) -> Result<Response, Failure> {
    Ok(unprocessable(&me(accounts, signed, frame, forms).await?))
}

/// Back to the page, with what was done.
pub(super) fn done(words: &str) -> Response {
    see_other("/me").with(Flash::said(words)).into_response()
}

/// An act of the person who is signed in.
pub(super) fn act(accounts: &Accounts, signed: &Signed) -> Act {
    accounts.act(Who::Person(signed.person.0))
}

async fn mine(accounts: &Accounts, signed: &Signed) -> Result<Mine, Failure> {
    let (person, now) = (signed.person, accounts.world.now());
    let (today, ages) = (day(now, &signed.zone), young(accounts, now));
    let found = accounts
        .read(move |read| {
            let Some(found) = queries::person(read, person)? else {
                return Ok::<_, kept_store::StoreError>(None);
            };
            Ok(Some(Mine {
                person: found,
                sessions: queries::sessions(read, person, ages)?,
                tokens: queries::tokens(read, person, now)?,
                absences: queries::absences(read, person, &today)?,
                hours: queries::working_hours(read, person)?,
                recovery_left: queries::recovery_codes_left(read, person)?,
                colleagues: queries::people(read, false, ("", kept_kernel::Id::default()), 500)?,
            }))
        })
        .await
        .map_err(failed)?;
    found.ok_or_else(|| Failure::not_found("There is no such person"))
}

async fn me(
    accounts: &Accounts,
    signed: &Signed,
    frame: Frame,
    forms: Forms,
) -> Result<MePage, Failure> {
    let mine = mine(accounts, signed).await?;
    let now = accounts.world.now();
    let frame = frame.titled("Your settings").at("settings");
    let others = mine.sessions.len() > 1;
    Ok(MePage {
        email: mine.person.email.clone(),
        roles: accounts.settings.roles.titles(&mine.person.roles),
        team: mine.person.team_name.clone().unwrap_or_default(),
        has_codes: mine.person.has_codes,
        recovery_left: mine.recovery_left,
        sessions: session_rows(&mine, signed, now, &frame),
        end_others: others
            .then(|| Button::act("End all others", "/me/sessions/end", &frame.csrf).quiet()),
        tokens: tokens::rows(&mine.tokens, &signed.zone, now, &frame),
        absences: days::rows(&mine.absences, &frame),
        deputies: deputies(&mine),
        themes: profile::themes(),
        scopes: tokens::scopes(signed),
        forms: shown(&mine, &frame, forms),
        frame,
    })
}

fn shown(mine: &Mine, frame: &Frame, forms: Forms) -> Shown {
    let person = &mine.person;
    let profile = forms.profile.unwrap_or_else(|| {
        Filled::with([
            ("name", person.name.clone()),
            ("zone", person.zone.clone()),
            ("language", person.language.clone()),
        ])
    });
    let hours = forms.hours.unwrap_or_else(|| days::hours_form(&mine.hours));
    let blank = Option::unwrap_or_default;
    let theme = match frame.theme.name() {
        "" => "system",
        chosen => chosen,
    };
    Shown {
        profile: profile.apart("profile-"),
        password: blank(forms.password).apart("password-"),
        removal: blank(forms.removal).apart("removal-"),
        token: blank(forms.token).apart("token-"),
        absence: blank(forms.absence).apart("absence-"),
        hours: hours.apart("hours-"),
        theme: Filled::with([("theme", theme.to_owned())]).apart("theme-"),
    }
}

fn session_rows(
    mine: &Mine,
    signed: &Signed,
    now: kept_kernel::Instant,
    frame: &Frame,
) -> Vec<SessionRow> {
    let row = |session: &Session| SessionRow {
        agent: session.agent.clone(),
        address: session.address.clone(),
        seen: ago(session.last_seen_at, now),
        since: moment(session.made_at, &signed.zone),
        end: (session.id != signed.session).then(|| {
            let path = format!("/me/sessions/{}/end", session.id);
            Button::act("End", path, &frame.csrf).quiet()
        }),
    };
    mine.sessions.iter().map(row).collect()
}

fn deputies(mine: &Mine) -> Vec<Choice> {
    let others = mine.colleagues.iter().filter(|colleague| {
        colleague.id != mine.person.id && colleague.state == PersonState::Active
    });
    let choices = others.map(|colleague| Choice::new(colleague.id.to_string(), &colleague.name));
    [Choice::new("", "Nobody")]
        .into_iter()
        .chain(choices)
        .collect()
}
