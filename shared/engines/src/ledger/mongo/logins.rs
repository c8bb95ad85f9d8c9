//! Logins in MongoDB: `logins` by id, `refresh_tokens` by hash, every generation of them until it expires.

use frontrow_domain::clock::UnixMs;
use frontrow_domain::ids::LoginId;
use futures_util::TryStreamExt as _;
use mongodb::bson::{DateTime, Document, doc};
use serde::{Deserialize, Serialize};

use super::documents::{date, parsed, unix_ms};
use super::{LedgerError, MongoLedger, is_duplicate};
use crate::ledger::{RefreshToken, Rotation};
use crate::mutant::{self, Mutant};

#[derive(Debug, Serialize, Deserialize)]
struct LoginDocument {
    #[serde(rename = "_id")]
    id: String,
    user_id: String,
    started_at: DateTime,
    expires_at: DateTime,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<DateTime>,
}

#[derive(Debug, Serialize, Deserialize)]
struct RefreshDocument {
    #[serde(rename = "_id")]
    hash: String,
    login_id: String,
    user_id: String,
    salt: String,
    expires_at: DateTime,
    used_at: Option<DateTime>,
}

impl MongoLedger {
    pub(super) async fn insert_login(&self, first: &RefreshToken, now: UnixMs) -> Result<(), LedgerError> {
        // The token first: one without its login works as little as a login without a token.
        self.insert_refresh_token(first).await?;
        let login = LoginDocument {
            id: first.login_id.to_string(),
            user_id: first.user_id.to_string(),
            started_at: date(now),
            expires_at: date(first.expires_at),
            ended_at: None,
        };
        self.ask(self.collection("logins").insert_one(login)).await.map(drop)
    }

    pub(super) async fn find_refresh_token(
        &self,
        hash: &str,
        now: UnixMs,
    ) -> Result<Option<RefreshToken>, LedgerError> {
        self.refresh_document(hash, now).await?.map(RefreshToken::try_from).transpose()
    }

    /// The successor is written before the token counts as used. Whoever dies in between leaves a token that is
    /// exchanged again for the same successor.
    pub(super) async fn exchange(
        &self,
        hash: &str,
        successor: &RefreshToken,
        now: UnixMs,
        grace_ms: i64,
    ) -> Result<Rotation, LedgerError> {
        let Some(token) = self.refresh_document(hash, now).await? else { return Ok(Rotation::Ended) };
        let logins = self.collection::<LoginDocument>("logins");
        let alive = doc! {"_id": &token.login_id, "ended_at": null, "expires_at": {"$gt": date(now)}};
        if self.ask(logins.find_one(alive.clone())).await?.is_none() {
            return Ok(Rotation::Ended);
        }
        if token.used_at.is_none() {
            self.insert_refresh_token(successor).await?;
            let unused = doc! {"_id": hash, "used_at": null};
            let tokens = self.collection::<RefreshDocument>("refresh_tokens");
            let used = tokens.update_one(unused, doc! {"$set": {"used_at": date(now)}});
            if self.ask(used).await?.modified_count == 1 {
                let longer = doc! {"$max": {"expires_at": date(successor.expires_at)}};
                self.ask(logins.update_one(alive, longer)).await?;
                return Ok(Rotation::Rotated);
            }
        }
        let used_at = match token.used_at {
            Some(at) => Some(at),
            None => self.refresh_document(hash, now).await?.and_then(|token| token.used_at),
        };
        let is_fresh = used_at.is_some_and(|at| now.0 <= unix_ms(at).0 + grace_ms);
        if is_fresh || mutant::is(Mutant::ReusedRefreshTokenWorks) {
            return Ok(Rotation::Repeated);
        }
        self.end_logins_where(doc! {"_id": &token.login_id}, now).await?;
        Ok(Rotation::Reused)
    }

    /// Ends those that have not ended.
    pub(super) async fn end_logins_where(&self, mut filter: Document, now: UnixMs) -> Result<(), LedgerError> {
        filter.insert("ended_at", mongodb::bson::Bson::Null);
        let logins = self.collection::<LoginDocument>("logins");
        self.ask(logins.update_many(filter, doc! {"$set": {"ended_at": date(now)}})).await.map(drop)
    }

    pub(super) async fn find_ended_logins(&self, since: UnixMs) -> Result<Vec<LoginId>, LedgerError> {
        let logins = self.collection::<LoginDocument>("logins");
        let ended = logins.find(doc! {"ended_at": {"$gte": date(since)}});
        let found = self.ask(async { ended.await?.try_collect::<Vec<_>>().await }).await?;
        found.iter().map(|login| parsed("a login's id", &login.id)).collect()
    }

    async fn refresh_document(&self, hash: &str, now: UnixMs) -> Result<Option<RefreshDocument>, LedgerError> {
        let tokens = self.collection::<RefreshDocument>("refresh_tokens");
        self.ask(tokens.find_one(doc! {"_id": hash, "expires_at": {"$gt": date(now)}})).await
    }

    /// A successor that is there already is the same one.
    async fn insert_refresh_token(&self, token: &RefreshToken) -> Result<(), LedgerError> {
        let document = RefreshDocument {
            hash: token.hash.clone(),
            login_id: token.login_id.to_string(),
            user_id: token.user_id.to_string(),
            salt: token.salt.clone(),
            expires_at: date(token.expires_at),
            used_at: None,
        };
        let tokens = self.collection("refresh_tokens");
        self.ask(async {
            match tokens.insert_one(document).await {
                Err(error) if !is_duplicate(&error) => Err(error),
                Ok(_) | Err(_) => Ok(()),
            }
        })
        .await
    }
}

impl TryFrom<RefreshDocument> for RefreshToken {
    type Error = LedgerError;

    fn try_from(document: RefreshDocument) -> Result<Self, LedgerError> {
        Ok(Self {
            login_id: parsed("a refresh token's login", &document.login_id)?,
            user_id: parsed("a refresh token's user", &document.user_id)?,
            hash: document.hash,
            salt: document.salt,
            expires_at: unix_ms(document.expires_at),
        })
    }
}
