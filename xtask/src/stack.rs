//! A whole Frontrow: one server on a file, or engines, relay and servers. `up` serves it, tests and load scenarios start
//! one of their own.
//!
//! Must never know what a command wants it for.

use std::{
    ffi::OsString,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use anyhow::{Context, Result, bail};

use crate::{
    builds,
    data_dir::DataDir,
    demo::{self, Account},
    engines::{self, Engines, Programs},
    ports::{self, Ports},
    stop::Stop,
    supervisor::{Spec, Supervisor, Tier},
    workspace::{Workspace, say},
};

/// The mock payment provider: its program, and its name among the children.
pub(crate) const MOCKPAY: &str = "frontrow-mockpay";
/// The relay's name among the children.
pub(crate) const RELAY: &str = "relay-1";
/// What servers show to the provider unless their settings say otherwise; everybody knows it.
pub(crate) const PAYMENTS_KEY: &str = "frontrow-development-payment-key";

/// The name of a server among the children; the first is number 1.
pub(crate) fn server_name(number: usize) -> String {
    format!("server-{number}")
}

/// What to start.
pub(crate) struct Plan {
    /// On Redis, `MongoDB` and Kafka; otherwise one server with everything in it.
    pub(crate) cluster: bool,
    /// Where the first server listens; the others count up from its port.
    pub(crate) addr: SocketAddr,
    pub(crate) servers: u16,
    pub(crate) demo: bool,
    pub(crate) release: bool,
    pub(crate) tuning: Tuning,
}

/// How servers are started otherwise than usual, for measuring them.
#[derive(Clone, Default)]
pub(crate) struct Tuning {
    /// The one core that servers may use.
    pub(crate) core: Option<usize>,
    /// Another server than the one that was built.
    pub(crate) server: Option<PathBuf>,
    /// Nobody is going to look at the web client.
    pub(crate) without_web: bool,
    /// Settings, over those that every child gets.
    pub(crate) env: Vec<(&'static str, OsString)>,
}

/// A running Frontrow. Dropping it stops everything.
pub(crate) struct Stack {
    pub(crate) supervisor: Supervisor,
    /// One base URL per server.
    pub(crate) urls: Vec<String>,
    /// Where the mock payment provider is.
    pub(crate) payments: String,
    /// `HOST:PORT` of the cluster's Redis.
    pub(crate) redis: Option<String>,
}

/// What every child of one stack is told.
struct Environment {
    /// `None`: the embedded engine, in the data folder.
    engines: Option<Engines>,
    payments: SocketAddr,
    admin: Account,
    web_dir: PathBuf,
    data: PathBuf,
}

impl Plan {
    /// A cluster of servers on ports nobody uses, as tests and load scenarios want them.
    pub(crate) fn cluster(servers: u16) -> Result<Self> {
        let first = ports::free_run(servers, &[])?;
        let tuning = Tuning::default();
        Ok(Self { cluster: true, addr: ports::loopback(first), servers, demo: true, release: false, tuning })
    }

    /// One embedded server on a port nobody uses.
    pub(crate) fn embedded() -> Result<Self> {
        Ok(Self { cluster: false, ..Self::cluster(1)? })
    }

    fn addresses(&self) -> Result<Vec<SocketAddr>> {
        let last =
            self.addr.port().checked_add(self.servers.saturating_sub(1)).context("--servers goes beyond port 65535")?;
        Ok((self.addr.port()..=last).map(|port| SocketAddr::new(self.addr.ip(), port)).collect())
    }
}

/// Installs, builds, starts, waits until every server answers, and creates the demo.
pub(crate) fn start(workspace: &Workspace, plan: &Plan, data: DataDir, stop: &Stop) -> Result<Stack> {
    let addresses = plan.addresses()?;
    if let Some(taken) = addresses.iter().find(|&&address| !ports::is_free(address)) {
        bail!("{taken} is in use by another program: choose another --addr");
    }
    if !plan.cluster && plan.servers > 1 {
        bail!("the embedded engine is one process: several --servers need --cluster");
    }
    let programs = plan.cluster.then(|| Programs::install(workspace)).transpose()?;
    builds::binaries(workspace, plan.cluster, plan.release, stop)?;
    let web_dir = if plan.tuning.without_web { data.path().join("web") } else { builds::web_app(workspace, stop)? };
    stop.check()?;

    let folder = data.path().to_path_buf();
    let mut supervisor = Supervisor::new(data, stop);
    let engines = programs.map(|programs| engines::start(&mut supervisor, &programs)).transpose()?;
    let payments = Ports::load(&folder).beside(addresses.iter().map(SocketAddr::port)).claim("payments")?;
    let payments = ports::loopback(payments);
    let environment = Environment { engines, payments, admin: demo::admin(), web_dir, data: folder };
    supervisor.start(environment.mockpay(workspace.binary(MOCKPAY, plan.release), &addresses))?;
    await_payments(&mut supervisor, payments)?;
    if plan.cluster {
        supervisor.start(environment.relay(workspace.binary("frontrow-relay", plan.release)))?;
    }
    for (number, &address) in (1..).zip(&addresses) {
        let program = plan.tuning.server.clone().unwrap_or_else(|| workspace.binary("frontrow-server", plan.release));
        supervisor.start(plan.tuning.apply(environment.server(program, number, address)))?;
    }
    let urls = await_servers(&mut supervisor, &addresses)?;
    if let (true, Some(url)) = (plan.demo, urls.first()) {
        demo::create(workspace, url, &environment.admin, stop).context("creating the demo")?;
    }
    let redis = environment.engines.map(|engines| engines.redis);
    Ok(Stack { supervisor, urls, payments: format!("http://{payments}"), redis })
}

impl Tuning {
    fn apply(&self, mut server: Spec) -> Spec {
        server.env.extend(self.env.iter().cloned());
        if let Some(core) = self.core {
            let program = std::mem::replace(&mut server.program, "taskset".into());
            server.args.splice(..0, ["-c".into(), core.to_string().into(), program.into()]);
        }
        server
    }
}

impl Stack {
    /// Ends the first server as for want of memory, and waits for the next one on the same data.
    pub(crate) fn restart_server(&mut self) -> Result<()> {
        let (name, url) = (server_name(1), self.urls.first().context("there is no server")?.clone());
        self.supervisor.kill(&name)?;
        let agent = demo::agent(Duration::from_secs(2));
        self.supervisor.wait_ready(&name, Duration::from_mins(1), || {
            Ok(agent.get(format!("{url}/readyz")).call()?.status().as_u16() == 200)
        })
    }
}

fn await_payments(supervisor: &mut Supervisor, address: SocketAddr) -> Result<()> {
    let agent = demo::agent(Duration::from_secs(2));
    supervisor.wait_ready(MOCKPAY, Duration::from_secs(20), || {
        let status = agent.get(format!("http://{address}/healthz")).call()?.status();
        Ok(status.as_u16() == 200)
    })
}

fn await_servers(supervisor: &mut Supervisor, addresses: &[SocketAddr]) -> Result<Vec<String>> {
    let mut urls = Vec::new();
    for (number, &address) in (1..).zip(addresses) {
        let url = format!("http://{}", reachable(address));
        let agent = demo::agent(Duration::from_secs(2));
        supervisor.wait_ready(&server_name(number), Duration::from_mins(1), || {
            let status = agent.get(format!("{url}/readyz")).call()?.status();
            Ok(status.as_u16() == 200)
        })?;
        say(format!("ready http://{address}"));
        urls.push(url);
    }
    Ok(urls)
}

/// `0.0.0.0` is an address to listen on, not one to call.
fn reachable(address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), address.port())
    } else {
        address
    }
}

