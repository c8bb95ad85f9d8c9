//! A ticket: the right to one seat, on paper or on a screen. Its code can be verified by anybody who has the public key.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::clock::UnixMs;
use crate::ids::{EventId, OrderId, Ordinal, TicketId, UserId};

/// The first byte of every code: the layout of the rest.
const LAYOUT: u8 = 1;
/// Layout, key, ticket, event, seat.
const SIGNED_BYTES: usize = 1 + 4 + 16 + 16 + 4;
const SIGNATURE_BYTES: usize = 64;

/// What became of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TicketState {
    /// It opens the door, once.
    Valid,
    /// It has opened the door.
    Used {
        /// When.
        at: UnixMs,
        /// Who scanned it.
        by: UserId,
    },
    /// The seat was given back.
    Refunded,
}

/// One seat of one order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// Made from the order and the seat.
    pub id: TicketId,
    /// Which order it belongs to.
    pub order_id: OrderId,
    /// For which event.
    pub event_id: EventId,
    /// Whose.
    pub buyer_id: UserId,
    /// Which seat.
    pub ordinal: Ordinal,
    /// The seat's name in the plan.
    pub seat: String,
    /// What the scanner reads.
    pub code: String,
    /// What became of it.
    pub state: TicketState,
}

/// What was found at the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckIn {
    /// Welcome.
    Admitted,
    /// Somebody has come in with it before.
    AlreadyUsed {
        /// When.
        at: UnixMs,
    },
    /// The seat was given back.
    Refunded,
}

/// What a code says, signed by the key it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TicketClaims {
    /// The first four bytes of the SHA-256 of the public key.
    pub key: [u8; 4],
    /// Which ticket.
    pub ticket: TicketId,
    /// For which event.
    pub event: EventId,
    /// For which seat.
    pub seat: Ordinal,
}

/// A code, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketCode {
    /// What it says.
    pub claims: TicketClaims,
    /// Ed25519, over [`TicketClaims::to_bytes`].
    pub signature: [u8; SIGNATURE_BYTES],
}

impl TicketClaims {
    /// The bytes that are signed.
    pub fn to_bytes(&self) -> [u8; SIGNED_BYTES] {
        let mut bytes = [0; SIGNED_BYTES];
        bytes[0] = LAYOUT;
        bytes[1..5].copy_from_slice(&self.key);
        bytes[5..21].copy_from_slice(self.ticket.0.as_bytes());
        bytes[21..37].copy_from_slice(self.event.0.as_bytes());
        bytes[37..].copy_from_slice(&self.seat.0.to_be_bytes());
        bytes
    }

    fn from_bytes(bytes: &[u8; SIGNED_BYTES]) -> Option<Self> {
        let (layout, rest) = bytes.split_first()?;
        let (key, rest) = rest.split_first_chunk::<4>()?;
        let (ticket, rest) = rest.split_first_chunk::<16>()?;
        let (event, rest) = rest.split_first_chunk::<16>()?;
        let seat = rest.first_chunk::<4>()?;
        (*layout == LAYOUT).then(|| Self {
            key: *key,
            ticket: TicketId(uuid::Uuid::from_bytes(*ticket)),
            event: EventId(uuid::Uuid::from_bytes(*event)),
            seat: Ordinal(u32::from_be_bytes(*seat)),
        })
    }
}

impl TicketCode {
    /// The code as people see it: base64url, 140 characters.
    pub fn to_text(&self) -> String {
        URL_SAFE_NO_PAD.encode([self.claims.to_bytes().as_slice(), &self.signature].concat())
    }

    /// Takes a code apart. Whether it is signed by us is another question.
    pub fn parse(text: &str) -> Option<Self> {
        // Checked first: nobody's novel is decoded.
        if text.len() != (SIGNED_BYTES + SIGNATURE_BYTES) * 4 / 3 {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (signed, signature) = bytes.split_first_chunk::<SIGNED_BYTES>()?;
        Some(Self { claims: TicketClaims::from_bytes(signed)?, signature: signature.try_into().ok()? })
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_code_reads_back_and_nothing_else_reads_as_one() {
        let claims = TicketClaims {
            key: [1, 2, 3, 4],
            ticket: TicketId(Uuid::from_u128(7)),
            event: EventId(Uuid::from_u128(8)),
            seat: Ordinal(70_000),
        };
        let code = TicketCode { claims, signature: [9; 64] };
        let text = code.to_text();
        assert_eq!(text.len(), 140);
        assert_eq!(TicketCode::parse(&text), Some(code));
        assert_eq!(TicketCode::parse(&text[1..]), None);
        assert_eq!(TicketCode::parse(&format!("B{}", &text[1..])), None, "another layout");
        assert_eq!(TicketCode::parse(&"!".repeat(140)), None);
        assert_eq!(TicketCode::parse(&"é".repeat(70)), None);
    }
}
