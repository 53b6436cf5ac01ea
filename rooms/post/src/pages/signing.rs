//! The key that signs what leaves: made here, published by whoever runs the domain, then used.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use kept_accounts::Signed;
use kept_mail::DkimKey;
use kept_rooms::Refusal as _;
use kept_ui::{Failure, Flash, Form, see_other};
use serde::Deserialize;

use super::mail::HERE;
use super::may;
use crate::mail::{KEY_SEALED_FOR, MailServer, keep_key, set_signing};
use crate::room::Room;

/// What the page says of it.
pub(super) struct Signing {
    pub(super) words: &'static str,
    /// The name of the record and its text.
    pub(super) record: Option<(String, String)>,
    pub(super) acts: Vec<(&'static str, &'static str, bool)>,
}

/// How it stands; none without a server.
pub(super) fn signing(room: &Room, kept: Option<&MailServer>) -> Option<Signing> {
    let kept = kept?;
    let key = kept.key(&room.sealer);
    let make = ("make", "Make a key", true);
    Some(match (key, kept.signing_since) {
        (None, _) => Signing {
            words: "What leaves is not signed by us. Your mail server may do it; then there is nothing to do here.",
            record: None,
            acts: vec![make],
        },
        (Some(key), None) => Signing {
            words: "A key is made. Let this record be published in the DNS of your domain, wait an hour, then begin to sign.",
            record: Some(key.record()),
            acts: vec![
                ("start", "Begin to sign", true),
                ("make", "Make another key", false),
            ],
        },
        (Some(key), Some(_)) => Signing {
            words: "What leaves is signed. Leave this record in the DNS of your domain.",
            record: Some(key.record()),
            acts: vec![("stop", "Stop signing", false)],
        },
    })
}

/// What is to be done.
#[derive(Deserialize)]
pub(super) struct Wanted {
    act: String,
}

/// Makes a key, begins or stops to sign.
pub(super) async fn change(
    State(room): State<Room>,
    signed: Signed,
    form: Form<Wanted>,
) -> Result<Response, Failure> {
    let scope = may(&signed)?;
    let Ok((wanted, _)) = form.read() else {
        return Ok(see_other(HERE).into_response());
    };
    let act = room.act(signed.person);
    let said = match wanted.act.as_str() {
        "make" => {
            let (selector, sealed) = made(&room).await?;
            let kept = room
                .store
                .write(move |tx| keep_key(tx, &act, &scope, (&selector, &sealed)));
            kept.await.map_err(|error| error.refused().failure())?;
            "The key is made. Its record is shown below."
        }
        other => {
            let signs = other == "start";
            let kept = room
                .store
                .write(move |tx| set_signing(tx, &act, &scope, signs));
            kept.await.map_err(|error| error.refused().failure())?;
            if signs {
                "What leaves is signed from now on."
            } else {
                "What leaves is signed no longer."
            }
        }
    };
    Ok(see_other(HERE).with(Flash::said(said)).into_response())
}

/// A new key, sealed, and its name: the month in which it was made.
async fn made(room: &Room) -> Result<(String, Vec<u8>), Failure> {
    let secret = tokio::task::spawn_blocking(DkimKey::make)
        .await
        .map_err(Failure::internal)?
        .map_err(Failure::internal)?;
    let day = room.world.now().timestamp();
    let selector = day.to_zoned(jiff::tz::TimeZone::UTC).strftime("kept%Y%m%d");
    let sealed = room
        .sealed(KEY_SEALED_FOR, &secret)
        .map_err(Failure::internal)?;
    Ok((selector.to_string(), sealed))
}
