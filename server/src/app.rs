//! All routes on one screen, and the state that they share.

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use frontrow_domain::clock::Clock;
use frontrow_domain::codes::ErrorCode;
use frontrow_settings::Settings;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower_http::compression::{CompressionLayer, CompressionLevel};
use tower_http::services::{ServeDir, ServeFile};
use tower_http::set_header::SetResponseHeaderLayer;

use crate::accounts::{self, Accounts};
use crate::catalogue::{self, Catalogue};
use crate::checkout::{self, Checkout};
use crate::engines::Engines;
use crate::gatekeeper::Gatekeeper;
use crate::health::Health;
use crate::holds::{self, HoldDesk};
use crate::http::limits::Limits;
use crate::http::problem::Problem;
use crate::http::{entity_tag, idempotency};
use crate::rooms::Rooms;
use crate::sockets::upgrade::upgrade;
use crate::tickets::{self, TicketOffice};
use crate::{health, metrics, organizer};

/// Bodies of ordinary routes: a hundred seat names are 10 KB.
const MAX_BODY_BYTES: usize = 64 * 1024;
/// A plan of 150,000 seats is about 22 MB of JSON.
const MAX_PLAN_BODY_BYTES: usize = 40 * 1024 * 1024;
/// Scripts, styles and sockets of our own origin only.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data:; style-src 'self' 'unsafe-inline'; \
     object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

/// What every request can reach.
pub(crate) struct App {
    pub(crate) settings: Settings,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) engines: Engines,
    pub(crate) health: Health,
    pub(crate) accounts: Accounts,
    pub(crate) catalogue: Arc<Catalogue>,
    pub(crate) gatekeeper: Arc<Gatekeeper>,
    pub(crate) desk: HoldDesk,
    pub(crate) checkout: Arc<Checkout>,
    pub(crate) tickets: Arc<TicketOffice>,
    pub(crate) rooms: Arc<Rooms>,
    pub(crate) limits: Limits,
    pub(crate) metrics: Option<PrometheusHandle>,
    /// The tasks of open sockets.
    pub(crate) sockets: TaskTracker,
    /// Cancelled when sockets shall say goodbye.
    pub(crate) stop: CancellationToken,
}

pub(crate) fn router(app: &Arc<App>) -> Router {
    use accounts::{admin, by_mail, routes as auth};
    use catalogue::{browse, create, list, patch};
    use checkout::routes as checkout;
    use holds::routes as holds;
    use organizer::{holds as live, numbers, sales, seats};
    use tickets::routes as tickets;

    let plan_body = DefaultBodyLimit::max(MAX_PLAN_BODY_BYTES);
    let api = Router::new()
        .route("/auth/register", post(auth::register))
        .route("/auth/login", post(auth::login))
        .route("/auth/refresh", post(auth::refresh))
        .route("/auth/logout", post(auth::logout))
        .route("/auth/me", get(auth::me))
        .route("/auth/password-reset", post(by_mail::password_reset))
        .route("/auth/password-reset/confirm", post(by_mail::confirm_password_reset))
        .route("/auth/verify-email", post(by_mail::verify_email))
        .route("/auth/verify-email/resend", post(by_mail::resend_verification))
        .route("/auth/ws-ticket", post(auth::ws_ticket))
        .route("/events", get(list::list))
        .route("/events", post(create::create).layer(plan_body))
        .route("/events/{id}", get(list::show).patch(patch::patch))
        .route("/events/{id}/plan", get(browse::plan))
        .route("/events/{id}/state", get(browse::state))
        .route("/events/{id}/categories", get(browse::categories))
        .route("/events/{id}/sections", get(browse::sections))
        .route("/events/{id}/sections/{section}/seats", get(browse::seats))
        .route("/events/{id}/holds", post(holds::hold))
        .route("/events/{id}/holds/release", post(holds::release))
        .route("/events/{id}/holds/extend", post(holds::extend))
        .route("/events/{id}/holds/best-available", post(holds::best_available))
        .route("/cart", get(checkout::cart))
        .route("/cart/validate", post(checkout::validate))
        .route("/orders", get(checkout::orders).post(checkout::place))
        .route("/orders/{id}", get(checkout::order))
        .route("/orders/{id}/cancel", post(checkout::cancel))
        .route("/orders/{id}/refund", post(checkout::refund))
        .route("/payments/{id}/confirm", post(checkout::confirm))
        .route("/payments/webhook", post(checkout::webhook))
        .route("/tickets", get(tickets::tickets))
        .route("/tickets/{id}/qr.svg", get(tickets::qr))
        .route("/check-ins", post(tickets::check_in))
        .route("/admin/events/{id}/holds", get(live::holds))
        .route("/admin/events/{id}/holds/history", get(live::history))
        .route("/admin/events/{id}/orders", get(sales::orders))
        .route("/admin/events/{id}/orders.csv", get(sales::orders_csv))
        .route("/admin/events/{id}/block", post(seats::block))
        .route("/admin/events/{id}/unblock", post(seats::unblock))
        .route("/admin/events/{id}/release", post(seats::release))
        .route("/admin/events/{id}/log", get(sales::log))
        .route("/admin/stats", get(numbers::stats))
        .route("/admin/users", get(admin::find))
        .route("/admin/users/{id}/role", post(admin::set_role))
        .method_not_allowed_fallback(method_not_allowed)
        .fallback(no_such_route)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(from_fn_with_state(Arc::clone(app), idempotency::layer))
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
        // Outside of the compression: other bytes have another tag.
        .layer(from_fn(entity_tag::layer));

    let web = &app.settings.server.web_dir;
    let pages = ServeDir::new(web).fallback(ServeFile::new(web.join("index.html")));
    let policy = HeaderValue::from_static(CONTENT_SECURITY_POLICY);

    Router::new()
        .nest("/api/v1", api)
        .route("/ws/v1/events/{id}", get(upgrade))
        // What belongs to the programs' paths and does not exist is not a page of the web client.
        .route("/api/{*rest}", any(no_such_route))
        .route("/ws/{*rest}", any(no_such_route))
        .route("/.well-known/jwks.json", get(auth::json_web_keys))
        .route("/.well-known/ticket-keys.json", get(tickets::keys))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .fallback_service(pages)
        .layer(SetResponseHeaderLayer::if_not_present(header::CONTENT_SECURITY_POLICY, policy))
        .layer(SetResponseHeaderLayer::if_not_present(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ))
        .layer(SetResponseHeaderLayer::if_not_present(header::REFERRER_POLICY, HeaderValue::from_static("same-origin")))
        .layer(from_fn(measure))
        .with_state(Arc::clone(app))
}

async fn no_such_route(State(_): State<Arc<App>>) -> Problem {
    Problem::not_found("route")
}

async fn method_not_allowed() -> Problem {
    Problem::new(ErrorCode::MethodNotAllowed, "see the API's description for what this route takes")
}

/// Times every request by its route, and turns refusals that no route of ours made into problems.
async fn measure(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("unmatched", MatchedPath::as_str).to_owned();
    let is_api = request.uri().path().starts_with("/api/");
    let started = Instant::now();
    let mut response = next.run(request).await;
    let is_problem =
        response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/problem+json");
    if is_api && response.status().is_client_error() && !is_problem {
        response = match response.status() {
            StatusCode::NOT_FOUND => Problem::not_found("route"),
            status => {
                Problem::new(ErrorCode::BadRequest, status.canonical_reason().unwrap_or("the request cannot be read"))
            }
        }
        .into_response();
    }
    metrics::request_answered(&route, response.status().as_u16(), started.elapsed().as_secs_f64());
    response
}
