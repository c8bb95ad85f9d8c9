//! `cargo xtask fuzz`: throws bytes at everything that reads what comes from outside, one target after the other. Must
//! never change the committed corpus: what is found goes into the target folder.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail, ensure};

use crate::{
    builds::cargo,
    install,
    run::{run as run_command, run_quietly},
    stop::{Interrupted, Stop},
    workspace::{Workspace, say},
};

const VERSION: &str = "0.13.2";

#[derive(clap::Args)]
pub(crate) struct Args {
    /// How long each target runs.
    #[arg(long, default_value_t = 60)]
    seconds: u32,
    /// Only this one (default: all of proof/fuzz/corpus).
    target: Option<String>,
}

/// What became of a target.
#[derive(Debug, Default, PartialEq)]
struct Found {
    executions: u64,
    /// Inputs that reached something new.
    new: u64,
    /// Edges of the code that were reached.
    coverage: u64,
    crashes: usize,
}

pub(crate) fn run(workspace: &Workspace, args: &Args, stop: &Stop) -> Result<()> {
    let all = targets(workspace)?;
    let wanted: Vec<_> = all.iter().filter(|name| args.target.as_ref().is_none_or(|wanted| wanted == *name)).collect();
    ensure!(!wanted.is_empty(), "the targets are {}", all.join(", "));
    let program = install(workspace)?;
    say("building the targets, which takes minutes when it is the first time");
    run_command(fuzz(workspace, &program, "build").stderr(log(workspace, "build")?), stop)?;
    let mut rows = Vec::new();
    for name in wanted {
        say(format!("{name}: {} s", args.seconds));
        rows.push((name, run_target(workspace, &program, name, args.seconds, stop)?));
    }
    say(format!("{:<18} {:>12} {:>10} {:>10} {:>8}", "target", "executions", "new", "coverage", "crashes"));
    for (name, Found { executions, new, coverage, crashes }) in &rows {
        say(format!("{name:<18} {executions:>12} {new:>10} {coverage:>10} {crashes:>8}"));
    }
    let crashed = rows.iter().any(|(_, found)| found.crashes > 0);
    if crashed {
        bail!("what made a target crash is in {}", folder(workspace, "crashes").display());
    }
    Ok(())
}

/// Every target has a corpus.
fn targets(workspace: &Workspace) -> Result<Vec<String>> {
    let entries = fs::read_dir(workspace.root().join("proof/fuzz/corpus")).context("there is no corpus")?;
    let mut names: Vec<_> = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort_unstable();
    Ok(names)
}

fn install(workspace: &Workspace) -> Result<PathBuf> {
    let folder = install::once(workspace, &format!("cargo-fuzz-{VERSION}"), |folder| {
        let args = ["install", "cargo-fuzz", "--locked", "--quiet", "--version", VERSION, "--root"];
        run_quietly(cargo(workspace).args(args).arg(folder))
    })?;
    Ok(folder.join("bin/cargo-fuzz"))
}

/// Without a sanitizer the pinned toolchain is enough; there is no unsafe code that one could watch.
fn fuzz(workspace: &Workspace, program: &Path, verb: &str) -> Command {
    let mut command = Command::new(program);
    command.current_dir(workspace.root());
    command.args(["fuzz", verb, "--fuzz-dir", "proof/fuzz", "--sanitizer", "none", "--codegen-units", "16"]);
    command.arg("--target-dir").arg(folder(workspace, "build"));
    command
}

fn run_target(workspace: &Workspace, program: &Path, name: &str, seconds: u32, stop: &Stop) -> Result<Found> {
    let (corpus, crashes) = (folder(workspace, "corpus").join(name), folder(workspace, "crashes").join(name));
    fs::create_dir_all(&corpus)?;
    fs::create_dir_all(&crashes)?;
    let known = files(&crashes);
    let mut command = fuzz(workspace, program, "run");
    // New inputs go into the first folder.
    command.arg(name).arg(corpus).arg(workspace.root().join("proof/fuzz/corpus").join(name));
    command.args(["--", "-print_final_stats=1"]).arg(format!("-max_total_time={seconds}"));
    command.arg(format!("-artifact_prefix={}/", crashes.display())).stderr(log(workspace, name)?);
    let ended = run_command(&mut command, stop);
    let text = String::from_utf8_lossy(&fs::read(log_path(workspace, name))?).into_owned();
    let found = Found { crashes: files(&crashes) - known, ..read(&text) };
    match ended {
        Err(error) if error.is::<Interrupted>() => Err(error),
        Err(error) if found.crashes == 0 => Err(error.context(format!("see {}", log_path(workspace, name).display()))),
        _ => Ok(found),
    }
}

/// What libFuzzer says at the end, and the coverage that it has said last.
fn read(log: &str) -> Found {
    let after = |line: &str, word: &str| {
        let (_, rest) = line.split_once(word)?;
        rest.split_whitespace().next()?.parse::<u64>().ok()
    };
    let last = |word| log.lines().filter_map(|line| after(line, word)).next_back().unwrap_or(0);
    Found {
        executions: last("stat::number_of_executed_units:"),
        new: last("stat::new_units_added:"),
        coverage: last(" cov:"),
        crashes: 0,
    }
}

fn files(folder: &Path) -> usize {
    fs::read_dir(folder).map_or(0, Iterator::count)
}

fn folder(workspace: &Workspace, name: &str) -> PathBuf {
    workspace.target().join("fuzz").join(name)
}

fn log_path(workspace: &Workspace, name: &str) -> PathBuf {
    folder(workspace, "logs").join(format!("{name}.log"))
}

fn log(workspace: &Workspace, name: &str) -> Result<File> {
    fs::create_dir_all(folder(workspace, "logs"))?;
    Ok(File::create(log_path(workspace, name))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_libfuzzer_says_is_read() {
        let log = "#2\tINITED cov: 12 ft: 13 corp: 1/1b\n#9\tNEW    cov: 40 ft: 50 corp: 2/3b\n\
                   stat::number_of_executed_units: 1234\nstat::new_units_added:          2\n";
        assert_eq!(read(log), Found { executions: 1234, new: 2, coverage: 40, crashes: 0 });
        assert_eq!(read(""), Found::default());
    }
}
