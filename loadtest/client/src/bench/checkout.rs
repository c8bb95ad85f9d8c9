//! `bench checkout`: orders from hold to ticket and check-ins, without faults and without contention for seats. Must never
//! retry what failed under a new key: a lost answer would count as a fast one.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use serde_json::json;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::Target;
use crate::api::{Api, Ask, Session, text};
use crate::hall::Hall;
use crate::measure::{Times, Verb};
use crate::organizer::{self, Rules};
use crate::report::{latency, say};
use crate::verdict::{self, Row};

const PASSWORD: &str = "front-row-load";
/// Buyers that are at work at one time.
const LANES: usize = 32;
/// Buyers of one lane, who take turns: one account alone would meet its rate limit.
const TURNS: usize = 4;
const REGISTRATIONS: usize = 4;
/// Of one buyer; the most that an event allows.
const LIMIT: usize = 50;

/// Options of `bench checkout`.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    target: Target,
    /// How many orders, of one seat each.
    #[arg(long, default_value_t = 1000)]
    orders: usize,
}

/// A lane's buyers and the seats that they are going to buy.
struct Lane {
    buyers: Vec<Arc<Session>>,
    seats: Vec<String>,
}

pub(super) async fn run(args: Args) -> Result<()> {
    let api = Api::new(&args.target.urls[..1])?;
    let admin = Session::sign_in(&api, args.target.admin_email.clone(), &args.target.admin_password).await?;
    let run = Uuid::new_v4().simple().to_string();
    let rules = Rules { hold_ttl_s: 600, payment_window_s: 300, limit: LIMIT };
    let hall = organizer::create(&admin, &args.target.plan, &run, rules).await?;
    ensure!(args.orders <= hall.seats.len(), "the plan has {} seats, and every order takes one", hall.seats.len());
    ensure!(args.orders <= LANES * TURNS * LIMIT, "so few buyers may not have so many seats");
    organizer::open(&admin, &hall).await?;
    let lanes = lanes(&api, &hall, &run, args.orders).await?;
    let buyers: Vec<_> = lanes.iter().flat_map(|lane| lane.buyers.clone()).collect();

    say(format!("{} orders by {LANES} buyers at a time", args.orders));
    let began = Instant::now();
    let codes = buy(lanes, &hall).await?;
    let bought_in = began.elapsed();
    ensure!(codes.len() == args.orders, "{} tickets for {} orders", codes.len(), args.orders);
    make_scanners(&admin, &hall, &buyers).await?;
    let began = Instant::now();
    check_in(&buyers, codes).await?;
    let came_in = began.elapsed();

    let measured = &api.measured;
    let (claims, scans) = (measured.times(Verb::Order), measured.times(Verb::CheckIn));
    say(format!("claim     {}", latency(&claims)));
    say(format!("check-in  {}", latency(&scans)));
    let rows = rows(&args, bought_in, came_in, &claims, &scans);
    for row in &rows {
        say(format!("{:<26} {:>10.2} {}", row.id, row.measured, row.unit));
    }
    verdict::write(args.target.json.as_deref(), &rows)
}

fn rows(args: &Args, bought_in: Duration, came_in: Duration, claims: &Times, scans: &Times) -> Vec<Row> {
    let per_second = |time: Duration| f64::from(u32::try_from(args.orders).unwrap_or(u32::MAX)) / time.as_secs_f64();
    let note = format!("{} orders of one seat, {LANES} buyers at a time, client on the same machine", args.orders);
    let ms = |id, times: &Times, percent, note: &str| {
        times.percentile_ms(percent).map(|measured| Row::plain(id, measured, "ms", note))
    };
    let mut rows = vec![Row::plain("checkout_orders_per_s", per_second(bought_in), "orders/s", note)];
    rows.extend(ms("checkout_claim_p50_ms", claims, 50, "POST orders"));
    rows.extend(ms("checkout_claim_p99_ms", claims, 99, "POST orders"));
    rows.push(Row::plain("check_ins_per_s", per_second(came_in), "check-ins/s", "32 scanners at a time"));
    rows.extend(ms("check_in_p99_ms", scans, 99, "POST check-ins"));
    rows
}

/// Accounts, and the seats shared out among them.
async fn lanes(api: &Arc<Api>, hall: &Hall, run: &str, orders: usize) -> Result<Vec<Lane>> {
    let accounts = stream::iter(0..LANES * TURNS).map(|number| async move {
        let email = format!("bench-{run}-{number}@frontrow.test");
        Session::register(api, email, PASSWORD).await.map(Arc::new)
    });
    let accounts: Vec<_> = accounts.buffer_unordered(REGISTRATIONS).try_collect().await?;
    let lane = |(number, buyers): (usize, &[Arc<Session>])| Lane {
        buyers: buyers.to_vec(),
        seats: hall.seats[..orders].iter().skip(number).step_by(LANES).cloned().collect(),
    };
    Ok(accounts.chunks(TURNS).enumerate().map(lane).collect())
}

/// The codes of all tickets.
async fn buy(lanes: Vec<Lane>, hall: &Hall) -> Result<Vec<String>> {
    let mut working = JoinSet::new();
    for lane in lanes {
        let event = hall.event.clone();
        working.spawn(async move {
            let mut codes = Vec::new();
            for (seat, buyer) in lane.seats.iter().zip(lane.buyers.iter().cycle()) {
                codes.push(buy_one(buyer, &event, seat).await?);
            }
            anyhow::Ok(codes)
        });
    }
    let mut codes = Vec::new();
    while let Some(lane) = working.join_next().await {
        codes.extend(lane??);
    }
    Ok(codes)
}

async fn buy_one(buyer: &Session, event: &str, seat: &str) -> Result<String> {
    let hold = Ask::post(Verb::Hold, format!("events/{event}/holds"), json!({"seats": [seat]}));
    buyer.insist(&hold).await?.expect(201, "holding")?;
    let order = Ask::post(Verb::Order, "orders", json!({"event_id": event})).with_key(format!("order-{event}-{seat}"));
    let order = buyer.insist(&order).await?.expect(201, "ordering")?;
    let payment = text(&order["payment"]["id"], "a payment")?;
    let pay = Ask::post(Verb::Pay, format!("payments/{payment}/confirm"), json!({"method": "card_ok"}));
    let paid = buyer.insist(&pay.with_key(format!("pay-{event}-{seat}"))).await?.expect(200, "paying")?;
    text(&paid["tickets"][0]["code"], "the code of a ticket")
}

async fn make_scanners(admin: &Session, hall: &Hall, people: &[Arc<Session>]) -> Result<()> {
    let body = json!({"role": "scanner", "event_id": hall.event});
    for person in people {
        let ask = Ask::post(Verb::Admin, format!("admin/users/{}/role", person.id), body.clone());
        admin.insist(&ask).await?.expect(200, "making a scanner")?;
    }
    Ok(())
}

async fn check_in(scanners: &[Arc<Session>], codes: Vec<String>) -> Result<()> {
    let scans = codes.into_iter().zip(scanners.iter().cycle()).map(|(code, scanner)| async move {
        let ask = Ask::post(Verb::CheckIn, "check-ins", json!({"code": code}));
        scanner.insist(&ask).await?.expect(200, "checking in").map(drop)
    });
    stream::iter(scans).buffer_unordered(LANES).try_collect().await
}
