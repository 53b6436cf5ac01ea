//! Who asks: the name under which authenticators keep our passkeys, and the one origin that may use them.

use std::net::Ipv4Addr;

use aws_lc_rs::digest;

/// The relying party.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RelyingParty {
    id: String,
    origin: String,
}

impl RelyingParty {
    /// Of the address by which browsers reach us. Nothing where no browser would make a passkey: at an address of numbers, and
    /// without HTTPS anywhere but on this machine.
    pub(crate) fn of(base_url: &str) -> Option<Self> {
        let (scheme, rest) = base_url.split_once("://")?;
        let scheme = scheme.to_ascii_lowercase();
        let authority = rest.split(['/', '?', '#']).next()?.to_ascii_lowercase();
        let (host, port) = match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority.as_str(), None),
        };
        let here = host == "localhost" || host.ends_with(".localhost");
        let usual = match scheme.as_str() {
            "https" => "443",
            "http" if here => "80",
            _ => return None,
        };
        let is_name = !host.is_empty()
            && host.parse::<Ipv4Addr>().is_err()
            && host
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.'));
        let port = port
            .filter(|port| *port != usual)
            .map_or(String::new(), |port| format!(":{port}"));
        is_name.then(|| Self {
            id: host.to_owned(),
            origin: format!("{scheme}://{host}{port}"),
        })
    }

    /// The host's name, which the passkeys are bound to.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// As browsers write it.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    pub(super) fn hash(&self) -> Vec<u8> {
        digest::digest(&digest::SHA256, self.id.as_bytes())
            .as_ref()
            .to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::RelyingParty;

    #[test]
    fn a_party_is_the_host_of_the_address_that_browsers_reach() {
        let of = |url: &str| {
            RelyingParty::of(url).map(|party| (party.id.clone(), party.origin().to_owned()))
        };
        let is = |id: &str, origin: &str| Some((id.to_owned(), origin.to_owned()));
        assert_eq!(
            of("https://Desk.Example/"),
            is("desk.example", "https://desk.example")
        );
        assert_eq!(
            of("https://desk.example:443"),
            is("desk.example", "https://desk.example")
        );
        assert_eq!(
            of("https://desk.example:8443/kept"),
            is("desk.example", "https://desk.example:8443")
        );
        assert_eq!(
            of("http://localhost:7407"),
            is("localhost", "http://localhost:7407")
        );
        for url in [
            "http://desk.example",
            "https://192.0.2.7",
            "http://127.0.0.1:7407",
            "https://[2001:db8::1]/",
            "https://",
            "desk.example",
        ] {
            assert_eq!(of(url), None, "{url}");
        }
    }
}
