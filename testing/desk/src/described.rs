//! Answers of the API are those that its description names.

use serde_json::{Value, json};

use crate::browser::Answer;

/// Holds an answer against the description: one that it names, of the kind and with the fields that it says.
///
/// # Panics
///
/// When it is another one.
pub(crate) fn fits(description: &Value, (method, path): (&str, &str), answer: &Answer) {
    let plain = path.split('?').next().unwrap_or_default();
    let known = description.get("paths").and_then(Value::as_object).unwrap();
    let of = known
        .iter()
        .find(|(template, _)| is_of(template, plain))
        .and_then(|(_, item)| item.get(method.to_lowercase()));
    let schema = match of {
        // Neither path nor method is in the description: a problem it is all the same.
        None => json!({ "$ref": "#/components/schemas/Problem" }),
        Some(operation) => schema(operation, (method, path), answer),
    };
    // Bytes of a file are what they are.
    if answer.header("content-type").ends_with("json") {
        valid(description, &schema, &answer.json(), path);
    }
}

fn is_of(template: &str, path: &str) -> bool {
    let (template, path) = (template.split('/'), path.split('/'));
    template.clone().count() == path.clone().count()
        && template
            .zip(path)
            .all(|(one, other)| one == other || one.starts_with('{'))
}

/// What the description says of the body.
fn schema(operation: &Value, (method, path): (&str, &str), answer: &Answer) -> Value {
    let responses = operation.get("responses").unwrap();
    let status = answer.status.as_u16().to_string();
    let class = format!("{}XX", status.get(..1).unwrap());
    let named = responses.get(&status).or_else(|| responses.get(&class));
    let named = named.unwrap_or_else(|| {
        panic!(
            "{method} {path}: {status} is not described: {}",
            answer.text
        )
    });
    let kind = answer.header("content-type");
    let content = named.get("content").and_then(|content| content.get(&kind));
    let content =
        content.unwrap_or_else(|| panic!("{method} {path}: {status} is of the kind {kind}"));
    content.get("schema").unwrap().clone()
}

/// As much of JSON Schema as the description uses.
fn valid(whole: &Value, schema: &Value, value: &Value, at: &str) {
    if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
        let named = whole.pointer(name.trim_start_matches('#')).unwrap();
        return valid(whole, named, value, at);
    }
    let kinds: Vec<&str> = match schema.get("type") {
        Some(Value::String(kind)) => vec![kind],
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => return,
    };
    let kind = kind_of(value);
    assert!(kinds.contains(&kind), "{at}: {value} is not {kinds:?}");
    if let (Some(items), Value::Array(values)) = (schema.get("items"), value) {
        for value in values {
            valid(whole, items, value, at);
        }
    }
    let fields = schema.get("properties").and_then(Value::as_object);
    let (Some(fields), Value::Object(values)) = (fields, value) else {
        return;
    };
    let required = schema.get("required").and_then(Value::as_array);
    for required in required.into_iter().flatten().filter_map(Value::as_str) {
        assert!(
            values.contains_key(required),
            "{at}: {required} is missing in {value}"
        );
    }
    for (name, value) in values {
        let field = fields.get(name);
        let field = field.unwrap_or_else(|| panic!("{at}: {name} is not described"));
        valid(whole, field, value, &format!("{at}.{name}"));
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
