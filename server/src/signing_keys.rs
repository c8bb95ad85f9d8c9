//! Ed25519 keys, of access tokens and of tickets: a folder of numbered files. All of a kind verify, the newest one signs.
//!
//! A key that is added is read by every server within seconds and signs after a minute, when all of them know it. So
//! keys change without a restart, and without a moment in which a server refuses what another one has signed.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::Context as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use frontrow_domain::clock::UnixMs;
use sha2::{Digest as _, Sha256};

/// What keys are for. Those of one kind never sign the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyKind {
    /// Access tokens: minutes old at most, so keys can go.
    AccessToken,
    /// Tickets: bought a year ahead, so keys stay.
    Ticket,
}

impl KeyKind {
    const fn prefix(self) -> &'static str {
        match self {
            Self::AccessToken => "access-token-",
            Self::Ticket => "ticket-",
        }
    }
}

/// A key pair in the forms that signing and verifying want.
#[derive(Clone)]
pub(crate) struct SigningKey {
    /// PKCS#8.
    pub(crate) private_der: Vec<u8>,
    /// The public point, base64url.
    pub(crate) public_x: String,
    /// Names the key in token headers.
    pub(crate) key_id: String,
    /// Its place among the keys; higher is newer.
    number: u32,
    pub(crate) written_at: UnixMs,
}

/// The keys of a folder, oldest first; never empty.
pub(crate) struct SigningKeys(Vec<SigningKey>);

impl SigningKeys {
    /// Reads the folder. A damaged file is an error, not a key less.
    pub(crate) fn read(folder: &Path, kind: KeyKind) -> anyhow::Result<Self> {
        let mut keys = Vec::new();
        for (number, path) in files(folder, kind)? {
            keys.push(read(number, &path).with_context(|| format!("the signing key {}", path.display()))?);
        }
        anyhow::ensure!(
            !keys.is_empty(),
            "{} has no {}NUMBER.pem: make one with `frontrow-server admin rotate-keys`",
            folder.display(),
            kind.prefix()
        );
        keys.sort_by_key(|key| key.number);
        Ok(Self(keys))
    }

    /// The same, with a first key if there is none. Several servers may start at once: one writes it, all read it.
    pub(crate) fn read_or_create(folder: &Path, kind: KeyKind) -> anyhow::Result<Self> {
        if files(folder, kind)?.is_empty() {
            create(folder, kind, 1).with_context(|| format!("creating a signing key in {}", folder.display()))?;
        }
        Self::read(folder, kind)
    }

    pub(crate) fn all(&self) -> &[SigningKey] {
        &self.0
    }

    /// The newest key that every server had time to read; while there is none, the oldest.
    pub(crate) fn signing(&self, now: UnixMs, activation: Duration) -> &SigningKey {
        let activation_ms = i64::try_from(activation.as_millis()).unwrap_or(i64::MAX);
        let known = |key: &&SigningKey| key.written_at.plus_ms(activation_ms) <= now;
        self.0.iter().rev().find(known).unwrap_or(&self.0[0])
    }
}

/// Whether a folder has keys of every kind, all of them can be read, and not by everybody.
pub fn check(folder: &Path) -> anyhow::Result<()> {
    SigningKeys::read(folder, KeyKind::AccessToken)?;
    SigningKeys::read(folder, KeyKind::Ticket)?;
    let keys = [files(folder, KeyKind::AccessToken)?, files(folder, KeyKind::Ticket)?].concat();
    for path in keys.iter().map(|(_, path)| path.as_path()).chain([folder]) {
        let mode = std::fs::metadata(path)?.permissions().mode();
        // Of the folder only who may put keys there counts: their names are no secret.
        let open_to_others = if path == folder { 0o002 } else { 0o007 };
        anyhow::ensure!(
            mode & open_to_others == 0,
            "{} is open to every account of this machine: chmod o-rwx",
            path.display()
        );
    }
    Ok(())
}

/// Adds a key for tickets. The older ones stay: tickets that they have signed open doors for a long time.
pub fn add_ticket_key(folder: &Path) -> anyhow::Result<String> {
    let number = files(folder, KeyKind::Ticket)?.iter().map(|&(number, _)| number).max().map_or(1, |newest| newest + 1);
    let path = create(folder, KeyKind::Ticket, number)?;
    Ok(read(number, &path)?.key_id)
}

/// Makes sure that there is a key for tickets.
pub fn ensure_ticket_key(folder: &Path) -> anyhow::Result<()> {
    SigningKeys::read_or_create(folder, KeyKind::Ticket).map(drop)
}

/// Adds a key for access tokens, and removes those that can have signed nothing that is still valid: whatever is older than a key that
/// has been signing for longer than a token lives. Gives back the new key's id and the removed files.
pub fn rotate(
    folder: &Path,
    now: UnixMs,
    activation: Duration,
    token_ttl: Duration,
) -> anyhow::Result<(String, Vec<PathBuf>)> {
    let mut found = files(folder, KeyKind::AccessToken)?;
    found.sort_unstable();
    let number = found.last().map_or(1, |(number, _)| number + 1);
    let path = create(folder, KeyKind::AccessToken, number)?;
    let outlived = i64::try_from((activation + token_ttl).as_millis()).unwrap_or(i64::MAX);
    let keys = found.iter().map(|(number, path)| read(*number, path)).collect::<anyhow::Result<Vec<_>>>()?;
    let superseded = keys.iter().rposition(|key| key.written_at.plus_ms(outlived) <= now).unwrap_or(0);
    let removed: Vec<PathBuf> = found.into_iter().take(superseded).map(|(_, path)| path).collect();
    for path in &removed {
        std::fs::remove_file(path)?;
    }
    Ok((read(number, &path)?.key_id, removed))
}

