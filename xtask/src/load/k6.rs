//! Runs a k6 scenario against running servers or a stack of its own, and has the books compared when it is over.
//!
//! Must never let a run pass whose books were not looked at, and never hide what k6 has found behind what the check has.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::{client, scripts::Scenario};
use crate::{
    builds,
    data_dir::DataDir,
    demo, install,
    run::{run as run_command, run_beside},
    stack::{self, Plan, Stack},
    stop::{Interrupted, Stop},
    workspace::{Workspace, say},
};

/// Where a scenario finds its servers.
#[derive(clap::Args)]
pub(crate) struct Where {
    /// A running server with the demo's accounts, once for every server; without any the scenario starts its own.
    #[arg(long, conflicts_with_all = ["engine", "servers"])]
    url: Vec<String>,
    /// What the servers run on.
    #[arg(long, default_value = "cluster")]
    engine: Engine,
    /// Servers of the cluster; sockets and requests are spread over all of them.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=16))]
    servers: u16,
    /// Build without optimisations: to try a scenario out, not for numbers.
    #[arg(long)]
    debug: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Engine {
    Embedded,
    Cluster,
}

/// A file in `loadtest/` without its ending, and the variables that its head names.
pub(crate) struct Script {
    pub(crate) name: &'static str,
    pub(crate) sizes: Vec<(&'static str, String)>,
    /// Whether it sells seats of an event of its own, whose books are to be compared.
    pub(crate) sells: bool,
}

/// What is needed of a scenario's summary.
#[derive(Deserialize)]
struct Report {
    /// `None` if the scenario ended before it had an event.
    event: Option<String>,
}

/// The servers under load.
struct Servers<'a> {
    urls: &'a [String],
    release: bool,
}

pub(super) fn run(workspace: &Workspace, scenario: &Scenario, stop: &Stop) -> Result<()> {
    let (script, place) = scenario.script();
    if !place.url.is_empty() {
        return load(workspace, &script, &Servers { urls: &place.url, release: !place.debug }, stop, || Ok(()));
    }
    let plan = place.plan()?;
    let mut stack = stack::start(workspace, &plan, DataDir::scratch(workspace, "load-stack")?, stop)?;
    on_stack(workspace, &script, &mut stack, plan.release, stop)
}

/// On a stack of the caller's, which is kept alive meanwhile.
pub(crate) fn on_stack(
    workspace: &Workspace,
    script: &Script,
    stack: &mut Stack,
    release: bool,
    stop: &Stop,
) -> Result<()> {
    let Stack { supervisor, urls, .. } = stack;
    load(workspace, script, &Servers { urls, release }, stop, || supervisor.tend())
}

fn load(
    workspace: &Workspace,
    script: &Script,
    servers: &Servers,
    stop: &Stop,
    mut meanwhile: impl FnMut() -> Result<()>,
) -> Result<()> {
    let client = script.sells.then(|| builds::load_client(workspace, servers.release, stop)).transpose()?;
    let report = report_path(workspace, script.name)?;
    let mut command = command(&install::k6(workspace)?, workspace, script, servers.urls, &report);
    let judged = run_beside(&mut command, stop, |line| {
        line.into_iter().for_each(say);
        meanwhile()
    });
    if judged.as_ref().is_err_and(anyhow::Error::is::<Interrupted>) {
        return judged;
    }
    if report.with_extension("json").is_file() {
        say(format!("written to {0}.json and {0}.html", report.display()));
    }
    let checked = match &client {
        Some(client) => check(workspace, client, servers.urls, &report, stop),
        None => Ok(()),
    };
    both(judged.with_context(|| format!("the scenario {}", script.name)), checked)
}

fn command(k6: &Path, workspace: &Workspace, script: &Script, urls: &[String], report: &Path) -> Command {
    let mut command = Command::new(k6);
    let file = workspace.root().join("loadtest").join(format!("{}.js", script.name));
    command.args(["run", "--quiet", "--no-usage-report"]).arg(file);
    // Passwords go by the environment: arguments are for everybody to see.
    let admin = demo::admin();
    let buyers = std::env::var("FRONTROW_BUYERS").unwrap_or_else(|_| demo::buyers());
    command.envs([("FRONTROW_URL", urls.join(",")), ("FRONTROW_BUYERS", buyers)]);
    command.envs([("FRONTROW_ADMIN_EMAIL", admin.email), ("FRONTROW_ADMIN_PASSWORD", admin.password)]);
    command.env("FRONTROW_REPORT", report).envs(script.sizes.iter().map(|(name, size)| (name, size)));
    command
}

/// `target/load/SCENARIO`, without the files of an earlier run: they must not be taken for this one's.
fn report_path(workspace: &Workspace, scenario: &str) -> Result<PathBuf> {
    let folder = workspace.target().join("load");
    fs::create_dir_all(&folder)?;
    let path = folder.join(scenario);
    for ending in ["json", "html"] {
        let _ = fs::remove_file(path.with_extension(ending));
    }
    Ok(path)
}

fn check(workspace: &Workspace, client: &Path, urls: &[String], report: &Path, stop: &Stop) -> Result<()> {
    let text = fs::read(report.with_extension("json")).context("k6 has left no summary")?;
    let report: Report = serde_json::from_slice(&text).context("k6's summary")?;
    let event = report.event.context("there is no event whose books could be compared")?;
    run_command(&mut client::check(client, workspace, urls, &event), stop).context("the books of the event")
}

/// Both have to be good, and both are told.
fn both(judged: Result<()>, checked: Result<()>) -> Result<()> {
    match (judged, checked) {
        (Err(scenario), Err(books)) => bail!("{scenario:#}; {books:#}"),
        (judged, checked) => judged.and(checked),
    }
}

impl Where {
    fn plan(&self) -> Result<Plan> {
        let plan = match self.engine {
            Engine::Embedded if self.servers > 1 => bail!("--servers needs --engine cluster: embedded is one process"),
            Engine::Embedded => Plan::embedded()?,
            Engine::Cluster => Plan::cluster(self.servers)?,
        };
        Ok(Plan { release: !self.debug, ..plan })
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use anyhow::anyhow;

    use super::*;

    #[test]
    fn a_failed_check_is_told_beside_a_failed_scenario() {
        let told = both(Err(anyhow!("thresholds")), Err(anyhow!("a seat has two owners"))).unwrap_err().to_string();
        assert_eq!(told, "thresholds; a seat has two owners");
        assert!(both(Ok(()), Err(anyhow!("books"))).is_err());
        assert!(both(Err(anyhow!("thresholds")), Ok(())).is_err());
        assert!(both(Ok(()), Ok(())).is_ok());
    }

    #[test]
    fn a_scenario_gets_all_servers_and_its_sizes_but_no_password_on_its_command_line() {
        let workspace = Workspace::find().unwrap();
        let script = Script { name: "herd", sizes: vec![("SOCKETS", "7".into())], sells: true };
        let urls = ["http://a".to_owned(), "http://b".to_owned()];
        let command = command(Path::new("k6"), &workspace, &script, &urls, Path::new("report"));
        let value = |name: &str| command.get_envs().find(|(key, _)| *key == name).and_then(|(_, value)| value);
        assert_eq!(value("FRONTROW_URL"), Some(OsStr::new("http://a,http://b")));
        assert_eq!(value("SOCKETS"), Some(OsStr::new("7")));
        assert!(!command.get_args().any(|word| word.to_string_lossy().contains(&demo::admin().password)));
    }

    #[test]
    fn the_event_is_read_from_a_summary_and_may_be_missing() {
        let event = |text: &str| serde_json::from_str::<Report>(text).unwrap().event;
        assert_eq!(event(r#"{"scenario":"herd","event":"e","metrics":{}}"#), Some("e".to_owned()));
        assert_eq!(event(r#"{"scenario":"herd"}"#), None);
    }
}
