//! Money: integer minor units and a currency. Never a float.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An ISO 4217 code, three capital letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(value_type = String, pattern = "^[A-Z]{3}$", example = "EUR"))]
pub struct Currency([u8; 3]);

/// The text was not three capital letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a currency is three capital letters such as EUR")]
pub struct BadCurrency;

impl FromStr for Currency {
    type Err = BadCurrency;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.as_bytes() {
            &[a, b, c] if [a, b, c].iter().all(u8::is_ascii_uppercase) => Ok(Self([a, b, c])),
            _ => Err(BadCurrency),
        }
    }
}

/// Currencies without a minor unit, and with one of a thousandth (ISO 4217). All others have hundredths.
const WHOLE: [&[u8; 3]; 16] = [
    b"BIF", b"CLP", b"DJF", b"GNF", b"ISK", b"JPY", b"KMF", b"KRW", b"PYG", b"RWF", b"UGX", b"VND", b"VUV", b"XAF",
    b"XOF", b"XPF",
];
const THOUSANDTHS: [&[u8; 3]; 7] = [b"BHD", b"IQD", b"JOD", b"KWD", b"LYD", b"OMR", b"TND"];

impl Currency {
    /// Digits after the point in amounts as people write them.
    pub fn minor_digits(self) -> usize {
        if WHOLE.contains(&&self.0) {
            0
        } else if THOUSANDTHS.contains(&&self.0) {
            3
        } else {
            2
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|&letter| write!(f, "{}", char::from(letter)))
    }
}

impl Serialize for Currency {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// An amount in the currency's minor unit: `7500 EUR` is seventy-five euros.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Money {
    /// Minor units, never negative in prices.
    pub amount: i64,
    /// The currency of the event.
    pub currency: Currency,
}

/// As people write it: `75.00 EUR`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, minor) = (if self.amount < 0 { "-" } else { "" }, self.amount.unsigned_abs());
        let digits = self.currency.minor_digits();
        let unit = 10_u64.pow(u32::try_from(digits).unwrap_or(0));
        match digits {
            0 => write!(f, "{sign}{minor} {}", self.currency),
            _ => write!(f, "{sign}{}.{:0digits$} {}", minor / unit, minor % unit, self.currency),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_written_with_the_digits_of_its_currency() {
        let written = |amount, code: &str| Money { amount, currency: code.parse().expect("a currency") }.to_string();
        assert_eq!(written(7_500, "EUR"), "75.00 EUR");
        assert_eq!(written(5, "USD"), "0.05 USD");
        assert_eq!(written(7_500, "JPY"), "7500 JPY");
        assert_eq!(written(7_500, "KWD"), "7.500 KWD");
        assert_eq!(written(-1, "EUR"), "-0.01 EUR");
    }
}
