//! Frames of the admin socket about single seats: what happened to one, who had it, for how long.

use serde::Serialize;

use crate::ids::{OrderId, UserId};

/// What happened to a seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Activity {
    /// Somebody took it into their cart.
    Hold,
    /// Its hold was given more time.
    Extended,
    /// An order took it from the cart and waits for its payment.
    Claimed,
    /// Its hold or claim ended before its time: given back, cancelled, ended by an organizer, or blocked.
    Release,
    /// Its hold, or the time to pay its order, was over.
    Expired,
    /// Its hold should have gone on, and a recovery of the hold store took it.
    Lost,
    /// It was paid for.
    Sold,
    /// It was sold, and is free again.
    Refunded,
}

impl Activity {
    /// Every one of them, for documentation and tests.
    pub const ALL: [Self; 8] = [
        Self::Hold,
        Self::Extended,
        Self::Claimed,
        Self::Release,
        Self::Expired,
        Self::Lost,
        Self::Sold,
        Self::Refunded,
    ];

    /// The frame's `type`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hold => "hold",
            Self::Extended => "extended",
            Self::Claimed => "claimed",
            Self::Release => "release",
            Self::Expired => "expired",
            Self::Lost => "lost",
            Self::Sold => "sold",
            Self::Refunded => "refunded",
        }
    }
}

/// Who has or had a seat, as far as an organizer may know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Holder {
    /// The account.
    pub id: UserId,
    /// What the person wants to be called; from the ledger.
    pub name: String,
    /// The address with all but its first letter before the `@` hidden; from the ledger.
    pub email: String,
}

/// One line of the organizer's table: what happened to one seat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ActivityRow<'a> {
    /// What happened.
    #[serde(rename = "type")]
    pub activity: Activity,
    /// When this server saw it, Unix milliseconds.
    pub ts_ms: u64,
    /// The seat's name, from the plan.
    pub seat: &'a str,
    /// Its section's id, from the plan.
    pub section: &'a str,
    /// Who has it now, or had it before; `null` where the ledger could not be asked.
    #[cfg_attr(feature = "schema", schema(required))]
    pub holder: Option<Holder>,
    /// How long the holder had had it then, in milliseconds by the hold store's clock; `null` where that is not known,
    /// as of a seat that was sold before this server looked.
    #[cfg_attr(feature = "schema", schema(required))]
    pub age_ms: Option<u64>,
    /// How much longer it is theirs, in milliseconds by the hold store's clock; `null` for what does not end by itself.
    #[cfg_attr(feature = "schema", schema(required))]
    pub expires_in_ms: Option<u64>,
    /// The order that it belongs to, from the ledger; `null` where there is none, or none was found in time.
    #[cfg_attr(feature = "schema", schema(required))]
    pub order_id: Option<OrderId>,
}

impl ActivityRow<'_> {
    /// The frame as JSON text.
    pub fn to_json(&self) -> String {
        super::dashboard::json(self)
    }
}

/// An address that its owner recognises and nobody else learns: `ada@example.org` is `a••@example.org`.
pub fn masked_email(email: &str) -> String {
    let (local, host) = email.split_once('@').unwrap_or((email, ""));
    let first = local.chars().next().unwrap_or('•');
    format!("{first}••@{host}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_masked_address_keeps_its_first_letter_and_its_host() {
        assert_eq!(masked_email("ada@frontrow.test"), "a••@frontrow.test");
        assert_eq!(masked_email("b@frontrow.test"), "b••@frontrow.test");
        assert!(!masked_email("charlotte@frontrow.test").contains("harlotte"));
    }

    #[test]
    fn a_row_has_every_key_also_where_nothing_is_known() {
        let row = ActivityRow {
            activity: Activity::Expired,
            ts_ms: 5,
            seat: "A-1",
            section: "A",
            holder: Some(Holder { id: UserId(Uuid::nil()), name: "Ada".into(), email: masked_email("ada@x.y") }),
            age_ms: None,
            expires_in_ms: None,
            order_id: None,
        };
        let expected = json!({
            "type": "expired", "ts_ms": 5, "seat": "A-1", "section": "A",
            "holder": {"id": Uuid::nil(), "name": "Ada", "email": "a••@x.y"},
            "age_ms": null, "expires_in_ms": null, "order_id": null,
        });
        assert_eq!(serde_json::from_str::<serde_json::Value>(&row.to_json()).expect("JSON"), expected);
        for activity in Activity::ALL {
            assert_eq!(json!(activity), activity.as_str());
        }
    }
}
