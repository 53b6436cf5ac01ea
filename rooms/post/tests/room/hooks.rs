//! Other systems are told what they asked for, in order, signed, at least once.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use kept_journal::outbox::{self, Waiting};
use kept_kernel::{Id, Instant};
use kept_outbound::SigningSecret;
use kept_store::{params, statements};
use kept_testing::{Kept as _, on_both};
use kept_vault::{Purpose, Roots, Sealer};

use crate::desk::Desk;

statements! {
    ADD = "INSERT INTO webhook_endpoints (id, url, secret, kinds, made_at, place, alert) VALUES ($1, $2, $3, $4, 0, 0, 0)";
    PAUSED = "SELECT paused_because FROM webhook_endpoints";
}

/// Another system: what it was told, and what it answers.
struct Other {
    port: u16,
    told: Arc<Mutex<Vec<String>>>,
    answers: Arc<Mutex<Vec<u16>>>,
}

impl Other {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (told, answers) = (
            Arc::new(Mutex::new(Vec::new())),
            Arc::new(Mutex::new(Vec::new())),
        );
        let (tell, answer) = (Arc::clone(&told), Arc::clone(&answers));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut text = String::new();
                let mut bytes = [0; 4096];
                while !text.ends_with('}') {
                    let read = stream.read(&mut bytes).unwrap_or(0);
                    if read == 0 {
                        break;
                    }
                    text.push_str(&String::from_utf8_lossy(bytes.get(..read).unwrap()));
                }
                tell.lock().unwrap().push(text);
                let status = answer.lock().unwrap().pop().unwrap_or(204);
                let _ = write!(stream, "HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n");
            }
        });
        Self {
            port,
            told,
            answers,
        }
    }

    fn told(&self) -> Vec<String> {
        self.told.lock().unwrap().clone()
    }

    fn answers(&self, status: u16) {
        self.answers.lock().unwrap().push(status);
    }
}

fn header<'t>(request: &'t str, name: &str) -> &'t str {
    let line = request
        .lines()
        .find_map(|line| line.strip_prefix(&format!("{name}: ")));
    line.unwrap()
}

impl Desk {
    fn hook(&self, port: u16, kinds: &'static str) -> SigningSecret {
        let roots = Roots::new(&mut |bytes: &mut [u8]| bytes.fill(5)).unwrap();
        let sealer = Sealer::new(&roots, Purpose::Connectors);
        let (secret, id) = (SigningSecret::new([7; 32]), self.world.id());
        let place = format!("webhook_endpoints {id}");
        let mut random = |bytes: &mut [u8]| bytes.fill(3);
        let sealed = sealer
            .seal(place.as_bytes(), secret.text().as_bytes(), &mut random)
            .unwrap();
        let url = format!("http://127.0.0.1:{port}/hooks");
        self.store
            .write(move |tx| tx.execute(ADD, &params![id, &url, &sealed[..], kinds]))
            .kept();
        secret
    }

    fn happen(&self, request: &str, act: &str) {
        let event = kept_journal::events::NewEvent {
            id: self.world.id(),
            at: self.world.now(),
            recorded_at: self.world.now(),
            noun: "request".to_owned(),
            subject: request.to_owned(),
            client: Some("C-1".to_owned()),
            what: act.to_owned(),
            body: "{\"facts\":[[\"request.summary\",\"secret words\"]]}".to_owned(),
        };
        self.store
            .write(move |tx| kept_journal::events::record(tx, &event))
            .kept();
        kept_journal::place(&self.store).unwrap();
    }

    fn deliveries(&self) -> Vec<Waiting> {
        let start = (Instant::MAX, Id::from_bytes([0xff; 16]));
        self.store
            .read(move |read| outbox::lately(read, "webhook", start, 100))
            .kept()
    }
}

on_both! {
    fn what_was_asked_for_is_told_in_order_and_signed_and_nothing_else(home) {
        let desk = Desk::new(home);
        let other = Other::start();
        let secret = desk.hook(other.port, "request.receive-request request.close* alert.breach");
        desk.happen("R-1", "receive-request");
        desk.happen("R-1", "log-request");
        desk.happen("R-1", "close-request");
        desk.tell("R-2", Some("maya"));
        desk.pass(10);
        desk.round();
        desk.round();
        let told = other.told();
        assert_eq!(told.len(), 3, "{told:?}");
        for (request, kind) in told.iter().zip(["request.receive-request", "request.close-request", "alert.breach"]) {
            let body = request.split_once("\r\n\r\n").unwrap().1;
            assert!(body.contains(&format!("\"type\":\"{kind}\"")) && !body.contains("secret words"), "{body}");
            let (id, seconds) = (header(request, "webhook-id"), header(request, "webhook-timestamp"));
            let signature = secret.sign(id, seconds.parse().unwrap(), body);
            assert_eq!(header(request, "webhook-signature"), signature);
        }
        assert!(desk.deliveries().iter().all(|one| one.sent_at.is_some()));
    }

    fn what_was_not_taken_comes_again_with_the_same_id(home) {
        let desk = Desk::new(home);
        let other = Other::start();
        desk.hook(other.port, "");
        for status in [302, 500] {
            other.answers(status);
        }
        desk.happen("R-1", "receive-request");
        for _ in 0..4 {
            desk.round();
            desk.pass(600);
        }
        let told = other.told();
        assert_eq!(told.len(), 3, "{told:?}");
        let ids: std::collections::BTreeSet<_> = told.iter().map(|request| header(request, "webhook-id")).collect();
        assert_eq!(ids.len(), 1);
        let delivery = desk.deliveries().pop().unwrap();
        assert!(delivery.sent_at.is_some() && delivery.tries == 3, "{delivery:?}");
        let id = delivery.id;
        let now = desk.world.now();
        assert!(desk.store.write(move |tx| outbox::send_again(tx, id, "webhook", now)).kept());
        desk.round();
        assert_eq!(other.told().len(), 4, "sent again");
    }

    fn an_endpoint_that_is_gone_is_paused_and_waits(home) {
        let desk = Desk::new(home);
        let other = Other::start();
        desk.hook(other.port, "");
        other.answers(410);
        desk.happen("R-1", "receive-request");
        desk.round();
        desk.happen("R-2", "receive-request");
        desk.pass(600);
        desk.round();
        assert_eq!(other.told().len(), 1);
        let (because,): (Option<String>,) = desk.store.read(|read| read.one(PAUSED, &[])).kept();
        assert!(because.unwrap().contains("410"));
    }

    fn two_that_read_along_tell_each_thing_once(home) {
        let desk = Desk::new(home);
        let other = Other::start();
        desk.hook(other.port, "");
        for number in 0..30 {
            desk.happen(&format!("R-{number}"), "receive-request");
        }
        std::thread::scope(|scope| {
            scope.spawn(|| desk.round());
            scope.spawn(|| desk.round());
        });
        desk.round();
        assert_eq!(desk.deliveries().len(), 30);
        assert_eq!(other.told().len(), 30);
    }
}
