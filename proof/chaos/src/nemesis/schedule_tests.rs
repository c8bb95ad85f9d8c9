//! A schedule follows from the seed, and everything that is wanted comes.

use rand::SeedableRng as _;
use rand::rngs::StdRng;

use super::Wanted;
use super::schedule::{Nemesis, Schedule, Step};

fn steps(seed: u64, wanted: &[Nemesis], number: usize) -> Vec<Step> {
    Schedule::new(wanted, 2, StdRng::seed_from_u64(seed)).take(number).collect()
}

#[test]
fn the_same_seed_is_the_same_schedule() {
    assert_eq!(steps(1, &Nemesis::ALL, 200), steps(1, &Nemesis::ALL, 200));
    assert_ne!(steps(1, &Nemesis::ALL, 200), steps(2, &Nemesis::ALL, 200));
}

#[test]
fn everything_comes_before_anything_comes_often() {
    let steps = steps(3, &Nemesis::ALL, 60);
    for nemesis in Nemesis::ALL {
        let times = steps.iter().flat_map(|step| &step.strikes).filter(|strike| strike.nemesis == nemesis).count();
        assert!((2..=5).contains(&times), "{} comes {times} times", nemesis.name());
    }
}

#[test]
fn pairs_are_some_and_strike_different_targets() {
    let steps = steps(4, &Nemesis::ALL, 400);
    let pairs: Vec<_> = steps.iter().filter(|step| step.strikes.len() == 2).collect();
    assert!((50..=110).contains(&pairs.len()), "{}", pairs.len());
    assert!(pairs.iter().all(|pair| pair.strikes[0].target != pair.strikes[1].target));
}

#[test]
fn targets_are_those_of_the_nemesis() {
    for strike in steps(5, &Nemesis::ALL, 400).iter().flat_map(|step| &step.strikes) {
        assert!(strike.nemesis.targets(2).contains(&strike.target), "{strike:?}");
        let corrupted = strike.nemesis != Nemesis::Corrupt || strike.target.starts_with("person>");
        assert!(corrupted, "{strike:?}");
    }
}

#[test]
fn names_are_wishes() {
    assert_eq!(Wanted::parse("none", "all").unwrap().faults, []);
    assert!(steps(6, &[], 5).is_empty());
    let two = Wanted::parse("cut,failpoint", "all").unwrap();
    assert_eq!(two.faults, [Nemesis::Cut, Nemesis::Failpoint]);
    assert_eq!(Wanted::parse("cut,failpoint", "none").unwrap().faults, [Nemesis::Cut]);
    assert_eq!(Wanted::parse("all", "all").unwrap().faults.len(), Nemesis::ALL.len());
    assert!(Wanted::parse("rain", "all").unwrap_err().to_string().contains("kill_server"));
    assert!(Wanted::parse("all", "some").is_err());
}

#[test]
fn every_nemesis_is_listed_under_its_own_name() {
    for nemesis in Nemesis::ALL {
        assert_eq!(Nemesis::named(nemesis.name()).unwrap(), nemesis);
    }
}
