//! The sellout: a hall, many more buyers than seats, everybody at once; sold out, partly given back, sold out again; then
//! the books. It must never call a run good in which something was not looked at.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;
use uuid::Uuid;

use crate::Target;
use crate::api::{Api, Session};
use crate::books::{self, Books, Order};
use crate::buyer::{Buyer, Round, Sale};
use crate::check::{self, Checked, Finding};
use crate::hall::State;
use crate::organizer::{self, Rules};
use crate::provider::Provider;
use crate::report::{self, say};
use crate::verdict::{self, Row};

const PASSWORD: &str = "front-row-load";
/// Hashing passwords is the server's work; more at once only wait.
const REGISTRATIONS: usize = 4;
const LOOK_EVERY: Duration = Duration::from_millis(200);
const TELL_EVERY: Duration = Duration::from_secs(5);
/// For what is due after the last order's deadline.
const SETTLING_TIME: Duration = Duration::from_mins(1);
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Options of `sellout`.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    target: Target,
    /// Where the payment provider is.
    #[arg(long)]
    provider: String,
    /// The key of its API.
    #[arg(long, env = "FRONTROW_PROVIDER_KEY", hide_env_values = true)]
    provider_key: String,
    /// Seats that are for sale; all others are blocked.
    #[arg(long, default_value_t = 200)]
    seats: usize,
    #[arg(long, default_value_t = 1000)]
    buyers: usize,
    /// Decides who wants what; without one it is chosen and printed.
    #[arg(long)]
    seed: Option<u64>,
    /// Seconds until the hall must be sold out, for each of the two sales.
    #[arg(long, default_value_t = 300)]
    time_limit: u64,
    /// Seconds for which buyers let holds lapse, walk away from orders and pay late.
    #[arg(long, default_value_t = 20)]
    dawdle_s: u64,
    /// Milliseconds that a buyer thinks at most before ordering, and before paying.
    #[arg(long, default_value_t = 400)]
    think_ms: u64,
    /// How often orders are given back and their seats sold again.
    #[arg(long, default_value_t = 1)]
    rounds: u64,
    /// How many of a hundred orders are given back each time.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..=100))]
    give_back: u8,
    #[arg(long, default_value_t = 20)]
    hold_ttl_s: u32,
    #[arg(long, default_value_t = 20)]
    payment_window_s: u32,
}

/// Everybody who takes part.
struct Run {
    sale: Sale,
    admin: Session,
    provider: Provider,
    buyers: Vec<Arc<Buyer>>,
    seed: u64,
    time_limit: Duration,
}

pub(crate) async fn run(args: Args) -> Result<bool> {
    let limit = 8;
    ensure!(args.buyers > 0 && args.seats <= args.buyers * limit, "so few buyers may not have so many seats");
    let seed = args.seed.unwrap_or_else(|| rand::rng().random_range(0..1_000_000));
    say(format!("{} buyers, {} seats, {} servers, seed {seed}", args.buyers, args.seats, args.target.urls.len()));
    let rules = Rules { hold_ttl_s: args.hold_ttl_s, payment_window_s: args.payment_window_s, limit };
    let run = Arc::new(prepare(&args, seed, rules).await?);

    organizer::open(&run.admin, &run.sale.hall).await?;
    say("the sale is open");
    let (elapsed, mut findings) = sell(&run, 1, Duration::from_secs(args.dawdle_s)).await?;
    say(format!("sold out after {:.1} s", elapsed.as_secs_f64()));
    let orders = books::orders(&run.admin, &run.sale.hall).await?.len();
    for round in 1..=args.rounds {
        let given_back = refund_some(&run, args.give_back.into(), round).await?;
        let (again, more) = sell(&run, round + 1, Duration::ZERO).await?;
        findings.extend(more);
        let again = again.as_secs_f64();
        say(format!("{given_back} orders were given back and their seats sold again after {again:.1} s"));
    }
    say("the sale is over");

    let (checks, more) = verify(&run).await?;
    findings.extend(more);
    let per_second = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / elapsed.as_secs_f64();
    say(format!("elapsed   {:.1} s, {:.1} orders/s", elapsed.as_secs_f64(), per_second(orders)));
    report::verdict(&checks, &findings);
    verdict::write(args.target.json.as_deref(), &rows(&args, elapsed, findings.len()))?;
    Ok(findings.is_empty())
}

