//! Which crate may know which: the rings of the architecture as a table.

/// A crate's place, read from the folder it lies in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// `core/NAME`: pure.
    Core(String),
    /// `shell/NAME`: touches the world, knows no room.
    Shell(String),
    /// `rooms/NAME`: one part of the product.
    Room(String),
    /// `sample`: a made-up company, for demonstrations and measurements.
    Sample,
    /// `testing`: databases and other places for tests.
    Testing,
    /// `testing/desk`: what the tests of rooms stand on.
    Ground,
    /// `kept`: the program.
    Program,
    /// `bench`, `e2e`, `fuzz`: may use all that the product has.
    Measure(String),
    /// `xtask`: stands beside the product.
    Task,
    /// Any other folder.
    Unknown(String),
}

/// The core from the inside out: a crate may use those that stand before it.
pub const CORE_ORDER: [&str; 5] = ["kernel", "calendar", "language", "engine", "wording"];

/// Rooms whose read faces other rooms may use.
pub const READ_FACES: [&str; 3] = ["accounts", "clients", "requests"];

/// Crates that bring threads, network, databases, randomness or the machine's clock: nothing that a pure crate
/// may rest on, directly or through others. Names ending in `*` stand for all that begin so.
pub const IMPURE: [&str; 34] = [
    "async-*",
    "axum*",
    "chrono",
    "curl*",
    "diesel*",
    "fastrand",
    "futures*",
    "getrandom",
    "h2",
    "hyper*",
    "libsqlite3-sys",
    "mio",
    "native-tls",
    "openssl*",
    "postgres*",
    "rand",
    "rand_*",
    "reqwest",
    "rusqlite",
    "rustls*",
    "smol",
    "socket2",
    "sqlx*",
    "tempfile",
    "time",
    "tokio*",
    "tonic",
    "tower*",
    "tungstenite",
    "ureq",
    "uuid",
    "walkdir",
    "wasm-bindgen",
    "web-time",
];

impl Place {
    /// The place of a package whose manifest lies in `folder`, a path from the root.
    pub fn of(folder: &str) -> Self {
        match folder.split('/').collect::<Vec<_>>().as_slice() {
            ["core", name] => Self::Core((*name).into()),
            ["shell", name] => Self::Shell((*name).into()),
            ["rooms", name] => Self::Room((*name).into()),
            ["sample"] => Self::Sample,
            ["testing"] => Self::Testing,
            ["kept"] => Self::Program,
            ["bench"] | ["bench", "compare"] => Self::Measure("bench".into()),
            ["testing", "desk"] => Self::Ground,
            ["testing", "faults"] => Self::Measure("faults".into()),
            [folder @ ("e2e" | "fuzz")] => Self::Measure((*folder).into()),
            ["xtask"] => Self::Task,
            _ => Self::Unknown(folder.into()),
        }
    }

    /// Why this crate must not use `other`; `None` when it may.
    pub fn objection(&self, other: &Self) -> Option<String> {
        match (self, other) {
            (Self::Unknown(folder), _) => Some(format!("the folder `{folder}` has no place in the rings")),
            (_, Self::Unknown(folder)) => Some(format!("it lies in `{folder}`, which has no place in the rings")),
            (_, Self::Task) => Some("xtask stands beside the product, and nothing is built on it".into()),
            (Self::Task, _) => Some("xtask must build without the product".into()),
            (_, Self::Measure(name)) => Some(format!("`{name}` only uses the product, and nothing uses it")),
            (Self::Measure(_) | Self::Program, _)
            | (Self::Sample | Self::Testing, Self::Core(_))
            | (Self::Shell(_) | Self::Room(_), Self::Testing)
            | (Self::Ground, Self::Core(_) | Self::Shell(_) | Self::Testing)
            | (Self::Room(_), Self::Ground) => None,
            (Self::Testing, Self::Shell(name)) if name == "store" => None,
            (Self::Ground, Self::Room(name)) if name == "accounts" => None,
            (Self::Ground, _) => Some("tests of every room rest on it: it knows the shell and the people alone".into()),
            (_, Self::Ground) => Some("only tests of rooms rest on it".into()),
            (Self::Testing, _) => Some("tests of every part rest on it: it knows the store alone".into()),
            (_, Self::Program) => Some("only the program wires the parts, and nothing is built on it".into()),
            (Self::Sample, _) => Some("the made-up company is written in the core's words".into()),
            (_, Self::Sample) => {
                Some("a made-up company is for the program and for measurements".into())
            }
            (Self::Core(one), Self::Core(two)) => core_objection(one, two),
            (Self::Core(_), _) => Some("the core is pure and knows only itself".into()),
            (Self::Shell(_), Self::Room(_)) => Some("the shell knows no room".into()),
            (Self::Shell(one), two) => shell_objection(one, two),
            (Self::Room(_), Self::Room(two)) if !READ_FACES.contains(&two.as_str()) => {
                Some("rooms meet through events; only the read faces of accounts, clients and requests may be used".into())
            }
            (Self::Room(_), _) => None,
        }
    }

    /// Why this crate must not rest on the outside crate `name`; `None` when it may.
    pub fn outside_objection(&self, name: &str) -> Option<String> {
        let impure =
            matches!(self, Self::Core(_)) && IMPURE.iter().any(|pattern| matches(pattern, name));
        impure.then(|| "the core is pure: no async, SQL, HTTP, files, clock or randomness".into())
    }
}

