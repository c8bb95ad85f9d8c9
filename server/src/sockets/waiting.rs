//! What a connection waits for besides its socket and its room: the end of a login, a cart, the dashboard. Whatever does
//! not exist for a connection is waited for without an end.

use frontrow_domain::ids::LoginId;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use crate::app::App;
use crate::dashboard::{Standing, View};
use crate::rooms::{Cart, Frame};

/// What keeps an eye on the login of a socket.
pub(super) struct Login {
    pub(super) id: LoginId,
    pub(super) expires: Instant,
    /// Changes when this server hears that some login has ended.
    pub(super) endings: watch::Receiver<()>,
}

/// An admin socket that nobody has signed in yet.
pub(super) struct AtTheDoorUntil {
    pub(super) deadline: Instant,
    /// Where the client left off; its frames are for those who are let in.
    pub(super) resume: Option<(String, u64)>,
}

/// Waits for the end of the login: its time, or its revocation. Pending for ever while nobody is signed in.
pub(super) async fn ended(app: &App, login: &mut Option<Login>) {
    let Some(Login { id, expires, endings }) = login else { return std::future::pending().await };
    let revoked = async {
        // It may have ended between the ticket and now.
        while !app.accounts.has_ended(*id) {
            if endings.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    };
    tokio::select! {
        () = sleep_until(*expires) => {}
        () = revoked => {}
    }
}

/// Waits until an organizer may not look any more. Pending for ever on a public socket.
pub(super) async fn dismissed(standing: &mut Option<Standing>) {
    match standing {
        Some(standing) => standing.lost().await,
        None => std::future::pending().await,
    }
}

/// The next frame of the dashboard. Pending for ever on a public socket.
pub(super) async fn seen(view: &mut Option<View>) -> Frame {
    match view {
        Some(view) => view.next().await,
        None => std::future::pending().await,
    }
}

/// Pending for ever where nobody has to be let in.
pub(super) async fn waited_too_long(at_the_door: Option<&AtTheDoorUntil>) {
    match at_the_door {
        Some(until) => sleep_until(until.deadline).await,
        None => std::future::pending().await,
    }
}

/// Pending for ever while nobody is signed in.
pub(super) async fn changed(cart: &mut Option<watch::Receiver<Cart>>) {
    match cart {
        Some(cart) => {
            if cart.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
        None => std::future::pending().await,
    }
}
