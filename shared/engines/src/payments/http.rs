//! Payments over HTTP, as `frontrow-mockpay` speaks them: its module says what every path takes and answers.
//!
//! The one thing that must never go wrong here is to call done or not done what is only not known.

use std::time::Duration;

use async_trait::async_trait;
use frontrow_domain::clock::UnixMs;
use frontrow_domain::ids::PaymentId;
use frontrow_domain::money::{Currency, Money};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, RequestBuilder, StatusCode, Url};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{BadNotice, Charge, Charged, Notice, Payment, PaymentError, PaymentStatus, Payments, signature};
use crate::mutant::{self, Mutant};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// A bank takes its time; whoever waits longer looks at the payment later.
const CHARGE_TIMEOUT: Duration = Duration::from_secs(5);
const OTHER_TIMEOUT: Duration = Duration::from_secs(2);

/// A provider behind a URL.
pub struct HttpPayments {
    client: Client,
    base: Url,
    api_key: String,
    webhook_secret: String,
    charge_timeout: Duration,
    other_timeout: Duration,
}

impl HttpPayments {
    /// `base_url`: `http://127.0.0.1:8090`. Nothing is connected yet.
    pub fn new(base_url: &str, api_key: &str, webhook_secret: &str) -> Result<Self, PaymentError> {
        let refused = |why: &str| PaymentError::Refused(why.into());
        let base = Url::parse(base_url).map_err(|_| refused("its URL is not a URL"))?;
        if base.scheme() != "http" || base.cannot_be_a_base() {
            return Err(refused("its URL does not begin with http://"));
        }
        if api_key.is_empty() || webhook_secret.is_empty() {
            // An empty secret signs as well as any, and everybody knows it.
            return Err(refused("a key or secret of it is empty"));
        }
        let client = Client::builder()
            .no_proxy()
            .connect_timeout(CONNECT_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| PaymentError::Refused(error.to_string()))?;
        Ok(Self {
            client,
            base,
            api_key: api_key.into(),
            webhook_secret: webhook_secret.into(),
            charge_timeout: CHARGE_TIMEOUT,
            other_timeout: OTHER_TIMEOUT,
        })
    }

    /// The same with other time limits for a charge and for everything else.
    #[must_use]
    pub fn with_timeouts(self, charge: Duration, other: Duration) -> Self {
        Self { charge_timeout: charge, other_timeout: other, ..self }
    }

    fn url(&self, path: &[&str]) -> Url {
        let mut url = self.base.clone();
        // A base that has no path was refused in `new`.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().push("v1").extend(path);
        }
        url
    }

    fn post(&self, path: &[&str], body: &Value) -> RequestBuilder {
        let request = self.client.post(self.url(path)).timeout(self.other_timeout);
        request.header(CONTENT_TYPE, "application/json").body(body.to_string())
    }

    /// Sends and reads to the end.
    async fn ask(&self, request: RequestBuilder) -> Result<Answer, PaymentError> {
        let reply = request.bearer_auth(&self.api_key).send().await.map_err(unanswered)?;
        let status = reply.status();
        let body = reply.bytes().await.map_err(unanswered)?;
        Ok(Answer { status, body: body.to_vec() })
    }

    /// What the provider has after a refund was asked for; it must have given back everything.
    async fn refunded(&self, id: PaymentId, amount: Money, otherwise: PaymentError) -> Result<Payment, PaymentError> {
        // That the provider cannot be reached now says nothing about the refund before.
        let unknown = |error: PaymentError| PaymentError::Unknown(error.to_string());
        match self.payment(id).await.map_err(unknown)? {
            Some(payment) if payment.refunded >= amount.amount => Ok(payment),
            Some(_) | None => Err(otherwise),
        }
    }
}

