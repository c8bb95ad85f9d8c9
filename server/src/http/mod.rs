//! What routes share: errors, bodies, idempotency, entity tags, limits.

pub(crate) mod body;
pub(crate) mod entity_tag;
pub(crate) mod idempotency;
pub(crate) mod limits;
pub(crate) mod list;
pub(crate) mod problem;
pub(crate) mod remote;
