//! The `orders` collection: lists, and which of them are due. Everything about time is by the server's clock.

use std::collections::HashMap;
use std::time::Duration;

use frontrow_domain::clock::UnixMs;
use frontrow_domain::ids::{EventId, OrderId};
use frontrow_domain::order::{MoneyState, Order, OrderStatus};
use futures_util::TryStreamExt as _;
use futures_util::future::join_all;
use mongodb::ClientSession;
use mongodb::bson::{Bson, Document, doc, serialize_to_document};
use mongodb::error::Error;
use mongodb::options::ReturnDocument;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::time::timeout;
use uuid::Uuid;

use super::documents::{corrupt, date, signed, unix_ms, unsigned};
use super::order_document::OrderDocument;
use super::{LedgerError, MongoLedger, unavailable};
use crate::ledger::{NextLook, OrderQuery, OrdersRead, SalesFigures, SalesTotals};
use crate::mutant::{self, Mutant};

/// An update of one order takes some milliseconds, unless a transaction keeps the order.
const TAKE_TIMEOUT: Duration = Duration::from_millis(300);

/// How many orders of a status, or tickets of a state, and what they cost.
#[derive(Deserialize)]
struct Group {
    #[serde(rename = "_id")]
    name: String,
    count: i64,
    amount: i64,
}

/// Orders of one status whose money is in one state.
#[derive(Deserialize)]
struct MoneyGroup {
    #[serde(rename = "_id")]
    name: MoneyGroupName,
    count: i64,
    amount: i64,
}

impl MoneyGroup {
    fn into_row(self) -> Result<(OrderStatus, MoneyState, u64, i64), LedgerError> {
        let Self { name: MoneyGroupName { status, money }, count, amount } = self;
        let status = OrderStatus::parse(&status).ok_or_else(|| corrupt("an order's status", &status))?;
        let money = MoneyState::parse(&money).ok_or_else(|| corrupt("an order's money", &money))?;
        Ok((status, money, unsigned(count), amount))
    }
}

#[derive(Deserialize)]
struct MoneyGroupName {
    status: String,
    money: String,
}

/// Tickets that are valid or used, and on how many seats.
#[derive(Default, Deserialize)]
struct TicketCount {
    seats: i64,
    valid: i64,
    used: i64,
}

#[derive(Deserialize)]
struct IdOnly {
    #[serde(rename = "_id")]
    id: String,
}

impl MongoLedger {
    /// An order as this transaction sees it.
    pub(super) async fn order_within(
        &self,
        session: &mut ClientSession,
        id: OrderId,
    ) -> Result<Option<OrderDocument>, Error> {
        let orders = self.collection::<OrderDocument>("orders");
        orders.find_one(doc! {"_id": id.to_string()}).session(session).await
    }

    /// Writes a new order, to be paid within `window_ms` from now. An upsert, because only that can ask for the time.
    pub(super) async fn insert_order(
        &self,
        session: &mut ClientSession,
        order: &Order,
        window_ms: u64,
    ) -> Result<OrderDocument, Error> {
        let document = serialize_to_document(&OrderDocument::from(order))?;
        let deadline = doc! {"$add": ["$$NOW", signed(window_ms)]};
        let times = doc! {"deadline": deadline.clone(), "look_at": deadline};
        let write = vec![doc! {"$replaceWith": {"$mergeObjects": [{"$literal": document}, times]}}];
        let orders = self.collection::<OrderDocument>("orders");
        let new = orders.find_one_and_update(doc! {"_id": order.id.to_string()}, write).upsert(true);
        let written = new.return_document(ReturnDocument::After).session(session).await?;
        written.ok_or_else(|| Error::custom("an upsert gave nothing back"))
    }

    /// Replaces what can change, if the version is the one before.
    pub(super) async fn replace_order(
        &self,
        session: &mut ClientSession,
        order: &Order,
        next_look: NextLook,
    ) -> Result<bool, Error> {
        let look_at: Bson = match next_look {
            NextLook::Never => "$$REMOVE".into(),
            NextLook::AtDeadline => "$deadline".into(),
            NextLook::In(ms) => doc! {"$add": ["$$NOW", signed(ms)]}.into(),
        };
        let set = doc! {
            "status": order.status.as_str(), "money": order.money.as_str(), "declines": i64::from(order.declines),
            "letter_due": order.letter_due, "version": signed(order.version), "look_at": look_at,
        };
        let mut unchanged = doc! {"_id": order.id.to_string(), "version": signed(order.version) - 1};
        if mutant::is(Mutant::OrderVersionIgnored) {
            unchanged.remove("version");
        }
        let orders = self.collection::<Document>("orders");
        let replaced = orders.update_one(unchanged, vec![doc! {"$set": set}]).session(session).await?;
        Ok(replaced.matched_count == 1)
    }

