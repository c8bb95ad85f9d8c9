//! Hold commands of one event that come at the same time go to Redis together, in one script: when everybody wants seats at
//! once, most of what a script costs is being called.
//!
//! A command that comes alone goes at once. While the event has [`MAX_ON_THE_WAY`] calls on their way, others wait and are the
//! next call; nobody waits for company.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use frontrow_domain::holds::Command;
use frontrow_domain::ids::EventId;
use tokio::sync::oneshot;

use super::RedisHolds;
use crate::holds::{Answer, HoldStoreError};

/// One is being done by Redis while the next one is on its way to it.
const MAX_ON_THE_WAY: usize = 2;
/// Seats in one call: about a millisecond in which Redis does nothing else.
const MAX_SEATS: usize = 64;

/// The hold commands that wait, by event. Only events with calls on their way are here. Whoever waits is a request or a
/// socket's command, and their number is limited.
#[derive(Clone, Default)]
pub(super) struct Together(Arc<Mutex<HashMap<EventId, Queue>>>);

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Waiting>,
    on_the_way: usize,
}

struct Waiting {
    command: Command,
    answer: oneshot::Sender<Result<Answer, HoldStoreError>>,
}

impl Together {
    /// Does one hold command, possibly together with others. It is done whether or not somebody waits for the answer.
    pub(super) async fn hold(
        &self,
        store: &RedisHolds,
        event: EventId,
        command: &Command,
    ) -> Result<Answer, HoldStoreError> {
        let (answer, answered) = oneshot::channel();
        let is_full = {
            let mut queues = self.lock();
            let queue = queues.entry(event).or_default();
            queue.waiting.push_back(Waiting { command: command.clone(), answer });
            let is_full = queue.on_the_way == MAX_ON_THE_WAY;
            queue.on_the_way += usize::from(!is_full);
            is_full
        };
        if !is_full {
            // A task of its own: whoever came first may leave, the others' commands are its as well.
            tokio::spawn(self.clone().send(store.clone(), event));
        }
        answered.await.map_err(|_| HoldStoreError("the call ended without an answer".into()))?
    }

    /// Sends what waits, until nothing does.
    async fn send(self, store: RedisHolds, event: EventId) {
        let on_the_way = OnTheWay { together: &self, event };
        while let Some(calls) = self.next(event) {
            let commands: Vec<_> = calls.iter().map(|call| &call.command).collect();
            match store.hold_all(event, &commands).await {
                Ok(answers) => {
                    for (call, answer) in calls.into_iter().zip(answers) {
                        // Whoever asked may have left; what was held stays held.
                        call.answer.send(answer).ok();
                    }
                }
                Err(HoldStoreError(reason)) => {
                    for call in calls {
                        call.answer.send(Err(HoldStoreError(reason.clone()))).ok();
                    }
                }
            }
        }
        // It was counted off together with finding nothing, so that whoever came right after that found a place.
        std::mem::forget(on_the_way);
    }

    /// The next call; `None` ends the sender.
    fn next(&self, event: EventId) -> Option<Vec<Waiting>> {
        let mut queues = self.lock();
        let queue = queues.get_mut(&event)?;
        let (mut calls, mut seats) = (Vec::new(), 0);
        while let Some(waiting) = queue.waiting.front() {
            seats += seats_of(&waiting.command);
            if seats > MAX_SEATS && !calls.is_empty() {
                break;
            }
            calls.extend(queue.waiting.pop_front());
        }
        if calls.is_empty() {
            count_off(&mut queues, event);
            return None;
        }
        Some(calls)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<EventId, Queue>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One call less is on its way. With the last of them the queue goes, and whoever may still be in it hears that there was no
/// answer.
fn count_off(queues: &mut HashMap<EventId, Queue>, event: EventId) {
    if let Some(queue) = queues.get_mut(&event) {
        queue.on_the_way -= 1;
        if queue.on_the_way == 0 {
            queues.remove(&event);
        }
    }
}

/// A sender that panics takes its place along, instead of leaving it taken.
struct OnTheWay<'a> {
    together: &'a Together,
    event: EventId,
}

impl Drop for OnTheWay<'_> {
    fn drop(&mut self) {
        count_off(&mut self.together.lock(), self.event);
    }
}

fn seats_of(command: &Command) -> usize {
    match command {
        Command::Hold { seats, .. } => seats.len(),
        _ => 0,
    }
}
