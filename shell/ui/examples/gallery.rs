//! Serves every part in every state to this machine: `cargo run -p kept-ui --example gallery`.

#[path = "../samples/mod.rs"]
mod samples;

use std::error::Error;
use std::net::Ipv4Addr;

use tokio::net::TcpListener;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let port = std::env::args()
        .nth(1)
        .map_or(Ok(7408), |port| port.parse())?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("http://{}/gallery", listener.local_addr()?);
    let live = samples::live();
    let ui = samples::ui(&live);
    axum::serve(listener, samples::app(&ui, &live, true)).await?;
    Ok(())
}
