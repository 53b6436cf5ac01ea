//! Records to ask for: one's own, another person's, and none.

use kept_accounts::access::Action;
use kept_accounts::commands::{NewToken, add_absence, add_token, disable_person};
use kept_kernel::Id;
use kept_store::{Value, params, statements};
use kept_testing::Kept as _;
use kept_vault::{SystemRandom, Token};

use crate::ask::Asker;
use crate::clients;
use crate::desk::{Desk, Hired, console};
use crate::table::Case;
use crate::{forms, mails, portal, requests};

statements! {
    ADD_TEMPLATE = "INSERT INTO templates (id, name, occasion, channel, language, version, revision, made_at)
                    VALUES ($1, 'Bills', 'answer', 'email', 'en', 1, 1, $2)";
    ADD_TEMPLATE_VERSION = "INSERT INTO template_versions (template, version, subject, body, written_at, asked_at)
                            VALUES ($1, 1, '', 'Words', $2, $3)";
    ADD_PASSKEY = "INSERT INTO passkeys (id, person, credential, public_key, sign_count, transports, synced, name, made_at)
                   VALUES ($1, $2, $3, $3, 0, '', $4, 'Phone', $5)";
    EMERGENCY_OF = "SELECT id FROM emergencies WHERE person = $1";
    ADD_LOG = "INSERT INTO history_logs (id, name, bytes, mapping_name, mapping, reading, taken_at, taken_by, removed_at)
               VALUES ($1, 'log.csv', 1, 'own.toml', '', $2, $3, 'kept', $3)";
    ADD_IMPORT = "INSERT INTO imports (id, name, started_at, ended_at, undone_at, events, bad_lines)
                  VALUES ($1, 'log.csv', $2, $2, $2, 0, 0)";
    ADD_WEBHOOK = "INSERT INTO webhook_endpoints (id, url, secret, kinds, made_at, place, alert)
                   VALUES ($1, 'https://crm.example/hooks', $2, '', $3, 0, 0)";
    ADD_RECORD = "INSERT INTO records (noun, id) VALUES ('request', $1) RETURNING number";
    ADD_ALERT = "INSERT INTO alerts (number, record, code, rule, cycle, level, kind, role, person, at, made_at)
                 VALUES ($4, $1, 'SR', 'acknowledge', 1, 0, 'breach', 'account manager', $2, $3, $3) RETURNING number";
    ADD_DUTY = "INSERT INTO obligations (number, run, record, code, rule, version, cycle, level, learner, opened_at, due_at, verdict,
                    owner_role, owner, body)
                SELECT $4, max(number), $1, 'SR', 'acknowledge', '1', 1, 0, '', $2, $2, 'overdue', 'account manager', 'somebody', $3
                FROM obligation_runs WHERE in_force_at IS NOT NULL RETURNING number";
}

/// What fills the holes of a path for a record of this kind. `owner` is who asks.
pub fn holes(desk: &Desk, record: &str, case: Case, owner: &Hired) -> Vec<String> {
    if record.starts_with("portal-") && matches!(case, Case::There | Case::Foreign) {
        return portal::made(desk, record, (case, owner));
    }
    let other;
    let whose = match case {
        Case::There => owner,
        Case::Foreign => {
            other = desk.hire(if record == "emergency" {
                "account-manager"
            } else {
                "employee"
            });
            &other
        }
        Case::Missing => return missing(desk, record),
        Case::Rubbish => return vec!["nonsense".into(); 3],
    };
    match record {
        "session" => vec![desk.sign_in(&whose.email).0],
        "token" => vec![token(desk, whose)],
        "passkey" => vec![passkey(desk, whose)],
        "absence" => vec![absence(desk, whose)],
        "emergency" => vec![emergency(desk, whose)],
        "person" => vec![desk.hire("employee").person.to_string()],
        "former" => {
            let hired = desk.hire("management");
            leave(desk, &hired);
            vec![hired.person.to_string()]
        }
        "sop" => vec!["SR".into()],
        "rule" => vec!["SR".into(), "acknowledge".into()],
        "log" => vec![log(desk)],
        "import" => vec![import(desk)],
        "case" => vec!["request".into(), desk.a_case().replace(' ', "%20")],
        "announcement" => vec![announcement(desk)],
        "template" => vec![template(desk, false)],
        "template-asked" => vec![template(desk, true)],
        "alert" => vec![alert(desk, whose)],
        "letter" => vec![letter(desk)],
        kind if kind.starts_with("mail") => mails::made(desk, kind, whose),
        "webhook" => vec![webhook(desk)],
        "delivery" => {
            let webhook = webhook(desk);
            let delivery = delivery(desk, &webhook);
            vec![webhook, delivery]
        }
        "duty" => vec![duty(desk)],
        "link" => vec!["made-up".into()],
        kind if kind.starts_with("form") => forms::made(desk, kind, whose),
        kind if kind.starts_with("request") => requests::made(desk, kind, whose),
        kind if kind.starts_with("client") => clients::made(desk, kind, whose),
        "asset" => {
            let path = kept_ui::ASSETS.first().unwrap().path;
            vec![path.strip_prefix("/assets/").unwrap().to_owned()]
        }
        other => panic!("how is a record of the kind {other} made?"),
    }
}

