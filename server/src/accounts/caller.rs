//! Extractors: who is asking. They run before any body is read, so that "who may" is decided before "is it valid".

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::{header, request::Parts};
use frontrow_domain::account::Role;

use super::SignedIn;
use crate::app::App;
use crate::http::problem::Problem;

/// Somebody who is signed in and within their rate limit.
pub(crate) struct Caller(pub(crate) SignedIn);

/// The same with the role that the ledger says now, for what must not be done with a role that was lost.
pub(crate) struct CallerNow(pub(crate) SignedIn);

/// Somebody, signed in or not. A token that is sent must be valid.
pub(crate) struct MaybeCaller(pub(crate) Option<SignedIn>);

/// Somebody who may create events, by the ledger's word.
pub(crate) struct Organizer(pub(crate) SignedIn);

/// An administrator, by the ledger's word.
pub(crate) struct Admin(pub(crate) SignedIn);

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let signed_in = app.accounts.signed_in(&parts.headers)?;
        app.limits.account(signed_in.id)?;
        Ok(Self(signed_in))
    }
}

impl FromRequestParts<Arc<App>> for CallerNow {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        current(parts, app).await.map(Self)
    }
}

impl FromRequestParts<Arc<App>> for MaybeCaller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        if !parts.headers.contains_key(header::AUTHORIZATION) {
            return Ok(Self(None));
        }
        Caller::from_request_parts(parts, app).await.map(|Caller(signed_in)| Self(Some(signed_in)))
    }
}

impl FromRequestParts<Arc<App>> for Organizer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let caller = current(parts, app).await?;
        if caller.role.may_organize() { Ok(Self(caller)) } else { Err(Problem::forbidden()) }
    }
}

impl FromRequestParts<Arc<App>> for Admin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let caller = current(parts, app).await?;
        if caller.role == Role::Admin { Ok(Self(caller)) } else { Err(Problem::forbidden()) }
    }
}

/// The caller with the role that the ledger says now: a token is minutes old, and somebody may have lost theirs.
async fn current(parts: &mut Parts, app: &Arc<App>) -> Result<SignedIn, Problem> {
    let Caller(caller) = Caller::from_request_parts(parts, app).await?;
    let user = app.engines.ledger.user(caller.id).await?;
    let user = user.ok_or_else(|| Problem::unauthorized("the account does not exist any more"))?;
    if user.ban.is_some() {
        return Err(Problem::banned());
    }
    Ok(SignedIn { role: user.role, ..caller })
}
