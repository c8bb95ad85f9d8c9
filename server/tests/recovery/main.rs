//! Recovery: engines of this test's own are emptied, killed, stopped and replaced while people hold seats and orders
//! claim, buy and give back. Afterwards every client shows the truth again, and the table says after how long.
//!
//! `cargo test -p frontrow-server --test recovery -- --nocapture` prints the table. The engines are started, and
//! started again, by `cargo xtask engines`, as in development.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall panic, its helpers too")]

mod bench;
mod engines;
#[path = "../it/support/mod.rs"]
#[expect(dead_code, reason = "the other test binary uses the rest")]
mod support;
mod trouble;
mod watcher;

mod on_cluster {
    use std::time::Duration;

    use super::bench::Bench;

    /// One test, because one thing must be broken at a time.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn i4_i8_d13_everybody_agrees_again_after_any_engine_was_lost() {
        let mut bench = Bench::start().await;
        bench.redis_emptied().await;
        bench.redis_killed(Duration::ZERO).await;
        bench.redis_killed(Duration::from_secs(3)).await;
        bench.redis_replaced().await;
        bench.redis_stopped(Duration::from_secs(3)).await;
        bench.redis_partly_lost().await;
        bench.mongo_stepped_down().await;
        bench.mongo_killed(Duration::ZERO).await;
        bench.mongo_killed(Duration::from_secs(3)).await;
        bench.mongo_stopped(Duration::from_secs(3)).await;
        bench.kafka_killed(Duration::from_secs(8)).await;
        bench.everything_away_at_start().await;
        bench.report();
    }
}
