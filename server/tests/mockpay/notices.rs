//! Notices are repeated until they are taken, in turn to everybody who wants them, and hold up nobody.

use std::time::Duration;

use frontrow_engines::payments::{Charged, PaymentStatus};
use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::receiver::Receiver;
use crate::support::{Provider, QUIET, Sale};

#[tokio::test]
async fn a_notice_is_repeated_with_growing_pauses_until_it_is_taken() {
    let (provider, sale) = (Provider::start().await, Sale::new());
    provider.receiver.will_answer(&[500, 429, 404, 200]);
    provider.charge(&sale, "card_ok", "a").await.unwrap();
    assert_eq!(provider.all_notices(4).await.len(), 4, "and then no more");
    let received = provider.receiver.received();
    assert!(received.iter().all(|again| again.body == received[0].body));
    let pauses: Vec<_> = received.windows(2).map(|pair| (pair[1].at - pair[0].at).as_millis()).collect();
    for (pause, least) in pauses.iter().zip([100, 200, 400]) {
        assert!((least..least + 300).contains(pause), "{pauses:?}");
    }
}

#[tokio::test]
async fn a_notice_that_is_refused_is_not_repeated() {
    let (provider, sale) = (Provider::start().await, Sale::new());
    provider.receiver.will_answer(&[400]);
    provider.charge(&sale, "card_ok", "a").await.unwrap();
    assert_eq!(provider.all_notices(1).await.len(), 1);
}

#[tokio::test]
async fn attempts_go_to_every_webhook_in_turn() {
    let provider = Provider::without_webhooks().await;
    let other = Receiver::start().await;
    // Nobody is at the second one.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let away = format!("http://127.0.0.1:{port}/webhook");
    provider.mock.set_webhooks(&[provider.receiver.url(), away, other.url()]).unwrap();
    let mut sales: Vec<String> = Vec::new();
    for _ in 0..12 {
        let sale = Sale::new();
        provider.charge(&sale, "card_ok", "a").await.unwrap();
        sales.push(sale.payment.to_string());
    }
    // Eight find somebody at once; four go on to the third.
    let (here, there) = (provider.receiver.wait_for(4).await, other.wait_for(8).await);
    let payment = |event: &Value| event["data"]["object"]["id"].as_str().unwrap().to_owned();
    let mut told: Vec<_> = here.iter().chain(&there).map(|received| payment(&received.event())).collect();
    told.sort();
    sales.sort();
    assert_eq!(told, sales, "everybody's notice came, once");
}

#[tokio::test]
async fn notices_wait_for_a_webhook_and_follow_it() {
    let (provider, sale) = (Provider::without_webhooks().await, Sale::new());
    provider.charge(&sale, "card_ok", "a").await.unwrap();
    sleep(QUIET).await;
    assert!(provider.receiver.received().is_empty());
    provider.mock.set_webhooks(&[provider.receiver.url()]).unwrap();
    assert_eq!(provider.notices(1).await[0].payment.id, sale.payment);
    let other = Receiver::start().await;
    provider.mock.set_webhooks(&[other.url()]).unwrap();
    provider.charge(&Sale::new(), "card_ok", "a").await.unwrap();
    other.wait_for(1).await;
    assert!(provider.mock.set_webhooks(&["nonsense".into()]).is_err());
}

#[tokio::test]
async fn a_slow_receiver_holds_up_neither_charges_nor_too_many_places() {
    let provider = Provider::start().await;
    provider.receiver.takes(Duration::from_mins(1));
    let start = Instant::now();
    for _ in 0..100 {
        assert_eq!(provider.charge(&Sale::new(), "card_ok", "a").await.unwrap(), Charged::Captured);
    }
    let sale = Sale::new();
    provider.charge(&sale, "card_slow", "a").await.unwrap();
    provider.reaches(&sale, PaymentStatus::Captured).await;
    assert!(start.elapsed() < Duration::from_secs(4), "{:?}", start.elapsed());
    assert_eq!(provider.receiver.most_busy(), 64, "as many as there are places");
}
