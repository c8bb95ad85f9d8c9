//! Redis as the holds need it: nothing is ever evicted, expiry is prompt. Must never set what the server sets itself.

use std::path::Path;

use anyhow::Result;

use super::exchange;
use crate::supervisor::{Spec, Tier};

/// An append-only file, because a hold must survive a restart; `hz` and the expire effort are the safety net for expiry.
const SETTINGS: [&str; 16] = [
    "--bind",
    "127.0.0.1",
    "--appendonly",
    "yes",
    "--appendfsync",
    "everysec",
    "--save",
    "",
    "--hz",
    "100",
    "--active-expire-effort",
    "10",
    "--maxmemory-policy",
    "noeviction",
    "--loglevel",
    "notice",
];

pub(crate) fn spec(program: &Path, port: u16, data: &Path) -> Spec {
    let mut args: Vec<_> = SETTINGS.map(Into::into).into();
    args.extend(["--port".into(), port.to_string().into(), "--dir".into(), data.into()]);
    Spec { name: "redis".into(), tier: Tier::Redis, program: program.into(), args, env: Vec::new() }
}

/// While it loads its file it answers `-LOADING`, which is not yet ready.
pub(crate) fn answers(port: u16) -> Result<bool> {
    Ok(&exchange::<7>(port, b"PING\r\n")? == b"+PONG\r\n")
}
