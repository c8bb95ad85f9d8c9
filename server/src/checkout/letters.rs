//! Letters about orders: the receipt with its tickets, and the word that everything is given back. That one is due is written
//! in the order, so it goes out even if the server that sold the seats dies.

use std::time::Duration;

use frontrow_domain::order::{Order, OrderStatus};
use frontrow_engines::ledger::{LedgerError, TicketQuery};
use frontrow_engines::mail::{Letter, MailError};
use tokio::time::timeout;
use tracing::warn;

use super::Checkout;
use crate::http::problem::Problem;

const MAX_TICKETS: u32 = 200;
/// The order is lent to this server for a few seconds only.
const MAIL_TIMEOUT: Duration = Duration::from_secs(3);

impl Checkout {
    /// The receipt with its tickets, or the word that everything is given back. Nobody to write to is nothing to do.
    pub(super) async fn send_letter(&self, order: &Order) -> Result<(), LetterWaits> {
        let Some(user) = self.ledger.user(order.buyer_id).await? else { return Ok(()) };
        let event = self.catalogue.event(order.event_id).await?;
        let seats: Vec<_> = order.seats.iter().map(|seat| seat.seat.as_str()).collect();
        let amount = order.total;
        let (name, event, seats, id) = (&user.name, &event.name, seats.join(", "), order.id);
        let letter = if order.status == OrderStatus::Confirmed {
            let query = TicketQuery { order: Some(order.id), limit: MAX_TICKETS, ..TicketQuery::default() };
            let tickets = self.ledger.tickets(&query).await?;
            let codes: Vec<_> =
                tickets.iter().map(|ticket| format!("  {}\n    {}\n", ticket.seat, ticket.code)).collect();
            let codes = codes.concat();
            let text = format!(
                "Hello {name},\n\nthank you. You have bought seats for {event}: {seats}\n\n  Order {id}\n  Paid  \
                 {amount}\n\nYour tickets, one code for every seat:\n\n{codes}\nYou find them with their QR codes at\n\n  \
                 {}/orders/{id}\n",
                self.public_url
            );
            Letter { to: user.email, subject: format!("Your tickets: {event}"), text }
        } else {
            let text = format!(
                "Hello {name},\n\nyour order {id} for {event} was refunded. The seats {seats} and their tickets are not \
                 yours any more; {amount} goes back to you.\n"
            );
            Letter { to: user.email, subject: format!("Refunded: {event}"), text }
        };
        match timeout(MAIL_TIMEOUT, self.mail.send(&letter)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(MailError::NotNow(why))) => Err(LetterWaits(why)),
            Err(_elapsed) => Err(LetterWaits("the mail server takes too long".into())),
            Ok(Err(MailError::Never(why))) => {
                warn!(order.id = %id, mail.reason = why, "a letter about an order was given up");
                Ok(())
            }
        }
    }
}

/// The letter is not on its way yet.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct LetterWaits(String);

impl From<LedgerError> for LetterWaits {
    fn from(error: LedgerError) -> Self {
        Self(error.to_string())
    }
}

impl From<Problem> for LetterWaits {
    fn from(problem: Problem) -> Self {
        Self(problem.detail)
    }
}
