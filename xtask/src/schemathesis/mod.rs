//! `cargo xtask schemathesis`: requests made up from the API's document, good ones and bad ones, by everybody, against a server
//! of its own. Nothing may be answered that the document does not say, nothing bad taken, and nothing break.
//!
//! Must never run against a server that somebody uses: it does whatever the document offers.

mod document;
mod numbers;
mod report;
mod scene;

use std::{path::PathBuf, process::Command};

use anyhow::{Result, bail};

use self::{report::Report, scene::Scene};
use crate::{
    data_dir::DataDir,
    install,
    run::run_lines,
    stack::{self, Plan, Tuning},
    stop::Stop,
    workspace::{Workspace, headline, say},
};

/// Options of `cargo xtask schemathesis`.
#[derive(clap::Args, Clone)]
pub(crate) struct Args {
    /// The first seed; the same one makes up the same requests. Any one if there is none.
    #[arg(long)]
    seed: Option<u32>,
    /// Requests that are made up for every operation, by everybody, with every seed; besides those that try every limit.
    #[arg(long, default_value_t = 100)]
    examples: u32,
    /// How many seeds.
    #[arg(long, default_value_t = 3)]
    seeds: u32,
    /// Every limit of the document is tried by the administrator only, who gets furthest.
    #[arg(skip)]
    is_small: bool,
}

impl Args {
    /// As much as everybody can wait for: other requests in every run of the tests.
    pub(crate) fn small() -> Self {
        Self { seed: None, examples: 5, seeds: 1, is_small: true }
    }

    fn seeds(&self) -> impl Iterator<Item = u32> {
        let first = self.seed.unwrap_or_else(|| rand::random::<u32>() / 2);
        first..first + self.seeds
    }
}

/// What is looked at in every answer.
const CHECKS: [&str; 10] = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "missing_required_header",
    "unsupported_method",
    "allow_header_conformance",
    "ignored_auth",
];

/// Ends the login that all requests are made with; it is tried by nobody only.
const ENDS_THE_LOGIN: &str = "logout";

/// What came of all runs.
#[derive(Default)]
pub(crate) struct Outcome {
    /// Operations with nothing to complain about, and with something; counted for every run.
    pub(crate) passed: u32,
    pub(crate) failed: u32,
}

pub(crate) fn run(workspace: &Workspace, args: &Args, stop: &Stop) -> Result<()> {
    let outcome = all(workspace, args, stop)?;
    if outcome.failed > 0 {
        bail!("{} operations did not do what the document says", outcome.failed);
    }
    Ok(())
}

/// Everybody, with every seed.
pub(crate) fn all(workspace: &Workspace, args: &Args, stop: &Stop) -> Result<Outcome> {
    let program = install::schemathesis(workspace)?;
    let tuning = Tuning {
        without_web: true,
        env: vec![
            // Everything comes from a few accounts and one address, and goes on for as long as it takes.
            ("FRONTROW__LIMITS__ACCOUNT_REQUESTS_PER_S", "1000000".into()),
            ("FRONTROW__LIMITS__ACCOUNT_REQUESTS_BURST", "1000000".into()),
            ("FRONTROW__LIMITS__FAILED_LOGINS_PER_MINUTE", "1000000".into()),
            ("FRONTROW__AUTH__ACCESS_TTL_S", "86400".into()),
        ],
        ..Tuning::default()
    };
    let plan = Plan { tuning, ..Plan::embedded()? };
    let stack = stack::start(workspace, &plan, DataDir::scratch(workspace, "test-schemathesis")?, stop)?;
    let folder = stack.supervisor.data().path().to_path_buf();
    let url = &stack.urls[0];
    let scene = Scene::set(url)?;
    let document = folder.join("document.json");
    document::write(url, &scene, &document)?;
    let mut outcome = Outcome::default();
    for seed in args.seeds() {
        for person in &scene.people {
            headline(format!("schemathesis as {}, seed {seed}", person.name));
            let phases =
                if args.is_small && person.name != scene::ADMIN { "fuzzing" } else { "examples,coverage,fuzzing" };
            let (program, folder, document) = (&program, &folder, &document);
            let run = Run { program, folder, document, url, seed, examples: args.examples, phases };
            let report = run.by(person, stop)?;
            say(&report);
            outcome.passed += report.passed();
            outcome.failed += report.failed();
        }
    }
    Ok(outcome)
}

/// One run: everything that is the same for all people.
struct Run<'a> {
    program: &'a PathBuf,
    folder: &'a PathBuf,
    document: &'a PathBuf,
    url: &'a str,
    seed: u32,
    examples: u32,
    phases: &'static str,
}

impl Run<'_> {
    fn by(&self, person: &scene::Person, stop: &Stop) -> Result<Report> {
        let before = numbers::answers(self.url)?;
        let result = self.folder.join(format!("{}-{}.json", person.name, self.seed));
        let mut command = Command::new(install::python()?);
        // In the run's own folder, where it may leave what it likes to leave.
        command.current_dir(self.folder).env("PYTHONPATH", self.program).env("NO_COLOR", "1");
        command.args(["-m", "schemathesis.cli", "run"]).arg(self.document).args(["--url", self.url]);
        command.args(["--seed", &self.seed.to_string(), "--max-examples", &self.examples.to_string()]);
        command.args(["--phases", self.phases, "--continue-on-failure", "--warnings", "off"]);
        command.args(["--checks", &CHECKS.join(","), "--generation-database", "none", "--request-timeout", "30"]);
        command.arg("--report").arg("json").arg("--report-json-path").arg(&result);
        if let Some(token) = &person.token {
            command.args(["--header", &format!("Authorization: Bearer {token}")]);
            command.args(["--exclude-operation-id", ENDS_THE_LOGIN]);
        }
        let mut said = Vec::new();
        let ended = run_lines(&mut command, stop, |line| said.push(line.chars().take(400).collect::<String>()));
        stop.check()?;
        let answers = numbers::answers(self.url)?.since(&before);
        let report = Report::read(&result, answers);
        match (&report, &ended) {
            // What it complains about is in its words, with the request to try again.
            (Ok(report), _) if report.is_good() && ended.is_ok() => {}
            _ => said.iter().for_each(say),
        }
        report
    }
}
