//! What a mail's sender is worth: the word of our own server, which checked signatures and addresses when the mail came in
//! (RFC 8601). Everybody else's word is a claim like the sender's own.

use super::Incoming;

/// Whether a mail is from whom it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Our server says so.
    Verified,
    /// Nobody whom we trust has said.
    Unverified,
    /// Our server says that it is not.
    Forged,
}

impl Verdict {
    /// As it is stored and read.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Unverified => "unverified",
            Self::Forged => "forged",
        }
    }
}

/// What the topmost result says, where it is that of our own server; else nobody whom we trust has said. `server` is the name that
/// our server gives itself there; empty: there is none.
pub fn verdict(mail: &Incoming, server: &str) -> Verdict {
    server_says(mail, server).unwrap_or(Verdict::Unverified)
}

/// The same; none where our own server has said nothing.
pub fn server_says(mail: &Incoming, server: &str) -> Option<Verdict> {
    let results = without_comments(mail.results.first()?);
    let mut parts = results.split(';');
    let name = parts.next().and_then(|name| name.split_whitespace().next());
    let ours =
        name.is_some_and(|name| !server.is_empty() && name.eq_ignore_ascii_case(server.trim()));
    ours.then(|| judged(mail, parts))
}

fn judged<'a>(mail: &Incoming, parts: impl Iterator<Item = &'a str>) -> Verdict {
    let Some(author) = mail.from.first().filter(|_| mail.from.len() == 1) else {
        return Verdict::Unverified;
    };
    let domain = domain_of(&author.email);
    let checks: Vec<Check> = parts.filter_map(check).collect();
    let of = |method: &'static str| checks.iter().filter(move |check| check.method == method);
    if of("dmarc").any(|check| check.passed && check.is_of(&["header.from"], &domain)) {
        return Verdict::Verified;
    }
    if of("dmarc").any(|check| check.result == "fail") {
        return Verdict::Forged;
    }
    let signed =
        of("dkim").any(|check| check.passed && check.is_of(&["header.d", "header.i"], &domain));
    let allowed = of("spf").any(|check| check.passed && check.is_of(&["smtp.mailfrom"], &domain));
    if signed || allowed {
        Verdict::Verified
    } else {
        Verdict::Unverified
    }
}

struct Check {
    method: String,
    result: String,
    passed: bool,
    properties: Vec<(String, String)>,
}

impl Check {
    /// Whether one of these properties names the domain, or one above it. A check that names nothing is of the mail's own domain.
    fn is_of(&self, names: &[&str], domain: &str) -> bool {
        let mut named = self
            .properties
            .iter()
            .filter(|(name, _)| names.contains(&name.as_str()));
        named.any(|(_, value)| {
            let value = domain_of(value);
            let above = domain.strip_suffix(value.as_str());
            value.contains('.')
                && above.is_some_and(|above| above.is_empty() || above.ends_with('.'))
        })
    }
}

/// `dkim=pass (good) header.d=brennan.example`
fn check(text: &str) -> Option<Check> {
    let mut words = text.split_whitespace();
    let (method, result) = words.next()?.split_once('=')?;
    let method = method
        .split('/')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let result = result.to_ascii_lowercase();
    let properties = words.filter_map(|word| word.split_once('='));
    let properties = properties.map(|(name, value)| {
        (
            name.to_ascii_lowercase(),
            value.trim_matches('"').to_owned(),
        )
    });
    Some(Check {
        passed: result == "pass",
        method,
        result,
        properties: properties.collect(),
    })
}

fn without_comments(text: &str) -> String {
    let mut depth = 0_u32;
    let kept = text.chars().filter(|letter| match letter {
        '(' => {
            depth += 1;
            false
        }
        ')' => {
            depth = depth.saturating_sub(1);
            false
        }
        _ => depth == 0,
    });
    kept.collect()
}

pub(crate) fn domain_of(address: &str) -> String {
    let domain = address.rsplit('@').next().unwrap_or_default();
    domain.trim_matches(['<', '>', '.']).to_ascii_lowercase()
}
