//! The payment provider, watched: that it is away is said once, and that it is back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use frontrow_domain::clock::UnixMs;
use frontrow_domain::ids::PaymentId;
use frontrow_domain::money::Money;
use frontrow_engines::payments::{BadNotice, Charge, Charged, Notice, Payment, PaymentError, Payments};
use tracing::{info, warn};

use crate::metrics;

/// See the module.
pub(crate) struct Provider {
    payments: Arc<dyn Payments>,
    is_away: AtomicBool,
    was_asked: AtomicBool,
}

impl Provider {
    pub(crate) fn new(payments: Arc<dyn Payments>) -> Self {
        Self { payments, is_away: AtomicBool::new(false), was_asked: AtomicBool::new(false) }
    }

    /// Whether it answered the last time; `None` if nobody has asked it anything yet.
    pub(crate) fn answers(&self) -> Option<bool> {
        let asked = self.was_asked.load(Ordering::Relaxed);
        asked.then(|| !self.is_away.load(Ordering::Relaxed))
    }

    /// A refusal is an answer too.
    fn note<T>(&self, answer: Result<T, PaymentError>) -> Result<T, PaymentError> {
        let trouble = match &answer {
            Err(error @ (PaymentError::NotReached(_) | PaymentError::Unknown(_))) => Some(error),
            Ok(_) | Err(PaymentError::Refused(_)) => None,
        };
        let was_away = self.is_away.swap(trouble.is_some(), Ordering::Relaxed);
        self.was_asked.store(true, Ordering::Relaxed);
        metrics::engine_answers("payments", trouble.is_none());
        match trouble {
            Some(error) if !was_away => warn!(%error, "the payment provider does not answer"),
            None if was_away => info!("the payment provider answers again"),
            _ => {}
        }
        answer
    }
}

#[async_trait]
impl Payments for Provider {
    fn provider(&self) -> &'static str {
        self.payments.provider()
    }

    async fn charge(&self, charge: &Charge) -> Result<Charged, PaymentError> {
        self.note(self.payments.charge(charge).await)
    }

    async fn payment(&self, id: PaymentId) -> Result<Option<Payment>, PaymentError> {
        self.note(self.payments.payment(id).await)
    }

    async fn cancel(&self, id: PaymentId, amount: Money) -> Result<Payment, PaymentError> {
        self.note(self.payments.cancel(id, amount).await)
    }

    async fn refund(&self, id: PaymentId, amount: Money) -> Result<Payment, PaymentError> {
        self.note(self.payments.refund(id, amount).await)
    }

    fn read_notice(&self, signature: &str, body: &[u8], now: UnixMs) -> Result<Notice, BadNotice> {
        self.payments.read_notice(signature, body, now)
    }
}
