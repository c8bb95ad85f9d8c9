//! Mail for development: a file per letter, newest name last.

use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use tokio::task::spawn_blocking;
use uuid::Uuid;

use super::{Letter, Mail, MailError};

/// Writes letters into a folder.
pub struct FileMail {
    folder: PathBuf,
    written: AtomicU64,
}

impl FileMail {
    /// The folder is created with the first letter.
    pub const fn new(folder: PathBuf) -> Self {
        Self { folder, written: AtomicU64::new(0) }
    }
}

#[async_trait]
impl Mail for FileMail {
    async fn send(&self, letter: &Letter) -> Result<(), MailError> {
        let number = self.written.fetch_add(1, Ordering::Relaxed);
        // A version 7 id sorts by time; the number keeps letters of one millisecond in order.
        let path = self.folder.join(format!("{}-{number}.txt", Uuid::now_v7()));
        let Letter { to, subject, text } = letter;
        let content = format!("To: {to}\nSubject: {subject}\n\n{text}");
        let write = move || {
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder)?;
            }
            // Whoever waits for letters finds whole ones only.
            let draft = path.with_extension("draft");
            // The links in it work.
            let mut private = File::options();
            private.write(true).create_new(true).mode(0o600).open(&draft)?.write_all(content.as_bytes())?;
            std::fs::rename(draft, path)
        };
        let written = spawn_blocking(write).await.map_err(|error| MailError::NotNow(error.to_string()))?;
        written.map_err(|error| MailError::NotNow(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_letter_is_a_file_in_the_order_of_sending() {
        let folder = std::env::temp_dir().join(format!("frontrow-mail-{}", Uuid::new_v4()));
        let mail = FileMail::new(folder.join("out"));
        for subject in ["one", "two"] {
            let letter = Letter { to: "ada@example.org".into(), subject: subject.into(), text: "Hello".into() };
            mail.send(&letter).await.expect("written");
        }
        let mut files: Vec<_> =
            std::fs::read_dir(folder.join("out")).unwrap().map(|file| file.unwrap().path()).collect();
        files.sort();
        let texts: Vec<_> = files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
        assert_eq!(texts[0], "To: ada@example.org\nSubject: one\n\nHello");
        assert!(texts[1].contains("Subject: two"));
        std::fs::remove_dir_all(folder).unwrap();
    }
}
