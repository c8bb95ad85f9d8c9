//! What every ledger must do for accounts and their logins.

use frontrow_domain::account::{Ban, Role, User};
use frontrow_domain::clock::UnixMs;
use frontrow_domain::ids::{EventId, LoginId, UserId};
use frontrow_engines::ledger::{Ledger, OneTimeToken, RefreshToken, Rotation, SocketLogin, TokenKind};
use uuid::Uuid;

use crate::support::{mongo, new_event_id, new_user_id, now, sqlite};

crate::contract!(
    [on_mongo: super::mongo, on_sqlite: super::sqlite],
    [
        an_email_belongs_to_one_account,
        accounts_are_found_in_any_case_and_paged,
        many_accounts_are_read_at_once,
        a_password_and_a_proven_address_are_kept,
        a_ban_is_kept_until_it_is_lifted,
        a_scanner_has_assignments_until_the_role_changes,
        a_one_time_token_works_once,
        a_refresh_token_is_exchanged_once,
        two_tabs_get_the_same_successor,
        a_stolen_refresh_token_ends_its_login,
        an_expired_or_unknown_refresh_token_is_exchanged_for_nothing,
        a_login_that_goes_on_is_not_forgotten,
        a_login_ends_once,
        all_logins_of_an_account_end_together,
    ]
);

/// Long after every race between tabs is over.
const GRACE_MS: i64 = 10_000;
const DAY_MS: i64 = 86_400_000;

fn user(email: &str) -> User {
    User {
        id: new_user_id(),
        email: email.into(),
        name: "Ada (admin)".into(),
        role: Role::Customer,
        password_hash: "$argon2id$".into(),
        email_verified: false,
        created_at: now(),
        ban: None,
    }
}

async fn an_email_belongs_to_one_account(ledger: &impl Ledger) {
    let ada = user("ada@example.org");
    assert!(ledger.create_user(&ada).await.expect("answers"));
    assert!(!ledger.create_user(&user("ada@example.org")).await.expect("answers"));
    assert_eq!(ledger.user_by_email("ada@example.org").await.expect("answers"), Some(ada.clone()));
    let promoted = ledger.set_role(ada.id, Role::Organizer).await.expect("answers").expect("the account");
    assert_eq!(promoted.role, Role::Organizer);
    assert_eq!(ledger.find_users("(ADMIN)", "", 10).await.expect("answers"), [promoted], "the text is no pattern");
    assert_eq!(ledger.find_users(".*", "", 10).await.expect("answers"), []);
    let ben = user("ben@example.org");
    assert!(ledger.create_user(&ben).await.expect("answers"));
    assert_eq!(ledger.find_users("", "ada@example.org", 10).await.expect("answers"), [ben], "after Ada comes Ben");
}

async fn accounts_are_found_in_any_case_and_paged(ledger: &impl Ledger) {
    let people = ["a@example.org", "b@example.org", "c@example.org"]
        .map(|email| User { name: "JÖRG Ünal".into(), ..user(email) });
    for person in &people {
        assert!(ledger.create_user(person).await.expect("answers"));
    }
    let found = ledger.find_users("jörg ÜNAL", "", 2).await.expect("answers");
    assert_eq!(found, people[..2]);
    let found = ledger.find_users("jörg", &found[1].email, 2).await.expect("answers");
    assert_eq!(found, people[2..]);
    assert_eq!(ledger.find_users("j%rg", "", 2).await.expect("answers"), []);
}

async fn many_accounts_are_read_at_once(ledger: &impl Ledger) {
    let users = ["one@at-once.org", "two@at-once.org", "three@at-once.org"].map(user);
    for user in &users {
        assert!(ledger.create_user(user).await.expect("answers"));
    }
    let wanted = [users[2].id, new_user_id(), users[0].id, users[0].id];
    let mut found = ledger.users(&wanted).await.expect("answers");
    found.sort_by_key(|user| user.id);
    let mut expected = vec![users[0].clone(), users[2].clone()];
    expected.sort_by_key(|user| user.id);
    assert_eq!(found, expected, "unknown ones are left out");
    assert_eq!(ledger.users(&[]).await.expect("answers"), []);
}

