//! Where a server is, and how the way to it is protected: what the URL says, and what counts where it says nothing.
//!
//! `sslmode` and `sslrootcert` mean what they mean to PostgreSQL's own programs, with two differences. Where nothing is said, a
//! server on this machine is reached plainly and any other with `verify-full`; and `prefer` never falls back to a plain
//! connection with a server elsewhere. So nothing goes over a network unprotected unless `disable` is said.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{Client, Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::link::chain;
use super::tls;

/// How the way to a server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// Not at all: `disable`.
    Plain,
    /// Encrypted where the server offers it: `prefer`.
    IfOffered,
    /// Encrypted, whoever answers: `require`.
    Encrypted,
    /// Encrypted, and the server's certificate is of a known authority: `verify-ca`.
    Authority,
    /// The same, and the certificate bears the server's name: `verify-full`.
    Name,
}

/// The way to a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    /// Whether the server is on this machine: a socket in the file system, or a loopback address.
    pub here: bool,
    /// How the way is protected.
    pub protection: Protection,
    /// Whether the URL says so.
    pub said: bool,
}

impl Way {
    /// The way that a URL names.
    ///
    /// # Errors
    ///
    /// What cannot be read in it, in words.
    pub fn of(url: &str) -> Result<Self, String> {
        Asked::read(url).map(|asked| asked.way)
    }
}

/// Whose certificates are believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Authorities {
    /// Those that the system believes.
    System,
    /// Those in a file, and no others.
    File(PathBuf),
}

/// What a URL asks for.
struct Asked {
    config: Config,
    way: Way,
    authorities: Option<Authorities>,
}

/// A server and the way to it, ready to connect.
#[derive(Clone)]
pub(crate) struct Address {
    config: Config,
    tls: Option<MakeRustlsConnect>,
}

impl Address {
    /// Of a URL. Files of certificates are read here, once.
    pub(crate) fn read(url: &str) -> Result<Self, String> {
        let Asked {
            mut config,
            way,
            authorities,
        } = Asked::read(url)?;
        config
            .connect_timeout(Duration::from_secs(5))
            .application_name("kept")
            .ssl_mode(match way.protection {
                Protection::Plain => SslMode::Disable,
                Protection::IfOffered => SslMode::Prefer,
                _ => SslMode::Require,
            });
        let tls = match way.protection {
            Protection::Plain => None,
            protection => Some(tls::connector(protection, authorities.as_ref())?),
        };
        Ok(Self { config, tls })
    }

    /// Connects. What comes and goes on the connection is carried by a task of the runtime that this runs on, which ends with the
    /// connection: whoever asks next is told why.
    pub(crate) async fn connect(&self) -> Result<Client, tokio_postgres::Error> {
        if let Some(tls) = &self.tls {
            let (client, connection) = self.config.connect(tls.clone()).await?;
            tokio::spawn(connection);
            return Ok(client);
        }
        let (client, connection) = self.config.connect(NoTls).await?;
        tokio::spawn(connection);
        Ok(client)
    }
}

/// What to say beside a failure to connect, where the reason may be a rule of ours.
pub(crate) fn hint(url: &str) -> &'static str {
    match Way::of(url) {
        Ok(way) if !way.said && !way.here => {
            ". The server is on another machine and the URL says no sslmode, so verify-full counts: name the file of the \
             server's authority with sslrootcert, or say another sslmode"
        }
        _ => "",
    }
}

impl Asked {
    fn read(url: &str) -> Result<Self, String> {
        let (rest, mode, roots) = split(url)?;
        let config: Config = rest.parse().map_err(|error| chain(&error))?;
        let here = is_here(&config);
        let said = mode.is_some();
        let authorities = roots.map(|roots| match roots.as_str() {
            "system" => Authorities::System,
            file => Authorities::File(file.into()),
        });
        let protection = match (mode.as_deref(), here) {
            (Some("disable"), _) => Protection::Plain,
            (None, true) if authorities.is_none() => Protection::Plain,
            (Some("prefer"), true) => Protection::IfOffered,
            // As PostgreSQL's own programs do: whoever names an authority wants it asked.
            (Some("prefer" | "require"), _) if authorities.is_some() => Protection::Authority,
            (Some("prefer" | "require"), _) => Protection::Encrypted,
            (Some("verify-ca"), _) => Protection::Authority,
            (Some("verify-full") | None, _) => Protection::Name,
            (Some(other), _) => {
                return Err(format!(
                    "sslmode={other} is not known; say disable, prefer, require, verify-ca or verify-full"
                ));
            }
        };
        Ok(Self {
            config,
            way: Way {
                here,
                protection,
                said,
            },
            authorities,
        })
    }
}

