//! Requests to ask for, each with whoever asks.

use kept_kernel::Id;
use kept_store::{params, statements};
use kept_testing::Kept as _;

use crate::ask::Asker;
use crate::desk::{Desk, Hired};

statements! {
    GIVE = "UPDATE requests SET assignee = $2, revision = revision + 1 WHERE id = $1";
    ADD_FILE = "INSERT INTO request_files (id, request, place, name, size, content, added_at)
                VALUES ($1, $2, 1, 'a.txt', 1, $3, $4)";
    ADD_TASK = "INSERT INTO request_tasks (id, request, title, made_at) VALUES ($1, $2, 'Ask', $3)";
    ADD_LINK = "INSERT INTO request_links (request, other, kind, made_at) VALUES ($1, $2, 'related', $3)";
    ADD_BULK = "INSERT INTO request_bulks (id, person, what, made_at) VALUES ($1, $2, 'tag', $3)";
    ADD_VIEW = "INSERT INTO request_views (id, person, name, query, made_at) VALUES ($1, $2, 'Mine', '', $3)";
    ADD_ROUTE = "INSERT INTO request_routes (id, place, channel, category, tier, words, way, made_at)
                 VALUES ($1, 1, 'letter', '', '', '', 'person', $2)";
    ADD_PROMISE = "INSERT INTO request_promises (id, request, message, person, words, due_at, made_at)
                   SELECT $1, m.request, m.id, $3, 'by noon', $4, $4 FROM request_messages m WHERE m.request = $2 AND m.place = 1";
    ADD_WORD = "INSERT INTO request_house_words (id, avoid, say, why, made_at) VALUES ($1, 'cheap', 'good value', '', $2)";
    ADD_ANSWER = "INSERT INTO request_macros (id, name, text, then_do, made_at) VALUES ($1, 'Bills', 'Words', '', $2)";
}

/// What fills the holes of a path for a record of this kind.
pub fn made(desk: &Desk, kind: &str, whose: &Hired) -> Vec<String> {
    let (id, now, person) = (desk.house.world.id(), desk.house.world.now(), whose.person);
    let write = move |sql, with_person: bool| {
        let row = if with_person {
            params![id, person, now].to_vec()
        } else {
            params![id, now].to_vec()
        };
        desk.house
            .store
            .write(move |tx| tx.execute(sql, &row))
            .kept();
        vec![id.to_string()]
    };
    match kind {
        "request-bulk" => write(ADD_BULK, true),
        "request-view" => write(ADD_VIEW, true),
        "request-route" => write(ADD_ROUTE, false),
        "request-word" => write(ADD_WORD, false),
        "request-answer" => write(ADD_ANSWER, false),
        "request-promise" => {
            let of: Id = request(desk, whose).parse().unwrap();
            let row = move |tx: &kept_store::Write<'_>| {
                tx.execute(ADD_PROMISE, &params![id, of, person, now])
            };
            desk.house.store.write(row).kept();
            vec![id.to_string()]
        }
        "request-act" => vec![request(desk, whose), "assignment".into()],
        "request-file" | "request-picture" => {
            let request = request(desk, whose);
            let of: Id = request.parse().unwrap();
            let row = move |tx: &kept_store::Write<'_>| {
                tx.execute(ADD_FILE, &params![id, of, &b"GIF89a"[..], now])
            };
            desk.house.store.write(row).kept();
            vec![request, id.to_string()]
        }
        "request-task" => {
            let request = request(desk, whose);
            let of: Id = request.parse().unwrap();
            let row = move |tx: &kept_store::Write<'_>| tx.execute(ADD_TASK, &params![id, of, now]);
            desk.house.store.write(row).kept();
            vec![request, id.to_string()]
        }
        "request-link" => {
            let (one, other) = (request(desk, whose), request(desk, whose));
            let (of, to): (Id, Id) = (one.parse().unwrap(), other.parse().unwrap());
            let row = move |tx: &kept_store::Write<'_>| tx.execute(ADD_LINK, &params![of, to, now]);
            desk.house.store.write(row).kept();
            vec![one, other]
        }
        _ => vec![request(desk, whose)],
    }
}

/// One from somebody of client service, given to whoever asks.
fn request(desk: &Desk, whose: &Hired) -> String {
    let hired = desk.hire("client-service-representative");
    let asker = Asker::with_session(desk, &hired.email, &desk.sign_in(&hired.email).1);
    let form = "name=Ruth&email=ruth%40brennan.example&channel=phone&subject=Invoice";
    let opened = asker.send(desk, "POST", "/requests", (form, true));
    let location = opened.location();
    let id = location.rsplit('/').next().unwrap_or_default().to_owned();
    let (request, person): (Id, _) = (id.parse().unwrap(), whose.person);
    desk.house
        .store
        .write(move |tx| tx.execute(GIVE, &params![request, person]))
        .kept();
    id
}