async fn a_password_and_a_proven_address_are_kept(ledger: &impl Ledger) {
    let ada = user("ada@example.org");
    assert!(ledger.create_user(&ada).await.expect("answers"));
    assert!(ledger.set_password(ada.id, "$argon2id$new").await.expect("answers"));
    let expected = User { password_hash: "$argon2id$new".into(), email_verified: true, ..ada.clone() };
    assert_eq!(ledger.verify_email(ada.id).await.expect("answers"), Some(expected.clone()));
    assert_eq!(ledger.verify_email(ada.id).await.expect("answers"), Some(expected.clone()), "again, to no effect");
    assert_eq!(ledger.user(ada.id).await.expect("answers"), Some(expected));

    let nobody = new_user_id();
    assert!(!ledger.set_password(nobody, "$argon2id$").await.expect("answers"));
    assert_eq!(ledger.verify_email(nobody).await.expect("answers"), None);
    assert_eq!(ledger.set_role(nobody, Role::Admin).await.expect("answers"), None);
}

async fn a_ban_is_kept_until_it_is_lifted(ledger: &impl Ledger) {
    let (ada, ben) = (user("ada@example.org"), user("ben@example.org"));
    for person in [&ada, &ben] {
        assert!(ledger.create_user(person).await.expect("answers"));
    }
    let ban = Ban { at: now(), by: ben.id, reason: "sells tickets \"twice\"".into() };
    let banned = User { ban: Some(ban.clone()), ..ada.clone() };
    assert_eq!(ledger.set_ban(ada.id, Some(&ban)).await.expect("answers"), Some(banned.clone()));
    assert_eq!(ledger.user(ada.id).await.expect("answers"), Some(banned.clone()));
    assert_eq!(ledger.user_by_email(&ada.email).await.expect("answers"), Some(banned.clone()));
    assert_eq!(ledger.find_users("", "", 10).await.expect("answers"), [banned.clone(), ben.clone()], "nobody else");
    let promoted = ledger.set_role(ada.id, Role::Organizer).await.expect("answers").expect("the account");
    assert_eq!(promoted.ban, Some(ban.clone()), "a role changes nothing about it");

    let again = Ban { reason: "another one".into(), ..ban };
    let banned = ledger.set_ban(ada.id, Some(&again)).await.expect("answers").expect("the account");
    assert_eq!(banned.ban, Some(again));
    let lifted = ledger.set_ban(ada.id, None).await.expect("answers").expect("the account");
    assert_eq!(lifted.ban, None);
    assert_eq!(ledger.set_ban(new_user_id(), None).await.expect("answers"), None);
}

async fn a_scanner_has_assignments_until_the_role_changes(ledger: &impl Ledger) {
    let (sam, tom) = (user("sam@example.org"), user("tom@example.org"));
    let mut events = [new_event_id(), new_event_id()];
    events.sort_unstable();
    for scanner in [&sam, &tom] {
        assert!(ledger.create_user(scanner).await.expect("answers"));
        ledger.set_role(scanner.id, Role::Scanner).await.expect("answers");
        // Not in the order of their ids, and one of them twice.
        for event in [events[1], events[0], events[1]] {
            ledger.assign_scanner(scanner.id, event).await.expect("answers");
        }
    }
    let assigned = |scanner: UserId| async move { ledger.scanner_events(scanner).await.expect("answers") };
    ledger.set_role(sam.id, Role::Scanner).await.expect("answers");
    assert_eq!(assigned(sam.id).await, events, "still a scanner");
    ledger.set_role(sam.id, Role::Customer).await.expect("answers");
    assert_eq!(assigned(sam.id).await, [] as [EventId; 0]);
    ledger.set_role(sam.id, Role::Scanner).await.expect("answers");
    assert_eq!(assigned(sam.id).await, [] as [EventId; 0], "a new start");
    assert_eq!(assigned(tom.id).await, events, "somebody else's stay");
}

fn socket_token(user_id: UserId, hash: &str) -> OneTimeToken {
    let expires_at = now().plus_ms(60_000);
    let login = Some(SocketLogin { id: LoginId(Uuid::now_v7()), expires_at: expires_at.plus_ms(1) });
    OneTimeToken { kind: TokenKind::Socket, hash: hash.into(), user_id, expires_at, login }
}

