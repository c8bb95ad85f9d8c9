//! What every measurement of holds needs before it begins: an organizer, halls on sale, accounts, and the server's own
//! counters. Nothing in here is ever part of what is measured.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use serde_json::json;
use uuid::Uuid;

use super::socket::Socket;
use crate::Target;
use crate::api::{Api, Session};
use crate::hall::Hall;
use crate::organizer::{self, Rules};
use crate::plans;
use crate::report::say;
use crate::verdict::{self, Row};

const PASSWORD: &str = "front-row-load";
/// At one time; the server hashes no more than a few passwords at once.
const REGISTRATIONS: usize = 4;
/// Sockets that are opened or signed in at one time.
const OPENINGS: usize = 32;
/// Of one buyer; the most that an event allows.
pub(super) const LIMIT: usize = 50;

/// One server, and who does what there.
pub(super) struct Stage {
    pub(super) api: Arc<Api>,
    pub(super) admin: Session,
    /// Names that no other run against the same server has.
    pub(super) run: String,
}

impl Stage {
    pub(super) async fn new(target: &Target) -> Result<Self> {
        let api = Api::new(&target.urls[..1])?;
        let admin = Session::sign_in(&api, target.admin_email.clone(), &target.admin_password).await?;
        Ok(Self { api, admin, run: Uuid::new_v4().simple().to_string() })
    }

    pub(super) fn server(&self) -> &str {
        &self.api.servers()[0]
    }

    /// A hall of so many seats that is on sale.
    pub(super) async fn hall(&self, name: &str, seats: u32, hold_ttl_s: u32) -> Result<Hall> {
        let rules = Rules { hold_ttl_s, payment_window_s: 300, limit: LIMIT };
        let name = format!("{}-{name}", self.run);
        let hall = organizer::create_from(&self.admin, &plans::rectangle(seats), &name, rules).await?;
        organizer::open(&self.admin, &hall).await?;
        Ok(hall)
    }

    pub(super) async fn buyers(&self, count: usize) -> Result<Vec<Arc<Session>>> {
        say(format!("registering {count} buyers"));
        let accounts = stream::iter(0..count).map(|number| async move {
            let email = format!("bench-{}-{number}@frontrow.test", self.run);
            Session::register(&self.api, email, PASSWORD).await.map(Arc::new)
        });
        accounts.buffered(REGISTRATIONS).try_collect().await
    }

    /// Sockets that only watch.
    pub(super) async fn watchers(&self, hall: &Hall, count: usize) -> Result<Vec<Socket>> {
        let opening = stream::iter(0..count).map(|_| Socket::open(self.server(), &hall.event));
        opening.buffered(OPENINGS).try_collect().await
    }

    /// A socket for every buyer, signed in.
    pub(super) async fn sockets(&self, hall: &Hall, buyers: &[Arc<Session>]) -> Result<Vec<Socket>> {
        sign_in(self.watchers(hall, buyers.len()).await?, buyers).await
    }

    /// All values of one of the server's counters together; with `label`, of those that carry it.
    pub(super) async fn counter(&self, name: &str, label: &str) -> Result<f64> {
        let client = reqwest::Client::builder().no_proxy().build()?;
        let text = client.get(format!("{}/metrics", self.server())).send().await?.error_for_status()?.text().await?;
        Ok(sum(&text, name, label))
    }
}

/// Signs every socket in as the buyer of the same place.
pub(super) async fn sign_in(sockets: Vec<Socket>, buyers: &[Arc<Session>]) -> Result<Vec<Socket>> {
    let signing = stream::iter(sockets.into_iter().zip(buyers)).map(|(mut socket, buyer)| async move {
        socket.sign_in(buyer).await?;
        anyhow::Ok(socket)
    });
    signing.buffered(OPENINGS).try_collect().await.context("signing the sockets in")
}

/// The command that holds a seat.
pub(super) fn hold(seat: &str) -> String {
    json!({"type": "hold", "ref": 1, "seats": [seat]}).to_string()
}

fn sum(metrics: &str, name: &str, label: &str) -> f64 {
    let samples = metrics.lines().filter_map(|line| line.strip_prefix(name)).filter(|rest| {
        let whole_name = rest.starts_with('{') || rest.starts_with(' ');
        whole_name && rest.contains(label)
    });
    samples.filter_map(|rest| rest.rsplit_once(' ')?.1.parse::<f64>().ok()).sum()
}

/// Prints the rows, and writes them where they are asked for.
pub(super) fn deliver(file: Option<&Path>, rows: &[Row]) -> Result<()> {
    for row in rows {
        say(format!("{:<32} {:>10.2} {}", row.id, row.measured, row.unit));
    }
    verdict::write(file, rows)
}

/// The middle value, or the mean of the two in the middle; zero of nothing.
pub(super) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_unstable_by(f64::total_cmp);
    let half = values.len() / 2;
    match (values.get(half), values.len() % 2) {
        (None, _) => 0.0,
        (Some(&middle), 1) => middle,
        (Some(&above), _) => f64::midpoint(values[half - 1], above),
    }
}

/// A count as a number to calculate with.
pub(super) fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_is_summed_over_its_labels() {
        let text =
            "# TYPE holds counter\nholds{verb=\"hold\",outcome=\"ok\"} 3\nholds{verb=\"release\"} 4\nholds_local 9\n";
        let sums = (sum(text, "holds", ""), sum(text, "holds", "verb=\"hold\""), sum(text, "holds_local", ""));
        assert_eq!(sums, (7.0, 3.0, 9.0));
    }

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!((median([3.0, 1.0, 2.0]), median([4.0, 1.0]), median([])), (2.0, 2.5, 0.0));
    }
}
