//! A simulated client: the real protocol over a line in memory. It watches, signs in, holds and gives back, reads slowly, loses
//! its line, stays away and comes back where it left off. Every frame is held against the rules of [`Mirror`].

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use frontrow_domain::ids::UserId;
use frontrow_domain::protocol::Subprotocol;
use frontrow_engines::ledger::SocketLogin;
use futures_util::StreamExt as _;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::Role;
use tokio_tungstenite::tungstenite::{Error, Message};
use uuid::Uuid;

use super::frames::{self, Frame};
use super::hall::EVENT;
use super::line::{ClientEnd, line};
use super::mirror::Mirror;
use super::world::{Phase, World};
use crate::fanout::Line;
use crate::rooms::Room;
use crate::sockets::connect_simulated;

/// Whoever is let in and reads has a map by then, even if the room was closed meanwhile and the store lost its memory.
const MAP_WITHIN: Duration = Duration::from_secs(6);
/// A login's end is looked for every second.
const LOGIN_ENDS_WITHIN: Duration = Duration::from_secs(3);

/// The capacity of a line that is never full.
pub(super) const WIDE: usize = 64 * 1024;

pub(super) type Socket = WebSocketStream<ClientEnd>;

/// See the module.
pub(super) struct Client {
    pub(super) number: u64,
    pub(super) world: Arc<World>,
    pub(super) rng: StdRng,
    shown: Arc<Mutex<Mirror>>,
    /// Whoever is no buyer only watches.
    pub(super) is_buyer: bool,
    subprotocol: Subprotocol,
    /// Of its line, in bytes.
    pub(super) capacity: usize,
    /// Which server it left when, of its own will, and with nothing left to read.
    pub(super) left: Option<(usize, Instant)>,
    /// The server of this visit, or of the one before.
    pub(super) at: usize,
    pub(super) sent: u64,
}

/// From one connecting to the next.
pub(super) struct Visit {
    /// Since when it could have read everything.
    reads_since: Instant,
    pub(super) stalled_until: Option<Instant>,
    pub(super) acts_at: Instant,
    pub(super) login: Option<SocketLogin>,
    /// When the login of this socket ends, or has ended.
    pub(super) over_at: Option<Instant>,
}

