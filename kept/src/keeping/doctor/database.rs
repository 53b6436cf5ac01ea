//! The database, the record of who did what, and the clock beside them.

use kept_kernel::Instant;
use kept_store::{Dialect, Key, OpenError, Place, Protection, Server, Store, Way};
use kept_vault::KeysFile;
use kept_world::World;

use super::Finding;
use crate::ask::HouseAsked;
use crate::house::{schemas, shared};
use crate::keeping::settings;
use crate::tell::count;

/// The oldest PostgreSQL that is tested.
const LEAST_SERVER: u32 = 14;
/// A clock before this was never set: 2026-01-01T00:00:00Z.
const LEAST_NOW: Instant = Instant::from_seconds(1_767_225_600);

pub(super) fn look(asked: &HouseAsked, keys: Option<&KeysFile>, findings: &mut Vec<Finding>) {
    let about = "database";
    let place = match (&asked.database_url, keys) {
        (Some(url), _) => {
            findings.extend(Way::of(url).ok().map(way));
            Place::Server { url: url.clone() }
        }
        (None, Some(keys)) => {
            let path = asked.data.join(KeysFile::DATABASE);
            if !path.exists() {
                findings.push(Finding::fault(
                    about,
                    format!("there is no file {}", path.display()),
                    "Put it back from a backup, or make a new one with kept migrate.",
                ));
                return;
            }
            let key = keys.next_database_key().filter(|next| {
                let next = Key::new(*next.bytes());
                kept_store::opens_with(&path, &next).unwrap_or(false)
            });
            let key = Key::new(*key.unwrap_or(keys.database_key()).bytes());
            Place::File { path, key }
        }
        (None, None) => return,
    };
    let store = match Store::open(&place, settings()) {
        Ok(store) => store,
        Err(error) => {
            findings.push(Finding::fault(about, error.to_string(), advice(&error)));
            return;
        }
    };
    match store.dialect() {
        Dialect::Sqlite => whole(&store, findings),
        Dialect::Postgres => server(&store, findings),
    }
    if schema(&store, findings) {
        if store.dialect() == Dialect::Postgres {
            findings.push(shared_keys(&store, keys));
        }
        record(asked, &store, findings);
        mail(&store, findings);
    }
}

fn advice(error: &OpenError) -> &'static str {
    match error {
        OpenError::WrongKey { .. } => {
            "The file belongs to other keys, or is damaged: put database and kept.keys back from one backup."
        }
        OpenError::OldSqlite(_) => "Build Kept as it comes, with its own SQLite.",
        _ => {
            "Look whether the file may be read and written, or whether the server runs and the URL and its sslmode are right."
        }
    }
}

fn whole(store: &Store, findings: &mut Vec<Finding>) {
    let about = "database";
    match store.damage().wait() {
        Ok(damage) if damage.is_empty() => {
            findings.push(Finding::good(
                about,
                "every page is authentic and in its place",
            ));
        }
        Ok(damage) => {
            let few: Vec<_> = damage.iter().take(5).map(String::as_str).collect();
            findings.push(Finding::fault(
                about,
                format!("it is damaged: {}", few.join("; ")),
                "Stop Kept, keep the folder as it is, and restore the last backup into a new one.",
            ));
        }
        Err(error) => findings.push(Finding::fault(
            about,
            format!("it cannot be read: {error}"),
            "Stop Kept, keep the folder as it is, and restore the last backup into a new one.",
        )),
    }
}

/// How the way to the server is protected.
fn way(way: Way) -> Finding {
    let about = "way to the server";
    match (way.protection, way.here) {
        (Protection::Plain, false) => Finding::warning(
            about,
            "what goes to the server and back can be read and changed on the way",
            "Take sslmode=disable out of the URL, and name the file of the server's authority with sslrootcert.",
        ),
        (Protection::Encrypted | Protection::IfOffered, false) => Finding::warning(
            about,
            "encrypted, but another machine could pass for the server",
            "Say sslmode=verify-full, and name the file of the server's authority with sslrootcert.",
        ),
        (Protection::Plain, true) => Finding::good(about, "within this machine"),
        (Protection::Encrypted | Protection::IfOffered, true) => {
            Finding::good(about, "within this machine, with TLS")
        }
        (Protection::Authority, _) => Finding::good(about, "encrypted, its authority is verified"),
        (Protection::Name, _) => {
            Finding::good(about, "encrypted, its authority and name are verified")
        }
    }
}

fn server(store: &Store, findings: &mut Vec<Finding>) {
    let about = "server";
    let found = match store.server().wait() {
        Ok(server) => server,
        Err(error) => {
            let text = format!("it does not say how it is set up: {error}");
            findings.push(Finding::fault(about, text, "Look at the server's log."));
            return;
        }
    };
    let Server {
        version,
        encoding,
        careless,
    } = found;
    let number: u32 = version
        .split(|c: char| !c.is_ascii_digit())
        .next()
        .and_then(|digits| digits.parse().ok())
        .unwrap_or(0);
    if number < LEAST_SERVER {
        findings.push(Finding::warning(
            about,
            format!("PostgreSQL {version}"),
            format!("Use PostgreSQL {LEAST_SERVER} or later: earlier ones are not tested."),
        ));
    }
    if encoding != "UTF8" {
        findings.push(Finding::fault(
            about,
            format!("the database is encoded as {encoding}"),
            "Make a database with ENCODING 'UTF8', and restore a backup into it.",
        ));
    }
    for setting in &careless {
        findings.push(Finding::fault(
            about,
            format!("{setting} is off, so what was saved may be lost when the power fails"),
            format!("Set {setting} = on in the server's postgresql.conf."),
        ));
    }
    if number >= LEAST_SERVER && encoding == "UTF8" && careless.is_empty() {
        findings.push(Finding::good(about, format!("PostgreSQL {version}")));
    }
}

