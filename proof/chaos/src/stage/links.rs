//! Every connection of a run, by who opens it to whom: each is a proxy of its own.

use std::net::SocketAddr;

use anyhow::{Context as _, Result};
use tokio::net::TcpListener;

use super::environment::server_name;
use super::ports::{Ports, loopback};
use super::{PAYMENTS, RELAY};
use crate::proxy::Proxy;

/// People, as one end of a link.
pub(crate) const PERSON: &str = "person";

/// All proxies.
pub(crate) struct Links {
    proxies: Vec<Proxy>,
}

/// A proxy's listener before it is known where it leads.
pub(super) struct Laid {
    listeners: Vec<(String, TcpListener)>,
    /// For every link to Kafka: the port of the broker that names this very link to its clients.
    kafka: Vec<(String, u16)>,
}

/// The names of all links, in an order that depends on the number of servers only.
pub(crate) fn names(servers: usize) -> Vec<String> {
    let mut names: Vec<String> = ["mongo", "kafka"].map(|engine| name(RELAY, engine)).into();
    for server in (1..=servers).map(server_name) {
        names.extend([name(PERSON, &server), name(PAYMENTS, &server)]);
        names.extend(["redis", "mongo", "kafka", PAYMENTS].map(|to| name(&server, to)));
    }
    names
}

fn name(from: &str, to: &str) -> String {
    format!("{from}>{to}")
}

impl Laid {
    /// Listens for all of them.
    pub(super) async fn new(servers: usize, ports: &mut Ports) -> Result<Self> {
        let (mut listeners, mut kafka) = (Vec::new(), Vec::new());
        for name in names(servers) {
            if name.ends_with(">kafka") {
                kafka.push((name.clone(), ports.free().await?.port()));
            }
            listeners.push((name, ports.listener().await?));
        }
        Ok(Self { listeners, kafka })
    }

    /// For every link to Kafka, the broker's port behind it and the port before it.
    pub(super) fn detours(&self) -> Result<Vec<(u16, u16)>> {
        let before = |name: &str| self.listeners.iter().find(|(listed, _)| listed == name);
        let detours = self.kafka.iter().map(|(name, behind)| {
            let (_, listener) = before(name).context("a way to Kafka without a listener")?;
            Ok((*behind, listener.local_addr()?.port()))
        });
        detours.collect()
    }

    /// `address` says where somebody listens.
    pub(super) fn open(self, address: impl Fn(&str) -> Option<SocketAddr>) -> Result<Links> {
        let Self { listeners, kafka } = self;
        let proxies = listeners.into_iter().map(|(name, listener)| {
            let detour = kafka.iter().find(|(listed, _)| *listed == name).map(|&(_, port)| loopback(port));
            let (_, to) = name.split_once('>').context("a link has two ends")?;
            let upstream = detour.or_else(|| address(to)).with_context(|| format!("{name} leads nowhere"))?;
            Ok(Proxy::start(name, listener, upstream)?)
        });
        Ok(Links { proxies: proxies.collect::<Result<_>>()? })
    }
}

impl Links {
    pub(crate) fn get(&self, name: &str) -> Result<&Proxy> {
        self.proxies.iter().find(|proxy| proxy.name == name).with_context(|| format!("there is no link {name}"))
    }

    /// Where the one goes to get to the other. Every pair that is asked for is in [`names`].
    pub(super) fn address(&self, from: &str, to: &str) -> SocketAddr {
        self.get(&name(from, to)).map_or(loopback(0), |proxy| proxy.address)
    }

    pub(super) fn heal(&self) {
        for proxy in &self.proxies {
            proxy.heal();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_link_leads_to_the_one_it_names() {
        let laid = Laid::new(2, &mut Ports::new()).await.unwrap();
        let detours = laid.detours().unwrap();
        assert_eq!(detours.len(), 3, "relay and two servers");
        assert!(detours.iter().all(|(behind, before)| behind != before));
        let links = laid.open(|_| Some(loopback(1))).unwrap();
        assert_eq!(links.proxies.len(), 2 + 2 * 6);
        assert_ne!(links.address("server-1", "redis"), links.address("server-2", "redis"));
        assert_ne!(links.address("server-2", PAYMENTS).port(), 0);
        assert!(links.get("server-3>redis").is_err());
    }
}
