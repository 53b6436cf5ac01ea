//! What the DNS is asked for.

use std::net::IpAddr;

use kept_outbound::{Dns, DnsError, Kind, Record};

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unanswered {
    /// There is no such name, or it has nothing of the kind.
    Nothing,
    /// Nobody knows: the DNS could not be asked.
    Silent,
}

/// Whoever knows what stands in the DNS.
pub trait Resolver: Send + Sync {
    /// The texts of a name, each in one piece.
    ///
    /// # Errors
    ///
    /// [`Unanswered`]
    fn texts(&self, name: &str) -> Result<Vec<String>, Unanswered>;

    /// The addresses of a name: those of version 6, or those of version 4.
    ///
    /// # Errors
    ///
    /// [`Unanswered`]
    fn addresses(&self, name: &str, of_six: bool) -> Result<Vec<IpAddr>, Unanswered>;

    /// The machines that take the mail of a name, the preferred first.
    ///
    /// # Errors
    ///
    /// [`Unanswered`]
    fn exchangers(&self, name: &str) -> Result<Vec<String>, Unanswered>;
}

impl Resolver for Dns {
    fn texts(&self, name: &str) -> Result<Vec<String>, Unanswered> {
        asked(self, (name, Kind::Text), |record| match record {
            Record::Text(text) => Some(text),
            _ => None,
        })
    }

    fn addresses(&self, name: &str, of_six: bool) -> Result<Vec<IpAddr>, Unanswered> {
        let kind = if of_six { Kind::Six } else { Kind::Four };
        asked(self, (name, kind), |record| match record {
            Record::Address(address) => Some(address),
            _ => None,
        })
    }

    fn exchangers(&self, name: &str) -> Result<Vec<String>, Unanswered> {
        let mut found = asked(self, (name, Kind::Exchanger), |record| match record {
            Record::Exchanger(preference, host) => Some((preference, host)),
            _ => None,
        })?;
        found.sort();
        Ok(found.into_iter().map(|(_, host)| host).collect())
    }
}

fn asked<T>(
    dns: &Dns,
    (name, kind): (&str, Kind),
    wanted: impl Fn(Record) -> Option<T>,
) -> Result<Vec<T>, Unanswered> {
    if !is_name(name) {
        return Err(Unanswered::Nothing);
    }
    let records = dns.ask(name, kind).map_err(|error| match error {
        DnsError::Nothing => Unanswered::Nothing,
        DnsError::Silent => Unanswered::Silent,
    })?;
    let found: Vec<T> = records.into_iter().filter_map(wanted).collect();
    if found.is_empty() {
        return Err(Unanswered::Nothing);
    }
    Ok(found)
}

/// Whether a text is a name that can be asked for.
pub(super) fn is_name(name: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len()) && label.bytes().all(|byte| byte.is_ascii_graphic())
    };
    name.len() <= 253 && name.split('.').all(label)
}
