//! A connection that is cut while the server commits.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use kept_faults::{append, open};
use kept_store::{Dialect, Place, Settings, StoreError};
use kept_testing::{Home, settings};
use kept_world::World;

use crate::writer::examine;

/// What happens to the next COMMIT.
const PASS: u8 = 0;
/// It is handed on, and its answer never comes back.
const CUT_AFTER: u8 = 1;
/// It is not handed on.
const CUT_BEFORE: u8 = 2;

/// A proxy between the store and the server.
struct Proxy {
    url: String,
    next: Arc<AtomicU8>,
}

fn proxy(url: &str) -> Proxy {
    let (scheme, rest) = url.split_once("://").unwrap();
    let (user, rest) = rest.split_once('@').unwrap();
    let (server, rest) = rest.split_once('/').unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let here = listener.local_addr().unwrap();
    let next = Arc::new(AtomicU8::new(PASS));
    let (server, shared) = (server.to_owned(), Arc::clone(&next));
    std::thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let Ok(server) = TcpStream::connect(&server) else {
                return;
            };
            let (back_from, back_to) = (server.try_clone().unwrap(), client.try_clone().unwrap());
            std::thread::spawn(move || hand_on(back_from, back_to, |_| PASS));
            let shared = Arc::clone(&shared);
            std::thread::spawn(move || {
                hand_on(client, server, |bytes| {
                    if bytes.windows(6).any(|word| word == b"COMMIT") {
                        shared.swap(PASS, Ordering::SeqCst)
                    } else {
                        PASS
                    }
                });
            });
        }
    });
    Proxy {
        url: format!("{scheme}://{user}@{here}/{rest}"),
        next,
    }
}

fn hand_on(mut from: TcpStream, mut to: TcpStream, judge: impl Fn(&[u8]) -> u8) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(read) = from.read(&mut buffer) {
        let Some(bytes) = buffer.get(..read).filter(|bytes| !bytes.is_empty()) else {
            break;
        };
        let what = judge(bytes);
        if what != PASS {
            // The store's side is cut first, so that no answer can come back.
            let _ = from.shutdown(Shutdown::Both);
        }
        if what == CUT_BEFORE || to.write_all(bytes).is_err() || what == CUT_AFTER {
            break;
        }
    }
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Write);
}

#[test]
fn a_connection_cut_in_mid_commit_is_told_as_unknown() {
    let Some(home) = Home::new(Dialect::Postgres, "a_connection_cut_in_mid_commit") else {
        return;
    };
    let Place::Server { url } = home.place() else {
        return;
    };
    open(home.place(), settings()).unwrap();
    let proxy = proxy(url);
    let through = Place::Server {
        url: proxy.url.clone(),
    };
    let store = open(
        &through,
        Settings {
            writers: 1,
            readers: 1,
            ..settings()
        },
    )
    .unwrap();
    let world = World::system();
    append(&store, &world, 1).wait().unwrap();
    for (number, cut) in [(2, CUT_AFTER), (3, CUT_BEFORE)] {
        proxy.next.store(cut, Ordering::SeqCst);
        let answer = append(&store, &world, number).wait();
        assert!(matches!(answer, Err(StoreError::Unknown)), "{answer:?}");
    }
    append(&store, &world, 4).wait().unwrap();
    drop(store);
    let store = open(home.place(), settings()).unwrap();
    let held = kept_faults::inspect(&store, home.folder()).unwrap();
    drop(store);
    assert!(held.events.contains(&1) && held.events.contains(&4));
    assert!(!held.events.contains(&3), "it never reached the server");
    examine(home.place(), home.folder(), &[]);
}
