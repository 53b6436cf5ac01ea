//! What a domain says of its machines, read: `v=spf1 mx ip4:192.0.2.0/24 include:provider.example -all`. Anything in it that is not
//! understood makes all of it faulty, as the standard has it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How a term judges the machines that it fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    Pass,
    Fail,
    SoftFail,
    Neutral,
}

/// Which machines a term fits. Names may have blanks; the numbers are bits of version 4 and version 6.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Mechanism {
    All,
    Include(String),
    Address(Option<String>, (u8, u8)),
    Exchanger(Option<String>, (u8, u8)),
    Pointer,
    Network(IpAddr, u8),
    Exists(String),
}

/// A record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) terms: Vec<(Sign, Mechanism)>,
    /// Whose record counts where no term fits.
    pub(super) redirect: Option<String>,
}

impl Record {
    /// Reads a record; none where something of it cannot be read.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut record = Self::default();
        for term in text.split(' ').skip(1).filter(|term| !term.is_empty()) {
            if let Some((name, value)) = modifier(term) {
                if name.eq_ignore_ascii_case("redirect") {
                    let first = record.redirect.replace(value.to_owned()).is_none();
                    if !first || value.is_empty() {
                        return None;
                    }
                }
                continue;
            }
            record.terms.push(mechanism(term)?);
        }
        // What always fits leaves nothing to others.
        if record.terms.iter().any(|(_, one)| *one == Mechanism::All) {
            record.redirect = None;
        }
        Some(record)
    }
}

/// `redirect=provider.example`: a name, and what follows its equals sign.
fn modifier(term: &str) -> Option<(&str, &str)> {
    let (name, value) = term.split_once('=')?;
    let mut letters = name.chars();
    let good = letters
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic())
        && letters.all(|one| one.is_ascii_alphanumeric() || "-_.".contains(one));
    good.then_some((name, value))
}

fn mechanism(term: &str) -> Option<(Sign, Mechanism)> {
    let (sign, rest) = match term.chars().next()? {
        '+' => (Sign::Pass, term.get(1..)?),
        '-' => (Sign::Fail, term.get(1..)?),
        '~' => (Sign::SoftFail, term.get(1..)?),
        '?' => (Sign::Neutral, term.get(1..)?),
        _ => (Sign::Pass, term),
    };
    let end = rest.find([':', '/']).unwrap_or(rest.len());
    let (name, value) = rest.split_at(end);
    let named = value.strip_prefix(':').filter(|value| !value.is_empty());
    let mechanism = match name.to_ascii_lowercase().as_str() {
        "all" if value.is_empty() => Mechanism::All,
        "include" => Mechanism::Include(named?.to_owned()),
        "exists" => Mechanism::Exists(named?.to_owned()),
        "ptr" => Mechanism::Pointer,
        "a" => {
            let (name, bits) = name_and_bits(value)?;
            Mechanism::Address(name, bits)
        }
        "mx" => {
            let (name, bits) = name_and_bits(value)?;
            Mechanism::Exchanger(name, bits)
        }
        "ip4" => {
            let (address, bits) = network(named?, 32)?;
            Mechanism::Network(IpAddr::V4(address.parse::<Ipv4Addr>().ok()?), bits)
        }
        "ip6" => {
            let (address, bits) = network(named?, 128)?;
            Mechanism::Network(IpAddr::V6(address.parse::<Ipv6Addr>().ok()?), bits)
        }
        _ => return None,
    };
    Some((sign, mechanism))
}

/// `:mail.example/24//64`
fn name_and_bits(value: &str) -> Option<(Option<String>, (u8, u8))> {
    let (rest, six) = match value.split_once("//") {
        Some((rest, bits)) => (rest, bits_of(bits, 128)?),
        None => (value, 128),
    };
    // A blank may have a slash between its brackets.
    let slash = rest
        .rfind('/')
        .filter(|at| !rest.get(*at..).unwrap_or_default().contains('}'));
    let (name, four) = match slash {
        Some(at) => (rest.get(..at)?, bits_of(rest.get(at + 1..)?, 32)?),
        None => (rest, 32),
    };
    let name = match name {
        "" => None,
        name => Some(
            name.strip_prefix(':')
                .filter(|name| !name.is_empty())?
                .to_owned(),
        ),
    };
    Some((name, (four, six)))
}

fn network(value: &str, most: u8) -> Option<(&str, u8)> {
    match value.split_once('/') {
        Some((address, bits)) => Some((address, bits_of(bits, most)?)),
        None => Some((value, most)),
    }
}

