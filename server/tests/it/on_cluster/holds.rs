//! Holds, with a look into the engines.

use std::time::Instant;

use mongodb::bson::doc;

use crate::support::{Engine, TestStack, engine};

/// The figures that the issue asks for: one winner, everybody else refused without a question to the ledger.
#[tokio::test]
async fn i1_of_500_parallel_buyers_one_wins_and_refusals_cost_no_ledger_query() {
    const BUYERS: usize = 500;
    let cluster = TestStack::start(Engine::Cluster, 1).await;
    let id = cluster.event(2, |_| {}).await;
    let buyers = cluster.crowd(BUYERS).await;
    // Warm: the event and its plan are in the cache, as in any sale that has begun.
    assert_eq!(buyers[0].hold(&id, &["A-2"]).await.status, 201);

    let mongo = mongodb::Client::with_uri_str(engine("FRONTROW_TEST_MONGO")).await.unwrap();
    let queries_before = queries(&mongo, &cluster.settings.mongo.database).await;
    assert!(queries_before > 0, "the counter counts: creating the event has read the ledger");
    let started = Instant::now();
    let mut requests = tokio::task::JoinSet::new();
    for client in buyers {
        let id = id.clone();
        requests.spawn(async move { client.hold(&id, &["A-1"]).await });
    }
    let replies = requests.join_all().await;
    let took = started.elapsed();
    let queries_after = queries(&mongo, &cluster.settings.mongo.database).await;

    let winners = replies.iter().filter(|reply| reply.status == 201).count();
    let refused = replies.iter().filter(|reply| reply.status == 409 && reply.code() == "seat_taken").count();
    let asked = queries_after - queries_before;
    println!(
        "measured: {BUYERS} parallel holds of one seat in {took:?}: {winners} x 201, {refused} x 409, {asked} ledger queries"
    );
    assert_eq!((winners, refused), (1, BUYERS - 1));
    assert_eq!(asked, 0, "the refusals asked the ledger nothing");
}

/// Reads of the collections that a hold could look at, as MongoDB itself counts them.
async fn queries(mongo: &mongodb::Client, database: &str) -> i64 {
    let top = mongo.database("admin").run_command(doc! {"top": 1}).await.unwrap();
    let totals = top.get_document("totals").unwrap();
    let count = |collection: &str| {
        let of = totals.get_document(format!("{database}.{collection}")).and_then(|one| one.get_document("queries"));
        of.map_or(0, |queries| {
            queries.get_i64("count").or_else(|_| queries.get_i32("count").map(i64::from)).unwrap_or(0)
        })
    };
    ["events", "plans", "users", "seats", "categories", "sections"].into_iter().map(count).sum()
}
