//! A server's life: build the state, start the workers, serve, stop softly and then for good.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use frontrow_domain::clock::Clock;
use frontrow_relay::carrier;
use frontrow_relay::generator::Generator;
use frontrow_settings::{Engine, Settings};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::time::{Instant, interval, sleep, timeout, timeout_at};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{error, info, warn};

use crate::accounts::Accounts;
use crate::alarm::Alarm;
use crate::app::{self, App};
use crate::catalogue::Catalogue;
use crate::checkout::{Checkout, Provider};
use crate::dashboard::Dashboards;
use crate::door::Lanes;
use crate::engines::Engines;
use crate::gatekeeper::Gatekeeper;
use crate::health::Health;
use crate::holds::{Budgets, HoldDesk};
use crate::http::limits::Limits;
use crate::listener;
use crate::reconciler::Reconciler;
use crate::rooms::{HINTS, News, Rooms};
use crate::tickets::TicketOffice;

/// How often metrics are tidied and idle buckets forgotten.
const UPKEEP_EVERY: Duration = Duration::from_secs(5);
/// How often a ledger that is away at start is tried again.
const RETRY_PAUSE: Duration = Duration::from_millis(500);

/// Somebody who can give out roles in a new deployment.
#[derive(Clone)]
pub struct FirstAdmin {
    /// Where they sign in.
    pub email: String,
    /// In the clear, as it came from the environment.
    pub password: String,
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
    /// Starts serving on `listener`. Everything that can be wrong with the settings is found before the first accept. The
    /// first administrator is created if the address is not registered yet; the server is not ready before.
    pub fn start(
        settings: Settings,
        engines: Engines,
        clock: Arc<dyn Clock>,
        listener: TcpListener,
        metrics: Option<PrometheusHandle>,
        first_admin: Option<FirstAdmin>,
    ) -> anyhow::Result<Self> {
        let address = listener.local_addr().context("the listener has no address")?;
        let (tasks, workers) = (TaskTracker::new(), TaskTracker::new());
        let (stop, stop_workers) = (CancellationToken::new(), CancellationToken::new());
        let crashed = CancellationToken::new();
        let crew = (workers.clone(), stop_workers.clone());
        let app = build(settings, engines, clock, metrics, crew, stop.clone(), Alarm::new(crashed.clone()))?;
        let crew = Crew { tasks: workers.clone(), stop: stop_workers.clone(), crashed: crashed.clone() };
        start_workers(&app, &crew);
        match first_admin {
            Some(admin) => crew.hire(create_admin(Arc::clone(&app), admin)),
            None => app.health.note_admin(),
        }
        let router = app::router(&app);
        let accepting = listener::run(listener, router, Arc::clone(&app), tasks.clone(), stop.clone());
        tasks.spawn(accepting);
        info!(%address, server.name = app.settings.server.name, "the server is listening");
        Ok(Self { address, app, tasks, workers, stop, stop_workers, crashed })
    }

    /// Ends when a worker has ended by itself, for they run until they are stopped, or when a room's task has panicked.
    pub async fn crashed(&self) {
        self.crashed.cancelled().await;
    }

    /// Softly first: requests finish, sockets hear goodbye, workers stop. After the time limit, for good.
    pub async fn stop(self) {
        let limit = Duration::from_millis(self.app.settings.server.shutdown_timeout_ms);
        let deadline = Instant::now() + limit;
        self.stop.cancel();
        self.tasks.close();
        self.app.sockets.close();
        let softly = async {
            self.app.sockets.wait().await;
            self.tasks.wait().await;
        };
        // Some of the time is the workers': what a request has begun may still need them.
        if timeout(limit * 3 / 4, softly).await.is_err() {
            warn!("some connections did not end in time and are dropped");
        }
        self.stop_workers.cancel();
        self.workers.close();
        if timeout_at(deadline, self.workers.wait()).await.is_err() {
            warn!("some workers did not end in time and are dropped");
        }
        info!("the server has stopped");
    }
}

