//! Stored answers in MongoDB: one document per account, route and key; removed a day later.

use async_trait::async_trait;
use frontrow_domain::clock::UnixMs;
use mongodb::ClientSession;
use mongodb::bson::{Binary, DateTime, doc, spec::BinarySubtype};
use mongodb::error::Error;
use serde::{Deserialize, Serialize};

use super::documents::date;
use super::{LedgerError, MongoLedger, is_duplicate};
use crate::ledger::{AnswerKey, Answers, Begin, StoredAnswer};

/// How long an answer can be replayed: a day, as clients expect it.
const KEPT_MS: i64 = 24 * 60 * 60 * 1000;

#[derive(Debug, Serialize, Deserialize)]
struct AnswerDocument {
    #[serde(rename = "_id")]
    id: String,
    fingerprint: String,
    in_flight_until: DateTime,
    expires_at: DateTime,
    answer: Option<AnswerBody>,
}

#[derive(Debug, Serialize, Deserialize)]
struct AnswerBody {
    status: i32,
    location: Option<String>,
    content_type: String,
    body: Binary,
}

#[async_trait]
impl Answers for MongoLedger {
    async fn begin(&self, key: &AnswerKey, now: UnixMs, lapse_ms: i64) -> Result<Begin, LedgerError> {
        let answers = self.collection::<AnswerDocument>("answers");
        let mark = AnswerDocument {
            id: id(key),
            fingerprint: key.fingerprint.clone(),
            in_flight_until: date(now.plus_ms(lapse_ms)),
            expires_at: date(now.plus_ms(KEPT_MS)),
            answer: None,
        };
        let marked = self.ask(async {
            match answers.insert_one(&mark).await {
                Err(error) if is_duplicate(&error) => Ok(false),
                inserted => inserted.map(|_| true),
            }
        });
        if marked.await? {
            return Ok(Begin::Fresh);
        }
        // A mark that lapsed belongs to a request that died: exactly one of its successors takes it over.
        let lapsed = doc! {
            "_id": id(key), "fingerprint": &key.fingerprint, "answer": null, "in_flight_until": {"$lte": date(now)},
        };
        let take = answers.update_one(lapsed, doc! {"$set": {"in_flight_until": mark.in_flight_until}});
        if self.ask(take).await?.modified_count == 1 {
            return Ok(Begin::Fresh);
        }
        let found = self.ask(answers.find_one(doc! {"_id": id(key)})).await?;
        Ok(match found {
            Some(found) if found.fingerprint != key.fingerprint => Begin::Mismatch,
            Some(AnswerDocument { answer: Some(answer), .. }) => Begin::Replay(answer.into()),
            // Removed in between: its owner gave up, and the client may try again at once.
            Some(_) | None => Begin::InFlight,
        })
    }

    async fn finish(&self, key: &AnswerKey, answer: &StoredAnswer) -> Result<(), LedgerError> {
        let answers = self.collection::<AnswerDocument>("answers");
        self.ask(answers.update_one(doc! {"_id": id(key)}, set(answer))).await.map(drop)
    }

    async fn forget(&self, key: &AnswerKey) -> Result<(), LedgerError> {
        let answers = self.collection::<AnswerDocument>("answers");
        self.ask(answers.delete_one(doc! {"_id": id(key), "answer": null})).await.map(drop)
    }
}

impl MongoLedger {
    /// Stores an answer in the transaction of its effect.
    pub(super) async fn finish_within(
        &self,
        session: &mut ClientSession,
        key: &AnswerKey,
        answer: &StoredAnswer,
    ) -> Result<(), Error> {
        let answers = self.collection::<AnswerDocument>("answers");
        answers.update_one(doc! {"_id": id(key)}, set(answer)).session(session).await.map(drop)
    }
}

fn set(answer: &StoredAnswer) -> mongodb::bson::Document {
    doc! {"$set": {"answer": {
        "status": i32::from(answer.status),
        "location": &answer.location,
        "content_type": &answer.content_type,
        "body": Binary { subtype: BinarySubtype::Generic, bytes: answer.body.clone() },
    }}}
}

fn id(key: &AnswerKey) -> String {
    format!("{} {} {}", key.user_id, key.route, key.key)
}

impl From<AnswerBody> for StoredAnswer {
    fn from(stored: AnswerBody) -> Self {
        Self {
            status: u16::try_from(stored.status).unwrap_or(500),
            location: stored.location,
            content_type: stored.content_type,
            body: stored.body.bytes,
        }
    }
}
