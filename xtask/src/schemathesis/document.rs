//! The API's document as the server serves it, with the scene in it: where it speaks of an id, the ids of things that are there
//! are among those that may be made up. Must never allow or forbid more than the document does.

use std::{fs, path::Path, time::Duration};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::scene::Scene;
use crate::demo;

/// Components whose seats are names.
const WITH_SEATS: [&str; 2] = ["SeatNames", "SeatsAndReason"];

pub(super) fn write(url: &str, scene: &Scene, file: &Path) -> Result<()> {
    let mut answer = demo::agent(Duration::from_secs(10)).get(format!("{url}/api/openapi.json")).call()?;
    let mut document = serde_json::from_str(&answer.body_mut().read_to_string()?)?;
    put(&mut document, scene)?;
    Ok(fs::write(file, document.to_string())?)
}

fn put(document: &mut Value, scene: &Scene) -> Result<()> {
    let schemas = &mut document["components"]["schemas"];
    for (component, ids) in &scene.ids {
        also(schemas.get_mut(component).with_context(|| format!("the document has no {component}"))?, ids);
    }
    for component in WITH_SEATS {
        let names = schemas.pointer_mut(&format!("/{component}/properties/seats/items"));
        also(names.with_context(|| format!("{component} has no seats"))?, &scene.seats);
    }
    Ok(())
}

/// The same schema, with some of its values named.
fn also(schema: &mut Value, values: &[String]) {
    let before = schema.take();
    *schema = json!({"anyOf": [{"enum": values}, before]});
}
