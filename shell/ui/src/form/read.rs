//! From the fields of a form to one typed input, with every error at its field.

use std::cell::RefCell;
use std::fmt;

use serde::de::value::StrDeserializer;
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, IntoDeserializer, MapAccess, SeqAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::filled::Filled;

/// The input, when all of it could be read; the errors go to their fields.
pub fn input<T: DeserializeOwned>(filled: &mut Filled) -> Option<T> {
    let notes = RefCell::new(Vec::new());
    let read = T::deserialize(Whole {
        filled,
        notes: &notes,
    });
    let notes = notes.into_inner();
    for (field, message) in &notes {
        if field.is_empty() {
            filled.refuse(message.clone());
        } else {
            filled.note(field, message);
        }
    }
    match read {
        Ok(input) if notes.is_empty() => Some(input),
        Ok(_) => None,
        Err(error) => {
            if notes.is_empty() {
                filled.refuse(error.0);
            }
            None
        }
    }
}

type Notes = RefCell<Vec<(String, String)>>;

/// A message for a person.
#[derive(Debug)]
struct Wrong(String);

impl fmt::Display for Wrong {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for Wrong {}

impl de::Error for Wrong {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }

    fn unknown_variant(_variant: &str, _expected: &'static [&'static str]) -> Self {
        Self("Choose one of the list.".to_owned())
    }
}

const SHAPE: &str = "This form cannot be read: its input is no plain list of fields.";

/// A form as a whole: only a struct with named fields can be read from it.
struct Whole<'a> {
    filled: &'a Filled,
    notes: &'a Notes,
}

impl<'de> de::Deserializer<'de> for Whole<'_> {
    type Error = Wrong;

    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Wrong> {
        Err(Wrong(SHAPE.to_owned()))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        for name in self.filled.names() {
            if !fields.contains(&name) {
                let message = format!(
                    "The field “{name}” is not known here. Load the page again and send it once more."
                );
                self.notes.borrow_mut().push((String::new(), message));
            }
        }
        visitor.visit_map(Fields {
            form: self,
            rest: fields.iter(),
            field: "",
        })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// The fields that the input has, one after the other, whether they were sent or not.
struct Fields<'a> {
    form: Whole<'a>,
    rest: std::slice::Iter<'static, &'static str>,
    field: &'static str,
}

impl<'de> MapAccess<'de> for Fields<'_> {
    type Error = Wrong;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Wrong> {
        let Some(field) = self.rest.next() else {
            return Ok(None);
        };
        self.field = field;
        let name: StrDeserializer<'_, Wrong> = field.into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Wrong> {
        let values: Vec<&str> = self.form.filled.all(self.field).collect();
        let notes = self.form.notes;
        let field = self.field;
        seed.deserialize(Value {
            values: &values,
            field,
            notes,
        })
        .inspect_err(|error| notes.borrow_mut().push((field.to_owned(), error.0.clone())))
    }
}

/// What was sent for one field.
#[derive(Clone, Copy)]
struct Value<'a> {
    values: &'a [&'a str],
    field: &'static str,
    notes: &'a Notes,
}

impl Value<'_> {
    /// The one value; browsers send line ends as CR LF.
    fn one(self) -> Result<String, Wrong> {
        match self.values {
            [] => Ok(String::new()),
            [value] => Ok(value.replace("\r\n", "\n")),
            _ => Err(Wrong("Only one value can be given here.".to_owned())),
        }
    }

    /// A number, or nought and a note, so that the other fields are looked at as well.
    fn number<N: std::str::FromStr + Default>(self, how: &str) -> Result<N, Wrong> {
        let text = self.one()?;
        let text = text.trim();
        if let Ok(number) = text.parse() {
            return Ok(number);
        }
        let message = if text.is_empty() {
            "Fill this in.".to_owned()
        } else {
            format!("“{text}” is not {how}.")
        };
        self.notes
            .borrow_mut()
            .push((self.field.to_owned(), message));
        Ok(N::default())
    }
}

macro_rules! numbers {
    ($($method:ident $visit:ident $kind:ty, $how:literal;)+) => { $(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
            visitor.$visit(self.number::<$kind>($how)?)
        }
    )+ };
}

