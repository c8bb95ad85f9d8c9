//! Everything that runs during one run: engines, provider, relay, servers, and a proxy on every link between them.
//!
//! It must never leave anything behind: stopping is in order, and dropping a stage ends all of it as well.

mod child;
mod engines;
mod environment;
mod links;
mod ports;
mod readiness;
mod signals;
mod skew;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use crate::Options;
pub(crate) use child::{Child, Costume, FAILPOINTS};
use engines::Engines;
use environment::Environment;
pub(crate) use environment::server_name;
use links::{Laid, Links};
pub(crate) use links::{PERSON, names as link_names};
use ports::Ports;
pub(crate) use signals::Signal;

/// The relay's name among the children.
pub(crate) const RELAY: &str = "relay-1";
/// The provider's.
pub(crate) const PAYMENTS: &str = "payments";
/// Where the ledger is.
pub(crate) const DATABASE: &str = "frontrow";
/// A first start prepares indexes, topics and keys on a machine that may be busy.
const START: Duration = Duration::from_mins(1);
/// Everything is there again after this, or never.
const HEAL: Duration = Duration::from_mins(1);

/// The administrator of a run.
#[derive(Clone)]
pub(crate) struct Admin {
    pub(crate) email: String,
    pub(crate) password: String,
}

/// A running Frontrow.
pub(crate) struct Stage {
    /// Base URLs for people, through the proxies.
    pub(crate) servers: Vec<String>,
    /// The same servers, past them.
    pub(crate) direct: Vec<String>,
    /// The provider, past the proxies.
    pub(crate) payments: String,
    pub(crate) mongo_url: String,
    pub(crate) redis_url: String,
    pub(crate) kafka: String,
    pub(crate) admin: Admin,
    /// In the order in which they were started.
    children: Vec<Child>,
    pub(crate) links: Links,
    /// Dropped last: everybody else needs them.
    pub(crate) engines: Engines,
    skew: Result<PathBuf, String>,
}

/// Where everybody listens.
struct Addresses {
    servers: Vec<SocketAddr>,
    payments: SocketAddr,
}

impl Stage {
    /// Starts all of it, and waits until every server is ready.
    pub(crate) async fn start(options: &Options) -> Result<Self> {
        ensure!(options.servers > 0, "at least one server");
        for program in environment::PROGRAMS {
            let path = options.bin.join(program);
            ensure!(path.is_file(), "{} is missing: build it first", path.display());
        }
        ensure!(!options.data.join("engines").exists(), "{} is of an older run", options.data.display());
        std::fs::create_dir_all(options.data.join("logs"))?;
        let data = options.data.canonicalize()?;
        let mut ports = Ports::new();
        let laid = Laid::new(options.servers, &mut ports).await?;
        let mut addresses = Addresses { servers: Vec::new(), payments: ports.free().await? };
        for _ in 0..options.servers {
            addresses.servers.push(ports.free().await?);
        }
        let engines = Engines::start(&options.xtask, data.join("engines"), &laid.detours()?).await?;
        let links = laid.open(|name| addresses.of(name, &engines))?;
        let skew = skew::build(&data).await;
        if let Err(why) = &skew {
            eprintln!("clock_skew is left out: {why}");
        }
        let admin = Admin { email: "admin@chaos.test".into(), password: "an-admin-of-chaos-1".into() };
        let environment = Environment { options, data, links: &links, admin: &admin };
        let children = raise(&environment, &addresses).await?;
        let base = |address: &SocketAddr| format!("http://{address}");
        Ok(Self {
            servers: (1..=options.servers).map(|n| base(&links.address(PERSON, &server_name(n)))).collect(),
            direct: addresses.servers.iter().map(base).collect(),
            payments: base(&addresses.payments),
            mongo_url: format!("mongodb://{}/?directConnection=true", engines.mongo),
            redis_url: format!("redis://{}/0", engines.redis),
            kafka: engines.kafka.to_string(),
            admin,
            children,
            links,
            engines,
            skew,
        })
    }

    /// Nothing is broken any more: links are clean, whatever was stopped goes on, no start is special, everybody is ready.
    pub(crate) async fn heal(&mut self) -> Result<()> {
        self.links.heal();
        self.engines.continue_all();
        for child in &self.children {
            child.signal(Signal::CONT).await;
            child.wear(Vec::new()).await;
            if child.life.borrow().in_costume {
                child.kill(HEAL).await?;
            }
        }
        for child in &self.children {
            child.wait_whole(HEAL).await?;
        }
        Ok(())
    }

    /// In order, from those who write to what they write to.
    pub(crate) async fn stop(mut self) -> Result<()> {
        self.links.heal();
        while let Some(mut child) = self.children.pop() {
            child.stop().await?;
        }
        self.engines.stop().await
    }

    /// The logs of all Frontrow processes.
    pub(crate) fn logs(&self) -> Vec<PathBuf> {
        self.children.iter().map(|child| child.log.clone()).collect()
    }

    /// Ends of Frontrow processes that nobody caused.
    pub(crate) fn surprises(&self) -> Vec<String> {
        self.children.iter().flat_map(|child| child.life.borrow().surprises.clone()).collect()
    }

    pub(crate) fn child(&self, name: &str) -> Result<&Child> {
        self.children.iter().find(|child| child.name == name).with_context(|| format!("there is no {name}"))
    }

    /// Settings under which a process believes in another time, or why there are none.
    pub(crate) fn skewed(&self, skew_s: i64) -> Result<Costume, String> {
        self.skew.as_ref().map(|library| skew::costume(library, skew_s)).map_err(Clone::clone)
    }
}

impl Addresses {
    fn of(&self, name: &str, engines: &Engines) -> Option<SocketAddr> {
        match name {
            "redis" => Some(engines.redis),
            "mongo" => Some(engines.mongo),
            PAYMENTS => Some(self.payments),
            server => (1..).zip(&self.servers).find(|(n, _)| server_name(*n) == server).map(|(_, address)| *address),
        }
    }
}

/// All at once: each of them waits for what it needs.
async fn raise(environment: &Environment<'_>, addresses: &Addresses) -> Result<Vec<Child>> {
    let mut children = vec![Child::start(environment.payments(addresses.payments.port()))];
    children.push(Child::start(environment.relay()));
    for (number, address) in (1..).zip(&addresses.servers) {
        children.push(Child::start(environment.server(number, address.port())));
    }
    for child in &children {
        child.wait_whole(START).await?;
    }
    Ok(children)
}

/// A panic elsewhere leaves a number or a list behind, never half of one.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
