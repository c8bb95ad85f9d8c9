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

/// A record as the scripts write it; empty for an available seat, which has no key.
pub(crate) fn format(record: &SeatRecord) -> String {
    match record {
        SeatRecord::Available => String::new(),
        SeatRecord::Held(lease) => format_lease('h', lease),
        SeatRecord::Claimed(lease) => format_lease('c', lease),
        SeatRecord::Sold { owner } => format!("s|{owner}"),
        SeatRecord::Blocked => "b".into(),
    }
}

fn format_lease(kind: char, lease: &Lease) -> String {
    let Lease { owner, fence, first_held_ms, deadline_ms } = lease;
    format!("{kind}|{owner}|{}|{}|{first_held_ms}|{deadline_ms}", fence.epoch, fence.counter)
}

/// Reads `EPOCH|VERSION|OPEN|RUN`; `None` if it was set in another run of the server, or by a program that knew no runs.
pub(crate) fn parse_gate(text: &str, run_id: &str) -> Result<Option<Gate>, HoldStoreError> {
    let fields: Vec<&str> = text.split('|').collect();
    let gate = match fields[..] {
        [_, _, _, run] if run != run_id => return Ok(None),
        [_, _, _] => return Ok(None),
        [epoch, version, open @ ("0" | "1"), _] => epoch
            .parse()
            .ok()
            .zip(version.parse().ok())
            .map(|(epoch, version)| Some(Gate { epoch, version, open: open == "1" })),
        _ => None,
    };
    gate.ok_or_else(|| HoldStoreError(format!("the gate has the unknown value {text:?}")))
}

/// Reads `EPOCH|RUN`; `None` if the rebuild began in another run of the server: nobody waits for its end.
pub(crate) fn parse_rebuild(text: &str, run_id: &str) -> Option<u64> {
    let (epoch, run) = text.split_once('|')?;
    epoch.parse().ok().filter(|_| run == run_id)
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
        assert_eq!(format(&record), format!("h|{user}|3|9|1000|2000"));
        assert_eq!(parse(None).expect("free"), SeatRecord::Available);
        assert_eq!(parse(Some("b")).expect("blocked"), SeatRecord::Blocked);
        assert!(parse_gate("1|2|1|a", "a").expect("a gate").is_some_and(|gate| gate.open));
        assert_eq!(parse_gate("1|2|1|a", "b").expect("a gate"), None, "of another run");
        assert_eq!(parse_gate("1|2|1", "a").expect("a gate"), None, "without a run");
        assert!(parse_gate("1|2|7|a", "a").is_err());
        for nonsense in ["", "h", "x|1", "h|not-a-user|1|1|1|1", "s"] {
            assert!(parse(Some(nonsense)).is_err(), "{nonsense:?}");
        }
    }
}