/// The URL without what it says of TLS, and that.
fn split(url: &str) -> Result<(String, Option<String>, Option<String>), String> {
    let Some((before, query)) = url.split_once('?') else {
        return Ok((url.to_owned(), None, None));
    };
    let (mut mode, mut roots, mut rest) = (None, None, Vec::new());
    for pair in query.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let place = match name {
            "sslmode" => &mut mode,
            "sslrootcert" => &mut roots,
            _ => {
                rest.push(pair);
                continue;
            }
        };
        let value = percent_decode_str(value)
            .decode_utf8()
            .map_err(|_| format!("{name} is no text"))?;
        *place = Some(value.into_owned());
    }
    let joint = if rest.is_empty() { "" } else { "?" };
    Ok((format!("{before}{joint}{}", rest.join("&")), mode, roots))
}

/// Whether all hosts are this machine. A name other than `localhost` may lead anywhere, whatever it leads to today.
fn is_here(config: &Config) -> bool {
    let hosts = config.get_hosts().iter().all(|host| match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            name == "localhost"
                || name
                    .parse()
                    .is_ok_and(|address: IpAddr| address.is_loopback())
        }
    });
    // Where an address is given, it is what is connected to.
    hosts && config.get_hostaddrs().iter().all(IpAddr::is_loopback)
}

#[cfg(test)]
mod tests {
    use super::{Asked, Authorities, Protection, Way, hint, split};

    fn protection(url: &str) -> Protection {
        Way::of(url).unwrap().protection
    }

    #[test]
    fn a_server_elsewhere_is_reached_plainly_only_when_that_is_said() {
        let elsewhere = |rest: &str| protection(&format!("postgres://kept@db.example/kept{rest}"));
        assert_eq!(elsewhere(""), Protection::Name);
        assert_eq!(elsewhere("?application_name=kept"), Protection::Name);
        assert_eq!(elsewhere("?sslmode=disable"), Protection::Plain);
        assert_eq!(elsewhere("?sslmode=prefer"), Protection::Encrypted);
        assert_eq!(elsewhere("?sslmode=require"), Protection::Encrypted);
        assert_eq!(
            elsewhere("?sslmode=require&sslrootcert=a"),
            Protection::Authority
        );
        assert_eq!(elsewhere("?sslmode=verify-ca"), Protection::Authority);
        assert_eq!(elsewhere("?sslmode=verify-full"), Protection::Name);
        assert!(Way::of("postgres://kept@db/kept?sslmode=allow").is_err());
        assert!(hint("postgres://kept@db/kept").contains("sslrootcert"));
        assert_eq!(hint("postgres://kept@db/kept?sslmode=verify-full"), "");
    }

    #[test]
    fn a_server_on_this_machine_is_known_by_socket_or_loopback() {
        for (host, here) in [
            ("localhost", true),
            ("127.0.0.1:5433", true),
            ("[::1]", true),
            ("%2Frun%2Fpostgresql", true),
            ("192.0.2.1", false),
            ("localhost.example", false),
            ("localhost,db.example", false),
        ] {
            let url = format!("postgres://kept@{host}/kept");
            assert_eq!(Way::of(&url).unwrap().here, here, "{host}");
        }
        let moved = "postgres://kept@localhost/kept?hostaddr=192.0.2.1";
        assert!(!Way::of(moved).unwrap().here);
        let here = "postgres://kept@localhost/kept";
        assert_eq!(protection(here), Protection::Plain);
        assert_eq!(
            protection(&format!("{here}?sslmode=prefer")),
            Protection::IfOffered
        );
        assert_eq!(
            protection(&format!("{here}?sslrootcert=ca.crt")),
            Protection::Name
        );
    }

    #[test]
    fn what_the_url_says_of_tls_is_taken_out_and_the_rest_is_left() {
        let url = "postgres://kept@db/kept?options=-csearch_path%3Da&sslmode=verify-ca&sslrootcert=%2Fetc%2Fca%201.crt";
        let (rest, mode, _) = split(url).unwrap();
        assert_eq!(rest, "postgres://kept@db/kept?options=-csearch_path%3Da");
        assert_eq!(mode.as_deref(), Some("verify-ca"));
        let asked = Asked::read(url).unwrap();
        assert_eq!(
            asked.authorities,
            Some(Authorities::File("/etc/ca 1.crt".into()))
        );
        let system = Asked::read("postgres://kept@db/kept?sslrootcert=system").unwrap();
        assert_eq!(system.authorities, Some(Authorities::System));
    }
}
