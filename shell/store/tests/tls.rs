//! TLS to PostgreSQL, against a server with a certificate of an authority that is made for the test.

#![expect(clippy::expect_used, reason = "in a test a panic is the failure")]

use std::path::{Path, PathBuf};
use std::process::Command;

use kept_store::{FromRow, Place, Row, Settings, Store, StoreError, statements};

statements! {
    ENCRYPTED = "SELECT CASE WHEN ssl THEN version ELSE 'plain' END FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
}

struct Text(String);

impl FromRow for Text {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        row.get(0).map(Self)
    }
}

/// A server of its own with TLS; stopped when dropped.
struct Server {
    folder: PathBuf,
    port: String,
}

fn script(arguments: &[&str], folder: &Path) -> Option<String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testing/postgres-server");
    let (action, rest) = arguments.split_first()?;
    let ran = Command::new(script)
        .arg(action)
        .arg(folder)
        .args(rest)
        .output()
        .ok()?;
    ran.status
        .success()
        .then(|| String::from_utf8_lossy(&ran.stdout).trim().to_owned())
}

impl Server {
    fn start() -> Self {
        // Where the server's own user may go as well.
        let folder = std::env::temp_dir().join(format!("kept-tls-{}", std::process::id()));
        let url = script(&["start", "tls"], &folder).expect("a PostgreSQL server with TLS");
        let (_, port) = url.rsplit_once(':').expect("a port");
        let port = port.trim_end_matches("/postgres").to_owned();
        Self { folder, port }
    }

    fn file(&self, name: &str) -> String {
        self.folder.join("tls").join(name).display().to_string()
    }

    /// What the server says of a connection, or why there is none.
    fn reach(&self, host: &str, rest: &str) -> Result<String, String> {
        let url = format!("postgres://kept@{host}:{}/postgres{rest}", self.port);
        let settings = Settings {
            readers: 1,
            writers: 1,
            ..Settings::default()
        };
        let store =
            Store::open(&Place::Server { url }, settings).map_err(|error| error.to_string())?;
        let read: Result<Text, StoreError> = store.read(|read| read.one(ENCRYPTED, &[])).wait();
        read.map(|text| text.0).map_err(|error| error.to_string())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = script(&["stop"], &self.folder);
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

#[test]
fn a_certificate_is_looked_at_as_far_as_the_url_says() {
    if std::env::var_os(kept_testing::SERVER).is_none() {
        println!(
            "skipped: a_certificate_is_looked_at: no PostgreSQL here; set {} or run ./test",
            kept_testing::SERVER
        );
        return;
    }
    let server = Server::start();
    let (right, other) = (server.file("ca.crt"), server.file("other.crt"));
    let with = |host: &str, mode: &str, roots: &str| {
        server.reach(host, &format!("?sslmode={mode}&sslrootcert={roots}"))
    };
    let encrypted = Ok("TLSv1.3".to_owned());

    // The certificate is of `localhost`, signed by `ca.crt`.
    assert_eq!(with("localhost", "verify-full", &right), encrypted);
    assert_eq!(with("127.0.0.1", "verify-ca", &right), encrypted);
    let named = with("127.0.0.1", "verify-full", &right).expect_err("another name");
    assert!(named.contains("not valid for name"), "{named}");
    for mode in ["verify-full", "verify-ca", "require"] {
        let refused = with("localhost", mode, &other).expect_err("another authority");
        assert!(refused.contains("UnknownIssuer"), "{mode}: {refused}");
    }
    let unknown = with("localhost", "verify-full", "system").expect_err("nobody's authority");
    assert!(unknown.contains("certificate"), "{unknown}");
    assert_eq!(
        with("localhost", "verify-full", &server.file("server.crt")),
        encrypted,
        "a certificate that is named itself is believed"
    );
    let missing = with("localhost", "verify-full", "/no/such.crt").expect_err("no file");
    assert!(missing.contains("sslrootcert /no/such.crt"), "{missing}");

    // Without an authority: encrypted, or plain, as it is said.
    assert_eq!(server.reach("localhost", "?sslmode=require"), encrypted);
    assert_eq!(server.reach("localhost", "?sslmode=prefer"), encrypted);
    assert_eq!(
        server.reach("localhost", "?sslmode=disable"),
        Ok("plain".into())
    );
    assert_eq!(server.reach("localhost", ""), Ok("plain".into()));
}

#[test]
fn a_server_without_tls_is_refused_where_tls_is_asked_for() {
    let Ok(url) = std::env::var(kept_testing::SERVER) else {
        println!(
            "skipped: a_server_without_tls_is_refused: no PostgreSQL here; set {} or run ./test",
            kept_testing::SERVER
        );
        return;
    };
    let open = |rest: &str| {
        let place = Place::Server {
            url: format!("{url}{rest}"),
        };
        Store::open(&place, kept_testing::settings()).map(drop)
    };
    for mode in ["require", "verify-ca", "verify-full"] {
        let refused = open(&format!("?sslmode={mode}"))
            .expect_err(mode)
            .to_string();
        assert!(
            refused.contains("does not support TLS"),
            "{mode}: {refused}"
        );
    }
    assert!(open("?sslmode=prefer").is_ok() && open("").is_ok());
}
