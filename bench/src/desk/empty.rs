//! The floor under every page: a handler of the same framework that answers with a few words and asks nobody.

use axum::Router;
use axum::routing::get;

/// Serves it until it is told to stop.
pub fn empty() -> Result<(), String> {
    let told = |error: std::io::Error| error.to_string();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(told)?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .map_err(told)?;
        let at = listener.local_addr().map_err(told)?;
        println!("ready at http://{at}");
        let routes = Router::new().route("/", get(async || "nothing"));
        axum::serve(listener, routes).await.map_err(told)
    })
}
