//! Health: which engines answer, looked at all the time. `/healthz`, `/readyz`, `/metrics`.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tracing::{info, warn};
use utoipa::ToSchema;

use crate::app::App;
use crate::engines::Engines;
use crate::metrics;

/// How often each engine is asked; it is also how soon one that comes back is made ready again.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// An engine that has not answered by then does not answer.
const PATIENCE: Duration = Duration::from_secs(25);
const NAMES: [&str; 3] = ["holds", "ledger", "log"];

/// What is known of the engines, and of this server's own preparations.
#[derive(Default)]
pub(crate) struct Health {
    /// In the order of [`NAMES`].
    engines: [Mutex<Answer>; 3],
    has_admin: AtomicBool,
}

/// An engine's last answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
enum Answer {
    #[default]
    NotAskedYet,
    Fine,
    Away(String),
}

impl Health {
    /// Asks the engines for ever, each at its own pace: one that is slow to answer must not hide the others.
    pub(crate) async fn watch(app: Arc<App>) {
        tokio::join!(follow(&app, 0), follow(&app, 1), follow(&app, 2));
    }

    /// The first administrator is there, or none was asked for.
    pub(crate) fn note_admin(&self) {
        self.has_admin.store(true, Ordering::Relaxed);
    }

    /// Says once when an engine goes, and once when it comes back.
    fn note(&self, engine: usize, answer: Answer) {
        let name = NAMES[engine];
        metrics::engine_answers(name, answer == Answer::Fine);
        let mut known = self.engines[engine].lock().unwrap_or_else(PoisonError::into_inner);
        match (&*known, &answer) {
            (Answer::Away(_), Answer::Fine) => info!(engine = name, "the engine is back"),
            (Answer::Fine | Answer::NotAskedYet, Answer::Away(reason)) => {
                warn!(engine = name, reason, "the engine is away");
            }
            _ => {}
        }
        *known = answer;
    }

    /// Whether hold store, ledger and log answer; `None` while one was not asked yet.
    pub(crate) fn engines_answer(&self) -> [Option<bool>; 3] {
        self.answers().map(|answer| match answer {
            Answer::NotAskedYet => None,
            Answer::Fine => Some(true),
            Answer::Away(_) => Some(false),
        })
    }

    fn answers(&self) -> [Answer; 3] {
        self.engines.each_ref().map(|answer| answer.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

async fn follow(app: &App, engine: usize) {
    let mut ticks = interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let answer = match timeout(PATIENCE, ask(&app.engines, engine)).await {
            Ok(Ok(())) => Answer::Fine,
            Ok(Err(reason)) => Answer::Away(reason),
            Err(_elapsed) => Answer::Away("it does not answer".into()),
        };
        app.health.note(engine, answer);
    }
}

async fn ask(engines: &Engines, engine: usize) -> Result<(), String> {
    match NAMES[engine] {
        "holds" => engines.holds.check().await.map_err(|error| error.to_string()),
        "ledger" => engines.ledger.check().await.map_err(|error| error.to_string()),
        _ => engines.log.check().await.map_err(|error| error.to_string()),
    }
}

/// That the process answers.
#[derive(Serialize, ToSchema)]
#[schema(as = Alive)]
pub(crate) struct AliveView {
    /// `alive`
    status: &'static str,
}

/// What the server can do, and what is missing.
#[derive(Serialize, ToSchema)]
#[schema(as = Readiness)]
pub(crate) struct ReadinessView {
    status: Standing,
    /// The server's name.
    server: String,
    /// `ok`, or why not, by what was asked.
    checks: BTreeMap<&'static str, String>,
}

/// Whether the server shall get requests.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Standing {
    Ready,
    /// Changes only reach other servers later.
    Degraded,
    NotReady,
}

/// Alive: the process answers.
pub(crate) async fn alive() -> Json<AliveView> {
    Json(AliveView { status: "alive" })
}

/// Ready: holds and ledger answer. Names what does not, and why; without the log, changes only reach other servers
/// later, so the server is degraded but should get requests.
pub(crate) async fn ready(State(app): State<Arc<App>>) -> Response {
    let answers = app.health.answers();
    let [holds, ledger, log] = answers.each_ref().map(|answer| *answer == Answer::Fine);
    let has_admin = app.health.has_admin.load(Ordering::Relaxed);
    let (code, status) = match (holds && ledger && has_admin, log) {
        (true, true) => (StatusCode::OK, Standing::Ready),
        (true, false) => (StatusCode::OK, Standing::Degraded),
        (false, _) => (StatusCode::SERVICE_UNAVAILABLE, Standing::NotReady),
    };
    let mut checks: BTreeMap<_, _> = NAMES.into_iter().zip(answers.map(Answer::told)).collect();
    if !has_admin {
        checks.insert("first_admin", "is being created".into());
    }
    (code, Json(ReadinessView { status, server: app.settings.server.name.clone(), checks })).into_response()
}

impl Answer {
    fn told(self) -> String {
        match self {
            Self::NotAskedYet => "not asked yet".into(),
            Self::Fine => "ok".into(),
            Self::Away(reason) => reason,
        }
    }
}

/// Prometheus text.
pub(crate) async fn metrics(State(app): State<Arc<App>>) -> Response {
    match &app.metrics {
        Some(metrics) => {
            metrics::look_at_process();
            metrics.render().into_response()
        }
        None => (StatusCode::NOT_FOUND, "another server of this process collects the metrics").into_response(),
    }
}