async fn a_one_time_token_works_once(ledger: &impl Ledger) {
    let token = socket_token(new_user_id(), "abc");
    ledger.save_token(&token).await.expect("answers");
    let take = |kind, at| ledger.take_token(kind, "abc", at);
    assert_eq!(take(TokenKind::PasswordReset, now()).await.expect("answers"), None, "another kind is another token");
    assert_eq!(take(TokenKind::Socket, token.expires_at).await.expect("answers"), None, "too late");
    let (one, two) = tokio::join!(take(TokenKind::Socket, now()), take(TokenKind::Socket, now()));
    let taken = [one.expect("answers"), two.expect("answers")];
    assert_eq!(taken.iter().flatten().collect::<Vec<_>>(), [&token]);

    for kind in [TokenKind::PasswordReset, TokenKind::EmailVerification] {
        let token = OneTimeToken { kind, login: None, ..token.clone() };
        ledger.save_token(&token).await.expect("answers");
        assert_eq!(take(kind, now()).await.expect("answers"), Some(token), "without a login");
    }
}

fn first_token(user_id: UserId) -> RefreshToken {
    RefreshToken {
        hash: Uuid::new_v4().simple().to_string(),
        login_id: LoginId(Uuid::now_v7()),
        user_id,
        salt: "salt".into(),
        expires_at: now().plus_ms(DAY_MS),
    }
}

fn successor(of: &RefreshToken) -> RefreshToken {
    let (hash, expires_at) = (format!("{}+", of.hash), of.expires_at.plus_ms(DAY_MS));
    RefreshToken { hash, salt: "another".into(), expires_at, ..of.clone() }
}

async fn started(ledger: &impl Ledger, user: UserId) -> RefreshToken {
    let first = first_token(user);
    ledger.start_login(&first, now()).await.expect("answers");
    first
}

async fn rotate(ledger: &impl Ledger, token: &RefreshToken, at: UnixMs) -> Rotation {
    ledger.rotate(&token.hash, &successor(token), at, GRACE_MS).await.expect("answers")
}

async fn a_refresh_token_is_exchanged_once(ledger: &impl Ledger) {
    let first = started(ledger, new_user_id()).await;
    let found = |token: RefreshToken, at| async move { ledger.refresh_token(&token.hash, at).await.expect("answers") };
    assert_eq!(found(first.clone(), now()).await, Some(first.clone()));
    assert_eq!(found(successor(&first), now()).await, None, "not yet");
    let at = now();
    assert_eq!(rotate(ledger, &first, at).await, Rotation::Rotated);
    assert_eq!(found(successor(&first), at).await, Some(successor(&first)));
    assert_eq!(found(first.clone(), at).await, Some(first.clone()), "used, and still known");
    assert_eq!(rotate(ledger, &first, at.plus_ms(GRACE_MS - 1)).await, Rotation::Repeated);
    assert_eq!(rotate(ledger, &successor(&first), at).await, Rotation::Rotated, "the login goes on");
    assert_eq!(found(first.clone(), first.expires_at).await, None, "expired");
}

async fn two_tabs_get_the_same_successor(ledger: &impl Ledger) {
    let first = started(ledger, new_user_id()).await;
    let at = now();
    let (one, two) = tokio::join!(rotate(ledger, &first, at), rotate(ledger, &first, at));
    let rotated = [one, two].into_iter().filter(|rotation| *rotation == Rotation::Rotated).count();
    let repeated = [one, two].into_iter().filter(|rotation| *rotation == Rotation::Repeated).count();
    assert_eq!((rotated, repeated), (1, 1), "{one:?} {two:?}");
}

