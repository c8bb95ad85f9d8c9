//! A copy of the file while it is in use.

use std::fs::File;
use std::path::{Path, PathBuf};

use tokio::task::spawn_blocking;

use super::{SqliteLedger, file};

/// Why there is no copy.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// Copies are never written over anything.
    #[error("{} exists already", .0.display())]
    Exists(PathBuf),
    /// The disk, the rights, or a damaged source.
    #[error("no backup was written to {}: {why}", .to.display())]
    Failed {
        /// Where it should have been.
        to: PathBuf,
        /// What is wrong.
        why: String,
    },
}

impl SqliteLedger {
    /// Copies the file as it is at this moment to `to`, on the disk and checked. Writers go on meanwhile.
    pub async fn backup(&self, to: &Path) -> Result<(), BackupError> {
        let (from, to) = (self.shared.path.clone(), to.to_owned());
        let failed = BackupError::Failed { to: to.clone(), why: "it was interrupted".into() };
        spawn_blocking(move || copy(&from, &to)).await.unwrap_or(Err(failed))
    }
}

/// The copy has another name until it is complete: what is called `to` can be relied on.
fn copy(from: &Path, to: &Path) -> Result<(), BackupError> {
    if to.exists() {
        return Err(BackupError::Exists(to.to_owned()));
    }
    let part = file::with_suffix(to, ".part");
    let copied = write(from, &part).and_then(|()| Ok(std::fs::rename(&part, to)?)).and_then(|()| Ok(sync_folder(to)?));
    copied.map_err(|error| {
        // Half a copy is of no use to anybody; that it cannot be removed matters less than why it was not completed.
        std::fs::remove_file(&part).ok();
        BackupError::Failed { to: to.to_owned(), why: error.to_string() }
    })
}

fn write(from: &Path, part: &Path) -> Result<(), Box<dyn std::error::Error>> {
    // SQLite writes into a new or an empty file only. An earlier copy may have died in the middle.
    File::create(part)?;
    let source = file::reader(from)?;
    let name = part.to_str().ok_or("its name is not Unicode")?;
    // One read transaction, in which SQLite sees one state of the file.
    source.execute("VACUUM INTO ?1", [name])?;
    file::expect_whole(part)?;
    Ok(File::open(part)?.sync_all()?)
}

/// Makes sure that the entry of a new file in its folder is on the disk.
pub(super) fn sync_folder(of: &Path) -> std::io::Result<()> {
    let folder = of.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}
