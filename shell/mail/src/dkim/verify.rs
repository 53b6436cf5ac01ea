//! Checking the signatures of a mail that came in (RFC 6376, with what RFC 8301 no longer allows and RFC 8463 added).

use aws_lc_rs::signature::{
    ED25519, RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY, UnparsedPublicKey,
};
use base64ct::{Base64, Base64Unpadded, Encoding as _};
use kept_kernel::Instant;

use super::plain::{Field, bare_body, bare_field, fields_and_body, plain_body, plain_field};
use crate::checking::{Asked, Tags, Unanswered};
use crate::reading::sha256;

/// So many signatures of a mail are looked at.
const MOST: usize = 6;

/// What a signature is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It holds for the whole mail.
    Good,
    /// It holds, and something unsigned follows the words that it covers.
    Partial,
    /// It holds, and the domain says that it only tries it out.
    Testing,
    /// It does not hold, for this reason.
    Bad(&'static str),
    /// Its key could not be asked for.
    Unanswered,
}

/// A signature that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Checked {
    /// The domain that signed, in small letters; empty where it does not say.
    pub(crate) domain: String,
    pub(crate) outcome: Outcome,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Algorithm {
    Rsa,
    Ed25519,
}

/// Checks all signatures of a mail whose lines end with CRLF, the topmost first.
pub(crate) fn check(raw: &[u8], asked: &dyn Asked, now: Instant) -> Vec<Checked> {
    let (fields, body) = fields_and_body(raw);
    let signatures = fields.iter().filter(|field| field.is("dkim-signature"));
    signatures
        .take(MOST)
        .map(|field| {
            let tags = Tags::read(&String::from_utf8_lossy(field.value));
            let domain = tags.as_ref().map(|tags| tags.word("d"));
            let outcome = match &tags {
                None => Err(Outcome::Bad("it cannot be read")),
                Some(tags) => judged((field, tags), (&fields, body), asked, now),
            };
            Checked {
                domain: domain.unwrap_or_default(),
                outcome: outcome.unwrap_or_else(|outcome| outcome),
            }
        })
        .collect()
}

fn judged(
    (own, tags): (&Field<'_>, &Tags),
    (fields, body): (&[Field<'_>], &[u8]),
    asked: &dyn Asked,
    now: Instant,
) -> Result<Outcome, Outcome> {
    let algorithm = stands(tags, now)?;
    let (plain_head, plain_words) = ways(tags)?;
    let whole = if plain_words {
        plain_body(body)
    } else {
        bare_body(body)
    };
    let covered = covered(tags, &whole)?;
    if decoded(&tags.packed("bh")).as_deref() != Some(&sha256(covered)[..]) {
        return Err(Outcome::Bad("the words were changed after it was made"));
    }
    let key = key(tags, algorithm, asked)?;
    let input = signed_input((own, tags), fields, plain_head);
    let signature = decoded(&tags.packed("b")).unwrap_or_default();
    let holds = match algorithm {
        Algorithm::Rsa => {
            let how = &RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY;
            UnparsedPublicKey::new(how, &key.bytes).verify(&input, &signature)
        }
        // What is signed is the hash (RFC 8463, 3).
        Algorithm::Ed25519 => {
            UnparsedPublicKey::new(&ED25519, &key.bytes).verify(&sha256(&input), &signature)
        }
    };
    if holds.is_err() {
        return Err(Outcome::Bad(
            "the header was changed after it was made, or the key is another one",
        ));
    }
    if key.tried_out {
        return Ok(Outcome::Testing);
    }
    if covered.len() < whole.len() {
        return Ok(Outcome::Partial);
    }
    Ok(Outcome::Good)
}

/// Whether it says what a signature must, and is not over.
fn stands(tags: &Tags, now: Instant) -> Result<Algorithm, Outcome> {
    if tags.get("v") != Some("1") {
        return Err(Outcome::Bad("it is of no version that is known"));
    }
    let algorithm = match tags.word("a").as_str() {
        "rsa-sha256" => Algorithm::Rsa,
        "ed25519-sha256" => Algorithm::Ed25519,
        "rsa-sha1" => return Err(Outcome::Bad("it is made with SHA-1, which proves nothing")),
        _ => return Err(Outcome::Bad("it is made in a way that is not known")),
    };
    let domain = tags.word("d");
    let identity = tags.word("i");
    let identity = identity.rsplit('@').next().unwrap_or_default();
    let within = identity.is_empty()
        || identity
            .strip_suffix(domain.as_str())
            .is_some_and(|above| above.is_empty() || above.ends_with('.'));
    let selector = tags.word("s");
    if domain.is_empty() || selector.is_empty() || !within {
        return Err(Outcome::Bad("it does not say well who signed"));
    }
    let query = tags.word("q");
    if !query.is_empty() && !query.split(':').any(|way| way.trim() == "dns/txt") {
        return Err(Outcome::Bad("its key is not in the DNS"));
    }
    if !names(tags).iter().any(|name| name == "from") {
        return Err(Outcome::Bad("it does not cover who wrote"));
    }
    let seconds = |name: &str| tags.get(name).and_then(|text| text.parse::<i64>().ok());
    let (at, until) = (seconds("t"), seconds("x"));
    let over = until.is_some_and(|until| until < now.micros() / 1_000_000);
    if over || at.zip(until).is_some_and(|(at, until)| until <= at) {
        return Err(Outcome::Bad("it has expired"));
    }
    Ok(algorithm)
}

/// Whether header and body were made plain before they were signed.
fn ways(tags: &Tags) -> Result<(bool, bool), Outcome> {
    let both = tags.word("c");
    let (head, body) = both.split_once('/').unwrap_or((&both, "simple"));
    let plain = |way: &str| match way.trim() {
        "relaxed" => Ok(true),
        "simple" | "" => Ok(false),
        _ => Err(Outcome::Bad("it is made in a way that is not known")),
    };
    Ok((plain(head)?, plain(body)?))
}

/// The part of the body that it covers.
fn covered<'b>(tags: &Tags, whole: &'b [u8]) -> Result<&'b [u8], Outcome> {
    let Some(length) = tags.get("l") else {
        return Ok(whole);
    };
    let length = length.parse::<usize>().ok();
    length
        .and_then(|length| whole.get(..length))
        .ok_or(Outcome::Bad("it covers more words than there are"))
}

/// The fields that it covers, in small letters.
fn names(tags: &Tags) -> Vec<String> {
    let names = tags.get("h").unwrap_or_default().split(':');
    names.map(|name| name.trim().to_ascii_lowercase()).collect()
}

/// What was signed: the fields it names, each from the lowest upwards, and itself without the signature.
fn signed_input((own, tags): (&Field<'_>, &Tags), fields: &[Field<'_>], is_plain: bool) -> Vec<u8> {
    let written = |field: &Field<'_>| {
        if is_plain {
            plain_field(field)
        } else {
            bare_field(field)
        }
    };
    let mut used = vec![false; fields.len()];
    let mut input = Vec::new();
    for name in names(tags) {
        let lowest = fields.iter().zip(&mut used).rev();
        let mut of = lowest.filter(|(field, used)| !**used && field.is(&name));
        if let Some((field, used)) = of.next() {
            *used = true;
            input.extend(written(field));
        }
    }
    let emptied = without_signature(own.value);
    input.extend(written(&Field {
        name: own.name,
        value: &emptied,
    }));
    input.truncate(input.len().saturating_sub(2));
    input
}

