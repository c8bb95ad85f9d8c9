//! One connection: the loop that does the socket's I/O, and nothing else does.

use std::sync::Arc;
use std::time::Duration;

use frontrow_domain::codes::{CloseReason, ErrorCode};
use frontrow_domain::event::Event;
use frontrow_domain::ids::Ordinal;
use frontrow_domain::protocol::{BadFrame, ClientFrame, HeldFor, Ref, ServerFrame, Subprotocol};
use futures_util::{SinkExt as _, StreamExt as _};
use governor::DefaultDirectRateLimiter;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};
use tokio_tungstenite::tungstenite::error::{CapacityError, ProtocolError};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::session::{AtTheDoor, Desk, Effect, Session, Watching, bad_message, reply};
use super::upgrade::{Agreed, Audience, Socket};
use super::waiting::{AtTheDoorUntil, Login, changed, dismissed, ended, seen, waited_too_long};
use crate::accounts::SignedInSocket;
use crate::app::App;
use crate::dashboard::{Standing, View};
use crate::http::problem::Problem;
use crate::listener::Place;
use crate::rooms::{Cart, Frame, Joined, Subscription};
use crate::{chance, metrics};

/// A client that takes nothing for this long does not want anything.
const WRITE_TIMEOUT: Duration = Duration::from_secs(10);
/// How long the closing handshake may take.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);
/// Commands beyond the rate limit before the socket is closed.
const MAX_EXCESS: u32 = 100;
/// How long an admin socket may stand at the door.
const AUTH_TIMEOUT: Duration = Duration::from_secs(10);
/// Clients of a server that goes away come back within this time, each at its own moment.
const COME_BACK_WITHIN_MS: u64 = 2_000;

/// Why a connection ends.
enum End {
    /// The client closed it, or is gone.
    Left,
    /// We close it.
    Close(CloseReason),
}

/// What one turn of the loop gives.
type Turn = Result<(), End>;

/// Runs a connection from its first frame to its last. Leaving and its metric happen on every path.
pub(super) async fn run(app: Arc<App>, socket: Socket, agreed: Agreed) {
    metrics::socket_opened();
    let room = Arc::clone(&agreed.room);
    room.pulse.socket_opened();
    let reason = match Connection::open(app, socket, agreed).await {
        Some(mut connection) => {
            let end = connection.serve().await;
            connection.close(end).await
        }
        None => None,
    };
    room.pulse.socket_closed();
    metrics::socket_closed(reason);
}

struct Connection {
    desk: Desk,
    socket: Socket,
    subprotocol: Subprotocol,
    subscription: Subscription,
    /// `None` only while a command is being done.
    session: Option<Session>,
    cart: Option<watch::Receiver<Cart>>,
    /// The losses of the cart that were told, or had happened before.
    losses_told: u64,
    login: Option<Login>,
    /// Until when somebody has to be let in; `None` where everybody may watch, and afterwards.
    at_the_door: Option<AtTheDoorUntil>,
    /// An organizer's place at the event's dashboard.
    view: Option<View>,
    standing: Option<Standing>,
    pace: DefaultDirectRateLimiter,
    excess: u32,
    unanswered_pings: u32,
    /// Counts this socket among the connections until it is closed.
    _place: Option<Arc<Place>>,
}

impl Connection {
    /// Joins the room and says hello.
    async fn open(app: Arc<App>, socket: Socket, agreed: Agreed) -> Option<Self> {
        let Agreed { mut room, subprotocol, resume, audience, place } = agreed;
        let joined = loop {
            match room.join(position(resume.as_ref())) {
                Some(joined) => break joined,
                // Closed between the handshake and now: another instance takes its place.
                None => room = app.rooms.open(room.event).await.ok()?,
            }
        };
        let Joined { subscription, seq, frames } = joined;
        let heartbeat_ms = app.settings.rooms.heartbeat_ms;
        let hello = ServerFrame::Hello { epoch: &room.epoch, seq, heartbeat_ms }.to_json();
        let pace = app.limits.socket();
        let (session, frames, at_the_door) = match audience {
            Audience::Everybody => (Session::Watching(Watching), frames, None),
            // It is in the room already, so that the room stays; what it would see there is for those who are let in.
            Audience::Organizers => {
                let until = AtTheDoorUntil { deadline: Instant::now() + AUTH_TIMEOUT, resume };
                (Session::AtTheDoor(AtTheDoor), Vec::new(), Some(until))
            }
        };
        let mut connection = Self {
            desk: Desk { app, room },
            socket,
            subprotocol,
            subscription,
            session: Some(session),
            cart: None,
            losses_told: 0,
            login: None,
            at_the_door,
            view: None,
            standing: None,
            pace,
            excess: 0,
            unanswered_pings: 0,
            _place: place,
        };
        connection.send(Message::text(hello)).await.ok()?;
        connection.send_frames(frames).await.ok()?;
        Some(connection)
    }

