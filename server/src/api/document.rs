//! The document around the routes: title, subjects, ways to sign in, and the components, each name with one meaning.

use std::collections::{BTreeMap, BTreeSet};

use utoipa::openapi::info::{InfoBuilder, LicenseBuilder};
use utoipa::openapi::path::Paths;
use utoipa::openapi::schema::ComponentsBuilder;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{OpenApi, OpenApiBuilder, RefOr, Schema, Server};

use super::operation::Schemas;
use super::{about, frames, problems};

const INTRODUCTION: &str = "Live seat maps and tickets. Times are RFC 3339 in UTC; durations carry their unit in their \
    name; money is in minor units. Every refusal is `application/problem+json` with a `code` to switch on. Requests of an \
    account and of an address are limited: 429 with `Retry-After`. The rules behind the shapes are in PROTOCOL.md, which \
    also has those of the sockets; their frames are among the schemas here.";

pub(super) fn document(paths: Paths, mut schemas: Schemas) -> OpenApi {
    problems::schemas(&mut schemas);
    frames::schemas(&mut schemas);
    let mut components = ComponentsBuilder::new();
    for (name, schema) in unambiguous(schemas) {
        components = components.schema(name, schema);
    }
    let used = shared_responses_of(&paths);
    for (name, response) in problems::shared_responses().filter(|(name, _)| used.contains(*name)) {
        components = components.response(name, response);
    }
    for (name, scheme) in schemes() {
        components = components.security_scheme(name, scheme);
    }
    let license = LicenseBuilder::new().name(env!("CARGO_PKG_LICENSE")).identifier(Some(env!("CARGO_PKG_LICENSE")));
    let info = InfoBuilder::new()
        .title("Frontrow")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(INTRODUCTION))
        .license(Some(license.build()));
    let tags = about::TAGS.map(|(name, meaning)| TagBuilder::new().name(name).description(Some(meaning)).build());
    OpenApiBuilder::new()
        .info(info)
        .servers(Some([Server::new("/")]))
        .paths(paths)
        .components(Some(components.build()))
        .tags(Some(tags))
        .build()
}

/// The names of the components that refusals of these paths refer to.
fn shared_responses_of(paths: &Paths) -> BTreeSet<&str> {
    let operations = paths.paths.values().flat_map(|item| [&item.get, &item.post, &item.patch]).flatten();
    let responses = operations.flat_map(|operation| operation.responses.responses.values());
    let references = responses.filter_map(|response| match response {
        RefOr::Ref(reference) => reference.ref_location.rsplit('/').next(),
        RefOr::T(_) => None,
    });
    references.collect()
}

/// Every component once. Two types that want the same name would hide one another: that must not get out.
fn unambiguous(schemas: Schemas) -> BTreeMap<String, RefOr<Schema>> {
    let mut known: BTreeMap<String, RefOr<Schema>> = BTreeMap::new();
    for (name, schema) in schemas {
        if let Some(other) = known.get(&name) {
            assert!(*other == schema, "two schemas are called {name}");
        }
        known.insert(name, schema);
    }
    known
}

fn schemes() -> [(&'static str, SecurityScheme); 2] {
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some("From `auth/login`, for 15 minutes"));
    let cookie =
        ApiKeyValue::with_description("frontrow_refresh", "HttpOnly, set by `auth/login`; replaced by every use");
    [
        ("access_token", SecurityScheme::Http(bearer.build())),
        ("refresh_cookie", SecurityScheme::ApiKey(ApiKey::Cookie(cookie))),
    ]
}
