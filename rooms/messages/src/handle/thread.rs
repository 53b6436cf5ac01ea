//! Which conversation a mail belongs to.
//!
//! An id that we gave out, which nobody can guess, counts whoever shows it. What else a mail says that it answers counts only from
//! somebody who takes part there; so does a number in the subject. Who passes a mail on begins something new.

use kept_kernel::Id;
use kept_mail::reading::Incoming;
use kept_mail::{Marks, Standing};
use kept_store::{Read, StoreError, params};

use crate::desk::Desk;
use crate::queries;

/// How it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    /// By an id of ours, which nobody can guess.
    Token,
    /// By a mail that we know, from somebody who takes part.
    Reference,
    /// By the number in the subject, from somebody who takes part.
    Number,
}

/// What a mail belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// This conversation.
    Thread(Standing, By),
    /// It names this one, and its sender does not take part there.
    Stranger(Standing),
    /// None.
    Nothing,
}

pub(super) fn find(
    (desk, marks): (&dyn Desk, &Marks),
    read: &Read<'_>,
    mail: &Incoming,
) -> Result<Found, StoreError> {
    if is_passed_on(mail) {
        return Ok(Found::Nothing);
    }
    if let Some(standing) = by_token((desk, marks), read, mail)? {
        return Ok(Found::Thread(standing, By::Token));
    }
    let mut named: Option<Standing> = None;
    let author = mail.author().map(|author| queries::folded(&author.email));
    let author = author.unwrap_or_default();
    for id in mail.answers() {
        let rows: Vec<(Id, Id, Vec<u8>)> = read.all(queries::WITH_ID, &params![id])?;
        let mut requests: Vec<Id> = rows.into_iter().map(|(_, request, _)| request).collect();
        // Our own, under the id that a provider gave it.
        if let Some(parcel) = queries::parcel_known_as(read, id)? {
            requests.extend(desk.of_message(read, parcel)?);
        }
        for request in requests {
            let Some(standing) = desk.standing(read, request)? else {
                continue;
            };
            if desk.takes_part(read, standing.request, &author)? {
                return Ok(Found::Thread(standing, By::Reference));
            }
            named.get_or_insert(standing);
        }
    }
    if let Some(number) = number_in(&mail.subject)
        && let Some(request) = desk.numbered(read, number)?
        && let Some(standing) = desk.standing(read, request)?
        && desk.takes_part(read, standing.request, &author)?
    {
        return Ok(Found::Thread(standing, By::Number));
    }
    Ok(named.map_or(Found::Nothing, Found::Stranger))
}

/// By an id of ours: behind the `+` of an address that it went to, or among what it answers, the nearest first.
pub(super) fn by_token(
    (desk, marks): (&dyn Desk, &Marks),
    read: &Read<'_>,
    mail: &Incoming,
) -> Result<Option<Standing>, StoreError> {
    let addresses = mail.recipients().chain(&mail.delivered_to);
    let addresses = addresses.map(|one| one.email.as_str());
    for text in addresses.chain(mail.answers()) {
        let Some(message) = marks.parcel(text) else {
            continue;
        };
        if let Some(request) = desk.of_message(read, message)?
            && let Some(standing) = desk.standing(read, request)?
        {
            return Ok(Some(standing));
        }
    }
    Ok(None)
}

/// `R-1042` in a subject.
pub(super) fn number_in(subject: &str) -> Option<u64> {
    let mut rest = subject;
    while let Some((before, after)) = rest.split_once("R-") {
        let begins = !before.ends_with(|letter: char| letter.is_alphanumeric());
        let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
        let ends = !after
            .get(digits.len()..)
            .is_some_and(|after| after.starts_with(|letter: char| letter.is_alphanumeric()));
        if begins && ends && (1..=12).contains(&digits.len()) {
            return digits.parse().ok();
        }
        rest = after;
    }
    None
}

/// Whether somebody passes on what somebody else wrote.
pub(super) fn is_passed_on(mail: &Incoming) -> bool {
    const MARKS: &[&str] = &[
        "fwd", "fw", "wg", "tr", "i", "rv", "enc", "vs", "doorst", "pd", "vb",
    ];
    const REPLIES: &[&str] = &["re", "aw", "sv", "antw", "ref", "res", "odp", "r"];
    let begin = mail.subject.split_once(':').map(|(begin, _)| begin);
    let begin = begin.map(|begin| {
        begin
            .trim()
            .trim_end_matches(|letter: char| "[]()0123456789".contains(letter))
    });
    let begin = begin.unwrap_or_default().to_lowercase();
    if MARKS.contains(&begin.as_str()) {
        return true;
    }
    !REPLIES.contains(&begin.as_str()) && carries_a_mail(&mail.text)
}

/// Whether a text has the line by which programs introduce a mail that is passed on.
fn carries_a_mail(text: &str) -> bool {
    const LINES: &[&str] = &[
        "forwarded message",
        "begin forwarded message:",
        "weitergeleitete nachricht",
        "anfang der weitergeleiteten nachricht:",
        "message transféré",
        "mensaje reenviado",
        "messaggio inoltrato",
        "doorgestuurd bericht",
    ];
    text.lines().take(200).any(|line| {
        let line = line.trim_matches(|letter: char| letter == '-' || letter.is_whitespace());
        LINES.contains(&line.to_lowercase().as_str())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_where_it_stands_alone() {
        for (subject, number) in [
            ("Re: [R-1042] Invoice", Some(1042)),
            ("R-7", Some(7)),
            ("Re: PR-1042", None),
            ("R-", None),
            ("R-12x and R-13", Some(13)),
            ("R-99999999999999999999", None),
            ("about 1042", None),
        ] {
            assert_eq!(number_in(subject), number, "{subject}");
        }
    }

    #[test]
    fn what_is_passed_on_is_known_by_its_subject_or_by_what_it_carries() {
        let mail = |subject: &str, text: &str| Incoming {
            subject: subject.to_owned(),
            text: text.to_owned(),
            ..Incoming::default()
        };
        for subject in [
            "Fwd: x",
            "FW: x",
            "WG: x",
            "TR: x",
            "I: x",
            "Fwd[2]: x",
            " fw : x",
        ] {
            assert!(is_passed_on(&mail(subject, "")), "{subject}");
        }
        for subject in ["Re: x", "AW: x", "x", "Invoice: late", "R: x"] {
            assert!(!is_passed_on(&mail(subject, "")), "{subject}");
        }
        let carried = "Look\n\n---------- Forwarded message ---------\nFrom: Li\n";
        assert!(is_passed_on(&mail("x", carried)));
        assert!(!is_passed_on(&mail("Re: x", carried)));
    }
}
