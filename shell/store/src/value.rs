//! Values that go into statements and come out of rows.

use kept_kernel::{Id, Instant};

use crate::error::StoreError;
use crate::row::Row;

/// A value to bind to a parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// Nothing known.
    Null,
    /// A whole number; instants in microseconds, money in minor units.
    Int(i64),
    /// A number with a fraction: measurements only, never money.
    Real(f64),
    /// Yes or no.
    Bool(bool),
    /// Text.
    Text(&'a str),
    /// Bytes.
    Blob(&'a [u8]),
    /// The identity of a record.
    Id(Id),
    /// A JSON text.
    Json(&'a str),
    /// Ids for `IN LIST($n)`.
    Ids(&'a [Id]),
    /// Numbers for `IN LIST($n)`.
    Ints(&'a [i64]),
    /// Texts for `IN LIST($n)`.
    Texts(&'a [&'a str]),
}

/// A value as it lies in a row, not copied.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ValueRef<'a> {
    /// Nothing known.
    Null,
    /// A whole number or a yes or no.
    Int(i64),
    /// A number with a fraction.
    Real(f64),
    /// Text or JSON.
    Text(&'a str),
    /// Bytes or an id.
    Blob(&'a [u8]),
}

impl ValueRef<'_> {
    pub(crate) const fn kind(self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Int(_) => "a whole number",
            Self::Real(_) => "a number with a fraction",
            Self::Text(_) => "text",
            Self::Blob(_) => "bytes",
        }
    }
}

/// The parameters of a statement, in the order of their numbers.
///
/// ```
/// use kept_store::{Value, params};
/// let name = String::from("Lindqvist");
/// assert_eq!(params![7, &name, None::<i64>], [Value::Int(7), Value::Text("Lindqvist"), Value::Null]);
/// ```
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { [$($crate::Value::from($value)),*] };
}

macro_rules! from {
    ($($from:ty => |$value:ident| $to:expr;)+) => {
        $(impl<'a> From<$from> for Value<'a> {
            fn from($value: $from) -> Self { $to }
        })+
    };
}

from! {
    i64 => |value| Self::Int(value);
    i32 => |value| Self::Int(value.into());
    u32 => |value| Self::Int(value.into());
    u16 => |value| Self::Int(value.into());
    u8 => |value| Self::Int(value.into());
    f64 => |value| Self::Real(value);
    bool => |value| Self::Bool(value);
    Id => |value| Self::Id(value);
    Instant => |value| Self::Int(value.micros());
    &'a str => |value| Self::Text(value);
    &'a String => |value| Self::Text(value);
    &'a [u8] => |value| Self::Blob(value);
    &'a Vec<u8> => |value| Self::Blob(value);
    &'a [Id] => |value| Self::Ids(value);
    &'a [i64] => |value| Self::Ints(value);
    &'a [&'a str] => |value| Self::Texts(value);
}

impl<'a, const N: usize> From<&'a [u8; N]> for Value<'a> {
    fn from(value: &'a [u8; N]) -> Self {
        Self::Blob(value)
    }
}

impl<'a, T> From<Option<T>> for Value<'a>
where
    Value<'a>: From<T>,
{
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Value::from)
    }
}

impl<'a> From<&'a Option<String>> for Value<'a> {
    fn from(value: &'a Option<String>) -> Self {
        value.as_deref().into()
    }
}

/// A type that a column can be read as.
pub trait FromValue<'a>: Sized {
    /// What it is called in messages.
    const EXPECTED: &'static str;

    /// The value, or nothing when the column holds something else.
    fn from_value(value: ValueRef<'a>) -> Option<Self>;
}

macro_rules! from_value {
    ($($to:ty, $expected:literal: $pattern:pat => $value:expr;)+) => {
        $(impl<'a> FromValue<'a> for $to {
            const EXPECTED: &'static str = $expected;
            fn from_value(value: ValueRef<'a>) -> Option<Self> {
                match value { $pattern => $value, _ => None }
            }
        })+
    };
}

from_value! {
    i64, "a whole number": ValueRef::Int(value) => Some(value);
    u32, "a whole number of at most 32 bits": ValueRef::Int(value) => value.try_into().ok();
    i32, "a whole number of at most 32 bits": ValueRef::Int(value) => value.try_into().ok();
    u64, "a whole number that is not negative": ValueRef::Int(value) => value.try_into().ok();
    bool, "yes or no": ValueRef::Int(value) => match value { 0 => Some(false), 1 => Some(true), _ => None };
    &'a str, "text": ValueRef::Text(value) => Some(value);
    String, "text": ValueRef::Text(value) => Some(value.to_owned());
    &'a [u8], "bytes": ValueRef::Blob(value) => Some(value);
    Vec<u8>, "bytes": ValueRef::Blob(value) => Some(value.to_vec());
    Id, "an id": ValueRef::Blob(value) => value.try_into().ok().map(Id::from_bytes);
    Instant, "an instant": ValueRef::Int(value) => Some(Instant::from_micros(value));
    [u8; 32], "32 bytes": ValueRef::Blob(value) => value.try_into().ok();
}

impl<'a> FromValue<'a> for f64 {
    const EXPECTED: &'static str = "a number";

    fn from_value(value: ValueRef<'a>) -> Option<Self> {
        match value {
            ValueRef::Real(value) => Some(value),
            ValueRef::Int(value) => Some(value as Self),
            _ => None,
        }
    }
}

impl<'a, T: FromValue<'a>> FromValue<'a> for Option<T> {
    const EXPECTED: &'static str = T::EXPECTED;

    fn from_value(value: ValueRef<'a>) -> Option<Self> {
        match value {
            ValueRef::Null => Some(None),
            value => T::from_value(value).map(Some),
        }
    }
}

/// A type that a whole row can be read as, by the places of its columns.
pub trait FromRow: Sized {
    /// Reads the row.
    ///
    /// # Errors
    ///
    /// [`StoreError::Shape`] where a column is not what is asked for.
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError>;
}

macro_rules! tuples {
    ($($($name:ident $at:tt),+;)+) => {
        $(impl<$($name),+> FromRow for ($($name,)+)
        where
            $($name: for<'a> FromValue<'a>),+
        {
            fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
                Ok(($(row.get::<$name>($at)?,)+))
            }
        })+
    };
}

tuples! {
    A 0;
    A 0, B 1;
    A 0, B 1, C 2;
    A 0, B 1, C 2, D 3;
    A 0, B 1, C 2, D 3, E 4;
    A 0, B 1, C 2, D 3, E 4, F 5;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7;
}
