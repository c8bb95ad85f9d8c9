//! The three real servers behind a cluster: Redis, `MongoDB` and Kafka, on loopback, with their data in one folder.
//!
//! Must never reach a server that xtask did not start: a developer's own are used through `FRONTROW_TEST_*` only.

mod for_tests;
mod kafka;
mod mongo;
mod mongo_wire;
mod redis;

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    path::PathBuf,
    time::Duration,
};

use anyhow::Result;

pub(crate) use self::for_tests::TestEngines;
use crate::{
    data_dir::DataDir,
    ports::{Ports, loopback},
    stop::Stop,
    supervisor::Supervisor,
    workspace::{Workspace, say},
};

/// The programs, installed and ready to start.
pub(crate) struct Programs {
    redis: PathBuf,
    mongod: PathBuf,
    kafka: kafka::Program,
}

/// Where the running engines listen.
pub(crate) struct Engines {
    /// `HOST:PORT`, for those who speak to it without a client of ours.
    pub(crate) redis: String,
    pub(crate) redis_url: String,
    pub(crate) mongo_url: String,
    pub(crate) kafka_brokers: String,
}

/// Options of `cargo xtask engines`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Folder for the engines' data (default: target/dev-engines).
    #[arg(long)]
    data: Option<PathBuf>,
    /// Another port of the broker, and the port of this machine that it sends its clients to: the way through a proxy.
    #[arg(long = "kafka-listener", value_name = "PORT=ADVERTISED")]
    kafka_listeners: Vec<kafka::Detour>,
}

/// `cargo xtask engines`: the engines alone, with their addresses as lines for a shell.
pub(crate) fn serve(workspace: &Workspace, args: &Args, stop: &Stop) -> Result<()> {
    let programs = Programs::install(workspace)?;
    let data = args.data.clone().unwrap_or_else(|| workspace.target().join("dev-engines"));
    let mut supervisor = Supervisor::new(DataDir::open(&data)?, stop);
    let engines = start_with(&mut supervisor, &programs, &args.kafka_listeners)?;
    for (name, value) in engines.test_env() {
        say(format!("export {name}='{value}'"));
    }
    supervisor.serve()
}

impl Programs {
    /// Installs what is missing, and says so.
    pub(crate) fn install(workspace: &Workspace) -> Result<Self> {
        let redis = crate::install::program("redis-server", &["redis-server"])?;
        let mongod = crate::install::mongod(workspace)?;
        let kafka = kafka::Program::install(workspace)?;
        Ok(Self { redis, mongod, kafka })
    }
}

impl Engines {
    /// The variables that the contract suites look for.
    pub(crate) fn test_env(&self) -> [(&'static str, &str); 3] {
        [
            ("FRONTROW_TEST_REDIS", &self.redis_url),
            ("FRONTROW_TEST_MONGO", &self.mongo_url),
            ("FRONTROW_TEST_KAFKA", &self.kafka_brokers),
        ]
    }
}

/// Starts all three at once, since Kafka and `MongoDB` take seconds, and returns when each of them answers.
pub(crate) fn start(supervisor: &mut Supervisor, programs: &Programs) -> Result<Engines> {
    start_with(supervisor, programs, &[])
}

fn start_with(supervisor: &mut Supervisor, programs: &Programs, detours: &[kafka::Detour]) -> Result<Engines> {
    let root = supervisor.data().path().to_path_buf();
    let folder = |name: &str| root.join("engines").join(name);
    let mut ports = Ports::load(&root);
    let (redis, mongo, kafka) = (ports.claim("redis")?, ports.claim("mongo")?, ports.claim("kafka")?);
    let controller = ports.claim("kafka_controller")?;
    for name in ["redis", "mongo", "kafka"] {
        fs::create_dir_all(folder(name))?;
    }
    say("starting Redis, MongoDB and Kafka");
    supervisor.start(redis::spec(&programs.redis, redis, &folder("redis")))?;
    supervisor.start(mongo::spec(&programs.mongod, mongo, &folder("mongo")))?;
    supervisor.start(programs.kafka.spec(kafka, controller, detours, &folder("kafka"))?)?;
    supervisor.wait_ready("redis", Duration::from_secs(20), || redis::answers(redis))?;
    supervisor.wait_ready("mongo", Duration::from_mins(1), || mongo::is_primary(mongo))?;
    supervisor.wait_ready("kafka", Duration::from_mins(1), || kafka::has_a_broker(kafka))?;
    Ok(Engines {
        redis: loopback(redis).to_string(),
        redis_url: format!("redis://{}/0", loopback(redis)),
        mongo_url: format!("mongodb://{}/?replicaSet={}", loopback(mongo), mongo::REPLICA_SET),
        kafka_brokers: loopback(kafka).to_string(),
    })
}

/// Redis alone, for what needs nothing else; returns its `HOST:PORT`.
pub(crate) fn start_redis(supervisor: &mut Supervisor) -> Result<String> {
    let program = crate::install::program("redis-server", &["redis-server"])?;
    let root = supervisor.data().path().to_path_buf();
    let folder = root.join("engines").join("redis");
    let port = Ports::load(&root).claim("redis")?;
    fs::create_dir_all(&folder)?;
    supervisor.start(redis::spec(&program, port, &folder))?;
    supervisor.wait_ready("redis", Duration::from_secs(20), || redis::answers(port))?;
    Ok(loopback(port).to_string())
}

/// A probe's connection: short timeouts, because a probe is repeated anyway.
fn connect(port: u16) -> Result<TcpStream> {
    let timeout = Duration::from_secs(2);
    let stream = TcpStream::connect_timeout(&loopback(port), timeout)?;
    stream.set_read_timeout(Some(timeout))?;
    stream.set_write_timeout(Some(timeout))?;
    Ok(stream)
}

/// Sends a request and reads an answer of a known length.
fn exchange<const N: usize>(port: u16, request: &[u8]) -> Result<[u8; N]> {
    let mut stream = connect(port)?;
    stream.write_all(request)?;
    let mut answer = [0; N];
    stream.read_exact(&mut answer)?;
    Ok(answer)
}
