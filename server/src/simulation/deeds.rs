//! What a simulated client does while it is connected: all that people and their networks do, sensible or not.

use std::time::Duration;

use frontrow_domain::ids::{LoginId, Ordinal};
use frontrow_engines::ledger::SocketLogin;
use futures_util::SinkExt as _;
use rand::Rng as _;
use rand::seq::IndexedRandom as _;
use serde_json::{Value, json};
use tokio::time::{Instant, timeout};
use tokio_tungstenite::tungstenite::Message;
use uuid::Uuid;

use super::client::{Client, Socket, Visit, WIDE, user};
use super::hall::{SEATS, name};
use super::line::Direction;

impl Client {
    /// Does something, and says whether it stays.
    pub(super) async fn act(&mut self, socket: &mut Socket, visit: &mut Visit) -> bool {
        if socket.get_ref().is_silent() {
            self.note(format_args!("gives a silent line up"));
            return false;
        }
        let kinds = self.world.weather().kinds;
        visit.acts_at = Instant::now() + self.random_ms(10..=700);
        match self.rng.random_range(0..100) {
            0..8 if kinds.lines_cut => {
                let direction = if self.rng.random_bool(0.6) { Direction::ToClient } else { Direction::ToServer };
                let bytes = self.rng.random_range(0..300);
                self.note(format_args!("loses its line after {bytes} more bytes {direction:?}"));
                socket.get_ref().cut_after(direction, bytes);
                true
            }
            8..11 if kinds.lines_silent => {
                self.note(format_args!("hears nothing any more"));
                socket.get_ref().fall_silent();
                visit.acts_at = Instant::now() + self.random_ms(300..=4_000);
                true
            }
            11..22 if kinds.slow_readers => {
                visit.stalled_until = Some(Instant::now() + self.random_ms(50..=3_000));
                self.note(format_args!("stops reading"));
                true
            }
            22..26 => {
                self.note(format_args!("goes away"));
                // Of a wide line everything was read: the server had this client until now.
                let has_read_all = self.capacity == WIDE && self.mirror().is_shown();
                self.left = has_read_all.then(|| (self.at, Instant::now()));
                if self.rng.random_bool(0.5) {
                    timeout(Duration::from_millis(50), socket.close(None)).await.ok();
                }
                false
            }
            26..30 => self.say(socket, json!({"type": "sync"})).await,
            30..32 => self.say(socket, json!({"type": "ping"})).await,
            32..34 => socket.send(Message::text("nonsense")).await.is_ok(),
            _ if !self.is_buyer => true,
            34..38 => self.end_login(visit).await,
            _ => self.buy(socket, visit).await,
        }
    }

    async fn buy(&mut self, socket: &mut Socket, visit: &mut Visit) -> bool {
        if visit.login.is_none() {
            return self.sign_in(socket, visit).await;
        }
        let cart = self.mirror().cart().unwrap_or_default().to_vec();
        if !cart.is_empty() && self.rng.random_bool(0.35) {
            let seat = cart.choose(&mut self.rng);
            return self.say(socket, json!({"type": "release", "seats": [seat]})).await;
        }
        let seats: Vec<_> =
            (0..self.rng.random_range(1..=3)).map(|_| name(Ordinal(self.rng.random_range(0..SEATS)))).collect();
        self.say(socket, json!({"type": "hold", "seats": seats})).await
    }

    async fn sign_in(&mut self, socket: &mut Socket, visit: &mut Visit) -> bool {
        let id = LoginId(Uuid::from_u128(self.rng.random()));
        let lasts_ms = if self.rng.random_bool(0.3) { self.rng.random_range(500..6_000) } else { 3_600_000 };
        let login = SocketLogin { id, expires_at: self.world.now().plus_ms(lasts_ms) };
        let secret = format!("ticket of {id}");
        self.world.ledger.ticket(&secret, user(self.number), login);
        visit.login = Some(login);
        self.note(format_args!("signs in for {lasts_ms} ms"));
        let auth = json!({"type": "auth", "ref": 0, "ticket": secret});
        socket.send(Message::text(auth.to_string())).await.is_ok()
    }

    /// Logs out, somewhere else.
    async fn end_login(&mut self, visit: &mut Visit) -> bool {
        if let (Some(login), Some(_)) = (visit.login, visit.over_at) {
            self.note(format_args!("logs out"));
            self.world.end_login(login.id).await;
            visit.over_at = visit.over_at.min(Some(Instant::now()));
        }
        true
    }

    async fn say(&mut self, socket: &mut Socket, mut command: Value) -> bool {
        self.sent += 1;
        command["ref"] = self.sent.into();
        self.note(format_args!("says {command}"));
        socket.send(Message::text(command.to_string())).await.is_ok()
    }
}
