//! Sessions: what a login gives out, how it is continued, and how it ends.

use axum::http::{HeaderMap, HeaderValue, header};
use frontrow_domain::account::User;
use frontrow_domain::clock::UnixMs;
use frontrow_domain::codes::ErrorCode;
use frontrow_domain::ids::UserId;
use frontrow_engines::ledger::{OneTimeToken, TokenKind};
use sha2::{Digest as _, Sha256};

use super::{Accounts, SignedIn};
use crate::chance;
use crate::http::problem::{Answer, Problem};

const COOKIE: &str = "frontrow_refresh";
/// The cookie goes to the routes that need it, and nowhere else.
const COOKIE_PATH: &str = "/api/v1/auth";

/// A login within a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SocketLogin {
    pub(crate) user: UserId,
    pub(crate) expires_at: UnixMs,
}

/// What a login gives out.
pub(super) struct Grant {
    pub(super) access_token: String,
    pub(super) expires_in: u32,
    pub(super) cookie: HeaderValue,
}

impl Accounts {
    /// A new access token and a new refresh token.
    pub(super) async fn grant(&self, user: &User) -> Answer<Grant> {
        let now = self.clock.now();
        let secret = chance::secret();
        let expires_at = now.plus_ms(self.refresh_ttl_ms);
        let token = OneTimeToken {
            kind: TokenKind::Refresh,
            hash: hash(&secret),
            user_id: user.id,
            expires_at,
            login_expires_at: expires_at,
        };
        self.ledger.save_token(&token).await?;
        Ok(Grant {
            access_token: self.access.sign(user.id, user.role, now).map_err(|error| Problem::internal(&error))?,
            expires_in: self.access.ttl_s,
            cookie: self.cookie(&secret, self.refresh_ttl_ms / 1000)?,
        })
    }

    /// Takes the refresh token out of the cookie: it never works again, whoever has it.
    pub(super) async fn take_refresh(&self, headers: &HeaderMap) -> Answer<Option<OneTimeToken>> {
        let Some(secret) = cookie_value(headers) else { return Ok(None) };
        Ok(self.ledger.take_token(TokenKind::Refresh, &hash(&secret), self.clock.now()).await?)
    }

    /// A cookie that removes the refresh token from the browser.
    pub(super) fn no_cookie(&self) -> Answer<HeaderValue> {
        self.cookie("", 0)
    }

    fn cookie(&self, value: &str, max_age_s: i64) -> Answer<HeaderValue> {
        let secure = if self.secure_cookies { "; Secure" } else { "" };
        let text =
            format!("{COOKIE}={value}; Path={COOKIE_PATH}; Max-Age={max_age_s}; HttpOnly; SameSite=Strict{secure}");
        HeaderValue::from_str(&text).map_err(|error| Problem::internal(&error))
    }

    /// A one-time ticket that signs a socket in. It never appears in a URL, so it never appears in a log.
    pub(super) async fn socket_ticket(&self, caller: SignedIn) -> Answer<String> {
        let secret = chance::secret();
        let token = OneTimeToken {
            kind: TokenKind::Socket,
            hash: hash(&secret),
            user_id: caller.id,
            expires_at: self.clock.now().plus_ms(self.ticket_ttl_ms),
            login_expires_at: caller.expires_at,
        };
        self.ledger.save_token(&token).await?;
        Ok(secret)
    }

    /// How long a ticket works, in seconds.
    pub(super) const fn ticket_ttl_s(&self) -> i64 {
        self.ticket_ttl_ms / 1000
    }

    /// Exchanges a ticket for a login.
    pub(crate) async fn take_ticket(&self, ticket: &str) -> Answer<SocketLogin> {
        let taken = self.ledger.take_token(TokenKind::Socket, &hash(ticket), self.clock.now()).await?;
        let login = taken.map(|token| SocketLogin { user: token.user_id, expires_at: token.login_expires_at });
        login.ok_or_else(|| Problem::new(ErrorCode::BadTicket, "ask for a new ticket at auth/ws-ticket"))
    }

    /// How long a login still lasts.
    pub(crate) fn remaining(&self, login: SocketLogin) -> std::time::Duration {
        std::time::Duration::from_millis(u64::try_from(login.expires_at.0 - self.clock.now().0).unwrap_or(0))
    }
}

fn cookie_value(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.into_iter().find(|&(name, _)| name == COOKIE).map(|(_, value)| value.to_owned())
}

fn hash(secret: &str) -> String {
    frontrow_domain::hex::lower(&Sha256::digest(secret.as_bytes()))
}