fn rows(args: &Args, elapsed: Duration, anomalies: usize) -> [Row; 2] {
    let (servers, dawdling) = (args.target.urls.len(), args.dawdle_s);
    let note = format!("{} buyers, {} seats, {servers} servers, {dawdling} s of dawdling", args.buyers, args.seats);
    let anomalies = f64::from(u32::try_from(anomalies).unwrap_or(u32::MAX));
    let found = Row::plain("sellout_anomalies", anomalies, "findings", "I1, I2, I3, I5, I6 over all books");
    [
        Row::plain("sellout_s", elapsed.as_secs_f64(), "s", note),
        Row { goal: Some("0"), reached: Some(anomalies == 0.0), ..found },
    ]
}

/// The hall with its seats, and the buyers with their accounts.
async fn prepare(args: &Args, seed: u64, rules: Rules) -> Result<Run> {
    let api = Api::new(&args.target.urls)?;
    let provider = Provider::new(&args.provider, &args.provider_key)?;
    provider.intents().await?;
    let admin = Session::sign_in(&api, args.target.admin_email.clone(), &args.target.admin_password).await?;
    // Names that no other run against the same servers has.
    let run = Uuid::new_v4().simple().to_string();
    let mut hall = organizer::create(&admin, &args.target.plan, &run, rules).await?;
    let first = StdRng::seed_from_u64(seed).random_range(0..hall.seats.len());
    let blocked = hall.keep(first, args.seats)?;
    organizer::block(&admin, &hall, &blocked).await?;
    say(format!("event {}: {} seats for sale, {} blocked", hall.event, args.seats, blocked.len()));
    let began = Instant::now();
    let accounts = stream::iter(0..args.buyers).map(|number| {
        let (api, email) = (&api, format!("load-{run}-{number}@frontrow.test"));
        async move {
            let session = Session::register(api, email, PASSWORD).await?;
            anyhow::Ok(Arc::new(Buyer { number, session }))
        }
    });
    let buyers: Vec<_> = accounts.buffer_unordered(REGISTRATIONS).try_collect().await?;
    say(format!("{} buyers have registered in {:.1} s", buyers.len(), began.elapsed().as_secs_f64()));
    let sale = Sale {
        hall,
        told: crate::told::Told::default(),
        hold_ttl: Duration::from_secs(rules.hold_ttl_s.into()),
        payment_window: Duration::from_secs(rules.payment_window_s.into()),
        think_ms: args.think_ms.max(20),
        free: watch::Sender::new(args.seats),
        over: watch::Sender::new(false),
    };
    Ok(Run { sale, admin, provider, buyers, seed, time_limit: Duration::from_secs(args.time_limit) })
}

/// Lets everybody shop until everything is sold; how long that took, and what went wrong.
async fn sell(run: &Arc<Run>, round: u64, dawdle: Duration) -> Result<(Duration, Vec<Finding>)> {
    let owned = owned_by_buyer(&books::orders(&run.admin, &run.sale.hall).await?);
    let enough = run.sale.hall.for_sale.len().div_ceil(run.buyers.len());
    run.sale.over.send_replace(false);
    let began = Instant::now();
    let mut shoppers = JoinSet::new();
    for buyer in &run.buyers {
        let wanted = enough.saturating_sub(owned.get(&buyer.session.id).copied().unwrap_or_default());
        let (run, buyer) = (Arc::clone(run), Arc::clone(buyer));
        shoppers.spawn(async move {
            let number = u64::try_from(buyer.number).unwrap_or_default();
            let rng = StdRng::seed_from_u64(run.seed ^ (round << 48) ^ (number << 16));
            let name = format!("{round}-{number}");
            let round = Round { buyer: &buyer, sale: &run.sale, rng, name, dawdle_until: began + dawdle };
            round.shop(wanted).await
        });
    }
    let sold_out = until_sold_out(run, began).await;
    run.sale.over.send_replace(true);
    let elapsed = began.elapsed();
    let mut findings = Vec::new();
    if let Err(error) = sold_out {
        findings.push(went_wrong(&error));
    }
    while let Some(ended) = shoppers.join_next().await {
        if let Err(error) = ended.context("a buyer's task").and_then(|shopped| shopped) {
            findings.push(went_wrong(&error));
        }
    }
    Ok((elapsed, findings))
}