async fn a_stolen_refresh_token_ends_its_login(ledger: &impl Ledger) {
    let first = started(ledger, new_user_id()).await;
    let bystander = started(ledger, first.user_id).await;
    let at = now();
    assert_eq!(rotate(ledger, &first, at).await, Rotation::Rotated);
    let later = at.plus_ms(GRACE_MS + 1);
    assert_eq!(rotate(ledger, &first, later).await, Rotation::Reused);
    assert_eq!(rotate(ledger, &successor(&first), later).await, Rotation::Ended, "the thief's or the victim's");
    assert_eq!(rotate(ledger, &first, later).await, Rotation::Ended);
    assert_eq!(ledger.logins_ended(at).await.expect("answers"), [first.login_id]);
    assert_eq!(rotate(ledger, &bystander, later).await, Rotation::Rotated, "another login of the account");
}

async fn an_expired_or_unknown_refresh_token_is_exchanged_for_nothing(ledger: &impl Ledger) {
    assert_eq!(rotate(ledger, &first_token(new_user_id()), now()).await, Rotation::Ended);
    assert_eq!(ledger.refresh_token("nothing", now()).await.expect("answers"), None);
    let first = started(ledger, new_user_id()).await;
    assert_eq!(rotate(ledger, &first, first.expires_at).await, Rotation::Ended);
    assert_eq!(ledger.refresh_token(&successor(&first).hash, now()).await.expect("answers"), None);
}

async fn a_login_that_goes_on_is_not_forgotten(ledger: &impl Ledger) {
    let mut token = started(ledger, new_user_id()).await;
    // Every exchange just before the token ends, and other logins start meanwhile.
    for _ in 0..5 {
        let at = token.expires_at.plus_ms(-1);
        assert_eq!(rotate(ledger, &token, at).await, Rotation::Rotated);
        token = successor(&token);
        let other = RefreshToken { expires_at: at.plus_ms(DAY_MS), ..first_token(new_user_id()) };
        ledger.start_login(&other, at).await.expect("answers");
    }
    ledger.end_login(token.login_id, token.expires_at).await.expect("answers");
    assert_eq!(ledger.logins_ended(token.expires_at).await.expect("answers"), [token.login_id]);
}

async fn a_login_ends_once(ledger: &impl Ledger) {
    let first = started(ledger, new_user_id()).await;
    let at = now();
    ledger.end_login(LoginId(Uuid::now_v7()), at).await.expect("answers");
    ledger.end_login(first.login_id, at).await.expect("answers");
    ledger.end_login(first.login_id, at.plus_ms(5_000)).await.expect("answers");
    assert_eq!(rotate(ledger, &first, at).await, Rotation::Ended);
    let found = ledger.refresh_token(&first.hash, at).await.expect("answers");
    assert_eq!(found, Some(first.clone()), "of a login that has ended");
    let ended = |since| async move { ledger.logins_ended(since).await.expect("answers") };
    assert_eq!(ended(at).await, [first.login_id]);
    assert_eq!(ended(at.plus_ms(1)).await, [] as [LoginId; 0], "it had ended before");
}

async fn all_logins_of_an_account_end_together(ledger: &impl Ledger) {
    let (ada, ben) = (new_user_id(), new_user_id());
    let (one, two) = (started(ledger, ada).await, started(ledger, ada).await);
    let bystander = started(ledger, ben).await;
    for token in [socket_token(ada, "ada's"), socket_token(ben, "ben's")] {
        ledger.save_token(&token).await.expect("answers");
        ledger.save_token(&OneTimeToken { kind: TokenKind::PasswordReset, ..token }).await.expect("answers");
    }
    let at = now();
    ledger.end_login(one.login_id, at).await.expect("answers");
    ledger.end_logins(ada, at.plus_ms(1_000)).await.expect("answers");
    let mut ended = ledger.logins_ended(at).await.expect("answers");
    ended.sort_unstable();
    assert_eq!(ended, [one.login_id, two.login_id]);
    assert_eq!(ledger.logins_ended(at.plus_ms(1)).await.expect("answers"), [two.login_id]);
    assert_eq!(rotate(ledger, &two, at).await, Rotation::Ended);
    assert_eq!(rotate(ledger, &bystander, at).await, Rotation::Rotated);
    for kind in [TokenKind::Socket, TokenKind::PasswordReset] {
        assert_eq!(ledger.take_token(kind, "ada's", at).await.expect("answers"), None);
        assert!(ledger.take_token(kind, "ben's", at).await.expect("answers").is_some());
    }
}
