//! Mail is fetched from another server: everything once, whatever breaks, and nothing is deleted there.

use axum::http::StatusCode;
use kept_testing::on_both;

use crate::desk::Desk;
use crate::dovecot::{Dovecot, PASSWORD};

pub const BOX: &str = "desk@desk.example";

/// Ada says where the mail of the desk is fetched from; the page with the test of it.
pub fn set_up(
    desk: &Desk,
    (port, protection): (u16, &str),
    (password, folder): (&str, &str),
) -> String {
    set_up_with_sent(desk, (port, protection), (password, folder), "")
}

/// The page of a mailbox; they stand in the order of their addresses.
pub fn page_of(desk: &Desk, place: usize) -> String {
    let list = desk.browser("ada").get("/settings/mailboxes");
    let link = "href=\"/settings/mailboxes/";
    let rest = list.text.split(link).nth(place + 1).unwrap();
    format!("/settings/mailboxes/{}", rest.split('"').next().unwrap())
}

fn set_up_with_sent(
    desk: &Desk,
    (port, protection): (u16, &str),
    (password, folder): (&str, &str),
    sent: &str,
) -> String {
    let fields = [
        ("password", password),
        ("folder", folder),
        ("sent_folder", sent),
    ];
    set_up_page(desk, &page_of(desk, 0), (port, protection), &fields)
}

/// The same for the mailbox of a page.
pub fn set_up_at(desk: &Desk, page: &str, place: (u16, &str)) {
    set_up_page(desk, page, place, &[("password", PASSWORD)]);
}

fn set_up_page(
    desk: &Desk,
    page: &str,
    (port, protection): (u16, &str),
    more: &[(&str, &str)],
) -> String {
    let ada = desk.browser("ada");
    let port = port.to_string();
    let place = [
        ("host", "localhost"),
        ("port", port.as_str()),
        ("protection", protection),
        ("user", "desk"),
    ];
    let fields = [&place[..], more].concat();
    let (_, password) = more[0];
    let saved = ada.post(page, &format!("{page}/source"), &fields);
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    let tested = ada.post(page, &format!("{page}/test"), &[]);
    assert_eq!(tested.status, StatusCode::OK, "{}", tested.text);
    assert!(!tested.has(password), "a password is never shown");
    tested.text
}

fn mail(number: u32) -> String {
    format!(
        "From: Ruth <ruth@brennan.example>\nTo: {BOX}\nMessage-ID: <{number}@brennan.example>\nSubject: Pump {number}\n\nIt leaks.\n"
    )
}

on_both! {
    fn what_comes_to_a_mailbox_elsewhere_is_taken_once_and_marked_there(home) {
        let Some(server) = Dovecot::start("what_comes_to_a_mailbox_elsewhere", home.folder()) else { return };
        let desk = Desk::trusting(home, server.trust());
        server.gets("0", &mail(0));
        let tested = set_up(&desk, (server.tls, "tls"), (PASSWORD, "INBOX"));
        assert!(tested.contains("INBOX can be read"), "{tested}");
        assert_eq!(desk.room.fetch_once(BOX), Ok(0), "what lay there before stays there");
        for number in 1..4 {
            server.gets(&number.to_string(), &mail(number));
        }
        assert_eq!(desk.room.fetch_once(BOX), Ok(3));
        assert_eq!((desk.requests(), server.holds()), (3, (4, 3)));
        assert_eq!(desk.room.fetch_once(BOX), Ok(0));
        // A fetch that died before it had written down how far it was begins anew, and so does a server that numbers anew.
        desk.fetches_anew();
        assert_eq!(desk.room.fetch_once(BOX), Ok(1), "the one that lay there before is new to us");
        server.numbers_anew();
        server.gets("4", &mail(4));
        assert_eq!(desk.room.fetch_once(BOX), Ok(1));
        assert_eq!((desk.requests(), server.holds().0), (5, 5));
        let page = desk.browser("ada").get("/settings/mailboxes");
        assert!(page.has("last mail"), "{}", page.text);
    }
}

