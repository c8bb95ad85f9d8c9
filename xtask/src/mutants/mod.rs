//! `cargo xtask mutants`: builds known faults in, one after the other, and sees that the checker which exists for each of
//! them complains. First every checker has to be content without any: otherwise its complaint would mean nothing.
//!
//! * `catalogue`: which mutant, where, and who has to find it
//! * `build`: tests and programs with the feature `mutants`, in `target/mutants`
//! * `checker`: one run of a test; `chaos`: one of the chaos harness
//! * `table`: the rows, for people and programs
//!
//! Must never report a mutant as caught that was not on, or whose checker did not run.

mod build;
mod catalogue;
mod chaos;
mod checker;
mod table;

use std::{fs, path::PathBuf, process::ExitCode, time::Instant};

use anyhow::{Context, Result};
use serde_json::json;

use self::{
    build::Built,
    catalogue::Mutant,
    checker::{Bench, Checker, Verdict},
    table::Row,
};
use crate::{
    engines::TestEngines,
    stop::Stop,
    workspace::{Workspace, headline, say},
};

/// Options of `cargo xtask mutants`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Only these mutants.
    names: Vec<String>,
    /// Write the rows here as well.
    #[arg(long)]
    json: Option<PathBuf>,
    /// Leave out what needs the chaos harness, which takes minutes for each mutant.
    #[arg(long, conflicts_with = "chaos")]
    skip_chaos: bool,
    /// Another `frontrow-chaos` than the one of this checkout.
    #[arg(long)]
    chaos: Option<PathBuf>,
}

pub(crate) fn run(workspace: &Workspace, args: &Args, stop: &Stop) -> Result<ExitCode> {
    let mutants = catalogue::named(&args.names)?;
    let target = workspace.target().join("mutants");
    let built = Built::build(workspace, &target, stop)?;
    let wants_chaos = mutants.iter().flat_map(|mutant| mutant.checkers).any(|one| matches!(one, Checker::Chaos(_)));
    let chaos = match &args.chaos {
        Some(other) => Some(other.canonicalize().with_context(|| format!("looking for {}", other.display()))?),
        None if wants_chaos && !args.skip_chaos => Some(Built::chaos(workspace, &target, stop)?),
        None => None,
    };
    let engines = TestEngines::start(workspace, "mutants-engines", stop)?;
    let folder = checker::folder(&target)?;
    let bench = Bench { workspace, built: &built, engines: &engines, chaos, folder, stop };
    headline("without a mutant");
    let discontent = discontent(&bench, &mutants)?;
    headline("with each mutant");
    let rows = mutants.iter().map(|mutant| try_one(&bench, mutant, &discontent)).collect::<Result<Vec<_>>>()?;
    if let Some(path) = &args.json {
        let rows: Vec<_> = rows.iter().map(Row::to_json).collect();
        fs::write(path, serde_json::to_vec_pretty(&json!({ "mutants": rows }))?)
            .with_context(|| format!("writing {}", path.display()))?;
    }
    Ok(summary(&bench, &rows))
}

/// The checkers of these mutants that complain although there is no mutant, or do not run.
fn discontent(bench: &Bench<'_>, mutants: &[&Mutant]) -> Result<Vec<Checker>> {
    let (mut content, mut discontent) = (Vec::new(), Vec::new());
    for checker in mutants.iter().flat_map(|mutant| mutant.checkers).filter(|one| one.is_at_hand(bench)) {
        if content.contains(checker) || discontent.contains(checker) {
            continue;
        }
        match checker.run(bench, None)? {
            Verdict::Passed => {
                say(format!("content     {checker}"));
                content.push(*checker);
            }
            // What it is for it does not see here; that somebody else complains is worth a word.
            Verdict::Elsewhere(what) => {
                say(format!("content     {checker} (but {what})"));
                content.push(*checker);
            }
            Verdict::Complained(why) | Verdict::Otherwise(why) => {
                say(format!("DISCONTENT  {checker}: {why}"));
                discontent.push(*checker);
            }
        }
    }
    Ok(discontent)
}

fn try_one(bench: &Bench<'_>, mutant: &'static Mutant, discontent: &[Checker]) -> Result<Row> {
    let started = Instant::now();
    let mut verdicts = Vec::new();
    for checker in mutant.checkers {
        let verdict = if discontent.contains(checker) {
            Some(Verdict::Otherwise("it complains without the mutant too".into()))
        } else if checker.is_at_hand(bench) {
            Some(checker.run(bench, Some(mutant.name))?)
        } else {
            None
        };
        verdicts.push((*checker, verdict));
    }
    let row = Row { mutant, verdicts, took: started.elapsed() };
    let word = match (row.was_run(), row.is_caught()) {
        (false, _) => "not run",
        (true, true) => "caught",
        (true, false) => "NOT CAUGHT",
    };
    say(format!("{word:<11} {}", mutant.name));
    Ok(row)
}

fn summary(bench: &Bench<'_>, rows: &[Row]) -> ExitCode {
    headline("mutants");
    table::lines(rows).iter().for_each(say);
    let (run, caught) =
        (rows.iter().filter(|row| row.was_run()).count(), rows.iter().filter(|row| row.is_caught()).count());
    say(format!("{caught} of {run} mutants were caught; logs are in {}", bench.folder.display()));
    if run < rows.len() {
        say(format!("{} were not run: they need the chaos harness", rows.len() - run));
    }
    if caught == run { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
