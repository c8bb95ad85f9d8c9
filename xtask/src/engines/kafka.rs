//! Kafka as one node that is broker and controller. Must never create a topic: the relay owns those.

use std::{
    ffi::OsString,
    fs,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    str::FromStr,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use rustix::process::{Pid, Signal, kill_process};

use super::exchange;
use crate::{
    install,
    ports::free_run,
    run::run_quietly,
    stop::TICK,
    supervisor::{Spec, Tier},
    workspace::Workspace,
};

const POM: &str = include_str!("kafka-pom.xml");
/// Any valid id does: each cluster is one node on loopback and meets no other.
const CLUSTER_ID: &str = "RnJvbnRyb3dMb2NhbEthZg";
const ARCHIVE: &str = "kafka.jsa";
/// A small heap and the quick compiler: it starts in about 2 s and serves tests, not traffic.
const JVM: [&str; 5] = [
    "-Xmx384m",
    "-Xms128m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
];

/// A port of the broker for clients that come through a proxy. A broker tells every client where to go on, so each way to
/// it needs a listener of its own, which names that way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Detour {
    port: u16,
    advertised: u16,
}

impl FromStr for Detour {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        let (port, advertised) = text.split_once('=').context("two ports with = between them")?;
        Ok(Self { port: port.parse()?, advertised: advertised.parse()? })
    }
}

/// Java and the broker's jars.
pub(crate) struct Program {
    java: PathBuf,
    jars: PathBuf,
    /// The broker's classes as the JVM keeps them in memory; with it a broker starts in about 1.5 s instead of 2.4 s.
    classes: Option<PathBuf>,
}

impl Program {
    pub(crate) fn install(workspace: &Workspace) -> Result<Self> {
        let java = install::program("java", &["default-jre-headless"])?;
        let jars = install::once(workspace, "kafka_2.13-4.1.0", |folder| {
            let maven = install::program("mvn", &["maven"])?;
            fs::write(folder.join("pom.xml"), POM)?;
            let copy = ["-q", "-B", "dependency:copy-dependencies", "-DincludeScope=runtime", "-DoutputDirectory=jars"];
            run_quietly(Command::new(maven).args(copy).current_dir(folder))
        })?;
        let mut program = Self { java, jars: jars.join("jars"), classes: None };
        let classes = install::once(workspace, "kafka-classes", |folder| program.archive_classes(folder))?;
        program.classes = Some(classes.join(ARCHIVE));
        Ok(program)
    }

