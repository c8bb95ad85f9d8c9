//! The command lines of `frontrow-load`. What it does and how it judges is its own business.

use std::{path::Path, process::Command};

use crate::{demo, stack, stack::Stack, workspace::Workspace};

/// Where the client finds everything.
pub(crate) struct Target<'a> {
    pub(crate) urls: &'a [String],
    pub(crate) payments: &'a str,
}

impl<'a> Target<'a> {
    pub(crate) fn of(stack: &'a Stack) -> Self {
        Self { urls: &stack.urls, payments: &stack.payments }
    }
}

/// `frontrow-load sellout`, with the number of buyers and of seats.
pub(crate) fn sellout(program: &Path, workspace: &Workspace, target: &Target, buyers: u32, seats: u32) -> Command {
    let mut command = common(program, workspace, &["sellout"], target.urls);
    command.args(["--provider", target.payments]).env("FRONTROW_PROVIDER_KEY", stack::PAYMENTS_KEY);
    command.args(["--buyers", &buyers.to_string(), "--seats", &seats.to_string()]);
    command
}

/// `frontrow-load check`: the books of one event.
pub(crate) fn check(program: &Path, workspace: &Workspace, urls: &[String], event: &str) -> Command {
    let mut command = common(program, workspace, &["check"], urls);
    command.args(["--event", event]);
    command
}

/// `frontrow-load bench` with one of its subjects.
pub(crate) fn bench(program: &Path, workspace: &Workspace, subject: &str, target: &Target) -> Command {
    common(program, workspace, &["bench", subject], target.urls)
}

/// The same command on one core only.
pub(crate) fn pinned(command: Command, core: Option<usize>) -> Command {
    let Some(core) = core else { return command };
    let mut pinned = Command::new("taskset");
    pinned.args(["-c", &core.to_string()]).arg(command.get_program()).args(command.get_args());
    pinned.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    if let Some(folder) = command.get_current_dir() {
        pinned.current_dir(folder);
    }
    pinned
}

/// Passwords go by the environment: arguments are for everybody to see.
fn common(program: &Path, workspace: &Workspace, words: &[&str], urls: &[String]) -> Command {
    let mut command = Command::new(program);
    command.current_dir(workspace.root()).args(words);
    for url in urls {
        command.args(["--url", url]);
    }
    let admin = demo::admin();
    command.env("FRONTROW_ADMIN_EMAIL", admin.email).env("FRONTROW_ADMIN_PASSWORD", admin.password);
    command
}
