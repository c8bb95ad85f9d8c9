//! Where things are in this checkout, and how xtask speaks. Must never create or change a file.

use std::{
    env,
    fmt::Display,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

/// The checkout that `cargo xtask` was called in.
pub(crate) struct Workspace {
    root: PathBuf,
    target: PathBuf,
}

impl Workspace {
    /// Cargo names the manifest at run time, so that no machine path is compiled into the binary.
    pub(crate) fn find() -> Result<Self> {
        let manifest = env::var_os("CARGO_MANIFEST_DIR").context("run me as `cargo xtask`")?;
        let root = Path::new(&manifest).parent().context("xtask has no parent folder")?.to_path_buf();
        let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
        let target = std::path::absolute(target)?;
        Ok(Self { root, target })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    pub(crate) fn web(&self) -> PathBuf {
        self.root.join("web")
    }

    /// Downloaded engines and tools; `FRONTROW_ENGINES` shares one folder between checkouts.
    pub(crate) fn cache(&self) -> PathBuf {
        env::var_os("FRONTROW_ENGINES").map_or_else(|| self.target.join("engines"), PathBuf::from)
    }

    /// Small files that remember what was installed or built last.
    pub(crate) fn stamp(&self, name: &str) -> PathBuf {
        self.target.join("xtask").join(name)
    }

    pub(crate) fn binary(&self, name: &str, release: bool) -> PathBuf {
        let profile = if release { "release" } else { "debug" };
        self.target.join(profile).join(name)
    }
}

/// One line to the terminal. Unlike `println!` it does not panic when the terminal is gone: the children must still be stopped.
pub(crate) fn say(line: impl Display) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// A headline between the parts of a long run.
pub(crate) fn headline(text: impl Display) {
    say(format!("\n== {text}"));
}
