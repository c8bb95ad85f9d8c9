//! Every error and close code that a client may meet, as one table.
//!
//! A code is a promise: clients switch on it. Add, never rename.

/// Why a request or a command was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// The frame is not JSON, or of an unknown type.
    BadMessage,
    /// The body or a parameter could not be read.
    BadRequest,
    /// The body is larger than the route takes.
    BodyTooLarge,
    /// The body did not arrive in time.
    BodyTooSlow,
    /// The address is registered already.
    EmailTaken,
    /// The event is not in a state that allows this change.
    IllegalStatus,
    /// The same key is being worked on.
    IdempotencyInFlight,
    /// The route needs an `Idempotency-Key`.
    IdempotencyKeyMissing,
    /// The key was used with another body.
    IdempotencyMismatch,
    /// The server made a mistake; it is in its log.
    Internal,
    /// Wrong e-mail or password.
    InvalidCredentials,
    /// A field breaks a rule.
    InvalidField,
    /// The seating plan breaks rules; `errors` lists them with their paths.
    InvalidPlan,
    /// The method does not exist on this route.
    MethodNotAllowed,
    /// The role does not allow this.
    Forbidden,
    /// The account was banned.
    Banned,
    /// It does not exist, or is somebody else's.
    NotFound,
    /// A seat of the request is not held by the caller.
    NotHeld,
    /// The event is not on sale.
    NotOnSale,
    /// Too much seat-time was kept without a purchase; a pause.
    HoldBudget,
    /// Too many requests.
    RateLimited,
    /// The hold store is being rebuilt; try again.
    Recovering,
    /// A seat limit per buyer would be exceeded.
    SeatLimit,
    /// Somebody else has one of the seats.
    SeatTaken,
    /// The route takes `application/json`.
    UnsupportedMediaType,
    /// No token, or not a valid one.
    Unauthorized,
    /// A store cannot be reached; try again.
    Unavailable,
    /// The event has no seat of that name.
    UnknownSeat,
    /// The one-time ticket is unknown, used or too old.
    BadTicket,
    /// The one-time token of a mail is unknown, used or too old.
    BadToken,
    /// The order is paid and cannot be cancelled; it can be refunded.
    AlreadyPaid,
    /// The order was refunded before.
    AlreadyRefunded,
    /// Somebody has come in with this ticket before.
    AlreadyUsed,
    /// The code is not one of ours, or its ticket was refunded; `reason` says which.
    BadCode,
    /// The notice of the payment provider is not signed, or not as it should be.
    BadSignature,
    /// Nothing is held.
    EmptyCart,
    /// The event has not as many free seats as were asked for.
    NotEnoughSeats,
    /// The order was never paid, or the time in which its buyer could give it back is over.
    NotRefundable,
    /// The order has ended without being paid.
    OrderClosed,
    /// The order would leave single seats between others; `seats` names them.
    OrphanSeats,
    /// More is asked for than this server can do in time; nothing was begun.
    Overloaded,
    /// The card was declined; another may be tried while the order is open.
    PaymentDeclined,
    /// The notice is about another amount or currency than the order.
    PaymentMismatch,
    /// The total that was sent is not the total of the cart.
    PriceChanged,
    /// Seats of the cart are not held any more; `seats` names them.
    SeatsLost,
}

