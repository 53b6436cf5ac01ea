//! Contacts of clients at the portal, and what belongs to them.

use kept_accounts::access::{Action, for_kept};
use kept_clients::commands::{Step, add_client, add_contact};
use kept_clients::model::{ContactDraft, Draft};
use kept_clients::{ClientId, ContactId};
use kept_journal::audit::Who;
use kept_kernel::Id;
use kept_store::{params, statements};
use kept_testing::Kept as _;
use kept_vault::{SystemRandom, Token};

use crate::ask::Asker;
use crate::clients;
use crate::desk::{Desk, Hired};
use crate::table::Case;

statements! {
    OPEN = "UPDATE portal_settings SET opened_at = $1 WHERE id = 1";
    CONTACT = "SELECT k.client, k.id FROM contacts k WHERE k.email = $1 AND k.removed_at IS NULL";
    ADD_SESSION = "INSERT INTO portal_sessions (id, token, contact, made_at, seen_at, acts_until) VALUES ($1, $2, $3, $4, $4, $5)";
    ADD_REQUEST = "INSERT INTO requests (id, number, client, contact, channel, subject, state, contacted_at, received_at, resolved_at,
                       snoozed_until, due_at, messages, last_at, last_voice, revision)
                   VALUES ($1, $2, $3, $4, 'portal', 'Words', 'resolved', $5, $5, $5, 0, $6, 1, $5, 'client', 1)";
    ADD_MESSAGE = "INSERT INTO request_messages (request, place, id, voice, channel, contact, text, at)
                   VALUES ($1, 1, $2, 'client', 'portal', $3, 'Words', $4)";
    ADD_FILE = "INSERT INTO request_files (id, request, place, name, size, content, added_at)
                VALUES ($1, $2, 1, 'a.txt', 1, $3, $4)";
    ADD_DOCUMENT = "INSERT INTO portal_documents (id, client, contact, title, name, size, content, added_at)
                    VALUES ($1, $2, $3, 'Words', 'a.txt', 1, $4, $5)";
}

/// Opens the portal.
pub fn open(desk: &Desk) {
    let now = desk.house.world.now();
    let opened = move |tx: &kept_store::Write<'_>| tx.execute(OPEN, &params![now]);
    desk.house.store.write(opened).kept();
}

/// A contact by its address, with a client of its own; made where there is none.
fn contact(desk: &Desk, email: &'static str) -> (ClientId, ContactId) {
    let found = desk
        .house
        .store
        .read(move |read| read.maybe::<(Id, Id)>(CONTACT, &params![email]));
    if let Some((client, contact)) = found.kept() {
        return (ClientId(client), ContactId(contact));
    }
    let scope = for_kept(Action::EditClients);
    let step = || Step::new(&desk.house.world, &desk.site.rules, Who::Console);
    let (one, two) = (step(), step());
    let made = desk.house.store.write(move |tx| {
        let client = add_client(tx, &one, &scope, &Draft::named(email))?;
        let draft = ContactDraft {
            name: "Sanna".into(),
            email: email.into(),
            ..ContactDraft::default()
        };
        let contact = add_contact(tx, &two, &scope, client, &draft)?;
        Ok::<_, kept_clients::commands::ClientError>((client, contact))
    });
    made.wait().unwrap()
}

/// Whoever asks as a client.
fn own(desk: &Desk) -> (ClientId, ContactId) {
    contact(desk, "sanna@portal.example")
}

/// A client in the portal, whose session may do things.
pub fn client(desk: &Desk) -> Asker {
    open(desk);
    let (_, contact) = own(desk);
    let secret = Token::new(&mut SystemRandom).unwrap();
    let (id, now, hash) = (
        desk.house.world.id(),
        desk.house.world.now(),
        *secret.hash().bytes(),
    );
    let until = now.plus_micros(1_000_000_000_000);
    let added = desk
        .house
        .store
        .write(move |tx| tx.execute(ADD_SESSION, &params![id, &hash, contact, now, until]));
    added.kept();
    let asker = Asker {
        name: "a client".into(),
        cookie: Some(format!("__Host-kept-portal={}", secret.text())),
        ..Asker::default()
    };
    let csrf = asker.get(desk, "/portal").csrf();
    Asker { csrf, ..asker }
}

/// What fills the holes of a path for a record of this kind.
pub fn made(desk: &Desk, kind: &str, (case, whose): (Case, &Hired)) -> Vec<String> {
    match kind {
        "portal-purpose" => vec!["survey".into()],
        "portal-shared" => {
            let client = clients::made(desk, "client", whose);
            let of: Id = client.first().unwrap().parse().unwrap();
            let document = document(desk, (ClientId(of), None));
            vec![client.first().unwrap().clone(), document]
        }
        kind => {
            let (client, contact) = if case == Case::Foreign {
                contact(desk, "otto@portal.example")
            } else {
                own(desk)
            };
            match kind {
                "portal-document" => vec![document(desk, (client, Some(contact)))],
                _ => request(desk, (client, contact)),
            }
        }
    }
}

fn document(desk: &Desk, (client, contact): (ClientId, Option<ContactId>)) -> String {
    let (id, now) = (desk.house.world.id(), desk.house.world.now());
    let added = desk.house.store.write(move |tx| {
        let row = params![id, client, contact, &b"x"[..], now];
        tx.execute(ADD_DOCUMENT, &row)
    });
    added.kept();
    id.to_string()
}

/// A request that waits for the client's word, and a file on it.
fn request(desk: &Desk, (client, contact): (ClientId, ContactId)) -> Vec<String> {
    let [id, message, file] = [0; 3].map(|_| desk.house.world.id());
    let (now, number) = (desk.house.world.now(), 50_000 + desk.number() as i64);
    let added = desk.house.store.write(move |tx| {
        let row = params![id, number, client, contact, now, i64::MAX];
        tx.execute(ADD_REQUEST, &row)?;
        tx.execute(ADD_MESSAGE, &params![id, message, contact, now])?;
        tx.execute(ADD_FILE, &params![file, id, &b"x"[..], now])
    });
    added.kept();
    vec![id.to_string(), file.to_string()]
}
