//! The further numbers of a contact, beside the one that is called first: each with what it is.

use serde::{Deserialize, Serialize};

use super::{ContactDraft, Fault, folded_phone};

/// So many further numbers at most.
pub(crate) const MOST_PHONES: usize = 5;
/// The most letters of what a number is.
const LONGEST_KIND: usize = 30;
/// The most letters of a number.
const LONGEST_PHONE: usize = 60;

/// A further number of a contact.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ContactPhone)]
pub struct OtherPhone {
    /// What it is, like mobile, office or home, without figures; may be empty.
    #[serde(default)]
    #[schema(example = "mobile")]
    pub kind: String,
    /// The number.
    #[schema(example = "+358 40 123 4567")]
    pub phone: String,
}

impl OtherPhone {
    /// From a line like `mobile: +358 40 123 4567`: what stands before the number says what it is.
    pub(crate) fn of_line(line: &str) -> Self {
        let line = line.trim();
        let begins = |letter: char| letter.is_ascii_digit() || matches!(letter, '+' | '(');
        let (kind, phone) = line.split_at(line.find(begins).unwrap_or(0));
        Self {
            kind: kind.trim().trim_end_matches(':').trim_end().to_owned(),
            phone: phone.to_owned(),
        }
    }

    /// The line that it is read from.
    pub(crate) fn line(&self) -> String {
        match self.kind.as_str() {
            "" => self.phone.clone(),
            kind => format!("{kind}: {}", self.phone),
        }
    }

    /// Whether a line gives it back.
    fn fits(&self) -> bool {
        self.phone.chars().count() <= LONGEST_PHONE
            && self.kind.chars().count() <= LONGEST_KIND
            && !self.phone.contains(char::is_control)
            && !self.kind.contains(char::is_control)
            && folded_phone(&self.phone).is_some()
            && Self::of_line(&self.line()) == *self
    }
}

/// The numbers of a text, one a line.
pub(crate) fn of_lines(text: &str) -> Vec<OtherPhone> {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines.map(OtherPhone::of_line).collect()
}

/// The text that they are read from.
pub(crate) fn lines(phones: &[OtherPhone]) -> String {
    let all: Vec<String> = phones.iter().map(OtherPhone::line).collect();
    all.join("\n")
}

impl ContactDraft {
    /// The same with these further numbers. One that is there already, as the first number or before it in the list, is left out.
    ///
    /// # Errors
    ///
    /// One of them is none, or says too much; or there are too many.
    pub fn reached_at(mut self, phones: &[OtherPhone]) -> Result<Self, Fault> {
        let mut known = vec![folded_phone(&self.phone)];
        self.phones.clear();
        for one in phones {
            let one = OtherPhone {
                kind: one.kind.trim().to_owned(),
                phone: one.phone.trim().to_owned(),
            };
            if !one.fits() {
                let words = "Write whole numbers with their country or area, one a line, each with what it is: mobile: +358 40 123 4567.";
                return Err(Fault("phones", words.to_owned()));
            }
            let folded = folded_phone(&one.phone);
            if !known.contains(&folded) {
                known.push(folded);
                self.phones.push(one);
            }
        }
        if self.phones.len() > MOST_PHONES {
            let words = format!("Write at most {MOST_PHONES} further numbers.");
            return Err(Fault("phones", words));
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::{OtherPhone, lines, of_lines};
    use crate::model::ContactDraft;

    fn phone(kind: &str, phone: &str) -> OtherPhone {
        OtherPhone {
            kind: kind.to_owned(),
            phone: phone.to_owned(),
        }
    }

    #[test]
    fn a_line_says_what_a_number_is_and_is_read_as_it_was_written() {
        for (line, kind, number) in [
            ("mobile: +358 40 123 4567", "mobile", "+358 40 123 4567"),
            ("night crew (03) 123 4567", "night crew", "(03) 123 4567"),
            ("  040 1234567 ", "", "040 1234567"),
        ] {
            let read = of_lines(line);
            assert_eq!(read, [phone(kind, number)], "{line}");
            assert_eq!(of_lines(&lines(&read)), read, "{line}");
        }
        assert!(of_lines("\n \n").is_empty());
    }

    #[test]
    fn what_is_no_number_is_refused_and_what_is_known_is_left_out() {
        let contact = ContactDraft {
            phone: "+358 3 123 4567".to_owned(),
            ..ContactDraft::default()
        };
        for (kind, number) in [
            ("mobile", "12"),
            ("mobile", "Ask her"),
            ("line 2", "040 123 4567"),
            ("a\nb", "040 123 4567"),
        ] {
            assert!(
                contact.clone().reached_at(&[phone(kind, number)]).is_err(),
                "{kind}"
            );
        }
        let two = [
            phone("office", "+358 (3) 123-4567"),
            phone("mobile", "+358 40 123 4567"),
        ];
        let reached = contact
            .clone()
            .reached_at(&[&two[..], &two[..]].concat())
            .unwrap();
        assert_eq!(reached.phones, [phone("mobile", "+358 40 123 4567")]);
        let many: Vec<_> = (0..6)
            .map(|n| phone("", &format!("040 123 456{n}")))
            .collect();
        assert!(contact.reached_at(&many).is_err());
    }
}
