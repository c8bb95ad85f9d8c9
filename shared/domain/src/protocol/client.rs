//! Frames from the client: read strictly, refused with a reason, never a panic.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::MAX_SEATS_PER_COMMAND;

/// What a command is recognised by in its reply: a string or an integer, as the client chose.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Ref {
    /// None was sent, or none could be read.
    #[default]
    None,
    /// An integer.
    Int(i64),
    /// A text of at most 64 bytes.
    Text(String),
}

impl Serialize for Ref {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::None => serializer.serialize_unit(),
            Self::Int(number) => serializer.serialize_i64(*number),
            Self::Text(text) => serializer.serialize_str(text),
        }
    }
}

/// What a client asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Signs this socket in with a one-time ticket.
    Auth {
        /// From `POST auth/ws-ticket`.
        ticket: String,
    },
    /// Holds seats, all or none.
    Hold {
        /// Their names.
        seats: Vec<String>,
    },
    /// Gives seats back.
    Release {
        /// Their names.
        seats: Vec<String>,
    },
    /// Are you there?
    Ping,
    /// Send me a snapshot.
    Sync,
}

/// One command with its reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientFrame {
    /// Echoed in the reply.
    pub reference: Ref,
    /// What is asked.
    pub command: Command,
}

/// A frame that cannot be a command.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct BadFrame {
    /// The reference, where one could be read.
    pub reference: Ref,
    /// Why, for the person who writes the client.
    pub reason: &'static str,
}

impl ClientFrame {
    /// Reads a text frame.
    pub fn parse(text: &str) -> Result<Self, BadFrame> {
        let bad = |reference: &Ref, reason| BadFrame { reference: reference.clone(), reason };
        let Ok(Value::Object(frame)) = serde_json::from_str(text) else {
            return Err(bad(&Ref::None, "a frame is a JSON object"));
        };
        let reference =
            read_ref(&frame).ok_or_else(|| bad(&Ref::None, "ref is a string of at most 64 bytes or an integer"))?;
        let command = read_command(&frame).map_err(|reason| bad(&reference, reason))?;
        Ok(Self { reference, command })
    }
}

fn read_ref(frame: &Map<String, Value>) -> Option<Ref> {
    match frame.get("ref") {
        None | Some(Value::Null) => Some(Ref::None),
        Some(Value::Number(number)) => number.as_i64().map(Ref::Int),
        Some(Value::String(text)) if text.len() <= 64 => Some(Ref::Text(text.clone())),
        Some(_) => None,
    }
}

fn read_command(frame: &Map<String, Value>) -> Result<Command, &'static str> {
    match frame.get("type").and_then(Value::as_str) {
        Some("auth") => {
            let ticket = frame.get("ticket").and_then(Value::as_str).ok_or("auth needs a ticket")?;
            Ok(Command::Auth { ticket: ticket.to_owned() })
        }
        Some("hold") => Ok(Command::Hold { seats: read_seats(frame)? }),
        Some("release") => Ok(Command::Release { seats: read_seats(frame)? }),
        Some("ping") => Ok(Command::Ping),
        Some("sync") => Ok(Command::Sync),
        Some(_) => Err("there is no frame of this type"),
        None => Err("type is missing"),
    }
}

fn read_seats(frame: &Map<String, Value>) -> Result<Vec<String>, &'static str> {
    const SHAPE: &str = "seats is a list of 1 to 100 seat names";
    let list = frame.get("seats").and_then(Value::as_array).ok_or(SHAPE)?;
    if list.is_empty() || list.len() > MAX_SEATS_PER_COMMAND {
        return Err(SHAPE);
    }
    list.iter().map(|seat| seat.as_str().map(str::to_owned).ok_or(SHAPE)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read_with_their_reference() {
        let frame = ClientFrame::parse(r#"{"type":"hold","ref":7,"seats":["A-1"],"extra":1}"#).expect("a command");
        assert_eq!(frame.reference, Ref::Int(7));
        assert_eq!(frame.command, Command::Hold { seats: vec!["A-1".into()] });
        assert_eq!(ClientFrame::parse(r#"{"type":"ping"}"#).expect("a command").reference, Ref::None);
    }

    #[test]
    fn a_bad_frame_keeps_its_reference_where_one_can_be_read() {
        for (text, reference) in [
            ("nonsense", Ref::None),
            ("[]", Ref::None),
            (r#"{"type":"fly","ref":"a"}"#, Ref::Text("a".into())),
            (r#"{"ref":1}"#, Ref::Int(1)),
            (r#"{"type":"hold","ref":1,"seats":[]}"#, Ref::Int(1)),
            (r#"{"type":"hold","ref":1,"seats":[1]}"#, Ref::Int(1)),
            (r#"{"type":"hold","ref":{},"seats":["A"]}"#, Ref::None),
            (r#"{"type":"auth","ref":1.5,"ticket":"t"}"#, Ref::None),
        ] {
            assert_eq!(ClientFrame::parse(text).expect_err(text).reference, reference, "{text}");
        }
    }
}
