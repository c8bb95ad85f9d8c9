//! `bench generation`: from the `POST` of a very large plan to an event on sale, and what it takes of memory. Must never
//! measure a plan that the server has seen before.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use serde_json::json;
use tokio::time::sleep;

use super::peak::{self, Memory};
use super::stage::{self, Stage, median};
use crate::Target;
use crate::api::{Ask, text};
use crate::measure::Verb;
use crate::organizer;
use crate::plans;
use crate::report::say;
use crate::verdict::Row;

const LOOK_EVERY: Duration = Duration::from_millis(20);
const PATIENCE: Duration = Duration::from_mins(2);

/// Options of `bench generation`.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    target: Target,
    #[arg(long, default_value_t = 100_000)]
    seats: u32,
    /// The server's process, for its memory.
    #[arg(long)]
    server_process: u32,
    /// The relay's, where there is one.
    #[arg(long)]
    relay_process: Option<u32>,
    /// Events, one after the other.
    #[arg(long, default_value_t = 3)]
    rounds: u32,
    /// One process does it all, and shall take no more than 2 s instead of 5.
    #[arg(long)]
    embedded: bool,
}

/// One event.
struct Round {
    uploaded: Duration,
    generated: Duration,
    on_sale: Duration,
    server_mib: f64,
    relay_mib: Option<f64>,
}

pub(super) async fn run(args: Args) -> Result<()> {
    let stage = Stage::new(&args.target).await?;
    let mut rounds = Vec::new();
    for number in 0..args.rounds {
        let round = round(&stage, &args, number).await?;
        let [uploaded, generated, on_sale] =
            [round.uploaded, round.generated, round.on_sale].map(|time| time.as_secs_f64());
        say(format!("uploaded {uploaded:.2} s, generated {generated:.2} s, on sale {on_sale:.2} s"));
        rounds.push(round);
    }
    let body = plans::rectangle(args.seats).to_string().len();
    stage::deliver(args.target.json.as_deref(), &rows(&args, &rounds, body))
}

async fn round(stage: &Stage, args: &Args, number: u32) -> Result<Round> {
    let mut plan = plans::rectangle(args.seats);
    plan["name"] = json!(format!("{} {number}", stage.run));
    let body = json!({
        "name": format!("Generation {number}"), "venue": "Nowhere", "starts_at": "2030-06-12T18:00:00Z", "currency": "EUR",
        "prices": organizer::prices(&plan)?, "plan": plan, "on_sale": true,
    });
    let ask = Ask::post(Verb::Admin, "events", body).with_key(format!("generation-{}-{number}", stage.run));
    let server = Grown::from(args.server_process)?;
    let relay = args.relay_process.map(Grown::from).transpose()?;
    let began = Instant::now();
    let created = stage.admin.insist(&ask).await?.expect(202, "creating the event")?;
    let uploaded = began.elapsed();
    let look = Ask::get(Verb::Look, format!("events/{}", text(&created["id"], "the event's id")?));
    let mut generated = None;
    loop {
        let event = stage.admin.insist(&look).await?.expect(200, "the event")?;
        let at = began.elapsed();
        if event["generation"]["done"] == event["generation"]["total"] {
            generated.get_or_insert(at);
        }
        match event["status"].as_str() {
            Some("on_sale") => {
                let relay_mib = relay.map(|relay| relay.mib()).transpose()?;
                let generated = generated.unwrap_or(at);
                return Ok(Round { uploaded, generated, on_sale: at, server_mib: server.mib()?, relay_mib });
            }
            Some("generating" | "draft") if at < PATIENCE => sleep(LOOK_EVERY).await,
            _ => bail!("the event did not come on sale: {event}"),
        }
    }
}

/// A process's memory before something.
struct Grown {
    process: u32,
    before: Memory,
}

impl Grown {
    fn from(process: u32) -> Result<Self> {
        peak::forget(process)?;
        Ok(Self { process, before: peak::memory(process)? })
    }

    /// How far it went beyond that at most.
    fn mib(&self) -> Result<f64> {
        Ok(peak::memory(self.process)?.peak_mib - self.before.now_mib)
    }
}

fn rows(args: &Args, rounds: &[Round], body: usize) -> Vec<Row> {
    let of = |value: &dyn Fn(&Round) -> f64| median(rounds.iter().map(value));
    let note = format!(
        "{} seats, a plan of {:.1} MB; median of {} events, from the first byte of POST events",
        args.seats,
        stage::number(body) / 1e6,
        rounds.len()
    );
    let on_sale = of(&|round| round.on_sale.as_secs_f64());
    let (goal, within_s) = if args.embedded { ("<= 2", 2.0) } else { ("<= 5", 5.0) };
    let on_sale_row = Row::plain("P12", on_sale, "s", note);
    let mut rows = vec![
        on_sale_row.judged(goal, on_sale <= within_s),
        Row::plain("P12.upload", of(&|round| round.uploaded.as_secs_f64()), "s", "until the 202"),
        Row::plain("P12.generated", of(&|round| round.generated.as_secs_f64()), "s", "until all seats are written"),
        Row::plain("P12.server_memory", of(&|round| round.server_mib), "MiB", "peak above what it had before"),
    ];
    let relay: Vec<f64> = rounds.iter().filter_map(|round| round.relay_mib).collect();
    if !relay.is_empty() {
        rows.push(Row::plain("P12.relay_memory", median(relay), "MiB", "peak above what it had before"));
    }
    rows
}
