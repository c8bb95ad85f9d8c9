//! Stored answers in `SQLite`: one row per account, route and key; gone a day later.

use async_trait::async_trait;
use frontrow_domain::clock::UnixMs;
use rusqlite::{Row, params};

use super::accounts::SWEPT;
use super::rows::one;
use super::work::{Step, Work};
use super::{LedgerError, SqliteLedger};
use crate::ledger::{AnswerKey, Answers, Begin, StoredAnswer};

/// How long an answer can be replayed: a day, as clients expect it.
const KEPT_MS: i64 = 24 * 60 * 60 * 1000;

struct Found {
    fingerprint: String,
    in_flight_until: UnixMs,
    answer: Option<StoredAnswer>,
}

#[async_trait]
impl Answers for SqliteLedger {
    async fn begin(&self, key: &AnswerKey, now: UnixMs, lapse_ms: i64) -> Result<Begin, LedgerError> {
        let key = key.clone();
        self.write(move |work| {
            sweep(work, now)?;
            let found = find(work, &key, now)?;
            let begin = match found {
                None => Begin::Fresh,
                Some(found) if found.fingerprint != key.fingerprint => Begin::Mismatch,
                Some(Found { answer: Some(answer), .. }) => Begin::Replay(answer),
                // A mark that lapsed belongs to a request that died: its successor takes it over.
                Some(found) if found.in_flight_until <= now => Begin::Fresh,
                Some(_) => Begin::InFlight,
            };
            if begin != Begin::Fresh {
                return Ok(Step::Abort(begin));
            }
            mark(work, &key, now, lapse_ms)?;
            Ok(Step::Commit(begin))
        })
        .await
    }

    async fn finish(&self, key: &AnswerKey, answer: &StoredAnswer) -> Result<(), LedgerError> {
        let (key, answer) = (key.clone(), answer.clone());
        self.change(move |work| finish_within(work, &key, &answer)).await
    }

    async fn forget(&self, key: &AnswerKey) -> Result<(), LedgerError> {
        let key = key.clone();
        let sql = "DELETE FROM answers WHERE user_id = ?1 AND route = ?2 AND key = ?3 AND status IS NULL";
        self.change(move |work| work.run(sql, params![key.user_id.to_string(), key.route, key.key]).map(drop)).await
    }
}

/// Stores an answer in the transaction of its effect.
pub(super) fn finish_within(work: &Work<'_>, key: &AnswerKey, answer: &StoredAnswer) -> Result<(), LedgerError> {
    let sql = "UPDATE answers SET status = ?4, location = ?5, content_type = ?6, body = ?7 \
        WHERE user_id = ?1 AND route = ?2 AND key = ?3";
    let (user, StoredAnswer { status, location, content_type, body }) = (key.user_id.to_string(), answer);
    work.run(sql, params![user, key.route, key.key, status, location, content_type, body]).map(drop)
}

fn sweep(work: &Work<'_>, now: UnixMs) -> Result<(), LedgerError> {
    let sql = "DELETE FROM answers WHERE rowid IN (SELECT rowid FROM answers WHERE expires_at <= ?1 LIMIT ?2)";
    work.run(sql, params![now.0, SWEPT]).map(drop)
}

fn find(work: &Work<'_>, key: &AnswerKey, now: UnixMs) -> Result<Option<Found>, LedgerError> {
    let sql = "SELECT fingerprint, in_flight_until, status, location, content_type, body FROM answers \
        WHERE user_id = ?1 AND route = ?2 AND key = ?3 AND expires_at > ?4";
    one(work, sql, params![key.user_id.to_string(), key.route, key.key, now.0], found)
}

fn found(row: &Row<'_>) -> Result<Found, LedgerError> {
    let answer = match row.get::<_, Option<u16>>("status")? {
        None => None,
        Some(status) => Some(StoredAnswer {
            status,
            location: row.get("location")?,
            content_type: row.get("content_type")?,
            body: row.get("body")?,
        }),
    };
    let in_flight_until = UnixMs(row.get("in_flight_until")?);
    Ok(Found { fingerprint: row.get("fingerprint")?, in_flight_until, answer })
}

fn mark(work: &Work<'_>, key: &AnswerKey, now: UnixMs, lapse_ms: i64) -> Result<(), LedgerError> {
    // What is there is a mark that lapsed, or a row that expired and was not swept yet.
    let sql = "INSERT OR REPLACE INTO answers (user_id, route, key, fingerprint, in_flight_until, expires_at) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let (user, until, expires_at) = (key.user_id.to_string(), now.plus_ms(lapse_ms).0, now.plus_ms(KEPT_MS).0);
    work.run(sql, params![user, key.route, key.key, key.fingerprint, until, expires_at]).map(drop)
}
