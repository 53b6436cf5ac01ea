//! Allowing a mailbox at its provider: what is registered there, the way there, and the way back.
//!
//! The way back is a page that anybody can be led to, so looking at it changes nothing: a button on it, with the token of the session,
//! uses up what was begun, for whoever began it.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use jiff::tz::TimeZone;
use kept_accounts::Signed;
use kept_mail::oauth::{PRESETS, Provider, letters};
use kept_outbound::{Guard, Target};
use kept_rooms::{FieldError, Refusal as _, Refused};
use kept_store::params;
use kept_ui::form::Choice;
use kept_ui::parts::{Button, Confirm, Crumb, Notice};
use kept_ui::{Failure, Filled, Flash, Form, Frame, page, see_other, unprocessable};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::mailboxes::{HERE, may};
use super::one_box::{Again, Known, drawn, known};
use super::{exactly, id_of};
use crate::consent::{Grant, OPEN, grant, sealed_for, take_consent};
use crate::error::MessagesError;
use crate::model::MailboxId;
use crate::queries;
use crate::room::Room;

/// A provider that is not known by name.
const OTHER: &str = "other";

/// The part of a mailbox's page that is about it.
pub(super) struct Asking {
    pub(super) notice: Option<Notice>,
    pub(super) form: Filled,
    pub(super) providers: Vec<Choice>,
    pub(super) secret_hint: &'static str,
    /// Where the provider sends people back: it has to know that.
    pub(super) back: String,
    pub(super) withdraw: Option<Confirm>,
    /// Whether its addresses are in sight: of a provider that is not known by name.
    pub(super) by_addresses: bool,
}

#[derive(Template)]
#[template(path = "messages/consent.html")]
struct ConsentPage {
    frame: Frame,
    crumb: Crumb,
    heading: String,
    words: String,
    notice: Option<Notice>,
    act: Option<Button>,
}

fn back(room: &Room) -> String {
    format!("{}{HERE}/consent", room.base_url)
}

pub(super) fn filled(grant: Option<&Grant>) -> Filled {
    let Some(grant) = grant else {
        return Filled::with([("preset", PRESETS[0].word.to_owned())]);
    };
    let own = |text: &String| {
        let is_own = grant.preset == OTHER;
        if is_own { text.clone() } else { String::new() }
    };
    Filled::with([
        ("preset", grant.preset.clone()),
        ("client_id", grant.client_id.clone()),
        ("authorize_url", own(&grant.authorize_url)),
        ("token_url", own(&grant.token_url)),
        ("scope", own(&grant.scope)),
    ])
}

pub(super) fn asking(room: &Room, frame: &Frame, known: &Known, form: Filled) -> Asking {
    let grant = known.grant.as_ref();
    let presets = PRESETS.iter().map(|one| Choice::new(one.word, one.name));
    let other = Choice::new(OTHER, "Another, by its addresses");
    let removal = format!("{HERE}/{}/consent/removal", known.of.id);
    Asking {
        by_addresses: form.value("preset") == OTHER,
        notice: grant.map(|grant| notice(grant, &known.zone)),
        form,
        providers: presets.chain([other]).collect(),
        secret_hint: if grant.is_some_and(|grant| grant.client_secret.is_some()) {
            "One is kept, sealed. Leave this empty to keep it for the same provider."
        } else {
            "It is kept sealed, and no page shows it again. Empty where the provider gave none."
        },
        back: back(room),
        withdraw: grant.map(|_| Confirm {
            words: "Forget it".to_owned(),
            question: "What was allowed is forgotten here. Withdraw it at the provider too."
                .to_owned(),
            act: Button::act("Forget it", removal, &frame.csrf).danger(),
        }),
    }
}