    /// Runs a broker once: the JVM writes the archive when it ends.
    fn archive_classes(&self, folder: &Path) -> Result<()> {
        let port = free_run(2, &[])?;
        let spec = self.spec(port, port + 1, &[], folder)?;
        let option = format!("-XX:ArchiveClassesAtExit={}", folder.join(ARCHIVE).display());
        let mut command = Command::new(&self.java);
        command.arg(option).args(&spec.args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut broker = command.process_group(0).spawn()?;
        let deadline = Instant::now() + Duration::from_mins(1);
        while !has_a_broker(port).unwrap_or(false) && broker.try_wait()?.is_none() && Instant::now() < deadline {
            thread::sleep(TICK);
        }
        // Without an archive it is only slower, so a broker that would not end properly is no error.
        let _ = kill_process(Pid::from_child(&broker), Signal::TERM);
        while broker.try_wait()?.is_none() && Instant::now() < deadline {
            thread::sleep(TICK);
        }
        let _ = broker.kill();
        broker.wait()?;
        fs::remove_dir_all(folder.join("log"))?;
        Ok(())
    }

    /// Writes the settings for these ports, formats a new folder, and says how to run the broker.
    pub(crate) fn spec(&self, port: u16, controller: u16, detours: &[Detour], data: &Path) -> Result<Spec> {
        let log_dir = data.join("log");
        let properties = data.join("server.properties");
        fs::write(&properties, settings(port, controller, detours, &log_dir))?;
        if !log_dir.join("meta.properties").exists() {
            let format = self
                .arguments("kafka.tools.StorageTool", &["format".into(), "-t".into(), CLUSTER_ID.into(), "-c".into()]);
            run_quietly(Command::new(&self.java).args(format).arg(&properties))?;
        }
        let args = self.arguments("kafka.Kafka", &[properties.into()]);
        Ok(Spec { name: "kafka".into(), tier: Tier::Kafka, program: self.java.clone(), args, env: Vec::new() })
    }

    fn arguments(&self, class: &str, rest: &[OsString]) -> Vec<OsString> {
        let mut args: Vec<OsString> = JVM.map(Into::into).into();
        if let Some(classes) = &self.classes {
            // A JVM of another version ignores an archive that is not its own.
            args.extend([format!("-XX:SharedArchiveFile={}", classes.display()).into(), "-Xshare:auto".into()]);
        }
        args.extend(["-cp".into(), self.jars.join("*").into(), class.into()]);
        args.extend_from_slice(rest);
        args
    }
}

/// One node, so every internal topic has one replica. The short broker session lets a killed broker register again at once
/// instead of waiting for its former self to time out.
fn settings(port: u16, controller: u16, detours: &[Detour], log_dir: &Path) -> String {
    let each = |say: fn(usize, &Detour) -> String| (1..).zip(detours).map(|(n, at)| say(n, at)).collect::<String>();
    let listeners = each(|n, at| format!(",DETOUR{n}://127.0.0.1:{}", at.port));
    let advertised = each(|n, at| format!(",DETOUR{n}://127.0.0.1:{}", at.advertised));
    let protocols = each(|n, _| format!(",DETOUR{n}:PLAINTEXT"));
    format!(
        "process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}{listeners}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}{advertised}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT{protocols}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs={}
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
broker.session.timeout.ms=1000
broker.heartbeat.interval.ms=250
auto.create.topics.enable=false
",
        log_dir.display()
    )
}

/// True once a broker is registered and unfenced: an open port alone may still refuse to create topics.
pub(crate) fn has_a_broker(port: u16) -> Result<bool> {
    // Metadata, version 4, correlation id 1, no client id; no topics, and none may be created.
    let request = [0, 0, 0, 15, 0, 3, 0, 4, 0, 0, 0, 1, 0xff, 0xff, 0, 0, 0, 0, 0];
    // Length, correlation id, throttle time, number of brokers.
    let answer: [u8; 16] = exchange(port, &request)?;
    ensure!(answer[4..8] == [0, 0, 0, 1], "not an answer to the metadata request");
    Ok(answer[12..16] != [0; 4])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_name_both_listeners_and_one_replica() {
        let text = settings(9, 10, &[], Path::new("/data"));
        assert!(text.contains("listeners=PLAINTEXT://127.0.0.1:9,CONTROLLER://127.0.0.1:10\n"));
        assert!(text.contains("log.dirs=/data\n"));
        assert!(
            text.lines()
                .all(|line| line.split_once('=').is_some_and(|(key, value)| !key.is_empty() && !value.is_empty()))
        );
    }

    #[test]
    fn every_detour_is_a_listener_that_names_its_way() {
        let text = settings(9, 10, &["11=21".parse().unwrap(), "12=22".parse().unwrap()], Path::new("/data"));
        assert!(text.contains("CONTROLLER://127.0.0.1:10,DETOUR1://127.0.0.1:11,DETOUR2://127.0.0.1:12\n"), "{text}");
        let advertised = "=PLAINTEXT://127.0.0.1:9,DETOUR1://127.0.0.1:21,DETOUR2://127.0.0.1:22\n";
        assert!(text.contains(advertised), "{text}");
        assert!(text.contains("CONTROLLER:PLAINTEXT,DETOUR1:PLAINTEXT,DETOUR2:PLAINTEXT\n"), "{text}");
        assert!("11".parse::<Detour>().is_err());
    }
}