/// Whether the tables are there.
fn schema(store: &Store, findings: &mut Vec<Finding>) -> bool {
    let about = "tables";
    match store.pending(&schemas()) {
        Ok(steps) if steps.is_empty() => {
            findings.push(Finding::good(about, "up to date"));
            true
        }
        Ok(steps) => {
            findings.push(Finding::warning(
                about,
                format!("{} migrations have not been run", steps.len()),
                "Run: kept migrate",
            ));
            false
        }
        Err(error @ OpenError::TooNew { .. }) => {
            findings.push(Finding::fault(
                about,
                error.to_string(),
                "Use the version of Kept that wrote it, or a later one.",
            ));
            false
        }
        Err(error) => {
            findings.push(Finding::fault(
                about,
                format!("they are not there: {error}"),
                "Run: kept migrate",
            ));
            false
        }
    }
}

/// Whether other nodes find the keys that this one has.
fn shared_keys(store: &Store, keys: Option<&KeysFile>) -> Finding {
    let about = "keys in the database";
    match (shared::text(store), keys) {
        (Err(error), _) => Finding::fault(
            about,
            format!("they cannot be read: {error}"),
            "Look at the server's log.",
        ),
        (Ok(None), _) => Finding::warning(
            about,
            "there are none, so that no other node can open what this one seals",
            "Run: kept migrate",
        ),
        (Ok(Some(text)), Some(keys)) if text == keys.text() => {
            Finding::good(about, "those of this folder")
        }
        (Ok(Some(_)), _) => Finding::warning(
            about,
            "this folder does not hold them as they are there",
            "Run: kept migrate, which brings the folder in line, or says why it cannot.",
        ),
    }
}

/// Whether letters leave.
fn mail(store: &Store, findings: &mut Vec<Finding>) {
    let about = "mail";
    let health = match store.read(kept_post::health).wait() {
        Ok(health) => health,
        Err(error) => {
            let text = format!("it cannot be seen what waits: {error}");
            findings.push(Finding::fault(
                about,
                text,
                "Look at what is said of the database.",
            ));
            return;
        }
    };
    let letters = |number: u64| match number {
        1 => "1 letter".to_owned(),
        other => format!("{} letters", count(other)),
    };
    let waiting = letters(health.waiting);
    let set = "Name a mail server under Settings, Mail.";
    findings.push(match &health.server {
        None if health.waiting == 0 => {
            Finding::good(about, "no mail server is set, and no letter waits for one")
        }
        None => Finding::warning(about, format!("no mail server is set; {waiting} wait"), set),
        Some(server) => match &server.trouble {
            Some((said, advice, _)) => Finding::warning(
                about,
                format!("{} cannot be used, and {waiting} wait: {said}", server.host),
                advice.clone(),
            ),
            None => Finding::good(about, format!("by {}; {waiting} wait", server.host)),
        },
    });
    if health.given_up > 0 {
        findings.push(Finding::warning(
            about,
            format!("{} could not be sent", letters(health.given_up)),
            "Look at them under Settings, Mail, Mail that waits: try them again or discard them.",
        ));
    }
}

/// How the files outside stand to the entries, and the clock to the last of them.
fn record(asked: &HouseAsked, store: &Store, findings: &mut Vec<Finding>) {
    let about = "audit";
    let latest = store
        .read(|read| kept_journal::audit::latest(read, None, 1))
        .wait()
        .unwrap_or_default();
    let last = latest.first();
    let entries = last.map_or(0, |entry| entry.place);
    let leaves = asked
        .data
        .join("audit/leaves")
        .metadata()
        .map_or(0, |meta| meta.len() / 32);
    findings.push(match entries.cmp(&leaves) {
        std::cmp::Ordering::Equal => {
            Finding::good(about, format!("{} entries, all sealed", count(entries)))
        }
        std::cmp::Ordering::Greater => Finding::warning(
            about,
            format!(
                "{} of {} entries are not sealed",
                count(entries - leaves),
                count(entries)
            ),
            "Run: kept audit seal",
        ),
        std::cmp::Ordering::Less => Finding::fault(
            about,
            format!(
                "{} entries were sealed, and there are {}: the database was put back to an earlier state, or changed",
                count(leaves),
                count(entries)
            ),
            "Run: kept audit verify, which names them.",
        ),
    });
    let now = World::system().now();
    let about = "clock";
    let mend = "Set the machine's clock, and let it be kept by NTP.";
    if now < LEAST_NOW {
        findings.push(Finding::fault(about, format!("it shows {now}"), mend));
    } else if let Some(entry) = last.filter(|entry| entry.at > now) {
        let text = format!("it shows {now}, earlier than the last entry, {}", entry.at);
        findings.push(Finding::fault(about, text, mend));
    } else {
        findings.push(Finding::good(about, now.to_string()));
    }
}

#[cfg(test)]
mod tests {
    use kept_store::Way;

    #[test]
    fn a_way_that_others_could_listen_on_is_told() {
        let told = |host: &str, rest: &str| {
            let url = format!("postgres://kept@{host}/kept{rest}");
            super::way(Way::of(&url).unwrap()).found
        };
        assert!(told("db.example", "?sslmode=disable").contains("can be read"));
        assert!(told("db.example", "?sslmode=require").contains("could pass for the server"));
        assert!(told("db.example", "").contains("authority and name are verified"));
        assert_eq!(told("localhost", ""), "within this machine");
    }
}
