//! Stored answers: what makes a POST with an `Idempotency-Key` happen once.

use async_trait::async_trait;
use frontrow_domain::clock::UnixMs;
use frontrow_domain::ids::UserId;

use super::LedgerError;

/// Whose request on which route, and what its body was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerKey {
    /// The account that asked.
    pub user_id: UserId,
    /// Method and path.
    pub route: String,
    /// The client's key.
    pub key: String,
    /// SHA-256 of the body, lower-case hex.
    pub fingerprint: String,
}

/// An answer, kept byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAnswer {
    /// HTTP status.
    pub status: u16,
    /// The `Location` header, if there was one.
    pub location: Option<String>,
    /// The body's media type.
    pub content_type: String,
    /// The body.
    pub body: Vec<u8>,
}

/// What to do with a request that carries a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begin {
    /// Never seen: do it. It is marked as in flight.
    Fresh,
    /// Done before: give this answer.
    Replay(StoredAnswer),
    /// Being done right now.
    InFlight,
    /// The key belongs to another body.
    Mismatch,
}

/// The port.
#[async_trait]
pub trait Answers: Send + Sync {
    /// Looks the key up, and marks it as in flight until `now + lapse_ms` if it is new.
    async fn begin(&self, key: &AnswerKey, now: UnixMs, lapse_ms: i64) -> Result<Begin, LedgerError>;

    /// Stores the answer. Answers that share a transaction with their effect are stored there instead.
    async fn finish(&self, key: &AnswerKey, answer: &StoredAnswer) -> Result<(), LedgerError>;

    /// Removes the in-flight mark: the request may be tried again.
    async fn forget(&self, key: &AnswerKey) -> Result<(), LedgerError>;
}
