//! kill -9 while clients send.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;

use kept_testing::{Home, on_both};

use super::clients::{Client, Way};
use super::held::examine;
use crate::served::{Desk, Served};

/// Who sends: three programs, each with a token of its own, and two people at the web form.
pub fn clients(desk: &Desk) -> Vec<Client> {
    let program = |name| {
        let token = desk.token(name);
        Client::new(name, Way::Api { token })
    };
    let mut all: Vec<_> = ["shop", "monitor", "telephone"].map(program).into();
    all.push(Client::new("visitor", Way::Form));
    all
}

/// All of them work at once, until so many requests were taken in; then `end` comes over the server.
pub fn at_once(
    clients: &mut [Client],
    served: &mut Served,
    taken: usize,
    end: impl FnOnce(&mut Served),
) {
    let (tell, told) = channel();
    let (port, over) = (served.port, &AtomicBool::new(false));
    std::thread::scope(|scope| {
        for client in clients {
            let tell = tell.clone();
            scope.spawn(move || client.work(port, &tell, over));
        }
        drop(tell);
        assert_eq!(
            told.iter().take(taken).count(),
            taken,
            "the server stopped by itself"
        );
        end(served);
        over.store(true, Ordering::Relaxed);
    });
}

fn killed(home: &Home) {
    let desk = Desk::new(home);
    let mut clients = clients(&desk);
    for taken in [1, 23, 70, 4, 41] {
        let mut served = desk.serve();
        at_once(&mut clients, &mut served, taken, Served::shoot);
        examine(&desk, &clients);
    }
    let unanswered = clients
        .iter()
        .flat_map(|client| &client.sent)
        .filter(|sent| sent.taken.is_none());
    println!("{} without an answer at the end", unanswered.count());
    let mut served = desk.serve();
    for client in &mut clients {
        client.repeat(served.port);
    }
    served.shoot();
    let sent: usize = clients.iter().map(|client| client.sent.len()).sum();
    assert_eq!(examine(&desk, &clients), sent);
    assert!(sent > 130, "{sent}");
}

on_both! {
    fn killed_at_any_moment_it_has_each_request_that_it_answered_once_and_whole(home) {
        killed(home);
    }
}