fn missing(desk: &Desk, record: &str) -> Vec<String> {
    let id = desk.house.world.id().to_string();
    match record {
        "delivery" | "request-file" | "request-picture" | "request-task" | "request-link"
        | "portal-file" | "portal-shared" | "form-answer" => vec![id.clone(), id],
        "form-file" => vec![id.clone(), id.clone(), id],
        "form-field" => vec![id, "f1".into()],
        "sop" => vec!["XX".into()],
        "rule" => vec!["SR".into(), "no-such-rule".into()],
        "case" => vec!["request".into(), "none".into()],
        "request-act" => vec![id, "assignment".into()],
        kind if kind.starts_with("client-") => vec![id.clone(), id],
        _ => vec![id],
    }
}

/// Somebody leaves.
pub fn leave(desk: &Desk, hired: &Hired) {
    let (act, person) = (desk.act(), hired.person);
    let disabled = desk
        .house
        .store
        .write(move |tx| disable_person(tx, &act, &console(), person));
    disabled.kept();
}

fn token(desk: &Desk, whose: &Hired) -> String {
    let token = NewToken {
        id: desk.house.world.id(),
        token: Token::new(&mut SystemRandom).unwrap().hash(),
        name: format!("Program {}", desk.number()),
        person: Some(whose.person),
        scopes: vec![Action::ReadSops],
        expires_at: None,
    };
    let act = desk.act();
    let added = desk
        .house
        .store
        .write(move |tx| add_token(tx, &act, &token));
    added.kept().to_string()
}

fn passkey(desk: &Desk, whose: &Hired) -> String {
    let (id, now, person) = (desk.house.world.id(), desk.house.world.now(), whose.person);
    let added = desk.house.store.write(move |tx| {
        let credential = id.to_string().into_bytes();
        let row = params![id, person.0, credential.as_slice(), false, now];
        tx.execute(ADD_PASSKEY, &row)
    });
    added.kept();
    id.to_string()
}

/// A number long enough to stand nowhere else in an answer, out of which it is taken to compare it.
fn long_number(desk: &Desk) -> i64 {
    700_000_000_000 + i64::try_from(desk.number()).unwrap()
}

/// An alert that was told to somebody.
fn alert(desk: &Desk, whose: &Hired) -> String {
    let (id, now) = (desk.house.world.id().to_string(), desk.house.world.now());
    let person = whose.person.to_string();
    let number = long_number(desk);
    let added = desk.house.store.write(move |tx| {
        let (record,): (i64,) = tx.one(ADD_RECORD, &params![&id])?;
        tx.one::<(i64,)>(ADD_ALERT, &params![record, &person, now, number])
    });
    added.kept().0.to_string()
}

/// Another system that is told things.
fn webhook(desk: &Desk) -> String {
    let (id, now) = (desk.house.world.id(), desk.house.world.now());
    let added = desk
        .house
        .store
        .write(move |tx| tx.execute(ADD_WEBHOOK, &params![id, &[7_u8; 40][..], now]));
    added.kept();
    id.to_string()
}

