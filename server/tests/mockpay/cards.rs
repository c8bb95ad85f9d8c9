//! Every card does what its name says.

use std::time::Duration;

use frontrow_engines::payments::{Charged, PaymentError, PaymentStatus, Payments as _};
use serde_json::json;
use tokio::time::{Instant, sleep};

use crate::support::{DELAYS, Provider, QUIET, Sale, adapter, kinds};

#[tokio::test]
async fn card_ok_is_captured_and_told() {
    let (provider, sale) = (Provider::start().await, Sale::new());
    assert_eq!(provider.payments.provider(), "mock");
    assert_eq!(provider.payments.payment(sale.payment).await.unwrap(), None);
    assert_eq!(provider.charge(&sale, "card_ok", "a").await.unwrap(), Charged::Captured);
    assert_eq!(provider.look(&sale).await, sale.is(PaymentStatus::Captured, 0));
    let notices = provider.all_notices(1).await;
    assert_eq!(kinds(&notices), ["payment_intent.succeeded"]);
    assert_eq!(notices[0].payment, sale.is(PaymentStatus::Captured, 0));
    let (status, intent) = provider.raw(&format!("payment_intents/{}", sale.payment), None, &json!(null)).await;
    let expected = json!({
        "id": sale.payment, "object": "payment_intent", "amount": 7_500, "currency": "EUR", "status": "succeeded",
        "amount_received": 7_500, "amount_refunded": 0, "metadata": { "order_id": sale.order },
    });
    assert_eq!((status, intent), (200, expected));
}

#[tokio::test]
async fn card_declined_is_declined_once_and_another_card_may_be_tried() {
    let (provider, sale) = (Provider::start().await, Sale::new());
    let declined = Charged::Declined { reason: "insufficient_funds".into() };
    assert_eq!(provider.charge(&sale, "card_declined", "a").await.unwrap(), declined);
    assert_eq!(provider.charge(&sale, "card_declined", "a").await.unwrap(), declined);
    assert_eq!(provider.look(&sale).await, sale.is(PaymentStatus::Open, 0));
    assert_eq!(kinds(&provider.all_notices(1).await), ["payment_intent.payment_failed"]);
    assert_eq!(provider.charge(&sale, "card_ok", "b").await.unwrap(), Charged::Captured);
    assert_eq!(provider.charge(&sale, "card_declined", "a").await.unwrap(), declined, "that attempt still was");
    assert_eq!(provider.charge(&sale, "card_declined", "c").await.unwrap(), Charged::Captured, "a new one is not");
    let told = provider.all_notices(2).await;
    assert_eq!(kinds(&told), ["payment_intent.payment_failed", "payment_intent.succeeded"]);
}

#[tokio::test]
async fn card_slow_is_captured_later_and_told_then() {
    let (provider, sale) = (Provider::start().await, Sale::new());
    let start = Instant::now();
    assert_eq!(provider.charge(&sale, "card_slow", "a").await.unwrap(), Charged::Processing);
    assert_eq!(provider.look(&sale).await.status, PaymentStatus::Processing);
    assert_eq!(provider.charge(&sale, "card_ok", "b").await.unwrap(), Charged::Processing, "one card at a time");
    provider.reaches(&sale, PaymentStatus::Captured).await;
    assert!(start.elapsed() >= Duration::from_millis(DELAYS.slow_ms.into()));
    assert_eq!(provider.charge(&sale, "card_slow", "a").await.unwrap(), Charged::Captured, "that attempt succeeded");
    let notices = provider.all_notices(1).await;
    assert_eq!(kinds(&notices), ["payment_intent.succeeded"]);
    assert_eq!(notices[0].payment.status, PaymentStatus::Captured);
}

#[tokio::test]
async fn card_lost_reply_is_captured_without_an_answer_or_a_notice() {
    let (provider, sale) = (Provider::start().await, Sale::new());
    let lost = provider.charge(&sale, "card_lost_reply", "a").await;
    assert!(matches!(lost, Err(PaymentError::Unknown(_))), "{lost:?}");
    assert_eq!(provider.look(&sale).await.status, PaymentStatus::Captured);
    sleep(QUIET).await;
    assert!(provider.receiver.received().is_empty());
    assert_eq!(provider.charge(&sale, "card_lost_reply", "a").await.unwrap(), Charged::Captured, "asked again");
}

#[tokio::test]
async fn card_webhook_first_answers_after_its_notice_was_answered() {
    let (provider, sale) = (Provider::start().await, Sale::new());
    provider.receiver.takes(Duration::from_millis(200));
    let start = Instant::now();
    assert_eq!(provider.charge(&sale, "card_webhook_first", "a").await.unwrap(), Charged::Captured);
    assert!(start.elapsed() >= Duration::from_millis(200));
    assert_eq!(provider.receiver.received().len(), 1);

    // Whoever receives it and fails has answered, too.
    let (start, sale) = (Instant::now(), Sale::new());
    provider.receiver.will_answer(&[500]);
    assert_eq!(provider.charge(&sale, "card_webhook_first", "a").await.unwrap(), Charged::Captured);
    assert!(start.elapsed() < Duration::from_secs(2));
    assert_eq!(provider.notices(3).await[2].payment.id, sale.payment);
}

