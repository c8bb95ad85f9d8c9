//! `admin/users/{id}/ban` and `unban`: shutting an account out, here at once and everywhere within a second, and letting it in
//! again. It must never leave a login behind that began while the ban was written.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use frontrow_domain::account::Ban;
use frontrow_domain::event::EventStatus;
use frontrow_domain::ids::UserId;
use frontrow_domain::text;
use frontrow_engines::ledger::EventQuery;
use serde::Deserialize;
use tracing::{info, warn};
use utoipa::ToSchema;

use super::Admin;
use super::admin::AccountView;
use crate::app::App;
use crate::http::body::JsonBody;
use crate::http::problem::{Answer, Problem};

const MAX_REASON_CHARS: usize = 500;
/// Events that are looked through at once for what somebody holds.
const EVENTS_AT_ONCE: u32 = 100;

#[derive(Deserialize, ToSchema)]
#[schema(as = BanWish)]
pub(crate) struct Wish {
    /// For administrators only.
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

/// `POST admin/users/{id}/ban`
pub(crate) async fn ban(
    State(app): State<Arc<App>>,
    Admin(caller): Admin,
    Path(id): Path<String>,
    body: JsonBody,
) -> Answer<Json<AccountView>> {
    let id: UserId = id.parse().map_err(|_| Problem::not_found("account"))?;
    let wish: Wish = body.read()?;
    let reason = text::line(&wish.reason, MAX_REASON_CHARS);
    let reason = reason.map_err(|bad| Problem::invalid("reason", &bad.to_string()))?.to_owned();
    if id == caller.id {
        return Err(Problem::invalid("id", "is your own: there may be nobody left to lift the ban"));
    }
    let ban = Ban { at: app.clock.now(), by: caller.id, reason };
    let user = app.engines.ledger.set_ban(id, Some(&ban)).await?.ok_or_else(|| Problem::not_found("account"))?;
    // The ban first: a login that begins meanwhile meets it, or is among those that end.
    app.accounts.end_logins(id).await?;
    info!(user.id = %id, by.id = %caller.id, "an account was banned");
    free_seats(&app, id).await;
    Ok(Json(AccountView::from(&user)))
}

/// `POST admin/users/{id}/unban`
pub(crate) async fn unban(
    State(app): State<Arc<App>>,
    Admin(caller): Admin,
    Path(id): Path<String>,
) -> Answer<Json<AccountView>> {
    let id: UserId = id.parse().map_err(|_| Problem::not_found("account"))?;
    let user = app.engines.ledger.set_ban(id, None).await?.ok_or_else(|| Problem::not_found("account"))?;
    info!(user.id = %id, by.id = %caller.id, "a ban was lifted");
    Ok(Json(AccountView::from(&user)))
}

/// Gives back what they hold in events that are on sale. What cannot be given back now ends by itself; the ban stands anyway.
async fn free_seats(app: &App, user: UserId) {
    let mut query = EventQuery {
        status: Some(EventStatus::OnSale),
        with_private: true,
        limit: EVENTS_AT_ONCE,
        ..EventQuery::default()
    };
    loop {
        let events = match app.engines.ledger.events(&query).await {
            Ok(events) => events,
            Err(error) => return warn!(user.id = %user, %error, "holds of a banned account end by themselves"),
        };
        for event in &events {
            match app.desk.release_all(user, event.id).await {
                Ok(true) => {}
                Ok(false) => {
                    warn!(user.id = %user, event.id = %event.id, "holds of a banned account end by themselves");
                }
                Err(error) => return warn!(user.id = %user, %error, "holds of a banned account end by themselves"),
            }
        }
        match events.last() {
            Some(last) if events.len() == EVENTS_AT_ONCE as usize => query.after = Some(last.id),
            Some(_) | None => return,
        }
    }
}
