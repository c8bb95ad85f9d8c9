//! Accounts and the one-time tokens that belong to them.

use async_trait::async_trait;
use frontrow_domain::account::{Role, User};
use frontrow_domain::clock::UnixMs;
use frontrow_domain::ids::UserId;

use super::LedgerError;

/// What a one-time token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// Exchanged for an access token and its successor.
    Refresh,
    /// Signs a socket in.
    Socket,
}

/// A token that works once. Only its hash is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneTimeToken {
    /// What it is for.
    pub kind: TokenKind,
    /// SHA-256 of the token, lower-case hex.
    pub hash: String,
    /// Whose it is.
    pub user_id: UserId,
    /// When it stops working.
    pub expires_at: UnixMs,
    /// When the login that asked for it ends; a socket does not outlive it.
    pub login_expires_at: UnixMs,
}

/// The port.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// Stores a new account; `false` if the e-mail is registered already.
    async fn create_user(&self, user: &User) -> Result<bool, LedgerError>;

    /// The account with this id.
    async fn user(&self, id: UserId) -> Result<Option<User>, LedgerError>;

    /// The account with this normalised e-mail.
    async fn user_by_email(&self, email: &str) -> Result<Option<User>, LedgerError>;

    /// Up to `limit` accounts whose e-mail or name contains `text`, by e-mail, after the e-mail `after`.
    async fn find_users(&self, text: &str, after: &str, limit: u32) -> Result<Vec<User>, LedgerError>;

    /// Gives an account another role; `None` if there is no such account.
    async fn set_role(&self, id: UserId, role: Role) -> Result<Option<User>, LedgerError>;

    /// Stores a token.
    async fn save_token(&self, token: &OneTimeToken) -> Result<(), LedgerError>;

    /// Takes a token out of the ledger: of any number of callers exactly one gets it, and only before it expires.
    async fn take_token(&self, kind: TokenKind, hash: &str, now: UnixMs) -> Result<Option<OneTimeToken>, LedgerError>;
}
