//! The payment provider: what it has taken and given back. One payment for each order, as the payment's id is made of the
//! order's. What it does is in `server/src/mockpay/charge.rs`, `capture.rs` and `refund.rs`.

use crate::broken::Broken;

/// A payment at the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Payment {
    /// No card was charged.
    #[default]
    Open,
    /// A card is being charged, and it takes its time.
    Processing,
    /// It will not be charged any more.
    Cancelled,
    /// Cancelled, and the bank takes the money all the same (`Card::Late`).
    CancelledTooLate,
    /// The money was taken, and so often given back.
    Captured {
        /// Refunds.
        refunds: u8,
    },
}

/// What the provider says of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// Not charged yet.
    Open,
    /// It takes its time.
    Processing,
    /// Never.
    Cancelled,
    /// Taken, whatever was given back since.
    Captured,
}

impl Payment {
    /// `charge`: what was decided stays decided.
    pub fn charge(&mut self, is_slow: bool) -> bool {
        let is_open = *self == Self::Open;
        if is_open {
            *self = if is_slow { Self::Processing } else { Self::Captured { refunds: 0 } };
        }
        is_open
    }

    /// `capture.rs`: the end of a charge that took its time.
    pub fn capture(&mut self) -> bool {
        let is_due = matches!(self, Self::Processing | Self::CancelledTooLate);
        if is_due {
            *self = Self::Captured { refunds: 0 };
        }
        is_due
    }

    /// `cancel`: for good, unless the bank has the wish already.
    pub fn cancel(&mut self, too_late: bool) -> Word {
        *self = match *self {
            Self::Processing if too_late => Self::CancelledTooLate,
            Self::Open | Self::Processing => Self::Cancelled,
            decided => decided,
        };
        self.word()
    }

    /// `refund`: one for each key, and the key is made of the payment.
    pub fn refund(&mut self, broken: Option<Broken>) {
        if let Self::Captured { refunds } = self
            && (*refunds == 0 || (broken == Some(Broken::RefundWithoutKey) && *refunds < 2))
        {
            *refunds += 1;
        }
    }

    /// `payment`: what is known.
    pub fn word(self) -> Word {
        match self {
            Self::Open => Word::Open,
            Self::Processing => Word::Processing,
            Self::Cancelled | Self::CancelledTooLate => Word::Cancelled,
            Self::Captured { .. } => Word::Captured,
        }
    }

    /// Prices taken, less prices given back.
    pub fn balance(self) -> i8 {
        match self {
            Self::Captured { refunds: 0 } => 1,
            Self::Captured { refunds: 1 } => 0,
            Self::Captured { .. } => -1,
            _ => 0,
        }
    }
}
