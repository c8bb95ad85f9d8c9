//! Accounts in `SQLite`: `users` by id and unique e-mail, what scanners are assigned to, one-time `tokens`.

use async_trait::async_trait;
use frontrow_domain::account::{Ban, Role, User};
use frontrow_domain::clock::UnixMs;
use frontrow_domain::ids::{EventId, LoginId, UserId};
use rusqlite::{Row, params};

use super::rows::{USER, all, id, one, user};
use super::text::folded;
use super::work::{Step, Work};
use super::{LedgerError, SqliteLedger};
use crate::ledger::{Accounts, OneTimeToken, RefreshToken, Rotation, SocketLogin, TokenKind};

/// Expired rows that a write of the same table takes with it: more than it adds, so that none pile up.
pub(super) const SWEPT: u32 = 20;

#[async_trait]
impl Accounts for SqliteLedger {
    async fn create_user(&self, user: &User) -> Result<bool, LedgerError> {
        let user = user.clone();
        self.change(move |work| insert_user(work, &user)).await
    }

    async fn user(&self, id: UserId) -> Result<Option<User>, LedgerError> {
        let sql = format!("SELECT {USER} FROM users WHERE id = ?1");
        self.read(move |connection| one(connection, &sql, [id.to_string()], user)).await
    }

    async fn users(&self, ids: &[UserId]) -> Result<Vec<User>, LedgerError> {
        let ids = serde_json::to_string(ids).map_err(|error| LedgerError::Corrupt(error.to_string()))?;
        let sql = format!("SELECT {USER} FROM users WHERE id IN (SELECT value FROM json_each(?1))");
        self.read(move |connection| all(connection, &sql, [ids], user)).await
    }

    async fn user_by_email(&self, email: &str) -> Result<Option<User>, LedgerError> {
        let (sql, email) = (format!("SELECT {USER} FROM users WHERE email = ?1"), email.to_owned());
        self.read(move |connection| one(connection, &sql, [email], user)).await
    }

    async fn find_users(&self, text: &str, after: &str, limit: u32) -> Result<Vec<User>, LedgerError> {
        let (text, after) = (folded(text), after.to_owned());
        let sql = format!(
            "SELECT {USER} FROM users WHERE email > ?1 AND (has_text(email, ?2) OR has_text(name, ?2)) \
                ORDER BY email LIMIT ?3"
        );
        self.read(move |connection| all(connection, &sql, params![after, text, limit], user)).await
    }

    async fn set_role(&self, id: UserId, role: Role) -> Result<Option<User>, LedgerError> {
        self.change(move |work| {
            let sql = format!("UPDATE users SET role = ?2 WHERE id = ?1 RETURNING {USER}");
            let changed = one(work, &sql, params![id.to_string(), role.as_str()], user)?;
            if role != Role::Scanner {
                work.run("DELETE FROM scanner_assignments WHERE user_id = ?1", [id.to_string()])?;
            }
            Ok(changed)
        })
        .await
    }

    async fn set_ban(&self, id: UserId, ban: Option<&Ban>) -> Result<Option<User>, LedgerError> {
        let (at, by) = ban.map(|ban| (ban.at.0, ban.by.to_string())).unzip();
        let reason = ban.map(|ban| ban.reason.clone());
        let sql =
            format!("UPDATE users SET banned_at = ?2, banned_by = ?3, ban_reason = ?4 WHERE id = ?1 RETURNING {USER}");
        self.change(move |work| one(work, &sql, params![id.to_string(), at, by, reason], user)).await
    }

    async fn set_password(&self, id: UserId, password_hash: &str) -> Result<bool, LedgerError> {
        let hash = password_hash.to_owned();
        let sql = "UPDATE users SET password_hash = ?2 WHERE id = ?1";
        self.change(move |work| Ok(work.run(sql, params![id.to_string(), hash])? == 1)).await
    }

    async fn verify_email(&self, id: UserId) -> Result<Option<User>, LedgerError> {
        let sql = format!("UPDATE users SET email_verified = 1 WHERE id = ?1 RETURNING {USER}");
        self.change(move |work| one(work, &sql, [id.to_string()], user)).await
    }

    async fn assign_scanner(&self, scanner: UserId, event: EventId) -> Result<(), LedgerError> {
        let sql = "INSERT INTO scanner_assignments (user_id, event_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
        self.change(move |work| work.run(sql, params![scanner.to_string(), event.to_string()]).map(drop)).await
    }