on_both! {
    fn the_copy_among_what_was_sent_names_the_id_that_a_provider_gave(home) {
        let Some(server) = Dovecot::start("the_copy_among_what_was_sent", home.folder()) else { return };
        let desk = Desk::trusting(home, server.trust());
        desk.ruth("Message-ID: <one@brennan.example>\nSubject: Pump", "It leaks.");
        let ours = desk.answers(1001);
        let token = ours.split('@').next().unwrap().to_owned();
        server.has_folder("Sent");
        set_up_with_sent(&desk, (server.tls, "tls"), (PASSWORD, "INBOX"), "Sent");
        assert_eq!(desk.room.fetch_once(BOX), Ok(0));
        let copy = format!("From: {BOX}\nMessage-ID: <given@provider.example>\nX-Kept-Letter: {token}\nSubject: Re: Pump\n\nWords\n");
        server.gets_in(".Sent", "1", &copy);
        server.gets("2", "From: ruth@brennan.example\nIn-Reply-To: <given@provider.example>\nSubject: Re: Pump\n\nStill.\n");
        assert_eq!(desk.room.fetch_once(BOX), Ok(1));
        assert_eq!(desk.last(), (1001, "client".into()));
        // A folder that is not there holds up nothing.
        set_up_with_sent(&desk, (server.tls, "tls"), (PASSWORD, "INBOX"), "Nowhere");
        server.gets("3", &mail(3));
        assert_eq!(desk.room.fetch_once(BOX), Ok(1));
    }
}

on_both! {
    fn what_is_too_large_is_not_fetched_its_sender_is_told_and_it_holds_up_nothing(home) {
        let Some(server) = Dovecot::start("what_is_too_large", home.folder()) else { return };
        let desk = Desk::trusting(home, server.trust());
        set_up(&desk, (server.plain, "starttls"), (PASSWORD, "INBOX"));
        assert_eq!(desk.room.fetch_once(BOX), Ok(0));
        let line = "x".repeat(70);
        let large: String = std::iter::repeat_n(line.as_str(), 400_000).collect::<Vec<_>>().join("\n");
        server.gets("1", &format!("{}\n{large}\n", mail(1)));
        server.gets("2", &mail(2));
        assert_eq!(desk.room.fetch_once(BOX), Ok(1));
        let (sender, size) = desk.too_large().pop().unwrap();
        assert!(sender == "ruth@brennan.example" && size > 26_000_000, "{sender} {size}");
        let letters = desk.letters();
        assert!(letters.len() == 1 && letters[0].contains("Your mail is too large"), "{letters:?}");
        assert!(desk.browser("ada").get("/settings/mailboxes").has("Mail that was not taken"));
    }
}

on_both! {
    fn each_step_says_what_is_wrong_and_a_server_that_is_gone_is_left_alone(home) {
        let Some(server) = Dovecot::start("each_step_says", home.folder()) else { return };
        let desk = Desk::trusting(home, server.trust());
        let wrong = set_up(&desk, (server.tls, "tls"), ("not that", "INBOX"));
        assert!(wrong.contains("Sign in") && wrong.contains("User, password or token is wrong"), "{wrong}");
        let folder = set_up(&desk, (server.tls, "tls"), (PASSWORD, "Nowhere"));
        assert!(folder.contains("There is no such folder"), "{folder}");
        let open = set_up(&desk, (server.plain, "tls"), (PASSWORD, "INBOX"));
        assert!(open.contains("Check that port and encryption belong together"), "{open}");
        let port = server.tls;
        drop(server);
        let gone = set_up(&desk, (port, "tls"), (PASSWORD, "INBOX"));
        assert!(gone.contains("Nothing listens"), "{gone}");
        for _ in 0..5 {
            assert!(desk.room.fetch_once(BOX).is_err());
        }
        let letters = desk.letters();
        assert!(letters.len() == 1 && letters[0].contains("cannot be reached"), "{letters:?}");
        assert!(desk.browser("ada").get("/settings/mailboxes").status == StatusCode::OK);
    }
}
