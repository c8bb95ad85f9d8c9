//! `auth/...` and `admin/users`.

use frontrow_domain::codes::ErrorCode as Code;

use super::{ACCOUNTS, USERS};
use crate::accounts::admin::{AccountView, NewRole, UserAtDoorsView};
use crate::accounts::bans::Wish as BanWish;
use crate::accounts::by_mail::{Forgotten, NewPassword, Proof};
use crate::accounts::routes::{Credentials, LoginView, Logout, Registration, SocketTicketView, UserView};
use crate::api::access::Whose;
use crate::api::operation::{Operation, Who};
use crate::api::parameters::{cookie, cursor, search};

const COOKIE: &str = "The new refresh token: HttpOnly, SameSite=Strict";

fn operation(id: &'static str, summary: &'static str) -> Operation {
    Operation::new(ACCOUNTS, id, summary)
}

pub(crate) fn register() -> Operation {
    operation("register", "Make an account and sign it in")
        .says("A mail to prove the address follows.")
        .takes::<Registration>()
        .answers::<LoginView>(201, "Made and signed in")
        .header("Set-Cookie", COOKIE)
        .refuses(&[Code::EmailTaken, Code::RateLimited])
}

pub(crate) fn login() -> Operation {
    operation("login", "Sign in")
        .says("Unknown addresses and wrong passwords are the same answer after the same time.")
        .takes::<Credentials>()
        .answers::<LoginView>(200, "Signed in")
        .header("Set-Cookie", COOKIE)
        .refuses(&[Code::InvalidCredentials, Code::Banned, Code::RateLimited])
}

pub(crate) fn refresh() -> Operation {
    operation("refresh", "Get a new access token")
        .says("Replaces the refresh token. Within ten seconds the old one gives the same successor; after that its use ends the login.")
        .may(Who::Cookie)
        .with(cookie("frontrow_refresh", "The refresh token"))
        .answers::<LoginView>(200, "Still signed in")
        .header("Set-Cookie", COOKIE)
        .refuses(&[Code::Unauthorized, Code::Forbidden, Code::Banned])
}

pub(crate) fn logout() -> Operation {
    operation("logout", "Sign out")
        .says("Ends the login of the cookie, else that of the access token. 204 also when there is nothing to end.")
        .may(Who::CookieOrToken)
        .with(cookie("frontrow_refresh", "The refresh token"))
        .may_take::<Logout>()
        .answers_nothing(204, "Signed out")
        .header("Set-Cookie", "Removes the refresh token")
        .refuses(&[Code::Unauthorized, Code::Forbidden])
}

pub(crate) fn me() -> Operation {
    operation("me", "Who am I?").may(Who::User).answers::<UserView>(200, "My account")
}

pub(crate) fn ws_ticket() -> Operation {
    operation("ws_ticket", "Get a ticket for a socket")
        .says("It works once, for half a minute, as the frame `auth`.")
        .may(Who::User)
        .answers::<SocketTicketView>(201, "A ticket")
}

pub(crate) fn password_reset() -> Operation {
    operation("password_reset", "Ask for a mail to set a new password")
        .says("The same answer whether or not the address is registered.")
        .takes::<Forgotten>()
        .answers_nothing(202, "If there is such an account, a mail follows")
        .refuses(&[Code::RateLimited])
}

pub(crate) fn confirm_password_reset() -> Operation {
    operation("confirm_password_reset", "Set a new password")
        .says("Ends all logins of the account and signs nobody in.")
        .takes::<NewPassword>()
        .answers_nothing(204, "The password is another one")
        .refuses(&[Code::BadToken, Code::RateLimited])
}

pub(crate) fn verify_email() -> Operation {
    operation("verify_email", "Prove the e-mail address")
        .takes::<Proof>()
        .answers::<UserView>(200, "The account with its proved address")
        .refuses(&[Code::BadToken, Code::RateLimited])
}

pub(crate) fn resend_verification() -> Operation {
    operation("resend_verification", "Ask for another mail to prove the address")
        .may(Who::User)
        .answers_nothing(202, "A mail follows")
}

pub(crate) fn users() -> Operation {
    Operation::new(USERS, "users", "Find accounts")
        .says("Pages of fifty, by e-mail.")
        .may(Who::Admin)
        .with(search("q", 100, "E-mail or name contain it"))
        .with(cursor())
        .lists::<AccountView>("Accounts")
}

pub(crate) fn set_role() -> Operation {
    Operation::new(USERS, "set_role", "Give an account a role")
        .about(Whose::Everybodys)
        .says("It counts at once. Another role than `scanner` takes all assignments away. Nobody gives up being an administrator by themselves.")
        .may(Who::Admin)
        .takes::<NewRole>()
        .answers::<UserAtDoorsView>(200, "The account with its role")
}

pub(crate) fn ban() -> Operation {
    Operation::new(USERS, "ban", "Shut an account out")
        .about(Whose::Everybodys)
        .says("Its logins end and its sockets close, within a second everywhere; what it holds is free again, and nobody signs in to it. What it has bought stays. Nobody bans themselves.")
        .may(Who::Admin)
        .takes::<BanWish>()
        .answers::<AccountView>(200, "The account with its ban")
}

pub(crate) fn unban() -> Operation {
    Operation::new(USERS, "unban", "Let an account in again")
        .about(Whose::Everybodys)
        .says("It has to sign in anew. To no effect on one that is not banned.")
        .may(Who::Admin)
        .answers::<AccountView>(200, "The account")
}