/// The state of a server, before anything runs.
pub(crate) fn build(
    settings: Settings,
    engines: Engines,
    clock: Arc<dyn Clock>,
    metrics: Option<PrometheusHandle>,
    workers: (TaskTracker, CancellationToken),
    stop: CancellationToken,
    alarm: Alarm,
) -> anyhow::Result<Arc<App>> {
    let (holds, ledger) = (Arc::clone(&engines.holds), Arc::clone(&engines.ledger));
    let mail = Arc::clone(&engines.mail);
    let tickets = Arc::new(TicketOffice::new(&settings.auth, settings.profile, Arc::clone(&clock))?);
    let accounts = Accounts::new(&settings, Arc::clone(&ledger), mail, Arc::clone(&clock))?;
    let catalogue = Arc::new(Catalogue::new(Arc::clone(&ledger)));
    let gatekeeper = Arc::new(Gatekeeper { holds: Arc::clone(&holds), ledger: Arc::clone(&ledger) });
    let rooms = Arc::new(Rooms::new(
        Arc::clone(&holds),
        Arc::clone(&catalogue),
        Arc::clone(&gatekeeper),
        Arc::clone(&clock),
        settings.rooms.clone(),
        workers,
        alarm,
    ));
    let desk = Arc::new(HoldDesk {
        holds,
        catalogue: Arc::clone(&catalogue),
        gatekeeper: Arc::clone(&gatekeeper),
        rooms: Arc::clone(&rooms),
        budgets: Budgets::new(&settings.limits),
    });
    let checkout = Arc::new(Checkout {
        holds: Arc::clone(&engines.holds),
        ledger,
        payments: Provider::new(Arc::clone(&engines.payments)),
        mail: Arc::clone(&engines.mail),
        catalogue: Arc::clone(&catalogue),
        gatekeeper: Arc::clone(&gatekeeper),
        rooms: Arc::clone(&rooms),
        tickets: Arc::clone(&tickets),
        clock: Arc::clone(&clock),
        public_url: settings.public_url(),
    });
    let limits = Limits::new(&settings.limits, &settings.server.trusted_proxies);
    let lanes = Lanes::new(&settings.admission);
    let sockets = TaskTracker::new();
    Ok(Arc::new(App {
        settings,
        clock,
        engines,
        health: Health::default(),
        accounts,
        catalogue,
        gatekeeper,
        desk,
        checkout,
        tickets,
        rooms,
        dashboards: Dashboards::default(),
        limits,
        lanes,
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
                biased;
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
    let reconciler = Reconciler {
        holds: Arc::clone(&app.engines.holds),
        ledger: Arc::clone(&app.engines.ledger),
        rooms: Arc::clone(&app.rooms),
    };
    crew.hire(reconciler.run(Duration::from_millis(app.settings.reconciler.every_ms)));
    crew.hire(Arc::clone(&app.checkout).resolve());
    crew.hire(Health::watch(Arc::clone(app)));
    let this = Arc::clone(app);
    crew.hire(async move { this.accounts.follow_endings().await });
    let this = Arc::clone(app);
    crew.hire(async move { this.accounts.write_letters().await });
    crew.hire(upkeep(Arc::clone(app)));
    if app.settings.engine == Engine::Embedded {
        hire_relay(app, crew);
    }
}

/// Waits for a ledger that is away.
async fn create_admin(app: Arc<App>, FirstAdmin { email, password }: FirstAdmin) {
    while let Err(error) = app.accounts.create_admin(&email, &password).await {
        warn!(%error, "the first administrator cannot be created yet");
        sleep(RETRY_PAUSE).await;
    }
    app.health.note_admin();
    // A worker ends by being stopped.
    std::future::pending::<()>().await;
}

/// One process has to do everything: the relay's two workers as well.
fn hire_relay(app: &App, crew: &Crew) {
    let (ledger, log) = (Arc::clone(&app.engines.ledger), Arc::clone(&app.engines.log));
    let settings = &app.settings.relay;
    crew.hire(carrier::run(Arc::clone(&ledger), Arc::clone(&log), settings.clone(), crew.stop.clone()));
    let generator = Generator {
        ledger,
        log,
        clock: Arc::clone(&app.clock),
        name: settings.name.clone(),
        batch_seats: settings.batch_seats,
    };
    crew.hire(generator.run(crew.stop.clone()));
}

async fn upkeep(app: Arc<App>) {
    let mut ticks = interval(UPKEEP_EVERY);
    loop {
        ticks.tick().await;
        app.limits.forget_idle();
        app.desk.count_everybodys_lapsed().await;
        app.desk.budgets.forget_idle(app.rooms.now_ms());
        app.accounts.upkeep();
        app.tickets.reload();
        for room in app.rooms.all() {
            room.pulse.tell_metrics();
        }
        if let Some(metrics) = &app.metrics {
            metrics.run_upkeep();
        }
    }
}
