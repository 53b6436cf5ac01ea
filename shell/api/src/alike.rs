//! What all operations have in common, written into the description once: how they refuse, a record's id in the path, the
//! key of a POST, the revision of a PUT, how numbers are written, the place of what was made. What a room says of these itself stands.

use serde_json::{Map, Value, json};

/// Completes every operation of a description.
pub(crate) fn complete(description: &mut Value) {
    let paths = description.get_mut("paths").and_then(Value::as_object_mut);
    for (path, item) in paths.into_iter().flatten() {
        let methods = item.as_object_mut();
        for (method, operation) in methods.into_iter().flatten() {
            if let Some(operation) = operation.as_object_mut() {
                parameters(operation, method, path);
                responses(operation);
            }
        }
    }
}

fn parameters(operation: &mut Map<String, Value>, method: &str, path: &str) {
    let id = (
        "id",
        "path",
        true,
        "Which one: its id, as a list or the answer to its making says",
    );
    let key = (
        "Idempotency-Key",
        "header",
        false,
        "A text of your own; the same gives the same answer for 24 hours",
    );
    let revision = (
        "If-Match",
        "header",
        true,
        "The ETag of the record as you read it",
    );
    let of_path = path.contains("{id}").then_some(id);
    let of_method = match method {
        "post" => Some(key),
        "put" => Some(revision),
        _ => None,
    };
    let said = operation.entry("parameters").or_insert_with(|| json!([]));
    let Some(said) = said.as_array_mut() else {
        return;
    };
    for one in said.iter_mut() {
        // 32 bits without a sign. Asking for more than a page has is no fault: see `Paged::limit`.
        let counts = one.pointer("/schema/format").and_then(Value::as_str) == Some("int32");
        if let Some(count) = one.as_object_mut().filter(|_| counts) {
            let least = u32::from(count.get("name").and_then(Value::as_str) == Some("limit"));
            let schema = json!({ "type": "integer", "minimum": least, "maximum": u32::MAX });
            count.insert("schema".to_owned(), schema);
        }
    }
    for (name, place, required, description) in of_path.into_iter().chain(of_method) {
        let is_said = |one: &Value| one.get("name").and_then(Value::as_str) == Some(name);
        if !said.iter().any(is_said) {
            said.push(json!({
                "name": name, "in": place, "required": required, "description": description,
                "schema": { "type": "string" },
            }));
        }
    }
}

fn responses(operation: &mut Map<String, Value>) {
    let said = operation.entry("responses").or_insert_with(|| json!({}));
    let Some(said) = said.as_object_mut() else {
        return;
    };
    for (status, description) in [("4XX", "Refused"), ("503", "Not now")] {
        said.entry(status).or_insert_with(|| {
            let problem = json!({ "$ref": "#/components/schemas/Problem" });
            json!({
                "description": description,
                "content": { "application/problem+json": { "schema": problem } },
            })
        });
    }
    let made = said.get_mut("201").and_then(Value::as_object_mut);
    let headers = made.map(|made| made.entry("headers").or_insert_with(|| json!({})));
    if let Some(headers) = headers.and_then(Value::as_object_mut) {
        headers.entry("Location").or_insert_with(
            || json!({ "description": "Where it is", "schema": { "type": "string" } }),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::complete;
    use serde_json::json;

    #[test]
    fn what_an_operation_leaves_out_is_completed_and_what_it_says_stands() {
        let mut description = json!({ "paths": { "/api/v1/things/{id}/end": { "post": {
            "parameters": [{ "name": "id", "in": "path", "description": "Which thing" }],
            "responses": { "201": { "description": "It is ended" }, "503": { "description": "Later" } },
        } } } });
        complete(&mut description);
        let at = |pointer: &str| {
            let place = format!("/paths/~1api~1v1~1things~1{{id}}~1end/post/{pointer}");
            description.pointer(&place).cloned().unwrap_or_default()
        };
        assert_eq!(at("parameters/0/description"), "Which thing");
        assert_eq!(at("parameters/1/name"), "Idempotency-Key");
        assert_eq!(at("parameters/2"), json!(null));
        assert_eq!(at("responses/4XX/description"), "Refused");
        assert_eq!(at("responses/503/description"), "Later");
        assert_eq!(
            at("responses/201/headers/Location/schema/type"),
            json!("string")
        );
    }
}
