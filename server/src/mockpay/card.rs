//! The cards, by what they do.

/// See the table in the module above.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Card {
    Good,
    Declined,
    Slow,
    LostReply,
    WebhookFirst,
    Duplicated,
    Reordered,
    Late,
    Hangs,
}

impl Card {
    /// The card behind a `payment_method`.
    pub(super) fn of(method: &str) -> Option<Self> {
        Some(match method {
            "card_ok" => Self::Good,
            "card_declined" => Self::Declined,
            "card_slow" => Self::Slow,
            "card_lost_reply" => Self::LostReply,
            "card_webhook_first" => Self::WebhookFirst,
            "card_duplicated" => Self::Duplicated,
            "card_reordered" => Self::Reordered,
            "card_late" => Self::Late,
            "card_hangs" => Self::Hangs,
            _ => return None,
        })
    }
}
