//! `kept serve`: the pages of the company's house.

mod api;
mod connections;
mod counts;
mod jobs;
mod living;
mod seal;
mod search;
mod setup;
mod site;

pub use site::{Site, site};

use std::net::SocketAddr;

use tokio::net::TcpListener;

use crate::ask::ServeAsked;
use crate::house::House;
use crate::tell::{Failure, Outcome, answer};

/// Serves until it is told to stop.
pub fn serve(asked: &ServeAsked) -> Result<Outcome, Failure> {
    let house = House::open(&asked.house)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(format!("The server cannot be started: {error}.")))?;
    let sealing = seal::Running::start(&house)?;
    let listen = asked.listen;
    let served = runtime.block_on(async {
        let listener = TcpListener::bind(listen)
            .await
            .map_err(|error| busy(listen, &error))?;
        let at = listener.local_addr().unwrap_or(listen);
        let site = tokio::task::block_in_place(|| site(&house, asked, asked.origin(at)))?;
        let Site {
            app,
            live,
            accounts,
            rules,
            adherence,
            jobs,
            ..
        } = site;
        let living = tokio::task::block_in_place(|| {
            living::Running::start(&house, &rules, &adherence, &live)
        })?;
        let jobs = jobs::Running::start(jobs)?;
        if let Some(link) = tokio::task::block_in_place(|| accounts.first_link())? {
            answer(&format!("Make yourself the administrator: {link}\n"))?;
        }
        answer(&format!("Kept is ready at {}\n", asked.origin(at)))?;
        connections::serve(listener, app, stop_asked()).await;
        live.close();
        tokio::task::block_in_place(|| {
            jobs.stop();
            living.stop();
        });
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
