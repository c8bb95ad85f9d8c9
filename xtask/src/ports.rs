//! Loopback ports that stay the same from start to start. Must never hand out a port somebody listens on.

use std::{
    collections::BTreeMap,
    fs,
    hash::{BuildHasher, RandomState},
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener},
    ops::Range,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

/// Below the kernel's ephemeral range: a client that reconnects to a dead engine must not be given the engine's own port
/// as its source port, because the engine could then not come back to it.
const RANGE: Range<u16> = 20_000..32_000;

/// The ports of one data folder, kept in its `ports.json`.
pub(crate) struct Ports {
    file: PathBuf,
    remembered: BTreeMap<String, u16>,
    /// Free still, but meant for somebody else.
    reserved: Vec<u16>,
}

impl Ports {
    pub(crate) fn load(data: &Path) -> Self {
        let file = data.join("ports.json");
        let remembered = fs::read(&file).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default();
        Self { file, remembered, reserved: Vec::new() }
    }

    /// Keeps away from ports that somebody is going to listen on.
    #[must_use]
    pub(crate) fn beside(self, reserved: impl Iterator<Item = u16>) -> Self {
        Self { reserved: reserved.collect(), ..self }
    }

    /// The port this name had last time, or a new one if it is new or somebody else took it.
    pub(crate) fn claim(&mut self, name: &str) -> Result<u16> {
        if let Some(&port) = self.remembered.get(name)
            && is_free(loopback(port))
            && !self.reserved.contains(&port)
        {
            return Ok(port);
        }
        let taken: Vec<u16> = self.remembered.values().chain(&self.reserved).copied().collect();
        let port = free_run(1, &taken)?;
        self.remembered.insert(name.to_owned(), port);
        fs::write(&self.file, serde_json::to_vec_pretty(&self.remembered)?)?;
        Ok(port)
    }
}

/// The first of `count` consecutive free ports, none of them in `taken`.
pub(crate) fn free_run(count: u16, taken: &[u16]) -> Result<u16> {
    let span = u64::from(RANGE.end - RANGE.start - count);
    // A random start keeps two runs that begin together apart.
    let offset = u16::try_from(RandomState::new().hash_one(std::process::id()) % span)?;
    let candidates = (RANGE.start + offset..RANGE.end - count).chain(RANGE.start..RANGE.start + offset);
    let usable = |port: u16| !taken.contains(&port) && is_free(loopback(port));
    candidates.into_iter().find(|&first| (first..first + count).all(usable)).context("no free loopback port")
}

pub(crate) fn is_free(address: SocketAddr) -> bool {
    TcpListener::bind(address).is_ok()
}

pub(crate) fn loopback(port: u16) -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port)
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// To see whether a port is free is to take it for a moment, so these tests would disturb each other.
    static ALONE: Mutex<()> = Mutex::new(());

    fn folder(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("frontrow-xtask-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        path
    }

    #[test]
    fn a_restart_gets_the_same_ports() {
        let _alone = ALONE.lock();
        let data = folder("same-ports");
        let mut ports = Ports::load(&data);
        let (redis, mongo) = (ports.claim("redis").unwrap(), ports.claim("mongo").unwrap());
        assert_ne!(redis, mongo);
        assert!(RANGE.contains(&redis));
        assert_eq!(Ports::load(&data).claim("redis").unwrap(), redis);
        fs::remove_dir_all(data).unwrap();
    }

    #[test]
    fn a_taken_port_is_replaced() {
        let _alone = ALONE.lock();
        let data = folder("taken-port");
        let port = Ports::load(&data).claim("redis").unwrap();
        let _listener = TcpListener::bind(loopback(port)).unwrap();
        assert_ne!(Ports::load(&data).claim("redis").unwrap(), port);
        fs::remove_dir_all(data).unwrap();
    }

    #[test]
    fn a_reserved_port_is_replaced() {
        let _alone = ALONE.lock();
        let data = folder("reserved-port");
        let port = Ports::load(&data).claim("payments").unwrap();
        assert_ne!(Ports::load(&data).beside([port].into_iter()).claim("payments").unwrap(), port);
        fs::remove_dir_all(data).unwrap();
    }

    #[test]
    fn a_run_of_ports_is_free_throughout() {
        let _alone = ALONE.lock();
        let first = free_run(3, &[]).unwrap();
        assert!((first..first + 3).all(|port| is_free(loopback(port))));
    }
}
