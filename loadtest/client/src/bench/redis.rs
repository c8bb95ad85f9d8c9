//! The Redis behind the servers: what it counts, and `redis-benchmark` as a yardstick. Must never touch database 0, where
//! the holds are.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use tokio::net::TcpStream;
use tokio::task::spawn_blocking;

/// Notifications of another database are heard by nobody.
const DATABASE: &str = "1";
/// Commands of one turn of the yardstick: about a second.
const COMMANDS: u32 = 100_000;

/// What the yardstick is.
pub(super) const YARDSTICK: &str = "redis-benchmark -c 50 -P 1 SET key NX PX, in the server's place";

/// Options about Redis; none on the embedded engine.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Args {
    /// HOST:PORT of the servers' Redis.
    #[arg(long)]
    redis: Option<String>,
    /// The redis-benchmark program.
    #[arg(long, default_value = "redis-benchmark")]
    redis_benchmark: PathBuf,
    /// The core that the server is pinned to; yardsticks are pinned there as well, while Redis has another one.
    #[arg(long)]
    server_core: Option<usize>,
}

/// See the module.
#[derive(Debug, Clone)]
pub(super) struct Redis {
    address: String,
    benchmark: PathBuf,
    core: Option<usize>,
}

impl Args {
    pub(super) fn redis(&self) -> Option<Redis> {
        let address = self.redis.clone()?;
        Some(Redis { address, benchmark: self.redis_benchmark.clone(), core: self.server_core })
    }
}

impl Redis {
    pub(super) fn url(&self) -> String {
        format!("redis://{}/0", self.address)
    }

    pub(super) async fn process(&self) -> Result<u32> {
        let info = self.info("server").await?;
        info.get("process_id").context("Redis does not say its process id")?.parse().context("Redis's process id")
    }

    /// How often scripts were called by their hash, which is how holds are taken.
    pub(super) async fn scripts_called(&self) -> Result<f64> {
        let info = self.info("commandstats").await?;
        let Some(line) = info.get("cmdstat_evalsha") else { return Ok(0.0) };
        calls(line).with_context(|| format!("cmdstat_evalsha is {line}"))
    }

    async fn info(&self, section: &str) -> Result<HashMap<String, String>> {
        let answer = self.ask(&format!("INFO {section}\r\n")).await?;
        let pairs = answer.lines().filter_map(|line| line.split_once(':'));
        Ok(pairs.map(|(name, value)| (name.to_owned(), value.trim().to_owned())).collect())
    }

    /// Asks by inline commands, the last of them `QUIT`, and returns everything that was answered.
    async fn ask(&self, commands: &str) -> Result<String> {
        let stream = TcpStream::connect(&self.address).await.with_context(|| format!("Redis at {}", self.address))?;
        stream.writable().await?;
        let question = format!("{commands}QUIT\r\n");
        ensure!(stream.try_write(question.as_bytes())? == question.len(), "Redis did not take the question");
        let mut answer = Vec::new();
        loop {
            stream.readable().await?;
            let mut part = [0; 4096];
            match stream.try_read(&mut part) {
                Ok(0) => return Ok(String::from_utf8_lossy(&answer).into_owned()),
                Ok(read) => answer.extend_from_slice(&part[..read]),
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// `SET key NX PX` a second by 50 connections that wait for every answer. What it wrote is taken away again.
    pub(super) async fn sets_per_s(&self) -> Result<f64> {
        let (host, port) = self.address.rsplit_once(':').context("--redis is HOST:PORT")?;
        let mut command = self.apart(&self.benchmark);
        command.args(["-h", host, "-p", port, "--dbnum", DATABASE, "--csv", "-c", "50", "-P", "1", "-r", "1000000"]);
        command.args(["-n", &COMMANDS.to_string(), "SET", "bench:__rand_int__", "1", "NX", "PX", "600000"]);
        let text = output(command).await.context("redis-benchmark")?;
        self.ask(&format!("SELECT {DATABASE}\r\nFLUSHDB\r\n")).await?;
        per_second(&text).with_context(|| format!("redis-benchmark said {text}"))
    }

    /// A command that runs where the server would.
    pub(super) fn apart(&self, program: &Path) -> Command {
        let Some(core) = self.core else { return Command::new(program) };
        let mut command = Command::new("taskset");
        command.args(["-c", &core.to_string()]).arg(program);
        command
    }
}

/// What a program says.
pub(super) async fn output(mut command: Command) -> Result<String> {
    let output = spawn_blocking(move || command.output()).await?.context("it cannot be run")?;
    ensure!(output.status.success(), "{}: {}", output.status, String::from_utf8_lossy(&output.stderr).trim_end());
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// From `calls=17,usec=...`.
fn calls(line: &str) -> Option<f64> {
    line.split(',').find_map(|part| part.strip_prefix("calls="))?.parse().ok()
}

/// The second column of the last line of its CSV.
fn per_second(csv: &str) -> Option<f64> {
    let line = csv.lines().rev().find(|line| line.starts_with('"'))?;
    line.split("\",\"").nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_of_redis_are_read() {
        assert_eq!(calls("calls=17,usec=240,usec_per_call=14.1,rejected_calls=0,failed_calls=0"), Some(17.0));
        assert_eq!(calls("usec=240"), None);
    }

    #[test]
    fn the_rate_of_redis_benchmark_is_its_second_column() {
        let csv =
            "\"test\",\"rps\",\"avg_latency_ms\"\n\"SET bench:__rand_int__ 1 NX PX 600000\",\"94339.62\",\"0.3\"\n";
        assert_eq!(per_second(csv), Some(94_339.62));
        assert_eq!(per_second("\"test\",\"rps\"\n"), None);
    }
}
