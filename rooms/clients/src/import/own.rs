//! Columns that are fields of the company's own.

use kept_store::{Read, StoreError};

use super::uses::plain;
use crate::model::{Fault, Field, FieldId};
use crate::queries;

/// What stands before a field's id in the use of a column.
const PREFIX: &str = "field:";

/// The fields of the company's own that are in use.
pub(crate) fn fields(read: &Read<'_>) -> Result<Vec<Field>, StoreError> {
    read.all(queries::FIELDS, &[])
}

/// A field's name in forms.
pub(crate) fn use_of(field: &Field) -> String {
    format!("{PREFIX}{}", field.id)
}

/// The field that a column is, where it is one.
pub(super) fn field_of<'f>(fields: &'f [Field], used: &str) -> Option<&'f Field> {
    let id = used.strip_prefix(PREFIX)?;
    fields.iter().find(|field| field.id.to_string() == id)
}

/// Columns that are nothing else yet and are called like a field become that field; each field once.
pub(super) fn guessed(fields: &[Field], columns: &[String], uses: &mut [String]) {
    let mut left: Vec<&Field> = fields.iter().collect();
    for (column, used) in columns.iter().zip(uses).filter(|(_, used)| used.is_empty()) {
        let same = |field: &&Field| plain(&field.label) == plain(column);
        if let Some(place) = left.iter().position(same) {
            *used = use_of(left.remove(place));
        }
    }
}

/// What a line says of them.
pub(super) fn said(
    fields: &[Field],
    uses: &[String],
    cells: &[String],
) -> Result<Vec<(FieldId, String)>, Vec<Fault>> {
    let (mut values, mut faults) = (Vec::new(), Vec::new());
    for (used, cell) in uses.iter().zip(cells).filter(|(_, cell)| !cell.is_empty()) {
        let Some(field) = field_of(fields, used) else {
            continue;
        };
        match field.fitting(cell) {
            Some(value) => values.push((field.id, value)),
            None => faults.push(Fault(
                "value",
                format!("{}: {}", field.label, field.kind.advice()),
            )),
        }
    }
    if faults.is_empty() {
        Ok(values)
    } else {
        Err(faults)
    }
}
