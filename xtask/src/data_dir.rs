//! A data folder with one owner: its lock, its process list, its logs. Must never touch a process it cannot identify.

use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use rustix::process::Signal;

use crate::{
    identity::Identity,
    stop::TICK,
    workspace::{Workspace, say},
};

const PIDS: &str = "pids.json";

/// An open data folder; the lock ends with the value, or with the process, however it dies.
pub(crate) struct DataDir {
    path: PathBuf,
    /// Removed when dropped: the folder of a test run.
    scratch: bool,
    _lock: File,
}

impl DataDir {
    /// Takes the folder over, and ends what a killed xtask left running in it.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        fs::create_dir_all(path.join("logs")).with_context(|| format!("cannot create {}", path.display()))?;
        let path = path.canonicalize()?;
        let lock = File::create(path.join("lock"))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                bail!(
                    "another `cargo xtask` is using {}: stop it first, or choose another --data folder",
                    path.display()
                )
            }
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        let dir = Self { path, scratch: false, _lock: lock };
        dir.end_leftovers();
        Ok(dir)
    }

    /// A folder `target/LABEL-PID` for one run; those of killed runs are cleared away on the way.
    pub(crate) fn scratch(workspace: &Workspace, label: &str) -> Result<Self> {
        let target = workspace.target();
        fs::create_dir_all(target)?;
        for entry in fs::read_dir(target)?.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let ours = name.strip_prefix(label).and_then(|rest| rest.strip_prefix('-'));
            if ours.is_some_and(|pid| pid.parse::<u32>().is_ok()) {
                // Opening fails while its owner lives; dropping what was opened removes it.
                if let Ok(mut abandoned) = Self::open(&entry.path()) {
                    abandoned.scratch = true;
                }
            }
        }
        let mut dir = Self::open(&target.join(format!("{label}-{}", std::process::id())))?;
        dir.scratch = true;
        Ok(dir)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn log(&self, name: &str) -> PathBuf {
        self.path.join("logs").join(format!("{name}.log"))
    }

    /// Remembers who runs now, so that the next start can clean up after a `kill -9` of xtask.
    pub(crate) fn save_pids(&self, running: &[Identity]) -> Result<()> {
        let next = self.path.join("pids.json.next");
        fs::write(&next, serde_json::to_vec_pretty(running)?)?;
        fs::rename(next, self.path.join(PIDS))?;
        Ok(())
    }

    fn end_leftovers(&self) {
        let Ok(text) = fs::read(self.path.join(PIDS)) else { return };
        let listed: Vec<Identity> = serde_json::from_slice(&text).unwrap_or_default();
        let leftovers: Vec<_> = listed.into_iter().filter(Identity::is_running).collect();
        for process in &leftovers {
            say(format!("ending {} (process {}), left over from a killed run", process.name, process.pid));
            process.signal(Signal::TERM);
        }
        let deadline = Instant::now() + Duration::from_secs(5);
        while leftovers.iter().any(Identity::is_running) && Instant::now() < deadline {
            thread::sleep(TICK);
        }
        for process in leftovers.iter().filter(|process| process.is_running()) {
            process.signal(Signal::KILL);
        }
    }
}

impl Drop for DataDir {
    /// The logs of the last run stay behind in `target/last-logs`: they explain a failed test.
    fn drop(&mut self) {
        if !self.scratch {
            return;
        }
        if let (Some(target), Some(name)) = (self.path.parent(), self.path.file_name()) {
            let label = name.to_string_lossy();
            let kept = target.join("last-logs").join(label.trim_end_matches(|c: char| c == '-' || c.is_ascii_digit()));
            let _ = fs::remove_dir_all(&kept);
            let _ = fs::create_dir_all(target.join("last-logs"));
            let _ = fs::rename(self.path.join("logs"), kept);
        }
        let _ = fs::remove_dir_all(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_owner_is_refused_with_a_clear_sentence() {
        let path = std::env::temp_dir().join(format!("frontrow-xtask-lock-{}", std::process::id()));
        let mut first = DataDir::open(&path).unwrap();
        let refused = DataDir::open(&path).err().unwrap().to_string();
        assert!(refused.contains("another `cargo xtask` is using"), "{refused}");
        first.scratch = true;
        drop(first);
        assert!(!path.exists());
    }
}
