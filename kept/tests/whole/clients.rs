//! Clients to ask for: each has whoever asks as its account manager and in its account team.

use kept_accounts::access::{Action, Scope, for_kept};
use kept_clients::ClientId;
use kept_clients::commands::{
    NewField, NewRevenue, Step, add_client, add_contact, add_field, add_revenue, join_team,
    merge_clients, remove_note, write_note,
};
use kept_clients::model::{ContactDraft, Draft, FieldKind};
use kept_journal::audit::Who;
use kept_kernel::Id;
use kept_store::{Write, params, statements};

use crate::desk::{Desk, Hired};

statements! {
    LIVE_FIELD = "SELECT id FROM client_fields WHERE retired_at IS NULL LIMIT 1";
    ADD_IMPORT = "INSERT INTO client_imports (id, name, columns, uses, state, lines, at_line, taken_at)
                  VALUES ($1, 'list.csv', $2, $2, 'mapping', 1, 0, $3)";
    REVENUE = "SELECT id FROM client_revenues WHERE client = $1 LIMIT 1";
}

fn scope() -> Scope {
    for_kept(Action::EditClients)
}

/// Runs commands that must succeed.
fn done<T: Send + Unpin + 'static>(
    desk: &Desk,
    work: impl Fn(&Write<'_>, &Step) -> Result<T, kept_clients::commands::ClientError> + Send + 'static,
) -> T {
    let step = Step::new(&desk.house.world, &desk.site.rules, Who::Console);
    let written = desk.house.store.write(move |tx| work(tx, &step)).wait();
    written.unwrap_or_else(|error| panic!("{error}"))
}

fn client(desk: &Desk, whose: &Hired) -> ClientId {
    let (person, number) = (whose.person, desk.number());
    let client = done(desk, move |tx, step| {
        let draft = Draft {
            owner: Some(person),
            ..Draft::named(format!("Client {number}"))
        };
        add_client(tx, step, &scope(), &draft)
    });
    done(desk, move |tx, step| {
        join_team(tx, step, &scope(), client, (person, "Technical"))
    });
    client
}

fn field(desk: &Desk) -> String {
    let live = desk
        .house
        .store
        .read(|read| read.maybe::<(Id,)>(LIVE_FIELD, &[]));
    if let Some((field,)) = live.wait().unwrap() {
        return field.to_string();
    }
    let number = desk.number();
    let field = done(desk, move |tx, step| {
        let new = NewField {
            label: format!("Own field {number}"),
            kind: FieldKind::Text,
            choices: String::new(),
        };
        add_field(tx, step, &for_kept(Action::Configure), &new)
    });
    field.to_string()
}

fn import(desk: &Desk) -> String {
    let (id, now) = (desk.house.world.id(), desk.house.world.now());
    let added = desk.house.store.write(move |tx| {
        let columns = "[\"name\"]";
        tx.execute(ADD_IMPORT, &params![id, columns, now])
    });
    added.wait().unwrap();
    id.to_string()
}

/// What fills the holes of the path for a record of this kind.
pub fn made(desk: &Desk, kind: &str, whose: &Hired) -> Vec<String> {
    if kind == "client-field" {
        return vec![field(desk)];
    }
    if kind == "client-import" {
        return vec![import(desk)];
    }
    let client = client(desk, whose);
    let id = client.to_string();
    match kind {
        "client" => vec![id],
        "client-contact" => {
            let draft = ContactDraft {
                name: "Sanna Virta".into(),
                ..ContactDraft::default()
            };
            let contact = done(desk, move |tx, step| {
                add_contact(tx, step, &scope(), client, &draft)
            });
            vec![id, contact.to_string()]
        }
        "client-note" | "client-gone-note" => {
            let note = done(desk, move |tx, step| {
                write_note(tx, step, &scope(), client, "Words")
            });
            if kind == "client-gone-note" {
                done(desk, move |tx, step| {
                    remove_note(tx, step, &scope(), (client, note))
                });
            }
            vec![id, note.to_string()]
        }
        "client-member" => {
            // The account manager stays in the team.
            let other = desk.hire("employee").person;
            done(desk, move |tx, step| {
                join_team(tx, step, &scope(), client, (other, "Technical"))
            });
            vec![id, other.to_string()]
        }
        "client-revenue" => {
            done(desk, move |tx, step| {
                let new = NewRevenue {
                    kind: "sale".into(),
                    on_day: "2026-01-10".into(),
                    amount: "1,000".into(),
                    note: String::new(),
                };
                add_revenue(tx, step, &scope(), client, &new)
            });
            let read = desk
                .house
                .store
                .read(move |read| read.one::<(Id,)>(REVENUE, &params![client]));
            vec![id, read.wait().unwrap().0.to_string()]
        }
        "client-value" => vec![id, field(desk)],
        "client-merge" => {
            let gone = self::client(desk, whose);
            let merge = done(desk, move |tx, step| {
                merge_clients(tx, step, &scope(), (client, gone))
            });
            vec![merge.to_string()]
        }
        other => panic!("how is a record of the kind {other} made?"),
    }
}
