//! A linearizability checker for one register, after Wing and Gong with just-in-time configurations: what is kept is every
//! state that the register may be in, together with the requests that have had their effect and not their answer yet.
//!
//! Two kinds of things change a register. A *step* was acknowledged: it took effect exactly once, between its start and its
//! end. A *move* may have happened or not, at any time in its window, any number of times: requests of unknown outcome,
//! deadlines, faults. That a move may happen more than once makes the check a little weaker than Jepsen's and its cost
//! linear in the moves. It must never complain about a history that is possible.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

/// How a register behaves.
pub(super) trait Register {
    type State: Clone + Ord + std::fmt::Debug;
    type Step: std::fmt::Debug;
    type Move: Ord;

    /// The state after an acknowledged step; `None` if it cannot have been acknowledged in this state.
    fn step(&self, state: &Self::State, step: &Self::Step) -> Option<Self::State>;

    /// The state after something that may have happened by `now_us`; `None` if it cannot happen in this state.
    fn happen(&self, state: &Self::State, what: &Self::Move, now_us: u64) -> Option<Self::State>;
}

/// Something that was acknowledged.
#[derive(Debug)]
pub(super) struct Acknowledged<S> {
    pub(super) start_us: u64,
    pub(super) end_us: u64,
    pub(super) step: S,
}

/// Something that may have happened.
pub(super) struct Possible<M> {
    pub(super) window_us: RangeInclusive<u64>,
    pub(super) what: M,
}

/// A state, and the steps (by index) that have had their effect and no answer yet.
type Configuration<S> = (S, BTreeSet<usize>);

/// `Err` says which step has no explanation, and in which states the register may have been.
pub(super) fn check<R: Register>(
    register: &R,
    initial: R::State,
    steps: &[Acknowledged<R::Step>],
    moves: &[Possible<R::Move>],
) -> Result<(), (usize, BTreeSet<R::State>)> {
    let mut events: Vec<(u64, bool, usize)> = Vec::with_capacity(2 * steps.len());
    for (index, step) in steps.iter().enumerate() {
        events.push((step.start_us, false, index));
        events.push((step.end_us, true, index));
    }
    // At the same moment requests begin before others end: everything that overlaps may be in any order.
    events.sort_unstable();
    let mut configurations: BTreeSet<Configuration<R::State>> = BTreeSet::from([(initial, BTreeSet::new())]);
    let (mut pending, mut last_us) = (BTreeSet::new(), 0);
    for (now_us, ends, index) in events {
        // Many of them say the same: a set is shorter.
        let open: BTreeSet<_> = moves
            .iter()
            .filter(|possible| *possible.window_us.start() <= now_us && *possible.window_us.end() >= last_us)
            .map(|possible| &possible.what)
            .collect();
        let reached = closure(register, configurations, &pending, steps, &open, now_us);
        last_us = now_us;
        if !ends {
            // What had to happen before this request left has happened now: later it explains nothing.
            pending.insert(index);
            configurations = reached;
            continue;
        }
        configurations = reached.iter().filter(|(_, done)| done.contains(&index)).cloned().collect();
        if configurations.is_empty() {
            return Err((index, reached.into_iter().map(|(state, _)| state).collect()));
        }
        pending.remove(&index);
        configurations = configurations
            .into_iter()
            .map(|(state, mut done)| {
                done.remove(&index);
                (state, done)
            })
            .collect();
    }
    Ok(())
}

/// Everything that can be reached by steps on their way and by moves.
fn closure<R: Register>(
    register: &R,
    from: BTreeSet<Configuration<R::State>>,
    pending: &BTreeSet<usize>,
    steps: &[Acknowledged<R::Step>],
    moves: &BTreeSet<&R::Move>,
    now_us: u64,
) -> BTreeSet<Configuration<R::State>> {
    let mut todo: Vec<_> = from.iter().cloned().collect();
    let mut reached = from;
    while let Some((state, done)) = todo.pop() {
        let stepped = pending.difference(&done).filter_map(|&index| {
            let next = register.step(&state, &steps[index].step)?;
            let mut done = done.clone();
            done.insert(index);
            Some((next, done))
        });
        let moved = moves.iter().filter_map(|what| Some((register.happen(&state, what, now_us)?, done.clone())));
        for configuration in stepped.chain(moved).collect::<Vec<_>>() {
            if reached.insert(configuration.clone()) {
                todo.push(configuration);
            }
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A lock: steps take and free it, a move frees it.
    struct Lock;

    #[derive(Debug)]
    enum Step {
        Take(u8),
        Free(u8),
    }

    impl Register for Lock {
        type State = Option<u8>;
        type Step = Step;
        type Move = ();

        fn step(&self, state: &Option<u8>, step: &Step) -> Option<Option<u8>> {
            match step {
                Step::Take(who) => state.is_none().then_some(Some(*who)),
                Step::Free(who) => (*state == Some(*who)).then_some(None),
            }
        }

        fn happen(&self, state: &Option<u8>, (): &(), _now_us: u64) -> Option<Option<u8>> {
            state.is_some().then_some(None)
        }
    }

    fn at(start_us: u64, end_us: u64, step: Step) -> Acknowledged<Step> {
        Acknowledged { start_us, end_us, step }
    }

    fn fits(steps: &[Acknowledged<Step>], lost: Option<RangeInclusive<u64>>) -> bool {
        let moves: Vec<_> = lost.into_iter().map(|window_us| Possible { window_us, what: () }).collect();
        check(&Lock, None, steps, &moves).is_ok()
    }

    #[test]
    fn what_overlaps_may_be_in_any_order() {
        let overlapping = [at(0, 10, Step::Take(1)), at(5, 30, Step::Take(2)), at(12, 20, Step::Free(1))];
        assert!(fits(&overlapping, None));
        let apart = [at(0, 10, Step::Take(1)), at(11, 20, Step::Take(2)), at(21, 30, Step::Free(1))];
        assert!(!fits(&apart, None));
        assert!(
            !fits(&[at(0, 10, Step::Take(1)), at(0, 10, Step::Take(2))], None),
            "one of them must have been second"
        );
    }

    #[test]
    fn a_move_explains_only_what_is_in_its_window() {
        let two = || [at(0, 10, Step::Take(1)), at(20, 30, Step::Take(2))];
        assert!(!fits(&two(), None));
        assert!(fits(&two(), Some(12..=13)), "between the two");
        assert!(fits(&two(), Some(25..=90)), "while the second is on its way");
        assert!(!fits(&two(), Some(31..=90)), "too late");
    }

    #[test]
    fn the_step_without_an_explanation_is_named() {
        let steps = [at(0, 10, Step::Take(1)), at(11, 20, Step::Take(2))];
        assert_eq!(check(&Lock, None, &steps, &[]), Err((1, BTreeSet::from([Some(1)]))));
    }
}
