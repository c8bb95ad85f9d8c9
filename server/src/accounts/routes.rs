//! `auth/...`: register, login, refresh, logout, me, and tickets for sockets.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use frontrow_domain::account::{Role, User, normal_email};
use frontrow_domain::codes::ErrorCode;
use frontrow_domain::ids::UserId;
use frontrow_domain::text;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Caller;
use super::letters::Errand;
use super::logins::Grant;
use crate::app::App;
use crate::http::body::JsonBody;
use crate::http::origin::OurPage;
use crate::http::problem::{Answer, Problem};
use crate::http::remote::Remote;
use crate::json_web_keys::JsonWebKeys;

/// Shorter ones are guessed; longer ones make argon2 work for nothing.
const PASSWORD_CHARS: std::ops::RangeInclusive<usize> = 8..=128;
const MAX_NAME_CHARS: usize = 100;

#[derive(Deserialize, ToSchema)]
pub(crate) struct Registration {
    #[schema(format = Email, max_length = 254)]
    email: String,
    #[schema(min_length = 8, max_length = 128)]
    password: String,
    #[schema(min_length = 1, max_length = 100)]
    name: String,
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct Credentials {
    email: String,
    password: String,
}

/// An account as its owner and administrators see it.
#[derive(Serialize, ToSchema)]
#[schema(as = User)]
pub(crate) struct UserView {
    id: UserId,
    email: String,
    name: String,
    role: Role,
    email_verified: bool,
}

impl From<&User> for UserView {
    fn from(user: &User) -> Self {
        Self {
            id: user.id,
            email: user.email.clone(),
            name: user.name.clone(),
            role: user.role,
            email_verified: user.email_verified,
        }
    }
}

/// Somebody who is signed in. The refresh token is in the cookie, where no script sees it.
#[derive(Serialize, ToSchema)]
#[schema(as = Login)]
pub(crate) struct LoginView {
    user: UserView,
    /// For `Authorization: Bearer`.
    access_token: String,
    /// Of the access token, in seconds.
    expires_in: u32,
}

/// What signs a socket in, once.
#[derive(Serialize, ToSchema)]
#[schema(as = SocketTicket)]
pub(crate) struct SocketTicketView {
    ticket: String,
    /// In seconds.
    expires_in: i64,
}

/// `POST auth/register`
pub(crate) async fn register(State(app): State<Arc<App>>, remote: Remote, body: JsonBody) -> Answer<Response> {
    app.limits.login(remote.0)?;
    let wish: Registration = body.read()?;
    let email = normal_email(&wish.email).ok_or_else(|| Problem::invalid("email", "must be an e-mail address"))?;
    check_password(&wish.password)?;
    let name = text::line(&wish.name, MAX_NAME_CHARS).map_err(|bad| Problem::invalid("name", &bad.to_string()))?;
    let hash = app.accounts.passwords.hash(wish.password).await?;
    let Some(user) = app.accounts.store(email, name.to_owned(), hash, Role::Customer).await? else {
        return Err(Problem::new(ErrorCode::EmailTaken, "sign in instead, or use another address"));
    };
    app.accounts.letters.ask(Errand::EmailVerification { user: user.id });
    let grant = app.accounts.sign_in(&user).await?;
    Ok(granted(StatusCode::CREATED, &user, grant))
}

/// `POST auth/login`. Unknown address and wrong password are the same answer after the same time.
pub(crate) async fn login(State(app): State<Arc<App>>, remote: Remote, body: JsonBody) -> Answer<Response> {
    app.limits.login(remote.0)?;
    let credentials: Credentials = body.read()?;
    let email = normal_email(&credentials.email).unwrap_or_default();
    app.limits.attempt(&email)?;
    let place = app.accounts.passwords.place()?;
    let user = app.engines.ledger.user_by_email(&email).await?;
    let hash = user.as_ref().map(|user| user.password_hash.clone());
    let matches = app.accounts.passwords.verify(place, credentials.password, hash).await?;
    let Some(user) = user.filter(|_| matches) else {
        app.limits.attempt_failed(&email)?;
        return Err(Problem::new(ErrorCode::InvalidCredentials, "wrong e-mail or password"));
    };
    if user.ban.is_some() {
        return Err(Problem::banned());
    }
    // Others may have used the limit up while this one was verified: then even the right guess learns nothing.
    app.limits.attempt(&email)?;
    let grant = app.accounts.sign_in(&user).await?;
    Ok(granted(StatusCode::OK, &user, grant))
}

/// `POST auth/refresh`: a new access token for the refresh cookie, which is replaced.
pub(crate) async fn refresh(State(app): State<Arc<App>>, _: OurPage, headers: HeaderMap) -> Answer<Response> {
    let refused = match app.accounts.refresh(&headers).await {
        Ok(Some((user, grant))) => return Ok(granted(StatusCode::OK, &user, grant)),
        Ok(None) => Problem::unauthorized("the refresh token is missing, used or expired"),
        Err(problem) if problem.code == ErrorCode::Banned => problem,
        Err(problem) => return Err(problem),
    };
    Ok(([(header::SET_COOKIE, app.accounts.no_cookie()?)], refused).into_response())
}

#[derive(Deserialize, Default, ToSchema)]
pub(crate) struct Logout {
    /// All logins of the account instead of this one.
    #[serde(default)]
    everywhere: bool,
}

/// `POST auth/logout`: the login ends, or with `everywhere` all logins of the account; always 204.
pub(crate) async fn logout(
    State(app): State<Arc<App>>,
    _: OurPage,
    headers: HeaderMap,
    body: JsonBody,
) -> Answer<Response> {
    let wish: Logout = if body.is_empty() { Logout::default() } else { body.read()? };
    app.accounts.log_out(&headers, wish.everywhere).await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, app.accounts.no_cookie()?)]).into_response())
}

/// `GET /.well-known/jwks.json`
pub(crate) async fn json_web_keys(
    State(app): State<Arc<App>>,
) -> ([(header::HeaderName, &'static str); 1], Json<JsonWebKeys>) {
    let fresh = (header::CACHE_CONTROL, "public, max-age=300");
    ([fresh], Json(app.accounts.access.json_web_keys()))
}

/// `GET auth/me`
pub(crate) async fn me(State(app): State<Arc<App>>, Caller(caller): Caller) -> Answer<Json<UserView>> {
    let user = app.engines.ledger.user(caller.id).await?;
    let user = user.ok_or_else(|| Problem::unauthorized("the account does not exist any more"))?;
    Ok(Json(UserView::from(&user)))
}

/// `POST auth/ws-ticket`
pub(crate) async fn ws_ticket(State(app): State<Arc<App>>, Caller(caller): Caller) -> Answer<Response> {
    let ticket = app.accounts.socket_ticket(caller).await?;
    let body = SocketTicketView { ticket, expires_in: app.accounts.ticket_ttl_s() };
    Ok((StatusCode::CREATED, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response())
}

pub(super) fn check_password(password: &str) -> Answer<()> {
    if PASSWORD_CHARS.contains(&password.chars().count()) {
        return Ok(());
    }
    Err(Problem::invalid("password", "must have 8 to 128 characters"))
}

fn granted(status: StatusCode, user: &User, grant: Grant) -> Response {
    let body = LoginView { user: user.into(), access_token: grant.access_token, expires_in: grant.expires_in };
    let headers = [
        (header::SET_COOKIE, grant.cookie),
        (header::CACHE_CONTROL, "no-store".parse().unwrap_or(header::HeaderValue::from_static("no-store"))),
    ];
    (status, headers, Json(body)).into_response()
}