    async fn scanner_events(&self, scanner: UserId) -> Result<Vec<EventId>, LedgerError> {
        let sql = "SELECT event_id FROM scanner_assignments WHERE user_id = ?1 ORDER BY event_id";
        self.read(move |connection| all(connection, sql, [scanner.to_string()], |row| id(row, "event_id"))).await
    }

    async fn start_login(&self, first: &RefreshToken, now: UnixMs) -> Result<(), LedgerError> {
        self.insert_login(first.clone(), now).await
    }

    async fn refresh_token(&self, hash: &str, now: UnixMs) -> Result<Option<RefreshToken>, LedgerError> {
        self.find_refresh_token(hash.to_owned(), now).await
    }

    async fn rotate(
        &self,
        hash: &str,
        successor: &RefreshToken,
        now: UnixMs,
        grace_ms: i64,
    ) -> Result<Rotation, LedgerError> {
        self.exchange(hash.to_owned(), successor.clone(), now, grace_ms).await
    }

    async fn end_login(&self, id: LoginId, now: UnixMs) -> Result<(), LedgerError> {
        self.change(move |work| super::logins::end(work, id, now)).await
    }

    async fn end_logins(&self, user: UserId, now: UnixMs) -> Result<(), LedgerError> {
        self.end_all_logins(user, now).await
    }

    async fn logins_ended(&self, since: UnixMs) -> Result<Vec<LoginId>, LedgerError> {
        let sql = "SELECT id FROM logins WHERE ended_at >= ?1 ORDER BY ended_at, id";
        self.read(move |connection| all(connection, sql, [since.0], |row| id(row, "id"))).await
    }

    async fn save_token(&self, token: &OneTimeToken) -> Result<(), LedgerError> {
        let token = token.clone();
        self.change(move |work| insert_token(work, &token)).await
    }

    async fn take_token(&self, kind: TokenKind, hash: &str, now: UnixMs) -> Result<Option<OneTimeToken>, LedgerError> {
        let hash = hash.to_owned();
        let sql = "DELETE FROM tokens WHERE kind = ?1 AND hash = ?2 AND expires_at > ?3 \
            RETURNING hash, user_id, expires_at, login_id, login_expires_at";
        self.write(move |work| {
            let taken = one(work, sql, params![name(kind), hash, now.0], |row| token(kind, row))?;
            Ok(if taken.is_some() { Step::Commit(taken) } else { Step::Abort(taken) })
        })
        .await
    }
}

fn insert_user(work: &Work<'_>, user: &User) -> Result<bool, LedgerError> {
    let sql = "INSERT INTO users (id, email, name, role, password_hash, email_verified, created_at) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING";
    let (id, role) = (user.id.to_string(), user.role.as_str());
    let (verified, at) = (user.email_verified, user.created_at.0);
    Ok(work.run(sql, params![id, user.email, user.name, role, user.password_hash, verified, at])? == 1)
}

fn insert_token(work: &Work<'_>, token: &OneTimeToken) -> Result<(), LedgerError> {
    // The clock is the caller's, who does not say what time it is; SQLite's will do for tidying up.
    let sweep = "DELETE FROM tokens WHERE (kind, hash) IN \
        (SELECT kind, hash FROM tokens WHERE expires_at < unixepoch() * 1000 - 86400000 LIMIT ?1)";
    work.run(sweep, [SWEPT])?;
    let sql = "INSERT INTO tokens (kind, hash, user_id, expires_at, login_id, login_expires_at) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let login = token.login.map(|login| (login.id.to_string(), login.expires_at.0)).unzip();
    let (user, expires_at) = (token.user_id.to_string(), token.expires_at.0);
    work.run(sql, params![name(token.kind), token.hash, user, expires_at, login.0, login.1]).map(drop)
}

fn token(kind: TokenKind, row: &Row<'_>) -> Result<OneTimeToken, LedgerError> {
    let login = match row.get::<_, Option<i64>>("login_expires_at")? {
        Some(expires_at) => Some(SocketLogin { id: id(row, "login_id")?, expires_at: UnixMs(expires_at) }),
        None => None,
    };
    Ok(OneTimeToken {
        kind,
        hash: row.get("hash")?,
        user_id: id(row, "user_id")?,
        expires_at: UnixMs(row.get("expires_at")?),
        login,
    })
}

const fn name(kind: TokenKind) -> &'static str {
    match kind {
        TokenKind::Socket => "socket",
        TokenKind::PasswordReset => "password_reset",
        TokenKind::EmailVerification => "email_verification",
    }
}
