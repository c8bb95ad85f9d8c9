//! The doors, from outside: clients that are slow, silent, too many, broken or hostile, over bare TCP. Whatever they do, they are
//! answered with a refusal or closed in time, nothing panics, and everybody else is served.
//!
//! Few seconds of seeded nonsense by default; `FRONTROW_DOORS_FRAMES`, `FRONTROW_DOORS_REQUESTS` and `FRONTROW_DOORS_SEED`
//! say how much and which.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall panic, its helpers too")]

mod crowds;
mod frames;
mod nonsense;
mod overload;
mod requests;
mod time;
mod wire;

#[path = "../it/support/mod.rs"]
#[expect(dead_code, unused_imports, reason = "the other test binary uses the rest")]
mod support;

use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};

use frontrow_settings::Settings;
use support::{Engine, TestStack};

static PANICS: AtomicUsize = AtomicUsize::new(0);

/// The servers of these tests run in this process, where a panic of a task is heard by nobody.
fn count_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            // A test that fails says so itself.
            let is_ours = panic.location().is_some_and(|place| place.file().contains("/tests/"));
            PANICS.fetch_add(usize::from(!is_ours), Ordering::Relaxed);
            usual(panic);
        }));
    });
}

/// A server of this process that nothing may panic in.
async fn stack(change: impl FnOnce(&mut Settings)) -> TestStack {
    count_panics();
    TestStack::with(Engine::Embedded, 1, change).await
}

/// Nothing has panicked, and the server does what it is there for.
async fn assert_healthy(stack: &TestStack, event: &str) {
    assert_eq!(PANICS.load(Ordering::Relaxed), 0, "something has panicked");
    let ada = stack.buyer(0).await;
    let held = ada.hold(event, &["A-1"]).await;
    assert_eq!(held.status, 201, "{held:?}");
    assert_eq!(ada.release(event, &["A-1"]).await.status, 204);
    // Nobody else has ever had a seat; the map follows within a tick.
    ada.wait_for_event(event, |event| event["counts"]["held"] == 0 && event["counts"]["sold"] == 0).await;
}