    /// The loop. Its inputs, in the order in which they are looked at:
    ///
    /// 1. the server's stop, because nothing after it matters;
    /// 2. the end of the login, or of the right to look at an admin socket, so that no command slips through behind it;
    /// 3. the heartbeat, which a busy room must not starve;
    /// 4. the client's messages;
    /// 5. my own holds, before the map that shows them;
    /// 6. the room's frames, unless somebody still stands at the door;
    /// 7. the dashboard's frames, which are about what the room has shown.
    async fn serve(&mut self) -> End {
        let period = Duration::from_millis(self.desk.app.settings.rooms.heartbeat_ms);
        let mut heartbeat = interval(period);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        heartbeat.reset();
        let stop = self.desk.app.stop.clone();
        loop {
            let turn = tokio::select! {
                biased;
                () = stop.cancelled() => Err(End::Close(CloseReason::ShuttingDown)),
                () = ended(&self.desk.app, &mut self.login) => Err(End::Close(CloseReason::LoginExpired)),
                () = dismissed(&mut self.standing) => Err(End::Close(CloseReason::Forbidden)),
                () = waited_too_long(self.at_the_door.as_ref()) => Err(End::Close(CloseReason::Unauthorized)),
                _ = heartbeat.tick() => self.on_heartbeat().await,
                message = self.socket.next() => self.on_message(message).await,
                () = changed(&mut self.cart) => self.send_cart().await,
                frame = self.subscription.next(), if self.at_the_door.is_none() => match frame {
                    Ok(frame) => self.deliver(&frame).await,
                    Err(_lagged) => self.on_lagged().await,
                },
                frame = seen(&mut self.view) => self.send(frame.message(self.subprotocol)).await,
            };
            if let Err(end) = turn {
                return end;
            }
        }
    }

    async fn on_message(&mut self, message: Option<Result<Message, Error>>) -> Turn {
        match message {
            Some(Ok(Message::Text(text))) => self.on_text(&text).await,
            Some(Ok(Message::Binary(_))) => {
                let within = self.count_command()?;
                let refusal =
                    if within { bad_message(&Ref::None, "commands are JSON text") } else { too_fast(&Ref::None) };
                self.send(Message::text(refusal)).await
            }
            Some(Ok(Message::Pong(_))) => {
                self.unanswered_pings = 0;
                Ok(())
            }
            // tungstenite answers pings by itself.
            Some(Ok(Message::Ping(_) | Message::Frame(_))) => Ok(()),
            Some(Err(Error::Capacity(CapacityError::MessageTooLong { .. }))) => Err(End::Close(CloseReason::TooBig)),
            Some(Err(Error::Utf8(_))) => Err(End::Close(CloseReason::BrokenText)),
            Some(Err(Error::Protocol(error))) if error != ProtocolError::ResetWithoutClosingHandshake => {
                Err(End::Close(CloseReason::BrokenFrames))
            }
            Some(Ok(Message::Close(_)) | Err(_)) | None => Err(End::Left),
        }
    }

    async fn on_text(&mut self, text: &str) -> Turn {
        let frame = ClientFrame::parse(text);
        if !self.count_command()? {
            let reference = match frame {
                Ok(ClientFrame { reference, .. }) | Err(BadFrame { reference, .. }) => reference,
            };
            return self.send(Message::text(too_fast(&reference))).await;
        }
        let ClientFrame { reference, command } = match frame {
            Ok(frame) => frame,
            Err(BadFrame { reference, reason }) => {
                return self.send(Message::text(bad_message(&reference, reason))).await;
            }
        };
        let Some(session) = self.session.take() else { return Err(End::Left) };
        let (session, reply, effect) = session.on_command(&self.desk, &reference, command).await;
        self.session = Some(session);
        self.send(Message::text(reply)).await?;
        match effect {
            Effect::None => Ok(()),
            Effect::Resync => self.resync().await,
            Effect::SignedIn(signed_in) => self.sign_in(signed_in).await,
            Effect::LetIn(signed_in, event) => self.let_in(signed_in, *event).await,
        }
    }

    async fn sign_in(&mut self, signed_in: SignedInSocket) -> Turn {
        let accounts = &self.desk.app.accounts;
        self.login = Some(Login {
            id: signed_in.login.id,
            expires: Instant::now() + accounts.remaining(signed_in.login),
            endings: accounts.ended_logins(),
        });
        let cart = self.desk.room.watch_cart(signed_in.user);
        self.losses_told = cart.borrow().losses;
        self.cart = Some(cart);
        self.send_cart().await
    }

