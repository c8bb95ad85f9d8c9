//! Why a file was not opened, in sentences for whoever started the program.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// Why the file was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process serves from it.
    #[error("another Frontrow is using {}", .0.display())]
    InUse(PathBuf),
    /// To attach to, there must be one.
    #[error("there is no database at {}", .0.display())]
    Missing(PathBuf),
    /// A text, a picture.
    #[error("{} is not a database", .0.display())]
    NotADatabase(PathBuf),
    /// A database, of another program.
    #[error("{} is the database of another program", .0.display())]
    Foreign(PathBuf),
    /// It does not read as it was written.
    #[error("{} is damaged ({why}): restore a backup", .path.display())]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// The first thing that is wrong with it.
        why: String,
    },
    /// It was written by a newer program.
    #[error("{} was written by a newer Frontrow: its version is {found}, this program knows {known}", .path.display())]
    Newer {
        /// Which file.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// This program's.
        known: u32,
    },
    /// To attach to, it must be up to date.
    #[error("{} has version {found}, this program needs {known}: start the server of this program first", .path.display())]
    Outdated {
        /// Which file.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// This program's.
        known: u32,
    },
    /// The disk, the rights.
    #[error("{} cannot be used: {why}", .path.display())]
    Unusable {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        why: String,
    },
}

impl OpenError {
    #[expect(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
    pub(super) fn unusable(path: &Path, why: impl ToString) -> Self {
        Self::Unusable { path: path.to_owned(), why: why.to_string() }
    }
}

/// What went wrong with `SQLite` in a file, for `map_err`.
pub(super) fn in_file(path: &Path) -> impl Fn(rusqlite::Error) -> OpenError {
    move |error| match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            OpenError::Damaged { path: path.to_owned(), why: error.to_string() }
        }
        _ => OpenError::unusable(path, error),
    }
}
