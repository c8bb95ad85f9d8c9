//! Accounts in MongoDB: `users` by id and unique e-mail, `scanners` by account and event, `tokens` by hash.

use async_trait::async_trait;
use frontrow_domain::account::{Ban, Role, User};
use frontrow_domain::clock::UnixMs;
use frontrow_domain::ids::{EventId, LoginId, UserId};
use futures_util::TryStreamExt as _;
use mongodb::bson::{DateTime, Document, doc};
use mongodb::options::{Acknowledgment, ReturnDocument, WriteConcern};
use serde::{Deserialize, Serialize};

use super::documents::{UserDocument, date, parsed, unix_ms};
use super::{LedgerError, MongoLedger, is_duplicate};
use crate::ledger::{Accounts, OneTimeToken, RefreshToken, Rotation, SocketLogin, TokenKind};

#[derive(Debug, Serialize, Deserialize)]
struct TokenDocument {
    #[serde(rename = "_id")]
    id: String,
    user_id: String,
    /// MongoDB removes the document some time after this; taking it checks the time itself.
    expires_at: DateTime,
    login_id: Option<String>,
    login_expires_at: Option<DateTime>,
}

#[derive(Debug, Serialize, Deserialize)]
struct ScannerDocument {
    #[serde(rename = "_id")]
    id: String,
    scanner_id: String,
    event_id: String,
}

#[async_trait]
impl Accounts for MongoLedger {
    async fn create_user(&self, user: &User) -> Result<bool, LedgerError> {
        let users = self.collection("users");
        self.ask(async {
            match users.insert_one(UserDocument::from(user)).await {
                Err(error) if is_duplicate(&error) => Ok(false),
                inserted => inserted.map(|_| true),
            }
        })
        .await
    }

    async fn user(&self, id: UserId) -> Result<Option<User>, LedgerError> {
        self.user_where(doc! {"_id": id.to_string()}).await
    }

    async fn users(&self, ids: &[UserId]) -> Result<Vec<User>, LedgerError> {
        let ids: Vec<_> = ids.iter().map(UserId::to_string).collect();
        let users = self.collection::<UserDocument>("users");
        let wanted = users.find(doc! {"_id": {"$in": ids}});
        let found = self.ask(async { wanted.await?.try_collect::<Vec<_>>().await }).await?;
        found.into_iter().map(UserDocument::into_user).collect()
    }

    async fn user_by_email(&self, email: &str) -> Result<Option<User>, LedgerError> {
        self.user_where(doc! {"email": email}).await
    }

    async fn find_users(&self, text: &str, after: &str, limit: u32) -> Result<Vec<User>, LedgerError> {
        let contains = doc! {"$regex": super::events::literal(text), "$options": "i"};
        let filter = doc! {"email": {"$gt": after}, "$or": [{"email": contains.clone()}, {"name": contains}]};
        let users = self.collection::<UserDocument>("users");
        let wanted = users.find(filter).sort(doc! {"email": 1}).limit(limit.into());
        let found = self.ask(async { wanted.await?.try_collect::<Vec<_>>().await }).await?;
        found.into_iter().map(UserDocument::into_user).collect()
    }

    async fn set_role(&self, id: UserId, role: Role) -> Result<Option<User>, LedgerError> {
        if role != Role::Scanner {
            let scanners = self.collection::<ScannerDocument>("scanners");
            self.ask(scanners.delete_many(doc! {"scanner_id": id.to_string()})).await?;
        }
        self.update_user(id, doc! {"role": role.as_str()}).await
    }

    async fn set_ban(&self, id: UserId, ban: Option<&Ban>) -> Result<Option<User>, LedgerError> {
        let ban = ban.map(|ban| doc! {"at": date(ban.at), "by": ban.by.to_string(), "reason": &ban.reason});
        self.update_user(id, doc! {"ban": ban}).await
    }

    async fn set_password(&self, id: UserId, password_hash: &str) -> Result<bool, LedgerError> {
        Ok(self.update_user(id, doc! {"password_hash": password_hash}).await?.is_some())
    }

    async fn verify_email(&self, id: UserId) -> Result<Option<User>, LedgerError> {
        self.update_user(id, doc! {"email_verified": true}).await
    }

    async fn assign_scanner(&self, scanner: UserId, event: EventId) -> Result<(), LedgerError> {
        let id = format!("{scanner}:{event}");
        let document = ScannerDocument { id: id.clone(), scanner_id: scanner.to_string(), event_id: event.to_string() };
        let scanners = self.collection("scanners");
        self.ask(scanners.replace_one(doc! {"_id": id}, document).upsert(true)).await.map(drop)
    }