impl ErrorCode {
    /// Every code, for documentation and tests.
    pub const ALL: [Self; 45] = [
        Self::BadMessage,
        Self::BadRequest,
        Self::BodyTooLarge,
        Self::BodyTooSlow,
        Self::EmailTaken,
        Self::IllegalStatus,
        Self::IdempotencyInFlight,
        Self::IdempotencyKeyMissing,
        Self::IdempotencyMismatch,
        Self::Internal,
        Self::InvalidCredentials,
        Self::InvalidField,
        Self::InvalidPlan,
        Self::MethodNotAllowed,
        Self::Forbidden,
        Self::Banned,
        Self::NotFound,
        Self::NotHeld,
        Self::NotOnSale,
        Self::HoldBudget,
        Self::RateLimited,
        Self::Recovering,
        Self::SeatLimit,
        Self::SeatTaken,
        Self::UnsupportedMediaType,
        Self::Unauthorized,
        Self::Unavailable,
        Self::UnknownSeat,
        Self::BadTicket,
        Self::BadToken,
        Self::AlreadyPaid,
        Self::AlreadyRefunded,
        Self::AlreadyUsed,
        Self::BadCode,
        Self::BadSignature,
        Self::EmptyCart,
        Self::NotEnoughSeats,
        Self::NotRefundable,
        Self::OrderClosed,
        Self::OrphanSeats,
        Self::Overloaded,
        Self::PaymentDeclined,
        Self::PaymentMismatch,
        Self::PriceChanged,
        Self::SeatsLost,
    ];

    /// Its name, HTTP status and title: one row of the table in `PROTOCOL.md`.
    pub const fn row(self) -> (&'static str, u16, &'static str) {
        match self {
            Self::BadMessage => ("bad_message", 400, "The frame cannot be read"),
            Self::BadRequest => ("bad_request", 400, "The request cannot be read"),
            Self::BodyTooLarge => ("body_too_large", 413, "The body is too large"),
            Self::BodyTooSlow => ("body_too_slow", 408, "The body did not arrive in time"),
            Self::EmailTaken => ("email_taken", 409, "The e-mail address is registered already"),
            Self::IllegalStatus => ("illegal_status", 409, "The event cannot change to that status"),
            Self::IdempotencyInFlight => ("idempotency_in_flight", 409, "The same request is still being worked on"),
            Self::IdempotencyKeyMissing => ("idempotency_key_missing", 400, "An Idempotency-Key is required"),
            Self::IdempotencyMismatch => ("idempotency_mismatch", 422, "The key was used with another body"),
            Self::Internal => ("internal", 500, "Something went wrong on our side"),
            Self::InvalidCredentials => ("invalid_credentials", 401, "Wrong e-mail or password"),
            Self::InvalidField => ("invalid_field", 422, "A field breaks a rule"),
            Self::InvalidPlan => ("invalid_plan", 422, "The seating plan cannot be used"),
            Self::MethodNotAllowed => ("method_not_allowed", 405, "The route has no such method"),
            Self::Forbidden => ("forbidden", 403, "Your role does not allow this"),
            Self::Banned => ("banned", 403, "The account is banned"),
            Self::NotFound => ("not_found", 404, "There is no such thing"),
            Self::NotHeld => ("not_held", 409, "A seat is not held by you"),
            Self::NotOnSale => ("not_on_sale", 409, "The event is not on sale"),
            Self::HoldBudget => ("hold_budget", 429, "Too many seats were held and not bought"),
            Self::RateLimited => ("rate_limited", 429, "Too many requests"),
            Self::Recovering => ("recovering", 503, "The seats are being restored, try again"),
            Self::SeatLimit => ("seat_limit", 422, "More seats than one buyer may have"),
            Self::SeatTaken => ("seat_taken", 409, "Somebody else was faster"),
            Self::UnsupportedMediaType => ("unsupported_media_type", 415, "The route takes application/json"),
            Self::Unauthorized => ("unauthorized", 401, "Sign in first"),
            Self::Unavailable => ("unavailable", 503, "A part of the service cannot be reached, try again"),
            Self::UnknownSeat => ("unknown_seat", 422, "The event has no such seat"),
            Self::BadTicket => ("bad_ticket", 401, "The ticket is unknown, used or too old"),
            Self::BadToken => ("bad_token", 401, "The token is unknown, used or too old"),
            Self::AlreadyPaid => ("already_paid", 409, "The order is paid"),
            Self::AlreadyRefunded => ("already_refunded", 409, "The order was refunded before"),
            Self::AlreadyUsed => ("already_used", 409, "Somebody has come in with this ticket"),
            Self::BadCode => ("bad_code", 422, "The code opens no door"),
            Self::BadSignature => ("bad_signature", 401, "The signature is not right"),
            Self::EmptyCart => ("empty_cart", 422, "There is nothing in the cart"),
            Self::NotEnoughSeats => ("not_enough_seats", 409, "There are not enough seats"),
            Self::NotRefundable => ("not_refundable", 409, "The order cannot be refunded"),
            Self::OrderClosed => ("order_closed", 409, "The order has ended"),
            Self::OrphanSeats => ("orphan_seats", 422, "A single seat would be left alone"),
            Self::Overloaded => ("overloaded", 503, "Too many people at once, try again in a moment"),
            Self::PaymentDeclined => ("payment_declined", 402, "The payment was declined"),
            Self::PaymentMismatch => ("payment_mismatch", 422, "The payment does not fit its order"),
            Self::PriceChanged => ("price_changed", 409, "The total is another one"),
            Self::SeatsLost => ("seats_lost", 409, "Some seats are not yours any more"),
        }
    }