fn bits_of(text: &str, most: u8) -> Option<u8> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let bits = text.parse::<u8>().ok().filter(|_| plain)?;
    (bits <= most).then_some(bits)
}

/// A name with its blanks filled in: `%{ir}.sender.example`. None where a blank is not known.
pub(super) fn filled(spec: &str, blank: impl Fn(char) -> Option<String>) -> Option<String> {
    let mut filled = String::new();
    let mut rest = spec;
    while let Some((before, after)) = rest.split_once('%') {
        filled.push_str(before);
        let mut letters = after.chars();
        match letters.next()? {
            '%' => filled.push('%'),
            '_' => filled.push(' '),
            '-' => filled.push_str("%20"),
            '{' => {
                let (inner, behind) = letters.as_str().split_once('}')?;
                filled.push_str(&one(inner, &blank)?);
                rest = behind;
                continue;
            }
            _ => return None,
        }
        rest = letters.as_str();
    }
    filled.push_str(rest);
    Some(filled)
}

/// `d2r-`: a letter, how many parts of it from the right, whether they are turned round, and where they are parted.
fn one(inner: &str, blank: &impl Fn(char) -> Option<String>) -> Option<String> {
    let letter = inner.chars().next()?;
    let value = blank(letter.to_ascii_lowercase())?;
    let rest = inner.get(letter.len_utf8()..)?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    let rest = rest.get(digits.len()..)?;
    let turned = rest.starts_with(['r', 'R']);
    let parted = if turned { rest.get(1..)? } else { rest };
    if !parted.chars().all(|one| ".-+,/_=".contains(one)) {
        return None;
    }
    let parted = if parted.is_empty() { "." } else { parted };
    let mut parts: Vec<&str> = value.split(|one| parted.contains(one)).collect();
    if turned {
        parts.reverse();
    }
    if !digits.is_empty() {
        let count = digits.parse::<usize>().ok().filter(|count| *count > 0)?;
        let from = parts.len().saturating_sub(count);
        parts.drain(..from);
    }
    Some(parts.join("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_blanks_of_the_standard_are_filled_as_it_says() {
        // The examples of RFC 7208, 7.4.
        let blank = |letter: char| {
            Some(match letter {
                's' => "strong-bad@email.example.com".to_owned(),
                'o' | 'd' => "email.example.com".to_owned(),
                'l' => "strong-bad".to_owned(),
                'i' => "192.0.2.3".to_owned(),
                'v' => "in-addr".to_owned(),
                _ => return None,
            })
        };
        for (spec, name) in [
            ("%{s}", "strong-bad@email.example.com"),
            ("%{d4}", "email.example.com"),
            ("%{d2}", "example.com"),
            ("%{dr}", "com.example.email"),
            ("%{d2r}", "example.email"),
            ("%{l}", "strong-bad"),
            ("%{l-}", "strong.bad"),
            ("%{lr-}", "bad.strong"),
            ("%{l1r-}", "strong"),
            (
                "%{ir}.%{v}._spf.%{d2}",
                "3.2.0.192.in-addr._spf.example.com",
            ),
            ("%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com"),
            ("a%%b%_c%-d", "a%b c%20d"),
        ] {
            assert_eq!(filled(spec, blank).as_deref(), Some(name), "{spec}");
        }
        for spec in ["%", "%x", "%{", "%{z}", "%{d0}", "%{d2x}"] {
            assert_eq!(filled(spec, blank), None, "{spec}");
        }
    }

    #[test]
    fn what_is_not_understood_makes_a_record_faulty() {
        for text in [
            "v=spf1 ip4:1.2.3.4/33",
            "v=spf1 ip4:mail.example",
            "v=spf1 ip6:1.2.3.4",
            "v=spf1 a:/24",
            "v=spf1 include",
            "v=spf1 all:x",
            "v=spf1 redirect=a.example redirect=b.example",
            "v=spf1 nonsense",
        ] {
            assert_eq!(Record::read(text), None, "{text}");
        }
        let read =
            Record::read("v=spf1  A:mail.example/24//64 -all exp=x.example other=1").unwrap();
        let name = Some("mail.example".to_owned());
        assert_eq!(
            read.terms,
            [
                (Sign::Pass, Mechanism::Address(name, (24, 64))),
                (Sign::Fail, Mechanism::All)
            ]
        );
    }
}
