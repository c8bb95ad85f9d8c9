//! Something happened: a run in which nobody bought, nothing broke or nothing was compared is no proof of anything.
//! It must never call a run good because there was nothing to find fault with.

use super::Checked;
use crate::history::{Past, Verb};

/// The checker that has something to compare only if a refund happens before the eyes of a watcher.
const MAY_REST: &str = "seat_versions";
/// One of each in so many seconds is the least: some hundredth of what happens on a machine that has nothing else to do.
const BOOKING_S: u64 = 10;
const REFUND_S: u64 = 20;
const CHECK_IN_S: u64 = 20;
const REPEAT_S: u64 = 60;
const FAULT_S: u64 = 30;
/// One strike of so many at a process or an engine may be impossible, since the other one of its pair has struck already.
const IMPOSSIBLE: usize = 3;

/// What was to happen.
pub(crate) struct Intended {
    pub(crate) seconds: u64,
    pub(crate) faults_wanted: bool,
}

/// `checks` are all others.
pub(crate) fn the_run_happened(intended: &Intended, past: &Past, checks: &[Checked]) -> Checked {
    let mut checked = Checked::new("the_run_happened");
    let done = past.faults.iter().filter(|fault| fault.is_done()).count() as u64;
    let mut at_least = |what: &str, count: u64, every_s: u64| {
        let least = (intended.seconds / every_s).max(1);
        checked.must(count >= least, || format!("{count} {what} in {} s, {least} are the least", intended.seconds));
    };
    at_least("bookings", past.bookings(), BOOKING_S);
    at_least("refunds", past.done(Verb::Refund), REFUND_S);
    at_least("check-ins", past.done(Verb::CheckIn), CHECK_IN_S);
    at_least("repeated requests", past.done(Verb::Repeat), REPEAT_S);
    if intended.faults_wanted {
        at_least("faults", done, FAULT_S);
    }
    strikes(past, &mut checked);
    for check in checks.iter().filter(|check| check.name != MAY_REST) {
        checked.must(check.compared > 0, || format!("{} compared nothing", check.name));
    }
    for operation in past.operations.iter().filter(|operation| operation.unreadable) {
        checked.must(false, || {
            let (verb, person, at_us) = (operation.verb, operation.person, operation.end_us);
            format!("person {person} was told at {at_us} us that {verb:?} is done, in an answer that cannot be read")
        });
    }
    checked
}

fn strikes(past: &Past, checked: &mut Checked) {
    let tried = past.faults.iter().filter(|fault| fault.is_strike()).count();
    let failed = past.faults.iter().filter(|fault| fault.is_strike() && fault.has_failed()).count();
    checked.must(failed * IMPOSSIBLE <= tried, || {
        format!("{failed} of {tried} strikes at processes and engines could not be done")
    });
}
