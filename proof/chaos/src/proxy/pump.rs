//! One direction of one connection: reads, waits as long as the link is said to be, writes.
//!
//! Reading and writing go on beside each other, so that latency costs time and no throughput. Nothing is ever reordered.

use std::io;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::sync::{mpsc, watch};
use tokio::task::yield_now;
use tokio::time::{Instant, sleep, sleep_until};

use super::faults::{Direction, Faults, Way};
use super::snare::Passage;

/// Large enough for a snapshot of a hall in a few reads.
const CHUNK_BYTES: usize = 16 * 1024;
/// A megabyte on its way in each direction, as a long fat pipe has; beyond that the sender has to wait.
const CHUNKS_ON_THE_WAY: usize = 64;

/// The connection ends with a reset.
pub(super) struct Torn;

impl From<io::Error> for Torn {
    fn from(_: io::Error) -> Self {
        Self
    }
}

struct Parcel {
    due: Instant,
    bytes: Vec<u8>,
    torn_behind: bool,
}

/// Runs until the sender has closed and everything has arrived.
pub(super) async fn pump(
    from: ReadHalf<'_>,
    to: WriteHalf<'_>,
    direction: Direction,
    passage: &Passage,
    faults: watch::Receiver<Faults>,
) -> Result<(), Torn> {
    let (queue, parcels) = mpsc::channel(CHUNKS_ON_THE_WAY);
    let link = (direction, faults.clone());
    tokio::try_join!(collect(from, queue, passage, (direction, faults)), deliver(to, parcels, link))?;
    Ok(())
}

async fn collect(
    mut from: ReadHalf<'_>,
    queue: mpsc::Sender<Parcel>,
    passage: &Passage,
    (direction, mut faults): (Direction, watch::Receiver<Faults>),
) -> Result<(), Torn> {
    let mut due = Instant::now();
    loop {
        let mut bytes = vec![0; CHUNK_BYTES];
        let Ok(read) = from.read(&mut bytes).await else {
            // A link on which nothing passes does not tell that somebody has hung up either.
            passable(direction, &mut faults).await;
            return Err(Torn);
        };
        if read == 0 {
            return Ok(());
        }
        bytes.truncate(read);
        let torn_after = passage.look(direction, &mut bytes);
        bytes.truncate(torn_after.unwrap_or(read));
        let delay = faults.borrow().way(direction).delay();
        due = due.max(Instant::now() + delay);
        queue.send(Parcel { due, bytes, torn_behind: torn_after.is_some() }).await.map_err(|_| Torn)?;
    }
}

async fn deliver(
    mut to: WriteHalf<'_>,
    mut parcels: mpsc::Receiver<Parcel>,
    (direction, mut faults): (Direction, watch::Receiver<Faults>),
) -> Result<(), Torn> {
    while let Some(parcel) = parcels.recv().await {
        sleep_until(parcel.due).await;
        let mut rest = parcel.bytes.as_slice();
        while !rest.is_empty() {
            // Asked again for every slice: a slow link that is healed is fast at once.
            let way = passable(direction, &mut faults).await;
            let (size, pause) = way.slice(rest.len());
            to.write_all(&rest[..size]).await?;
            rest = &rest[size..];
            if pause.is_zero() { yield_now().await } else { sleep(pause).await }
        }
        if parcel.torn_behind {
            return Err(Torn);
        }
    }
    passable(direction, &mut faults).await;
    Ok(to.shutdown().await?)
}

/// Waits while nothing passes, and says how the direction is then.
async fn passable(direction: Direction, faults: &mut watch::Receiver<Faults>) -> Way {
    // The sender lives as long as the proxy, and so do its connections.
    faults.wait_for(|faults| !faults.way(direction).stalled).await.map(|now| now.way(direction)).unwrap_or_default()
}
