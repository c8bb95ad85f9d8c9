//! Somebody who receives notices, and may be slow or unwilling.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::Response;
use frontrow_engines::payments::signature;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use crate::support::PATIENCE;

/// A request that came in.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) at: Instant,
    pub(crate) signature: String,
    pub(crate) body: Vec<u8>,
    pub(crate) answered: u16,
}

impl Received {
    pub(crate) fn event(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

#[derive(Default)]
struct State {
    received: Vec<Received>,
    /// What the next ones are answered; then 200.
    answers: VecDeque<u16>,
    takes: Duration,
    busy: usize,
    most_busy: usize,
}

#[derive(Clone)]
pub(crate) struct Receiver {
    state: Arc<Mutex<State>>,
    changed: Arc<watch::Sender<()>>,
    address: String,
    /// Ends with the last clone.
    _serving: Arc<JoinSet<()>>,
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (state, changed) = (Arc::<Mutex<State>>::default(), Arc::new(watch::Sender::new(())));
        let mut serving = JoinSet::new();
        serving.spawn(serve(listener, Arc::clone(&state), Arc::clone(&changed)));
        Self { state, changed, address, _serving: Arc::new(serving) }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/webhook", self.address)
    }

    /// The next requests are answered like this.
    pub(crate) fn will_answer(&self, answers: &[u16]) {
        self.state.lock().unwrap().answers.extend(answers);
    }

    /// Every answer takes this long.
    pub(crate) fn takes(&self, time: Duration) {
        self.state.lock().unwrap().takes = time;
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.state.lock().unwrap().received.clone()
    }

    /// How many requests were there at the same moment.
    pub(crate) fn most_busy(&self) -> usize {
        self.state.lock().unwrap().most_busy
    }

    /// The requests, once there are so many.
    pub(crate) async fn wait_for(&self, count: usize) -> Vec<Received> {
        let mut changes = self.changed.subscribe();
        let enough = changes.wait_for(|()| self.state.lock().unwrap().received.len() >= count);
        let waited = timeout(PATIENCE, enough).await;
        assert!(waited.is_ok(), "{} requests came, not {count}", self.received().len());
        self.received()
    }
}

async fn serve(listener: TcpListener, state: Arc<Mutex<State>>, changed: Arc<watch::Sender<()>>) {
    let mut connections = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let (state, changed) = (Arc::clone(&state), Arc::clone(&changed));
        let service = service_fn(move |request| {
            let (state, changed) = (Arc::clone(&state), Arc::clone(&changed));
            async move {
                let status = receive(request, &state, &changed).await;
                Ok::<_, Infallible>(Response::builder().status(status).body(Body::empty()).unwrap())
            }
        });
        connections.spawn(async move {
            http1::Builder::new().serve_connection(TokioIo::new(stream), service).await.ok();
        });
    }
}

/// Noted when it comes in, answered after a while.
async fn receive(
    request: hyper::Request<hyper::body::Incoming>,
    state: &Mutex<State>,
    changed: &watch::Sender<()>,
) -> u16 {
    let at = Instant::now();
    let signature = request.headers()[signature::HEADER].to_str().unwrap().to_owned();
    let body = to_bytes(Body::new(request.into_body()), 100_000).await.unwrap().to_vec();
    let (answered, takes) = {
        let mut state = state.lock().unwrap();
        let answered = state.answers.pop_front().unwrap_or(200);
        state.received.push(Received { at, signature, body, answered });
        state.busy += 1;
        state.most_busy = state.most_busy.max(state.busy);
        (answered, state.takes)
    };
    changed.send_replace(());
    sleep(takes).await;
    state.lock().unwrap().busy -= 1;
    answered
}
