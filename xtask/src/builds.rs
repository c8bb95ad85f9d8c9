//! Builds the binaries and the web app, and only what changed. Must never build anything into the source folders but `web/dist`.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    time::SystemTime,
};

use anyhow::{Context, Result};

use crate::{
    install,
    run::run,
    stop::Stop,
    workspace::{Workspace, say},
};

/// What is not a source of the web app: results of installing, building and testing.
const NOT_SOURCES: [&str; 3] = ["node_modules", "dist", "coverage"];

/// The cargo that runs xtask, in the checkout. What `cargo run` tells a program about its own package is left out: build
/// scripts that look at it would run again after every `cargo build` by hand, and with them half of the workspace.
pub(crate) fn cargo(workspace: &Workspace) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(workspace.root());
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") || text == "LD_LIBRARY_PATH" {
            command.env_remove(&name);
        }
    }
    command
}

/// The server's package, which has the mock payment provider as well, and `frontrow-relay` for a cluster; cargo itself
/// knows what is up to date.
pub(crate) fn binaries(workspace: &Workspace, cluster: bool, release: bool, stop: &Stop) -> Result<()> {
    let mut build = cargo(workspace);
    build.args(["build", "--quiet", "--package", "frontrow-server"]);
    if cluster {
        say("building frontrow-server, frontrow-mockpay and frontrow-relay");
        build.args(["--package", "frontrow-relay"]);
    } else {
        say("building frontrow-server and frontrow-mockpay");
    }
    if release {
        build.arg("--release");
    }
    run(&mut build, stop)
}

/// `frontrow-load`, the load client.
pub(crate) fn load_client(workspace: &Workspace, release: bool, stop: &Stop) -> Result<PathBuf> {
    say("building frontrow-load");
    let mut build = cargo(workspace);
    build.args(["build", "--quiet", "--package", "frontrow-load"]);
    if release {
        build.arg("--release");
    }
    run(&mut build, stop)?;
    Ok(workspace.binary("frontrow-load", release))
}

/// `frontrow-chaos`, the harness. Only as fast as the servers that it breaks need it to be: without optimisations.
pub(crate) fn chaos(workspace: &Workspace, stop: &Stop) -> Result<PathBuf> {
    say("building frontrow-chaos");
    run(cargo(workspace).args(["build", "--quiet", "--package", "frontrow-chaos"]), stop)?;
    Ok(workspace.binary("frontrow-chaos", false))
}

/// `hold_layer`, the example that has nothing but the hold layer in it.
pub(crate) fn hold_layer(workspace: &Workspace, release: bool, stop: &Stop) -> Result<PathBuf> {
    say("building hold_layer");
    let mut build = cargo(workspace);
    build.args(["build", "--quiet", "--package", "frontrow-engines", "--example", "hold_layer"]);
    if release {
        build.arg("--release");
    }
    run(&mut build, stop)?;
    Ok(workspace.binary("examples/hold_layer", release))
}

/// `npm` in the web folder.
pub(crate) fn npm(workspace: &Workspace) -> Result<Command> {
    let mut command = Command::new(install::program("npm", &["nodejs", "npm"])?);
    command.current_dir(workspace.web());
    Ok(command)
}

/// `npm ci`, unless the lock file is the one that was installed last. The stamp is a copy of it.
pub(crate) fn web_packages(workspace: &Workspace, stop: &Stop) -> Result<()> {
    let lock = fs::read(workspace.web().join("package-lock.json")).context("web/package-lock.json is missing")?;
    let stamp = workspace.stamp("installed-package-lock.json");
    if workspace.web().join("node_modules").is_dir() && fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    say("installing the web packages");
    run(npm(workspace)?.arg("ci"), stop)?;
    write_stamp(&stamp, &lock)
}

/// `npm run build`, unless nothing in `web/` is newer than the last build. Returns the folder to serve.
pub(crate) fn web_app(workspace: &Workspace, stop: &Stop) -> Result<PathBuf> {
    web_packages(workspace, stop)?;
    let dist = workspace.web().join("dist");
    let stamp = workspace.stamp("web-built");
    let built = fs::metadata(&stamp).and_then(|file| file.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
    if dist.join("index.html").is_file() && newest_source(&workspace.web())? <= built {
        return Ok(dist);
    }
    say("building the web app");
    // The stamp is as old as the start of the build, so that an edit made meanwhile is built next time.
    let started = SystemTime::now();
    run(npm(workspace)?.args(["run", "build"]), stop)?;
    write_stamp(&stamp, b"")?;
    fs::File::options().append(true).open(&stamp)?.set_modified(started)?;
    Ok(dist)
}

fn write_stamp(stamp: &Path, content: &[u8]) -> Result<()> {
    if let Some(folder) = stamp.parent() {
        fs::create_dir_all(folder)?;
    }
    Ok(fs::write(stamp, content)?)
}

/// Folders count as well: their time is all that a deleted file leaves behind. The web folder itself does not, since
/// installing and building change it.
fn newest_source(folder: &Path) -> Result<SystemTime> {
    let mut newest = SystemTime::UNIX_EPOCH;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if NOT_SOURCES.iter().any(|name| entry.file_name() == *name) {
            continue;
        }
        newest = newest.max(entry.metadata()?.modified()?);
        if entry.file_type()?.is_dir() {
            newest = newest.max(newest_source(&entry.path())?);
        }
    }
    Ok(newest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_source_ignores_what_was_installed() {
        let web = env::temp_dir().join(format!("frontrow-xtask-web-{}", std::process::id()));
        fs::create_dir_all(web.join("src")).unwrap();
        fs::write(web.join("src/app.ts"), "").unwrap();
        let before = newest_source(&web).unwrap();
        fs::create_dir_all(web.join("node_modules/x")).unwrap();
        assert_eq!(newest_source(&web).unwrap(), before);
        fs::File::options().append(true).open(web.join("src/app.ts")).unwrap().set_modified(SystemTime::now()).unwrap();
        assert!(newest_source(&web).unwrap() >= before);
        fs::remove_dir_all(web).unwrap();
    }
}