#[async_trait]
impl Payments for HttpPayments {
    fn provider(&self) -> &'static str {
        "mock"
    }

    async fn charge(&self, charge: &Charge) -> Result<Charged, PaymentError> {
        let Charge { payment, order, amount, method, attempt } = charge;
        let body = json!({
            "amount": amount.amount,
            "currency": amount.currency,
            "payment_method": method,
            "metadata": { "order_id": order },
        });
        let request = self
            .post(&["payment_intents", &payment.to_string(), "confirm"], &body)
            .header("Idempotency-Key", format!("charge:{payment}:{attempt}"))
            .timeout(self.charge_timeout);
        let answer = self.ask(request).await?;
        if answer.status == StatusCode::PAYMENT_REQUIRED {
            return Ok(Charged::Declined { reason: answer.error().decline() });
        }
        let paid = answer.payment(*payment)?;
        if paid.amount != *amount {
            return Err(PaymentError::Unknown("the provider speaks of another amount".into()));
        }
        match paid.status {
            PaymentStatus::Captured => Ok(Charged::Captured),
            PaymentStatus::Processing => Ok(Charged::Processing),
            PaymentStatus::Cancelled => Ok(Charged::Cancelled),
            PaymentStatus::Open => Err(PaymentError::Unknown("the provider neither charged nor declined".into())),
        }
    }

    async fn payment(&self, id: PaymentId) -> Result<Option<Payment>, PaymentError> {
        let request = self.client.get(self.url(&["payment_intents", &id.to_string()])).timeout(self.other_timeout);
        let answer = self.ask(request).await?;
        // A 404 of anything else that listens there must not pass for a payment that does not exist.
        if answer.status == StatusCode::NOT_FOUND && answer.error().is("resource_missing") {
            return Ok(None);
        }
        answer.payment(id).map(Some)
    }

    async fn cancel(&self, id: PaymentId, amount: Money) -> Result<Payment, PaymentError> {
        let body = json!({ "amount": amount.amount, "currency": amount.currency });
        let answer = self.ask(self.post(&["payment_intents", &id.to_string(), "cancel"], &body)).await?;
        answer.payment(id)
    }

    async fn refund(&self, id: PaymentId, amount: Money) -> Result<Payment, PaymentError> {
        let body = json!({ "payment_intent": id, "amount": amount.amount });
        let request = self.post(&["refunds"], &body).header("Idempotency-Key", format!("refund:{id}"));
        let answer = self.ask(request).await?;
        let otherwise = match answer.failure() {
            None => PaymentError::Unknown("it was given back, and the payment does not show it".into()),
            Some(refused) if answer.error().is("charge_already_refunded") => refused,
            Some(error) => return Err(error),
        };
        self.refunded(id, amount, otherwise).await
    }

    fn read_notice(&self, signature: &str, body: &[u8], now: UnixMs) -> Result<Notice, BadNotice> {
        signature::verify(&self.webhook_secret, signature, body, now)
            .or_else(|bad| if mutant::is(Mutant::UnsignedNotice) { Ok(()) } else { Err(bad) })?;
        notice(body)
    }
}

/// What a notice says that is believed to be the provider's.
pub(crate) fn notice(body: &[u8]) -> Result<Notice, BadNotice> {
    let event: Event = serde_json::from_slice(body).map_err(|error| BadNotice::Shape(error.to_string()))?;
    Ok(Notice { kind: event.kind, payment: event.data.object.into() })
}

/// No answer, or half of one.
fn unanswered(error: reqwest::Error) -> PaymentError {
    // The URL holds nothing but the payment's id, and the log has that.
    let error = error.without_url();
    let why = std::error::Error::source(&error).map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"));
    if error.is_connect() {
        PaymentError::NotReached(why)
    } else if error.is_builder() {
        PaymentError::Refused(why)
    } else {
        PaymentError::Unknown(why)
    }
}

/// An answer that was read to its end.
struct Answer {
    status: StatusCode,
    body: Vec<u8>,
}

impl Answer {
    /// What it means unless it is a success.
    fn failure(&self) -> Option<PaymentError> {
        let status = self.status;
        let why = || format!("{status} {}", self.error().message);
        match status.as_u16() {
            200..=299 => None,
            // Too much or too early: whether an earlier one of the same name was done is not said.
            408 | 409 | 425 | 429 => Some(PaymentError::Unknown(why())),
            400..=499 => Some(PaymentError::Refused(why())),
            _ => Some(PaymentError::Unknown(why())),
        }
    }

    /// The payment that it is about.
    fn payment(&self, id: PaymentId) -> Result<Payment, PaymentError> {
        if let Some(failure) = self.failure() {
            return Err(failure);
        }
        let unreadable =
            |error: &dyn std::fmt::Display| PaymentError::Unknown(format!("an unreadable answer: {error}"));
        let intent: Intent = serde_json::from_slice(&self.body).map_err(|error| unreadable(&error))?;
        if intent.id == id { Ok(intent.into()) } else { Err(unreadable(&"another payment's")) }
    }

    /// What it says about the failure; nothing if it is not in the provider's words.
    fn error(&self) -> Failure {
        serde_json::from_slice(&self.body).map(|Failed { error }| error).unwrap_or_default()
    }
}

#[derive(Deserialize)]
struct Failed {
    error: Failure,
}

#[derive(Default, Deserialize)]
struct Failure {
    code: Option<String>,
    decline_code: Option<String>,
    #[serde(default)]
    message: String,
}

impl Failure {
    fn is(&self, code: &str) -> bool {
        self.code.as_deref() == Some(code)
    }

    fn decline(self) -> String {
        self.decline_code.or(self.code).unwrap_or_else(|| "card_declined".into())
    }
}

#[derive(Deserialize)]
struct Event {
    #[serde(rename = "type")]
    kind: String,
    data: EventData,
}

#[derive(Deserialize)]
struct EventData {
    object: Intent,
}

/// A payment in the provider's words.
#[derive(Deserialize)]
struct Intent {
    id: PaymentId,
    amount: i64,
    currency: Currency,
    status: IntentStatus,
    amount_refunded: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum IntentStatus {
    RequiresPaymentMethod,
    Processing,
    Succeeded,
    Canceled,
}

impl From<Intent> for Payment {
    fn from(intent: Intent) -> Self {
        let status = match intent.status {
            IntentStatus::RequiresPaymentMethod => PaymentStatus::Open,
            IntentStatus::Processing => PaymentStatus::Processing,
            IntentStatus::Succeeded => PaymentStatus::Captured,
            IntentStatus::Canceled => PaymentStatus::Cancelled,
        };
        let amount = Money { amount: intent.amount, currency: intent.currency };
        Self { id: intent.id, amount, status, refunded: intent.amount_refunded }
    }
}
