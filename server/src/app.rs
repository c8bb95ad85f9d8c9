//! All routes on one screen, each with what is said of it, and the state that they share.

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use frontrow_domain::clock::Clock;
use frontrow_domain::codes::ErrorCode;
use frontrow_settings::Settings;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower_http::compression::{CompressionLayer, CompressionLevel};
use tower_http::services::{ServeDir, ServeFile};

use crate::accounts::{self, Accounts};
use crate::api::{API, Pages, Routes, about};
use crate::catalogue::{self, Catalogue};
use crate::checkout::{self, Checkout};
use crate::dashboard::Dashboards;
use crate::door::{self, Lanes};
use crate::engines::Engines;
use crate::gatekeeper::Gatekeeper;
use crate::health::Health;
use crate::holds::{self, HoldDesk};
use crate::http::limits::Limits;
use crate::http::problem::Problem;
use crate::http::security::{self, SecurityHeaders};
use crate::http::{cors, entity_tag, idempotency};
use crate::rooms::Rooms;
use crate::sockets::upgrade::{upgrade, upgrade_admin};
use crate::tickets::{self, TicketOffice};
use crate::{health, metrics, organizer};

/// What every request can reach.
pub(crate) struct App {
    pub(crate) settings: Settings,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) engines: Engines,
    pub(crate) health: Health,
    pub(crate) accounts: Accounts,
    pub(crate) catalogue: Arc<Catalogue>,
    pub(crate) gatekeeper: Arc<Gatekeeper>,
    pub(crate) desk: Arc<HoldDesk>,
    pub(crate) checkout: Arc<Checkout>,
    pub(crate) tickets: Arc<TicketOffice>,
    pub(crate) rooms: Arc<Rooms>,
    pub(crate) dashboards: Dashboards,
    pub(crate) limits: Limits,
    pub(crate) lanes: Lanes,
    pub(crate) metrics: Option<PrometheusHandle>,
    /// The tasks of open sockets.
    pub(crate) sockets: TaskTracker,
    /// Cancelled when sockets shall say goodbye.
    pub(crate) stop: CancellationToken,
}

