//! Nobody is stuck: from every state that can be reached, a state at rest can be reached.
//!
//! Stateright's own "eventually" looks at the ends of paths and misses what goes round in circles, so this walks the graph
//! itself: forwards to know every state and where it leads, then backwards from the states at rest.

use std::collections::HashMap;

use stateright::Model;

use crate::properties::is_at_rest;
use crate::{Purchase, State};

/// What the walk has found.
#[derive(Debug, Clone, Copy)]
pub struct Reach {
    /// States that can be reached.
    pub states: usize,
    /// Those of them that are at rest.
    pub at_rest: usize,
    /// Those from which no state at rest can be reached.
    pub stuck: usize,
    /// One of these.
    pub example: Option<State>,
}

/// Walks through the whole model.
pub fn reach(model: &Purchase) -> Reach {
    let (states, mut before) = forwards(model);
    let mut can_rest: Vec<bool> = states.iter().map(is_at_rest).collect();
    let at_rest = can_rest.iter().filter(|rests| **rests).count();
    let mut open: Vec<usize> = (0..states.len()).filter(|&state| can_rest[state]).collect();
    while let Some(state) = open.pop() {
        for earlier in std::mem::take(&mut before[state]) {
            if !std::mem::replace(&mut can_rest[earlier as usize], true) {
                open.push(earlier as usize);
            }
        }
    }
    let stuck = || states.iter().zip(&can_rest).filter(|(_, can)| !**can);
    Reach { states: states.len(), at_rest, stuck: stuck().count(), example: stuck().next().map(|(state, _)| *state) }
}

/// Every state, and from which others each is reached in one step.
fn forwards(model: &Purchase) -> (Vec<State>, Vec<Vec<u32>>) {
    let mut states = model.init_states();
    let mut known: HashMap<State, u32> = states.iter().copied().zip(0..).collect();
    let mut before = vec![Vec::new(); states.len()];
    let mut at = 0;
    while at < states.len() {
        let from = u32::try_from(at).expect("the model is small");
        for next in model.next_states(&states[at]) {
            let fresh = u32::try_from(states.len()).expect("the model is small");
            let to = *known.entry(next).or_insert(fresh);
            if to == fresh {
                states.push(next);
                before.push(Vec::new());
            }
            before[to as usize].push(from);
        }
        at += 1;
    }
    (states, before)
}
