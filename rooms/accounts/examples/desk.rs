//! Serves the pages of the room to this machine, on a database that is thrown away: `cargo run -p kept-accounts --example desk`.
//!
//! It prints the link for the first administrator.

use std::error::Error;
use std::net::Ipv4Addr;
use std::sync::Arc;

use kept_accounts::access::Action;
use kept_accounts::{Accounts, Settings, Signed, routes};
use kept_store::{Key, Place, Store};
use kept_ui::{Icon, Live, LiveLimits, Menu, Ui};
use kept_vault::{PasswordCost, Passwords, Purpose, Roots, Sealer, SystemRandom};
use kept_world::World;
use tokio::net::TcpListener;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let port = std::env::args()
        .nth(1)
        .map_or(Ok(7409), |port| port.parse())?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    // By name: browsers make no passkeys at an address of numbers.
    let base_url = format!("http://localhost:{}", listener.local_addr()?.port());
    let folder = tempfile::tempdir()?;
    let accounts = tokio::task::spawn_blocking({
        let path = folder.path().join("kept.db");
        move || opened(path, base_url).map_err(|error| error.to_string())
    })
    .await??;
    let live = Live::new(LiveLimits::default(), 1);
    let ui = Ui::new(
        kept_ui::Settings {
            company: "Lindqvist Instruments".into(),
            ..kept_ui::Settings::default()
        },
        &[7; 32],
        |bytes| {
            // A desk to look at: without randomness its forms are refused, and that is seen.
            let _ = aws_lc_rs::rand::fill(bytes);
        },
        live,
    );
    let first = kept_ui::routes::get(|| async { kept_ui::see_other("/me") });
    let routes = routes(accounts.clone()).route("/", first);
    let pages = accounts.session_layer(ui.dress(routes));
    axum::serve(listener, ui.protect(pages).app()).await?;
    Ok(())
}

fn opened(path: std::path::PathBuf, base_url: String) -> Result<Accounts, Box<dyn Error>> {
    let world = World::system();
    let key = Key::new(world.random()?);
    let store = Store::open(&Place::File { path, key }, kept_store::Settings::default())?;
    store.migrate(
        &[
            kept_journal::SCHEMA,
            kept_search::SCHEMA,
            kept_accounts::SCHEMA,
        ],
        world.now(),
    )?;
    let settings = Settings {
        base_url,
        company: "Lindqvist Instruments".into(),
        menu: Arc::new(menu),
        ..Settings::default()
    };
    let sealer = Sealer::new(&Roots::new(&mut SystemRandom)?, Purpose::Totp);
    let passwords = Passwords::new(PasswordCost::STANDARD, &mut SystemRandom)?;
    let accounts = Accounts::new(store, world, sealer, passwords, settings);
    if let Some(link) = accounts.first_link()? {
        println!("{link}");
    }
    Ok(accounts)
}

fn menu(signed: &Signed) -> Menu {
    let people = kept_ui::Place {
        key: "settings",
        title: "Settings".into(),
        href: "/settings/people".into(),
        icon: Icon::SETTINGS,
        keys: None,
        count: None,
    };
    let places = signed.may(Action::ManageAccounts).then_some(people);
    Menu {
        sign_out: Some("/sign-out".to_owned()),
        groups: vec![places.into_iter().collect()],
        search: None,
        me: Some("/me".into()),
    }
}