pub(crate) fn router(app: &Arc<App>) -> Router {
    use accounts::{admin, bans, by_mail, routes as auth};
    use catalogue::{browse, create, list, patch};
    use checkout::routes as checkout;
    use holds::routes as holds;
    use organizer::{extend, holds as live, numbers, sales, seats};
    use tickets::routes as tickets;

    let (api, about_api) = Routes::under(API)
        .post("/auth/register", auth::register, about::register)
        .post("/auth/login", auth::login, about::login)
        .post("/auth/refresh", auth::refresh, about::refresh)
        .post("/auth/logout", auth::logout, about::logout)
        .get("/auth/me", auth::me, about::me)
        .post("/auth/password-reset", by_mail::password_reset, about::password_reset)
        .post("/auth/password-reset/confirm", by_mail::confirm_password_reset, about::confirm_password_reset)
        .post("/auth/verify-email", by_mail::verify_email, about::verify_email)
        .post("/auth/verify-email/resend", by_mail::resend_verification, about::resend_verification)
        .post("/auth/ws-ticket", auth::ws_ticket, about::ws_ticket)
        .get("/events", list::list, about::events)
        .post("/events", create::create, about::create_event)
        .get("/events/{id}", list::show, about::event)
        .patch("/events/{id}", patch::patch, about::change_event)
        .get("/events/{id}/plan", browse::plan, about::plan)
        .get("/events/{id}/state", browse::state, about::state)
        .get("/events/{id}/categories", browse::categories, about::categories)
        .get("/events/{id}/sections", browse::sections, about::sections)
        .get("/events/{id}/sections/{section}/seats", browse::seats, about::seats)
        .post("/events/{id}/holds", holds::hold, about::hold)
        .post("/events/{id}/holds/release", holds::release, about::release)
        .post("/events/{id}/holds/extend", holds::extend, about::extend)
        .post("/events/{id}/holds/best-available", holds::best_available, about::best_available)
        .get("/cart", checkout::cart, about::cart)
        .post("/cart/validate", checkout::validate, about::validate_cart)
        .get("/orders", checkout::orders, about::orders)
        .post("/orders", checkout::place, about::place_order)
        .get("/orders/{id}", checkout::order, about::order)
        .post("/orders/{id}/cancel", checkout::cancel, about::cancel_order)
        .post("/orders/{id}/refund", checkout::refund, about::refund_order)
        .post("/payments/{id}/confirm", checkout::confirm, about::confirm_payment)
        .post("/payments/webhook", checkout::webhook, about::payment_notice)
        .get("/tickets", tickets::tickets, about::tickets)
        .get("/tickets/{id}/qr.svg", tickets::qr, about::ticket_picture)
        .post("/check-ins", tickets::check_in, about::check_in)
        .get("/admin/events/{id}/holds", live::holds, about::event_holds)
        .get("/admin/events/{id}/holds/history", live::history, about::holds_history)
        .get("/admin/events/{id}/orders", sales::orders, about::event_orders)
        .get("/admin/events/{id}/orders.csv", sales::orders_csv, about::event_orders_csv)
        .post("/admin/events/{id}/block", seats::block, about::block)
        .post("/admin/events/{id}/unblock", seats::unblock, about::unblock)
        .post("/admin/events/{id}/release", seats::release, about::end_holds)
        .post("/admin/events/{id}/extend", extend::extend, about::extend_holds)
        .get("/admin/events/{id}/log", sales::log, about::event_log)
        .get("/admin/stats", numbers::stats, about::stats)
        .get("/admin/users", admin::find, about::users)
        .post("/admin/users/{id}/role", admin::set_role, about::set_role)
        .post("/admin/users/{id}/ban", bans::ban, about::ban)
        .post("/admin/users/{id}/unban", bans::unban, about::unban)
        .split();
    let (outside, about_outside) = Routes::default()
        .get("/ws/v1/events/{id}", upgrade, about::watch)
        .get("/ws/v1/admin/events/{id}", upgrade_admin, about::watch_admin)
        .get("/.well-known/jwks.json", auth::json_web_keys, about::access_token_keys)
        .get("/.well-known/ticket-keys.json", tickets::keys, about::ticket_keys)
        .get("/healthz", health::alive, about::alive)
        .get("/readyz", health::ready, about::ready)
        .get("/metrics", health::metrics, about::metrics)
        .split();
    let api = api
        .method_not_allowed_fallback(method_not_allowed)
        .fallback(no_such_route)
        .layer(from_fn_with_state(Arc::clone(app), idempotency::layer))
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
        // Outside of the compression: other bytes have another tag.
        .layer(from_fn(entity_tag::layer));

    let web = &app.settings.server.web_dir;
    let pages = ServeDir::new(web).fallback(ServeFile::new(web.join("index.html")));

    outside
        .nest(API, api)
        .merge(Pages::new(&about_api.document(about_outside)).router())
        // What belongs to the programs' paths and does not exist is not a page of the web client.
        .route("/api/{*rest}", any(no_such_route))
        .route("/ws/{*rest}", any(no_such_route))
        .fallback_service(pages)
        .layer(from_fn_with_state(Arc::clone(app), door::layer))
        .layer(from_fn(measure))
        // Outside of everything that makes or changes an answer: no refusal lacks them.
        .layer(from_fn_with_state(Arc::clone(app), cors::layer))
        .layer(from_fn_with_state(SecurityHeaders::new(&app.settings), security::layer))
        .with_state(Arc::clone(app))
}

async fn no_such_route(State(_): State<Arc<App>>) -> Problem {
    Problem::not_found("route")
}

async fn method_not_allowed() -> Problem {
    Problem::new(ErrorCode::MethodNotAllowed, "see the API's description for what this route takes")
}

async fn refusal(status: StatusCode) -> Problem {
    match status {
        StatusCode::NOT_FOUND => Problem::not_found("route"),
        StatusCode::METHOD_NOT_ALLOWED => method_not_allowed().await,
        _ => Problem::new(ErrorCode::BadRequest, status.canonical_reason().unwrap_or("the request cannot be read")),
    }
}

/// Times every request by its route, and turns refusals that no route of ours made into problems.
async fn measure(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("unmatched", MatchedPath::as_str).to_owned();
    let is_api = ["/api/", "/ws/"].iter().any(|programs| request.uri().path().starts_with(programs));
    let started = Instant::now();
    let mut response = next.run(request).await;
    let is_problem =
        response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/problem+json");
    if is_api && response.status().is_client_error() && !is_problem {
        let allowed = response.headers_mut().remove(header::ALLOW);
        response = refusal(response.status()).await.into_response();
        response.headers_mut().extend(allowed.map(|methods| (header::ALLOW, methods)));
    }
    metrics::request_answered(&route, response.status().as_u16(), started.elapsed().as_secs_f64());
    response
}