impl Environment {
    /// Its notices go to every server in turn.
    fn mockpay(&self, program: PathBuf, servers: &[SocketAddr]) -> Spec {
        let mut args: Vec<OsString> = vec!["--addr".into(), self.payments.to_string().into()];
        args.extend(["--file".into(), self.data.join("mockpay.db").into()]);
        for &server in servers {
            let webhook = format!("http://{}/api/v1/payments/webhook", reachable(server));
            args.extend(["--webhook".into(), webhook.into()]);
        }
        Spec { name: MOCKPAY.into(), tier: Tier::Payments, program, args, env: Vec::new() }
    }

    fn relay(&self, program: PathBuf) -> Spec {
        let mut env = self.shared();
        env.push(("FRONTROW__RELAY__NAME", RELAY.into()));
        Spec { name: RELAY.into(), tier: Tier::Frontrow, program, args: Vec::new(), env }
    }

    fn server(&self, program: PathBuf, number: usize, address: SocketAddr) -> Spec {
        let name = server_name(number);
        let mut env = self.shared();
        env.extend([
            ("FRONTROW__SERVER__ADDR", address.to_string().into()),
            ("FRONTROW__SERVER__NAME", name.clone().into()),
            ("FRONTROW__SERVER__WEB_DIR", self.web_dir.clone().into()),
            ("FRONTROW_ADMIN_EMAIL", self.admin.email.clone().into()),
            ("FRONTROW_ADMIN_PASSWORD", self.admin.password.clone().into()),
        ]);
        Spec { name, tier: Tier::Frontrow, program, args: Vec::new(), env }
    }

    fn shared(&self) -> Vec<(&'static str, OsString)> {
        let mut env = vec![
            ("FRONTROW__PROFILE", "development".into()),
            ("FRONTROW__ENGINE", if self.engines.is_some() { "cluster" } else { "embedded" }.into()),
            ("FRONTROW__LIMITS__TRUSTED_ADDRESSES", r#"["127.0.0.1","::1"]"#.into()),
            ("FRONTROW__EMBEDDED__FILE", self.data.join("frontrow.db").into()),
            ("FRONTROW__AUTH__KEYS_DIR", self.data.join("keys").into()),
            ("FRONTROW__MAIL__DIR", self.data.join("mail").into()),
            ("FRONTROW__PAYMENTS__URL", format!("http://{}", self.payments).into()),
        ];
        if let Some(engines) = &self.engines {
            env.extend([
                ("FRONTROW__REDIS__URL", engines.redis_url.clone().into()),
                ("FRONTROW__MONGO__URL", engines.mongo_url.clone().into()),
                ("FRONTROW__MONGO__DATABASE", "frontrow".into()),
                ("FRONTROW__KAFKA__BROKERS", engines.kafka_brokers.clone().into()),
            ]);
        }
        env
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_count_up_from_the_first_address() {
        let plan = Plan { addr: "127.0.0.1:8080".parse().unwrap(), ..Plan::cluster(3).unwrap() };
        let ports: Vec<u16> = plan.addresses().unwrap().iter().map(SocketAddr::port).collect();
        assert_eq!(ports, [8080, 8081, 8082]);
        let beyond = Plan { addr: "127.0.0.1:65535".parse().unwrap(), ..plan };
        assert!(beyond.addresses().is_err());
    }

    #[test]
    fn the_unspecified_address_is_called_on_loopback() {
        assert_eq!(reachable("0.0.0.0:80".parse().unwrap()).to_string(), "127.0.0.1:80");
        assert_eq!(reachable("[::1]:80".parse().unwrap()).to_string(), "[::1]:80");
    }
}
