//! Accounts in MongoDB: `users` by id and unique e-mail, `tokens` by hash.

use async_trait::async_trait;
use frontrow_domain::account::{Role, User};
use frontrow_domain::clock::UnixMs;
use frontrow_domain::ids::UserId;
use futures_util::TryStreamExt as _;
use mongodb::bson::{DateTime, doc};
use mongodb::options::{Acknowledgment, ReturnDocument, WriteConcern};
use serde::{Deserialize, Serialize};

use super::documents::{UserDocument, date, parsed, unix_ms};
use super::{LedgerError, MongoLedger, is_duplicate, unavailable};
use crate::ledger::{Accounts, OneTimeToken, TokenKind};

#[derive(Debug, Serialize, Deserialize)]
struct TokenDocument {
    #[serde(rename = "_id")]
    id: String,
    user_id: String,
    /// MongoDB removes the document some time after this; taking it checks the time itself.
    expires_at: DateTime,
    login_expires_at: DateTime,
}

#[async_trait]
impl Accounts for MongoLedger {
    async fn create_user(&self, user: &User) -> Result<bool, LedgerError> {
        match self.collection("users").insert_one(UserDocument::from(user)).await {
            Ok(_) => Ok(true),
            Err(error) if is_duplicate(&error) => Ok(false),
            Err(error) => Err(unavailable(error)),
        }
    }

    async fn user(&self, id: UserId) -> Result<Option<User>, LedgerError> {
        let found = self.collection::<UserDocument>("users").find_one(doc! {"_id": id.to_string()}).await;
        found.map_err(unavailable)?.map(UserDocument::into_user).transpose()
    }

    async fn user_by_email(&self, email: &str) -> Result<Option<User>, LedgerError> {
        let found = self.collection::<UserDocument>("users").find_one(doc! {"email": email}).await;
        found.map_err(unavailable)?.map(UserDocument::into_user).transpose()
    }

    async fn find_users(&self, text: &str, after: &str, limit: u32) -> Result<Vec<User>, LedgerError> {
        let contains = doc! {"$regex": super::catalogue::literal(text), "$options": "i"};
        let filter = doc! {"email": {"$gt": after}, "$or": [{"email": contains.clone()}, {"name": contains}]};
        let users = self.collection::<UserDocument>("users");
        let found = users.find(filter).sort(doc! {"email": 1}).limit(limit.into()).await.map_err(unavailable)?;
        let found: Vec<_> = found.try_collect().await.map_err(unavailable)?;
        found.into_iter().map(UserDocument::into_user).collect()
    }

    async fn set_role(&self, id: UserId, role: Role) -> Result<Option<User>, LedgerError> {
        let users = self.collection::<UserDocument>("users");
        let changed = users
            .find_one_and_update(doc! {"_id": id.to_string()}, doc! {"$set": {"role": role.as_str()}})
            .return_document(ReturnDocument::After)
            .await;
        changed.map_err(unavailable)?.map(UserDocument::into_user).transpose()
    }

    async fn save_token(&self, token: &OneTimeToken) -> Result<(), LedgerError> {
        let document = TokenDocument {
            id: key(token.kind, &token.hash),
            user_id: token.user_id.to_string(),
            expires_at: date(token.expires_at),
            login_expires_at: date(token.login_expires_at),
        };
        let tokens = self.collection::<TokenDocument>("tokens");
        let insert = tokens.insert_one(document);
        let done = match token.kind {
            TokenKind::Refresh => insert.await,
            // A socket ticket lives for seconds and its loss costs one more request: no need to wait for the journal.
            TokenKind::Socket => {
                insert.write_concern(WriteConcern::builder().w(Acknowledgment::Nodes(1)).build()).await
            }
        };
        done.map(drop).map_err(unavailable)
    }

    async fn take_token(&self, kind: TokenKind, hash: &str, now: UnixMs) -> Result<Option<OneTimeToken>, LedgerError> {
        let tokens = self.collection::<TokenDocument>("tokens");
        let filter = doc! {"_id": key(kind, hash), "expires_at": {"$gt": date(now)}};
        let Some(taken) = tokens.find_one_and_delete(filter).await.map_err(unavailable)? else { return Ok(None) };
        Ok(Some(OneTimeToken {
            kind,
            hash: hash.to_owned(),
            user_id: parsed("a token's user", &taken.user_id)?,
            expires_at: unix_ms(taken.expires_at),
            login_expires_at: unix_ms(taken.login_expires_at),
        }))
    }
}

fn key(kind: TokenKind, hash: &str) -> String {
    match kind {
        TokenKind::Refresh => format!("refresh:{hash}"),
        TokenKind::Socket => format!("socket:{hash}"),
    }
}
