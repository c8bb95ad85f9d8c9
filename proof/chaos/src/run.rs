//! The run, from start to verdict: stage, people, faults; heal, come to rest, verify, print. It must never call a run good
//! in which something was not looked at: what cannot be read ends it with an error.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use tokio::time::sleep;

use crate::Options;
use crate::books::{Books, Ledger, Provider, Store, read_log, shown};
use crate::checks::{self, Case, Checked, Intended};
use crate::history::History;
use crate::nemesis::{self, Wanted};
use crate::people::{self, Api, Crowd, PASSWORD, World};
use crate::stage::Stage;
use crate::summary::{Cumulative, Recovery, Summary, seconds};
use crate::watchers::Watchers;

/// After the last fault everything rests within this time: the longest payment window with its grace, a late capture, and
/// a mark of a request that died with its server.
const REST: Duration = Duration::from_secs(90);
const LOOK_AGAIN: Duration = Duration::from_millis(500);
/// When everything rests, watchers get the last change with the next beacon.
const LAST_BEACON: Duration = Duration::from_millis(2_500);
/// Accounts whose tickets are read at one time.
const READERS: usize = 4;

pub(crate) async fn run(options: &Options) -> Result<ExitCode> {
    let wanted = Wanted::parse(&options.faults, &options.failpoints)?;
    std::fs::create_dir_all(&options.data).with_context(|| options.data.display().to_string())?;
    let path = options.history.clone().unwrap_or_else(|| options.data.join("history.jsonl"));
    say(&format!("seed {}, {} s, {} servers", options.seed, options.seconds, options.servers));
    let mut stage = Stage::start(options).await.context("starting the stage")?;
    let history = History::create(&path)?;
    let judged = judge(options, &mut stage, &wanted, &history).await;
    let stopped = stage.stop().await;
    let summary = match judged {
        Ok(summary) => summary,
        Err(error) => {
            if let Some(path) = &options.cumulative {
                say(&Cumulative::miss_in(path).with_context(|| format!("after: {error:#}"))?.line());
            }
            return Err(error);
        }
    };
    summary.lines().iter().for_each(|line| say(line));
    if let Some(path) = &options.json {
        std::fs::write(path, serde_json::to_vec_pretty(&summary)?).with_context(|| path.display().to_string())?;
    }
    if let Some(path) = &options.cumulative {
        say(&Cumulative::add_to(path, &summary)?.line());
    }
    // A stage that does not stop takes no verdict back; it is an error all the same.
    stopped.context("stopping the stage")?;
    Ok(if summary.findings() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn judge(options: &Options, stage: &mut Stage, wanted: &Wanted, history: &History) -> Result<Summary> {
    let mut crowd = people::assemble(&stage.servers, &stage.admin, history, options.seed).await.context("people")?;
    let watchers = Watchers::begin(&stage.servers, &crowd.world.halls, history, options.seed);
    say(&format!("{} people and {} watchers are there", crowd.cast.len(), watchers.report().len()));
    crowd.begin();
    let until = Instant::now() + Duration::from_secs(options.seconds);
    nemesis::torment(stage, wanted, StdRng::seed_from_u64(options.seed), until, history).await?;
    sleep(until.saturating_duration_since(Instant::now())).await;
    // Whoever waits for a broken server gets an answer once it is whole again.
    crowd.call_it_a_day();
    let broken_us = history.now_us();
    stage.heal().await.context("healing")?;
    let healed_us = history.now_us();
    watchers.healed(healed_us);
    history.note("healed");
    crowd.gone().await?;
    say("everything is healed, everybody has gone home");
    let quiet = Quiet::of(stage, &crowd).await?;
    let books = quiet.read(stage, &crowd, &watchers, history, [broken_us, healed_us]).await?;
    watchers.end().await;
    let intended = Intended { seconds: options.seconds, faults_wanted: wanted.is_any() };
    verdict(options.seed, &intended, &crowd, &books, history)
}

fn verdict(seed: u64, intended: &Intended, crowd: &Crowd, books: &Books, history: &History) -> Result<Summary> {
    let mut past = history.finish()?;
    past.disbelieve(checks::NOISE);
    let took_us =
        books.watchers.iter().filter_map(|watcher| watcher.right_us).map(|at| at.saturating_sub(books.healed_us));
    let heal_us = books.healed_us.saturating_sub(books.broken_us);
    let recovery = Recovery::of(heal_us, took_us.collect(), books.rested_us.saturating_sub(books.healed_us));
    let cast: Vec<_> = crowd.cast.iter().map(|person| person.id.clone()).collect();
    let case = Case { halls: &crowd.world.halls, past: &past, books, cast: &cast };
    let mut checks: Vec<Checked> = checks::all(&case);
    checks.push(checks::the_run_happened(intended, &past, &checks));
    Ok(Summary::new(seed, intended.seconds, &past, recovery, checks))
}

/// The stores of a run, read past all proxies.
struct Quiet {
    /// The same halls, asked of the servers themselves.
    world: World,
    ledger: Ledger,
    store: Store,
    provider: Provider,
    secrets: Vec<String>,
}

impl Quiet {
    async fn of(stage: &Stage, crowd: &Crowd) -> Result<Self> {
        let there = &crowd.world;
        let (api, history) = (Api::new(&stage.direct)?, there.history.clone());
        Ok(Self {
            world: World { api, history, halls: there.halls.clone(), seed: there.seed },
            ledger: Ledger::open(&stage.mongo_url).await?,
            store: Store::open(&stage.redis_url).await?,
            provider: Provider::new(&stage.payments)?,
            secrets: vec![PASSWORD.to_owned(), stage.admin.password.clone(), crate::books::PROVIDER_KEY.to_owned()],
        })
    }

    /// Waits until nothing is due any more, then reads everything.
    /// `broken_us` and `healed_us` are when the healing began and was over.
    async fn read(
        mut self,
        stage: &Stage,
        crowd: &Crowd,
        watchers: &Watchers,
        history: &History,
        [broken_us, healed_us]: [u64; 2],
    ) -> Result<Books> {
        let until = Instant::now() + REST;
        let rests = loop {
            let Some(due) = self.stores().await?.due() else { break true };
            if Instant::now() > until {
                say(&format!("not at rest: {due}"));
                break false;
            }
            sleep(LOOK_AGAIN).await;
        };
        let rested_us = history.now_us();
        say(&format!("at rest after {}", seconds(rested_us - healed_us)));
        sleep(LAST_BEACON).await;
        let organizer = &crowd.cast[0];
        let people = stream::iter(&crowd.cast).map(|person| shown::tickets(&self.world, person));
        let shown_tickets: Vec<Vec<_>> = people.buffer_unordered(READERS).try_collect().await?;
        let shown_orders = shown::orders(&self.world, organizer).await?;
        let maps = shown::maps(&self.world, organizer).await?;
        let (watchers, stores) = (watchers.report(), self.stores().await?);
        // Last of all, so that what dies or panics while it is being read is told as well.
        let logs: Vec<PathBuf> = stage.logs();
        let logs: Vec<_> = stream::iter(&logs).then(|path| read_log(path)).try_collect().await?;
        Ok(Books {
            shown_tickets: shown_tickets.into_iter().flatten().collect(),
            shown_orders,
            maps,
            watchers,
            broken_us,
            healed_us,
            rested_us,
            rests,
            logs,
            surprises: stage.surprises(),
            secrets: self.secrets,
            ..stores
        })
    }

    /// What ledger, hold store and provider have.
    async fn stores(&mut self) -> Result<Books> {
        let halls = &self.world.halls;
        Ok(Books {
            orders: self.ledger.orders(halls).await?,
            seats: self.ledger.seats(halls).await?,
            tickets: self.ledger.tickets(halls).await?,
            outbox_waiting: self.ledger.outbox_waiting().await?,
            intents: self.provider.intents().await?,
            stored: self.store.seats(halls).await?,
            carts: self.store.carts(halls).await?,
            ..Books::default()
        })
    }
}

#[expect(clippy::print_stdout, reason = "a program that tells its findings")]
fn say(line: &str) {
    println!("{line}");
}
