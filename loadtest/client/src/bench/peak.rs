//! The most memory that a process had. Must never read anything of it but that.

use std::fs;

use anyhow::{Context as _, Result};

/// Memory of a process: now, and the most since [`forget`], in MiB.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Memory {
    pub(super) now_mib: f64,
    pub(super) peak_mib: f64,
}

pub(super) fn memory(process: u32) -> Result<Memory> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).with_context(|| format!("process {process}"))?;
    read_memory(&status).with_context(|| format!("process {process} has no memory"))
}

/// From here on the peak is counted anew.
pub(super) fn forget(process: u32) -> Result<()> {
    fs::write(format!("/proc/{process}/clear_refs"), "5").with_context(|| format!("the peak of process {process}"))
}

fn read_memory(status: &str) -> Option<Memory> {
    let mib = |name: &str| {
        let kib: f64 =
            status.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()?.parse().ok()?;
        Some(kib / 1024.0)
    };
    Some(Memory { now_mib: mib("VmRSS:")?, peak_mib: mib("VmHWM:")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_from_the_status() {
        let status = "Name:\tfrontrow\nVmHWM:\t   20480 kB\nVmRSS:\t   10240 kB\n";
        assert_eq!(read_memory(status), Some(Memory { now_mib: 10.0, peak_mib: 20.0 }));
        assert_eq!(read_memory("Name:\tkthreadd\n"), None);
    }
}
