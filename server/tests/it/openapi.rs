//! The document of the API: it is the one in `docs/`, it has every route, and what does not fit it is noticed. That the
//! answers fit is proved by every journey; see `support/document.rs`.

use std::path::Path;

use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use crate::support::client::Reply;
use crate::support::document::{DOCUMENT, Document, Seen, path};
use crate::support::{Engine, TestStack};

#[tokio::test]
async fn the_document_in_docs_is_the_one_that_is_served() {
    let stack = TestStack::start(Engine::Embedded, 1).await;
    let served = reqwest::get(format!("http://{}/api/openapi.json", stack.address(0))).await.unwrap();
    assert_eq!(served.headers()["content-type"], "application/json");
    let served = format!("{}\n", served.text().await.unwrap());
    if std::env::var_os("FRONTROW_BLESS").is_some() {
        std::fs::write(path(), &served).unwrap();
    }
    let kept = std::fs::read_to_string(path()).unwrap_or_default();
    let first = served.lines().zip(kept.lines()).find(|(served, kept)| served != kept);
    assert!(served == kept, "docs/openapi.json is not what is served, FRONTROW_BLESS=1 writes it anew: {first:?}");
    assert!(jsonschema::draft202012::meta::is_valid(&DOCUMENT.root["components"]["schemas"]["Problem"]));
}

/// Everything that is in the document can be asked for. The answers themselves are judged where they are read.
#[tokio::test]
async fn the_server_has_every_route_of_the_document() {
    let stack = TestStack::start(Engine::Embedded, 1).await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut asked = 0;
    for (template, item) in DOCUMENT.root["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            let path = template.replace("{id}", &uuid::Uuid::now_v7().to_string()).replace("{section}", "A");
            let method = reqwest::Method::from_bytes(method.to_ascii_uppercase().as_bytes()).unwrap();
            let url = format!("http://{}{path}", stack.address(0));
            let reply = Reply::read(&method, http.request(method.clone(), url).send().await.unwrap()).await;
            let is_there = reply.body["detail"] != "there is no such route" && reply.status != 405;
            assert!(is_there, "{method} {template} is in the document and not in the server: {reply:?}");
            asked += 1;
        }
    }
    assert!(asked > 50, "{asked} routes");
}

/// A route is registered with its description or not at all: nobody but `api/routes.rs` and the few lines of `app.rs`
/// that are listed here adds any.
#[test]
fn there_is_no_way_around_the_document() {
    let known = [
        ".nest(API, api)",
        ".merge(Pages::new(&about_api.document(about_outside)).router())",
        ".route(\"/api/{*rest}\", any(no_such_route))",
        ".route(\"/ws/{*rest}\", any(no_such_route))",
        ".fallback_service(pages)",
    ];
    let mut found = Vec::new();
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for file in sources(&src)
        .into_iter()
        .filter(|file| !file.starts_with(src.join("api")) && !file.starts_with(src.join("mockpay")))
    {
        let text = std::fs::read_to_string(&file).unwrap();
        let adds = |line: &&str| {
            let ways = [".route(", ".route_service(", ".nest(", ".nest_service(", ".merge(", ".fallback_service("];
            ways.iter().any(|way| line.starts_with(way))
        };
        found.extend(text.lines().map(str::trim).filter(adds).map(str::to_owned));
    }
    assert_eq!(found, known);
}

fn sources(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
}

#[tokio::test]
async fn the_page_loads_nothing_from_elsewhere() {
    let stack = TestStack::start(Engine::Embedded, 1).await;
    let base = format!("http://{}", stack.address(0));
    let page = reqwest::get(format!("{base}/api/docs")).await.unwrap();
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    let page = page.text().await.unwrap();
    assert!(!page.contains("://") && !page.contains("<script>"), "{page}");
    for (file, media_type) in [("docs.js", "text/javascript"), ("docs.css", "text/css")] {
        assert!(page.contains(&format!("\"/api/{file}\"")), "{file}");
        let reply = reqwest::get(format!("{base}/api/{file}")).await.unwrap();
        assert_eq!(reply.status(), 200);
        assert!(reply.headers()["content-type"].to_str().unwrap().starts_with(media_type));
    }
}

