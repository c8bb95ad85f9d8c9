//! The door: what happens to every request before any route sees it. Its head is looked at, its body is taken in, and it gets
//! its turn, in this order: a body that does not come must not keep a turn from anybody.
//!
//! * `head`: what a request must not look like
//! * `lane`: which kind of request it is
//! * `lanes`: how many of a kind are worked on, who waits, and who is refused
//! * `impatient`: the stream under a connection, which gives up on clients that take nothing
//!
//! It must never decide who may do what, and never hold back health, metrics or the opening of a socket.

mod head;
mod impatient;
mod lane;
mod lanes;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use frontrow_domain::account::Role;

pub(crate) use impatient::Impatient;
pub(crate) use lane::Lane;
pub(crate) use lanes::Lanes;

use crate::app::App;
use crate::http::body::{self, Arrived};
use crate::http::problem::{Answer, Problem};
use lanes::Turn;

/// Bodies of ordinary routes: a hundred seat names are 10 KB.
const MAX_BODY_BYTES: usize = 64 * 1024;
/// A plan of 150,000 seats is about 22 MB of JSON.
const MAX_PLAN_BODY_BYTES: usize = 40 * 1024 * 1024;

/// For routes that go on when their client has left: what they hand on with their work keeps the turn.
#[derive(Clone)]
pub(crate) struct MyTurn {
    _turn: Option<Arc<Turn>>,
}

impl<S: Sync> FromRequestParts<S> for MyTurn {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self { _turn: parts.extensions.get().cloned() })
    }
}

/// Lets a request in, and keeps its turn until it is answered; a client that leaves gives it back at once.
pub(crate) async fn layer(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    match admit(&app, request).await {
        Ok((mut request, turn)) => {
            // One stays here: what a request carries may be dropped before it is answered.
            let turn = turn.map(Arc::new);
            if let Some(turn) = &turn {
                request.extensions_mut().insert(Arc::clone(turn));
            }
            let response = next.run(request).await;
            drop(turn);
            response
        }
        Err(problem) => problem.into_response(),
    }
}

async fn admit(app: &App, request: Request) -> Answer<(Request, Option<Turn>)> {
    head::check(&request)?;
    let route = request.extensions().get().map(MatchedPath::as_str);
    match Lane::of(request.method(), route) {
        None => Ok((request, None)),
        // These bodies are too large to be kept while they wait; a turn for one is only for those who may send it.
        Some(Lane::Uploads) if may_upload(app, &request) => {
            let turn = app.lanes.enter(Lane::Uploads).await?;
            Ok((take_in(app, request, MAX_PLAN_BODY_BYTES).await, Some(turn)))
        }
        Some(lane) => {
            // Whoever may not upload is only told so.
            let lane = if lane == Lane::Uploads { Lane::Reads } else { lane };
            let request = take_in(app, request, MAX_BODY_BYTES).await;
            Ok((request, Some(app.lanes.enter(lane).await?)))
        }
    }
}

/// Whether it is worth taking in a large body. Whose role has been lost since is found out by the route.
fn may_upload(app: &App, request: &Request) -> bool {
    app.accounts.signed_in(request.headers()).is_ok_and(|caller| matches!(caller.role, Role::Organizer | Role::Admin))
}

/// The same request with its body as [`Arrived`]: what is wrong with a body is told by the route, behind who may ask.
async fn take_in(app: &App, request: Request, most: usize) -> Request {
    let (mut parts, body) = request.into_parts();
    if !parts.method.is_safe() {
        let time = Duration::from_millis(app.settings.server.body_timeout_ms);
        let arrived: Answer<_> = body::take_in(&parts.headers, body, most, time).await;
        parts.extensions.insert(Arrived(arrived));
        return Request::from_parts(parts, Body::empty());
    }
    Request::from_parts(parts, body)
}

/// A refusal of the door, for a client that shall come back, at another moment than all the others.
fn come_back(code: frontrow_domain::codes::ErrorCode, detail: &'static str) -> Problem {
    const WITHIN_S: u64 = 4;
    Problem::new(code, detail).retry_after(1 + crate::chance::jitter_ms(WITHIN_S * 1000 - 1) / 1000)
}