impl<'de> de::Deserializer<'de> for Value<'_> {
    type Error = Wrong;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_string(self.one()?)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self.one()?.as_str() {
            "" | "off" | "false" => visitor.visit_bool(false),
            "on" | "true" => visitor.visit_bool(true),
            _ => Err(Wrong("Choose yes or no.".to_owned())),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        if self.values.iter().all(|value| value.trim().is_empty()) {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_seq(Several {
            rest: self.values.iter(),
            of: self,
        })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        let word = self.one()?;
        visitor.visit_enum(IntoDeserializer::<Wrong>::into_deserializer(word))
    }

    numbers! {
        deserialize_i8 visit_i8 i8, "a whole number";
        deserialize_i16 visit_i16 i16, "a whole number";
        deserialize_i32 visit_i32 i32, "a whole number";
        deserialize_i64 visit_i64 i64, "a whole number";
        deserialize_u8 visit_u8 u8, "a whole number from 0 to 255";
        deserialize_u16 visit_u16 u16, "a whole number from 0 to 65535";
        deserialize_u32 visit_u32 u32, "a whole number from 0";
        deserialize_u64 visit_u64 u64, "a whole number from 0";
        deserialize_f32 visit_f32 f32, "a number, written like 12.5";
        deserialize_f64 visit_f64 f64, "a number, written like 12.5";
    }

    forward_to_deserialize_any! {
        i128 u128 char str string bytes byte_buf unit unit_struct tuple tuple_struct map struct identifier ignored_any
    }
}

/// The values of a field that may have several.
struct Several<'a> {
    rest: std::slice::Iter<'a, &'a str>,
    of: Value<'a>,
}

impl<'de> SeqAccess<'de> for Several<'_> {
    type Error = Wrong;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Wrong> {
        let Some(value) = self.rest.next() else {
            return Ok(None);
        };
        let one = Value {
            values: &[value],
            ..self.of
        };
        seed.deserialize(one).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use crate::form::Form;

    #[derive(Deserialize, Debug, PartialEq)]
    #[serde(rename_all = "lowercase")]
    enum Channel {
        Mail,
        Phone,
    }

    #[derive(Deserialize, Debug, PartialEq)]
    struct Call {
        subject: String,
        channel: Channel,
        minutes: u32,
        callback: Option<u16>,
        urgent: bool,
        people: Vec<u64>,
    }

    #[test]
    fn a_form_is_read_into_its_input() {
        let form = Form::<Call>::of(
            b"csrf=ab&subject=Invoice+1182%0D%0Ais+wrong&channel=phone&minutes=+12&callback=&urgent=on&people=3&people=5",
        );
        let (call, filled) = form.read().unwrap();
        let expected = Call {
            subject: "Invoice 1182\nis wrong".to_owned(),
            channel: Channel::Phone,
            minutes: 12,
            callback: None,
            urgent: true,
            people: vec![3, 5],
        };
        assert_eq!(call, expected);
        assert!(!filled.is_wrong());
    }

    #[test]
    fn every_error_stands_at_its_field_and_every_value_is_kept() {
        let filled = Form::<Call>::of(b"subject=Late&channel=phone&minutes=soon&callback=99999")
            .read()
            .unwrap_err();
        assert_eq!(
            filled.error("minutes"),
            Some("“soon” is not a whole number from 0.")
        );
        assert_eq!(
            filled.error("callback"),
            Some("“99999” is not a whole number from 0 to 65535.")
        );
        assert_eq!(
            (filled.value("subject"), filled.value("minutes")),
            ("Late", "soon")
        );
        assert!(filled.error("subject").is_none() && filled.error("urgent").is_none());
    }

    #[test]
    fn a_field_that_the_input_does_not_have_is_refused() {
        let filled = Form::<Call>::of(b"subject=a&channel=mail&minutes=1&role=administrator")
            .read()
            .unwrap_err();
        let notice = filled.problem("The call is not logged.").to_string();
        assert!(notice.contains("“role” is not known here"), "{notice}");
    }

    #[test]
    fn a_second_value_of_a_single_field_is_refused() {
        let filled = Form::<Call>::of(b"subject=a&subject=b&channel=mail&minutes=1")
            .read()
            .unwrap_err();
        assert_eq!(
            filled.error("subject"),
            Some("Only one value can be given here.")
        );
    }

    #[test]
    fn a_choice_that_is_not_offered_is_refused() {
        let filled = Form::<Call>::of(b"subject=a&channel=pigeon&minutes=1")
            .read()
            .unwrap_err();
        assert_eq!(filled.error("channel"), Some("Choose one of the list."));
    }

    #[test]
    fn a_password_is_never_sent_back() {
        let filled = Form::<Call>::of(b"subject=secret").read().unwrap_err();
        assert!(
            !filled
                .password("subject", "Password")
                .to_string()
                .contains("secret")
        );
        assert!(
            filled
                .text("subject", "Subject")
                .to_string()
                .contains("secret")
        );
    }

    #[test]
    fn what_was_written_is_escaped_where_it_is_shown() {
        let filled = Form::<Call>::of(b"subject=%3Cscript%3E%22%27&minutes=%3Cb%3E")
            .read()
            .unwrap_err();
        for field in [
            filled.text("subject", "S"),
            filled.area("subject", "S"),
            filled.text("minutes", "M"),
        ] {
            let html = field.to_string();
            assert!(
                !html.contains("<script>") && !html.contains("<b>") && !html.contains("\"'"),
                "{html}"
            );
        }
    }
}
