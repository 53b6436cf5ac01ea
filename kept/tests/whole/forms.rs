//! Forms to ask for, open to anybody and with an answer.

use kept_kernel::Id;
use kept_store::{params, statements};
use kept_testing::Kept as _;

use crate::clients;
use crate::desk::{Desk, Hired};

const DESIGN: &str = r#"{"title":"Words","fields":[{"id":"f1","kind":"text","label":"Words"}]}"#;

statements! {
    ADD = "INSERT INTO forms (id, kind, language, design, version, revision, public_at, sites, made_at)
           VALUES ($1, 'other', 'en', $2, 1, 1, $3, '', $3)";
    ADD_VERSION = "INSERT INTO form_versions (form, version, design, published_at) VALUES ($1, 1, $2, $3)";
    ADD_FILE = "INSERT INTO form_files (id, answer, field, name, size, sha256, content, added_at)
                VALUES ($1, $2, 'f1', 'a.txt', 1, $3, $3, $4)";
    ADD_ANSWER = "INSERT INTO form_answers (id, form, version, client, given_at, given, changes) VALUES ($1, $2, 1, $3, $4, '[]', '[]')";
}

/// What fills the holes of a path for a record of this kind.
pub fn made(desk: &Desk, kind: &str, whose: &Hired) -> Vec<String> {
    let [id, answer, file] = [0; 3].map(|_| desk.house.world.id());
    let now = desk.house.world.now();
    let client = clients::made(desk, "client", whose);
    let of: Id = client.first().unwrap().parse().unwrap();
    let added = desk.house.store.write(move |tx| {
        tx.execute(ADD, &params![id, DESIGN, now])?;
        tx.execute(ADD_VERSION, &params![id, DESIGN, now])?;
        tx.execute(ADD_ANSWER, &params![answer, id, of, now])?;
        tx.execute(ADD_FILE, &params![file, answer, &b"x"[..], now])
    });
    added.kept();
    match kind {
        "form-field" => vec![id.to_string(), "f1".into()],
        "form-answer" => vec![id.to_string(), answer.to_string()],
        "form-file" => vec![id.to_string(), answer.to_string(), file.to_string()],
        _ => vec![id.to_string()],
    }
}
