//! A library that makes the clock of one process wrong. Built where there is a C compiler; nowhere else is it missed.

use std::path::{Path, PathBuf};

use anyhow::Result;
use tokio::process::Command;

use super::child::Costume;

const SOURCE: &str = include_str!("skew.c");

/// The library, or why there is none.
pub(super) async fn build(folder: &Path) -> Result<PathBuf, String> {
    let (source, library) = (folder.join("skew.c"), folder.join("skew.so"));
    std::fs::write(&source, SOURCE).map_err(|error| error.to_string())?;
    let mut cc = Command::new("cc");
    cc.args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(&source);
    match cc.output().await {
        Ok(output) if output.status.success() => Ok(library),
        Ok(output) => Err(format!("cc: {}", String::from_utf8_lossy(&output.stderr).trim())),
        Err(error) => Err(format!("no C compiler: {error}")),
    }
}

/// What makes a process believe in another time.
pub(super) fn costume(library: &Path, skew_s: i64) -> Costume {
    vec![("LD_PRELOAD", library.display().to_string()), ("FRONTROW_SKEW_S", skew_s.to_string())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_process_under_it_has_another_time() {
        let folder = std::env::temp_dir().join(format!("frontrow-skew-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let Ok(library) = build(&folder).await else {
            eprintln!("skipped: no C compiler");
            return;
        };
        let seconds = async |costume: Costume| {
            let output = Command::new("date").arg("+%s").envs(costume).output().await.unwrap();
            String::from_utf8(output.stdout).unwrap().trim().parse::<i64>().unwrap()
        };
        let difference = seconds(costume(&library, -700)).await - seconds(Vec::new()).await;
        assert!((-702..=-698).contains(&difference), "{difference}");
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
