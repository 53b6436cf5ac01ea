//! Who wrote a mail: our own check, where no server that we trust has made one. Signatures (DKIM, RFC 6376), the machines that a
//! domain sends from (SPF, RFC 7208), and whether either speaks for the address that readers see (DMARC, RFC 7489).
//!
//! The organisation of a domain is found by asking upwards (RFC 7489's list of public suffixes is not needed for it), so that no
//! list grows old here. What the DNS does not answer proves nothing: then a sender is unverified, and the mail is handled all the
//! same.
//!
//! INVARIANT: nothing here holds a mail up or fails it. A finding is advice beside the mail.

mod alignment;
mod bounded;
mod resolver;
mod spf;
mod tags;

use std::fmt::Write as _;
use std::net::IpAddr;

use kept_kernel::Instant;

use crate::dkim::verify::{Checked, Outcome, check};
use crate::reading::{Incoming, Verdict, domain_of};
use alignment::{Asks, Organisations};
use bounded::Bounded;
use spf::Spf;

pub(crate) use bounded::Asked;
pub use resolver::{Resolver, Unanswered};
pub(crate) use tags::Tags;

/// Which machine handed a mail to our server, as that server told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// The machine's address.
    pub address: IpAddr,
    /// What it called itself; may be empty.
    pub helo: String,
    /// From whom, as the servers among themselves said; empty for nobody.
    pub from: String,
}

/// What was found about the sender of a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What the sender is worth.
    pub verdict: Verdict,
    /// Why, in sentences.
    pub reasons: Vec<String>,
}

impl Finding {
    /// Nothing is known, for this reason.
    pub fn unverified(why: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Unverified,
            reasons: vec![why.into()],
        }
    }
}

/// Checks a mail. `raw` is as it came over the line; `client` is none where nobody who can be trusted has told. Waits for the network.
pub fn finding(
    (raw, mail): (&[u8], &Incoming),
    client: Option<&Client>,
    resolver: &dyn Resolver,
    now: Instant,
) -> Finding {
    let [author] = mail.from.as_slice() else {
        return Finding::unverified("It does not name exactly one writer.");
    };
    let domain = domain_of(&author.email);
    if !resolver::is_name(&domain) || !domain.contains('.') {
        return Finding::unverified("The address of its writer has no domain that can be asked.");
    }
    let resolver = Bounded::new(resolver);
    let lines = with_line_ends(raw);
    let signatures = check(&lines, &resolver, now);
    let sent = client.map(|client| (client, spf::judge(client, &resolver)));
    let mut organisations = Organisations::new(&resolver);
    let policy = organisations.policy(&domain);
    let mut reasons: Vec<String> = signatures.iter().map(said_of_signature).collect();
    if signatures.is_empty() {
        reasons.push("It is not signed (DKIM).".to_owned());
    }
    reasons.push(said_of_client(sent.as_ref()));
    let (strict_dkim, strict_spf) = (policy.strict_dkim, policy.strict_spf);
    let signed = signatures.iter().find(|one| {
        one.outcome == Outcome::Good && organisations.align(&domain, &one.domain, strict_dkim)
    });
    let allowed = sent.as_ref().filter(|(client, spf)| {
        *spf == Spf::Pass && organisations.align(&domain, &spf::domain(client), strict_spf)
    });
    let verdict = if let Some(signature) = signed {
        reasons.push(format!(
            "The signature of {} speaks for {domain}.",
            signature.domain
        ));
        Verdict::Verified
    } else if allowed.is_some() {
        reasons.push(format!("The machine that sent it may send for {domain}."));
        Verdict::Verified
    } else {
        let unheard = resolver.is_silent()
            || signatures
                .iter()
                .any(|one| one.outcome == Outcome::Unanswered)
            || sent.as_ref().is_none_or(|(_, spf)| *spf == Spf::Unanswered);
        reasons.push(said_of_policy(&domain, policy.asks));
        if policy.asks == Asks::Nothing || unheard {
            Verdict::Unverified
        } else {
            Verdict::Forged
        }
    };
    if resolver.is_silent() {
        reasons.push("The DNS did not answer everything.".to_owned());
    }
    Finding { verdict, reasons }
}

fn said_of_signature(one: &Checked) -> String {
    let domain = if one.domain.is_empty() {
        "nobody"
    } else {
        &one.domain
    };
    let mut said = format!("Signature of {domain} (DKIM): ");
    let words = match one.outcome {
        Outcome::Good => "it holds",
        Outcome::Partial => "it holds for the beginning of the words alone, which proves nothing",
        Outcome::Testing => "the domain is only trying it out",
        Outcome::Unanswered => "its key could not be asked for",
        Outcome::Bad(why) => why,
    };
    let _ = write!(said, "{words}.");
    said
}

fn said_of_client(sent: Option<&(&Client, Spf)>) -> String {
    let Some((client, spf)) = sent else {
        return "From which machine it came is not known (SPF is not judged).".to_owned();
    };
    let (domain, address) = (spf::domain(client), client.address);
    let words = match spf {
        Spf::Pass => "may send for it",
        Spf::Fail => "may not send for it",
        Spf::SoftFail => "probably may not send for it",
        Spf::Neutral => "is not judged by it",
        Spf::None => "is not judged, since the domain says nothing",
        Spf::Faulty => "is not judged, since what the domain says cannot be read",
        Spf::Unanswered => "is not judged, since the DNS did not answer",
    };
    format!("Sent for {domain} by {address}, which {words} (SPF).")
}

fn said_of_policy(domain: &str, asks: Asks) -> String {
    let words = match asks {
        Asks::Nothing => "does not ask to refuse what is neither signed nor sent by it",
        Asks::Quarantine => "asks to set aside what is neither signed nor sent by it",
        Asks::Reject => "asks to refuse what is neither signed nor sent by it",
    };
    format!("{domain} {words} (DMARC).")
}

/// As it came over the line: a pipe hands over lines that end with a line feed alone.
fn with_line_ends(raw: &[u8]) -> Vec<u8> {
    let mut lines = Vec::with_capacity(raw.len() + raw.len() / 40);
    let mut before = 0;
    for byte in raw {
        if *byte == b'\n' && before != b'\r' {
            lines.push(b'\r');
        }
        lines.push(*byte);
        before = *byte;
    }
    lines
}

#[cfg(test)]
mod tests;
