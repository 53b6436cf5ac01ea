//! The keys of a server's database, which several nodes share.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use kept_store::{Dialect, Place};
use kept_testing::Home;

use super::house::{Street, names};

const SHARED: &str = "keys in the database: those of this folder";

/// A server's database, and a street whose houses are nodes on it.
struct Nodes {
    street: Street,
    url: String,
    _home: Home,
}

impl Nodes {
    fn new(name: &str) -> Option<Self> {
        let home = Home::new(Dialect::Postgres, name)?;
        let Place::Server { url } = home.place() else {
            return None;
        };
        Some(Self {
            street: Street::new(name),
            url: url.clone(),
            _home: home,
        })
    }

    fn arguments<'a>(&'a self, node: &'a str, command: &[&'a str]) -> Vec<&'a str> {
        let at = ["--data", node, "--database-url", &self.url];
        [command, &at[..]].concat()
    }

    fn well(&self, node: &str, command: &[&str]) -> String {
        self.street.well(&self.arguments(node, command))
    }

    fn ends(&self, status: i32, node: &str, command: &[&str]) -> String {
        self.street.ends(status, &self.arguments(node, command))
    }

    /// The same with variables, told whatever its end.
    fn with(&self, variables: &[(&str, &str)], node: &str, command: &[&str]) -> (i32, String) {
        let ran = self
            .street
            .kept_with(variables, &self.arguments(node, command));
        (ran.status, ran.out + &ran.err)
    }

    /// What the doctor says of the keys. Of the server for tests it says more: that server does not wait for its disk.
    fn are_shared(&self, node: &str, doctor: &[&str]) {
        let (_, told) = self.with(&[], node, doctor);
        assert!(
            told.contains(SHARED) && !told.contains("two master keys"),
            "{told}"
        );
    }

    fn keys(&self, node: &str) -> String {
        fs::read_to_string(self.street.folder.join(node).join("kept.keys")).unwrap()
    }

    fn serve(&self, node: &str, key: &str) -> Served {
        let mut child = Command::new(env!("CARGO_BIN_EXE_kept"))
            .args(self.arguments(
                node,
                &["serve", "--listen", "127.0.0.1:0", "--key-file", key],
            ))
            .current_dir(&self.street.folder)
            .env("HOME", self.street.folder.join("nobody"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut ready = lines.map_while(Result::ok).filter_map(|line| {
            let (_, at) = line.split_once("ready at http://localhost:")?;
            at.parse().ok()
        });
        let port = ready.next().unwrap();
        Served { child, port }
    }
}

/// The program while it serves.
struct Served {
    child: Child,
    port: u16,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Served {
    /// The answer to a request, head and body; `cookie` is sent along.
    fn ask(&self, line: &str, cookie: &str, form: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let (port, length) = (self.port, form.len());
        write!(
            stream,
            "{line} HTTP/1.1\r\nHost: localhost:{port}\r\nOrigin: http://localhost:{port}\r\nConnection: close\r\n\
             Accept: text/html\r\nCookie: {cookie}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: {length}\r\n\r\n{form}"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = text
        .split_once(before)
        .unwrap_or_else(|| panic!("no {before} in {text}"));
    rest.split_once(after).unwrap().0
}

/// The cookies that an answer sets, as they are sent back.
fn cookies(answer: &str) -> String {
    let lines = answer.lines().take_while(|line| !line.is_empty());
    let set = lines.filter_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("set-cookie")
            .then(|| value.split(';').next())?
    });
    set.collect::<Vec<_>>().join("; ")
}

#[test]
fn a_node_with_an_empty_folder_takes_the_keys_of_the_database_and_makes_none() {
    let Some(nodes) = Nodes::new("empty-folder") else {
        return;
    };
    nodes.well("one", &["migrate"]);
    let key = nodes.street.key_file("one");
    let told = nodes.ends(2, "two", &["migrate"]);
    assert!(
        told.contains("this node has none") && told.contains("Copy it from a node"),
        "{told}"
    );
    let (status, told) = nodes.with(&[("KEPT_KEY", &"7a".repeat(32))], "two", &["migrate"]);
    assert!(
        status == 2 && told.contains("need the master key"),
        "{told}"
    );
    assert_eq!(
        names(&nodes.street.folder.join("two")),
        ["kept.lock"],
        "nothing was written"
    );
    let keys = names(&nodes.street.folder.join("home/.config/kept"));
    assert_eq!(keys.len(), 1, "no new key was made: {keys:?}");
    nodes.well("two", &["migrate", "--key-file", &key]);
    assert_eq!(nodes.keys("two"), nodes.keys("one"));
    nodes.are_shared("two", &["doctor", "--key-file", &key]);
    // A folder of another house is not touched.
    nodes.street.house("three", 2);
    let before = nodes.keys("three");
    let told = nodes.ends(2, "three", &["migrate", "--key-file", &key]);
    assert!(told.contains("name another one with --data"), "{told}");
    assert_eq!(nodes.keys("three"), before);
}

#[test]
fn two_servers_on_one_database_know_the_same_sessions() {
    let Some(nodes) = Nodes::new("two-servers") else {
        return;
    };
    let password = "copper kettle moss";
    nodes.well("one", &["migrate"]);
    let key = nodes.street.key_file("one");
    let maya = ["--name", "Maya", "--email", "maya@desk.example"];
    let add = [&["user", "add", "--role", "management"], &maya[..]].concat();
    let mut adding = Command::new(env!("CARGO_BIN_EXE_kept"))
        .args(nodes.arguments("one", &add))
        .args(["--key-file", &key])
        .current_dir(&nodes.street.folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    adding
        .stdin
        .take()
        .unwrap()
        .write_all(password.as_bytes())
        .unwrap();
    assert!(adding.wait().unwrap().success());
    let (one, two) = (nodes.serve("one", &key), nodes.serve("two", &key));
    let page = one.ask("GET /sign-in", "", "");
    let csrf = between(&page, "name=\"csrf\" value=\"", "\"");
    let form = format!(
        "csrf={csrf}&email=maya%40desk.example&password={}&next=",
        password.replace(' ', "+")
    );
    let signed = one.ask("POST /sign-in", &cookies(&page), &form);
    assert!(signed.starts_with("HTTP/1.1 303"), "{signed}");
    for node in [&one, &two] {
        let me = node.ask("GET /me", &cookies(&signed), "");
        assert!(
            me.starts_with("HTTP/1.1 200") && me.contains("Maya"),
            "{me}"
        );
    }
}

#[test]
fn a_new_master_key_reaches_the_database_whatever_step_it_was_cut_at() {
    let Some(nodes) = Nodes::new("rotated") else {
        return;
    };
    nodes.well("one", &["migrate"]);
    let key = nodes.street.key_file("one");
    let old = nodes.street.path("old.key");
    fs::copy(&key, &old).unwrap();
    nodes.well("two", &["migrate", "--key-file", &old]);
    // The database has both, and the folder the old one alone.
    let stop = [("KEPT_STOP_AT", "keys in the database")];
    let (status, told) = nodes.with(&stop, "one", &["key", "rotate"]);
    assert_eq!(status, -1, "it ends as a crash would: {told}");
    nodes.well("one", &["migrate"]);
    nodes.well("two", &["migrate", "--key-file", &old]);
    let told = nodes.ends(1, "one", &["doctor"]);
    assert!(told.contains("two master keys open them"), "{told}");
    nodes.well("one", &["key", "rotate"]);
    nodes.are_shared("one", &["doctor"]);
    // The other node is told, and goes on when it has done what it was told.
    let told = nodes.ends(2, "two", &["migrate", "--key-file", &old]);
    assert!(told.contains("Copy the master key from a node"), "{told}");
    let told = nodes.ends(2, "two", &["migrate", "--key-file", &key]);
    assert!(told.contains("move this file away"), "{told}");
    fs::remove_file(nodes.street.folder.join("two/kept.keys")).unwrap();
    nodes.well("two", &["migrate", "--key-file", &key]);
    assert_eq!(nodes.keys("two"), nodes.keys("one"));
}

#[test]
fn a_master_key_that_a_person_gives_takes_its_place_node_by_node() {
    let Some(nodes) = Nodes::new("changed") else {
        return;
    };
    let (old, new) = ("1b".repeat(32), "2c".repeat(32));
    let (before, after) = ([("KEPT_KEY", &*old)], [("KEPT_KEY", &*new)]);
    for node in ["one", "two"] {
        let (status, told) = nodes.with(&before, node, &["migrate"]);
        assert_eq!(status, 0, "{told}");
    }
    let (status, told) = nodes.with(&before, "one", &["key", "change"]);
    assert!(status == 2 && told.contains("KEPT_NEW_KEY"), "{told}");
    let giving = [("KEPT_KEY", &*old), ("KEPT_NEW_KEY", &*new)];
    let (status, told) = nodes.with(&giving, "one", &["key", "change"]);
    assert!(
        status == 0 && told.contains("Set KEPT_KEY to the new key on every node"),
        "{told}"
    );
    // Both open it at both nodes, whichever was there first.
    assert_eq!(nodes.with(&after, "two", &["migrate"]).0, 0);
    assert_eq!(nodes.with(&before, "one", &["migrate"]).0, 0);
    let (status, told) = nodes.with(&before, "one", &["key", "change", "--finish"]);
    assert!(status == 2 && told.contains("still the old one"), "{told}");
    let (status, told) = nodes.with(&after, "one", &["key", "change", "--finish"]);
    assert!(
        status == 0 && told.contains("alone opens the data"),
        "{told}"
    );
    assert_eq!(nodes.with(&after, "two", &["migrate"]).0, 0);
    assert_eq!(nodes.keys("two"), nodes.keys("one"));
    for node in ["one", "two"] {
        assert_eq!(nodes.with(&before, node, &["migrate"]).0, 2);
        let (_, told) = nodes.with(&after, node, &["doctor"]);
        assert!(
            told.contains(SHARED) && !told.contains("two master keys"),
            "{told}"
        );
    }
    let (status, told) = nodes.with(&after, "one", &["key", "change", "--finish"]);
    assert!(status == 0 && told.contains("Nothing was to do"), "{told}");
}

#[test]
fn a_master_key_is_changed_on_a_file_too() {
    let street = Street::new("change-file");
    street.house("one", 4);
    let key = street.key_file("one");
    let told = street.well(&[
        "key",
        "change",
        "--data",
        "one",
        "--new-key-file",
        "new.key",
    ]);
    assert!(told.contains("Put the new key into"), "{told}");
    street.well(&["import", "list", "--data", "one"]);
    let hasty = street.ends(2, &["key", "change", "--data", "one", "--finish"]);
    assert!(hasty.contains("still the old one"), "{hasty}");
    fs::rename(street.folder.join("new.key"), &key).unwrap();
    street.well(&["import", "list", "--data", "one"]);
    street.well(&["key", "change", "--data", "one", "--finish"]);
    street.is_healthy("one");
    street.well(&["audit", "verify", "--data", "one"]);
}
