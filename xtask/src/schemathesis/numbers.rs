//! What the server says of its own answers: its counters, read before and after. Must never be the only judge: it counts, it
//! does not look at bodies.

use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::demo;

const COUNTER: &str = "frontrow_http_request_seconds_count{";

/// Answers by the first digit of their status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Answers {
    pub(super) good: u64,
    pub(super) refused: u64,
    pub(super) broken: u64,
}

impl Answers {
    pub(super) fn since(self, before: &Self) -> Self {
        Self {
            good: self.good - before.good.min(self.good),
            refused: self.refused - before.refused.min(self.refused),
            broken: self.broken - before.broken.min(self.broken),
        }
    }
}

pub(super) fn answers(url: &str) -> Result<Answers> {
    let mut answer = demo::agent(Duration::from_secs(10)).get(format!("{url}/metrics")).call()?;
    let answers = count(&answer.body_mut().read_to_string()?)?;
    ensure!(answers != Answers::default(), "the server counts no answers");
    Ok(answers)
}

/// `frontrow_http_request_seconds_count{route="/healthz",status="200"} 3`
fn count(metrics: &str) -> Result<Answers> {
    let mut answers = Answers::default();
    for line in metrics.lines().filter_map(|line| line.strip_prefix(COUNTER)) {
        let status = line.split("status=\"").nth(1).context("a counter without a status")?;
        let times: u64 = line.rsplit(' ').next().unwrap_or_default().parse().context("a counter that is no number")?;
        match status.as_bytes().first() {
            Some(b'1'..=b'3') => answers.good += times,
            Some(b'5') => answers.broken += times,
            _ => answers.refused += times,
        }
    }
    Ok(answers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_counted_by_their_kind() {
        let metrics = "# TYPE frontrow_http_request_seconds histogram\n\
            frontrow_http_request_seconds_count{route=\"/a\",status=\"200\"} 3\n\
            frontrow_http_request_seconds_sum{route=\"/a\",status=\"200\"} 9\n\
            frontrow_http_request_seconds_count{route=\"/a\",status=\"404\"} 2\n\
            frontrow_http_request_seconds_count{route=\"/b\",status=\"503\"} 1\n";
        assert_eq!(count(metrics).unwrap(), Answers { good: 3, refused: 2, broken: 1 });
        assert!(count("frontrow_http_request_seconds_count{route=\"/a\"} 1").is_err());
    }
}
