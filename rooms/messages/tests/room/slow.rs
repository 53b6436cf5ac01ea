//! Whoever gives a byte now and then: never silent, and never done. Each answer and each mail has an end, others are served meanwhile,
//! and nothing that was not said to be kept is gone.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use kept_messages::{Door, Pace};
use kept_testing::on_both;
use tokio::runtime::{Builder, Runtime};

use crate::desk::Desk;
use crate::dovecot::PASSWORD;
use crate::fetching::{BOX, page_of, set_up, set_up_at};
use crate::rubbish::Server;

const SALES: &str = "sales@desk.example";
/// Longer than anything takes here, and far shorter than for ever.
const SOON: Duration = Duration::from_secs(20);
/// So many have a place at the door at once.
const PLACES: usize = 50;

fn comes_to_be(what: &str, holds: impl Fn() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < SOON, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

on_both! {
    fn a_mailbox_that_comes_a_byte_at_a_time_is_given_up_and_holds_up_no_other(home) {
        let desk = Desk::impatient(home);
        let (slow, quick) = (Server::start(), Server::start());
        set_up(&desk, (slow.port, "none"), (PASSWORD, "INBOX"));
        set_up_at(&desk, &page_of(&desk, 1), (quick.port, "none"));
        assert_eq!((desk.room.fetch_once(BOX), desk.room.fetch_once(SALES)), (Ok(0), Ok(0)));
        slow.gets("slow");
        quick.gets("quick");
        slow.state().slow = Some(Duration::from_millis(200));
        // Each has a thread of its own that waits for it.
        let begun = Instant::now();
        desk.watches();
        assert!(begun.elapsed() < Duration::from_secs(3), "the watch waits for nobody");
        comes_to_be("the other mailbox is fetched", || desk.count_raw() == 1);
        let page = page_of(&desk, 0);
        let says_why = || desk.browser("ada").get(&page).has("the server is too slow");
        comes_to_be("the page of the mailbox says why", says_why);
        assert!(!desk.browser("ada").get(&page_of(&desk, 1)).has("too slow"));
        // What it did not hand over is there still.
        slow.state().slow = None;
        desk.pass(3_600);
        desk.watches();
        comes_to_be("it is fetched when the server is well", || desk.count_raw() == 2);
        comes_to_be("the page is well", || !says_why());
    }

    fn a_mail_that_comes_a_byte_at_a_time_is_given_up_and_taken_once_later(home) {
        let desk = Desk::impatient(home);
        let server = Server::start();
        set_up(&desk, (server.port, "none"), (PASSWORD, "INBOX"));
        assert_eq!(desk.room.fetch_once(BOX), Ok(0));
        // Other answers are short enough to be heard out at this pace.
        server.gets(&"long".repeat(100));
        server.state().slow = Some(Duration::from_millis(10));
        for _ in 0..2 {
            let begun = Instant::now();
            let said = desk.room.fetch_once(BOX).unwrap_err();
            assert!(said.contains("too slow") && begun.elapsed() < SOON, "{said}");
        }
        assert_eq!(desk.count_raw(), 0);
        server.state().slow = None;
        assert_eq!((desk.room.fetch_once(BOX), desk.room.fetch_once(BOX), desk.count_raw()), (Ok(1), Ok(0), 1));
    }
}

/// A door that is open, and its runtime.
fn open(desk: &Desk, pace: Pace) -> (SocketAddr, Runtime) {
    let runtime = Builder::new_multi_thread().enable_all().build().unwrap();
    let at = "127.0.0.1:0".parse().unwrap();
    let listener = runtime.block_on(async { Door::listen(at) }).unwrap();
    let at = listener.local_addr().unwrap();
    let door = Door::new(desk.room.clone(), "desk.example").at_pace(pace);
    runtime.spawn(door.serve(listener));
    (at, runtime)
}

fn conversation(number: usize) -> (String, String) {
    let head =
        "LHLO mx\r\nMAIL FROM:<ruth@brennan.example>\r\nRCPT TO:<desk@desk.example>\r\nDATA\r\n";
    let mail = format!(
        "From: ruth@brennan.example\r\nMessage-ID: <{number}@b>\r\nSubject: {number}\r\n\r\nIt leaks.\r\n.\r\nQUIT\r\n"
    );
    (head.to_owned(), mail)
}

/// Says some of it at once, and the rest a byte at a time until the door has had enough, or the test has; what the door said.
fn dribbles(
    at: SocketAddr,
    at_once: &str,
    (rest, pause): (&str, Duration),
    enough: &AtomicBool,
) -> String {
    let mut line = TcpStream::connect(at).unwrap();
    line.write_all(at_once.as_bytes()).unwrap();
    let mut listens = line.try_clone().unwrap();
    let hears = std::thread::spawn(move || {
        let mut said = Vec::new();
        // Whoever has hung up may have reset the line.
        let _ = listens.read_to_end(&mut said);
        String::from_utf8_lossy(&said).into_owned()
    });
    for byte in rest.as_bytes() {
        std::thread::sleep(pause);
        if enough.load(Ordering::SeqCst) {
            let _ = line.shutdown(Shutdown::Both);
        }
        if hears.is_finished() || line.write_all(&[*byte]).is_err() {
            break;
        }
    }
    hears.join().unwrap()
}

on_both! {
    fn whoever_dribbles_at_the_door_is_ended_by_their_whole_word_and_nothing_of_theirs_is_kept(home) {
        let desk = Desk::impatient(home);
        let pace = Pace { word: Duration::from_secs(1), ..Pace::default() };
        let (at, _runtime) = open(&desk, pace);
        let (head, mail) = conversation(1);
        let (endless, never) = ("x".repeat(10_000), AtomicBool::new(false));
        for (at_once, rest) in [("", &endless), (&*head, &mail), (&format!("{head}{mail:.40}"), &endless)] {
            let begun = Instant::now();
            let said = dribbles(at, at_once, (rest, Duration::from_millis(50)), &never);
            assert!(said.contains("421 4.4.2"), "{said}");
            assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
        }
        assert_eq!(desk.count_raw(), 0);
        // A mail may take longer than a word, as long as it comes at a pace.
        let pace = Pace { bytes: 50, ..pace };
        let (at, _runtime) = open(&desk, pace);
        let long = format!("Subject: long\r\n\r\n{}{mail}", "It leaks.\r\n".repeat(10));
        let said = dribbles(at, &head, (&long, Duration::from_millis(8)), &never);
        assert!(said.contains("It is kept"), "{said}");
        assert_eq!(desk.count_raw(), 1);
    }

    fn a_door_full_of_those_who_dribble_serves_whoever_comes(home) {
        let desk = Desk::impatient(home);
        let pace = Pace { busy: Duration::from_secs(1), ..Pace::default() };
        let (at, _runtime) = open(&desk, pace);
        let (head, mail) = conversation(1);
        let (endless, served) = ("x".repeat(10_000), AtomicBool::new(false));
        let pause = Duration::from_millis(50);
        std::thread::scope(|scope| {
            let slow: Vec<_> = (0..PLACES)
                .map(|number| {
                    let at_once = if number % 2 == 0 { "" } else { &*head };
                    let (endless, served) = (&endless, &served);
                    scope.spawn(move || dribbles(at, at_once, (endless, pause), served))
                })
                .collect();
            let greeted = || {
                let mut line = TcpStream::connect(at).unwrap();
                line.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
                line.read(&mut [0; 4]).is_ok()
            };
            comes_to_be("all places are taken", || !greeted());
            let begun = Instant::now();
            let said = dribbles(at, &format!("{head}{mail}"), ("", pause), &served);
            let took = begun.elapsed();
            served.store(true, Ordering::SeqCst);
            assert!(said.contains("It is kept"), "{said}");
            assert!(took < SOON, "{took:?}");
            let said: Vec<String> = slow.into_iter().map(|one| one.join().unwrap()).collect();
            let ended = said.iter().filter(|said| said.contains("421 4.4.2")).count();
            assert!(ended > 0, "a place was given up, and it was said why");
        });
        assert_eq!(desk.count_raw(), 1);
    }
}
