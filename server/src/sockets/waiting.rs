//! What a connection waits for besides its socket and its room: its end, a cart, the dashboard. Nobody who only watches has
//! any of it, so it is boxed: a socket that waits should cost next to nothing.

use std::sync::Arc;

use frontrow_domain::codes::CloseReason;
use frontrow_domain::ids::LoginId;
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep_until};

use crate::app::App;
use crate::dashboard::{Standing, View};
use crate::fanout::Frame;
use crate::rooms::Cart;

/// How long a socket may stay.
#[derive(Default)]
pub(super) struct Terms {
    /// As long as its login lasts.
    pub(super) login: Option<Login>,
    /// As long as its account runs the event.
    pub(super) standing: Option<Standing>,
    /// So long without anybody being let in.
    pub(super) at_the_door: Option<AtTheDoorUntil>,
}

/// What keeps an eye on the login of a socket.
pub(super) struct Login {
    pub(super) id: LoginId,
    pub(super) expires: Instant,
    /// Tells when this server hears that some login has ended.
    pub(super) endings: Arc<Notify>,
}

/// An admin socket that nobody has signed in yet.
pub(super) struct AtTheDoorUntil {
    pub(super) deadline: Instant,
    /// Where the client left off; its frames are for those who are let in.
    pub(super) resume: Option<(String, u64)>,
}

/// What somebody who signed in follows besides the map.
#[derive(Default)]
pub(super) struct Interests {
    pub(super) cart: Option<watch::Receiver<Cart>>,
    /// The losses of the cart that were told, or had happened before.
    pub(super) losses_told: u64,
    /// An organizer's place at the event's dashboard.
    pub(super) view: Option<View>,
}

/// Something that somebody follows.
pub(super) enum News {
    Cart,
    Dashboard(Frame),
}

/// Waits until a socket may not stay any longer. For ever on a public socket that nobody signed in.
pub(super) async fn over(app: &App, terms: Option<&mut Terms>) -> CloseReason {
    match terms {
        Some(terms) => Box::pin(terms.over(app)).await,
        None => std::future::pending().await,
    }
}

/// The next piece of news. Pending for ever while nobody follows anything.
pub(super) async fn news(interests: Option<&mut Interests>) -> News {
    match interests {
        Some(interests) => Box::pin(interests.news()).await,
        None => std::future::pending().await,
    }
}

impl Terms {
    async fn over(&mut self, app: &App) -> CloseReason {
        let Self { login, standing, at_the_door } = self;
        tokio::select! {
            biased;
            () = ended(app, login) => CloseReason::LoginExpired,
            () = dismissed(standing) => CloseReason::Forbidden,
            () = waited_too_long(at_the_door.as_ref()) => CloseReason::Unauthorized,
        }
    }
}

impl Interests {
    async fn news(&mut self) -> News {
        let Self { cart, view, .. } = self;
        tokio::select! {
            biased;
            () = changed(cart) => News::Cart,
            frame = seen(view) => News::Dashboard(frame),
        }
    }
}

/// Waits for the end of the login: its time, or its revocation. Pending for ever while nobody is signed in.
async fn ended(app: &App, login: &mut Option<Login>) {
    let Some(Login { id, expires, endings }) = login else { return std::future::pending().await };
    let revoked = async {
        loop {
            let ending = endings.notified();
            // It may have ended between the ticket and now.
            if app.accounts.has_ended(*id) {
                return;
            }
            ending.await;
        }
    };
    tokio::select! {
        () = sleep_until(*expires) => {}
        () = revoked => {}
    }
}

/// Waits until an organizer may not look any more. Pending for ever on a public socket.
async fn dismissed(standing: &mut Option<Standing>) {
    match standing {
        Some(standing) => standing.lost().await,
        None => std::future::pending().await,
    }
}

/// Pending for ever where nobody has to be let in.
async fn waited_too_long(at_the_door: Option<&AtTheDoorUntil>) {
    match at_the_door {
        Some(until) => sleep_until(until.deadline).await,
        None => std::future::pending().await,
    }
}

/// Pending for ever while nobody is signed in.
async fn changed(cart: &mut Option<watch::Receiver<Cart>>) {
    match cart {
        Some(cart) => {
            if cart.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
        None => std::future::pending().await,
    }
}

/// The next frame of the dashboard. Pending for ever on a public socket.
async fn seen(view: &mut Option<View>) -> Frame {
    match view {
        Some(view) => view.next().await,
        None => std::future::pending().await,
    }
}
