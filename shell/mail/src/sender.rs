//! As whom the house writes.

use kept_kernel::Id;

use crate::dkim::DkimKey;
use crate::letter::Voice;
use crate::marks::Marks;

/// As whom the house writes a letter.
#[derive(Clone, Debug, Default)]
pub struct Sender {
    /// `Harrowmere Instruments`.
    pub name: String,
    /// `desk@harrowmere.example`.
    pub email: String,
    /// What stands below each letter; `{name}` is whoever writes. May be empty.
    pub signature: String,
    /// Whether the mailbox also gets what goes to its address with a `+` and more before the `@`.
    pub plus: bool,
    /// Where people reach the house, without a slash at the end: `https://desk.harrowmere.example`.
    pub base_url: String,
    /// By which our mails are known again. None: by the ids of their parcels alone.
    pub marks: Option<Marks>,
    /// What signs them. None: nothing.
    pub dkim: Option<DkimKey>,
}

/// What a mailbox says of itself in the letters that go from it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// Its address.
    pub email: String,
    /// What it is called; empty: as the house.
    pub name: String,
    /// What stands below its letters; may be empty.
    pub signature: String,
    /// Whether it gets what goes to its address with a `+` and more.
    pub plus: bool,
}

/// The field of a signature that stands for whoever writes.
const NAME: &str = "{name}";

/// What stands in braces in a signature and is no field of one, with its braces; none: all that does is known.
pub fn unknown_field(signature: &str) -> Option<&str> {
    let mut rest = signature;
    while let Some(at) = rest.find('{') {
        let from = rest.get(at..)?;
        // A brace that nothing closes on its line is a letter like others.
        let end = from.find(['}', '\n']).unwrap_or(from.len());
        let closed = from.get(..=end).filter(|field| field.ends_with('}'));
        if let Some(field) = closed.filter(|field| *field != NAME) {
            return Some(field);
        }
        rest = from.get(end.max(1)..)?;
    }
    None
}

impl Sender {
    /// As the house, for a letter that goes from a mailbox of it.
    #[must_use]
    pub fn from_mailbox(&self, identity: Identity) -> Self {
        let name = match identity.name.trim() {
            "" => self.name.clone(),
            name => name.to_owned(),
        };
        Self {
            name,
            email: identity.email,
            signature: identity.signature,
            plus: identity.plus,
            ..self.clone()
        }
    }

    /// `Maya Okonkwo, Harrowmere Instruments`.
    pub(crate) fn name_for(&self, voice: &Voice) -> String {
        match voice {
            Voice::Person(name) if self.name.is_empty() => name.clone(),
            Voice::Person(name) => format!("{name}, {}", self.name),
            Voice::Machine | Voice::Answer => self.name.clone(),
        }
    }

    /// The id that a parcel has as a message.
    pub(crate) fn own_id(&self, parcel: Id) -> String {
        let domain = self.email.rsplit('@').next().unwrap_or("localhost");
        let token = match &self.marks {
            Some(marks) => marks.token(parcel),
            None => parcel.to_string(),
        };
        format!("{token}@{domain}")
    }

    /// Our address with the mark of a parcel; none where the mailbox would not get it.
    pub(crate) fn plus_address(&self, parcel: Id) -> Option<String> {
        let marks = self.marks.as_ref().filter(|_| self.plus)?;
        let (local, domain) = self.email.rsplit_once('@')?;
        let address = format!("{local}+{}@{domain}", marks.token(parcel));
        // RFC 5321 gives the part before the @ 64 letters: with more of our own the mark has no room.
        (local.len() + 53 <= 64).then_some(address)
    }

    /// The signature as lines, with the name of whoever writes.
    pub(crate) fn signed(&self, voice: &Voice) -> Option<String> {
        let name = match voice {
            Voice::Person(name) => name,
            Voice::Machine | Voice::Answer => &self.name,
        };
        let text = self.signature.replace("\r\n", "\n").replace(NAME, name);
        let text = text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::unknown_field;

    #[test]
    fn a_signature_has_a_name_and_no_other_field() {
        for (signature, unknown) in [
            ("{name}\nHarrowmere", None),
            ("Regards :-{\n{name}", None),
            ("{", None),
            ("}{name}{", None),
            ("{name}\n{nonsense}", Some("{nonsense}")),
            ("{ name }", Some("{ name }")),
            ("{}", Some("{}")),
            ("{{name}}", Some("{{name}")),
        ] {
            assert_eq!(unknown_field(signature), unknown, "{signature}");
        }
    }
}
