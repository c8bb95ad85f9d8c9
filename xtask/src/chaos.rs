//! `cargo xtask chaos`: people buy while everything breaks, and afterwards all books are compared. What breaks, what people
//! do and who judges is the business of `frontrow-chaos`; this installs, builds, starts it, and keeps what explains a finding.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use crate::{
    builds,
    engines::Programs,
    run::run as run_command,
    stop::Stop,
    workspace::{Workspace, say},
};

/// Options of `cargo xtask chaos`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How long people buy while things break.
    #[arg(long, default_value_t = 3, conflicts_with = "seconds")]
    minutes: u64,
    /// The same in seconds.
    #[arg(long)]
    seconds: Option<u64>,
    /// Decides what breaks when, and what people do; without one it is chosen and printed.
    #[arg(long)]
    seed: Option<u64>,
    /// `all`, `none`, or names with commas between them.
    #[arg(long, default_value = "all")]
    faults: String,
    /// Places inside the programs where they may die: `all` or `none`.
    #[arg(long, default_value = "all")]
    failpoints: String,
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=8))]
    servers: u16,
    /// A way in which the servers are broken on purpose, to see that it is found.
    #[arg(long)]
    mutant: Option<String>,
    /// The sums over all runs (default: target/chaos/cumulative.json).
    #[arg(long)]
    cumulative: Option<PathBuf>,
}

/// One run, ready to be started.
pub(crate) struct Run {
    pub(crate) seed: u64,
    pub(crate) seconds: u64,
    pub(crate) faults: String,
    pub(crate) failpoints: String,
    pub(crate) servers: u16,
    pub(crate) mutant: Option<String>,
    pub(crate) cumulative: Option<PathBuf>,
}

pub(crate) fn run(workspace: &Workspace, args: &Args, stop: &Stop) -> Result<()> {
    let run = Run {
        seconds: args.seconds.unwrap_or(60 * args.minutes),
        faults: args.faults.clone(),
        failpoints: args.failpoints.clone(),
        servers: args.servers,
        mutant: args.mutant.clone(),
        cumulative: args.cumulative.clone(),
        ..Run::new(args.seed, 0)
    };
    run.start(workspace, stop)
}

impl Run {
    /// With every fault.
    pub(crate) fn new(seed: Option<u64>, seconds: u64) -> Self {
        let seed = seed.unwrap_or_else(|| rand::random_range(0..1_000_000));
        let all = || "all".to_owned();
        Self { seed, seconds, faults: all(), failpoints: all(), servers: 2, mutant: None, cumulative: None }
    }

    /// The summary of the run as JSON; it is there if the run came to a verdict.
    pub(crate) fn json(&self, workspace: &Workspace) -> PathBuf {
        workspace.target().join("chaos").join(format!("{}.json", self.seed))
    }

    /// Anything but a run without findings is an error; then its folder is kept.
    pub(crate) fn start(&self, workspace: &Workspace, stop: &Stop) -> Result<()> {
        say(format!("seed {}", self.seed));
        // Of an earlier run with this seed: a run that does not get to its end must not leave somebody else's verdict behind.
        if self.json(workspace).exists() {
            fs::remove_file(self.json(workspace))?;
        }
        // The engines are installed here, so that no download happens inside of a run.
        Programs::install(workspace)?;
        builds::binaries(workspace, true, false, stop)?;
        let program = builds::chaos(workspace, stop)?;
        let chaos = workspace.target().join("chaos");
        let data = chaos.join(self.seed.to_string());
        match fs::remove_dir_all(&data) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => fs::create_dir_all(&data)?,
        }
        let result = run_command(&mut self.command(workspace, &program, &data)?, stop);
        if result.is_ok() {
            fs::remove_dir_all(&data)?;
        } else {
            say(format!("history, logs and stores are in {}", data.display()));
            say(format!("again: {}", self.again()));
        }
        result.with_context(|| format!("the chaos with seed {}", self.seed))
    }

    fn command(&self, workspace: &Workspace, program: &Path, data: &Path) -> Result<Command> {
        let binaries = program.parent().context("a program without a folder")?;
        let sums = workspace.target().join("chaos").join("cumulative.json");
        let mut command = Command::new(program);
        command.current_dir(workspace.root());
        command.arg("--bin").arg(binaries).arg("--xtask").arg(std::env::current_exe()?).arg("--data").arg(data);
        command.arg("--json").arg(self.json(workspace));
        // What a mutant breaks is no run of the product.
        match &self.mutant {
            Some(mutant) => command.args(["--mutant", mutant]),
            None => command.arg("--cumulative").arg(self.cumulative.as_ref().unwrap_or(&sums)),
        };
        command.args(self.options());
        Ok(command)
    }

    fn options(&self) -> [String; 10] {
        let numbers = [("--seconds", self.seconds), ("--seed", self.seed), ("--servers", self.servers.into())];
        let [seconds, seed, servers] = numbers.map(|(name, number)| [name.to_owned(), number.to_string()]);
        let faults = ["--faults".to_owned(), self.faults.clone()];
        let failpoints = ["--failpoints".to_owned(), self.failpoints.clone()];
        let mut all = [seconds, seed, servers, faults, failpoints].into_iter().flatten();
        std::array::from_fn(|_| all.next().unwrap_or_default())
    }

    fn again(&self) -> String {
        let mutant = self.mutant.as_ref().map(|mutant| format!(" --mutant {mutant}")).unwrap_or_default();
        format!("cargo xtask chaos {}{mutant}", self.options().join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_says_how_to_do_it_again() {
        let run = Run { faults: "kill_redis,cut".into(), mutant: Some("no_fence".into()), ..Run::new(Some(7), 90) };
        assert_eq!(
            run.again(),
            "cargo xtask chaos --seconds 90 --seed 7 --servers 2 --faults kill_redis,cut --failpoints all --mutant no_fence"
        );
    }
}
