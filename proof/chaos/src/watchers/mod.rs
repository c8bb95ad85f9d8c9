//! Watchers: sockets on `frontrow.v1.json` that keep a map as the protocol says, whatever breaks, and come back with the
//! epoch and the seq that they know. They believe no server: what breaks a rule goes into the history.

mod screen;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

pub(crate) use self::screen::unpack;
use self::screen::{Screen, Taken};
use crate::books::{Hall, Watched};
use crate::history::{History, Saw};

/// Of every event, at every server.
const EACH: usize = 2;
const CONNECT_TIME: Duration = Duration::from_secs(3);
/// A beacon comes every two seconds: after two without one the connection is broken (S5).
const SILENCE: Duration = Duration::from_millis(4_500);
const FIRST_PAUSE_MS: u64 = 50;
const LONGEST_PAUSE_MS: u64 = 1_000;
/// Of hundred times that somebody comes back, how often to another server.
const ELSEWHERE: f64 = 0.25;
const NEVER: u64 = u64::MAX;

/// All watchers, at work.
pub(crate) struct Watchers {
    seen: Vec<Arc<Mutex<Seen>>>,
    healed_us: Arc<AtomicU64>,
    tasks: JoinSet<()>,
}

/// What others may know of a watcher.
struct Seen {
    event: usize,
    states: Vec<u8>,
    right_us: Option<u64>,
    lived_on: bool,
}

struct Watcher {
    number: usize,
    connection: usize,
    event: usize,
    event_id: String,
    servers: Vec<String>,
    server: usize,
    history: History,
    rng: StdRng,
    seen: Arc<Mutex<Seen>>,
    healed_us: Arc<AtomicU64>,
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

impl Watchers {
    pub(crate) fn begin(servers: &[String], halls: &[Hall], history: &History, seed: u64) -> Self {
        let mut watchers = Self { seen: Vec::new(), healed_us: Arc::new(AtomicU64::new(NEVER)), tasks: JoinSet::new() };
        for (event, hall) in halls.iter().enumerate() {
            for server in (0..servers.len()).cycle().take(EACH * servers.len()) {
                let number = watchers.seen.len();
                let seen = Seen { event, states: Vec::new(), right_us: None, lived_on: false };
                let seen = Arc::new(Mutex::new(seen));
                let watcher = Watcher {
                    number,
                    connection: 0,
                    event,
                    event_id: hall.id.clone(),
                    servers: servers.to_vec(),
                    server,
                    history: history.clone(),
                    rng: StdRng::seed_from_u64(seed ^ (30_000 + number as u64) << 32),
                    seen: Arc::clone(&seen),
                    healed_us: Arc::clone(&watchers.healed_us),
                };
                watchers.seen.push(seen);
                watchers.tasks.spawn(watcher.run());
            }
        }
        watchers
    }

    /// Nothing is broken any more: from now on it counts how long everybody takes.
    pub(crate) fn healed(&self, at_us: u64) {
        self.healed_us.store(at_us, Ordering::SeqCst);
    }

    /// What everybody shows now.
    pub(crate) fn report(&self) -> Vec<Watched> {
        let report = |(number, seen): (usize, &Arc<Mutex<Seen>>)| {
            let seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
            let Seen { event, ref states, right_us, lived_on } = *seen;
            Watched { number, event, states: states.clone(), right_us, lived_on }
        };
        self.seen.iter().enumerate().map(report).collect()
    }

    pub(crate) async fn end(mut self) {
        self.tasks.shutdown().await;
    }
}

impl Watcher {
    async fn run(mut self) {
        let (mut screen, mut pause_ms) = (Screen::default(), FIRST_PAUSE_MS);
        loop {
            if let Some(socket) = self.connect(&screen).await {
                pause_ms = FIRST_PAUSE_MS;
                screen.reconnect();
                self.connection += 1;
                self.watch(socket, &mut screen).await;
            }
            let jitter_ms = self.rng.random_range(0..pause_ms);
            sleep(Duration::from_millis(pause_ms / 2 + jitter_ms)).await;
            pause_ms = (pause_ms * 2).min(LONGEST_PAUSE_MS);
            if self.rng.random_bool(ELSEWHERE) {
                self.server = (self.server + 1) % self.servers.len();
            }
        }
    }

    async fn connect(&self, screen: &Screen) -> Option<Socket> {
        let base = self.servers[self.server].replacen("http", "ws", 1);
        let resume = screen.position().map(|(epoch, seq)| format!("?epoch={epoch}&seq={seq}")).unwrap_or_default();
        let url = format!("{base}/ws/v1/events/{}{resume}", self.event_id);
        let mut request = url.into_client_request().ok()?;
        request.headers_mut().insert("Sec-WebSocket-Protocol", "frontrow.v1.json".parse().ok()?);
        let (socket, _) = timeout(CONNECT_TIME, connect_async(request)).await.ok()?.ok()?;
        Some(socket)
    }

    /// Until the connection is over, or so silent that it must be.
    async fn watch(&self, mut socket: Socket, screen: &mut Screen) {
        let since_us = self.history.now_us();
        while let Ok(Some(Ok(message))) = timeout(SILENCE, socket.next()).await {
            let Message::Text(text) = message else { continue };
            let Ok(frame) = serde_json::from_str::<Value>(&text) else {
                self.history.complain(self.number, "a frame is no JSON".to_owned());
                return;
            };
            let taken = screen.take(&frame);
            let sync = taken.sync;
            self.note(taken, screen, since_us);
            if sync {
                let sync = json!({"type": "sync", "ref": 1}).to_string();
                if timeout(CONNECT_TIME, socket.send(Message::text(sync))).await.is_err() {
                    return;
                }
            }
        }
    }

    /// What others want to know of it.
    fn note(&self, taken: Taken, screen: &Screen, since_us: u64) {
        let at_us = self.history.now_us();
        for (ordinal, to) in taken.unsold {
            self.history.saw(Saw {
                watcher: self.number,
                connection: self.connection,
                event: self.event,
                ordinal,
                from: 2,
                to,
                at_us,
            });
        }
        if let Some(complaint) = taken.complaint {
            self.history.complain(self.number, complaint);
        }
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.states.clear();
        seen.states.extend_from_slice(screen.states());
        let healed_us = self.healed_us.load(Ordering::SeqCst);
        if taken.agrees && at_us >= healed_us && seen.right_us.is_none() {
            seen.right_us = Some(at_us);
            seen.lived_on = since_us < healed_us;
        }
    }
}