    pub(super) async fn list_orders(&self, query: &OrderQuery) -> Result<OrdersRead, LedgerError> {
        let orders = self.collection::<OrderDocument>("orders");
        // A cursor that is gone is none.
        let last = match query.after {
            Some(id) => self.ask(orders.find_one(doc! {"_id": id.to_string()})).await?,
            None => None,
        };
        let newest = orders.find(filter(query, last.as_ref())).sort(doc! {"placed_at": -1, "_id": -1});
        let found = self.ask(async { newest.limit(query.limit.into()).await?.try_collect::<Vec<_>>().await });
        let (at, found) = tokio::try_join!(self.server_time(), found)?;
        let orders = found.into_iter().map(OrderDocument::into_order).collect::<Result<_, _>>()?;
        Ok(OrdersRead { at, orders })
    }

    /// Takes what is due. The update looks at every order's time again: of two servers that have found the same order,
    /// one gets it. Each is taken by itself: one that a dead server's transaction still keeps, which may be for a minute and a
    /// half, must not hold up all others.
    pub(super) async fn take_due(&self, limit: u32, lease_ms: u64) -> Result<OrdersRead, LedgerError> {
        let at = self.server_time().await?;
        let ids = self.collection::<IdOnly>("orders");
        let due = ids.find(doc! {"look_at": {"$lte": date(at)}}).projection(doc! {"_id": 1});
        let first = due.sort(doc! {"look_at": 1}).limit(limit.into());
        let due = self.ask(async { first.await?.try_collect::<Vec<_>>().await }).await?;
        if due.is_empty() {
            return Ok(OrdersRead { at, orders: Vec::new() });
        }
        let lease = Uuid::new_v4().to_string();
        let ids: Vec<_> = due.iter().map(|order| &order.id).collect();
        let orders = self.collection::<OrderDocument>("orders");
        let later = doc! {"$add": ["$$NOW", signed(lease_ms)]};
        let take = vec![doc! {"$set": {"look_at": later, "lease": &lease}}];
        let take_one = async |id: &String| {
            let still_due = doc! {"_id": id, "look_at": {"$lte": date(at)}};
            timeout(TAKE_TIMEOUT, orders.update_one(still_due, take.clone()).into_future()).await.ok()
        };
        // What was not answered in time may have been taken all the same.
        for answered in join_all(ids.iter().map(|id| take_one(id))).await.into_iter().flatten() {
            answered.map_err(unavailable)?;
        }
        let taken = orders.find(doc! {"_id": {"$in": &ids}, "lease": &lease});
        let taken = self.ask(async { taken.await?.try_collect::<Vec<_>>().await }).await?;
        let mut taken: HashMap<_, _> = taken.into_iter().map(|order| (order.id.clone(), order)).collect();
        let in_turn = due.iter().filter_map(|order| taken.remove(&order.id));
        Ok(OrdersRead { at, orders: in_turn.map(OrderDocument::into_order).collect::<Result<_, _>>()? })
    }

    /// A whole event's orders, each by itself: a transaction of that size would stand in everybody's way.
    pub(super) async fn make_orders_due(&self, event: EventId, status: OrderStatus) -> Result<u64, LedgerError> {
        let theirs = doc! {"event_id": event.to_string(), "status": status.as_str()};
        let orders = self.collection::<Document>("orders");
        let update = orders.update_many(theirs, vec![doc! {"$set": {"look_at": "$$NOW"}}]);
        self.ask_at_length(update).await.map(|updated| updated.matched_count)
    }

    pub(super) async fn totals(&self, event: EventId) -> Result<SalesTotals, LedgerError> {
        let (orders, tickets) =
            tokio::try_join!(self.groups("orders", event, "$status"), self.groups("tickets", event, "$state"))?;
        let order = |group: Group| {
            let status = OrderStatus::parse(&group.name).ok_or_else(|| corrupt("an order's status", &group.name))?;
            Ok::<_, LedgerError>((status, unsigned(group.count), group.amount))
        };
        let ticket = |state: &str| tickets.iter().find(|group| group.name == state).map_or(0, |it| unsigned(it.count));
        let (tickets_valid, tickets_used) = (ticket("valid"), ticket("used"));
        Ok(SalesTotals {
            orders: orders.into_iter().map(order).collect::<Result<_, _>>()?,
            tickets_valid,
            tickets_used,
        })
    }

