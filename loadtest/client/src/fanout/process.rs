//! What processes use, as the kernel counts it. Must never read anything but counters.

use std::collections::BTreeMap;
use std::fs;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

/// `/proc/stat` counts in hundredths of a second; Linux has done so on every machine that anybody still has.
const NS_PER_TICK: u64 = 10_000_000;
/// A process that uses less than this share of a core has nothing to do.
const QUIET: f64 = 0.05;
const LOOK_EVERY: Duration = Duration::from_millis(100);
const PATIENCE: Duration = Duration::from_secs(20);

/// The CPU of every thread of a process so far, in nanoseconds.
#[derive(Debug, Default, PartialEq, Eq)]
struct Threads(BTreeMap<String, u64>);

/// A look at the counters of a server, of this process and of the machine.
pub(crate) struct Meter {
    server: u32,
    at: Instant,
    server_threads: Threads,
    own_threads: Threads,
    busy_ns: u64,
}

/// What was used between two looks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Used {
    pub(crate) server_ns: u64,
    pub(crate) client_ns: u64,
    /// Cores that others kept busy; theirs is what makes a number doubtful.
    pub(crate) other_cores: f64,
    pub(crate) elapsed: Duration,
}

impl Meter {
    pub(crate) fn start(server: u32) -> Result<Self> {
        let busy_ns = busy_ns(&fs::read_to_string("/proc/stat")?).context("/proc/stat")?;
        let own_threads = Threads::of(std::process::id())?;
        Ok(Self { server, at: Instant::now(), server_threads: Threads::of(server)?, own_threads, busy_ns })
    }

    pub(crate) fn stop(&self) -> Result<Used> {
        let now = Self::start(self.server)?;
        let (server_ns, client_ns) =
            (now.server_threads.since(&self.server_threads), now.own_threads.since(&self.own_threads));
        let (elapsed, busy) = (now.at - self.at, now.busy_ns.saturating_sub(self.busy_ns));
        let others = busy.saturating_sub(server_ns + client_ns);
        Ok(Used { server_ns, client_ns, other_cores: float(others) / float(nanoseconds(elapsed)), elapsed })
    }
}

impl Used {
    /// Whether the server had next to nothing to do.
    pub(crate) fn is_quiet(&self) -> bool {
        float(self.server_ns) < QUIET * float(nanoseconds(self.elapsed))
    }

    /// The share of a core that the client used; near one it would have been what was measured.
    pub(crate) fn client_core(&self) -> f64 {
        float(self.client_ns) / float(nanoseconds(self.elapsed))
    }
}

impl Threads {
    fn of(process: u32) -> Result<Self> {
        let mut threads = BTreeMap::new();
        for thread in fs::read_dir(format!("/proc/{process}/task")).with_context(|| format!("process {process}"))? {
            let thread = thread?;
            // It may have ended in this moment.
            let text = fs::read_to_string(thread.path().join("schedstat")).unwrap_or_default();
            if let Some(used) = run_time_ns(&text) {
                threads.insert(thread.file_name().to_string_lossy().into_owned(), used);
            }
        }
        Ok(Self(threads))
    }

    /// A thread that has ended meanwhile is missing; servers keep theirs.
    fn since(&self, before: &Self) -> u64 {
        let used = |(thread, now): (&String, &u64)| now - before.0.get(thread).copied().unwrap_or_default().min(*now);
        self.0.iter().map(used).sum()
    }
}

/// The first field of `schedstat`: nanoseconds on a core.
fn run_time_ns(schedstat: &str) -> Option<u64> {
    schedstat.split_whitespace().next()?.parse().ok()
}

/// All but idle and waiting for a disk, of the first line of `/proc/stat`. What a hypervisor took away counts as busy.
fn busy_ns(stat: &str) -> Option<u64> {
    let ticks: Vec<u64> = stat.lines().next()?.strip_prefix("cpu ")?.split_whitespace().flat_map(str::parse).collect();
    // user nice system idle iowait irq softirq steal; guests are in user already.
    let busy: u64 = ticks.iter().take(8).enumerate().filter(|(field, _)| ![3, 4].contains(field)).map(|(_, t)| t).sum();
    Some(busy * NS_PER_TICK)
}

/// Memory of a process that is no file's, in bytes.
pub(crate) fn memory_bytes(process: u32) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).with_context(|| format!("process {process}"))?;
    rss_anon_bytes(&status).context("no RssAnon")
}

fn rss_anon_bytes(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1024)
}

/// Waits until a process has nothing to do any more, so that it does not disturb the next measurement.
pub(crate) async fn until_quiet(process: u32) -> Result<()> {
    let until = Instant::now() + PATIENCE;
    loop {
        let meter = Meter::start(process)?;
        tokio::time::sleep(LOOK_EVERY).await;
        if meter.stop()?.is_quiet() {
            return Ok(());
        }
        ensure!(Instant::now() < until, "process {process} does not come to rest");
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// Counters of this size are exact as floating point numbers.
#[expect(clippy::cast_precision_loss, reason = "exact up to 2^53, which is a hundred days in nanoseconds")]
pub(crate) fn float(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_field_is_the_time_on_a_core() {
        assert_eq!(run_time_ns("233507008 2896669 42\n"), Some(233_507_008));
        assert_eq!(run_time_ns(""), None);
    }

    #[test]
    fn new_threads_count_from_their_beginning() {
        let threads = |list: &[(&str, u64)]| Threads(list.iter().map(|(id, ns)| ((*id).to_owned(), *ns)).collect());
        let before = threads(&[("1", 100), ("2", 50)]);
        assert_eq!(threads(&[("1", 130), ("3", 7)]).since(&before), 37);
    }

    #[test]
    fn waiting_is_not_being_busy() {
        assert_eq!(busy_ns("cpu  1 2 4 1000 500 8 16 32 0 0\ncpu0 1\n"), Some(63 * NS_PER_TICK));
        assert_eq!(busy_ns("intr 1"), None);
    }

    #[test]
    fn memory_is_what_no_file_has() {
        assert_eq!(rss_anon_bytes("VmRSS:\t 9 kB\nRssAnon:\t    2048 kB\n"), Some(2 << 20));
    }
}
