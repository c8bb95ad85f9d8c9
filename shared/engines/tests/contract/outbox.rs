//! What every outbox must do, and where readers of the log stand.

use frontrow_domain::ids::OutboxId;
use frontrow_engines::ledger::{Ledger, OutboxLag};

use crate::support::{PATIENCE, event, mongo, new_outbox_id, now, plan, sqlite};

crate::contract!(
    [on_mongo: super::mongo, on_sqlite: super::sqlite],
    [
        the_outbox_gives_every_row_to_one_relay_at_a_time,
        a_relay_that_died_gives_its_rows_back,
        the_feed_brings_new_rows,
        the_feed_leaves_out_what_is_leased,
        the_lag_counts_rows_and_their_age,
        only_old_rows_that_were_carried_are_pruned,
        positions_in_the_log_are_kept,
    ]
);

/// A row that is `age_ms` old.
async fn row(ledger: &impl Ledger, age_ms: i64) -> OutboxId {
    let (plan, id) = (plan(), new_outbox_id());
    let mut event = event(&plan, 1);
    event.created_at = now().plus_ms(-age_ms);
    ledger.create_event(&event, &plan, id, None).await.expect("answers");
    id
}

async fn leased(ledger: &impl Ledger, min_age_ms: u64, lease_ms: u64) -> Vec<OutboxId> {
    let rows = ledger.lease(10, min_age_ms, lease_ms).await.expect("answers");
    rows.into_iter().map(|row| row.id).collect()
}

async fn the_outbox_gives_every_row_to_one_relay_at_a_time(ledger: &impl Ledger) {
    for _ in 0..6 {
        let plan = plan();
        ledger.create_event(&event(&plan, 1), &plan, new_outbox_id(), None).await.expect("answers");
    }
    assert_eq!(ledger.lease(10, 60_000, 1000).await.expect("answers"), [], "they are too young for polling");
    let (one, two) = tokio::join!(ledger.lease(10, 0, 60_000), ledger.lease(10, 0, 60_000));
    let (one, two) = (one.expect("answers"), two.expect("answers"));
    assert_eq!(one.len() + two.len(), 6);
    let given: Vec<_> = one.iter().chain(&two).map(|row| row.id).collect();
    ledger.mark_published(&given[..4]).await.expect("answers");
    assert_eq!(ledger.lag().await.expect("answers").rows, 2);
    assert_eq!(ledger.lease(10, 0, 1000).await.expect("answers"), [], "the other two are still leased");
}

async fn a_relay_that_died_gives_its_rows_back(ledger: &impl Ledger) {
    let id = row(ledger, 0).await;
    assert_eq!(leased(ledger, 0, 1).await, [id]);
    let again = async {
        loop {
            let rows = leased(ledger, 0, 60_000).await;
            if !rows.is_empty() {
                return rows;
            }
        }
    };
    assert_eq!(tokio::time::timeout(PATIENCE, again).await.expect("in time"), [id], "the lease lapsed");
}

async fn the_feed_brings_new_rows(ledger: &impl Ledger) {
    let mut feed = ledger.follow("relay").await.expect("a feed");
    let create = async || {
        let (plan, id) = (plan(), new_outbox_id());
        ledger.create_event(&event(&plan, 1), &plan, id, None).await.expect("answers");
        id
    };
    let first = create().await;
    let rows = tokio::time::timeout(PATIENCE, feed.next(60_000)).await.expect("in time").expect("rows");
    assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [first]);
    feed.save_position().await.expect("answers");
    drop(feed);
    // Committed while nobody followed: the saved position leads there.
    let second = create().await;
    let mut feed = ledger.follow("relay").await.expect("a feed");
    let rows = tokio::time::timeout(PATIENCE, feed.next(60_000)).await.expect("in time").expect("rows");
    assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [second]);
}

async fn the_feed_leaves_out_what_is_leased(ledger: &impl Ledger) {
    let mut feed = ledger.follow("relay").await.expect("a feed");
    let first = row(ledger, 0).await;
    assert_eq!(leased(ledger, 0, 60_000).await, [first]);
    let second = row(ledger, 0).await;
    let mut brought = Vec::new();
    while brought.is_empty() {
        let rows = tokio::time::timeout(PATIENCE, feed.next(60_000)).await.expect("in time").expect("rows");
        brought.extend(rows.into_iter().map(|row| row.id));
    }
    assert_eq!(brought, [second]);
    assert_eq!(leased(ledger, 0, 60_000).await, [], "the feed has the lease");
}

async fn the_lag_counts_rows_and_their_age(ledger: &impl Ledger) {
    assert_eq!(ledger.lag().await.expect("answers"), OutboxLag::default());
    let old = row(ledger, 600_000).await;
    row(ledger, 0).await;
    let lag = ledger.lag().await.expect("answers");
    assert!(lag.rows == 2 && (600_000..660_000).contains(&lag.oldest_ms), "{lag:?}");
    ledger.mark_published(&[old]).await.expect("answers");
    let lag = ledger.lag().await.expect("answers");
    assert!(lag.rows == 1 && lag.oldest_ms < 60_000, "{lag:?}");
}

async fn only_old_rows_that_were_carried_are_pruned(ledger: &impl Ledger) {
    let carried_and_old = row(ledger, 600_000).await;
    let old = row(ledger, 600_000).await;
    let carried = row(ledger, 0).await;
    row(ledger, 0).await;
    ledger.mark_published(&[carried_and_old, carried]).await.expect("answers");
    assert_eq!(ledger.prune(3_600_000).await.expect("answers"), 0, "none is that old");
    assert_eq!(ledger.prune(60_000).await.expect("answers"), 1);
    assert_eq!(ledger.prune(60_000).await.expect("answers"), 0, "once");
    assert_eq!(leased(ledger, 60_000, 1).await, [old], "it waits to be carried");
}

async fn positions_in_the_log_are_kept(ledger: &impl Ledger) {
    assert!(ledger.log_position("server-1").await.expect("answers").is_empty());
    for offset in [7, 9] {
        ledger.save_log_position("server-1", &[(0, offset), (3, 2)].into()).await.expect("answers");
    }
    assert_eq!(ledger.log_position("server-1").await.expect("answers"), [(0, 9), (3, 2)].into());
}
