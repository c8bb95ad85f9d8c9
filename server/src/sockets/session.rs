//! What a connection may do: its phase is its type. Messages in, replies out; the socket is somebody else's.

use std::net::IpAddr;
use std::sync::Arc;

use frontrow_domain::codes::ErrorCode;
use frontrow_domain::event::Event;
use frontrow_domain::protocol::{Command, Ref, ServerFrame};
use serde_json::{Map, Value, json};

use crate::accounts::SignedInSocket;
use crate::app::App;
use crate::dashboard::runs;
use crate::door::Lane;
use crate::holds::Buyer;
use crate::http::problem::{Answer, Problem};
use crate::metrics;
use crate::rooms::Room;

/// Somebody who only watches: there is no `hold` here.
pub(super) struct Watching;

/// Somebody who signed this socket in.
pub(super) struct SignedIn {
    pub(super) login: SignedInSocket,
}

/// Somebody at the door of an admin socket: nothing but `auth` and `ping` leads anywhere.
pub(super) struct AtTheDoor;

/// Somebody who runs the event and has signed an admin socket in. They may hold seats as anybody else.
pub(super) struct Organizing {
    signed_in: SignedIn,
}

/// The phase of a connection.
pub(super) enum Session {
    Watching(Watching),
    SignedIn(SignedIn),
    AtTheDoor(AtTheDoor),
    Organizing(Organizing),
}

/// What a command leads to, besides its reply.
#[derive(Debug)]
pub(super) enum Effect {
    /// Nothing more.
    None,
    /// The socket is signed in, as somebody or as somebody else.
    SignedIn(SignedInSocket),
    /// The same of an admin socket, by somebody who runs the event.
    LetIn(SignedInSocket, Box<Event>),
    /// The client wants a snapshot.
    Resync,
}

/// Who takes the commands: the server and the room that the socket is in.
pub(super) struct Desk {
    pub(super) app: Arc<App>,
    pub(super) room: Arc<Room>,
    /// Where the client is, unless limits by address do not count it.
    pub(super) address: Option<IpAddr>,
}

impl Session {
    /// Does a command. Gives back the session in its next phase, the reply, and what else is to be done.
    pub(super) async fn on_command(self, desk: &Desk, reference: &Ref, command: Command) -> (Self, String, Effect) {
        let (session, result, effect) = match self {
            Self::Watching(watching) => watching.on_command(desk, command).await,
            Self::SignedIn(signed_in) => signed_in.on_command(desk, command).await,
            Self::AtTheDoor(at_the_door) => at_the_door.on_command(desk, command).await,
            Self::Organizing(organizing) => organizing.on_command(desk, command).await,
        };
        (session, reply(reference, result), effect)
    }
}

impl Watching {
    async fn on_command(self, desk: &Desk, command: Command) -> (Session, Answer<Map<String, Value>>, Effect) {
        match command {
            Command::Auth { ticket } => sign_in(desk, Session::Watching(self), &ticket).await,
            Command::Hold { .. } | Command::Release { .. } => {
                let problem = Problem::unauthorized("sign this socket in first: send auth with a ticket");
                (Session::Watching(self), Err(problem), Effect::None)
            }
            Command::Ping => (Session::Watching(self), Ok(Map::new()), Effect::None),
            Command::Sync => (Session::Watching(self), Ok(Map::new()), Effect::Resync),
        }
    }
}

impl SignedIn {
    async fn on_command(self, desk: &Desk, command: Command) -> (Session, Answer<Map<String, Value>>, Effect) {
        if let Command::Auth { ticket } = command {
            return sign_in(desk, Session::SignedIn(self), &ticket).await;
        }
        let (result, effect) = self.act(desk, command).await;
        (Session::SignedIn(self), result, effect)
    }