fn notice(grant: &Grant, zone: &TimeZone) -> Notice {
    if let Some((said, at)) = &grant.refused {
        let words = format!(
            "It said: {said}, {}. Allow it once more: the button below leads there.",
            exactly(*at, zone)
        );
        return Notice::alert(
            format!("{} lets us in no longer", capital(grant.name())),
            words,
        );
    }
    match grant.granted_at {
        Some(at) => {
            let words = format!(
                "Since {}. Choose it as the way to sign in, for fetching here and for sending under Mail server.",
                exactly(at, zone)
            );
            Notice::done(format!("It is allowed at {}", grant.name()), words)
        }
        None => Notice::info(
            "It is not allowed yet",
            "Somebody has to allow it at the provider: the button below leads there.",
        ),
    }
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters
        .next()
        .map(|letter| letter.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

/// The form as it comes in.
#[derive(Deserialize)]
pub struct Typed {
    preset: String,
    client_id: String,
    client_secret: Option<String>,
    authorize_url: Option<String>,
    token_url: Option<String>,
    scope: Option<String>,
}

/// What it means: the word of the provider, and the provider.
fn understood(typed: Typed, guard: Guard) -> Result<(String, Provider), Vec<FieldError>> {
    let text = |text: Option<String>| text.unwrap_or_default().trim().to_owned();
    let mut wrong = Vec::new();
    let preset = PRESETS.iter().find(|one| one.word == typed.preset);
    let [authorize_url, token_url, scope] = match preset {
        Some(preset) => [preset.authorize_url, preset.token_url, preset.scope].map(str::to_owned),
        None => [
            text(typed.authorize_url),
            text(typed.token_url),
            text(typed.scope),
        ],
    };
    if preset.is_none() && typed.preset != OTHER {
        wrong.push(("preset", "Choose one of them.".to_owned()));
    }
    for (field, url) in [("authorize_url", &authorize_url), ("token_url", &token_url)] {
        if let Err(error) = Target::parse(url, guard) {
            wrong.push((field, error.to_string()));
        }
    }
    let client_id = typed.client_id.trim().to_owned();
    if client_id.is_empty() {
        wrong.push((
            "client_id",
            "Write the id that the provider gave out.".to_owned(),
        ));
    }
    if !wrong.is_empty() {
        return Err(FieldError::all(wrong));
    }
    let provider = Provider {
        authorize_url,
        token_url,
        scope,
        client_id,
        client_secret: Zeroizing::new(text(typed.client_secret)),
    };
    Ok((typed.preset, provider))
}

/// Saves how it is allowed, and shows the way to the provider.
pub async fn begin(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Path(id): Path<String>,
    form: Form<Typed>,
) -> Result<Response, Failure> {
    let scope = may(&signed)?;
    let known = known(&room, &signed, MailboxId(id_of(&id)?)).await?;
    let again = |frame, known, kept| {
        let again = Again::Consent(kept);
        Ok(unprocessable(&drawn(
            &room,
            frame,
            known,
            again,
            Vec::new(),
        )))
    };
    let (typed, kept) = match form.read() {
        Ok(read) => read,
        Err(kept) => return again(frame, known, kept),
    };
    let guard = room
        .outward
        .as_ref()
        .map_or(Guard::World, |outward| outward.guard);
    let (preset, provider) = match understood(typed, guard) {
        Ok(understood) => understood,
        Err(wrong) => return again(frame, known, Refused::Fields(wrong).onto(kept)?),
    };
    let (mailbox, address) = (known.of.id, known.of.address.clone());
    let secret = client_secret(&room, &known, &provider)?;
    let unsealed = || Failure::internal("nothing can be sealed here");
    let random = || room.world.random::<32>().map_err(Failure::internal);
    let (state, verifier) = (letters(&random()?), letters(&random()?));
    let url = provider.consent_url((&state, &verifier), &address, &back(&room));
    let place = sealed_for(mailbox, "verifier", &provider.token_url);
    let sealed = room
        .sealed(&place, verifier.as_bytes())
        .ok_or_else(unsealed)?;
    let hash = kept_mail::reading::sha256(state.as_bytes());
    let act = room.act(signed.person);
    let saved = room.store.write(move |tx| {
        scope.confirm(tx)?;
        let row = params![
            mailbox,
            &preset,
            &provider.authorize_url,
            &provider.token_url,
            &provider.scope,
            &provider.client_id,
            secret.as_deref(),
        ];
        tx.execute(queries::PUT_GRANT, &row)?;
        let row = params![&hash, mailbox, scope.person(), &sealed, act.at];
        tx.execute(queries::ADD_CONSENT, &row)?;
        let detail = serde_json::json!({ "provider": provider.token_url });
        let id = mailbox.to_string();
        Ok::<_, MessagesError>(act.write(tx, "MailboxConsentAsked", ("mailbox", &id), &detail)?)
    });
    saved.await.map_err(|error| error.refused().failure())?;
    Ok(page(&ConsentPage {
        crumb: Crumb::new([("Mailboxes", HERE), (&address, &format!("{HERE}/{id}"))]),
        heading: "Allow it at the provider".to_owned(),
        words: format!(
            "Sign in there as {address}, allow what is asked for, and come back by yourself. You have half an hour."
        ),
        notice: None,
        act: Some(Button::link("Go to the provider", url).primary()),
        frame: frame.titled("Allow a mailbox").at("settings"),
    }))
}

/// The secret, sealed: a new one, or the one that is kept for the same provider; none: there is none.
fn client_secret(
    room: &Room,
    known: &Known,
    provider: &Provider,
) -> Result<Option<Vec<u8>>, Failure> {
    if provider.client_secret.is_empty() {
        let kept = known.grant.as_ref().filter(|kept| {
            kept.token_url == provider.token_url && kept.client_id == provider.client_id
        });
        return Ok(kept.and_then(|kept| kept.client_secret.clone()));
    }
    let place = sealed_for(known.of.id, "client", &provider.token_url);
    let sealed = room.sealed(&place, provider.client_secret.as_bytes());
    let unsealed = || Failure::internal("nothing can be sealed here");
    sealed.map(Some).ok_or_else(unsealed)
}

/// What a provider sends people back with, and what the button sends on.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Back {
    state: String,
    code: String,
    error: String,
    error_description: String,
}

/// The way back: what has come, and a button to take it.
pub async fn returned(
    signed: Signed,
    frame: Frame,
    Query(back): Query<Back>,
) -> Result<Response, Failure> {
    may(&signed)?;
    let refused = (back.code.is_empty() || back.state.is_empty()).then(|| {
        let said = format!("{} {}", back.error, back.error_description);
        let said: String = said.trim().chars().take(300).collect();
        let words = if said.is_empty() {
            "Nothing came along. Begin again from the page of the mailbox.".to_owned()
        } else {
            format!("The provider said: {said}. Begin again from the page of the mailbox, and allow what is asked for.")
        };
        Notice::alert("It is not allowed", words)
    });
    let act = refused.is_none().then(|| {
        let act = Button::act("Take it", format!("{HERE}/consent"), &frame.csrf);
        act.carrying("state", back.state)
            .carrying("code", back.code)
            .primary()
    });
    Ok(page(&ConsentPage {
        crumb: Crumb::new([("Mailboxes", HERE)]),
        heading: "Back from the provider".to_owned(),
        words: if act.is_some() {
            "The provider has allowed it. Take it, and the mailbox can be signed in at.".to_owned()
        } else {
            String::new()
        },
        notice: refused,
        act,
        frame: frame.titled("Allow a mailbox").at("settings"),
    }))
}

/// What the button of the way back sends.
#[derive(Deserialize)]
pub struct Took {
    state: String,
    code: String,
}

/// Takes what was allowed: asks the provider for tokens, and keeps them.
pub async fn end(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    form: Form<Took>,
) -> Result<Response, Failure> {
    let scope = may(&signed)?;
    let Ok((took, _)) = form.read() else {
        return Ok(unprocessable(&stale(frame)));
    };
    let (state, person) = (took.state.clone(), signed.person);
    let taken = room.store.write(move |tx| {
        let Some(consent) = take_consent(tx, &state, person)? else {
            return Ok(None);
        };
        let grant = grant(tx, consent.mailbox)?;
        Ok::<_, MessagesError>(grant.map(|grant| (consent, grant)))
    });
    let taken = taken.await.map_err(|error| error.refused().failure())?;
    let now = room.world.now();
    let Some((consent, grant)) = taken.filter(|(one, _)| now.micros_since(one.made_at) <= OPEN)
    else {
        return Ok(unprocessable(&stale(frame)));
    };
    let mailbox = grant.mailbox;
    let (asking, asked, code) = (room.clone(), grant.clone(), Zeroizing::new(took.code));
    let tokens = tokio::task::spawn_blocking(move || {
        let outward = asking.outward.as_ref()?;
        let provider = asking.provider(&asked)?;
        let verifier = asking.verifier(&asked, &consent)?;
        let within = (outward.guard, &outward.trust);
        Some(provider.exchange((&code, &verifier), &back(&asking), within))
    });
    let tokens = match tokens.await.map_err(Failure::internal)? {
        Some(Ok(tokens)) => tokens,
        Some(Err(error)) => return Ok(unprocessable(&refused(frame, mailbox, &error.to_string()))),
        None => return Ok(unprocessable(&stale(frame))),
    };
    let kept = room.to_keep(&grant, &tokens);
    let (refresh, access, until) =
        kept.ok_or_else(|| Failure::internal("nothing can be sealed here"))?;
    let act = room.act(signed.person);
    let saved = room.store.write(move |tx| {
        scope.confirm(tx)?;
        let row = params![mailbox, refresh.as_deref(), &access, until, act.at];
        tx.execute(queries::GRANTED, &row)?;
        tx.execute(queries::TRY_SOURCE_AGAIN, &params![mailbox])?;
        let detail = serde_json::json!({ "provider": grant.token_url });
        let id = mailbox.to_string();
        Ok::<_, MessagesError>(act.write(tx, "MailboxAllowed", ("mailbox", &id), &detail)?)
    });
    saved.await.map_err(|error| error.refused().failure())?;
    let flash = Flash::said("It is allowed. Choose it as the way to sign in, and test it.");
    Ok(see_other(&format!("{HERE}/{mailbox}"))
        .with(flash)
        .into_response())
}

fn stale(frame: Frame) -> ConsentPage {
    ConsentPage {
        crumb: Crumb::new([("Mailboxes", HERE)]),
        heading: "Back from the provider".to_owned(),
        words: String::new(),
        notice: Some(Notice::alert(
            "This was begun by somebody else, or long ago",
            "Nothing was taken. Begin again from the page of the mailbox.",
        )),
        act: None,
        frame: frame.titled("Allow a mailbox").at("settings"),
    }
}

fn refused(frame: Frame, mailbox: MailboxId, said: &str) -> ConsentPage {
    let words = format!(
        "{}. Check the id and the secret that the provider gave out, then begin again.",
        capital(said)
    );
    ConsentPage {
        crumb: Crumb::new([("Mailboxes", HERE)]),
        heading: "Back from the provider".to_owned(),
        words: String::new(),
        notice: Some(Notice::alert("The provider gave nothing out", words)),
        act: Some(Button::link("To the mailbox", format!("{HERE}/{mailbox}"))),
        frame: frame.titled("Allow a mailbox").at("settings"),
    }
}

/// Forgets what was allowed.
pub async fn forget(
    State(room): State<Room>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let scope = may(&signed)?;
    let (mailbox, act) = (MailboxId(id_of(&id)?), room.act(signed.person));
    let dropped = room.store.write(move |tx| {
        scope.confirm(tx)?;
        if tx.execute(queries::DROP_GRANT, &params![mailbox])? == 0 {
            return Err(MessagesError::Missing);
        }
        let (id, nothing) = (mailbox.to_string(), serde_json::json!({}));
        Ok(act.write(tx, "MailboxConsentForgotten", ("mailbox", &id), &nothing)?)
    });
    dropped.await.map_err(|error| error.refused().failure())?;
    let flash = Flash::said("What was allowed is forgotten here.");
    Ok(see_other(&format!("{HERE}/{id}"))
        .with(flash)
        .into_response())
}
