//! Accounts: who somebody is. Passwords, access tokens, refresh tokens, socket tickets, roles.

mod access_token;
pub(crate) mod admin;
mod caller;
mod passwords;
pub(crate) mod routes;
mod session;
mod signing_key;

use std::sync::Arc;

use axum::http::{HeaderMap, header};
use frontrow_domain::account::{Role, User, normal_email};
use frontrow_domain::clock::Clock;
use frontrow_domain::ids::UserId;
use frontrow_engines::ledger::{Ledger, LedgerError};
use frontrow_settings::{Profile, Settings};
use tracing::info;

use access_token::AccessTokens;
pub(crate) use access_token::SignedIn;
pub(crate) use caller::{Admin, Caller, MaybeCaller, Organizer};
use passwords::Passwords;
pub(crate) use session::SocketLogin;

use crate::chance;
use crate::http::problem::{Answer, Problem};

/// Everything that accounts need.
pub(crate) struct Accounts {
    ledger: Arc<dyn Ledger>,
    clock: Arc<dyn Clock>,
    passwords: Passwords,
    access: AccessTokens,
    refresh_ttl_ms: i64,
    ticket_ttl_ms: i64,
    secure_cookies: bool,
}

impl Accounts {
    pub(crate) fn new(settings: &Settings, ledger: Arc<dyn Ledger>, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        let key = signing_key::load_or_create(&settings.auth.signing_key_file)?;
        Ok(Self {
            ledger,
            clock,
            passwords: Passwords::new(settings.auth.max_hashing)?,
            access: AccessTokens::new(&key, settings.auth.access_ttl_s)?,
            refresh_ttl_ms: i64::from(settings.auth.refresh_ttl_s) * 1000,
            ticket_ttl_ms: i64::from(settings.auth.socket_ticket_ttl_s) * 1000,
            secure_cookies: settings.profile == Profile::Production,
        })
    }

    /// Who the `Authorization` header says is asking. Only the token's signature and times are looked at.
    pub(crate) fn signed_in(&self, headers: &HeaderMap) -> Answer<SignedIn> {
        let Some(value) = headers.get(header::AUTHORIZATION) else {
            return Err(Problem::unauthorized("send Authorization: Bearer with an access token"));
        };
        let text = value.to_str().unwrap_or_default();
        let token = match text.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
            _ => return Err(Problem::unauthorized("the Authorization header is not a bearer token")),
        };
        self.access
            .verify(token, self.clock.now())
            .ok_or_else(|| Problem::unauthorized("the access token is not valid"))
    }

    /// Makes the first administrator, or does nothing if the address is registered.
    pub(crate) async fn create_admin(&self, email: &str, password: &str) -> anyhow::Result<()> {
        let email = normal_email(email).ok_or_else(|| anyhow::anyhow!("FRONTROW_ADMIN_EMAIL is no e-mail address"))?;
        if self.ledger.user_by_email(&email).await?.is_some() {
            return Ok(());
        }
        let hash = self.passwords.hash(password.to_owned()).await.map_err(|problem| anyhow::anyhow!(problem.detail))?;
        let created = self.store(email, "Administrator".into(), hash, Role::Admin).await?;
        if created.is_some() {
            info!("created the first administrator");
        }
        Ok(())
    }

    async fn store(&self, email: String, name: String, hash: String, role: Role) -> Result<Option<User>, LedgerError> {
        let user =
            User { id: UserId(chance::id()), email, name, role, password_hash: hash, created_at: self.clock.now() };
        Ok(self.ledger.create_user(&user).await?.then_some(user))
    }
}
