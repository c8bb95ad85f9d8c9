//! Tasks that come and go while a server runs: rooms, hubs, dashboards. One that panics leaves behind a room that looks alive and
//! never changes again, so it ends the server as a worker does that dies. Whoever starts it again gets rooms that are right.
//!
//! It must never be rung by a task that is only stopped: rooms close all the time.

use tokio_util::sync::CancellationToken;

/// See the module. Copies ring the same bell.
#[derive(Clone, Default)]
pub(crate) struct Alarm(CancellationToken);

/// Rings when it is dropped by a panic on its way out.
struct Rope(CancellationToken);

impl Alarm {
    /// One that cancels `crashed`.
    pub(crate) const fn new(crashed: CancellationToken) -> Self {
        Self(crashed)
    }

    /// The same task, watched.
    pub(crate) async fn watch<T>(self, task: impl Future<Output = T>) -> T {
        let _rope = Rope(self.0);
        task.await
    }
}

impl Drop for Rope {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.cancel();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_rings_and_an_end_does_not() {
        let crashed = CancellationToken::new();
        let alarm = Alarm::new(crashed.clone());
        tokio::spawn(alarm.clone().watch(async {})).await.unwrap();
        let stopped = tokio::spawn(alarm.clone().watch(std::future::pending::<()>()));
        tokio::task::yield_now().await;
        stopped.abort();
        assert!(stopped.await.unwrap_err().is_cancelled());
        assert!(!crashed.is_cancelled());
        assert!(tokio::spawn(alarm.watch(async { panic!("on purpose") })).await.unwrap_err().is_panic());
        assert!(crashed.is_cancelled());
    }
}
