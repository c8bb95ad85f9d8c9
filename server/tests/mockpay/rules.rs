//! What holds whatever the card: one capture, one refund, cancelled means cancelled, pages that stay as they are.

use frontrow_engines::payments::{Charged, PaymentError, PaymentStatus, Payments as _};
use serde_json::{Value, json};

use crate::support::{Provider, Sale, euros, kinds};

fn refused<T: std::fmt::Debug>(result: Result<T, PaymentError>) -> String {
    match result {
        Err(PaymentError::Refused(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn i5_many_attempts_at_once_capture_once() {
    let (provider, sale) = (Provider::start().await, Sale::new());
    let attempt = |n: usize| {
        let (sale, payments) = (sale.clone(), &provider.payments);
        // Every name is used by two.
        async move { payments.charge(&sale.charge("card_ok", &format!("attempt-{}", n / 2))).await.unwrap() }
    };
    let outcomes = futures_util::future::join_all((0..20).map(attempt)).await;
    assert!(outcomes.iter().all(|outcome| *outcome == Charged::Captured), "{outcomes:?}");
    assert_eq!(provider.all_notices(1).await.len(), 1);
}

#[tokio::test]
async fn a_captured_payment_answers_so_whatever_the_card() {
    let (provider, sale) = (Provider::start().await, Sale::new());
    provider.charge(&sale, "card_ok", "a").await.unwrap();
    for method in ["card_declined", "card_slow", "card_lost_reply", "card_hangs", "card_late"] {
        assert_eq!(provider.charge(&sale, method, method).await.unwrap(), Charged::Captured, "{method}");
    }
    assert_eq!(provider.all_notices(1).await.len(), 1);
}

#[tokio::test]
async fn a_key_stands_for_one_request() {
    let (provider, sale) = (Provider::start().await, Sale::new());
    provider.charge(&sale, "card_declined", "a").await.unwrap();
    assert!(refused(provider.charge(&sale, "card_ok", "a").await).contains("Idempotency-Key"));
    assert_eq!(provider.look(&sale).await.status, PaymentStatus::Open);
}

#[tokio::test]
async fn another_amount_or_an_unknown_method_is_refused_and_changes_nothing() {
    let (provider, sale) = (Provider::start().await, Sale::new());
    refused(provider.charge(&sale, "card_gold", "a").await);
    assert_eq!(provider.payments.payment(sale.payment).await.unwrap(), None);
    assert_eq!(provider.charge(&sale, "card_ok", "a").await.unwrap(), Charged::Captured, "the key is still good");
    let dearer = Sale { amount: euros(7_501), ..sale.clone() };
    refused(provider.charge(&dearer, "card_ok", "b").await);
    refused(provider.payments.cancel(sale.payment, euros(1)).await);
    let dollars = json!({ "amount": 7_500, "currency": "USD", "payment_method": "card_ok" });
    let (status, body) = provider.raw(&format!("payment_intents/{}/confirm", sale.payment), None, &dollars).await;
    assert_eq!((status, body["error"]["type"].as_str()), (400, Some("invalid_request_error")));
    let nothing = json!({ "amount": -1, "currency": "EUR", "payment_method": "card_ok" });
    assert_eq!(provider.raw(&format!("payment_intents/{}/confirm", Sale::new().payment), None, &nothing).await.0, 400);
    assert_eq!(provider.look(&sale).await, sale.is(PaymentStatus::Captured, 0));
}

#[tokio::test]
async fn a_cancelled_payment_is_never_captured_even_if_nobody_knew_it() {
    let (provider, sale) = (Provider::start().await, Sale::new());
    for _ in 0..2 {
        let cancelled = provider.payments.cancel(sale.payment, sale.amount).await.unwrap();
        assert_eq!(cancelled, sale.is(PaymentStatus::Cancelled, 0));
    }
    assert_eq!(provider.charge(&sale, "card_ok", "a").await.unwrap(), Charged::Cancelled);
    assert_eq!(provider.charge(&sale, "card_ok", "a").await.unwrap(), Charged::Cancelled);
    assert_eq!(provider.look(&sale).await.status, PaymentStatus::Cancelled);
    assert_eq!(kinds(&provider.all_notices(1).await), ["payment_intent.canceled"]);
}

#[tokio::test]
async fn cancelling_drops_a_capture_that_is_due_later() {
    let (provider, sale) = (Provider::start().await, Sale::new());
    assert_eq!(provider.charge(&sale, "card_slow", "a").await.unwrap(), Charged::Processing);
    provider.payments.cancel(sale.payment, sale.amount).await.unwrap();
    assert_eq!(kinds(&provider.all_notices(1).await), ["payment_intent.canceled"]);
    assert_eq!(provider.look(&sale).await.status, PaymentStatus::Cancelled);
}

#[tokio::test]
async fn a_captured_payment_cannot_be_cancelled() {
    let (provider, sale) = (Provider::start().await, Sale::new());
    provider.charge(&sale, "card_ok", "a").await.unwrap();
    let kept = provider.payments.cancel(sale.payment, sale.amount).await.unwrap();
    assert_eq!(kept, sale.is(PaymentStatus::Captured, 0));
}

#[tokio::test]
async fn charging_and_cancelling_at_once_agree_on_who_was_first() {
    let provider = Provider::start().await;
    let (mut captured, mut cancelled) = (0, 0);
    for round in 0..60 {
        let sale = Sale::new();
        let charge = provider.charge(&sale, "card_ok", "a");
        let cancel = provider.payments.cancel(sale.payment, sale.amount);
        // The one that is polled first tends to win.
        let (charge, cancel) = if round % 2 == 0 {
            tokio::join!(charge, cancel)
        } else {
            let (cancel, charge) = tokio::join!(cancel, charge);
            (charge, cancel)
        };
        match (charge.unwrap(), cancel.unwrap().status, provider.look(&sale).await.status) {
            (Charged::Captured, PaymentStatus::Captured, PaymentStatus::Captured) => captured += 1,
            (Charged::Cancelled, PaymentStatus::Cancelled, PaymentStatus::Cancelled) => cancelled += 1,
            other => panic!("{other:?}"),
        }
    }
    assert!(captured > 0 && cancelled > 0, "{captured} captured, {cancelled} cancelled");
}

#[tokio::test]
async fn i5_many_refunds_at_once_give_back_once() {
    let (provider, sale) = (Provider::start().await, Sale::new());
    provider.charge(&sale, "card_ok", "a").await.unwrap();
    let refunds = (0..10).map(|_| provider.payments.refund(sale.payment, sale.amount));
    for refunded in futures_util::future::join_all(refunds).await {
        assert_eq!(refunded.unwrap(), sale.is(PaymentStatus::Captured, 7_500));
    }
    let told = provider.all_notices(2).await;
    assert_eq!(kinds(&told), ["payment_intent.succeeded", "charge.refunded"]);
    assert_eq!(told[1].payment, sale.is(PaymentStatus::Captured, 7_500));
    assert_eq!(provider.charge(&sale, "card_ok", "b").await.unwrap(), Charged::Captured, "it is not taken again");
}

#[tokio::test]
async fn never_more_is_given_back_than_was_taken() {
    let (provider, sale) = (Provider::start().await, Sale::new());
    refused(provider.payments.refund(sale.payment, sale.amount).await);
    provider.charge(&sale, "card_declined", "a").await.unwrap();
    refused(provider.payments.refund(sale.payment, sale.amount).await);
    provider.charge(&sale, "card_ok", "b").await.unwrap();
    let part = |amount: i64| json!({ "payment_intent": sale.payment, "amount": amount });
    let (status, first) = provider.raw("refunds", Some("one"), &part(5_000)).await;
    let shape = (status, &first["object"], &first["amount"], &first["status"]);
    assert_eq!(shape, (200, &json!("refund"), &json!(5_000), &json!("succeeded")));
    assert_eq!(provider.raw("refunds", Some("one"), &part(5_000)).await, (200, first), "the same again");
    let (status, too_much) = provider.raw("refunds", Some("two"), &part(2_501)).await;
    assert_eq!((status, too_much["error"]["code"].as_str()), (400, Some("charge_already_refunded")));
    assert_eq!(provider.raw("refunds", Some("one"), &part(1)).await.1["error"]["type"], "idempotency_error");
    refused(provider.payments.refund(sale.payment, sale.amount).await);
    assert_eq!(provider.raw("refunds", Some("three"), &part(2_500)).await.0, 200);
    assert_eq!(provider.look(&sale).await.refunded, 7_500);
    // Given back by others under other keys is given back.
    let done = provider.payments.refund(sale.payment, sale.amount).await.unwrap();
    assert_eq!(done, sale.is(PaymentStatus::Captured, 7_500));
}

#[tokio::test]
async fn the_list_has_every_payment_once_over_its_pages() {
    let provider = Provider::start().await;
    let mut made = Vec::new();
    for _ in 0..7 {
        let sale = Sale::new();
        provider.charge(&sale, "card_ok", "a").await.unwrap();
        made.push(sale.payment.to_string());
    }
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let path = format!("payment_intents?limit=3{after}");
        let (status, Value::Object(page)) = provider.raw(&path, None, &json!(null)).await else { panic!() };
        assert_eq!(status, 200);
        let ids = page["data"].as_array().unwrap().iter().map(|intent| intent["id"].as_str().unwrap().to_owned());
        seen.extend(ids);
        if page["has_more"] == false {
            break;
        }
        after = format!("&starting_after={}", seen.last().unwrap());
    }
    assert_eq!(seen, made);
    for path in ["payment_intents?limit=0", "payment_intents?limit=1001", "payment_intents?starting_after=x"] {
        assert_eq!(provider.raw(path, None, &json!(null)).await.0, 400, "{path}");
    }
    let unknown = format!("payment_intents?starting_after={}", Sale::new().payment);
    assert_eq!(provider.raw(&unknown, None, &json!(null)).await.0, 404);
}
