//! Holds what the server answers against `docs/openapi.json`: the route, the status, the headers, the media type and the
//! body, in which nothing may be that the document does not know. Every answer of every journey comes through here.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex};

use jsonschema::Validator;
use reqwest::header::HeaderMap;
use serde_json::{Map, Value, json};

/// The document that the repository has; a test compares it with the one that is served.
pub(crate) static DOCUMENT: LazyLock<Document> = LazyLock::new(|| {
    let text = std::fs::read_to_string(path()).expect("docs/openapi.json; FRONTROW_BLESS=1 writes it");
    Document::new(serde_json::from_str(&text).expect("JSON"))
});

pub(crate) fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/openapi.json")
}

/// An answer as it came.
pub(crate) struct Seen<'a> {
    pub(crate) method: &'a str,
    /// Without the query.
    pub(crate) path: &'a str,
    pub(crate) status: u16,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) bytes: &'a [u8],
}

pub(crate) struct Document {
    /// As it was written.
    pub(crate) root: Value,
    /// The same schemas, in which nothing is allowed that is not named.
    closed: Value,
    compiled: Mutex<HashMap<String, Arc<Validator>>>,
}

impl Document {
    pub(crate) fn new(root: Value) -> Self {
        let mut closed = root["components"].clone();
        for schema in closed["schemas"].as_object_mut().expect("schemas").values_mut() {
            close(schema, false);
        }
        Self { root, closed, compiled: Mutex::default() }
    }

    /// What is wrong with an answer, if anything.
    pub(crate) fn complaint(&self, seen: &Seen<'_>) -> Option<String> {
        let Some((template, item)) = self.path_item(seen.path) else {
            return (seen.status != 404).then(|| "a route that the document does not have".into());
        };
        let Some(operation) = item.get(seen.method.to_ascii_lowercase()) else {
            return (seen.status != 405).then(|| format!("a method that {template} does not have in the document"));
        };
        let Some(response) = operation["responses"].get(seen.status.to_string()) else {
            return Some(format!("{template} does not answer {} in the document", seen.status));
        };
        let response = self.resolve(response);
        let named = response["headers"].as_object().into_iter().flat_map(Map::keys);
        if let Some(name) = named.into_iter().find(|name| !seen.headers.contains_key(name.as_str())) {
            return Some(format!("{template}, {}: the header {name} is missing", seen.status));
        }
        self.body_complaint(seen, response).map(|why| format!("{template}, {}: {why}", seen.status))
    }

    fn body_complaint(&self, seen: &Seen<'_>, response: &Value) -> Option<String> {
        let Some(content) = response.get("content") else {
            return (!seen.bytes.is_empty()).then(|| "there should be no body".into());
        };
        let media_type = seen.headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let media_type = media_type.split(';').next().unwrap_or_default();
        let Some(media) = content.get(media_type) else {
            return Some(format!("{media_type:?} is not in the document"));
        };
        if !media_type.ends_with("json") {
            return None;
        }
        match serde_json::from_slice(seen.bytes) {
            Ok(body) => self.misfit(&media["schema"], &body, true),
            Err(error) => Some(error.to_string()),
        }
    }

    /// What is wrong with the body of a request that the server took.
    pub(crate) fn request_complaint(&self, method: &str, path: &str, body: &Value) -> Option<String> {
        let (template, item) = self.path_item(path)?;
        let schema =
            &item.get(method.to_ascii_lowercase())?.get("requestBody")?["content"]["application/json"]["schema"];
        self.misfit(schema, body, false).map(|why| format!("{template} took {body}: {why}"))
    }

    /// Why a value does not fit a schema of the document.
    pub(crate) fn misfit(&self, schema: &Value, value: &Value, is_closed: bool) -> Option<String> {
        let validator = self.validator(schema, is_closed);
        let why: Vec<_> =
            validator.iter_errors(value).map(|error| format!("{} at {}", error, error.instance_path())).collect();
        (!why.is_empty()).then(|| why.join("; "))
    }

    /// Why a value does not fit the component of this name.
    pub(crate) fn component_misfit(&self, name: &str, value: &Value) -> Option<String> {
        self.misfit(&json!({"$ref": format!("#/components/schemas/{name}")}), value, true)
    }

    fn validator(&self, schema: &Value, is_closed: bool) -> Arc<Validator> {
        let key = format!("{is_closed} {schema}");
        let mut compiled = self.compiled.lock().unwrap();
        let compile = || {
            let mut whole = schema.clone();
            let components = if is_closed { &self.closed } else { &self.root["components"] };
            if is_closed {
                close(&mut whole, true);
            }
            let whole = json!({"allOf": [whole], "components": components});
            let options = jsonschema::options().should_validate_formats(true);
            Arc::new(options.build(&whole).expect("a schema"))
        };
        Arc::clone(compiled.entry(key).or_insert_with(compile))
    }

    fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        let Some(place) = value.get("$ref").and_then(Value::as_str) else { return value };
        self.root.pointer(place.trim_start_matches('#')).expect("what is referred to")
    }

    /// The path of the document that a request's path is; one without parameters before one with.
    fn path_item(&self, path: &str) -> Option<(&str, &Value)> {
        let fits = |template: &str| {
            let (template, path) = (template.split('/'), path.split('/'));
            template.clone().count() == path.clone().count()
                && template.zip(path).all(|(named, given)| named.starts_with('{') || named == given)
        };
        let paths = self.root["paths"].as_object().expect("paths").iter();
        let found =
            paths.filter(|(template, _)| fits(template)).min_by_key(|(template, _)| template.matches('{').count());
        found.map(|(template, item)| (template.as_str(), item))
    }
}

/// Refuses members that a schema does not name. The parts of an `allOf` stay open: they are closed where they are put
/// together, as are components where they are used.
fn close(schema: &mut Value, here: bool) {
    let Some(members) = schema.as_object_mut() else { return };
    for name in ["allOf", "oneOf", "anyOf"] {
        for part in members.get_mut(name).and_then(Value::as_array_mut).into_iter().flatten() {
            close(part, false);
        }
    }
    for property in members.get_mut("properties").and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut) {
        close(property, true);
    }
    for name in ["items", "additionalProperties"] {
        if let Some(inner) = members.get_mut(name) {
            close(inner, true);
        }
    }
    let is_shape = ["$ref", "properties", "allOf", "oneOf"].iter().any(|name| members.contains_key(*name));
    if here && is_shape {
        members.insert("unevaluatedProperties".into(), false.into());
    }
}
