//! What somebody should look at now. Pure: facts in, sentences out.

use frontrow_domain::protocol::dashboard::{Alert, AlertCode, AlertLevel, Pipeline, UpDown};

/// One of a hundred deliveries that takes longer than this is felt.
const FANOUT_SLOW_MS: f64 = 500.0;
/// A row that waits longer than this in the outbox does not wait for its turn.
const OUTBOX_LAG_MS: u64 = 5_000;
/// A hold is freed within a quarter of a second of its end; later than this something is wrong.
const EXPIRY_LATE_MS: u64 = 1_000;

/// What alerts are made of.
pub(super) struct Facts<'a> {
    pub(super) pipeline: &'a Pipeline,
    pub(super) oversold: u64,
    /// Seats that differed at the reconciler's last comparison.
    pub(super) drift_now: u64,
    pub(super) fanout_p99_ms: Option<f64>,
    pub(super) overdue_ms: u64,
    pub(super) stale: bool,
}

/// The worst first.
pub(super) fn alerts(facts: &Facts<'_>) -> Vec<Alert> {
    use AlertLevel::{Critical, Warning};
    let Facts { pipeline, oversold, drift_now, fanout_p99_ms, overdue_ms, stale } = *facts;
    let mut alerts = Vec::new();
    let mut when = |is: bool, code, level, text: &dyn Fn() -> String| {
        if is {
            alerts.push(Alert { code, level, text: text() });
        }
    };
    when(oversold > 0, AlertCode::Oversold, Critical, &|| {
        format!("{oversold} sold seats do not have exactly one ticket.")
    });
    let away = names_of_away(pipeline);
    when(!away.is_empty(), AlertCode::EngineDown, Critical, &|| format!("No answer from: {}.", away.join(", ")));
    when(stale, AlertCode::Stale, Critical, &|| "The live map may be old: the hold store cannot be reached.".into());
    when(pipeline.payments == Some(UpDown::Down), AlertCode::ProviderDown, Critical, &|| {
        "The payment provider did not answer the last time it was needed.".into()
    });
    when(overdue_ms > EXPIRY_LATE_MS, AlertCode::ExpiryLate, Warning, &|| {
        format!("A hold that ended {overdue_ms} ms ago is not free yet.")
    });
    when(drift_now > 0, AlertCode::Drift, Warning, &|| {
        format!("{drift_now} seats differed between ledger, hold store and map, and were repaired.")
    });
    let lag_ms = pipeline.outbox_oldest_ms.unwrap_or(0);
    when(lag_ms > OUTBOX_LAG_MS, AlertCode::OutboxLag, Warning, &|| {
        format!("Changes wait {} s for the log; other servers hear of them late.", lag_ms / 1000)
    });
    let p99_ms = fanout_p99_ms.unwrap_or(0.0);
    when(p99_ms > FANOUT_SLOW_MS, AlertCode::FanoutSlow, Warning, &|| {
        format!("One of a hundred updates takes more than {p99_ms:.0} ms to be sent.")
    });
    alerts
}

fn names_of_away(pipeline: &Pipeline) -> Vec<&'static str> {
    let engines = [("hold store", pipeline.hold_store), ("ledger", pipeline.ledger), ("log", pipeline.log)];
    engines.into_iter().filter(|&(_, answers)| answers == Some(UpDown::Down)).map(|(name, _)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::AlertCode::{Drift, EngineDown, ExpiryLate, FanoutSlow, OutboxLag, Oversold, ProviderDown, Stale};
    use super::*;

    fn pipeline() -> Pipeline {
        Pipeline {
            hold_store: Some(UpDown::Up),
            ledger: Some(UpDown::Up),
            log: None,
            payments: None,
            outbox_rows: Some(0),
            outbox_oldest_ms: Some(5_000),
            generator: None,
            reconciler_drift: 7,
        }
    }

    fn codes(pipeline: &Pipeline, change: impl FnOnce(&mut Facts<'_>)) -> Vec<AlertCode> {
        let mut facts =
            Facts { pipeline, oversold: 0, drift_now: 0, fanout_p99_ms: Some(500.0), overdue_ms: 1_000, stale: false };
        change(&mut facts);
        alerts(&facts).iter().map(|alert| alert.code).collect()
    }

    #[test]
    fn limits_are_not_alerts_and_what_is_unknown_is_none_either() {
        assert_eq!(codes(&pipeline(), |_| {}), []);
    }

    #[test]
    fn everything_beyond_its_limit_is_told_the_worst_first() {
        let all = codes(
            &Pipeline {
                ledger: Some(UpDown::Down),
                payments: Some(UpDown::Down),
                outbox_oldest_ms: Some(5_001),
                ..pipeline()
            },
            |facts| {
                (facts.oversold, facts.drift_now, facts.stale) = (1, 1, true);
                (facts.fanout_p99_ms, facts.overdue_ms) = (Some(500.5), 1_001);
            },
        );
        assert_eq!(all, [Oversold, EngineDown, Stale, ProviderDown, ExpiryLate, Drift, OutboxLag, FanoutSlow]);
    }
}
