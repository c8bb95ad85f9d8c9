//! A provider for one test, in this process, and the adapter that speaks to it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use frontrow_domain::clock::{Clock as _, SystemClock};
use frontrow_domain::ids::{OrderId, PaymentId};
use frontrow_domain::money::Money;
use frontrow_engines::payments::{
    Charge, Charged, HttpPayments, Notice, Payment, PaymentError, PaymentStatus, Payments as _,
};
use frontrow_server::mockpay::{DEVELOPMENT_KEY, DEVELOPMENT_WEBHOOK_SECRET, Delays, MockPay, Options};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use crate::receiver::{Received, Receiver};

/// What a test may wait for at most.
pub(crate) const PATIENCE: Duration = Duration::from_secs(8);
/// Nothing comes any more after this long.
pub(crate) const QUIET: Duration = Duration::from_millis(250);
/// Short, so that tests are.
pub(crate) const DELAYS: Delays = Delays { slow_ms: 200, late_ms: 400, hang_ms: 700 };

/// A folder that goes away with the test.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        let path = std::env::temp_dir().join(format!("frontrow-mockpay-{}", Uuid::new_v4().simple()));
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.0.join("mockpay.db")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

pub(crate) struct Provider {
    pub(crate) mock: MockPay,
    pub(crate) payments: HttpPayments,
    pub(crate) receiver: Receiver,
    _folder: Folder,
}

impl Provider {
    /// With a receiver that takes every notice.
    pub(crate) async fn start() -> Self {
        let provider = Self::without_webhooks().await;
        provider.mock.set_webhooks(&[provider.receiver.url()]).unwrap();
        provider
    }

    pub(crate) async fn without_webhooks() -> Self {
        let folder = Folder::new();
        let options = Options { delays: DELAYS, ..Options::development(folder.file()) };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mock = MockPay::start(options, Arc::new(SystemClock), listener).unwrap();
        let payments = adapter(&format!("http://{}", mock.address));
        Self { mock, payments, receiver: Receiver::start().await, _folder: folder }
    }

    pub(crate) async fn charge(&self, sale: &Sale, method: &str, attempt: &str) -> Result<Charged, PaymentError> {
        self.payments.charge(&sale.charge(method, attempt)).await
    }

    pub(crate) async fn look(&self, sale: &Sale) -> Payment {
        self.payments.payment(sale.payment).await.unwrap().expect("the provider knows it")
    }

    /// Waits until the payment stands there.
    pub(crate) async fn reaches(&self, sale: &Sale, status: PaymentStatus) -> Payment {
        let reached = async {
            loop {
                let payment = self.look(sale).await;
                if payment.status == status {
                    return payment;
                }
                sleep(Duration::from_millis(10)).await;
            }
        };
        timeout(PATIENCE, reached).await.expect("it gets there")
    }

    /// A request in the words of the API.
    pub(crate) async fn raw(&self, path: &str, key: Option<&str>, body: &Value) -> (u16, Value) {
        let url = format!("http://{}/v1/{path}", self.mock.address);
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let mut request = if body.is_null() { client.get(url) } else { client.post(url).body(body.to_string()) };
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key);
        }
        let reply = request.bearer_auth(DEVELOPMENT_KEY).send().await.unwrap();
        (reply.status().as_u16(), reply.json().await.unwrap())
    }

    /// The first `count` notices, believed.
    pub(crate) async fn notices(&self, count: usize) -> Vec<Notice> {
        self.receiver.wait_for(count).await.iter().map(|received| self.read(received)).collect()
    }

    /// All notices once no more come.
    pub(crate) async fn all_notices(&self, count: usize) -> Vec<Notice> {
        self.receiver.wait_for(count).await;
        sleep(QUIET).await;
        self.receiver.received().iter().map(|received| self.read(received)).collect()
    }

    pub(crate) fn read(&self, received: &Received) -> Notice {
        self.payments.read_notice(&received.signature, &received.body, SystemClock.now()).expect("rightly signed")
    }
}

pub(crate) fn adapter(url: &str) -> HttpPayments {
    HttpPayments::new(url, DEVELOPMENT_KEY, DEVELOPMENT_WEBHOOK_SECRET).unwrap()
}

/// An order to be paid.
#[derive(Clone)]
pub(crate) struct Sale {
    pub(crate) order: OrderId,
    pub(crate) payment: PaymentId,
    pub(crate) amount: Money,
}

impl Sale {
    pub(crate) fn new() -> Self {
        let order = OrderId(Uuid::new_v4());
        Self { order, payment: PaymentId::of(order), amount: euros(7_500) }
    }

    pub(crate) fn charge(&self, method: &str, attempt: &str) -> Charge {
        let Self { order, payment, amount } = *self;
        Charge { payment, order, amount, method: method.into(), attempt: attempt.into() }
    }

    pub(crate) const fn is(&self, status: PaymentStatus, refunded: i64) -> Payment {
        Payment { id: self.payment, amount: self.amount, status, refunded }
    }
}

pub(crate) fn euros(amount: i64) -> Money {
    Money { amount, currency: "EUR".parse().unwrap() }
}

/// The kinds of notices in their order.
pub(crate) fn kinds(notices: &[Notice]) -> Vec<&str> {
    notices.iter().map(|notice| notice.kind.as_str()).collect()
}
