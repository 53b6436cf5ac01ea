//! Somebody asks hundreds of times in another's name, by the form and by mail: each is recorded, and the one whose name it is gets a
//! mail an hour in which nothing stands that was written.

use std::net::SocketAddr;

use axum::http::StatusCode;
use kept_store::{params, statements};
use kept_testing::{Kept as _, on_both};

use crate::ask::Asker;
use crate::desk::Desk;

statements! {
    WITH_RECEIPTS = "UPDATE mailboxes SET receipt = TRUE";
    LETTERS = "SELECT CAST(body AS TEXT) FROM outbox WHERE topic = 'mail'";
    REQUESTS = "SELECT count(*) FROM requests";
    WAITING = "SELECT count(*) FROM mail_raw WHERE state = 'waiting'";
}

/// So many forms, and as many mails, unless `KEPT_TEST_FLOOD` says another number: a thousand take minutes without optimisation.
const EACH: usize = 100;
/// What stands in each of them.
const WORDS: &str = "Buy cheap scales at scales.example";

/// The letters that go to the victim.
fn to_victim(desk: &Desk) -> Vec<String> {
    let rows: Vec<(String,)> = desk
        .house
        .store
        .read(|read| read.all(LETTERS, &params![]))
        .kept();
    let all = rows.into_iter().map(|(body,)| body);
    all.filter(|body| body.to_lowercase().contains("harrow.example"))
        .collect()
}

fn count(desk: &Desk, sql: kept_store::Sql) -> usize {
    let (count,): (i64,) = desk
        .house
        .store
        .read(move |read| read.one(sql, &params![]))
        .kept();
    count as usize
}

/// A form, sent from an address of its own, as of one of many machines that somebody has in their hands.
fn form(desk: &Desk, token: &str, number: usize) {
    let [high, low] = (number as u16).to_be_bytes();
    let asker = Asker {
        from: Some(SocketAddr::from(([198, 18, high, low], 4_000))),
        ..Asker::default()
    };
    let form = format!(
        "token={token}&name=Vic&email=vic%40harrow.example&subject={number}+{0}&body={0}",
        WORDS.replace(' ', "+")
    );
    let answer = asker.send(desk, "POST", "/ask", (&form, false));
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert!(!answer.text.contains("scales"), "nothing is repeated");
}

/// A mail that names the victim in one of the ways in which they would get the answer.
fn mail(desk: &Desk, number: usize) {
    let names = match number % 4 {
        0 => "From: Vic <vic@harrow.example>".to_owned(),
        1 => format!("From: a{number}@many.example\r\nReply-To: VIC@Harrow.example"),
        2 => format!("From: vic+{number}@harrow.example"),
        _ => "From: v.i.c@harrow.example\r\nReply-To: v.ic@harrow.example".to_owned(),
    };
    let raw = format!(
        "{names}\r\nTo: desk@desk.example\r\nMessage-ID: <{number}@many.example>\r\nSubject: {number} {WORDS}\r\n\r\n{WORDS}\r\n"
    );
    let room = &desk.site.messages;
    let taken = room.receive(None, raw.as_bytes()).unwrap();
    room.handle(taken.raw).unwrap();
}

on_both! {
    fn hundreds_of_forms_and_mails_in_ones_name_are_recorded_and_bring_them_a_mail_an_hour(home) {
        let each = std::env::var("KEPT_TEST_FLOOD").map_or(EACH, |each| each.parse().unwrap());
        let desk = Desk::new(home);
        kept_messages::add_mailbox(&desk.site.messages, "desk@desk.example", "Desk", "").unwrap();
        desk.house.store.write(|tx| tx.execute(WITH_RECEIPTS, &params![])).kept();
        let visitor = Asker::default();
        let tokens: Vec<String> = (0..each)
            .map(|_| visitor.get(&desk, "/ask").between("name=\"token\" value=\"", "\""))
            .collect();
        desk.pass_seconds(60);
        for (number, token) in tokens.iter().enumerate() {
            form(&desk, token, number);
            mail(&desk, number);
        }
        assert_eq!((count(&desk, REQUESTS), count(&desk, WAITING)), (2 * each, 0));
        let letters = to_victim(&desk);
        assert_eq!(letters.len(), 1, "{letters:?}");
        assert!(!letters[0].contains("scales") && !letters[0].contains("cheap"), "{letters:?}");
        // It goes on for more than a day, each hour: one each hour, and five in a day.
        let mut number = each;
        for hour in 1..=26 {
            desk.pass_seconds(3_601);
            for _ in 0..4 {
                mail(&desk, number);
                number += 1;
            }
            let most = if hour < 24 { 5 } else { 10 };
            assert!(to_victim(&desk).len() <= most.min(hour + 1), "after {hour} hours");
        }
        assert_eq!(count(&desk, REQUESTS), each + number);
    }
}
