//! Which process a number really means. Process ids are reused, so nothing may be signalled by its number alone.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process};
use serde::{Deserialize, Serialize};

/// A process as it was when xtask started it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Identity {
    pub(crate) name: String,
    pub(crate) pid: u32,
    /// Clock ticks since boot, field 22 of `/proc/PID/stat`.
    started: u64,
    executable: PathBuf,
}

impl Identity {
    pub(crate) fn of(name: &str, pid: u32) -> Result<Self> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
        let started = start_time(&stat).context("unreadable /proc/PID/stat")?;
        let executable = without_deleted(&fs::read_link(format!("/proc/{pid}/exe"))?);
        Ok(Self { name: name.to_owned(), pid, started, executable })
    }

    /// True only for the very process: same number, same start, same program.
    pub(crate) fn is_running(&self) -> bool {
        Self::of(&self.name, self.pid).is_ok_and(|now| now == *self)
    }

    pub(crate) fn signal(&self, signal: Signal) {
        if let Some(pid) = i32::try_from(self.pid).ok().and_then(Pid::from_raw) {
            // It may have ended in this moment: then there is nothing left to do.
            let _ = kill_process(pid, signal);
        }
    }
}

/// The program name in the second field may hold spaces and brackets, so counting starts after the last bracket.
fn start_time(stat: &str) -> Option<u64> {
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_whitespace().nth(19)?.parse().ok()
}

/// A rebuild replaces the file under a running server, and the kernel then marks the link.
fn without_deleted(executable: &Path) -> PathBuf {
    let text = executable.to_string_lossy();
    PathBuf::from(text.strip_suffix(" (deleted)").unwrap_or(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn start_time_is_found_behind_a_hostile_program_name() {
        let stat = "42 (a ) b) S 1 42 42 0 -1 4194304 90 0 0 0 0 0 0 0 20 0 1 0 123456 9000 200";
        assert_eq!(start_time(stat), Some(123_456));
        assert_eq!(start_time("42 (short) S 1"), None);
    }

    #[test]
    fn only_the_very_same_process_matches() {
        let me = Identity::of("me", std::process::id()).unwrap();
        assert!(me.is_running());
        assert!(!Identity { started: me.started + 1, ..me.clone() }.is_running());
        assert!(!Identity { executable: "/bin/other".into(), ..me.clone() }.is_running());
        assert!(!Identity { pid: 1, ..me }.is_running());
    }

    #[test]
    fn a_rebuilt_program_still_matches() {
        assert_eq!(without_deleted(Path::new("/x/server (deleted)")), Path::new("/x/server"));
    }
}