fn core_objection(one: &str, two: &str) -> Option<String> {
    let place = |name: &str| CORE_ORDER.iter().position(|inner| *inner == name);
    match (place(one), place(two)) {
        (Some(mine), Some(theirs)) if theirs < mine => None,
        (Some(_), Some(_)) => Some(format!(
            "the order of the core is {}",
            CORE_ORDER.join(", then ")
        )),
        _ => Some("a new crate of the core needs its place in CORE_ORDER".into()),
    }
}

fn shell_objection(one: &str, two: &Place) -> Option<String> {
    match (one, two) {
        ("vault", Place::Shell(_)) => Some("the vault is the lowest part of the shell".into()),
        ("vault", Place::Core(name)) if name != "kernel" => {
            Some("the vault knows the kernel's words only".into())
        }
        ("store", Place::Shell(name)) if name != "vault" => {
            Some("the store stands on the vault alone".into())
        }
        ("journal", Place::Shell(name))
            if !["store", "vault", "world"].contains(&name.as_str()) =>
        {
            Some("the journal stands on the store, the vault and the world alone".into())
        }
        ("store", Place::Core(name)) if name != "kernel" => {
            Some("the store knows the kernel's words only".into())
        }
        _ => None,
    }
}

fn matches(pattern: &str, name: &str) -> bool {
    pattern
        .strip_suffix('*')
        .map_or(pattern == name, |start| name.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::Place;

    fn may(one: &str, two: &str) -> bool {
        Place::of(one).objection(&Place::of(two)).is_none()
    }

    #[test]
    fn the_core_is_used_from_the_inside_out() {
        assert!(may("core/calendar", "core/kernel"));
        assert!(may("core/engine", "core/language"));
        assert!(!may("core/kernel", "core/calendar"));
        assert!(!may("core/language", "core/engine"));
        assert!(!may("core/stranger", "core/kernel"));
    }

    #[test]
    fn the_core_knows_neither_shell_nor_rooms_nor_program() {
        for other in ["shell/store", "rooms/clients", "kept", "bench", "xtask"] {
            assert!(!may("core/engine", other), "core/engine on {other}");
        }
    }

    #[test]
    fn the_shell_knows_no_room_and_the_store_only_the_kernel() {
        assert!(!may("shell/ui", "rooms/clients"));
        assert!(may("shell/ui", "shell/journal"));
        assert!(may("shell/journal", "shell/store"));
        assert!(!may("shell/journal", "shell/mail"));
        assert!(!may("shell/store", "shell/journal"));
        assert!(!may("shell/store", "core/engine"));
        assert!(may("shell/store", "core/kernel"));
    }

    #[test]
    fn the_vault_knows_the_kernel_alone_and_serves_store_journal_rooms_and_program() {
        for other in [
            "shell/store",
            "shell/journal",
            "shell/logs",
            "core/engine",
            "core/calendar",
        ] {
            assert!(!may("shell/vault", other), "shell/vault on {other}");
        }
        assert!(may("shell/vault", "core/kernel"));
        for user in [
            "shell/store",
            "shell/journal",
            "shell/ui",
            "rooms/accounts",
            "kept",
        ] {
            assert!(may(user, "shell/vault"), "{user} on shell/vault");
        }
        assert!(!may("core/engine", "shell/vault"));
    }

    #[test]
    fn rooms_use_only_the_read_faces_of_other_rooms() {
        assert!(may("rooms/requests", "rooms/clients"));
        assert!(!may("rooms/requests", "rooms/surveys"));
        assert!(may("rooms/requests", "shell/ui"));
        assert!(may("kept", "rooms/surveys"));
    }

    #[test]
    fn nothing_is_built_on_the_program_the_benchmarks_or_the_tasks() {
        assert!(may("bench", "kept"));
        assert!(!may("rooms/requests", "kept"));
        assert!(!may("kept", "bench"));
        assert!(!may("kept", "xtask"));
        assert!(!may("xtask", "core/kernel"));
    }

    #[test]
    fn the_made_up_company_knows_the_core_and_serves_the_program() {
        assert!(may("sample", "core/engine"));
        assert!(may("kept", "sample"));
        assert!(may("bench", "sample"));
        assert!(!may("sample", "shell/logs"));
        assert!(!may("rooms/requests", "sample"));
    }

    #[test]
    fn the_places_for_tests_know_the_store_and_serve_all_but_the_core() {
        assert!(may("testing", "shell/store"));
        assert!(may("shell/store", "testing"));
        assert!(may("rooms/requests", "testing"));
        assert!(!may("testing", "shell/ui"));
        assert!(may("testing/desk", "shell/ui"));
        assert!(may("testing/desk", "rooms/accounts"));
        assert!(!may("testing/desk", "rooms/clients"));
        assert!(may("rooms/clients", "testing/desk"));
        assert!(!may("shell/ui", "testing/desk"));
        assert!(!may("core/engine", "testing"));
    }

    #[test]
    fn a_pure_crate_rests_on_no_impure_one() {
        let core = Place::of("core/engine");
        assert!(core.outside_objection("tokio-util").is_some());
        assert!(core.outside_objection("rusqlite").is_some());
        assert!(core.outside_objection("jiff").is_none());
        assert!(core.outside_objection("timely").is_none());
        assert!(
            Place::of("shell/store")
                .outside_objection("rusqlite")
                .is_none()
        );
    }

    #[test]
    fn a_folder_outside_the_rings_is_refused() {
        assert!(!may("extras/thing", "core/kernel"));
    }
}