/// Something that it was told.
fn delivery(desk: &Desk, webhook: &str) -> String {
    let (id, now) = (desk.house.world.id(), desk.house.world.now());
    let body = format!(r#"{{"endpoint":"{webhook}","kind":"test.sent","body":"{{}}"}}"#);
    let put = desk
        .house
        .store
        .write(move |tx| kept_journal::outbox::put(tx, id, ("webhook", &body), (now, now)));
    put.kept();
    id.to_string()
}

/// A letter that waits.
fn letter(desk: &Desk) -> String {
    let (id, now) = (desk.house.world.id(), desk.house.world.now());
    let letter = kept_mail::Letter::to_person(id, "Overdue", "Words");
    desk.house
        .store
        .write(move |tx| kept_mail::put(tx, id, &letter, now))
        .kept();
    id.to_string()
}

/// What somebody else owes.
fn duty(desk: &Desk) -> String {
    let (id, now) = (desk.house.world.id().to_string(), desk.house.world.now());
    let number = long_number(desk);
    let added = desk.house.store.write(move |tx| {
        let (record,): (i64,) = tx.one(ADD_RECORD, &params![&id])?;
        let body = Value::Json(
            r#"{"used_business":0,"used_elapsed":0,"paused_business":0,"calendar":""}"#,
        );
        tx.one::<(i64,)>(ADD_DUTY, &params![record, now, body, number])
    });
    added.kept().0.to_string()
}

fn log(desk: &Desk) -> String {
    let (id, now) = (desk.house.world.id(), desk.house.world.now());
    let added = desk
        .house
        .store
        .write(move |tx| tx.execute(ADD_LOG, &params![id, Value::Json("{}"), now]));
    added.kept();
    id.to_string()
}

fn import(desk: &Desk) -> String {
    let (id, now) = (desk.house.world.id(), desk.house.world.now());
    let added = desk
        .house
        .store
        .write(move |tx| tx.execute(ADD_IMPORT, &params![id, now]));
    added.kept();
    id.to_string()
}

fn absence(desk: &Desk, whose: &Hired) -> String {
    let (act, person) = (desk.act(), whose.person);
    let added = desk.house.store.write(move |tx| {
        let days = ("2026-03-02", "2026-03-06");
        add_absence(tx, &act, person, days, None)
    });
    added.kept().to_string()
}

/// Only people of some roles have any; for others it is one of somebody else.
fn emergency(desk: &Desk, whose: &Hired) -> String {
    let open = |whose: &Hired| {
        let asker = Asker::with_session(desk, &whose.email, &desk.sign_in(&whose.email).1);
        let record = desk.house.world.id();
        let form =
            format!("object=client&record={record}&reason=The+client+is+on+the+phone&next=%2Fme");
        asker.send(desk, "POST", "/emergencies", (&form, true));
        let person = whose.person;
        let found = desk
            .house
            .store
            .read(move |read| read.maybe::<(Id,)>(EMERGENCY_OF, &params![person]));
        found.kept().map(|(id,)| id.to_string())
    };
    open(whose).unwrap_or_else(|| open(&desk.hire("account-manager")).unwrap())
}

/// One to the whole company, from somebody of the management.
/// A template that nobody has approved, or whose approval is asked for by nobody who is still here.
fn template(desk: &Desk, asked: bool) -> String {
    let (id, now) = (desk.house.world.id(), desk.house.world.now());
    let put = desk.house.store.write(move |tx| {
        tx.execute(ADD_TEMPLATE, &params![id, now])?;
        let asked = asked.then_some(now);
        tx.execute(ADD_TEMPLATE_VERSION, &params![id, now, asked])
    });
    put.kept();
    id.to_string()
}

fn announcement(desk: &Desk) -> String {
    let hired = desk.hire("management");
    let asker = Asker::with_session(desk, &hired.email, &desk.sign_in(&hired.email).1);
    let form = "title=We+move&text=Words&audience=company&must_confirm=on";
    let posted = asker.send(desk, "POST", "/announcements", (form, true));
    let location = posted.location();
    location.rsplit('/').next().unwrap_or_default().to_owned()
}
