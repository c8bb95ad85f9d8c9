//! One connection: the loop that reads the socket, answers it, and brings it up to date. What the room publishes is written by
//! the fan-out, as long as the socket takes it.

use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use frontrow_domain::codes::{CloseReason, ErrorCode};
use frontrow_domain::event::Event;
use frontrow_domain::ids::Ordinal;
use frontrow_domain::protocol::{BadFrame, ClientFrame, HeldFor, Ref, ServerFrame};
use futures_util::{SinkExt as _, StreamExt as _};
use governor::DefaultDirectRateLimiter;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::tungstenite::error::{CapacityError, ProtocolError};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::session::{AtTheDoor, Desk, Effect, Session, Watching, bad_message, reply};
use super::upgrade::{Agreed, Audience, Places, Socket};
use super::waiting::{AtTheDoorUntil, Interests, Login, News, Terms, news, over};
use crate::accounts::SignedInSocket;
use crate::app::App;
use crate::fanout::{Frame, Membership, Peer, PeerError, Pulse};
use crate::http::problem::Problem;
use crate::rooms::Joined;
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

impl From<PeerError> for End {
    fn from(error: PeerError) -> Self {
        match error {
            PeerError::Stalled => Self::Close(CloseReason::Slow),
            PeerError::Gone => Self::Left,
        }
    }
}

/// What one turn of the loop gives.
type Turn = Result<(), End>;

/// Opens a connection, which then runs as a task of its own: what opening takes is not kept for as long as it lives.
pub(super) async fn open(app: Arc<App>, socket: Socket, agreed: Agreed) {
    let sockets = app.sockets.clone();
    if let Some(connection) = Connection::open(app, socket, agreed).await {
        sockets.spawn(run(Box::new(connection)));
    }
}

/// Runs a connection to its last frame.
async fn run(mut connection: Box<Connection>) {
    let end = connection.serve().await;
    let reason = Box::pin(connection.close(end)).await;
    connection.presence.ended_by(reason);
    connection.peer.hang_up();
}

struct Connection {
    desk: Desk,
    socket: Socket,
    peer: Arc<Peer>,
    _membership: Membership,
    /// `None` only while a command is being done.
    session: Option<Session>,
    terms: Option<Box<Terms>>,
    interests: Option<Box<Interests>>,
    pace: DefaultDirectRateLimiter,
    /// Of control frames; most clients never send one unasked.
    control_pace: Option<Box<DefaultDirectRateLimiter>>,
    excess: u32,
    /// Counts this socket among the connections and its address' sockets until it is closed.
    _places: Places,
    presence: Presence,
}

/// Counts a socket as open, in its room and for the metrics, as long as it exists: however it ends.
struct Presence {
    pulse: Arc<Pulse>,
    closed_for: Option<CloseReason>,
}

impl Presence {
    fn new(pulse: &Arc<Pulse>) -> Self {
        metrics::socket_opened();
        pulse.socket_opened();
        Self { pulse: Arc::clone(pulse), closed_for: None }
    }

    fn ended_by(&mut self, reason: Option<CloseReason>) {
        self.closed_for = reason;
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        self.pulse.socket_closed();
        metrics::socket_closed(self.closed_for);
    }
}

impl Connection {
    /// Joins the room and says hello.
    async fn open(app: Arc<App>, socket: Socket, agreed: Agreed) -> Option<Self> {
        let Agreed { mut room, resume, audience, places, address, .. } = agreed;
        let peer = Arc::clone(socket.get_ref().peer());
        let joined = loop {
            match room.join(&peer, position(resume.as_ref())) {
                Some(joined) => break joined,
                // Closed between the handshake and now: another instance takes its place.
                None => room = app.rooms.open(room.event).await.ok()?,
            }
        };
        let Joined { membership, seq, mut frames } = joined;
        let heartbeat_ms = app.settings.rooms.heartbeat_ms;
        let hello = ServerFrame::Hello { epoch: &room.epoch, seq, heartbeat_ms }.to_json();
        let pace = app.limits.socket();
        let (session, terms) = match audience {
            Audience::Everybody => (Session::Watching(Watching), None),
            // It is in the room already, so that the room stays; what it would see there is for those who are let in.
            Audience::Organizers => {
                frames.clear();
                let until = AtTheDoorUntil { deadline: Instant::now() + AUTH_TIMEOUT, resume };
                let terms = Terms { at_the_door: Some(until), ..Terms::default() };
                (Session::AtTheDoor(AtTheDoor), Some(Box::new(terms)))
            }
        };
        frames.insert(0, Frame::text(hello));
        let mut connection = Self {
            presence: Presence::new(&room.pulse),
            desk: Desk { app, room, address },
            socket,
            peer,
            _membership: membership,
            session: Some(session),
            terms,
            interests: None,
            pace,
            control_pace: None,
            excess: 0,
            _places: places,
        };
        connection.send_frames(&frames).await.ok()?;
        connection.catch_up().await.ok()?;
        Some(connection)
    }

