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
    let mut command = common(program, workspace, &["sellout"], target);
    command.args(["--provider", target.payments]).env("FRONTROW_PROVIDER_KEY", stack::PAYMENTS_KEY);
    command.args(["--buyers", &buyers.to_string(), "--seats", &seats.to_string()]);
    command
}

/// `frontrow-load bench checkout`.
pub(crate) fn checkout(program: &Path, workspace: &Workspace, target: &Target) -> Command {
    common(program, workspace, &["bench", "checkout"], target)
}

/// Passwords go by the environment: arguments are for everybody to see.
fn common(program: &Path, workspace: &Workspace, words: &[&str], target: &Target) -> Command {
    let mut command = Command::new(program);
    command.current_dir(workspace.root()).args(words);
    for url in target.urls {
        command.args(["--url", url]);
    }
    let admin = demo::admin();
    command.env("FRONTROW_ADMIN_EMAIL", admin.email).env("FRONTROW_ADMIN_PASSWORD", admin.password);
    command
}
