//! What the document says of a caller. Reads nothing but the document.

use serde_json::Value;

use super::Operation;
use super::people::Caller;

/// What an operation is tried on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    Public,
    /// An event that is not public.
    Draft,
}

/// How a request ends, as far as it is about who may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Whatever else is answered.
    Admitted,
    /// With this status and code.
    Refused(u16, &'static str),
}

impl Verdict {
    pub(crate) const UNKNOWN: Self = Self::Refused(401, "unauthorized");
    pub(crate) const FORBIDDEN: Self = Self::Refused(403, "forbidden");
    pub(crate) const MISSING: Self = Self::Refused(404, "not_found");
    /// Of what only the provider may.
    pub(crate) const UNSIGNED: Self = Self::Refused(401, "bad_signature");
    /// Every refusal that is about who may.
    pub(crate) const REFUSALS: [Self; 4] = [Self::UNKNOWN, Self::FORBIDDEN, Self::MISSING, Self::UNSIGNED];
}

pub(crate) fn expected(operation: &Operation<'_>, caller: Caller) -> Verdict {
    let access = &operation.said["x-access"];
    let is_known = caller.role() != "nobody";
    if caller == Caller::BadToken && access["token"] != "ignored" {
        return Verdict::UNKNOWN;
    }
    if has(&access["roles"], "provider") {
        return Verdict::UNSIGNED;
    }
    if !has(&access["roles"], caller.role()) {
        return if is_known { Verdict::FORBIDDEN } else { Verdict::UNKNOWN };
    }
    let exists_for = match operation.target {
        Target::Public => &access["exists_for"],
        Target::Draft => &access["draft_exists_for"],
    };
    if !is_among(exists_for, caller) {
        return Verdict::MISSING;
    }
    match is_among(&access["only_for"], caller) {
        true => Verdict::Admitted,
        false if is_known => Verdict::FORBIDDEN,
        false => Verdict::UNKNOWN,
    }
}

/// Whether a list of relations has the caller's; one that is not there has everybody's.
fn is_among(list: &Value, caller: Caller) -> bool {
    list.is_null() || has(list, "everybody") || has(list, caller.relation())
}

fn has(list: &Value, word: &str) -> bool {
    list.as_array().is_some_and(|words| words.iter().any(|one| one == word))
}
