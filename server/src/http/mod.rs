//! What routes share: errors, bodies, idempotency, entity tags, limits, and what browsers are told.

pub(crate) mod addresses;
pub(crate) mod body;
pub(crate) mod cors;
pub(crate) mod entity_tag;
pub(crate) mod idempotency;
pub(crate) mod limits;
pub(crate) mod list;
pub(crate) mod origin;
pub(crate) mod problem;
pub(crate) mod remote;
pub(crate) mod security;