fn files(folder: &Path, kind: KeyKind) -> anyhow::Result<Vec<(u32, PathBuf)>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(|| format!("reading the folder {}", folder.display())),
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let number = name.strip_prefix(kind.prefix()).and_then(|name| name.strip_suffix(".pem"));
        if let Some(Ok(number)) = number.map(str::parse) {
            found.push((number, path));
        }
    }
    Ok(found)
}

/// Losing the race for the number is fine: there is a key then.
fn create(folder: &Path, kind: KeyKind, number: u32) -> anyhow::Result<PathBuf> {
    std::fs::create_dir_all(folder)?;
    let path = folder.join(format!("{}{number}.pem", kind.prefix()));
    let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new())?;
    let pem =
        format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(document.as_ref()));
    // Complete before it has its name: nobody ever reads half a key, and the first one to link wins.
    let draft = path.with_extension(format!("{}.tmp", std::process::id()));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    file.write_all(pem.as_bytes())?;
    file.sync_all()?;
    let linked = std::fs::hard_link(&draft, &path);
    std::fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error.into()),
        Ok(()) | Err(_) => Ok(path),
    }
}

fn read(number: u32, path: &Path) -> anyhow::Result<SigningKey> {
    let written = File::open(path)?.metadata()?.modified()?.duration_since(SystemTime::UNIX_EPOCH)?;
    let pem = std::fs::read_to_string(path)?;
    let body: String = pem.lines().filter(|line| !line.starts_with("-----")).map(str::trim).collect();
    let private_der = STANDARD.decode(body).context("it is not PEM")?;
    let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&private_der)
        .map_err(|error| anyhow::anyhow!("it holds no Ed25519 key in PKCS#8: {error}"))?;
    let public = pair.public_key().as_ref();
    let key_id = frontrow_domain::hex::lower(&Sha256::digest(public)[..8]);
    let written_at = UnixMs(i64::try_from(written.as_millis())?);
    Ok(SigningKey { public_x: URL_SAFE_NO_PAD.encode(public), private_der, key_id, number, written_at })
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;

    use frontrow_domain::clock::{Clock as _, SystemClock};

    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);
    const TTL: Duration = Duration::from_mins(15);

    fn folder(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("frontrow-keys-{}-{name}", std::process::id()))
    }

    #[test]
    fn a_first_key_is_created_once_and_read_back() {
        let folder = folder("first");
        assert!(SigningKeys::read(&folder, KeyKind::AccessToken).is_err(), "nothing is created in passing");
        let first = SigningKeys::read_or_create(&folder, KeyKind::AccessToken).unwrap().0[0].key_id.clone();
        create(&folder, KeyKind::AccessToken, 1).expect("a second server loses the race without an error");
        assert_eq!(SigningKeys::read_or_create(&folder, KeyKind::AccessToken).unwrap().0[0].key_id, first);
        std::fs::write(folder.join("access-token-2.pem"), "-----BEGIN PRIVATE KEY-----\nAAAA\n").unwrap();
        assert!(SigningKeys::read(&folder, KeyKind::AccessToken).is_err(), "a damaged key is not passed over");
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn keys_of_one_kind_are_not_those_of_the_other() {
        let folder = folder("kinds");
        let tickets = SigningKeys::read_or_create(&folder, KeyKind::Ticket).unwrap();
        assert!(check(&folder).is_err(), "no key for access tokens");
        rotate(&folder, SystemClock.now(), MINUTE, TTL).unwrap();
        check(&folder).unwrap();
        let open_to_all = |mode| std::fs::set_permissions(folder.join("ticket-1.pem"), Permissions::from_mode(mode));
        open_to_all(0o604).unwrap();
        assert!(check(&folder).unwrap_err().to_string().contains("ticket-1.pem is open to every account"));
        open_to_all(0o640).unwrap();
        check(&folder).expect("a group of its own is fine");
        let second = add_ticket_key(&folder).unwrap();
        let both = SigningKeys::read(&folder, KeyKind::Ticket).unwrap();
        let ids: Vec<_> = both.all().iter().map(|key| key.key_id.clone()).collect();
        assert_eq!(ids, [tickets.all()[0].key_id.clone(), second]);
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_new_key_verifies_at_once_signs_later_and_replaces_what_is_outlived() {
        let (folder, now) = (folder("rotation"), SystemClock.now());
        let (first, _) = rotate(&folder, now, MINUTE, TTL).unwrap();
        let (second, removed) = rotate(&folder, now, MINUTE, TTL).unwrap();
        assert!(removed.is_empty());
        let keys = SigningKeys::read(&folder, KeyKind::AccessToken).unwrap();
        assert_eq!(keys.all().len(), 2);
        assert_eq!(keys.signing(now, MINUTE).key_id, first);
        assert_eq!(keys.signing(now.plus_ms(61_000), MINUTE).key_id, second);
        let much_later = now.plus_ms(3_600_000);
        let (_, removed) = rotate(&folder, much_later, MINUTE, TTL).unwrap();
        assert_eq!(removed, [folder.join("access-token-1.pem")], "the second signs, until the third may");
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
