//! `bench overload`: ten times as many purchases as the server can do, for a while, and what becomes of those that it does do.
//! A purchase is a hold, an order and a payment; only a confirmed order counts. Must never try a refused purchase again at once:
//! what comes does not depend on how the server fares.

mod load;
mod shoppers;

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, ensure};

use super::stage::{Stage, deliver, number};
use crate::Target;
use crate::measure::Times;
use crate::report::say;
use crate::verdict::Row;
use load::{Pass, Second, closed, open};
use shoppers::{End, Shoppers};

/// How many times its best the server is asked for.
const TIMES: f64 = 10.0;
/// Every buyer does one purchase at a time in each of so many halls: an order takes everything in the cart of an event.
const HALLS: usize = 10;
/// Of one buyer in one hall.
const SEATS_EACH: usize = 20;
/// Purchases at one time while the best is looked for.
const LADDER: [usize; 5] = [16, 32, 64, 128, 256];
/// What the server is asked for before and after, as a part of its best: a good day.
const USUAL: f64 = 0.5;
const USUAL_TIME: Duration = Duration::from_secs(10);
/// How long its recovery is watched.
const AFTERWARDS: Duration = Duration::from_secs(20);
/// As good as before: so much of what is asked for, and so many times the usual time.
const RECOVERED: f64 = 0.9;
const RECOVERED_TIMES: f64 = 2.0;

/// Options of `bench overload`.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    target: Target,
    /// How long the overload lasts.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// People with accounts.
    #[arg(long, default_value_t = 500)]
    buyers: usize,
    /// For each step of the search for the server's best.
    #[arg(long, default_value_t = 8)]
    peak_seconds: u64,
}

pub(super) async fn run(args: Args) -> Result<()> {
    let stage = Stage::new(&args.target).await?;
    let seats = u32::try_from(args.buyers * SEATS_EACH)?;
    let mut halls = Vec::new();
    for number in 0..HALLS {
        halls.push(stage.hall(&format!("overload-{number}"), seats, 600).await?);
    }
    let shoppers = Arc::new(Shoppers::new(&stage.buyers(args.buyers).await?, &halls, SEATS_EACH));

    let mut peak = 0.0_f64;
    for lanes in LADDER {
        let pass = closed(&shoppers, lanes, Duration::from_secs(args.peak_seconds)).await;
        say(format!("{lanes:>4} at a time   {}", pass.line()));
        peak = peak.max(pass.per_second());
    }
    ensure!(peak > 0.0, "nothing was bought at all");
    let usual = open(&shoppers, peak * USUAL, USUAL_TIME).await;
    say(format!("a good day      {}", usual.line()));
    let flood = open(&shoppers, peak * TIMES, Duration::from_secs(args.seconds)).await;
    say(format!("overload        {}", flood.line()));
    let after = open(&shoppers, peak * USUAL, AFTERWARDS).await;
    say(format!("afterwards      {}", after.line()));
    deliver(args.target.json.as_deref(), &rows(&args, peak, &usual, &flood, &after))
}

fn rows(args: &Args, peak: f64, usual: &Pass, flood: &Pass, after: &Pass) -> Vec<Row> {
    let ratio = flood.per_second() / peak;
    let usual_ms = Times::new(usual.took()).percentile_ms(50).unwrap_or(0.0);
    let (placed, confirmed) = (flood.count(End::NotPaid) + flood.count(End::Confirmed), flood.count(End::Confirmed));
    let paid = number(confirmed) / number(placed.max(1));
    let note = format!(
        "confirmed orders under {TIMES} times the load, for {} s; {} were offered, {} refused at the hold, {} at the \
         order, {} not paid, {} without an answer, {} for want of a free buyer",
        args.seconds,
        flood.offered,
        flood.count(End::NotHeld),
        flood.count(End::NotOrdered),
        flood.count(End::NotPaid),
        flood.count(End::Lost),
        flood.count(End::Nobody),
    );
    let p99 = |pass: &Pass| Times::new(pass.took()).percentile_ms(99).unwrap_or(0.0);
    vec![
        Row::plain("overload_peak", peak, "orders/s", "the best of five; closed loop, hold to ticket, one seat each"),
        Row::plain("overload_offered", flood.offered_per_second(), "purchases/s", "what did come; open loop"),
        Row::plain("overload_goodput", ratio, "x of peak", note)
            .judged(">= 0.80", ratio >= 0.8)
            .beside(format!("{:.0} of {peak:.0} orders/s", flood.per_second())),
        recovery(
            "overload_recovery",
            fine_after_s(after, does_enough),
            "until 90 % of what is asked for is done again",
        ),
        recovery(
            "overload_recovery_time",
            fine_after_s(after, |second| is_quick(second, usual_ms)),
            "until half of the purchases take no more than twice the usual time again",
        ),
        Row::plain("overload_in_checkout", paid * 100.0, "%", "of the orders that were placed and are confirmed")
            .judged(">= 99.9 %", paid >= 0.999),
        Row::plain("overload_p99", p99(flood), "ms", "a whole purchase of those that were let in")
            .beside(format!("{:.0} ms on a good day", p99(usual))),
    ]
}

/// The seconds after which every further second was fine. `None`: not even the last one was.
fn fine_after_s(pass: &Pass, is_fine: impl Fn(&Second) -> bool) -> Option<f64> {
    let bad_until = pass.seconds.iter().rposition(|second| !is_fine(second)).map_or(0, |last| last + 1);
    (bad_until < pass.seconds.len()).then(|| number(bad_until))
}

/// Nearly everything that was asked for was done.
fn does_enough(second: &Second) -> bool {
    number(second.took.len()) >= number(second.offered) * RECOVERED
}

/// What was done did not take much longer than usual.
fn is_quick(second: &Second, usual_ms: f64) -> bool {
    Times::new(second.took.clone()).percentile_ms(50).is_some_and(|time| time <= usual_ms * RECOVERED_TIMES)
}

/// In how many seconds it was as before; a goal of its own, because what was left undone takes its time.
fn recovery(id: &'static str, seconds: Option<f64>, note: &str) -> Row {
    let never = AFTERWARDS.as_secs_f64();
    let row = Row::plain(id, seconds.unwrap_or(never), "s", note);
    let row = row.judged("<= 10 s", seconds.is_some_and(|seconds| seconds <= 10.0));
    if seconds.is_some() { row } else { row.beside("not while it was watched") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pass(seconds: &[(usize, u64)]) -> Pass {
        let second = |&(offered, ms): &(usize, u64)| Second { offered, took: vec![Duration::from_millis(ms); 10] };
        Pass { seconds: seconds.iter().map(second).collect(), ..Pass::default() }
    }

    #[test]
    fn recovered_is_when_every_later_second_is_as_before() {
        let quick = |seconds: &[(usize, u64)]| fine_after_s(&pass(seconds), |second| is_quick(second, 20.0));
        assert_eq!(quick(&[(10, 25); 5]), Some(0.0));
        assert_eq!(quick(&[(10, 90), (10, 20), (10, 50), (10, 30), (10, 20)]), Some(3.0));
        assert_eq!(quick(&[(10, 20), (10, 90)]), None);
        assert_eq!(fine_after_s(&pass(&[(20, 20), (10, 20)]), does_enough), Some(1.0), "half of it is too little");
    }
}
