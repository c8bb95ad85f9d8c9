//! Signals. Whoever sends one has made sure that the process is one of this run's and has not been reaped: a number alone
//! may by then be somebody else's.

pub(crate) use rustix::process::Signal;
use rustix::process::{Pid, kill_process};

/// Says whether it was delivered.
pub(super) fn send(pid: u32, signal: Signal) -> bool {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    pid.is_some_and(|pid| kill_process(pid, signal).is_ok())
}
