//! The ground that everything is measured on: one server, one event of fifty thousand seats, some buyers; and one measurement
//! of either Frontrow or a yardstick. Must never leave a seat held or a socket open for the next measurement.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use serde_json::{Value, json};
use tokio::task::block_in_place;

use super::{Args, HOLD_TTL_S};
use crate::Target;
use crate::api::{Ask, Session, text};
use crate::bench::stage::Stage;
use crate::fanout::clicks::{Buyer, Clicks, Seat};
use crate::fanout::crowd::{Crowd, Entrance, Heard};
use crate::fanout::join::Joining;
use crate::fanout::pace::{Listening, Measured, Pace};
use crate::fanout::process::until_quiet;
use crate::fanout::tally::Tally;
use crate::fanout::yardstick::Running;
use crate::measure::Verb;
use crate::yardsticks::Yardstick;

/// Seats of the event.
pub(super) const SEATS: u32 = 50_000;
/// Buyers, of whom most measurements need one.
pub(super) const BUYERS: usize = 10;
/// Sockets that are on their way in at one time, where the joining is not what is measured.
pub(super) const IN_FLIGHT: usize = 64;
/// Tickets for sockets asked for at one time.
const TICKETS: usize = 8;
const SIGNING_IN: Duration = Duration::from_secs(10);

/// The server.
pub(super) struct Ground {
    pub(super) server: SocketAddr,
    pub(super) process: u32,
    pub(super) core: Option<usize>,
    pub(super) event: String,
    pub(super) repetitions: usize,
    pub(super) time: Duration,
}

/// The server with people and seats.
pub(super) struct Scene {
    pub(super) ground: Ground,
    pub(super) stage: Stage,
    pub(super) buyers: Vec<Arc<Session>>,
    /// By ordinal.
    seats: Vec<Seat>,
}

/// Who comes for one measurement of Frontrow.
pub(super) struct Audience<'a> {
    /// The event of every socket.
    pub(super) events: &'a [String],
    /// Sockets of one room stand side by side.
    pub(super) per_room: usize,
    /// Who clicks, and whose account it is.
    pub(super) buyers: Vec<(Buyer, &'a Session)>,
}

pub(super) async fn create_event(target: &Target) -> Result<String> {
    Ok(Stage::new(target).await?.hall("fanout", SEATS, HOLD_TTL_S).await?.event)
}

impl Ground {
    pub(super) fn new(args: &Args, event: &str, repetitions: usize, time: Duration) -> Result<Self> {
        let url = args.target.urls.first().context("no server")?;
        let server = url.trim_end_matches('/').strip_prefix("http://").unwrap_or(url).parse().context("--url")?;
        let event = event.to_owned();
        Ok(Self { server, process: args.server_process, core: args.server_core, event, repetitions, time })
    }

    pub(super) fn entrance(&self) -> Entrance {
        Entrance { server: self.server, subprotocol: Some("frontrow.v1.bin") }
    }

    /// The event's path, once for every socket.
    pub(super) fn paths(&self, sockets: usize) -> Vec<String> {
        vec![path(&self.event); sockets]
    }

    /// Measures a yardstick of so many sockets.
    pub(super) fn yardstick(&self, kind: Yardstick, sockets: usize, pace: Pace) -> Result<Measured> {
        let yardstick = Running::start(kind, self.core, 0)?;
        let to = Entrance { server: yardstick.address, subprotocol: None };
        let paths = vec!["/".to_owned(); sockets];
        block_in_place(|| {
            let mut crowd = Crowd::new()?;
            Joining { to, paths: &paths, in_flight: IN_FLIGHT, with_snapshot: false, small: None }.join(&mut crowd)?;
            let listening = Listening { server: yardstick.process(), is_frontrow: false, room_of: &|_| 0 };
            listening.measure(&mut crowd, &mut Clicks::Go { bytes: 64 }, Tally::new([sockets]), pace)
        })
        .with_context(|| format!("{} with {sockets} sockets", kind.name()))
    }
}

impl Scene {
    pub(super) async fn new(target: &Target, ground: Ground) -> Result<Self> {
        let stage = Stage::new(target).await?;
        let buyers = stage.buyers(BUYERS).await?;
        let ask = Ask::get(Verb::Look, format!("events/{}/plan", ground.event));
        let layout = stage.admin.insist(&ask).await?.expect(200, "the plan")?;
        let seats = layout["seats"].as_array().context("a plan without seats")?;
        let seat = |(ordinal, seat): (u32, &Value)| Ok((ordinal, text(&seat["seat"], "the name of a seat")?));
        let seats = (0..).zip(seats).map(seat).collect::<Result<_>>()?;
        until_quiet(ground.process).await?;
        Ok(Self { ground, stage, buyers, seats })
    }

