//! The adapter where the provider is away, silent, broken or strange: done, not done and not known are kept apart.

use std::time::Duration;

use frontrow_domain::clock::{Clock as _, SystemClock};
use frontrow_engines::payments::signature::sign;
use frontrow_engines::payments::{BadNotice, Charged, HttpPayments, PaymentError, Payments as _};
use frontrow_server::mockpay::{DEVELOPMENT_KEY, DEVELOPMENT_WEBHOOK_SECRET};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::support::{Provider, Sale, adapter};

/// Somebody who answers every request like this.
async fn answering(answer: &'static str) -> HttpPayments {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 8_192];
            let _ = stream.read(&mut request).await;
            stream.write_all(answer.as_bytes()).await.ok();
        }
    });
    adapter(&url)
}

#[tokio::test]
async fn nobody_there_is_not_reached() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (payments, sale) = (adapter(&format!("http://127.0.0.1:{port}")), Sale::new());
    let away = |error: &PaymentError| matches!(error, PaymentError::NotReached(_));
    assert!(away(&payments.charge(&sale.charge("card_ok", "a")).await.unwrap_err()));
    assert!(away(&payments.payment(sale.payment).await.unwrap_err()));
    assert!(away(&payments.cancel(sale.payment, sale.amount).await.unwrap_err()));
    assert!(away(&payments.refund(sale.payment, sale.amount).await.unwrap_err()));
}

#[tokio::test]
async fn silence_failures_and_strange_answers_are_not_known() {
    let answers = [
        "",
        "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{\"id\":",
    ];
    for answer in answers {
        let (payments, sale) = (answering(answer).await, Sale::new());
        let errors = [
            payments.charge(&sale.charge("card_ok", "a")).await.map(drop),
            payments.payment(sale.payment).await.map(drop),
            payments.cancel(sale.payment, sale.amount).await.map(drop),
            payments.refund(sale.payment, sale.amount).await.map(drop),
        ];
        let unknown = errors.iter().all(|error| matches!(error, Err(PaymentError::Unknown(_))));
        assert!(unknown, "{answer}: {errors:?}");
    }
}

#[tokio::test]
async fn waiting_ends() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let soon = Duration::from_millis(100);
    let (payments, sale) = (adapter(&url).with_timeouts(soon, soon), Sale::new());
    let unknown = |error: &PaymentError| matches!(error, PaymentError::Unknown(_));
    assert!(unknown(&payments.charge(&sale.charge("card_ok", "a")).await.unwrap_err()));
    assert!(unknown(&payments.payment(sale.payment).await.unwrap_err()));
}

#[tokio::test]
async fn a_404_of_somebody_else_is_no_missing_payment() {
    let answer = "HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nnot found";
    let error = answering(answer).await.payment(Sale::new().payment).await.unwrap_err();
    assert!(matches!(error, PaymentError::Refused(_)), "{error:?}");
}

#[tokio::test]
async fn a_decline_without_reasons_is_a_decline() {
    let answer = "HTTP/1.1 402 Payment Required\r\nContent-Length: 2\r\n\r\n{}";
    let declined = answering(answer).await.charge(&Sale::new().charge("card_ok", "a")).await.unwrap();
    assert_eq!(declined, Charged::Declined { reason: "card_declined".into() });
}

#[tokio::test]
async fn a_wrong_key_is_refused() {
    let (provider, sale) = (Provider::start().await, Sale::new());
    let url = format!("http://{}/", provider.mock.address);
    let stranger = HttpPayments::new(&url, "another key", DEVELOPMENT_WEBHOOK_SECRET).unwrap();
    let error = stranger.charge(&sale.charge("card_ok", "a")).await.unwrap_err();
    assert!(matches!(error, PaymentError::Refused(_)), "{error:?}");
    assert_eq!(provider.payments.payment(sale.payment).await.unwrap(), None);
}

#[test]
fn what_cannot_work_is_refused_at_the_start() {
    for (url, key, secret) in [
        ("nonsense", "key", "secret"),
        ("https://127.0.0.1:1", "key", "secret"),
        ("unix:/tmp/x", "key", "secret"),
        ("http://127.0.0.1:1", "", "secret"),
        ("http://127.0.0.1:1", "key", ""),
    ] {
        assert!(matches!(HttpPayments::new(url, key, secret), Err(PaymentError::Refused(_))), "{url} {key} {secret}");
    }
}

#[tokio::test]
async fn notices_are_believed_by_their_signature_and_then_read() {
    let (provider, sale) = (Provider::start().await, Sale::new());
    provider.charge(&sale, "card_ok", "a").await.unwrap();
    let received = provider.receiver.wait_for(1).await.remove(0);
    let (now, payments) = (SystemClock.now(), &provider.payments);
    payments.read_notice(&received.signature, &received.body, now).expect("as it came");
    let unbelieved = |body: &[u8], now| payments.read_notice(&received.signature, body, now).unwrap_err();
    let altered = String::from_utf8(received.body.clone()).unwrap().replace("7500", "7501").into_bytes();
    assert!(matches!(unbelieved(&altered, now), BadNotice::Signature(_)));
    assert!(matches!(unbelieved(&received.body, now.plus_ms(400_000)), BadNotice::Signature(_)));
    let stranger = HttpPayments::new("http://127.0.0.1:1", DEVELOPMENT_KEY, "another secret").unwrap();
    let unsigned = stranger.read_notice(&received.signature, &received.body, now).unwrap_err();
    assert!(matches!(unsigned, BadNotice::Signature(_)));
    for body in ["", "{}", "[]", r#"{"type":"x","data":{"object":{"id":"1"}}}"#] {
        let signed = sign(DEVELOPMENT_WEBHOOK_SECRET, body.as_bytes(), now);
        let unread = payments.read_notice(&signed, body.as_bytes(), now).unwrap_err();
        assert!(matches!(unread, BadNotice::Shape(_)), "{body}: {unread:?}");
    }
}
