//! Which machines a domain sends from (RFC 7208). Written here: the one library for it is under the GPL, and the larger ones bring a
//! resolver and its crates.

mod record;

use std::net::IpAddr;

use super::Client;
use super::bounded::Asked;
use super::resolver::{Unanswered, is_name};
use crate::reading::domain_of;
use record::{Mechanism, Record, Sign};

/// So many terms may ask the DNS, all included records together.
const LOOKUPS: u32 = 10;
/// So many of them may find nothing.
const VOID: u32 = 2;
/// So many machines of one name are looked at.
const MACHINES: usize = 10;

/// What a domain says of a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spf {
    /// It says nothing at all.
    None,
    /// It does not say about this one.
    Neutral,
    /// It may send.
    Pass,
    /// It probably may not.
    SoftFail,
    /// It may not.
    Fail,
    /// The DNS did not answer.
    Unanswered,
    /// What it says cannot be read, or asks for too much.
    Faulty,
}

/// The domain that is asked: that of the envelope's sender; of a mail from nobody, the machine's own name.
pub(super) fn domain(client: &Client) -> String {
    if client.from.contains('@') {
        domain_of(&client.from)
    } else {
        client.helo.trim_end_matches('.').to_ascii_lowercase()
    }
}

/// Asks whether a machine may send for the domain that it names.
pub(super) fn judge(client: &Client, asked: &dyn Asked) -> Spf {
    let domain = domain(client);
    if !is_name(&domain) || !domain.contains('.') {
        return Spf::None;
    }
    let local = client.from.rsplit_once('@').map(|(local, _)| local);
    let mut judge = Judge {
        asked,
        address: client.address.to_canonical(),
        helo: &client.helo,
        local: local
            .filter(|local| !local.is_empty())
            .unwrap_or("postmaster"),
        sender_domain: domain.clone(),
        looked: 0,
        void: 0,
    };
    match judge.host(&domain) {
        Ok(spf) | Err(spf) => spf,
    }
}

struct Judge<'r> {
    asked: &'r dyn Asked,
    address: IpAddr,
    helo: &'r str,
    local: &'r str,
    sender_domain: String,
    looked: u32,
    void: u32,
}

