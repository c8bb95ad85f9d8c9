//! A server's life: build the state, start the workers, serve, stop softly and then for good.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use frontrow_domain::clock::Clock;
use frontrow_engines::holds::Holds;
use frontrow_engines::ledger::Ledger;
use frontrow_engines::log::Log;
use frontrow_settings::Settings;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::time::{interval, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{error, info, warn};

use crate::accounts::Accounts;
use crate::app::{self, App};
use crate::catalogue::Catalogue;
use crate::gatekeeper::Gatekeeper;
use crate::holds::HoldDesk;
use crate::http::limits::Limits;
use crate::listener;
use crate::rooms::{HINTS, News, Rooms};

/// How often metrics are tidied and idle buckets forgotten.
const UPKEEP_EVERY: Duration = Duration::from_secs(5);

/// What a server stands on.
#[derive(Clone)]
pub struct Engines {
    /// Who has a seat for the next minutes.
    pub holds: Arc<dyn Holds>,
    /// The truth.
    pub ledger: Arc<dyn Ledger>,
    /// Carries facts to every server.
    pub log: Arc<dyn Log>,
}

/// A running server.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    app: Arc<App>,
    tasks: TaskTracker,
    workers: TaskTracker,
    stop: CancellationToken,
    stop_workers: CancellationToken,
    crashed: CancellationToken,
}

impl Server {
    /// Starts serving on `listener`. Everything that can be wrong with the settings is found before the first accept.
    pub fn start(
        settings: Settings,
        engines: Engines,
        clock: Arc<dyn Clock>,
        listener: TcpListener,
        metrics: Option<PrometheusHandle>,
    ) -> anyhow::Result<Self> {
        let address = listener.local_addr().context("the listener has no address")?;
        let (tasks, workers) = (TaskTracker::new(), TaskTracker::new());
        let (stop, stop_workers) = (CancellationToken::new(), CancellationToken::new());
        let app = build(settings, engines, clock, metrics, (workers.clone(), stop_workers.clone()), stop.clone())?;
        let crashed = CancellationToken::new();
        start_workers(&app, &Crew { tasks: workers.clone(), stop: stop_workers.clone(), crashed: crashed.clone() });
        let router = app::router(&app);
        let accepting = listener::run(listener, router, app.settings.server.clone(), tasks.clone(), stop.clone());
        tasks.spawn(accepting);
        info!(%address, server.name = app.settings.server.name, "the server is listening");
        Ok(Self { address, app, tasks, workers, stop, stop_workers, crashed })
    }

    /// Makes the first administrator if the address is not registered yet.
    pub async fn create_admin(&self, email: &str, password: &str) -> anyhow::Result<()> {
        self.app.accounts.create_admin(email, password).await
    }

    /// Ends when a worker has ended by itself or panicked: they run until they are stopped.
    pub async fn crashed(&self) {
        self.crashed.cancelled().await;
    }

    /// Softly first: requests finish, sockets hear goodbye. After the time limit, for good.
    pub async fn stop(self) {
        let limit = Duration::from_millis(self.app.settings.server.shutdown_timeout_ms);
        self.stop.cancel();
        self.tasks.close();
        self.app.sockets.close();
        let softly = async {
            self.app.sockets.wait().await;
            self.tasks.wait().await;
        };
        if timeout(limit, softly).await.is_err() {
            warn!("some connections did not end in time and are dropped");
        }
        self.stop_workers.cancel();
        self.workers.close();
        if timeout(limit, self.workers.wait()).await.is_err() {
            warn!("some workers did not end in time and are dropped");
        }
        info!("the server has stopped");
    }
}

fn build(
    settings: Settings,
    engines: Engines,
    clock: Arc<dyn Clock>,
    metrics: Option<PrometheusHandle>,
    workers: (TaskTracker, CancellationToken),
    stop: CancellationToken,
) -> anyhow::Result<Arc<App>> {
    let (holds, ledger) = (Arc::clone(&engines.holds), Arc::clone(&engines.ledger));
    let accounts = Accounts::new(&settings, Arc::clone(&ledger), Arc::clone(&clock))?;
    let catalogue = Arc::new(Catalogue::new(Arc::clone(&ledger)));
    let gatekeeper = Arc::new(Gatekeeper { holds: Arc::clone(&holds), ledger });
    let rooms = Arc::new(Rooms::new(
        Arc::clone(&holds),
        Arc::clone(&catalogue),
        Arc::clone(&gatekeeper),
        Arc::clone(&clock),
        settings.rooms.clone(),
        workers,
    ));
    let desk = HoldDesk {
        holds,
        catalogue: Arc::clone(&catalogue),
        gatekeeper: Arc::clone(&gatekeeper),
        rooms: Arc::clone(&rooms),
    };
    let limits = Limits::new(&settings.limits);
    let sockets = TaskTracker::new();
    Ok(Arc::new(App {
        settings,
        clock,
        engines,
        accounts,
        catalogue,
        gatekeeper,
        desk,
        rooms,
        limits,
        metrics,
        sockets,
        stop,
    }))
}

/// The tasks that run as long as the server does.
struct Crew {
    tasks: TaskTracker,
    stop: CancellationToken,
    crashed: CancellationToken,
}

impl Crew {
    /// A worker that ends in any other way than by the stop, a panic included, drops its guard and so reports a crash.
    fn hire(&self, work: impl Future<Output = ()> + Send + 'static) {
        let (stop, guard) = (self.stop.clone(), self.crashed.clone().drop_guard());
        self.tasks.spawn(async move {
            tokio::select! {
                () = stop.cancelled() => drop(guard.disarm()),
                () = work => error!("a worker ended by itself"),
            }
        });
    }
}

fn start_workers(app: &Arc<App>, crew: &Crew) {
    let (sender, hints) = mpsc::channel(HINTS);
    let holds = Arc::clone(&app.engines.holds);
    crew.hire(async move { holds.listen(sender).await });
    let rooms = Arc::clone(&app.rooms);
    crew.hire(async move { rooms.dispatch(hints).await });
    let news = News {
        reader: app.settings.server.name.clone(),
        log: Arc::clone(&app.engines.log),
        ledger: Arc::clone(&app.engines.ledger),
        catalogue: Arc::clone(&app.catalogue),
        gatekeeper: Arc::clone(&app.gatekeeper),
        rooms: Arc::clone(&app.rooms),
    };
    crew.hire(news.run());
    crew.hire(upkeep(Arc::clone(app)));
}

async fn upkeep(app: Arc<App>) {
    let mut ticks = interval(UPKEEP_EVERY);
    loop {
        ticks.tick().await;
        app.limits.forget_idle();
        if let Some(metrics) = &app.metrics {
            metrics.run_upkeep();
        }
    }
}