/// A signature's field with nothing behind `b=`.
fn without_signature(value: &[u8]) -> Vec<u8> {
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in value.split(|byte| *byte == b';') {
        let name = part.split(|byte| *byte == b'=').next().unwrap_or_default();
        if name.trim_ascii() == b"b" && part.contains(&b'=') {
            parts.push(part.get(..=name.len()).unwrap_or(part));
        } else {
            parts.push(part);
        }
    }
    parts.join(&b';')
}

struct Key {
    bytes: Vec<u8>,
    tried_out: bool,
}

/// The key under which it says to be made.
fn key(tags: &Tags, algorithm: Algorithm, asked: &dyn Asked) -> Result<Key, Outcome> {
    let (selector, domain) = (tags.word("s"), tags.word("d"));
    let texts = asked.texts(&format!("{selector}._domainkey.{domain}"));
    let texts = texts.map_err(|why| match why {
        Unanswered::Nothing => Outcome::Bad("the domain has no such key"),
        Unanswered::Silent => Outcome::Unanswered,
    })?;
    let mut why = Outcome::Bad("the domain's key cannot be read");
    for text in &texts {
        match read_key(text, tags, algorithm) {
            Ok(key) => return Ok(key),
            Err(worse) => why = worse,
        }
    }
    Err(why)
}

fn read_key(text: &str, tags: &Tags, algorithm: Algorithm) -> Result<Key, Outcome> {
    let unreadable = Outcome::Bad("the domain's key cannot be read");
    let record = Tags::read(text).ok_or(unreadable)?;
    if record.get("v").is_some() && !record.begins("DKIM1") {
        return Err(unreadable);
    }
    let kind = match algorithm {
        Algorithm::Rsa => "rsa",
        Algorithm::Ed25519 => "ed25519",
    };
    let lists = |name: &str, any: &[&str]| {
        let list = record.word(name);
        list.is_empty() || list.split(':').any(|one| any.contains(&one.trim()))
    };
    let said = record.word("k");
    let same = said == kind || (said.is_empty() && algorithm == Algorithm::Rsa);
    if !same || !lists("h", &["sha256"]) || !lists("s", &["*", "email"]) {
        return Err(Outcome::Bad("the domain's key is for something else"));
    }
    let flags = record.word("t");
    let says = |flag: &str| flags.split(':').any(|one| one.trim() == flag);
    let identity = tags.word("i");
    let identity = identity.rsplit('@').next().unwrap_or_default();
    if says("s") && !identity.is_empty() && identity != tags.word("d") {
        return Err(Outcome::Bad("the domain's key is for its own name alone"));
    }
    let packed = record.packed("p");
    if packed.is_empty() {
        return Err(Outcome::Bad("the domain has withdrawn its key"));
    }
    Ok(Key {
        bytes: decoded(&packed).ok_or(unreadable)?,
        tried_out: says("y"),
    })
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    let padded = Base64::decode_vec(text);
    padded.or_else(|_| Base64Unpadded::decode_vec(text)).ok()
}