impl Client {
    pub(super) fn new(world: &Arc<World>, number: u64, seed: u64) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let narrow = world.weather().kinds.slow_readers && rng.random_bool(0.6);
        Self {
            number,
            world: Arc::clone(world),
            shown: Arc::default(),
            is_buyer: rng.random_bool(0.75),
            subprotocol: if rng.random_bool(0.5) { Subprotocol::Binary } else { Subprotocol::Json },
            capacity: if narrow { rng.random_range(60..900) } else { WIDE },
            rng,
            left: None,
            at: 0,
            sent: 0,
        }
    }

    /// What it shows, for whoever wants to compare.
    pub(super) fn shown(&self) -> Arc<Mutex<Mirror>> {
        Arc::clone(&self.shown)
    }

    /// Comes and goes until everything is over.
    pub(super) async fn run(mut self) {
        loop {
            let phase = self.world.phase();
            if phase == Phase::Over {
                return;
            }
            match self.connect(phase).await {
                Some(socket) => self.stay(socket).await,
                None => sleep(self.random_ms(20..=100)).await,
            }
            let phase = self.world.phase();
            let away = match phase {
                Phase::Storm if self.rng.random_bool(0.2) => self.random_ms(500..=5_000),
                Phase::Storm => self.random_ms(0..=300),
                Phase::Calm | Phase::Over => Duration::ZERO,
            };
            // A phase that has changed ends the pause.
            timeout(away, self.world.end_of(phase)).await.ok();
        }
    }

    /// What the upgrade does; `None` if there is no map to be had, or somebody ran out of patience.
    async fn connect(&mut self, phase: Phase) -> Option<Socket> {
        let tells = self.rng.random_bool(0.9);
        let resume = self.mirror().reconnect(tells);
        let which = self.rng.random_range(0..self.world.servers.len());
        let world = Arc::clone(&self.world);
        let server = &world.servers[which];
        let is_impatient = phase == Phase::Storm && self.rng.random_bool(0.15);
        let patience = if is_impatient { self.random_ms(0..=20) } else { Duration::from_mins(1) };
        let opened = match timeout(patience, server.app.rooms.open(EVENT)).await {
            Ok(opened) => opened.map_err(|problem| problem.code.as_str()),
            Err(_elapsed) => Err("out of patience"),
        };
        let room = match opened {
            Ok(room) => room,
            Err(why) => {
                self.note(format_args!("is not let in: {why}"));
                return None;
            }
        };
        server.saw(&room);
        self.check_linger(which, &room);
        let is_far = phase == Phase::Storm && self.rng.random_bool(0.05);
        let handshake = self.random_ms(0..=if is_far { 5_000 } else { 5 });
        timeout(handshake, self.world.end_of(phase)).await.ok();
        let (server_end, client_end) = line(self.capacity);
        self.world.watch_line(client_end.watch());
        self.note(format_args!("enters {} of server {which}, from {resume:?}", room.epoch));
        let app = Arc::clone(&server.app);
        let entering = connect_simulated(app, room, Line::Simulated(server_end), self.subprotocol, resume);
        server.app.sockets.spawn(entering);
        Some(Socket::from_raw_socket(client_end, Role::Client, None).await)
    }

    /// A room stays for a while when the last one has left: whoever comes back in time finds the same.
    fn check_linger(&mut self, which: usize, room: &Room) {
        let in_time = |&(left, at): &(usize, Instant)| left == which && at.elapsed() < self.world.linger;
        if self.left.take().as_ref().is_some_and(in_time) && self.mirror().epoch() != room.epoch {
            self.world.trace.wrong(&format!("client {} comes back in time and the room is another one", self.number));
        }
        self.at = which;
    }

    /// Until the line is lost or left. A frame that is there is read before anything else is done.
    async fn stay(&mut self, mut socket: Socket) {
        let now = Instant::now();
        let acts_at = now + self.random_ms(0..=400);
        let mut visit = Visit { reads_since: now, stalled_until: None, acts_at, login: None, over_at: None };
        loop {
            let phase = self.world.phase();
            if phase == Phase::Over {
                return self.leave(socket).await;
            }
            let limit = self.limit(&socket, &visit);
            tokio::select! {
                biased;
                () = self.world.end_of(phase) => {
                    if socket.get_ref().is_silent() {
                        return self.note(format_args!("gives a silent line up"));
                    }
                    visit.stalled_until = None;
                    visit.reads_since = Instant::now();
                }
                message = socket.next(), if visit.stalled_until.is_none() => {
                    if !self.on_message(message, &mut visit) {
                        return;
                    }
                }
                () = sleep_until(visit.stalled_until.unwrap_or(now)), if visit.stalled_until.is_some() => {
                    visit.stalled_until = None;
                    visit.reads_since = Instant::now();
                }
                () = sleep_until(visit.acts_at), if phase == Phase::Storm => {
                    if !self.act(&mut socket, &mut visit).await {
                        return;
                    }
                }
                () = sleep_until(limit.unwrap_or(now)), if limit.is_some() => {
                    let what = if self.mirror().is_shown() { "its login has ended" } else { "it has no map" };
                    return self.world.trace.wrong(&format!("client {} is still there and {what}", self.number));
                }
            }
        }
    }

    /// By when this visit is wrong, if nothing happens. Nothing is expected of a line on which nothing arrives.
    fn limit(&self, socket: &Socket, visit: &Visit) -> Option<Instant> {
        if visit.stalled_until.is_some() || socket.get_ref().is_silent() {
            return None;
        }
        if !self.mirror().is_shown() {
            return Some(visit.reads_since + MAP_WITHIN);
        }
        visit.over_at.map(|over_at| over_at.max(visit.reads_since) + LOGIN_ENDS_WITHIN)
    }

    /// Whether the line goes on.
    fn on_message(&mut self, message: Option<Result<Message, Error>>, visit: &mut Visit) -> bool {
        let message = match message {
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => return true,
            Some(Ok(Message::Close(_)) | Err(_)) | None => {
                self.note(format_args!("has lost its line"));
                return false;
            }
            Some(Ok(message)) => message,
        };
        let Some(frame) = frames::read(&message) else {
            self.world.trace.wrong(&format!("client {} cannot read {message:?}", self.number));
            return false;
        };
        self.note(format_args!("reads {frame:?}"));
        if let Frame::Reply { reference: Some(0), code: None } = &frame {
            // Signed in: from now on the socket lasts as long as the login.
            let expires_at = visit.login.map(|login| self.world.moment(login.expires_at));
            visit.over_at = visit.over_at.or(expires_at);
        }
        let taken = self.mirror().take(frame);
        if let Err(rule) = taken {
            self.world.trace.wrong(&format!("client {}: {rule}", self.number));
            return false;
        }
        true
    }

    async fn leave(&self, mut socket: Socket) {
        self.note(format_args!("goes home"));
        timeout(Duration::from_millis(50), socket.close(None)).await.ok();
    }

    pub(super) fn random_ms(&mut self, range: std::ops::RangeInclusive<u64>) -> Duration {
        Duration::from_millis(self.rng.random_range(range))
    }

    pub(super) fn note(&self, what: std::fmt::Arguments<'_>) {
        self.world.trace.note(format_args!("client {} {what}", self.number));
    }

    pub(super) fn mirror(&self) -> MutexGuard<'_, Mirror> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The account of a client.
pub(super) const fn user(number: u64) -> UserId {
    UserId(Uuid::from_u128(0x1000 + number as u128))
}