    /// Somebody who runs the event has signed an admin socket in: the first time they get all that they were not shown
    /// before. Somebody else who does takes over their place.
    async fn let_in(&mut self, signed_in: SignedInSocket, event: Event) -> Turn {
        let Desk { app, room } = &self.desk;
        if self.view.as_ref().is_none_or(|view| view.viewer() != signed_in.user) {
            let view = app.dashboards.enter(app, room, event, signed_in.user);
            self.standing = Some(view.standing());
            self.view = Some(view);
        }
        let was_outside = self.at_the_door.take();
        if let Some(AtTheDoorUntil { resume, .. }) = &was_outside {
            let joined = self.desk.room.join(position(resume.as_ref()));
            let Some(joined) = joined else { return Err(End::Close(CloseReason::ShuttingDown)) };
            self.subscription = joined.subscription;
            self.send_frames(joined.frames).await?;
        }
        self.sign_in(signed_in).await?;
        let beginning = match (&mut self.view, was_outside) {
            (Some(view), Some(_)) => view.beginning(self.desk.app.rooms.now_ms()),
            _ => Vec::new(),
        };
        self.send_frames(beginning).await
    }

    /// Whether the command is within the limit; the end after too many that were not.
    fn count_command(&mut self) -> Result<bool, End> {
        if self.pace.check().is_ok() {
            return Ok(true);
        }
        self.excess += 1;
        if self.excess > MAX_EXCESS { Err(End::Close(CloseReason::RateLimited)) } else { Ok(false) }
    }

    async fn on_heartbeat(&mut self) -> Turn {
        if self.unanswered_pings >= 2 {
            return Err(End::Close(CloseReason::Silent));
        }
        self.unanswered_pings += 1;
        self.send(Message::Ping(Vec::new().into())).await
    }

    /// One frame of the room. How long a delta took is known once this socket has taken it.
    async fn deliver(&mut self, frame: &Frame) -> Turn {
        self.send(frame.message(self.subprotocol)).await?;
        if let Some(age) = frame.age() {
            self.desk.room.pulse.delivered(age);
        }
        Ok(())
    }

    async fn on_lagged(&mut self) -> Turn {
        self.desk.room.pulse.lagged();
        self.resync().await
    }

    /// Joins the room again: whatever was missed is in the snapshot.
    async fn resync(&mut self) -> Turn {
        metrics::resynced();
        self.desk.room.pulse.resynced();
        let Some(joined) = self.desk.room.join(None) else { return Err(End::Close(CloseReason::ShuttingDown)) };
        self.subscription = joined.subscription;
        self.send_frames(joined.frames).await
    }

    async fn send_cart(&mut self) -> Turn {
        let Some(cart) = &mut self.cart else { return Ok(()) };
        let cart = cart.borrow_and_update().clone();
        let now = Instant::now();
        let name = |seat: Ordinal| self.desk.room.plan.layout.seat(seat).seat.clone();
        let held = |&(seat, until): &(Ordinal, Instant)| HeldFor {
            seat: name(seat),
            expires_in_ms: u64::try_from(until.saturating_duration_since(now).as_millis()).unwrap_or(0),
        };
        let seats: Vec<_> = cart.seats.iter().map(held).collect();
        let is_news = cart.losses > self.losses_told;
        let lost: Vec<_> = cart.lost.iter().filter(|_| is_news).map(|&seat| name(seat)).collect();
        self.losses_told = cart.losses;
        self.send(Message::text(ServerFrame::Cart { seats: &seats, lost: &lost }.to_json())).await
    }

    async fn send_frames(&mut self, frames: Vec<Frame>) -> Turn {
        for frame in frames {
            self.send(frame.message(self.subprotocol)).await?;
        }
        Ok(())
    }

    async fn send(&mut self, message: Message) -> Turn {
        let bytes = message.len();
        match timeout(WRITE_TIMEOUT, self.socket.send(message)).await {
            Ok(Ok(())) => {
                self.desk.room.pulse.sent(bytes);
                Ok(())
            }
            Ok(Err(_gone)) => Err(End::Left),
            Err(_elapsed) => Err(End::Close(CloseReason::Slow)),
        }
    }

    /// Says goodbye where there is somebody to hear it, and gives back why.
    async fn close(mut self, end: End) -> Option<CloseReason> {
        let End::Close(reason) = end else {
            timeout(CLOSE_TIMEOUT, self.socket.close(None)).await.ok();
            return None;
        };
        let (code, number) = reason.row();
        let retry_after_ms = chance::jitter_ms(COME_BACK_WITHIN_MS);
        let bye = ServerFrame::Bye { code, retry_after_ms }.to_json();
        let goodbye = async {
            self.socket.send(Message::text(bye)).await?;
            self.socket.close(Some(CloseFrame { code: number.into(), reason: code.into() })).await?;
            // Reading until the end lets the client's own close arrive, so that no reset destroys our last frames.
            while let Some(Ok(_)) = self.socket.next().await {}
            Ok::<_, Error>(())
        };
        timeout(CLOSE_TIMEOUT, goodbye).await.ok();
        Some(reason)
    }
}

fn too_fast(reference: &Ref) -> String {
    reply(reference, Err(Problem::new(ErrorCode::RateLimited, "too many commands, slow down")))
}

fn position(resume: Option<&(String, u64)>) -> Option<(&str, u64)> {
    resume.map(|(epoch, seq)| (epoch.as_str(), *seq))
}