    /// All of it as of one moment: a snapshot session reads past every transaction that ends meanwhile.
    pub(super) async fn figures(&self, event: EventId) -> Result<SalesFigures, LedgerError> {
        let event = event.to_string();
        let figures = async {
            let mut session = self.client.start_session().snapshot(true).await?;
            let seats = self.collection::<Document>("seats");
            let sold = doc! {"event_id": &event, "state": "sold"};
            let seats_sold = seats.count_documents(sold).session(&mut session).await?;
            let tickets = self.groups_within(&mut session, "tickets", count_tickets(&event)).await?;
            let orders = self.groups_within(&mut session, "orders", by_money(&event)).await?;
            Ok((seats_sold, tickets, orders))
        };
        let (seats_sold, tickets, orders): (_, Vec<TicketCount>, Vec<MoneyGroup>) = self.ask_at_length(figures).await?;
        let tickets = tickets.into_iter().next().unwrap_or_default();
        Ok(SalesFigures {
            orders: orders.into_iter().map(MoneyGroup::into_row).collect::<Result<_, _>>()?,
            tickets_valid: unsigned(tickets.valid),
            tickets_used: unsigned(tickets.used),
            seats_with_ticket: unsigned(tickets.seats),
            seats_sold,
        })
    }

    async fn groups_within<T: DeserializeOwned + Send + Sync>(
        &self,
        session: &mut ClientSession,
        collection: &str,
        pipeline: Vec<Document>,
    ) -> Result<Vec<T>, Error> {
        let documents = self.collection::<Document>(collection);
        let mut groups = documents.aggregate(pipeline).with_type::<T>().session(&mut *session).await?;
        groups.stream(session).try_collect().await
    }

    async fn groups(&self, collection: &str, event: EventId, by: &str) -> Result<Vec<Group>, LedgerError> {
        let documents = self.collection::<Document>(collection);
        let pipeline = [
            doc! {"$match": {"event_id": event.to_string()}},
            doc! {"$group": {"_id": by, "count": {"$sum": 1_i64}, "amount": {"$sum": {"$toLong": {"$ifNull": ["$total", 0]}}}}},
            doc! {"$sort": {"_id": 1}},
        ];
        let groups = documents.aggregate(pipeline).with_type::<Group>();
        self.ask_at_length(async { groups.await?.try_collect().await }).await
    }

    /// Asking for it costs the server nothing.
    async fn server_time(&self) -> Result<UnixMs, LedgerError> {
        let hello = self.ask(self.database.run_command(doc! {"hello": 1})).await?;
        hello.get_datetime("localTime").map(|at| unix_ms(*at)).map_err(|_| corrupt("the server's time", "nothing"))
    }
}

/// Valid and used tickets, and how many seats have one.
fn count_tickets(event: &str) -> Vec<Document> {
    let of = |state: &str| doc! {"$sum": {"$cond": [{"$eq": ["$state", state]}, 1_i64, 0_i64]}};
    vec![
        doc! {"$match": {"event_id": event, "state": {"$ne": "refunded"}}},
        doc! {"$group": {"_id": "$ordinal", "valid": of("valid"), "used": of("used")}},
        doc! {"$group": {
            "_id": null, "seats": {"$sum": 1_i64}, "valid": {"$sum": "$valid"}, "used": {"$sum": "$used"},
        }},
    ]
}

fn by_money(event: &str) -> Vec<Document> {
    vec![
        doc! {"$match": {"event_id": event}},
        doc! {"$group": {
            "_id": {"status": "$status", "money": "$money"},
            "count": {"$sum": 1_i64}, "amount": {"$sum": {"$toLong": "$total"}},
        }},
    ]
}

fn filter(query: &OrderQuery, last: Option<&OrderDocument>) -> Document {
    let fields = [
        ("_id", query.id.map(|id| id.to_string())),
        ("payment_id", query.payment.map(|id| id.to_string())),
        ("event_id", query.event.map(|id| id.to_string())),
        ("buyer_id", query.buyer.map(|id| id.to_string())),
        ("status", query.status.map(|status| status.as_str().to_owned())),
    ];
    let mut filter: Document =
        fields.into_iter().filter_map(|(field, value)| Some((field.to_owned(), value?.into()))).collect();
    if let Some(last) = last {
        let same = doc! {"placed_at": last.placed_at, "_id": {"$lt": &last.id}};
        filter.insert("$or", vec![doc! {"placed_at": {"$lt": last.placed_at}}, same]);
    }
    filter
}
