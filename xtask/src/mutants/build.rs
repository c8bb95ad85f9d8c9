//! Builds tests and programs with the faults in them, once, into a target folder of their own. Must never touch the folder
//! that ordinary builds use: a mutant that is left over there would be run by somebody who knows nothing of it.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::{
    builds::cargo,
    run::{run, run_lines},
    stop::Stop,
    workspace::{Workspace, say},
};

/// The packages that have mutants or run them.
const PACKAGES: [&str; 3] = ["frontrow-engines", "frontrow-relay", "frontrow-server"];

/// What was built.
pub(super) struct Built {
    /// The folder of the programs.
    pub(super) programs: PathBuf,
    /// Test binaries by the folder of their package and their name.
    tests: HashMap<(PathBuf, String), PathBuf>,
}

/// What cargo says about an artifact.
#[derive(Deserialize)]
struct Artifact {
    manifest_path: PathBuf,
    target: Target,
    profile: Profile,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

#[derive(Deserialize)]
struct Profile {
    test: bool,
}

impl Built {
    /// Everything but the chaos harness.
    pub(super) fn build(workspace: &Workspace, target: &Path, stop: &Stop) -> Result<Self> {
        say("building tests and programs with the mutants in them");
        let mut build = cargo(workspace);
        build.args(["test", "--no-run", "--quiet", "--message-format", "json-render-diagnostics", "--target-dir"]);
        build.arg(target).args(["--lib", "--test", "contract", "--test", "it"]);
        for package in PACKAGES {
            build.args(["--package", package, "--features", &format!("{package}/mutants")]);
        }
        let mut tests = HashMap::new();
        run_lines(&mut build, stop, |line| tests.extend(test_binary(line)))?;
        Ok(Self { programs: target.join("debug"), tests })
    }

    /// `frontrow-chaos`, which has no mutants itself.
    pub(super) fn chaos(workspace: &Workspace, target: &Path, stop: &Stop) -> Result<PathBuf> {
        say("building frontrow-chaos");
        let mut build = cargo(workspace);
        build.args(["build", "--quiet", "--package", "frontrow-chaos", "--target-dir"]).arg(target);
        run(&mut build, stop)?;
        Ok(target.join("debug").join("frontrow-chaos"))
    }

    /// A test binary of the package in this folder.
    pub(super) fn test(&self, folder: &Path, binary: &str) -> Result<&Path> {
        let built = self.tests.get(&(folder.to_path_buf(), binary.to_owned()));
        built.map(PathBuf::as_path).with_context(|| format!("{} has no test binary {binary}", folder.display()))
    }
}

/// The test binary that a line of cargo speaks of, if it does.
fn test_binary(line: &str) -> Option<((PathBuf, String), PathBuf)> {
    let artifact: Artifact = serde_json::from_str(line).ok()?;
    let folder = artifact.manifest_path.parent()?.to_path_buf();
    let program = artifact.executable.filter(|_| artifact.profile.test)?;
    Some(((folder, artifact.target.name), program))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_binaries_are_read_from_what_cargo_says() {
        let line = |is_test: bool| {
            format!(
                r#"{{"reason":"compiler-artifact","manifest_path":"/a/relay/Cargo.toml","target":{{"name":"it","kind":["test"]}},"profile":{{"test":{is_test}}},"executable":"/t/it-1"}}"#
            )
        };
        assert_eq!(test_binary(&line(true)), Some((("/a/relay".into(), "it".into()), "/t/it-1".into())));
        assert_eq!(test_binary(&line(false)), None, "a program");
        assert_eq!(test_binary(r#"{"reason":"build-finished","success":true}"#), None);
    }
}
