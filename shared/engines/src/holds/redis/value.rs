//! The value of a seat key: its first byte says why the seat is not available.
//!
//! `h|USER|EPOCH|COUNTER|FIRST_HELD_MS|DEADLINE_MS` held, `c|…` claimed, `s|USER` sold, `b` blocked.

use frontrow_domain::holds::Gate;
use frontrow_domain::seat::{Fence, Lease, SeatRecord};

use crate::holds::HoldStoreError;

/// Reads a seat key's value; a missing key is an available seat.
pub fn parse(value: Option<&str>) -> Result<SeatRecord, HoldStoreError> {
    let Some(text) = value else { return Ok(SeatRecord::Available) };
    parse_some(text).ok_or_else(|| HoldStoreError(format!("a seat key has the unknown value {text:?}")))
}

fn parse_some(text: &str) -> Option<SeatRecord> {
    let fields: Vec<&str> = text.split('|').collect();
    match fields[..] {
        [kind @ ("h" | "c"), owner, epoch, counter, first, deadline] => {
            let lease = Lease {
                owner: owner.parse().ok()?,
                fence: Fence { epoch: epoch.parse().ok()?, counter: counter.parse().ok()? },
                first_held_ms: first.parse().ok()?,
                deadline_ms: deadline.parse().ok()?,
            };
            Some(if kind == "h" { SeatRecord::Held(lease) } else { SeatRecord::Claimed(lease) })
        }
        ["s", owner] => Some(SeatRecord::Sold { owner: owner.parse().ok()? }),
        ["b"] => Some(SeatRecord::Blocked),
        _ => None,
    }
}

/// Reads `EPOCH|VERSION|OPEN`.
pub(super) fn parse_gate(text: &str) -> Result<Gate, HoldStoreError> {
    let fields: Vec<&str> = text.split('|').collect();
    let gate = match fields[..] {
        [epoch, version, open @ ("0" | "1")] => epoch
            .parse()
            .ok()
            .zip(version.parse().ok())
            .map(|(epoch, version)| Gate { epoch, version, open: open == "1" }),
        _ => None,
    };
    gate.ok_or_else(|| HoldStoreError(format!("the gate has the unknown value {text:?}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_written_by_the_scripts_are_read() {
        let user = "00000000-0000-0000-0000-000000000ada";
        let record = parse(Some(&format!("h|{user}|3|9|1000|2000"))).expect("a hold");
        assert_eq!(
            record.lease().map(|lease| (lease.fence.epoch, lease.fence.counter, lease.deadline_ms)),
            Some((3, 9, 2000))
        );
        assert_eq!(parse(None).expect("free"), SeatRecord::Available);
        assert_eq!(parse(Some("b")).expect("blocked"), SeatRecord::Blocked);
        for nonsense in ["", "h", "x|1", "h|not-a-user|1|1|1|1", "s"] {
            assert!(parse(Some(nonsense)).is_err(), "{nonsense:?}");
        }
    }
}
