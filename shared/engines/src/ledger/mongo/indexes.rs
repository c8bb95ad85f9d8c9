//! The indexes. They are the last line against selling twice; without them the server does not start.

use std::time::Duration;

use mongodb::IndexModel;
use mongodb::bson::{Document, doc};
use mongodb::options::IndexOptions;

use super::{LedgerError, MongoLedger, unavailable};
use crate::mutant::{self, Mutant};

impl MongoLedger {
    pub(super) async fn create_indexes(&self) -> Result<(), LedgerError> {
        let plain = IndexOptions::default;
        let unique = || IndexOptions::builder().unique(true).build();
        let sparse = || IndexOptions::builder().sparse(true).build();
        let lapse = || IndexOptions::builder().expire_after(Duration::ZERO).build();
        let unpublished = IndexOptions::builder().partial_filter_expression(doc! {"published": false}).build();
        let one_ticket = if mutant::is(Mutant::NoGuardLeft) { plain() } else { unique() };
        let indexes: [(&str, Document, IndexOptions); 22] = [
            ("users", doc! {"email": 1}, unique()),
            ("scanners", doc! {"scanner_id": 1}, plain()),
            ("logins", doc! {"expires_at": 1}, lapse()),
            ("logins", doc! {"user_id": 1}, plain()),
            ("logins", doc! {"ended_at": 1}, sparse()),
            ("refresh_tokens", doc! {"expires_at": 1}, lapse()),
            ("tokens", doc! {"user_id": 1}, plain()),
            ("tokens", doc! {"expires_at": 1}, lapse()),
            ("answers", doc! {"expires_at": 1}, lapse()),
            ("events", doc! {"starts_at": 1, "_id": 1}, plain()),
            ("events", doc! {"organizer_id": 1}, plain()),
            ("seats", doc! {"event_id": 1, "ordinal": 1}, unique()),
            ("seats", doc! {"order_id": 1}, sparse()),
            ("orders", doc! {"payment_id": 1}, unique()),
            ("orders", doc! {"buyer_id": 1, "placed_at": 1, "_id": 1}, plain()),
            ("orders", doc! {"event_id": 1, "placed_at": 1, "_id": 1}, plain()),
            ("orders", doc! {"look_at": 1}, sparse()),
            ("tickets", doc! {"event_id": 1, "ordinal": 1, "sale_generation": 1}, one_ticket),
            ("tickets", doc! {"order_id": 1}, plain()),
            ("tickets", doc! {"buyer_id": 1, "_id": 1}, plain()),
            ("journal", doc! {"event_id": 1, "_id": 1}, plain()),
            ("outbox", doc! {"created_at": 1}, unpublished),
        ];
        for (collection, keys, options) in indexes {
            let index = IndexModel::builder().keys(keys).options(options).build();
            self.collection::<Document>(collection).create_index(index).await.map_err(unavailable)?;
        }
        Ok(())
    }
}
