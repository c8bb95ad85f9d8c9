//! Accounts, their logins, and the one-time tokens that belong to them.
//!
//! A login is a family of refresh tokens, of which one is current. Each is exchanged for its successor once; whoever
//! comes with an old one much later has stolen it or was robbed of it, and nobody can tell which: the login ends.

use async_trait::async_trait;
use frontrow_domain::account::{Ban, Role, User};
use frontrow_domain::clock::UnixMs;
use frontrow_domain::ids::{EventId, LoginId, UserId};

use super::LedgerError;

/// A refresh token of a login. Only its hash is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshToken {
    /// SHA-256 of the token, lower-case hex.
    pub hash: String,
    /// Which login it continues.
    pub login_id: LoginId,
    /// Whose it is.
    pub user_id: UserId,
    /// Random; with the token itself it makes the successor, which can so be given out again without being kept.
    pub salt: String,
    /// When it stops working.
    pub expires_at: UnixMs,
}

/// What became of an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rotation {
    /// The successor is current from now on.
    Rotated,
    /// Exchanged a moment ago, for the same successor: two tabs did it at once.
    Repeated,
    /// Exchanged long ago. The login has ended, with this call at the latest.
    Reused,
    /// The login had ended, or the token is unknown or expired.
    Ended,
}

/// What a one-time token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// Signs a socket in.
    Socket,
    /// Allows to choose a new password.
    PasswordReset,
    /// Proves that mail to the account's address is read.
    EmailVerification,
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
    /// Sockets only: the login that asked for it. A socket does not outlive it.
    pub login: Option<SocketLogin>,
}

/// The login behind a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SocketLogin {
    /// Which login.
    pub id: LoginId,
    /// When the access token ends that asked for the ticket.
    pub expires_at: UnixMs,
}

/// The port.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// Stores a new account; `false` if the e-mail is registered already.
    async fn create_user(&self, user: &User) -> Result<bool, LedgerError>;

    /// The account with this id.
    async fn user(&self, id: UserId) -> Result<Option<User>, LedgerError>;

    /// The accounts with these ids, in any order; unknown ones are left out.
    async fn users(&self, ids: &[UserId]) -> Result<Vec<User>, LedgerError>;

    /// The account with this normalised e-mail.
    async fn user_by_email(&self, email: &str) -> Result<Option<User>, LedgerError>;

    /// Up to `limit` accounts whose e-mail or name contains `text`, by e-mail, after the e-mail `after`.
    async fn find_users(&self, text: &str, after: &str, limit: u32) -> Result<Vec<User>, LedgerError>;

    /// Gives an account another role; `None` if there is no such account. Whoever stops being a scanner loses the
    /// assignments.
    async fn set_role(&self, id: UserId, role: Role) -> Result<Option<User>, LedgerError>;

    /// Bans an account, or with `None` lets it be used again; `None` if there is no such account. Its logins are ended
    /// separately, afterwards.
    async fn set_ban(&self, id: UserId, ban: Option<&Ban>) -> Result<Option<User>, LedgerError>;

    /// Gives an account another password; `false` if there is no such account.
    async fn set_password(&self, id: UserId, password_hash: &str) -> Result<bool, LedgerError>;

    /// Notes that mail to the account's address is read; `None` if there is no such account.
    async fn verify_email(&self, id: UserId) -> Result<Option<User>, LedgerError>;

    /// Lets a scanner check in at an event; again, to no effect.
    async fn assign_scanner(&self, scanner: UserId, event: EventId) -> Result<(), LedgerError>;

    /// The events at which a scanner checks in, in the order of their ids.
    async fn scanner_events(&self, scanner: UserId) -> Result<Vec<EventId>, LedgerError>;

    /// Starts a login with its first refresh token.
    async fn start_login(&self, first: &RefreshToken, now: UnixMs) -> Result<(), LedgerError>;

    /// The refresh token of this hash, used or not, of a login that has ended or not; `None` once it has expired.
    async fn refresh_token(&self, hash: &str, now: UnixMs) -> Result<Option<RefreshToken>, LedgerError>;

    /// Exchanges the token `hash` for `successor`, once. Used again within `grace_ms` it is [`Rotation::Repeated`];
    /// later its login ends. `successor` is the same at every call for the same token.
    async fn rotate(
        &self,
        hash: &str,
        successor: &RefreshToken,
        now: UnixMs,
        grace_ms: i64,
    ) -> Result<Rotation, LedgerError>;

    /// Ends a login. One that has ended, or never was, stays as it is.
    async fn end_login(&self, id: LoginId, now: UnixMs) -> Result<(), LedgerError>;

    /// Ends every login of an account, and removes its one-time tokens.
    async fn end_logins(&self, user: UserId, now: UnixMs) -> Result<(), LedgerError>;

    /// The logins that ended at `since` or later.
    async fn logins_ended(&self, since: UnixMs) -> Result<Vec<LoginId>, LedgerError>;

    /// Stores a one-time token.
    async fn save_token(&self, token: &OneTimeToken) -> Result<(), LedgerError>;

    /// Takes a token out of the ledger: of any number of callers exactly one gets it, and only before it expires.
    async fn take_token(&self, kind: TokenKind, hash: &str, now: UnixMs) -> Result<Option<OneTimeToken>, LedgerError>;
}
