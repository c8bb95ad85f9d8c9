//! Logins in `SQLite`: one row per login, one per refresh token it ever had, until they expire.

use frontrow_domain::clock::UnixMs;
use frontrow_domain::ids::{LoginId, UserId};
use rusqlite::{Row, params};

use super::accounts::SWEPT;
use super::rows::{id, one};
use super::work::Work;
use super::{LedgerError, SqliteLedger};
use crate::ledger::{RefreshToken, Rotation};

/// How long a login is kept after its last token expired: what it led to (access tokens, sockets) may live a little
/// longer, and must still be found among the logins that ended.
const KEPT_MS: i64 = 24 * 60 * 60 * 1000;

/// A refresh token, with what decides whether it still works.
struct Standing {
    token: RefreshToken,
    used_at: Option<UnixMs>,
    ended: bool,
}

impl SqliteLedger {
    pub(super) async fn insert_login(&self, first: RefreshToken, now: UnixMs) -> Result<(), LedgerError> {
        self.change(move |work| {
            let sweep = "DELETE FROM logins WHERE id IN (SELECT id FROM logins WHERE expires_at <= ?1 LIMIT ?2)";
            work.run(sweep, params![now.0 - KEPT_MS, SWEPT])?;
            let sql = "INSERT INTO logins (id, user_id, started_at, expires_at) VALUES (?1, ?2, ?3, ?4)";
            let (login, user) = (first.login_id.to_string(), first.user_id.to_string());
            work.run(sql, params![login, user, now.0, first.expires_at.0])?;
            insert_token(work, &first)
        })
        .await
    }

    pub(super) async fn find_refresh_token(
        &self,
        hash: String,
        now: UnixMs,
    ) -> Result<Option<RefreshToken>, LedgerError> {
        let sql = "SELECT hash, login_id, user_id, salt, expires_at FROM refresh_tokens \
            WHERE hash = ?1 AND expires_at > ?2";
        self.read(move |connection| one(connection, sql, params![hash, now.0], token)).await
    }

    pub(super) async fn exchange(
        &self,
        hash: String,
        successor: RefreshToken,
        now: UnixMs,
        grace_ms: i64,
    ) -> Result<Rotation, LedgerError> {
        self.change(move |work| {
            let Some(found) = standing(work, &hash, now)?.filter(|found| !found.ended) else {
                return Ok(Rotation::Ended);
            };
            match found.used_at {
                None => {
                    rotate(work, &hash, &successor, now)?;
                    Ok(Rotation::Rotated)
                }
                Some(used_at) if now <= used_at.plus_ms(grace_ms) => Ok(Rotation::Repeated),
                Some(_) => {
                    end(work, found.token.login_id, now)?;
                    Ok(Rotation::Reused)
                }
            }
        })
        .await
    }

    pub(super) async fn end_all_logins(&self, user: UserId, now: UnixMs) -> Result<(), LedgerError> {
        self.change(move |work| {
            let user = user.to_string();
            work.run("UPDATE logins SET ended_at = ?2 WHERE user_id = ?1 AND ended_at IS NULL", params![user, now.0])?;
            work.run("DELETE FROM tokens WHERE user_id = ?1", [user]).map(drop)
        })
        .await
    }
}

/// Ends a login that has not ended.
pub(super) fn end(work: &Work<'_>, login: LoginId, now: UnixMs) -> Result<(), LedgerError> {
    let sql = "UPDATE logins SET ended_at = ?2 WHERE id = ?1 AND ended_at IS NULL";
    work.run(sql, params![login.to_string(), now.0]).map(drop)
}

fn standing(work: &Work<'_>, hash: &str, now: UnixMs) -> Result<Option<Standing>, LedgerError> {
    let sql = "SELECT hash, login_id, refresh_tokens.user_id, salt, refresh_tokens.expires_at, used_at, \
            ended_at IS NOT NULL AS ended \
        FROM refresh_tokens JOIN logins ON logins.id = login_id WHERE hash = ?1 AND refresh_tokens.expires_at > ?2";
    one(work, sql, params![hash, now.0], |row| {
        let used_at = row.get::<_, Option<i64>>("used_at")?.map(UnixMs);
        Ok(Standing { token: token(row)?, used_at, ended: row.get("ended")? })
    })
}

fn rotate(work: &Work<'_>, hash: &str, successor: &RefreshToken, now: UnixMs) -> Result<(), LedgerError> {
    let sweep = "DELETE FROM refresh_tokens WHERE hash IN \
        (SELECT hash FROM refresh_tokens WHERE expires_at <= ?1 LIMIT ?2)";
    work.run(sweep, params![now.0, SWEPT])?;
    work.run("UPDATE refresh_tokens SET used_at = ?2 WHERE hash = ?1", params![hash, now.0])?;
    insert_token(work, successor)?;
    let prolong = "UPDATE logins SET expires_at = ?2 WHERE id = ?1";
    work.run(prolong, params![successor.login_id.to_string(), successor.expires_at.0]).map(drop)
}

fn insert_token(work: &Work<'_>, token: &RefreshToken) -> Result<(), LedgerError> {
    let sql = "INSERT INTO refresh_tokens (hash, login_id, user_id, salt, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)";
    let (login, user) = (token.login_id.to_string(), token.user_id.to_string());
    work.run(sql, params![token.hash, login, user, token.salt, token.expires_at.0]).map(drop)
}

fn token(row: &Row<'_>) -> Result<RefreshToken, LedgerError> {
    Ok(RefreshToken {
        hash: row.get("hash")?,
        login_id: id(row, "login_id")?,
        user_id: id(row, "user_id")?,
        salt: row.get("salt")?,
        expires_at: UnixMs(row.get("expires_at")?),
    })
}
