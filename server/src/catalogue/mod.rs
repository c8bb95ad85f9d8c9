//! The catalogue: events and their plans, cached so that a refused hold costs no ledger query.

pub(crate) mod browse;
pub(crate) mod create;
pub(crate) mod list;
pub(crate) mod patch;
pub(crate) mod view;

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::HeaderValue;
use frontrow_domain::account::Role;
use frontrow_domain::event::Event;
use frontrow_domain::ids::EventId;
use frontrow_domain::plan::{self, Blocks, Layout};
use frontrow_engines::ledger::{Ledger, LedgerError};
use moka::future::Cache;
use tokio::task::spawn_blocking;

use crate::accounts::SignedIn;
use crate::http::entity_tag;
use crate::http::problem::{Answer, Problem};

/// Changes are announced by the log and drop the entry at once; this bounds what a lost announcement costs.
const EVENT_TTL: Duration = Duration::from_secs(10);
const MAX_EVENTS: u64 = 10_000;
/// Bytes of compiled plans: a few stadiums, or thousands of theatres.
const MAX_PLAN_BYTES: u64 = 256 * 1024 * 1024;

/// A compiled plan, as it is used and as it is sent.
pub(crate) struct CompiledPlan {
    pub(crate) layout: Layout,
    /// Which seats sit next to each other.
    pub(crate) blocks: Blocks,
    pub(crate) json: Bytes,
    /// Of the JSON, not of the plan: a change of the compiler is a change of what is sent.
    pub(crate) tag: HeaderValue,
}

/// The events and plans that somebody asked for lately.
pub(crate) struct Catalogue {
    ledger: Arc<dyn Ledger>,
    events: Cache<EventId, Arc<Event>>,
    plans: Cache<String, Arc<CompiledPlan>>,
}

impl Catalogue {
    pub(crate) fn new(ledger: Arc<dyn Ledger>) -> Self {
        let weigh = |_: &String, plan: &Arc<CompiledPlan>| u32::try_from(plan.json.len()).unwrap_or(u32::MAX);
        Self {
            ledger,
            events: Cache::builder().max_capacity(MAX_EVENTS).time_to_live(EVENT_TTL).build(),
            plans: Cache::builder().max_capacity(MAX_PLAN_BYTES).weigher(weigh).build(),
        }
    }

    /// The event, from the cache if it is there. Many who ask at once cost one query.
    pub(crate) async fn event(&self, id: EventId) -> Answer<Arc<Event>> {
        let load = async { Ok::<_, Problem>(Arc::new(self.fresh_event(id).await?)) };
        self.events.try_get_with(id, load).await.map_err(|problem| (*problem).clone())
    }

    /// The event as the ledger has it now.
    pub(crate) async fn fresh_event(&self, id: EventId) -> Answer<Event> {
        self.ledger.event(id).await?.ok_or_else(|| Problem::not_found("event"))
    }

    /// The event, if this caller may see it; what they may not see does not exist.
    pub(crate) async fn visible(&self, id: &str, caller: Option<SignedIn>) -> Answer<Arc<Event>> {
        let id: EventId = id.parse().map_err(|_| Problem::not_found("event"))?;
        let visible = |event: &Event| event.is_visible_to(caller.map(|caller| caller.id), false);
        let event = self.event(id).await?;
        if visible(&event) {
            return Ok(event);
        }
        // It may have gone on sale a moment ago, at another server.
        let event = self.reload(id).await?;
        if visible(&event) || self.is_admin_now(caller).await? { Ok(event) } else { Err(Problem::not_found("event")) }
    }

    /// Whether the caller is an administrator, by the ledger's word: a token is minutes old, and somebody may have lost
    /// the role.
    pub(crate) async fn is_admin_now(&self, caller: Option<SignedIn>) -> Answer<bool> {
        let Some(caller) = caller.filter(|caller| caller.role == Role::Admin) else { return Ok(false) };
        Ok(self.ledger.user(caller.id).await?.is_some_and(|user| user.role == Role::Admin))
    }

    /// The event as the ledger has it now, for everybody who asks next as well.
    pub(crate) async fn reload(&self, id: EventId) -> Answer<Arc<Event>> {
        let event = Arc::new(self.fresh_event(id).await?);
        self.events.insert(id, Arc::clone(&event)).await;
        Ok(event)
    }

    /// The event, if this caller owns it or is an administrator; as the ledger has it now.
    pub(crate) async fn owned(&self, id: &str, caller: SignedIn) -> Answer<Event> {
        let id: EventId = id.parse().map_err(|_| Problem::not_found("event"))?;
        let event = self.fresh_event(id).await?;
        let theirs = caller.role == Role::Admin || event.organizer_id == caller.id;
        if theirs { Ok(event) } else { Err(Problem::not_found("event")) }
    }

    /// The compiled plan of an event. Plans never change under their hash, so they stay until the room is needed.
    pub(crate) async fn plan(&self, event: &Event) -> Answer<Arc<CompiledPlan>> {
        let hash = event.plan_hash.clone();
        let load = async { self.load_plan(&event.plan_hash).await };
        self.plans.try_get_with(hash, load).await.map_err(|problem| (*problem).clone())
    }

    async fn load_plan(&self, hash: &str) -> Answer<Arc<CompiledPlan>> {
        let stored = self.ledger.plan(hash).await?.ok_or_else(|| Problem::internal(&"a plan is missing"))?;
        let compiled = spawn_blocking(move || {
            let json = stored.unpack()?;
            let corrupt = |error: serde_json::Error| LedgerError::Corrupt(error.to_string());
            let value = serde_json::from_slice(&json).map_err(corrupt)?;
            let layout = plan::compile(&value)
                .map_err(|problems| LedgerError::Corrupt(format!("a stored plan has {} problems", problems.len())))?;
            let json: Bytes = serde_json::to_vec(&layout).map_err(corrupt)?.into();
            let tag = entity_tag::of(&json);
            let blocks = Blocks::of(&layout);
            Ok::<_, LedgerError>(Arc::new(CompiledPlan { layout, blocks, json, tag }))
        });
        Ok(compiled.await.map_err(|error| Problem::internal(&error))??)
    }

    /// Forgets an event that has changed.
    pub(crate) async fn forget(&self, id: EventId) {
        self.events.invalidate(&id).await;
    }
}