#[test]
fn every_operation_says_who_may_and_how_it_refuses() {
    for (template, item) in DOCUMENT.root["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let what = format!("{method} {template}");
            for member in ["summary", "description", "operationId"] {
                assert!(operation[member].as_str().is_some_and(|text| !text.is_empty()), "{what}: {member}");
            }
            assert_eq!(operation["tags"].as_array().map(Vec::len), Some(1), "{what}");
            let access = &operation["x-access"];
            assert!(access["roles"].as_array().is_some_and(|roles| !roles.is_empty()), "{what}: who may");
            assert!(["needed", "checked", "ignored"].iter().any(|token| access["token"] == *token), "{what}: {access}");
            let names_a_thing = template.contains('{');
            assert!(access["exists_for"].is_array() || !names_a_thing, "{what}: whose it is");
            let statuses: Vec<_> = operation["responses"].as_object().unwrap().keys().collect();
            assert!(statuses.iter().any(|status| status.starts_with('2') || *status == "101"), "{what}: {statuses:?}");
            assert!(operation["security"].is_array(), "{what}: whether a token is needed");
            let signs = operation["security"].to_string().contains("access_token");
            assert_eq!(signs, operation["responses"].get("401").is_some() && signs, "{what}: {statuses:?}");
            if template.starts_with("/api/") {
                assert!(operation["responses"].get("503").is_some(), "{what}: {statuses:?}");
            }
        }
    }
}

/// The judge of all journeys is judged: an answer that fits, and the same in every way in which it can be wrong.
#[test]
fn what_does_not_fit_is_noticed() {
    let document = Document::new(DOCUMENT.root.clone());
    let user = json!({
        "id": "0190a0a0-0000-7000-8000-000000000001", "email": "ada@example.org", "name": "Ada", "role": "customer",
        "email_verified": true,
    });
    let seen = |method: &str, path: &str, status: u16, media_type: &str, body: &Value| {
        let headers: HeaderMap = HeaderMap::from_iter([
            ("content-type".parse().unwrap(), media_type.parse().unwrap()),
            ("www-authenticate".parse().unwrap(), "Bearer".parse().unwrap()),
            ("etag".parse().unwrap(), "\"1\"".parse().unwrap()),
        ]);
        let bytes = body.to_string().into_bytes();
        document.complaint(&Seen { method, path, status, headers: &headers, bytes: &bytes })
    };
    let me = |body: &Value| seen("GET", "/api/v1/auth/me", 200, "application/json", body);
    assert_eq!(me(&user), None);
    let changed = |name: &str, value: Value| {
        let mut user = user.clone();
        user[name] = value;
        user
    };
    let mut without = user.clone();
    without.as_object_mut().unwrap().remove("name");
    for wrong in [
        without,
        changed("age", json!(36)),
        changed("role", json!("root")),
        changed("id", json!("1")),
        changed("name", Value::Null),
    ] {
        assert!(me(&wrong).is_some(), "{wrong}");
    }
    assert!(seen("GET", "/api/v1/auth/me", 201, "application/json", &user).is_some(), "another status");
    assert!(seen("GET", "/api/v1/auth/me", 200, "text/plain", &user).is_some(), "another media type");
    assert!(seen("DELETE", "/api/v1/auth/me", 200, "application/json", &user).is_some(), "another method");
    assert!(seen("GET", "/api/v1/auth/you", 200, "application/json", &user).is_some(), "another route");
    let problem = |code: &str| json!({"type": format!("/problems/{code}"), "title": "t", "status": 401, "detail": "d", "code": code});
    let refused = |code: &str| seen("GET", "/api/v1/auth/me", 401, "application/problem+json", &problem(code));
    assert_eq!(refused("unauthorized"), None);
    assert!(refused("bad_token").is_some(), "a code of another operation");
}
