//! Who wrote a mail, as the house checks it itself.

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::net::{IpAddr, TcpStream};
use std::sync::Arc;

use kept_kernel::Id;
use kept_mail::checking::{Client, Resolver, Unanswered};
use kept_mail::{Address, DkimKey, Letter, Sender, Voice, compose};
use kept_messages::Door;
use kept_testing::on_both;

use crate::desk::{Desk, START};

/// A DNS of paper, which has texts alone; without any it does not answer.
struct Paper(HashMap<String, String>);

impl Resolver for Paper {
    fn texts(&self, name: &str) -> Result<Vec<String>, Unanswered> {
        if self.0.is_empty() {
            return Err(Unanswered::Silent);
        }
        let found = self.0.get(name).cloned();
        found.map(|text| vec![text]).ok_or(Unanswered::Nothing)
    }

    fn addresses(&self, _: &str, _: bool) -> Result<Vec<IpAddr>, Unanswered> {
        Err(Unanswered::Nothing)
    }

    fn exchangers(&self, _: &str) -> Result<Vec<String>, Unanswered> {
        Err(Unanswered::Nothing)
    }
}

/// Brennan signs, sends from one machine, and asks to refuse everything else.
fn brennan() -> (DkimKey, Arc<Paper>) {
    let secret = DkimKey::make().unwrap();
    let key = DkimKey::new("brennan.example", "s1", &secret).unwrap();
    let (name, text) = key.record();
    let dns = [
        (name, text),
        (
            "_dmarc.brennan.example".to_owned(),
            "v=DMARC1; p=reject".to_owned(),
        ),
        (
            "brennan.example".to_owned(),
            "v=spf1 ip4:192.0.2.7 -all".to_owned(),
        ),
    ];
    (key, Arc::new(Paper(HashMap::from(dns))))
}

/// A mail as Ruth's own server sends it.
fn written(key: Option<DkimKey>, subject: &str) -> Vec<u8> {
    let ruth = Sender {
        email: "ruth@brennan.example".to_owned(),
        dkim: key,
        ..Sender::default()
    };
    let to = Address {
        name: String::new(),
        email: "desk@desk.example".to_owned(),
    };
    let voice = Voice::Person("Ruth".to_owned());
    let letter = Letter::to_address(to.clone(), voice, subject, "It leaks.");
    compose(&letter, &to, &ruth, Vec::new(), (Id::default(), START))
        .unwrap()
        .bytes
}

fn told(address: &str) -> Client {
    Client {
        address: address.parse().unwrap(),
        helo: "mx.brennan.example".to_owned(),
        from: "ruth@brennan.example".to_owned(),
    }
}

on_both! {
    fn a_sender_is_worth_what_signature_machine_and_domain_say(home) {
        let (key, dns) = brennan();
        let desk = Desk::asking(home, dns);
        desk.with_receipts();
        let comes = |raw: Vec<u8>, client: Option<Client>| {
            let taken = desk.room.receive_from(Some("desk@desk.example"), &raw, client).unwrap();
            desk.room.handle(taken.raw).unwrap();
            desk.verdicts().pop().unwrap()
        };
        let (verdict, why) = comes(written(Some(key), "Signed"), None);
        assert_eq!(verdict, "verified");
        assert!(why.contains("Signature of brennan.example (DKIM): it holds."), "{why}");
        let (verdict, why) = comes(written(None, "From its machine"), Some(told("192.0.2.7")));
        assert_eq!(verdict, "verified");
        assert!(why.contains("192.0.2.7, which may send for it"), "{why}");
        // From whom it came nobody knows: that proves nothing, and forges nothing.
        assert_eq!(comes(written(None, "Neither"), None).0, "unverified");
        desk.pass(7_200);
        let letters = desk.letters().len();
        let (verdict, why) = comes(written(None, "From elsewhere"), Some(told("198.51.100.9")));
        assert_eq!(verdict, "forged");
        assert!(why.contains("asks to refuse"), "{why}");
        assert_eq!((desk.requests(), desk.letters().len()), (4, letters));
        let page = desk.browser("maya").get(&format!("/messages/{}", desk.last_message()));
        assert!(page.has("may not send for it"));
    }
}

on_both! {
    fn our_own_server_is_believed_before_anybody_is_asked(home) {
        let (_, dns) = brennan();
        let desk = Desk::asking(home, dns);
        let head = "Authentication-Results: mx.desk.example; dmarc=pass header.from=brennan.example\nSubject: Pump";
        desk.ruth(head, "It leaks.");
        let (verdict, why) = desk.verdicts().pop().unwrap();
        assert_eq!(verdict, "verified");
        assert!(why.starts_with("Our mail server says: mx.desk.example;"), "{why}");
        // Somebody else's word is none.
        desk.ruth(&head.replace("mx.desk", "mx.evil"), "It leaks again.");
        assert_eq!(desk.verdicts().pop().unwrap().0, "unverified");
    }
}

on_both! {
    fn a_dns_that_does_not_answer_holds_up_nothing(home) {
        let desk = Desk::asking(home, Arc::new(Paper(HashMap::new())));
        for at in 0..20 {
            let raw = written(None, &format!("Mail {at}"));
            desk.room.receive_from(Some("desk@desk.example"), &raw, Some(told("192.0.2.7"))).unwrap();
        }
        desk.round();
        assert_eq!(desk.requests(), 20);
        let verdicts = desk.verdicts();
        assert!(verdicts.iter().all(|(verdict, _)| verdict == "unverified"));
        assert!(verdicts[0].1.contains("did not answer"), "{}", verdicts[0].1);
    }
}

on_both! {
    fn the_server_on_this_machine_tells_who_handed_a_mail_to_it(home) {
        let (_, dns) = brennan();
        let desk = Desk::asking(home, dns);
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let at = listener.local_addr().unwrap();
        runtime.spawn(Door::new(desk.room.clone(), "desk.example").serve(listener));
        let mail = String::from_utf8(written(None, "Pump")).unwrap();
        let session = format!(
            "LHLO mx\r\nXFORWARD ADDR=192.0.2.7 HELO=mx.brennan.example\r\nMAIL FROM:<ruth@brennan.example>\r\nRCPT TO:<desk@desk.example>\r\nDATA\r\n{mail}\r\n.\r\nQUIT\r\n"
        );
        let mut line = TcpStream::connect(at).unwrap();
        line.write_all(session.as_bytes()).unwrap();
        let mut said = String::new();
        line.read_to_string(&mut said).unwrap();
        assert!(said.contains("It is kept"), "{said}");
        desk.round();
        assert_eq!(desk.verdicts().pop().unwrap().0, "verified");
    }
}
