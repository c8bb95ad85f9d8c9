//! `auth/password-reset`, `auth/verify-email`: getting back in, and proving an address.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use frontrow_domain::account::normal_email;
use frontrow_domain::codes::ErrorCode;
use frontrow_engines::ledger::TokenKind;
use serde::Deserialize;
use tracing::info;
use utoipa::ToSchema;

use super::letters::Errand;
use super::routes::{UserView, check_password};
use super::{Caller, hash};
use crate::app::App;
use crate::http::body::JsonBody;
use crate::http::problem::{Answer, Problem};
use crate::http::remote::Remote;

#[derive(Deserialize, ToSchema)]
pub(crate) struct Forgotten {
    email: String,
}

/// `POST auth/password-reset`: the same answer whether or not there is such an account.
pub(crate) async fn password_reset(State(app): State<Arc<App>>, remote: Remote, body: JsonBody) -> Answer<StatusCode> {
    app.limits.login(remote.0)?;
    let forgotten: Forgotten = body.read()?;
    let email = normal_email(&forgotten.email).ok_or_else(|| Problem::invalid("email", "must be an e-mail address"))?;
    app.accounts.letters.ask(Errand::PasswordReset { email });
    Ok(StatusCode::ACCEPTED)
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct NewPassword {
    /// From the mail.
    token: String,
    #[schema(min_length = 8, max_length = 128)]
    password: String,
}

/// `POST auth/password-reset/confirm`: another password, and every login of the account ends.
pub(crate) async fn confirm_password_reset(
    State(app): State<Arc<App>>,
    remote: Remote,
    body: JsonBody,
) -> Answer<StatusCode> {
    app.limits.login(remote.0)?;
    let wish: NewPassword = body.read()?;
    // Before the token is used up.
    check_password(&wish.password)?;
    let (accounts, now) = (&app.accounts, app.clock.now());
    let taken = accounts.ledger.take_token(TokenKind::PasswordReset, &hash(&wish.token), now).await?;
    let user = taken.ok_or_else(bad_token)?.user_id;
    let password_hash = accounts.passwords.hash(wish.password).await?;
    // Whoever had the old password is out: before it changes, so that a server that dies here leaves nobody in, and
    // after, for those who came in between. The mail was read at the address, which proves that too.
    accounts.end_logins(user).await?;
    accounts.ledger.set_password(user, &password_hash).await?;
    accounts.end_logins(user).await?;
    accounts.ledger.verify_email(user).await?;
    info!(user.id = %user, "a password was reset");
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, ToSchema)]
#[schema(as = EmailProof)]
pub(crate) struct Proof {
    /// From the mail.
    token: String,
}

/// `POST auth/verify-email`
pub(crate) async fn verify_email(
    State(app): State<Arc<App>>,
    remote: Remote,
    body: JsonBody,
) -> Answer<Json<UserView>> {
    app.limits.login(remote.0)?;
    let proof: Proof = body.read()?;
    let ledger = &app.accounts.ledger;
    let taken = ledger.take_token(TokenKind::EmailVerification, &hash(&proof.token), app.clock.now()).await?;
    let user = ledger.verify_email(taken.ok_or_else(bad_token)?.user_id).await?.ok_or_else(bad_token)?;
    Ok(Json(UserView::from(&user)))
}

/// `POST auth/verify-email/resend`
pub(crate) async fn resend_verification(State(app): State<Arc<App>>, Caller(caller): Caller) -> StatusCode {
    app.accounts.letters.ask(Errand::EmailVerification { user: caller.id });
    StatusCode::ACCEPTED
}

fn bad_token() -> Problem {
    Problem::new(ErrorCode::BadToken, "ask for a new mail")
}
