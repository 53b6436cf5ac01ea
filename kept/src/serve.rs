//! `kept serve`: the pages of the company's house.

mod api;
mod author;
mod client_pages;
mod connections;
mod counts;
mod harvest;
mod hearing;
mod jobs;
mod living;
mod mailboxes;
mod named;
mod plain;
mod seal;
mod search;
mod setup;
mod site;
mod texts;

pub use site::{Site, forms, portal, requests, site};

use std::net::{SocketAddr, TcpListener};

use axum::Router;
use kept_messages::Door;

use crate::ask::ServeAsked;
use crate::house::House;
use crate::tell::{Failure, Outcome, answer};

/// So many connections may wait to be taken.
const KNOCKING: i32 = 1_024;

/// Serves until it is told to stop.
pub fn serve(asked: &ServeAsked) -> Result<Outcome, Failure> {
    let house = House::open(&asked.house)?;
    let listen = asked.listen;
    let listener = TcpListener::bind(listen).map_err(|error| busy(listen, &error))?;
    run(&house, asked, listener, Router::new(), |origin| {
        answer(&format!("Kept is ready at {origin}\n"))
    })
}

/// Serves an open house, and other routes that nobody signs in for, until it is told to stop. `ready` is told where.
pub fn run(
    house: &House,
    asked: &ServeAsked,
    listener: TcpListener,
    open: Router,
    ready: impl FnOnce(&str) -> Result<(), Failure>,
) -> Result<Outcome, Failure> {
    let unstarted = |error| Failure::new(format!("The server cannot be started: {error}."));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(unstarted)?;
    let sealing = seal::Running::start(house)?;
    let at = listener.local_addr().unwrap_or(asked.listen);
    listener.set_nonblocking(true).map_err(unstarted)?;
    // Of more who knock at once than the line holds the system drops some without a word.
    rustix::net::listen(&listener, KNOCKING).map_err(|error| unstarted(error.into()))?;
    let served = runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener).map_err(unstarted)?;
        let site = tokio::task::block_in_place(|| site(house, asked, asked.origin(at)))?;
        let Site {
            app,
            live,
            accounts,
            rules,
            adherence,
            jobs,
            history,
            messages,
            ..
        } = site;
        let living =
            tokio::task::block_in_place(|| living::jobs(house, &rules, &adherence, &live))?;
        let jobs = jobs::Running::start(jobs.into_iter().chain(living))?;
        if let Some(link) = tokio::task::block_in_place(|| accounts.first_link())? {
            answer(&format!("Make yourself the administrator: {link}\n"))?;
        }
        if let Some(at) = asked.lmtp {
            let door = Door::listen(at).map_err(|error| busy(at, &error))?;
            let at = door.local_addr().unwrap_or(at);
            answer(&format!("Mail is taken at {at}\n"))?;
            let own = Door::new(messages, "kept").trusting(&asked.mail_peer);
            tokio::spawn(own.serve(door));
        }
        ready(&asked.origin(at))?;
        connections::serve(listener, open.merge(app), stop_asked()).await;
        live.close();
        tokio::task::block_in_place(|| {
            jobs.stop();
            history.stop();
            // What was read since the last round.
            accounts.write_reads()
        })?;
        Ok(Outcome::Fine)
    });
    // What was accepted is finished; then the audit is sealed a last time.
    runtime.shutdown_timeout(std::time::Duration::from_secs(10));
    sealing.stop();
    served
}

fn busy(listen: SocketAddr, error: &std::io::Error) -> Failure {
    Failure::new(format!(
        "{listen} cannot be listened at: {error}. Name another with --listen."
    ))
}

/// Resolves when the program is asked to stop: Ctrl-C, or a service manager's SIGTERM.
async fn stop_asked() {
    let terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
    match terminate {
        Ok(mut terminate) => tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        },
        // Without the signal's handler Ctrl-C still works.
        Err(_) => _ = tokio::signal::ctrl_c().await,
    }
}
