//! Deterministic simulation of rooms, sessions and expiry: the real rooms, fan-out and connections on simulated engines, lines
//! and clocks. A seed decides everything that happens; the same seed is the same run, line by line of its trace.
//!
//! `FRONTROW_SIM_SEEDS=100000` runs more seeds than usual, `FRONTROW_SIM_SEED=12345` runs one and prints its trace.
//!
//! What must never get in here: a real clock, a real socket, a thread, chance that no seed decides, the order of a hash map. What
//! is left of them, and why it does no harm: plans are compiled on a thread before a run begins; rate limits count real time
//! and are out of reach; the cache of events keeps one for ten real seconds, which no run lasts; a cart's `watch` draws lots
//! among the sockets of one person in one room, of which all but one are dead lines; clients mask their frames by real chance,
//! which nobody sees. There is one event, so that the order of rooms means nothing.
//!
//! What is not simulated: engines other than the hold store never fail; HTTP, orders and payments; admin sockets.

mod actors;
mod client;
mod deeds;
mod faults;
mod frames;
mod hall;
mod hints;
mod inspector;
mod ledger;
mod line;
mod log;
mod mirror;
mod seeds;
mod server;
mod store;
mod trace;
mod verdict;
mod world;

pub(crate) use line::ServerEnd;

use seeds::{Keys, PINNED_SEEDS, from_environment, run, run_all, wanted};

#[test]
fn every_client_equals_the_store_after_any_storm() {
    let keys = Keys::new("storms");
    if let Some(seed) = from_environment("FRONTROW_SIM_SEED") {
        let record = run(seed, true, &keys);
        println!("{}", record.kept.join("\n"));
        assert!(record.wrong.is_empty(), "seed {seed}: {}", record.wrong.join("; "));
        return;
    }
    run_all(&(0..wanted()).collect::<Vec<_>>(), &keys);
}

#[test]
fn seeds_that_found_something_once_stay_quiet() {
    run_all(PINNED_SEEDS, &Keys::new("pinned"));
}

#[test]
fn the_same_seed_is_the_same_run() {
    let keys = Keys::new("twice");
    let mut hashes = Vec::new();
    // A hundredth of the others.
    let seeds = (wanted() / 100).max(2);
    for seed in 0..seeds {
        let [first, second] = [0; 2].map(|_| run(seed, true, &keys));
        let differs = first.kept.iter().zip(&second.kept).position(|(one, other)| one != other);
        if let Some(at) = differs {
            panic!("seed {seed}, line {at}: {}\nthe second time: {}", first.kept[at], second.kept[at]);
        }
        assert_eq!((first.hash, first.lines), (second.hash, second.lines), "seed {seed}");
        hashes.push(first.hash);
    }
    hashes.sort_unstable();
    hashes.dedup();
    assert_eq!(hashes.len() as u64, seeds, "another seed is another run");
}
