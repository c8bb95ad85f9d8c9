//! How hints travel from the simulated hold store to its listeners: late, twice, out of order, or not at all; and not while
//! a subscription is cut, after which the listener is told that anything may have changed, as the port demands.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use frontrow_domain::ids::{EventId, Ordinal};
use frontrow_engines::holds::Hint;
use tokio::sync::{Notify, mpsc};
use tokio::time::{Instant, sleep_until};

use super::faults::Weather;
use super::trace::Trace;

/// All subscriptions.
#[derive(Default)]
pub(super) struct Hints {
    lines: Mutex<Vec<Arc<Subscription>>>,
}

struct Subscription {
    name: usize,
    on_the_way: Mutex<OnTheWay>,
    woken: Notify,
}

#[derive(Default)]
struct OnTheWay {
    /// By arrival; the number tells hints of the same moment apart.
    hints: BTreeMap<(Instant, u64), Hint>,
    sent: u64,
    cut_until: Option<Instant>,
}

impl Hints {
    /// A change of seats, to everybody.
    pub(super) fn tell(&self, event: EventId, seats: &[Ordinal], weather: &Weather) {
        let now = Instant::now();
        for line in self.lock().iter() {
            for &seat in seats {
                for delay in weather.arrivals().into_iter().flatten() {
                    line.send(now + delay, Hint::Seat(event, seat));
                }
            }
            line.woken.notify_one();
        }
    }

    /// One of the subscriptions breaks, and is there again at `until`.
    pub(super) fn cut(&self, which: usize, until: Instant) {
        let lines = self.lock();
        if let Some(line) = lines.get(which % lines.len().max(1)) {
            line.cut(until);
        }
    }

    /// Every subscription is there now.
    pub(super) fn mend(&self) {
        for line in self.lock().iter() {
            let is_cut = line.lock().cut_until.is_some();
            if is_cut {
                line.cut(Instant::now());
            }
        }
    }

    /// Delivers hints until it is dropped.
    pub(super) async fn deliver(&self, sender: mpsc::Sender<Hint>, trace: &Trace) {
        let line = {
            let mut lines = self.lock();
            let line = Arc::new(Subscription { name: lines.len(), on_the_way: Mutex::default(), woken: Notify::new() });
            lines.push(Arc::clone(&line));
            line
        };
        line.send(Instant::now(), Hint::Everything);
        loop {
            let next = line.lock().hints.first_key_value().map(|(&(at, _), _)| at);
            tokio::select! {
                biased;
                () = line.woken.notified() => {}
                () = sleep_until(next.unwrap_or_else(Instant::now)), if next.is_some() => {}
            }
            for hint in line.take_due() {
                trace.note(format_args!("hint to {}: {hint:?}", line.name));
                if sender.send(hint).await.is_err() {
                    return;
                }
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Arc<Subscription>>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Subscription {
    fn send(&self, at: Instant, hint: Hint) {
        let mut on_the_way = self.lock();
        if hint != Hint::Everything && on_the_way.cut_until.is_some_and(|until| until > Instant::now()) {
            return;
        }
        on_the_way.sent += 1;
        let number = on_the_way.sent;
        on_the_way.hints.insert((at, number), hint);
    }

    fn cut(&self, until: Instant) {
        {
            let mut on_the_way = self.lock();
            on_the_way.hints.clear();
            on_the_way.cut_until = Some(until);
        }
        self.send(until, Hint::Everything);
        self.woken.notify_one();
    }

    fn take_due(&self) -> Vec<Hint> {
        let mut on_the_way = self.lock();
        let later = on_the_way.hints.split_off(&(Instant::now() + std::time::Duration::from_micros(1), 0));
        std::mem::replace(&mut on_the_way.hints, later).into_values().collect()
    }

    fn lock(&self) -> MutexGuard<'_, OnTheWay> {
        self.on_the_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