#[tokio::test]
async fn card_webhook_first_waits_two_seconds_at_most() {
    let (provider, sale) = (Provider::start().await, Sale::new());
    provider.receiver.takes(Duration::from_secs(4));
    let start = Instant::now();
    assert_eq!(provider.charge(&sale, "card_webhook_first", "a").await.unwrap(), Charged::Captured);
    let took = start.elapsed().as_millis();
    assert!((2_000..3_500).contains(&took), "{took} ms");
}

#[tokio::test]
async fn card_duplicated_is_told_five_times_and_some_at_once() {
    let (provider, sale) = (Provider::start().await, Sale::new());
    provider.receiver.takes(Duration::from_millis(100));
    assert_eq!(provider.charge(&sale, "card_duplicated", "a").await.unwrap(), Charged::Captured);
    assert_eq!(provider.all_notices(5).await.len(), 5);
    let received = provider.receiver.received();
    assert!(received.iter().all(|copy| copy.body == received[0].body), "the same notice");
    assert!(provider.receiver.most_busy() >= 2, "{} at once", provider.receiver.most_busy());
}

#[tokio::test]
async fn card_reordered_tells_the_older_thing_last() {
    let (provider, sale) = (Provider::start().await, Sale::new());
    provider.receiver.will_answer(&[500, 500]);
    assert_eq!(provider.charge(&sale, "card_reordered", "a").await.unwrap(), Charged::Captured);
    let notices = provider.all_notices(4).await;
    let (first, last) = ("payment_intent.succeeded", "payment_intent.processing");
    assert_eq!(kinds(&notices), [first, first, first, last], "it waits until the first one is taken");
    assert_eq!(notices[3].payment, sale.is(PaymentStatus::Processing, 0));
    let created = |n: usize| provider.receiver.received()[n].event()["created"].as_i64().unwrap();
    assert!(created(3) < created(2));
    assert_eq!(provider.look(&sale).await.status, PaymentStatus::Captured);
}

#[tokio::test]
async fn card_late_is_captured_even_if_it_was_cancelled() {
    let (provider, sale) = (Provider::start().await, Sale::new());
    assert_eq!(provider.charge(&sale, "card_late", "a").await.unwrap(), Charged::Processing);
    let cancelled = provider.payments.cancel(sale.payment, sale.amount).await.unwrap();
    assert_eq!(cancelled, sale.is(PaymentStatus::Cancelled, 0));
    assert_eq!(provider.charge(&sale, "card_ok", "b").await.unwrap(), Charged::Cancelled);
    provider.reaches(&sale, PaymentStatus::Captured).await;
    let told = provider.all_notices(2).await;
    assert_eq!(kinds(&told), ["payment_intent.canceled", "payment_intent.succeeded"]);
    let back = provider.payments.refund(sale.payment, sale.amount).await.unwrap();
    assert_eq!(back, sale.is(PaymentStatus::Captured, 7_500));
}

#[tokio::test]
async fn card_late_takes_its_time_from_the_metadata() {
    let provider = Provider::start().await;
    for wish in [json!(20), json!("20")] {
        let sale = Sale::new();
        let body = json!({
            "amount": 7_500, "currency": "EUR", "payment_method": "card_late",
            "metadata": { "order_id": sale.order, "capture_after_ms": wish },
        });
        let start = Instant::now();
        let path = format!("payment_intents/{}/confirm", sale.payment);
        assert_eq!(provider.raw(&path, None, &body).await.1["status"], "processing");
        provider.reaches(&sale, PaymentStatus::Captured).await;
        assert!(start.elapsed() < Duration::from_millis(DELAYS.late_ms.into()));
    }
}

#[tokio::test]
async fn card_hangs_is_captured_and_told_long_before_the_answer() {
    let (provider, sale) = (Provider::start().await, Sale::new());
    let start = Instant::now();
    assert_eq!(provider.charge(&sale, "card_hangs", "a").await.unwrap(), Charged::Captured);
    assert!(start.elapsed() >= Duration::from_millis(DELAYS.hang_ms.into()));

    let (impatient, sale) = (adapter(&format!("http://{}", provider.mock.address)), Sale::new());
    let impatient = impatient.with_timeouts(Duration::from_millis(200), Duration::from_secs(2));
    let given_up = impatient.charge(&sale.charge("card_hangs", "a")).await;
    assert!(matches!(given_up, Err(PaymentError::Unknown(_))), "{given_up:?}");
    assert_eq!(provider.look(&sale).await.status, PaymentStatus::Captured);
    assert_eq!(provider.all_notices(2).await.len(), 2);
    assert_eq!(impatient.charge(&sale.charge("card_hangs", "a")).await.unwrap(), Charged::Captured, "asked again");
}
