//! Who holds seats, as far as an organizer may know: names and masked addresses of accounts, remembered for a while.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use frontrow_domain::ids::UserId;
use frontrow_domain::protocol::{Holder, masked_email};
use frontrow_engines::ledger::{Ledger, LedgerError};
use moka::future::Cache;

/// The buyers of a large hall; about two megabytes.
const MAX_PEOPLE: u64 = 10_000;
/// A person is asked about again after this.
const TTL: Duration = Duration::from_mins(1);
/// People asked about in one query.
const BATCH: usize = 500;

/// See the module.
pub(crate) struct People {
    /// `None`: there is no such account.
    known: Cache<UserId, Option<Holder>>,
}

impl Default for People {
    fn default() -> Self {
        Self { known: Cache::builder().max_capacity(MAX_PEOPLE).time_to_live(TTL).build() }
    }
}

impl People {
    /// These people; whoever has no account is missing.
    pub(crate) async fn find(
        &self,
        ledger: &dyn Ledger,
        ids: &BTreeSet<UserId>,
    ) -> Result<HashMap<UserId, Holder>, LedgerError> {
        let mut found = HashMap::new();
        let mut unknown = Vec::new();
        for &id in ids {
            match self.known.get(&id).await {
                Some(holder) => found.extend(holder.map(|holder| (id, holder))),
                None => unknown.push(id),
            }
        }
        for batch in unknown.chunks(BATCH) {
            let users = ledger.users(batch).await?;
            let holders = users
                .into_iter()
                .map(|user| (user.id, Holder { id: user.id, name: user.name, email: masked_email(&user.email) }));
            let holders: HashMap<_, _> = holders.collect();
            for &id in batch {
                self.known.insert(id, holders.get(&id).cloned()).await;
            }
            found.extend(holders);
        }
        Ok(found)
    }
}
