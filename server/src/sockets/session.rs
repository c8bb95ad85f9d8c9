//! What a connection may do: its phase is its type. Messages in, replies out; the socket is somebody else's.

use std::sync::Arc;

use frontrow_domain::codes::ErrorCode;
use frontrow_domain::protocol::{Command, Ref, ServerFrame};
use serde_json::{Map, Value, json};

use crate::accounts::SignedInSocket;
use crate::app::App;
use crate::http::problem::{Answer, Problem};
use crate::metrics;
use crate::rooms::Room;

/// Somebody who only watches: there is no `hold` here.
pub(super) struct Watching;

/// Somebody who signed this socket in.
pub(super) struct SignedIn {
    pub(super) login: SignedInSocket,
}

/// The phase of a connection.
pub(super) enum Session {
    Watching(Watching),
    SignedIn(SignedIn),
}

/// What a command leads to, besides its reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// Nothing more.
    None,
    /// The socket is signed in, as somebody or as somebody else.
    SignedIn(SignedInSocket),
    /// The client wants a snapshot.
    Resync,
}

/// Who takes the commands: the server and the room that the socket is in.
pub(super) struct Desk {
    pub(super) app: Arc<App>,
    pub(super) room: Arc<Room>,
}

impl Session {
    /// Does a command. Gives back the session in its next phase, the reply, and what else is to be done.
    pub(super) async fn on_command(self, desk: &Desk, reference: &Ref, command: Command) -> (Self, String, Effect) {
        let (session, result, effect) = match self {
            Self::Watching(watching) => watching.on_command(desk, command).await,
            Self::SignedIn(signed_in) => signed_in.on_command(desk, command).await,
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
        let (user, event) = (self.login.user, desk.room.event);
        match command {
            Command::Auth { ticket } => sign_in(desk, Session::SignedIn(self), &ticket).await,
            Command::Hold { seats } => {
                let held = desk.app.desk.hold(user, event, &seats).await;
                (Session::SignedIn(self), held.map(|seats| result("seats", json!(seats))), Effect::None)
            }
            Command::Release { seats } => {
                let released = desk.app.desk.release(user, event, &seats).await;
                (Session::SignedIn(self), released.map(|()| Map::new()), Effect::None)
            }
            Command::Ping => (Session::SignedIn(self), Ok(Map::new()), Effect::None),
            Command::Sync => (Session::SignedIn(self), Ok(Map::new()), Effect::Resync),
        }
    }
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
