//! `MongoDB` as a replica set of one, for transactions and change streams. Must never touch data, only the set's configuration.

use std::path::Path;

use anyhow::{Result, bail};
use bson::{Bson, Document, doc};

use super::{connect, mongo_wire::command};
use crate::{
    ports::loopback,
    supervisor::{Spec, Tier},
};

pub(crate) const REPLICA_SET: &str = "rs0";
/// The server's error code for a member that was never initiated.
const NOT_YET_INITIALIZED: i32 = 94;

/// A primary waits 15 s for its secondaries when it stops; alone it has none to wait for.
pub(crate) fn spec(program: &Path, port: u16, data: &Path) -> Spec {
    let mut args: Vec<_> =
        ["--bind_ip", "127.0.0.1", "--replSet", REPLICA_SET, "--nounixsocket", "--quiet"].map(Into::into).into();
    args.extend(
        ["--wiredTigerCacheSizeGB", "0.25", "--setParameter", "shutdownTimeoutMillisForSignaledShutdown=100"]
            .map(Into::into),
    );
    // What a dead server's transaction has written cannot be changed by anybody else until it is over.
    args.extend(["--setParameter", "transactionLifetimeLimitSeconds=15"].map(Into::into));
    args.extend(["--port".into(), port.to_string().into(), "--dbpath".into(), data.into()]);
    Spec { name: "mongo".into(), tier: Tier::Mongo, program: program.into(), args, env: Vec::new() }
}

/// True once it is primary under this very address. Otherwise it takes the next step towards that, and can be asked again.
pub(crate) fn is_primary(port: u16) -> Result<bool> {
    let mut stream = connect(port)?;
    let host = loopback(port).to_string();
    let hello = command(&mut stream, doc! { "hello": 1 })?;
    if hello.get_bool("isWritablePrimary").unwrap_or(false) && hello.get_str("me").is_ok_and(|me| me == host) {
        return Ok(true);
    }
    let answer = command(&mut stream, doc! { "replSetGetConfig": 1 })?;
    match answer.get_document("config") {
        Ok(config) => rename_member(config, &host)?.map(|change| command(&mut stream, change)),
        Err(_) if code(&answer) == Some(NOT_YET_INITIALIZED) => Some(command(&mut stream, initiate(&host))),
        Err(_) => bail!("replSetGetConfig: {answer}"),
    }
    .transpose()?;
    Ok(false)
}

fn initiate(host: &str) -> Document {
    doc! { "replSetInitiate": { "_id": REPLICA_SET, "members": [{ "_id": 0, "host": host }] } }
}

/// The set remembers its member's address; after a change of port it would wait for the old one for ever.
/// Forced, because without a primary nobody could agree to it.
fn rename_member(config: &Document, host: &str) -> Result<Option<Document>> {
    let mut config = config.clone();
    let members = config.get_array_mut("members")?;
    let Some(Bson::Document(member)) = members.first_mut() else { bail!("a replica set without members") };
    if member.get_str("host").is_ok_and(|old| old == host) {
        return Ok(None);
    }
    member.insert("host", host);
    Ok(Some(doc! { "replSetReconfig": config, "force": true }))
}

fn code(answer: &Document) -> Option<i32> {
    answer.get_i32("code").ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_changed_port_is_reconfigured() {
        let config = doc! { "_id": "rs0", "version": 1, "members": [{ "_id": 0, "host": "127.0.0.1:1" }] };
        assert_eq!(rename_member(&config, "127.0.0.1:1").unwrap(), None);
        let change = rename_member(&config, "127.0.0.1:2").unwrap().unwrap();
        assert!(change.to_string().contains("127.0.0.1:2"), "{change}");
        assert!(change.get_bool("force").unwrap());
        assert!(rename_member(&doc! { "members": [] }, "127.0.0.1:2").is_err());
    }
}
