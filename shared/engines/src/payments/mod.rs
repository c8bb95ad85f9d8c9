//! Payments: a provider takes money, says what became of it, and gives it back.
//!
//! A payment belongs to one order and is captured once at most, however many cards are tried. What a webhook says is a
//! reason to look; [`Payments::payment`] is the truth. Nothing here decides about seats.

pub(crate) mod http;
pub mod signature;

pub use http::HttpPayments;

use async_trait::async_trait;
use frontrow_domain::clock::UnixMs;
use frontrow_domain::ids::{OrderId, PaymentId};
use frontrow_domain::money::Money;

/// An attempt to take money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    /// Which payment; the provider makes it known to itself with the first attempt.
    pub payment: PaymentId,
    /// Of which order; for people who look at the provider's books.
    pub order: OrderId,
    /// How much.
    pub amount: Money,
    /// The provider's name of a card or another way to pay.
    pub method: String,
    /// Names this attempt: sent again with the same name it is the same attempt.
    pub attempt: String,
}

/// What became of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Charged {
    /// The money is taken, by this attempt or by an earlier one.
    Captured,
    /// It may be taken later.
    Processing,
    /// It was not and will not be taken from this card; another may be tried.
    Declined {
        /// Why, as the provider says it: `insufficient_funds`.
        reason: String,
    },
    /// The payment was cancelled before.
    Cancelled,
}

/// Where a payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentStatus {
    /// Nothing was taken; a card may be tried.
    Open,
    /// A card is being charged.
    Processing,
    /// Taken. It stays that way when it is given back.
    Captured,
    /// Will never be taken.
    Cancelled,
}

/// A payment as the provider has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Payment {
    /// Which one.
    pub id: PaymentId,
    /// How much was, or was to be, taken.
    pub amount: Money,
    /// Where it stands.
    pub status: PaymentStatus,
    /// How much of it was given back, in minor units.
    pub refunded: i64,
}

/// What a webhook told, after its signature was found right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The provider's name for what happened: `payment_intent.succeeded`.
    pub kind: String,
    /// The payment it is about, as it was when the notice was written. It may be old by now.
    pub payment: Payment,
}

/// The provider did not do it.
#[derive(Debug, thiserror::Error)]
pub enum PaymentError {
    /// Nobody answered the door: nothing was done.
    #[error("the payment provider cannot be reached: {0}")]
    NotReached(String),
    /// It was asked and did not answer properly: it may have been done.
    #[error("what the payment provider did is not known: {0}")]
    Unknown(String),
    /// It was asked for something that it never does: nothing was done.
    #[error("the payment provider refuses: {0}")]
    Refused(String),
}

/// A webhook that is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadNotice {
    /// Not signed, signed with another secret, altered, or signed too long ago.
    #[error("the signature is not right: {0}")]
    Signature(&'static str),
    /// Signed, and not what a notice looks like.
    #[error("the notice cannot be read: {0}")]
    Shape(String),
}

/// The port.
#[async_trait]
pub trait Payments: Send + Sync + 'static {
    /// The provider's name, as orders show it.
    fn provider(&self) -> &'static str;

    /// Tries to take the money.
    async fn charge(&self, charge: &Charge) -> Result<Charged, PaymentError>;

    /// The payment as it is now; `None` if the provider has never heard of it.
    async fn payment(&self, id: PaymentId) -> Result<Option<Payment>, PaymentError>;

    /// Makes sure that nothing is taken from now on, even if the provider never heard of the payment. One that is captured
    /// already stays so: look at the status of what comes back.
    async fn cancel(&self, id: PaymentId, amount: Money) -> Result<Payment, PaymentError>;

    /// Gives all of it back. Asking twice for the same payment gives it back once.
    async fn refund(&self, id: PaymentId, amount: Money) -> Result<Payment, PaymentError>;

    /// Reads a webhook: `signature` is the header, `body` the bytes exactly as they came.
    fn read_notice(&self, signature: &str, body: &[u8], now: UnixMs) -> Result<Notice, BadNotice>;
}