    async fn scanner_events(&self, scanner: UserId) -> Result<Vec<EventId>, LedgerError> {
        let scanners = self.collection::<ScannerDocument>("scanners");
        let assigned = scanners.find(doc! {"scanner_id": scanner.to_string()}).sort(doc! {"event_id": 1});
        let found = self.ask(async { assigned.await?.try_collect::<Vec<_>>().await }).await?;
        found.iter().map(|row| parsed("a scanner's event", &row.event_id)).collect()
    }

    async fn start_login(&self, first: &RefreshToken, now: UnixMs) -> Result<(), LedgerError> {
        self.insert_login(first, now).await
    }

    async fn refresh_token(&self, hash: &str, now: UnixMs) -> Result<Option<RefreshToken>, LedgerError> {
        self.find_refresh_token(hash, now).await
    }

    async fn rotate(
        &self,
        hash: &str,
        successor: &RefreshToken,
        now: UnixMs,
        grace_ms: i64,
    ) -> Result<Rotation, LedgerError> {
        self.exchange(hash, successor, now, grace_ms).await
    }

    async fn end_login(&self, id: LoginId, now: UnixMs) -> Result<(), LedgerError> {
        self.end_logins_where(doc! {"_id": id.to_string()}, now).await
    }

    async fn end_logins(&self, user: UserId, now: UnixMs) -> Result<(), LedgerError> {
        let theirs = doc! {"user_id": user.to_string()};
        self.ask(self.collection::<TokenDocument>("tokens").delete_many(theirs.clone())).await?;
        self.end_logins_where(theirs, now).await
    }

    async fn logins_ended(&self, since: UnixMs) -> Result<Vec<LoginId>, LedgerError> {
        self.find_ended_logins(since).await
    }

    async fn save_token(&self, token: &OneTimeToken) -> Result<(), LedgerError> {
        let document = TokenDocument {
            id: key(token.kind, &token.hash),
            user_id: token.user_id.to_string(),
            expires_at: date(token.expires_at),
            login_id: token.login.map(|login| login.id.to_string()),
            login_expires_at: token.login.map(|login| date(login.expires_at)),
        };
        let tokens = self.collection::<TokenDocument>("tokens");
        let insert = tokens.insert_one(document);
        let done = match token.kind {
            // A socket ticket lives for seconds and its loss costs one more request: no need to wait for the journal.
            TokenKind::Socket => {
                let quickly = WriteConcern::builder().w(Acknowledgment::Nodes(1)).build();
                self.ask(insert.write_concern(quickly)).await
            }
            TokenKind::PasswordReset | TokenKind::EmailVerification => self.ask(insert).await,
        };
        done.map(drop)
    }

    async fn take_token(&self, kind: TokenKind, hash: &str, now: UnixMs) -> Result<Option<OneTimeToken>, LedgerError> {
        let tokens = self.collection::<TokenDocument>("tokens");
        let filter = doc! {"_id": key(kind, hash), "expires_at": {"$gt": date(now)}};
        let Some(taken) = self.ask(tokens.find_one_and_delete(filter)).await? else { return Ok(None) };
        let login = match taken.login_id.zip(taken.login_expires_at) {
            Some((id, at)) => Some(SocketLogin { id: parsed("a token's login", &id)?, expires_at: unix_ms(at) }),
            None => None,
        };
        Ok(Some(OneTimeToken {
            kind,
            hash: hash.to_owned(),
            user_id: parsed("a token's user", &taken.user_id)?,
            expires_at: unix_ms(taken.expires_at),
            login,
        }))
    }
}

impl MongoLedger {
    async fn user_where(&self, filter: Document) -> Result<Option<User>, LedgerError> {
        let users = self.collection::<UserDocument>("users");
        self.ask(users.find_one(filter)).await?.map(UserDocument::into_user).transpose()
    }

    async fn update_user(&self, id: UserId, set: Document) -> Result<Option<User>, LedgerError> {
        let users = self.collection::<UserDocument>("users");
        let update = users
            .find_one_and_update(doc! {"_id": id.to_string()}, doc! {"$set": set})
            .return_document(ReturnDocument::After);
        self.ask(update).await?.map(UserDocument::into_user).transpose()
    }
}

fn key(kind: TokenKind, hash: &str) -> String {
    match kind {
        TokenKind::Socket => format!("socket:{hash}"),
        TokenKind::PasswordReset => format!("password_reset:{hash}"),
        TokenKind::EmailVerification => format!("email_verification:{hash}"),
    }
}
