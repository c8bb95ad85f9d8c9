//! One admin socket's place at a dashboard. Dropping it is leaving.

use std::collections::HashSet;
use std::sync::Arc;

use frontrow_domain::ids::UserId;
use frontrow_domain::protocol::dashboard::DashboardFrame;
use tokio::sync::{broadcast, watch};

use super::Dashboard;
use crate::fanout::Frame;
use crate::metrics;

/// See the module.
pub(crate) struct View {
    dashboard: Arc<Dashboard>,
    viewer: UserId,
    /// The newest statistics when the viewer came; what comes after them is in `frames`.
    latest: Option<Frame>,
    frames: broadcast::Receiver<Frame>,
}

/// Whether a viewer may still look.
pub(crate) struct Standing {
    viewer: UserId,
    dismissed: watch::Receiver<HashSet<UserId>>,
}

impl View {
    pub(super) fn new(dashboard: Arc<Dashboard>, viewer: UserId) -> Self {
        dashboard.viewer_came(viewer);
        let (latest, frames) = dashboard.join();
        Self { dashboard, viewer, latest, frames }
    }

    /// Says when the viewer may not look any more.
    pub(crate) fn standing(&self) -> Standing {
        Standing { viewer: self.viewer, dismissed: self.dashboard.dismissed.subscribe() }
    }

    /// Who looks.
    pub(crate) const fn viewer(&self) -> UserId {
        self.viewer
    }

    /// What comes first: the history, then the newest statistics if there are any yet. The next ones come within a second.
    pub(crate) fn beginning(&mut self, now_ms: u64) -> Vec<Frame> {
        let points = self.dashboard.room.history(now_ms);
        let history = Frame::text(DashboardFrame::StatsHistory { points }.to_json());
        std::iter::once(history).chain(self.latest.take()).collect()
    }

    /// The next frame; in place of those that a slow socket lost, how many they were.
    pub(crate) async fn next(&mut self) -> Frame {
        match self.frames.recv().await {
            Ok(frame) => frame,
            Err(broadcast::error::RecvError::Lagged(rows)) => {
                metrics::activity_rows("dropped", rows);
                Frame::text(DashboardFrame::RowsDropped { rows }.to_json())
            }
            // The dashboard lives as long as this.
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
}

impl Standing {
    /// Waits until the viewer may not look any more.
    pub(crate) async fn lost(&mut self) {
        let viewer = self.viewer;
        if self.dismissed.wait_for(|dismissed| dismissed.contains(&viewer)).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for View {
    fn drop(&mut self) {
        self.dashboard.viewer_left(self.viewer);
    }
}