impl Judge<'_> {
    /// What a domain says. The error is what ends everything.
    fn host(&mut self, domain: &str) -> Result<Spf, Spf> {
        let texts = match self.asked.texts(domain) {
            Ok(texts) => texts,
            Err(Unanswered::Nothing) => return Ok(Spf::None),
            Err(Unanswered::Silent) => return Err(Spf::Unanswered),
        };
        let mut said = texts.iter().filter(|text| is_record(text));
        let (first, second) = (said.next(), said.next());
        let Some(text) = first else {
            return Ok(Spf::None);
        };
        if second.is_some() {
            return Err(Spf::Faulty);
        }
        let record = Record::read(text).ok_or(Spf::Faulty)?;
        for (sign, mechanism) in &record.terms {
            if self.fits(mechanism, domain)? {
                return Ok(match sign {
                    Sign::Pass => Spf::Pass,
                    Sign::Fail => Spf::Fail,
                    Sign::SoftFail => Spf::SoftFail,
                    Sign::Neutral => Spf::Neutral,
                });
            }
        }
        let Some(other) = &record.redirect else {
            return Ok(Spf::Neutral);
        };
        self.look()?;
        let other = self.name(Some(other), domain)?;
        match self.host(&other)? {
            Spf::None => Err(Spf::Faulty),
            spf => Ok(spf),
        }
    }

    fn fits(&mut self, mechanism: &Mechanism, domain: &str) -> Result<bool, Spf> {
        match mechanism {
            Mechanism::All => Ok(true),
            Mechanism::Network(network, bits) => Ok(is_within(self.address, *network, *bits)),
            Mechanism::Include(name) => {
                self.look()?;
                let name = self.name(Some(name), domain)?;
                match self.host(&name)? {
                    Spf::Pass => Ok(true),
                    Spf::None => Err(Spf::Faulty),
                    _ => Ok(false),
                }
            }
            Mechanism::Address(name, bits) => {
                self.look()?;
                let name = self.name(name.as_ref(), domain)?;
                let found = self.addresses(&name)?;
                Ok(self.is_among(&found, *bits))
            }
            Mechanism::Exchanger(name, bits) => {
                self.look()?;
                let name = self.name(name.as_ref(), domain)?;
                self.is_exchanger(&name, *bits)
            }
            Mechanism::Exists(name) => {
                self.look()?;
                let name = self.name(Some(name), domain)?;
                let found = self.asked.addresses(&name, false);
                Ok(!self.heard(found)?.is_empty())
            }
            // Nobody should use it any longer, and it costs others too much.
            Mechanism::Pointer => self.look().map(|()| false),
        }
    }

    fn is_exchanger(&mut self, name: &str, bits: (u8, u8)) -> Result<bool, Spf> {
        let found = self.asked.exchangers(name);
        let machines = self.heard(found)?;
        if machines.len() > MACHINES {
            return Err(Spf::Faulty);
        }
        for machine in machines {
            let found = self.asked.addresses(&machine, self.address.is_ipv6());
            let found = match found {
                Err(Unanswered::Silent) => return Err(Spf::Unanswered),
                other => other.unwrap_or_default(),
            };
            if self.is_among(&found, bits) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn addresses(&mut self, name: &str) -> Result<Vec<IpAddr>, Spf> {
        let found = self.asked.addresses(name, self.address.is_ipv6());
        self.heard(found)
    }

    fn is_among(&self, found: &[IpAddr], (four, six): (u8, u8)) -> bool {
        let bits = if self.address.is_ipv6() { six } else { four };
        found.iter().any(|one| is_within(self.address, *one, bits))
    }

    /// One more term that asks.
    fn look(&mut self) -> Result<(), Spf> {
        self.looked += 1;
        if self.looked > LOOKUPS {
            return Err(Spf::Faulty);
        }
        Ok(())
    }

    /// What was found; nothing is counted.
    fn heard<T>(&mut self, found: Result<Vec<T>, Unanswered>) -> Result<Vec<T>, Spf> {
        match found {
            Ok(found) => Ok(found),
            Err(Unanswered::Silent) => Err(Spf::Unanswered),
            Err(Unanswered::Nothing) => {
                self.void += 1;
                if self.void > VOID {
                    return Err(Spf::Faulty);
                }
                Ok(Vec::new())
            }
        }
    }

    /// A name as it is asked for, its blanks filled in; none: the domain itself.
    fn name(&self, spec: Option<&String>, domain: &str) -> Result<String, Spf> {
        let Some(spec) = spec else {
            return Ok(domain.to_owned());
        };
        let blank = |letter: char| -> Option<String> {
            Some(match letter {
                's' => format!("{}@{}", self.local, self.sender_domain),
                'l' => self.local.to_owned(),
                'o' => self.sender_domain.clone(),
                'd' => domain.to_owned(),
                'i' => dotted(self.address),
                'p' => "unknown".to_owned(),
                'v' if self.address.is_ipv6() => "ip6".to_owned(),
                'v' => "in-addr".to_owned(),
                'h' => self.helo.to_owned(),
                _ => return None,
            })
        };
        let name = record::filled(spec, blank).ok_or(Spf::Faulty)?;
        let mut name = name.trim_end_matches('.').to_ascii_lowercase();
        // What is too long loses what stands first.
        while name.len() > 253 {
            name = name.split_once('.').ok_or(Spf::Faulty)?.1.to_owned();
        }
        Ok(name)
    }
}

fn is_record(text: &str) -> bool {
    let rest = text
        .get(..6)
        .filter(|begin| begin.eq_ignore_ascii_case("v=spf1"))
        .and_then(|_| text.get(6..));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

/// `192.0.2.1`, or each half of a byte of version 6 alone.
fn dotted(address: IpAddr) -> String {
    match address {
        IpAddr::V4(four) => four.to_string(),
        IpAddr::V6(six) => {
            let halves = six
                .octets()
                .into_iter()
                .flat_map(|byte| [byte >> 4, byte & 15]);
            let halves: Vec<String> = halves.map(|half| format!("{half:x}")).collect();
            halves.join(".")
        }
    }
}

fn is_within(address: IpAddr, network: IpAddr, bits: u8) -> bool {
    let same = |one: u128, other: u128, all: u32| {
        let rest = all.saturating_sub(u32::from(bits));
        one.checked_shr(rest).unwrap_or(0) == other.checked_shr(rest).unwrap_or(0)
    };
    match (address, network) {
        (IpAddr::V4(one), IpAddr::V4(other)) => {
            same(u128::from(one.to_bits()), u128::from(other.to_bits()), 32)
        }
        (IpAddr::V6(one), IpAddr::V6(other)) => same(one.to_bits(), other.to_bits(), 128),
        _ => false,
    }
}
