//! Values on their way to and from a PostgreSQL server, in its binary form.

use std::error::Error;

use bytes::{Bytes, BytesMut};
use tokio_postgres::types::{FromSql, IsNull, Kind, ToSql, Type, to_sql_checked};

use crate::value::{Value, ValueRef};

/// A column as it came, taken apart by the type that the server names.
pub(crate) struct Raw<'a>(pub ValueRef<'a>);

impl<'a> FromSql<'a> for Raw<'a> {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        let value = match *ty {
            Type::INT8 => ValueRef::Int(i64::from_sql(ty, raw)?),
            Type::INT4 => ValueRef::Int(i32::from_sql(ty, raw)?.into()),
            Type::INT2 => ValueRef::Int(i16::from_sql(ty, raw)?.into()),
            Type::BOOL => ValueRef::Int(bool::from_sql(ty, raw)?.into()),
            Type::FLOAT8 => ValueRef::Real(f64::from_sql(ty, raw)?),
            Type::FLOAT4 => ValueRef::Real(f32::from_sql(ty, raw)?.into()),
            Type::UUID | Type::BYTEA => ValueRef::Blob(raw),
            // A byte that numbers the binary form stands before the text.
            Type::JSONB => match raw {
                [1, text @ ..] => ValueRef::Text(std::str::from_utf8(text)?),
                _ => return Err("a form of JSONB that is not known".into()),
            },
            _ => ValueRef::Text(std::str::from_utf8(raw)?),
        };
        Ok(Self(value))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(ValueRef::Null))
    }

    fn accepts(ty: &Type) -> bool {
        matches!(
            *ty,
            Type::INT8
                | Type::INT4
                | Type::INT2
                | Type::BOOL
                | Type::FLOAT8
                | Type::FLOAT4
                | Type::UUID
                | Type::BYTEA
                | Type::JSON
                | Type::JSONB
                | Type::TEXT
                | Type::VARCHAR
                | Type::NAME
        )
    }
}

impl ToSql for Value<'_> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Self::Null => return Ok(IsNull::Yes),
            Self::Int(value) => return whole(*value, ty, out),
            Self::Bool(value) if *ty != Type::BOOL => return whole(i64::from(*value), ty, out),
            Self::Bool(value) => out.extend_from_slice(&[u8::from(*value)]),
            Self::Real(value) => return value.to_sql(&Type::FLOAT8, out),
            Self::Id(id) if matches!(*ty, Type::UUID | Type::BYTEA) => {
                out.extend_from_slice(&id.bytes());
            }
            Self::Blob(bytes) if matches!(*ty, Type::UUID | Type::BYTEA) => {
                out.extend_from_slice(bytes);
            }
            Self::Text(text) | Self::Json(text) => return text_as(text, ty, out),
            Self::Ints(list) => return list.to_sql(ty, out),
            Self::Texts(list) => return list.to_sql(ty, out),
            Self::Ids(list) => {
                let elements: Vec<_> = list.iter().map(|id| Value::Id(*id)).collect();
                return match ty.kind() {
                    Kind::Array(_) => elements.to_sql(ty, out),
                    _ => Err(refuse(self, ty)),
                };
            }
            Self::Id(_) | Self::Blob(_) => return Err(refuse(self, ty)),
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// A value in its binary form; none: nothing known.
#[derive(Clone, Debug)]
pub(crate) struct Encoded(Option<Bytes>);

impl Encoded {
    /// As a parameter of this type. The error says what does not fit.
    pub(crate) fn of(value: &Value<'_>, ty: &Type) -> Result<Self, Box<dyn Error + Sync + Send>> {
        let mut out = BytesMut::new();
        Ok(Self(match value.to_sql(ty, &mut out)? {
            IsNull::Yes => None,
            IsNull::No => Some(out.freeze()),
        }))
    }
}

impl ToSql for Encoded {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        let Some(bytes) = &self.0 else {
            return Ok(IsNull::Yes);
        };
        out.extend_from_slice(bytes);
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

fn whole(
    value: i64,
    ty: &Type,
    out: &mut BytesMut,
) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
    match *ty {
        Type::INT8 => value.to_sql(ty, out),
        Type::INT4 => i32::try_from(value)?.to_sql(ty, out),
        Type::INT2 => i16::try_from(value)?.to_sql(ty, out),
        Type::FLOAT8 => (value as f64).to_sql(ty, out),
        Type::BOOL => (value != 0).to_sql(ty, out),
        _ => Err(refuse(&Value::Int(value), ty)),
    }
}

fn text_as(
    text: &str,
    ty: &Type,
    out: &mut BytesMut,
) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
    match *ty {
        Type::JSONB => out.extend_from_slice(&[1]),
        Type::JSON | Type::TEXT | Type::VARCHAR | Type::NAME => {}
        _ => return Err(refuse(&Value::Text(text), ty)),
    }
    // PostgreSQL has no text with a zero character; SQLite would cut it off when it is read.
    if text.contains('\0') {
        return Err("a text must not hold the character U+0000".into());
    }
    out.extend_from_slice(text.as_bytes());
    Ok(IsNull::No)
}

fn refuse(value: &Value<'_>, ty: &Type) -> Box<dyn Error + Sync + Send> {
    let kind = match value {
        Value::Null => "nothing",
        Value::Int(_) | Value::Bool(_) => "a whole number",
        Value::Real(_) => "a number",
        Value::Text(_) | Value::Json(_) => "a text",
        Value::Blob(_) => "bytes",
        Value::Id(_) => "an id",
        Value::Ids(_) | Value::Ints(_) | Value::Texts(_) => "a list",
    };
    format!("{kind} was bound where the server expects {ty}").into()
}
