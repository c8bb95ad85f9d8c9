//! Runs in which too little happened to prove anything.

use super::{MS, operation, right};
use crate::checks::{Checked, Intended, the_run_happened};
use crate::history::{Came, Fault, Outcome, Past, Verb};

const INTENDED: Intended = Intended { seconds: 9, faults_wanted: true };

fn fault(target: &str, came: Came) -> Fault {
    Fault { nemesis: "kill_server".into(), target: target.into(), from_us: 0, until_us: MS, came }
}

/// The right run, with the counts that its history would have had, and what was found after `changing` it.
fn found(intended: &Intended, changing: impl FnOnce(&mut Past, &mut Vec<Checked>)) -> Vec<String> {
    let run = right();
    let (mut past, mut checks) = (run.past.clone(), run.checked());
    for operation in &past.operations {
        *past.counts.entry((operation.verb, operation.outcome)).or_default() += 1;
    }
    past.faults.push(fault("server-1", Came::Done));
    changing(&mut past, &mut checks);
    the_run_happened(intended, &past, &checks).findings
}

#[test]
fn a_run_in_which_something_happened_is_one() {
    assert_eq!(found(&INTENDED, |_, _| {}), [""; 0]);
}

#[test]
fn a_run_in_which_nothing_happened_is_none() {
    for (verb, what) in [(Verb::Refund, "0 refunds"), (Verb::CheckIn, "0 check-ins"), (Verb::Repeat, "0 repeated")] {
        let findings = found(&INTENDED, |past, _| past.counts.retain(|counted, _| *counted != (verb, Outcome::Ok)));
        assert!(findings.len() == 1 && findings[0].starts_with(what), "{findings:?}");
    }
    let findings = found(&INTENDED, |past, _| past.operations.retain(|one| one.told.is_none()));
    assert_eq!(findings, ["0 bookings in 9 s, 1 are the least"]);
    let long = Intended { seconds: 90, ..INTENDED };
    assert!(found(&long, |_, _| {}).contains(&"3 bookings in 90 s, 9 are the least".to_owned()));
    let findings = found(&INTENDED, |_, checks| checks[3].compared = 0);
    assert_eq!(findings, ["money compared nothing"]);
}

#[test]
fn faults_that_were_not_done_are_none() {
    let met_nobody = |past: &mut Past, _: &mut Vec<Checked>| past.faults[0].came = Came::MetNobody;
    assert_eq!(found(&INTENDED, met_nobody), ["0 faults in 9 s, 1 are the least"]);
    assert_eq!(found(&Intended { faults_wanted: false, ..INTENDED }, met_nobody), [""; 0]);
    let with = |targets: &[&str]| {
        let failed: Vec<_> = targets.iter().map(|target| fault(target, Came::Failed)).collect();
        found(&INTENDED, |past, _| past.faults.extend(failed))
    };
    assert_eq!(with(&["server-1"]), ["1 of 2 strikes at processes and engines could not be done"]);
    assert_eq!(with(&["person>server-1"]), [""; 0], "a link is neither");
}

#[test]
fn an_answer_that_cannot_be_read_is_found_unless_bytes_were_flipped() {
    let unreadable = |past: &mut Past| {
        let order = operation(Verb::Order, 1, 600, 700, Outcome::Unknown);
        past.operations.push(crate::history::Operation { unreadable: true, ..order });
    };
    let findings = found(&INTENDED, |past, _| unreadable(past));
    assert!(findings.len() == 1 && findings[0].contains("Order is done"), "{findings:?}");
    let findings = found(&INTENDED, |past, _| {
        unreadable(past);
        past.faults.push(Fault {
            nemesis: "corrupt".into(),
            until_us: 800 * MS,
            ..fault("person>server-1", Came::Done)
        });
        past.disbelieve(crate::checks::NOISE);
    });
    assert!(!findings.iter().any(|finding| finding.contains("cannot be read")), "{findings:?}");
}