    /// What everybody may do who is signed in.
    async fn act(&self, desk: &Desk, command: Command) -> (Answer<Map<String, Value>>, Effect) {
        let (user, event) = (self.login.user, desk.room.event);
        match command {
            Command::Hold { seats } => {
                let held = async {
                    let _turn = desk.app.lanes.enter(Lane::Holds).await?;
                    desk.app.desk.hold(Buyer { user, address: desk.address }, event, &seats).await
                };
                let held = held.await;
                (held.map(|seats| result("seats", json!(seats))), Effect::None)
            }
            Command::Release { seats } => {
                let released = desk.app.desk.release(user, event, &seats).await;
                (released.map(|()| Map::new()), Effect::None)
            }
            Command::Sync => (Ok(Map::new()), Effect::Resync),
            // A new login is the phase's own business.
            Command::Auth { .. } | Command::Ping => (Ok(Map::new()), Effect::None),
        }
    }
}

impl AtTheDoor {
    async fn on_command(self, desk: &Desk, command: Command) -> (Session, Answer<Map<String, Value>>, Effect) {
        match command {
            Command::Auth { ticket } => let_in(desk, Session::AtTheDoor(self), &ticket).await,
            Command::Ping => (Session::AtTheDoor(self), Ok(Map::new()), Effect::None),
            Command::Hold { .. } | Command::Release { .. } | Command::Sync => {
                let problem = Problem::unauthorized("this is an admin socket: send auth with a ticket first");
                (Session::AtTheDoor(self), Err(problem), Effect::None)
            }
        }
    }
}

impl Organizing {
    async fn on_command(self, desk: &Desk, command: Command) -> (Session, Answer<Map<String, Value>>, Effect) {
        if let Command::Auth { ticket } = command {
            return let_in(desk, Session::Organizing(self), &ticket).await;
        }
        let (result, effect) = self.signed_in.act(desk, command).await;
        (Session::Organizing(self), result, effect)
    }
}

/// Lets those in who run the event, by the ledger's word. Everybody else leaves the socket as it was.
async fn let_in(desk: &Desk, before: Session, ticket: &str) -> (Session, Answer<Map<String, Value>>, Effect) {
    match organizer(desk, ticket).await {
        Ok((login, event)) => {
            let organizing = Organizing { signed_in: SignedIn { login } };
            let result = result("user_id", json!(login.user));
            (Session::Organizing(organizing), Ok(result), Effect::LetIn(login, Box::new(event)))
        }
        Err(problem) => (before, Err(problem), Effect::None),
    }
}

async fn organizer(desk: &Desk, ticket: &str) -> Answer<(SignedInSocket, Event)> {
    let login = desk.app.accounts.take_ticket(ticket).await?;
    let event = desk.app.catalogue.fresh_event(desk.room.event).await?;
    let user = desk.app.engines.ledger.user(login.user).await?;
    if user.is_some_and(|user| runs(&event, &user)) { Ok((login, event)) } else { Err(Problem::forbidden()) }
}

/// A ticket that does not work leaves everything as it was.
async fn sign_in(desk: &Desk, before: Session, ticket: &str) -> (Session, Answer<Map<String, Value>>, Effect) {
    match desk.app.accounts.take_ticket(ticket).await {
        Ok(login) => {
            let result = result("user_id", json!(login.user));
            (Session::SignedIn(SignedIn { login }), Ok(result), Effect::SignedIn(login))
        }
        Err(problem) => (before, Err(problem), Effect::None),
    }
}

fn result(name: &str, value: Value) -> Map<String, Value> {
    Map::from_iter([(name.to_owned(), value)])
}

/// The reply to a command that worked or was refused.
pub(super) fn reply(reference: &Ref, result: Answer<Map<String, Value>>) -> String {
    match result {
        Ok(result) => {
            metrics::replied(None);
            ServerFrame::Ok { reference, result }.to_json()
        }
        Err(Problem { code, detail, fields, .. }) => {
            metrics::replied(Some(code));
            ServerFrame::Refused { reference, code: code.as_str(), detail, fields }.to_json()
        }
    }
}

/// The reply to a frame that is no command.
pub(super) fn bad_message(reference: &Ref, reason: &str) -> String {
    reply(reference, Err(Problem::new(ErrorCode::BadMessage, reason)))
}
