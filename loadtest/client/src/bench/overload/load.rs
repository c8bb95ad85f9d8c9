//! Purchases, one after the other or as they come, and what became of them, second by second. Must never start fewer because those
//! before take long: then the load would be as kind as the server needs it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use super::shoppers::{End, Shoppers};
use crate::bench::stage::number;
use crate::measure::Times;

/// How finely purchases are spread over time.
const STEP: Duration = Duration::from_millis(5);

/// What was done in one go.
#[derive(Default)]
pub(super) struct Pass {
    pub(super) offered: usize,
    pub(super) lasted: Duration,
    pub(super) ends: BTreeMap<End, usize>,
    /// When purchases were confirmed, since the beginning.
    pub(super) confirmed_at: Vec<Duration>,
    pub(super) seconds: Vec<Second>,
}

/// Of the purchases that began in one second: how many, and how long those took that were confirmed.
#[derive(Clone, Default)]
pub(super) struct Second {
    pub(super) offered: usize,
    pub(super) took: Vec<Duration>,
}

impl Pass {
    pub(super) fn count(&self, end: End) -> usize {
        self.ends.get(&end).copied().unwrap_or(0)
    }

    /// Confirmed orders. One that was confirmed after the end is nobody's merit.
    pub(super) fn per_second(&self) -> f64 {
        let in_time = self.confirmed_at.iter().filter(|&&at| at <= self.lasted).count();
        number(in_time) / self.lasted.as_secs_f64()
    }

    pub(super) fn offered_per_second(&self) -> f64 {
        number(self.offered) / self.lasted.as_secs_f64()
    }

    /// How long confirmed purchases took.
    pub(super) fn took(&self) -> Vec<Duration> {
        self.seconds.iter().flat_map(|second| second.took.clone()).collect()
    }

    pub(super) fn line(&self) -> String {
        let times = Times::new(self.took());
        let ms = |percent| times.percentile_ms(percent).unwrap_or(0.0);
        format!(
            "{:>7.0} offered/s {:>7.0} confirmed/s   p50 {:>6.0} ms   p99 {:>6.0} ms   {:?}",
            self.offered_per_second(),
            self.per_second(),
            ms(50),
            ms(99),
            self.ends
        )
    }

    fn note(&mut self, began: Duration, end: End, took: Duration) {
        let second = usize::try_from(began.as_secs()).unwrap_or(usize::MAX);
        if self.seconds.len() <= second {
            self.seconds.resize(second + 1, Second::default());
        }
        self.offered += 1;
        self.seconds[second].offered += 1;
        if end == End::Confirmed {
            self.seconds[second].took.push(took);
            self.confirmed_at.push(began + took);
        }
        *self.ends.entry(end).or_default() += 1;
    }
}

/// So many at a time, for so long.
pub(super) async fn closed(shoppers: &Arc<Shoppers>, lanes: usize, time: Duration) -> Pass {
    let (pass, began) = (Arc::new(Mutex::new(Pass::default())), Instant::now());
    let mut working = JoinSet::new();
    for _ in 0..lanes {
        let (shoppers, pass) = (Arc::clone(shoppers), Arc::clone(&pass));
        working.spawn(async move {
            while began.elapsed() < time {
                one(&shoppers, &pass, began).await;
            }
        });
    }
    working.join_all().await;
    finished(&pass, began.elapsed())
}

/// So many a second, for so long, however long each takes.
pub(super) async fn open(shoppers: &Arc<Shoppers>, per_second: f64, time: Duration) -> Pass {
    let (pass, began) = (Arc::new(Mutex::new(Pass::default())), Instant::now());
    let mut ticks = interval(STEP);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut working, mut started) = (JoinSet::new(), 0.0);
    while began.elapsed() < time {
        ticks.tick().await;
        while started < began.elapsed().as_secs_f64() * per_second {
            let (shoppers, pass) = (Arc::clone(shoppers), Arc::clone(&pass));
            working.spawn(async move { one(&shoppers, &pass, began).await });
            started += 1.0;
        }
        while working.try_join_next().is_some() {}
    }
    let lasted = began.elapsed();
    // What has begun may end; it is what the next load begins with.
    working.join_all().await;
    finished(&pass, lasted)
}

async fn one(shoppers: &Shoppers, pass: &Mutex<Pass>, began: Instant) {
    let (at, since) = (began.elapsed(), Instant::now());
    let end = shoppers.purchase().await;
    pass.lock().unwrap_or_else(PoisonError::into_inner).note(at, end, since.elapsed());
}

fn finished(pass: &Mutex<Pass>, lasted: Duration) -> Pass {
    let pass = std::mem::take(&mut *pass.lock().unwrap_or_else(PoisonError::into_inner));
    Pass { lasted, ..pass }
}