    /// A buyer at a socket of the large event, with seats of their own, which lie far from each other.
    pub(super) fn buyer(&self, number: usize, batches: usize, seats: usize) -> (Buyer, &Session) {
        let (mine, all) = (batches * seats, BUYERS * batches * seats);
        let spread = self.seats.len() / all;
        let ordinals = (0..mine).map(|seat| (seat * BUYERS + number) * spread);
        let mine: Vec<Seat> = ordinals.map(|ordinal| self.seats[ordinal].clone()).collect();
        // A batch is spread over the whole plan as well.
        let batch = |first: usize| mine.iter().skip(first).step_by(batches).cloned().collect();
        (Buyer::new(number, 0, (0..batches).map(batch).collect()), &self.buyers[number])
    }

    /// So many sockets that watch the large event while these buyers click.
    pub(super) async fn watched(&self, sockets: usize, buyers: Vec<(Buyer, &Session)>, pace: Pace) -> Result<Measured> {
        let events = vec![self.ground.event.clone(); sockets];
        self.measure(Audience { events: &events, per_room: sockets, buyers }, pace).await
    }

    pub(super) async fn measure(&self, audience: Audience<'_>, pace: Pace) -> Result<Measured> {
        let Audience { events, per_room, buyers } = audience;
        let (buyers, sessions): (Vec<_>, Vec<_>) = buyers.into_iter().unzip();
        let tickets = tickets(&sessions).await?;
        let paths: Vec<_> = events.iter().map(|event| path(event)).collect();
        let measured = block_in_place(|| {
            let (mut crowd, to) = (Crowd::new()?, self.ground.entrance());
            Joining { to, paths: &paths, in_flight: IN_FLIGHT, with_snapshot: true, small: None }.join(&mut crowd)?;
            sign_in(&mut crowd, &buyers, &tickets)?;
            let room_of = |socket| socket / per_room;
            let listening = Listening { server: self.ground.process, is_frontrow: true, room_of: &room_of };
            let tally = Tally::new(vec![per_room; events.len() / per_room]);
            listening.measure(&mut crowd, &mut Clicks::of_buyers(buyers), tally, pace)
        })
        .with_context(|| format!("frontrow with {} sockets", events.len()))?;
        until_quiet(self.ground.process).await?;
        Ok(measured)
    }
}

fn path(event: &str) -> String {
    format!("/ws/v1/events/{event}")
}

/// A ticket for every one of these accounts.
pub(super) async fn tickets(sessions: &[&Session]) -> Result<Vec<String>> {
    let asked = sessions.iter().map(|session| async move {
        let ask = Ask::post(Verb::Account, "auth/ws-ticket", json!({}));
        let granted = session.insist(&ask).await?.expect(201, "a ticket for a socket")?;
        text(&granted["ticket"], "a ticket")
    });
    stream::iter(asked).buffered(TICKETS).try_collect().await
}

/// Signs the sockets of these buyers in.
pub(super) fn sign_in(crowd: &mut Crowd, buyers: &[Buyer], tickets: &[String]) -> Result<()> {
    for (buyer, ticket) in buyers.iter().zip(tickets) {
        crowd.send(buyer.socket(), &json!({"type": "auth", "ticket": ticket}).to_string())?;
    }
    let (until, mut signed_in, mut wrong) = (Instant::now() + SIGNING_IN, 0, None);
    while signed_in < buyers.len() {
        ensure!(Instant::now() < until, "{signed_in} of {} sockets are signed in", buyers.len());
        crowd.turn(until, |_, _, heard| match heard {
            Heard::Text(text) => {
                let text = String::from_utf8_lossy(text);
                signed_in += usize::from(text.contains("\"user_id\""));
                if text.contains("\"ok\":false") {
                    wrong = Some(text.into_owned());
                }
            }
            Heard::Gone(why) => wrong = Some(why),
            Heard::Upgraded | Heard::Binary(_) => {}
        })?;
        ensure!(wrong.is_none(), "a socket could not be signed in: {wrong:?}");
    }
    Ok(())
}
