//! The Ed25519 key that signs access tokens: read from its file, or made and written there.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use anyhow::Context as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

/// The key pair in the forms that signing and verifying want.
pub(super) struct SigningKey {
    /// PKCS#8.
    pub(super) private_der: Vec<u8>,
    /// The public point, base64url.
    pub(super) public_x: String,
    /// Names the key in token headers.
    pub(super) key_id: String,
}

/// Several servers may start at once with the same file: one writes it, all read it.
pub(super) fn load_or_create(path: &Path) -> anyhow::Result<SigningKey> {
    if let Err(error) = File::open(path) {
        anyhow::ensure!(
            error.kind() == ErrorKind::NotFound,
            "the signing key {} cannot be read: {error}",
            path.display()
        );
        create(path).with_context(|| format!("creating the signing key {}", path.display()))?;
    }
    let pem = std::fs::read_to_string(path).with_context(|| format!("reading the signing key {}", path.display()))?;
    parse(&pem).with_context(|| format!("{} holds no Ed25519 key in PKCS#8 PEM", path.display()))
}

fn create(path: &Path) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new())?;
    let pem =
        format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(document.as_ref()));
    // Complete before it has its name: nobody ever reads half a key, and the first one to link wins.
    let draft = path.with_extension(format!("{}.tmp", std::process::id()));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    file.write_all(pem.as_bytes())?;
    file.sync_all()?;
    let linked = std::fs::hard_link(&draft, path);
    std::fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error.into()),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn parse(pem: &str) -> anyhow::Result<SigningKey> {
    let body: String = pem.lines().filter(|line| !line.starts_with("-----")).map(str::trim).collect();
    let private_der = STANDARD.decode(body)?;
    let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&private_der)?;
    let public = pair.public_key().as_ref();
    let key_id = frontrow_domain::hex::lower(&Sha256::digest(public)[..8]);
    Ok(SigningKey { public_x: URL_SAFE_NO_PAD.encode(public), private_der, key_id })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_created_once_and_read_back() {
        let folder = std::env::temp_dir().join(format!("frontrow-key-{}", std::process::id()));
        let path = folder.join("access.pem");
        let first = load_or_create(&path).unwrap();
        create(&path).expect("a second server loses the race without an error");
        assert_eq!(load_or_create(&path).unwrap().key_id, first.key_id);
        std::fs::write(&path, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n").unwrap();
        assert!(load_or_create(&path).is_err(), "a damaged key is not replaced silently");
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
