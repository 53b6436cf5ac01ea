//! Connections: accepted up to a number, with time limits, and let finish when the server stops (T30).

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper::server::conn::http1::Builder;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower::ServiceExt as _;

/// Connections at once; further ones wait in the system's queue.
const MOST: usize = 4_096;
/// How long a client may take to send its headers, also the next ones on an open connection.
const HEADERS: Duration = Duration::from_secs(20);
/// How long requests under way may take when the server stops.
const FAREWELL: Duration = Duration::from_secs(8);

/// Serves connections until `stop` resolves, then lets those under way finish.
pub async fn serve(listener: TcpListener, app: Router, stop: impl Future<Output = ()>) {
    let places = Arc::new(Semaphore::new(MOST));
    let graceful = GracefulShutdown::new();
    let mut builder = Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS);
    let mut stop = std::pin::pin!(stop);
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            break;
        };
        let (stream, from) = tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                // Out of file descriptors, most likely: wait for connections to end instead of spinning.
                Err(_) => {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
        };
        quickly(&stream);
        let service =
            app.clone()
                .map_request(move |mut request: hyper::Request<hyper::body::Incoming>| {
                    request.extensions_mut().insert(ConnectInfo(from));
                    request
                });
        let connection =
            builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            // A client that went away is nobody's fault.
            let _ = connection.await;
            drop(place);
        });
    }
    drop(listener);
    // Open event streams end by themselves when the hub closes; nothing waits longer than this.
    let _ = tokio::time::timeout(FAREWELL, graceful.shutdown()).await;
}

fn quickly(stream: &TcpStream) {
    // Answers are written whole; waiting to gather more only delays them.
    let _ = stream.set_nodelay(true);
}