    /// The loop. Its inputs, in the order in which they are looked at:
    ///
    /// 1. the server's stop, because nothing after it matters;
    /// 2. the end of what it may, so that no command slips through behind it;
    /// 3. the client's messages: one that floods us shuts out nothing but its own map;
    /// 4. the fan-out, which has found the socket behind or silent;
    /// 5. my own holds, and the dashboard's frames.
    ///
    /// What is done about them is boxed: a connection that waits, as nearly all do, keeps no place for it.
    async fn serve(&mut self) -> End {
        let stop = self.desk.app.stop.clone();
        loop {
            let turn = tokio::select! {
                biased;
                () = stop.cancelled() => Err(End::Close(CloseReason::ShuttingDown)),
                reason = over(&self.desk.app, self.terms.as_deref_mut()) => Err(End::Close(reason)),
                message = self.socket.next() => Box::pin(self.on_message(message)).await,
                () = self.peer.called() => Box::pin(self.on_call()).await,
                news = news(self.interests.as_deref_mut()) => Box::pin(self.on_news(news)).await,
            };
            if let Err(end) = turn {
                return end;
            }
        }
    }

    async fn on_message(&mut self, message: Option<Result<Message, Error>>) -> Turn {
        self.socket.get_mut().heard();
        match message {
            Some(Ok(Message::Text(text))) => self.on_text(&text).await,
            Some(Ok(Message::Binary(_))) => {
                let within = self.count_command()?;
                let refusal =
                    if within { bad_message(&Ref::None, "commands are JSON text") } else { too_fast(&Ref::None) };
                self.send(Message::text(refusal)).await
            }
            Some(Ok(Message::Pong(_))) => {
                if self.peer.answered() {
                    Ok(())
                } else {
                    self.count_control()
                }
            }
            // tungstenite answers them by itself.
            Some(Ok(Message::Ping(_))) => self.count_control(),
            Some(Ok(Message::Frame(_))) => Ok(()),
            Some(Err(Error::Io(error))) if error.kind() == ErrorKind::QuotaExceeded => {
                Err(End::Close(CloseReason::RateLimited))
            }
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
        self.terms.get_or_insert_default().login = Some(Login {
            id: signed_in.login.id,
            expires: Instant::now() + accounts.remaining(signed_in.login),
            endings: accounts.ended_logins(),
        });
        let cart = self.desk.room.watch_cart(signed_in.user);
        let interests = self.interests.get_or_insert_default();
        interests.losses_told = cart.borrow().losses;
        interests.cart = Some(cart);
        self.send_cart().await
    }

    /// Somebody who runs the event has signed an admin socket in: the first time they get all that they were not shown
    /// before. Somebody else who does takes over their place.
    async fn let_in(&mut self, signed_in: SignedInSocket, event: Event) -> Turn {
        let Desk { app, room, .. } = &self.desk;
        let (terms, interests) = (self.terms.get_or_insert_default(), self.interests.get_or_insert_default());
        if interests.view.as_ref().is_none_or(|view| view.viewer() != signed_in.user) {
            let view = app.dashboards.enter(app, room, event, signed_in.user);
            terms.standing = Some(view.standing());
            interests.view = Some(view);
        }
        let was_outside = terms.at_the_door.take();
        if let Some(AtTheDoorUntil { resume, .. }) = &was_outside {
            let frames = self.desk.room.resume(&self.peer, position(resume.as_ref()));
            self.send_frames(&frames).await?;
            self.catch_up().await?;
        }
        self.sign_in(signed_in).await?;
        let view = self.interests.as_mut().and_then(|interests| interests.view.as_mut());
        let beginning = match (view, was_outside) {
            (Some(view), Some(_)) => view.beginning(self.desk.app.rooms.now_ms()),
            _ => Vec::new(),
        };
        self.send_frames(&beginning).await
    }

    /// Whether the command is within the limit; the end after too many that were not.
    fn count_command(&mut self) -> Result<bool, End> {
        if self.pace.check().is_ok() {
            return Ok(true);
        }
        self.exceed().map(|()| false)
    }

    /// The same of pings, and of pongs that nobody asked for: they have a bucket of their own, so that they take none of the
    /// commands' room, and they are never refused, only too many of them.
    fn count_control(&mut self) -> Turn {
        let limits = &self.desk.app.limits;
        let pace = self.control_pace.get_or_insert_with(|| Box::new(limits.socket()));
        if pace.check().is_ok() { Ok(()) } else { self.exceed() }
    }

    fn exceed(&mut self) -> Turn {
        self.excess += 1;
        if self.excess > MAX_EXCESS { Err(End::Close(CloseReason::RateLimited)) } else { Ok(()) }
    }

    /// The fan-out does not write to this socket any more: because it did not take everything, or because nobody is there.
    async fn on_call(&mut self) -> Turn {
        if self.peer.is_silent() {
            return Err(End::Close(CloseReason::Silent));
        }
        self.catch_up().await
    }

    /// Brings the client a step closer to the room, until the fan-out can take over. One step, so that a client that never
    /// gets there is still listened to. Whoever stands at the door sees nothing of the room.
    async fn catch_up(&mut self) -> Turn {
        self.drained().await?;
        if self.terms.as_ref().is_some_and(|terms| terms.at_the_door.is_some()) {
            return Ok(());
        }
        if let Some(missed) = self.desk.room.missed_by(&self.peer) {
            self.peer.call();
            self.send_frames(&missed).await?;
        }
        Ok(())
    }

    /// A snapshot, whatever the client has.
    async fn resync(&mut self) -> Turn {
        metrics::resynced();
        self.desk.room.pulse.resynced();
        let frames = self.desk.room.resume(&self.peer, None);
        self.send_frames(&frames).await?;
        self.catch_up().await
    }

    async fn on_news(&mut self, news: News) -> Turn {
        match news {
            News::Cart => self.send_cart().await,
            News::Dashboard(frame) => self.send_frames(&[frame]).await,
        }
    }

    async fn send_cart(&mut self) -> Turn {
        let Some(interests) = &mut self.interests else { return Ok(()) };
        let Some(cart) = &mut interests.cart else { return Ok(()) };
        let cart = cart.borrow_and_update().clone();
        let now = Instant::now();
        let name = |seat: Ordinal| self.desk.room.plan.layout.seat(seat).seat.clone();
        let held = |&(seat, until): &(Ordinal, Instant)| HeldFor {
            seat: name(seat),
            expires_in_ms: u64::try_from(until.saturating_duration_since(now).as_millis()).unwrap_or(0),
        };
        let seats: Vec<_> = cart.seats.iter().map(held).collect();
        let is_news = cart.losses > interests.losses_told;
        let lost: Vec<_> = cart.lost.iter().filter(|_| is_news).map(|&seat| name(seat)).collect();
        interests.losses_told = cart.losses;
        self.send(Message::text(ServerFrame::Cart { seats: &seats, lost: &lost }.to_json())).await
    }

    /// Frames that are finished already.
    async fn send_frames(&mut self, frames: &[Frame]) -> Turn {
        let bytes = self.peer.send(frames).map_err(End::from)?;
        self.desk.room.pulse.sent(frames.len() as u64, bytes);
        self.drained().await
    }

    /// Waits for the client, unless the server stops.
    async fn drained(&mut self) -> Turn {
        tokio::select! {
            biased;
            drained = self.peer.drained() => drained.map_err(End::from),
            () = self.desk.app.stop.cancelled() => Err(End::Close(CloseReason::ShuttingDown)),
        }
    }

    async fn send(&mut self, message: Message) -> Turn {
        let bytes = message.len();
        match timeout(WRITE_TIMEOUT, self.socket.send(message)).await {
            Ok(Ok(())) => {
                self.desk.room.pulse.sent(1, bytes);
                Ok(())
            }
            Ok(Err(_gone)) => Err(End::Left),
            Err(_elapsed) => Err(End::Close(CloseReason::Slow)),
        }
    }

    /// Says goodbye where there is somebody to hear it, and gives back why.
    async fn close(&mut self, end: End) -> Option<CloseReason> {
        self.peer.begin_to_close();
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
            while let Some(Ok(_)) = self.socket.next().await {}
            Ok::<_, Error>(())
        };
        let heard_out = async {
            goodbye.await.ok();
            self.peer.hear_out().await;
        };
        timeout(CLOSE_TIMEOUT, heard_out).await.ok();
        Some(reason)
    }
}

fn too_fast(reference: &Ref) -> String {
    reply(reference, Err(Problem::new(ErrorCode::RateLimited, "too many commands, slow down")))
}

fn position(resume: Option<&(String, u64)>) -> Option<(&str, u64)> {
    resume.map(|(epoch, seq)| (epoch.as_str(), *seq))
}
