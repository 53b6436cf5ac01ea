//! Mails to ask for, each on a request that is with whoever asks, or set aside.

use kept_kernel::Id;
use kept_store::{params, statements};
use kept_testing::Kept as _;

use crate::desk::{Desk, Hired};

statements! {
    MADE = "SELECT id, request FROM mail_messages WHERE raw = $1";
    GIVE = "UPDATE requests SET assignee = $2, revision = revision + 1 WHERE id = $1";
    FETCH = "INSERT INTO mailbox_sources (mailbox, host, port, protection, username, secret, folder, move_to, last_uid, changed_at, tries,
                 quiet_until)
             VALUES ($1, '127.0.0.1', 9, 'none', 'desk', $2, 'INBOX', '', 0, 0, 0, 0)";
    SEND = "INSERT INTO mailbox_mail_servers (mailbox, address, host, port, protection, username, changed_at, quiet_until)
            VALUES ($1, '', '127.0.0.1', 9, 'none', '', 0, 0)";
    ALLOW = "INSERT INTO mailbox_grants (mailbox, preset, authorize_url, token_url, scope, client_id, expires_at)
             VALUES ($1, 'other', '', '', '', 'kept', 0)";
    MAILBOX = "SELECT id FROM mailboxes WHERE address = $1";
}

/// What fills the holes of a path for a record of this kind.
pub fn made(desk: &Desk, kind: &str, whose: &Hired) -> Vec<String> {
    let room = &desk.site.messages;
    let number = desk.number();
    let address = format!("box{number}@desk.example");
    kept_messages::add_mailbox(room, &address, "Desk", "").unwrap();
    if kind.starts_with("mailbox") {
        let read = desk
            .house
            .store
            .read(move |read| read.one(MAILBOX, &params![&address]));
        let (id,): (Id,) = read.kept();
        if kind == "mailbox-fetched" {
            let secret: &[u8] = &[1];
            let fetch = desk
                .house
                .store
                .write(move |tx| tx.execute(FETCH, &params![id, secret]));
            fetch.kept();
        }
        if kind == "mailbox-allowed" {
            let allow = desk
                .house
                .store
                .write(move |tx| tx.execute(ALLOW, &params![id]));
            allow.kept();
        }
        if kind == "mailbox-sending" {
            let send = desk
                .house
                .store
                .write(move |tx| tx.execute(SEND, &params![id]));
            send.kept();
        }
        return vec![id.to_string()];
    }
    let from = if kind == "mail-aside" {
        address.clone()
    } else {
        format!("ruth{number}@brennan.example")
    };
    let raw = format!(
        "From: {from}\r\nSubject: Invoice\r\nContent-Type: text/html\r\n\r\n<p>It is wrong.</p>\r\n"
    );
    let taken = room.receive(Some(&address), raw.as_bytes()).unwrap();
    room.handle(taken.raw).unwrap();
    let person = whose.person;
    let given = desk.house.store.write(move |tx| {
        let (id, request): (Id, Option<Id>) = tx.one(MADE, &params![taken.raw])?;
        if let Some(request) = request {
            tx.execute(GIVE, &params![request, person])?;
        }
        Ok::<_, kept_store::StoreError>(id)
    });
    vec![given.kept().to_string()]
}
