//! Mail: letters to people. A provider takes a letter or it does not; trying again is the caller's business.

mod file;
mod smtp;

pub use file::FileMail;
pub use smtp::SmtpMail;

use async_trait::async_trait;

/// A letter in plain text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The address of the account.
    pub to: String,
    /// One line.
    pub subject: String,
    /// The body.
    pub text: String,
}

/// The letter was not taken.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// It may be taken later.
    #[error("the mail cannot be sent now: {0}")]
    NotNow(String),
    /// It never will.
    #[error("the mail cannot be sent: {0}")]
    Never(String),
}

/// The port.
#[async_trait]
pub trait Mail: Send + Sync + 'static {
    /// Hands a letter over; returns when the provider has it.
    async fn send(&self, letter: &Letter) -> Result<(), MailError>;
}
