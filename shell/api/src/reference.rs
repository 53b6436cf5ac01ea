//! The reference of the API as a page, drawn on the server from the description.

use askama::Template;
use axum::response::Response;
use kept_ui::routes::{Routes, get};
use kept_ui::{Failure, Frame, Html, page, prose};
use serde_json::Value;

use crate::openapi::Description;
use crate::problem::{KINDS, ProblemKind};

#[derive(Template)]
#[template(path = "api/reference.html")]
struct ReferencePage {
    frame: Frame,
    about: Html,
    groups: Vec<Group>,
    problems: &'static [ProblemKind],
}

/// The operations of one room.
#[derive(Clone)]
struct Group {
    name: String,
    operations: Vec<Operation>,
}

#[derive(Clone)]
struct Operation {
    anchor: String,
    method: String,
    path: String,
    summary: String,
    words: String,
    parameters: Vec<Parameter>,
    scope: String,
    body: Option<String>,
    answers: Vec<Outcome>,
}

#[derive(Clone)]
struct Parameter {
    name: String,
    place: String,
    required: bool,
    words: String,
}

#[derive(Clone)]
struct Outcome {
    status: String,
    words: String,
    example: Option<String>,
}

/// The page, at `/api/v1`. It stands among the pages, for people who have signed in.
pub fn reference(description: &Description) -> Routes {
    let groups = groups(description.value());
    let about = text(description.value(), "/info/description");
    let show = move |frame: Frame| {
        let (groups, about) = (groups.clone(), about.clone());
        async move { show(frame, &about, groups) }
    };
    Routes::new().route("/api/v1", get(show))
}

fn show(frame: Frame, about: &str, groups: Vec<Group>) -> Result<Response, Failure> {
    if frame.viewer.is_none() {
        return Err(Failure::forbidden(
            "Sign in first",
            "The reference is for people of the company.",
        ));
    }
    Ok(page(&ReferencePage {
        frame: frame.titled("API").at("settings"),
        about: prose::prose(about),
        groups,
        problems: KINDS,
    }))
}

fn text(value: &Value, pointer: &str) -> String {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found.unwrap_or_default().to_owned()
}

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

fn groups(description: &Value) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let paths = description.get("paths").and_then(Value::as_object);
    for (path, item) in paths.into_iter().flatten() {
        for method in METHODS {
            let Some(one) = item.get(method) else {
                continue;
            };
            let name = text(one, "/tags/0");
            let operation = operation(description, (method, path), one);
            match groups.iter_mut().find(|group| group.name == name) {
                Some(group) => group.operations.push(operation),
                None => groups.push(Group {
                    name,
                    operations: vec![operation],
                }),
            }
        }
    }
    groups
}

fn operation(description: &Value, (method, path): (&str, &str), one: &Value) -> Operation {
    let parameters = one.get("parameters").and_then(Value::as_array);
    let answers = one.get("responses").and_then(Value::as_object);
    Operation {
        anchor: text(one, "/operationId"),
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: text(one, "/summary"),
        words: text(one, "/description").replace('`', ""),
        parameters: parameters.into_iter().flatten().map(parameter).collect(),
        scope: text(one, "/security/0/token/0"),
        body: one
            .get("requestBody")
            .and_then(|body| example(description, body)),
        answers: answers
            .into_iter()
            .flatten()
            .map(|(status, answer)| Outcome {
                status: status.clone(),
                words: text(answer, "/description"),
                example: example(description, answer),
            })
            .collect(),
    }
}

fn parameter(one: &Value) -> Parameter {
    Parameter {
        name: text(one, "/name"),
        place: text(one, "/in"),
        required: one
            .get("required")
            .and_then(Value::as_bool)
            .unwrap_or_default(),
        words: text(one, "/description"),
    }
}

/// The example of a body: its own, or one made of those of its fields.
fn example(description: &Value, of: &Value) -> Option<String> {
    let content = of.pointer("/content/application~1json")?;
    let made = content.get("example").cloned();
    let made = made.or_else(|| Some(made_of(description, content.get("schema")?, 0)))?;
    serde_json::to_string_pretty(&made).ok()
}

fn made_of(description: &Value, schema: &Value, depth: u8) -> Value {
    let example = schema
        .get("example")
        .or_else(|| schema.get("examples")?.get(0));
    if let Some(example) = example {
        return example.clone();
    }
    if depth > 6 {
        return Value::Null;
    }
    if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
        let named = description.pointer(name.trim_start_matches('#'));
        return named.map_or(Value::Null, |named| made_of(description, named, depth + 1));
    }
    if let Some(items) = schema.get("items") {
        return Value::Array(vec![made_of(description, items, depth + 1)]);
    }
    let fields = schema.get("properties").and_then(Value::as_object);
    let fields = fields.into_iter().flatten();
    let made: serde_json::Map<_, _> = fields
        .map(|(name, field)| (name.clone(), made_of(description, field, depth + 1)))
        .collect();
    if made.is_empty() {
        Value::Null
    } else {
        Value::Object(made)
    }
}
