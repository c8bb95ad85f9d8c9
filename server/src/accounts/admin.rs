//! `admin/users`: find people, give them roles.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use frontrow_domain::account::{Ban, Role, User};
use frontrow_domain::clock::UnixMs;
use frontrow_domain::codes::ErrorCode;
use frontrow_domain::ids::{EventId, UserId};
use frontrow_domain::text;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Admin;
use super::routes::UserView;
use crate::app::App;
use crate::http::body::JsonBody;
use crate::http::list::List;
use crate::http::problem::{Answer, Problem};

/// As many as a person looks through at once.
const PAGE: u32 = 50;
const MAX_SEARCH_CHARS: usize = 100;

#[derive(Deserialize)]
pub(crate) struct Search {
    #[serde(default)]
    q: String,
    /// The e-mail of the last account of the page before.
    #[serde(default)]
    cursor: String,
}

/// `GET admin/users`
pub(crate) async fn find(
    State(app): State<Arc<App>>,
    _: Admin,
    Query(search): Query<Search>,
) -> Answer<Json<List<AccountView>>> {
    if text::lines(&search.q, MAX_SEARCH_CHARS).is_err() {
        return Err(Problem::new(ErrorCode::BadRequest, "the parameter q must be at most 100 characters"));
    }
    let users = app.engines.ledger.find_users(&search.q, &search.cursor, PAGE + 1).await?;
    let (page, more) = users.split_at(users.len().min(PAGE as usize));
    let items = page.iter().map(AccountView::from).collect();
    let last = page.last().filter(|_| !more.is_empty());
    Ok(Json(List { items, next_cursor: last.map(|user| user.email.clone()) }))
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct NewRole {
    #[schema(value_type = Role)]
    role: String,
    /// Scanners only: where they check in, besides the events that they have already.
    #[schema(value_type = Option<EventId>)]
    event_id: Option<String>,
}

/// An account as administrators see it.
#[derive(Serialize, ToSchema)]
#[schema(as = Account)]
pub(crate) struct AccountView {
    #[serde(flatten)]
    user: UserView,
    /// `null` while the account may be used.
    banned: Option<BanView>,
}

/// Why an account may not be used.
#[derive(Serialize, ToSchema)]
#[schema(as = Ban)]
pub(crate) struct BanView {
    at: UnixMs,
    /// The administrator who said so.
    by: UserId,
    reason: String,
}

impl From<&User> for AccountView {
    fn from(user: &User) -> Self {
        let ban = |ban: &Ban| BanView { at: ban.at, by: ban.by, reason: ban.reason.clone() };
        Self { user: UserView::from(user), banned: user.ban.as_ref().map(ban) }
    }
}

/// An account, and where it checks tickets in.
#[derive(Serialize, ToSchema)]
#[schema(as = UserAtDoors)]
pub(crate) struct UserAtDoorsView {
    #[serde(flatten)]
    account: AccountView,
    scanner_events: Vec<EventId>,
}

/// `POST admin/users/{id}/role`
pub(crate) async fn set_role(
    State(app): State<Arc<App>>,
    Admin(caller): Admin,
    Path(id): Path<String>,
    body: JsonBody,
) -> Answer<Json<UserAtDoorsView>> {
    let id: UserId = id.parse().map_err(|_| Problem::not_found("account"))?;
    let wish: NewRole = body.read()?;
    let role: Role =
        wish.role.parse().map_err(|()| Problem::invalid("role", "must be customer, scanner, organizer or admin"))?;
    if id == caller.id && role != Role::Admin {
        return Err(Problem::invalid(
            "role",
            "cannot be given up by oneself: there may be nobody left to give it back",
        ));
    }
    let event = match wish.event_id {
        Some(_) if role != Role::Scanner => {
            return Err(Problem::invalid("event_id", "is for scanners: others need no event"));
        }
        Some(event) => Some(app.catalogue.fresh_event(event.parse().map_err(|_| Problem::not_found("event"))?).await?),
        None => None,
    };
    let ledger = &app.engines.ledger;
    let user = ledger.set_role(id, role).await?.ok_or_else(|| Problem::not_found("account"))?;
    if let Some(event) = event {
        ledger.assign_scanner(id, event.id).await?;
    }
    Ok(Json(UserAtDoorsView { account: AccountView::from(&user), scanner_events: ledger.scanner_events(id).await? }))
}