    /// What clients switch on.
    pub const fn as_str(self) -> &'static str {
        self.row().0
    }

    /// The HTTP status that goes with it.
    pub const fn status(self) -> u16 {
        self.row().1
    }

    /// A short sentence that never changes with the occasion.
    pub const fn title(self) -> &'static str {
        self.row().2
    }
}

/// Why the server closes a socket. Said twice: as a `bye` frame, and as the WebSocket close code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CloseReason {
    /// The server is going away; reconnect, to any server.
    ShuttingDown,
    /// A frame above 16 KiB.
    TooBig,
    /// The login expired or was revoked; sign in again.
    LoginExpired,
    /// No pong for two heartbeats.
    Silent,
    /// The role or the event is not theirs any more.
    Forbidden,
    /// An admin socket that nobody signed in.
    Unauthorized,
    /// The client reads too slowly even for snapshots.
    Slow,
    /// More than a hundred commands beyond the limit.
    RateLimited,
    /// The frames break RFC 6455.
    BrokenFrames,
    /// A text frame that is not UTF-8.
    BrokenText,
}

impl CloseReason {
    /// Every reason, for documentation and tests.
    pub const ALL: [Self; 10] = [
        Self::ShuttingDown,
        Self::TooBig,
        Self::LoginExpired,
        Self::Unauthorized,
        Self::Forbidden,
        Self::Silent,
        Self::Slow,
        Self::RateLimited,
        Self::BrokenFrames,
        Self::BrokenText,
    ];

    /// The name in the `bye` frame, and the close code.
    pub const fn row(self) -> (&'static str, u16) {
        match self {
            Self::ShuttingDown => ("shutting_down", 1001),
            Self::TooBig => ("too_big", 1009),
            Self::LoginExpired => ("login_expired", 4401),
            Self::Unauthorized => ("unauthorized", 4401),
            Self::Forbidden => ("forbidden", 4403),
            Self::Silent => ("silent", 4408),
            Self::Slow => ("slow", 4413),
            Self::RateLimited => ("rate_limited", 4429),
            Self::BrokenFrames => ("broken_frames", 1002),
            Self::BrokenText => ("broken_text", 1007),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_are_unique_and_statuses_are_errors() {
        let names: HashSet<_> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(names.len(), ErrorCode::ALL.len());
        assert!(ErrorCode::ALL.iter().all(|code| (400..=599).contains(&code.status())));
    }

    #[test]
    fn protocol_md_lists_every_code() {
        let text = include_str!("../../../PROTOCOL.md");
        for code in ErrorCode::ALL {
            let row = format!("| `{}` | {} |", code.as_str(), code.status());
            assert!(text.contains(&row), "PROTOCOL.md lacks {row}");
        }
        for reason in CloseReason::ALL {
            let row = format!("| `{}` | {} |", reason.row().0, reason.row().1);
            assert!(text.contains(&row), "PROTOCOL.md lacks {row}");
        }
    }
}
