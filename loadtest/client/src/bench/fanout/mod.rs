//! `bench fanout`: what a change costs until it is on every screen, beside servers that do nothing but fan out.
//!
//! * `ground`: the server that is measured, and how to measure it or a yardstick once
//! * `memory`, `delivery`, `tick`, `sizes`, `storm`, `growth`, `stalled`: one goal each
//!
//! Must never compare numbers of different runs: what is compared takes turns.

mod delivery;
mod ground;
mod growth;
mod memory;
mod sizes;
mod stalled;
mod storm;
mod tick;

use std::time::Duration;

use anyhow::Result;

use self::ground::{Ground, Scene};
use crate::Target;
use crate::report::say;
use crate::verdict::{self, Row};

/// The longest that an event allows: nothing runs out meanwhile.
pub(super) const HOLD_TTL_S: u32 = 7200;

/// Options of `bench fanout`.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    target: Target,
    /// The process of that server.
    #[arg(long)]
    server_process: u32,
    /// The core that it is pinned to; yardsticks are pinned there as well.
    #[arg(long)]
    server_core: Option<usize>,
    /// The event of `bench event`. Without it one is created, and the server's memory is not as it was after its start.
    #[arg(long)]
    event: Option<String>,
    /// Only this; give it once for each.
    #[arg(long, value_enum)]
    part: Vec<Part>,
    /// One short repetition of everything: to try it out, not for numbers.
    #[arg(long)]
    quick: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// P7: what an idle socket takes.
    Memory,
    /// P1 and P6: CPU of a delivery, and the time from a click to the last socket.
    Delivery,
    /// P2: several changes in one tick.
    Tick,
    /// P8: how large the frames are.
    Sizes,
    /// P9: everybody comes at once.
    Storm,
    /// P10: many small rooms.
    Growth,
    /// P11: sockets that stop reading.
    Stalled,
}

impl Part {
    /// In this order: memory is measured while the server has no past.
    const ALL: [Self; 7] =
        [Self::Memory, Self::Delivery, Self::Tick, Self::Sizes, Self::Storm, Self::Growth, Self::Stalled];
}

pub(crate) async fn run(args: Args) -> Result<()> {
    let (repetitions, time) = if args.quick { (1, Duration::from_secs(2)) } else { (3, Duration::from_secs(4)) };
    let is_wanted = |part| args.part.is_empty() || args.part.contains(&part);
    let (mut scene, mut event, mut rows) = (None, args.event.clone(), Vec::new());
    for part in Part::ALL.into_iter().filter(|&part| is_wanted(part)) {
        if event.is_none() {
            event = Some(ground::create_event(&args.target).await?);
        }
        let ground = Ground::new(&args, event.as_deref().unwrap_or_default(), repetitions, time)?;
        say(format!("-- {part:?}"));
        let found = if part == Part::Memory {
            memory::rows(&ground).await?
        } else {
            if scene.is_none() {
                scene = Some(Scene::new(&args.target, ground).await?);
            }
            match &scene {
                Some(scene) => rows_of(part, scene).await?,
                None => Vec::new(),
            }
        };
        for row in &found {
            say(format!("{:<22} {:>10.2} {:<14} {}", row.id, row.measured, row.unit, row.note));
        }
        rows.extend(found);
        // After every part, so that what was measured stays when a later part fails.
        verdict::write(args.target.json.as_deref(), &rows)?;
    }
    Ok(())
}

async fn rows_of(part: Part, scene: &Scene) -> Result<Vec<Row>> {
    match part {
        Part::Memory => memory::rows(&scene.ground).await,
        Part::Delivery => delivery::rows(scene).await,
        Part::Tick => tick::rows(scene).await,
        Part::Sizes => sizes::rows(scene).await,
        Part::Storm => storm::rows(scene).await,
        Part::Growth => growth::rows(scene).await,
        Part::Stalled => stalled::rows(scene).await,
    }
}
