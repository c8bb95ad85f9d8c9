//! `bench event`: an event on sale, and nothing else. Must never measure: whoever creates an event has warmed the server up.

use anyhow::Result;

use super::stage::Stage;
use crate::Target;
use crate::report::say;

/// Options of `bench event`.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    target: Target,
    #[arg(long, default_value_t = 50_000)]
    seats: u32,
}

pub(super) async fn run(args: Args) -> Result<()> {
    let hall = Stage::new(&args.target).await?.hall("fanout", args.seats, super::fanout::HOLD_TTL_S).await?;
    say(format!("event {}", hall.event));
    Ok(())
}