fn owned_by_buyer(orders: &[Order]) -> BTreeMap<String, usize> {
    let mut owned = BTreeMap::new();
    for order in orders.iter().filter(|order| order.owns_its_seats()) {
        *owned.entry(order.buyer_id.clone().unwrap_or_default()).or_default() += order.seats.len();
    }
    owned
}

fn went_wrong(error: &anyhow::Error) -> Finding {
    Finding { invariant: "run", what: format!("{error:#}"), order: None }
}

/// Looks at the live maps in turn and tells buyers how many seats are free. What a map says is sold is believed once the
/// orders say so too.
async fn until_sold_out(run: &Run, began: Instant) -> Result<()> {
    let (hall, mut server, mut told) = (&run.sale.hall, 0, began);
    loop {
        sleep(LOOK_EVERY).await;
        server += 1;
        // A server that is down just now is no news.
        if let Ok(map) = hall.look(&run.admin.api, server).await {
            let count = |state| hall.named(&map, state).len();
            let (free, held, sold) = (count(State::Available), count(State::Held), count(State::Sold));
            run.sale.free.send_replace(free);
            if told.elapsed() > TELL_EVERY {
                told = Instant::now();
                say(format!("{:>4} s  {sold} sold, {held} held, {free} free", began.elapsed().as_secs()));
            }
            if sold == hall.for_sale.len() {
                let owned: usize = owned_by_buyer(&books::orders(&run.admin, hall).await?).values().sum();
                if owned == hall.for_sale.len() {
                    return Ok(());
                }
            }
        }
        let limit = run.time_limit.as_secs();
        ensure!(began.elapsed() < run.time_limit, "the hall was not sold out within {limit} s");
    }
}

/// The organizer gives some orders back; how many.
async fn refund_some(run: &Run, percent: usize, round: u64) -> Result<usize> {
    let orders = books::orders(&run.admin, &run.sale.hall).await?;
    let confirmed: Vec<_> = orders.iter().filter(|order| order.owns_its_seats()).collect();
    let count = (confirmed.len() * percent).div_ceil(100);
    let mut rng = StdRng::seed_from_u64(run.seed ^ round);
    for order in confirmed.choose_multiple(&mut rng, count) {
        organizer::refund(&run.admin, &run.sale.told, order).await?;
    }
    Ok(count)
}

/// Waits until nothing is due any more and the last notice has arrived, then compares and prints.
async fn verify(run: &Run) -> Result<(Vec<Checked>, Vec<Finding>)> {
    let (until, hall) = (Instant::now() + run.sale.payment_window + SETTLING_TIME, &run.sale.hall);
    let (books, due) = loop {
        let orders = books::orders(&run.admin, hall).await?;
        let due = books::due(&orders, &run.provider.intents().await?);
        let is_over = Instant::now() > until;
        if due.is_none() || is_over {
            let people = run.buyers.iter().map(|buyer| &buyer.session);
            let books = Books::read(&run.admin, hall, &run.provider, people).await?;
            let checks = check::all(hall, &books, &run.sale.told.all());
            if is_over || checks.iter().all(|checked| checked.findings.is_empty()) {
                break (books, due);
            }
        }
        sleep(LOOK_AGAIN).await;
    };
    let checks = check::all(hall, &books, &run.sale.told.all());
    let mut findings: Vec<_> = checks.iter().flat_map(|checked| checked.findings.clone()).collect();
    findings.extend(due.map(|due| Finding { invariant: "run", what: due, order: None }));
    let mistakes = run.admin.api.measured.mistakes();
    findings.extend(mistakes.into_iter().map(|(verb, status, count)| {
        let what = format!("{count} requests of kind {verb:?} were answered with {status}");
        Finding { invariant: "run", what, order: None }
    }));
    report::books(hall, &books);
    report::requests(&run.admin.api.measured);
    Ok((checks, findings))
}
