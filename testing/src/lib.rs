//! Fresh databases for tests: every test that touches the store runs on both.
//!
//! ```text
//! kept_testing::on_both! {
//!     fn a_note_is_there_after_the_write(home) {
//!         let store = home.open();
//!         …
//!     }
//! }
//! ```
//!
//! makes the tests `a_note_is_there_after_the_write::sqlite` and `…::postgres`. The second needs a server, given as a
//! URL in `KEPT_TEST_POSTGRES`; `testing/postgres-server` starts one, and `./test` does so by itself. Without it the test
//! is skipped, and says so.
//!
//! [`helpdesk()`] has the rules that the desks of the rooms' tests work under.

mod helpdesk;

pub use helpdesk::{Helpdesk, helpdesk, helpdesk_with, root, shipped_sops, text, vocabulary};

use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use kept_store::{Answer, Dialect, Key, Place, Settings, Sql, Store, StoreError};
use postgres::{Client, NoTls};
use tempfile::TempDir;

/// The variable that names a PostgreSQL server for tests.
pub const SERVER: &str = "KEPT_TEST_POSTGRES";

/// Where one test's database lies. Dropping it takes the database away.
pub struct Home {
    place: Place,
    folder: TempDir,
    server: Option<(String, String)>,
}

impl Home {
    /// An empty place on this kind of database; nothing where it is PostgreSQL and no server is given: then a line
    /// says that `test` is skipped.
    ///
    /// # Panics
    ///
    /// When the place cannot be made.
    #[expect(
        clippy::expect_used,
        reason = "only tests call it, and a test without a database has failed"
    )]
    pub fn new(dialect: Dialect, test: &str) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        if dialect == Dialect::Sqlite {
            let place = Place::File {
                path: folder.path().join("kept.db"),
                key: Key::new([7; 32]),
            };
            return Some(Self {
                place,
                folder,
                server: None,
            });
        }
        let Ok(url) = std::env::var(SERVER) else {
            println!("skipped: {test}: no PostgreSQL server; set {SERVER} or run ./test");
            return None;
        };
        let nanos = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_nanos());
        let schema = format!("t{}_{nanos}", std::process::id());
        let mut client = Client::connect(&url, NoTls).expect("the PostgreSQL server for tests");
        client
            .batch_execute(&format!("CREATE SCHEMA {schema}"))
            .expect("a schema of its own");
        let joint = if url.contains('?') { '&' } else { '?' };
        let place = Place::Server {
            url: format!("{url}{joint}options=-csearch_path%3D{schema}"),
        };
        Some(Self {
            place,
            folder,
            server: Some((url, schema)),
        })
    }

    /// The database's place.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// A folder that lives as long as the test.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The database file, on SQLite.
    pub fn file(&self) -> Option<PathBuf> {
        match &self.place {
            Place::File { path, .. } => Some(path.clone()),
            Place::Server { .. } => None,
        }
    }

    /// Opens the store with small settings.
    ///
    /// # Panics
    ///
    /// When it cannot be opened.
    #[expect(
        clippy::expect_used,
        reason = "only tests call it, and a test without a database has failed"
    )]
    pub fn open(&self) -> Store {
        Store::open(&self.place, settings()).expect("the test's database")
    }
}

/// For answers that must be good.
pub trait Kept<T> {
    /// The answer, once it is there.
    ///
    /// # Panics
    ///
    /// When it is an error.
    fn kept(self) -> T;
}

impl<T, E: From<StoreError> + Debug> Kept<T> for Answer<T, E> {
    #[expect(clippy::unwrap_used, reason = "the test has failed")]
    fn kept(self) -> T {
        self.wait().unwrap()
    }
}

/// Settings for tests: few threads, short times.
pub fn settings() -> Settings {
    Settings {
        readers: 2,
        writers: 4,
        queue: 1024,
        write_time: Duration::from_secs(10),
        read_time: Duration::from_secs(5),
        ..Settings::default()
    }
}

/// Holds every statement of a part against the tables: each must be understood by this database.
///
/// # Panics
///
/// With what the database says of the first that is not.
#[expect(clippy::panic, reason = "the test has failed")]
pub fn prepare_all(store: &Store, statements: &[Sql]) {
    for sql in statements.iter().copied() {
        // In a write, so that PostgreSQL accepts `FOR UPDATE` and both accept changes.
        let prepared: Result<(), StoreError> = store.write(move |tx| tx.prepare(sql)).wait();
        if let Err(error) = prepared {
            panic!("{error}");
        }
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if let Some((url, schema)) = &self.server
            && let Ok(mut client) = Client::connect(url, NoTls)
        {
            // The server's data are thrown away after the run; a schema left behind harms nobody.
            let _ = client.batch_execute(&format!("DROP SCHEMA {schema} CASCADE"));
        }
    }
}

/// Makes of each function two tests, one on each database; see the [crate].
#[macro_export]
macro_rules! on_both {
    ($($(#[$note:meta])* fn $name:ident($home:ident) $body:block)+) => {
        $($(#[$note])* mod $name {
            #[allow(unused_imports, reason = "a test may need nothing from around it")]
            use super::*;

            fn check($home: &$crate::Home) $body

            #[test]
            fn sqlite() {
                $crate::Home::new(::kept_store::Dialect::Sqlite, stringify!($name)).iter().for_each(check);
            }

            #[test]
            fn postgres() {
                $crate::Home::new(::kept_store::Dialect::Postgres, stringify!($name)).iter().for_each(check);
            }
        })+
    };
}
