//! The engines that tests run against: a developer's own, or three of this run. Must never start one that was brought.

use std::{env, process::Command};

use anyhow::Result;

use super::Programs;
use crate::{
    data_dir::DataDir,
    stop::Stop,
    supervisor::Supervisor,
    workspace::{Workspace, say},
};

/// Their own servers, named by a developer, win.
const BROUGHT: [&str; 3] = ["FRONTROW_TEST_REDIS", "FRONTROW_TEST_MONGO", "FRONTROW_TEST_KAFKA"];

/// Lives as long as the tests run; dropping it stops what it started on every way out.
pub(crate) struct TestEngines {
    addresses: Vec<(&'static str, String)>,
    _started: Option<Supervisor>,
}

impl TestEngines {
    /// Starts what is not named by the environment, in a scratch folder of this label.
    pub(crate) fn start(workspace: &Workspace, label: &str, stop: &Stop) -> Result<Self> {
        if BROUGHT.iter().all(|name| env::var_os(name).is_some()) {
            say("using the servers named by FRONTROW_TEST_*");
            return Ok(Self { addresses: Vec::new(), _started: None });
        }
        let programs = Programs::install(workspace)?;
        let mut supervisor = Supervisor::new(DataDir::scratch(workspace, label)?, stop);
        let engines = super::start(&mut supervisor, &programs)?;
        let addresses = engines.test_env().into_iter().filter(|(name, _)| env::var_os(name).is_none());
        let addresses = addresses.map(|(name, value)| (name, value.to_owned())).collect();
        Ok(Self { addresses, _started: Some(supervisor) })
    }

    /// Names them to a command; those of the environment it inherits.
    pub(crate) fn tell(&self, command: &mut Command) {
        command.envs(self.addresses.iter().map(|(name, value)| (name, value)));
    }
}
