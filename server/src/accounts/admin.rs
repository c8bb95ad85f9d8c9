//! `admin/users`: find people, give them roles.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use frontrow_domain::account::Role;
use frontrow_domain::ids::UserId;
use serde::Deserialize;
use serde_json::{Value, json};

use super::routes::UserView;
use super::Admin;
use crate::app::App;
use crate::http::body::JsonBody;
use crate::http::problem::{Answer, Problem};

/// As many as a person looks through; more letters find fewer people.
const MAX_FOUND: u32 = 50;

pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new().route("/admin/users", get(find)).route("/admin/users/{id}/role", post(set_role))
}

#[derive(Deserialize)]
struct Search {
    #[serde(default)]
    q: String,
}

async fn find(State(app): State<Arc<App>>, _: Admin, Query(search): Query<Search>) -> Answer<Json<Value>> {
    let users = app.engines.ledger.find_users(&search.q, MAX_FOUND).await?;
    let items: Vec<_> = users.iter().map(UserView::from).collect();
    Ok(Json(json!({"items": items, "next_cursor": null})))
}

#[derive(Deserialize)]
struct NewRole {
    role: String,
}

async fn set_role(State(app): State<Arc<App>>, _: Admin, Path(id): Path<String>, body: JsonBody) -> Answer<Json<Value>> {
    let id: UserId = id.parse().map_err(|_| Problem::not_found("account"))?;
    let wish: NewRole = body.read()?;
    let role: Role = wish.role.parse().map_err(|()| Problem::invalid("role", "must be customer, scanner, organizer or admin"))?;
    let user = app.engines.ledger.set_role(id, role).await?.ok_or_else(|| Problem::not_found("account"))?;
    Ok(Json(json!(UserView::from(&user))))
}
