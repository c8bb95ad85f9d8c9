//! Ctrl-C and SIGTERM as a flag that every wait looks at. Must never end the process itself: children are stopped first.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use anyhow::Result;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

/// How often a wait looks at the flag and at what it waits for.
pub(crate) const TICK: Duration = Duration::from_millis(50);

/// Says whether somebody asked xtask to stop.
#[derive(Clone)]
pub(crate) struct Stop(Arc<AtomicBool>);

/// The error of a wait that ended because xtask was asked to stop.
#[derive(Debug)]
pub(crate) struct Interrupted;

impl Stop {
    pub(crate) fn on_signals() -> Result<Self> {
        let flag = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            signal_hook::flag::register(signal, Arc::clone(&flag))?;
        }
        Ok(Self(flag))
    }

    pub(crate) fn requested(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Waits one tick, or fails with [`Interrupted`].
    pub(crate) fn tick(&self) -> Result<(), Interrupted> {
        self.check()?;
        thread::sleep(TICK);
        self.check()
    }

    pub(crate) fn check(&self) -> Result<(), Interrupted> {
        if self.requested() { Err(Interrupted) } else { Ok(()) }
    }
}

impl fmt::Display for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("interrupted")
    }
}

impl std::error::Error for Interrupted {}
