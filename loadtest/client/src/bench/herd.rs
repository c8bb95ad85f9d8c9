//! `bench herd`: hundreds of buyers want one seat at the same moment. Exactly one may get it, and the others shall not cost
//! the hold store a question each. Must never let a late command pass for one of the first wave: each wave is answered
//! before the next begins.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::redis::{self, Redis};
use super::socket::Socket;
use super::stage::{self, Stage, number};
use crate::Target;
use crate::measure::Times;
use crate::report::say;
use crate::verdict::Row;

const SEATS: u32 = 100;
/// Until every room has heard of the first wave.
const BETWEEN_WAVES: Duration = Duration::from_secs(1);
const LOCAL: &str = "frontrow_hold_refusals_local_total";
const ASKED: &str = "frontrow_hold_commands_total";

/// Options of `bench herd`.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    redis: redis::Args,
    #[arg(long, default_value_t = 500)]
    buyers: usize,
    /// Seats, one after the other.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=50))]
    rounds: u16,
}

/// What became of one wave.
#[derive(Default)]
struct Wave {
    /// Places of the sockets that got the seat.
    winners: Vec<usize>,
    refusals: Vec<Duration>,
}

/// One seat.
struct Round {
    winners: usize,
    first: Vec<Duration>,
    late: Vec<Duration>,
    /// Commands of the first wave that reached the store.
    asked: f64,
    /// Commands of the second wave that the room answered itself.
    local: f64,
}

pub(super) async fn run(args: Args) -> Result<()> {
    ensure!(args.buyers > 1, "one buyer is no herd");
    let stage = Stage::new(&args.target).await?;
    let hall = stage.hall("herd", SEATS, 600).await?;
    let buyers = stage.buyers(args.buyers).await?;
    let redis = args.redis.redis();
    let mut sockets = stage.sockets(&hall, &buyers).await?;
    let mut rounds = Vec::new();
    for seat in &hall.seats[..args.rounds.into()] {
        sleep(BETWEEN_WAVES).await;
        let round;
        (sockets, round) = self::round(&stage, redis.as_ref(), sockets, seat).await?;
        say(format!("{} winner(s), {} asked the store, {} answered locally", round.winners, round.asked, round.local));
        rounds.push(round);
    }
    stage::deliver(args.target.json.as_deref(), &rows(&rounds, args.buyers, redis.is_some()))
}

async fn round(stage: &Stage, redis: Option<&Redis>, sockets: Vec<Socket>, seat: &str) -> Result<(Vec<Socket>, Round)> {
    let before = asked(stage, redis).await?;
    let (sockets, first) = wave(sockets, seat, None).await?;
    let asked = asked(stage, redis).await? - before;
    sleep(BETWEEN_WAVES).await;
    let before = stage.counter(LOCAL, "").await?;
    // Whoever has the seat would be told so again.
    let (sockets, late) = wave(sockets, seat, first.winners.first().copied()).await?;
    let local = stage.counter(LOCAL, "").await? - before;
    let winners = first.winners.len() + late.winners.len();
    Ok((sockets, Round { winners, first: first.refusals, late: late.refusals, asked, local }))
}

/// Commands that the store was asked: by Redis's own count, or else by the server's.
async fn asked(stage: &Stage, redis: Option<&Redis>) -> Result<f64> {
    match redis {
        Some(redis) => redis.scripts_called().await,
        None => stage.counter(ASKED, "verb=\"hold\"").await,
    }
}

/// Everybody but one asks, and hears.
async fn wave(sockets: Vec<Socket>, seat: &str, but: Option<usize>) -> Result<(Vec<Socket>, Wave)> {
    let (mut asking, command) = (JoinSet::new(), stage::hold(seat));
    for (place, mut socket) in sockets.into_iter().enumerate() {
        let command = command.clone();
        asking.spawn(async move {
            if but == Some(place) {
                return Ok((place, socket, None));
            }
            let asked = Instant::now();
            socket.send(&command).await?;
            let reply = socket.reply().await?;
            ensure!(reply.ok || reply.code == "seat_taken", "a seat that many want: {}", reply.code);
            Ok((place, socket, Some((reply.ok, asked.elapsed()))))
        });
    }
    let (mut done, mut wave) = (Vec::new(), Wave::default());
    while let Some(answered) = asking.join_next().await {
        let (place, socket, outcome) = answered??;
        done.push((place, socket));
        match outcome {
            Some((true, _)) => wave.winners.push(place),
            Some((false, took)) => wave.refusals.push(took),
            None => {}
        }
    }
    done.sort_by_key(|(place, _)| *place);
    Ok((done.into_iter().map(|(_, socket)| socket).collect(), wave))
}

fn rows(rounds: &[Round], buyers: usize, redis: bool) -> Vec<Row> {
    let total = |value: &dyn Fn(&Round) -> f64| rounds.iter().map(value).sum::<f64>();
    let seats = number(rounds.len());
    let fair = rounds.iter().all(|round| round.winners == 1);
    let note = format!("{buyers} sockets want one seat at once; {seats} seats one after the other, both waves counted");
    let winners = Row::plain("P4", total(&|round| number(round.winners)) / seats, "winners/seat", note);
    let late = total(&|round| number(round.late.len()));
    let share = 100.0 * total(&|round| round.local) / late;
    let note =
        format!("refusals a second later, without the store; all but the winner again, {late} commands, by {LOCAL}");
    let local = Row::plain("P4.late_local", share, "%", note);
    let refusals = total(&|round| number(round.first.len()));
    let note = if redis { "EVALSHA calls of Redis" } else { "hold commands that reached the store" };
    let asked = (total(&|round| round.asked) - seats) / refusals;
    let mut rows = vec![
        winners.judged("1", fair),
        local.judged(">= 99", share >= 99.0),
        Row::plain("P4.first_asked", asked, "commands", format!("first wave; {note}, without the winner's")),
    ];
    for (id, of) in [("P4.first_p99", true), ("P4.late_p99", false)] {
        let times = rounds.iter().flat_map(|round| if of { &round.first } else { &round.late });
        let p99 = Times::new(times.copied().collect()).percentile_ms(99);
        rows.extend(
            p99.map(|measured| Row::plain(id, measured, "ms", "command to reply, the client's queue included")),
        );
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_winners_of_one_seat_are_not_averaged_away() {
        let round = |winners, local| Round {
            winners,
            first: vec![Duration::from_millis(1); 9],
            late: vec![Duration::from_millis(1); 9],
            asked: 4.0,
            local,
        };
        let verdict = |rounds: &[Round]| rows(rounds, 10, true).iter().map(|row| row.reached).collect::<Vec<_>>();
        assert_eq!(verdict(&[round(1, 9.0), round(1, 9.0)])[..2], [Some(true), Some(true)]);
        assert_eq!(verdict(&[round(2, 9.0), round(0, 8.0)])[..2], [Some(false), Some(false)]);
        assert_eq!(verdict(&[round(2, 9.0), round(1, 9.0)])[..2], [Some(false), Some(true)]);
        let asked = rows(&[round(1, 9.0)], 10, true).remove(2);
        assert_eq!((&*asked.id, asked.measured), ("P4.first_asked", 0.33));
    }
}
