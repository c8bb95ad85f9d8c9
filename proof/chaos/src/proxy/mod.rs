//! A link that can be broken: everything between two processes goes through one of these, on loopback.
//!
//! It must never know what is said on the link: a fault is a matter of time, bytes and their positions.

mod faults;
mod pump;
mod snare;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::sleep;

pub(crate) use faults::{Direction, Faults, Way};
use snare::Passage;
pub(crate) use snare::{Snare, Trap};

/// Between two tries to accept when the machine has no file descriptor left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// One link. Dropping it ends its connections.
pub(crate) struct Proxy {
    pub(crate) name: String,
    pub(crate) address: SocketAddr,
    faults: watch::Sender<Faults>,
    cuts: watch::Sender<u64>,
    snare: Arc<Snare>,
    task: JoinHandle<()>,
}

/// What the connections of one link share.
struct Link {
    upstream: SocketAddr,
    faults: watch::Receiver<Faults>,
    cuts: watch::Receiver<u64>,
    snare: Arc<Snare>,
}

impl Proxy {
    /// Carries every connection that `listener` gets on to `upstream`.
    pub(crate) fn start(name: String, listener: TcpListener, upstream: SocketAddr) -> std::io::Result<Self> {
        let address = listener.local_addr()?;
        let ((faults, now), (cuts, cut)) = (watch::channel(Faults::default()), watch::channel(0));
        let snare = Arc::new(Snare::default());
        let link = Arc::new(Link { upstream, faults: now, cuts: cut, snare: Arc::clone(&snare) });
        let task = tokio::spawn(accept(listener, link));
        Ok(Self { name, address, faults, cuts, snare, task })
    }

    /// From now on, for connections that are open as well as for new ones.
    pub(crate) fn set(&self, faults: Faults) {
        self.faults.send_replace(faults);
    }

    /// Resets every connection that is open.
    pub(crate) fn cut(&self) {
        self.cuts.send_modify(|cuts| *cuts += 1);
    }

    /// Waits for a position in the bytes from now on; it strikes once.
    pub(crate) fn lay(&self, trap: Trap) {
        self.snare.lay(Some(trap));
    }

    /// Takes a trap back; says whether it struck.
    pub(crate) fn disarm(&self) -> bool {
        self.snare.lay(None)
    }

    /// A link as it should be. Connections that suffered stay open if they can.
    pub(crate) fn heal(&self) {
        self.set(Faults::default());
        self.disarm();
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, link: Arc<Link>) {
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = connections.join_next() => continue,
        };
        match accepted {
            Ok((client, _)) if link.faults.borrow().refuse => reset(&client),
            Ok((client, _)) => drop(connections.spawn(carry(client, Arc::clone(&link)))),
            Err(_) => sleep(ACCEPT_PAUSE).await,
        }
    }
}

/// One connection, until both sides have closed it, or one of them or a fault has torn it.
async fn carry(mut client: TcpStream, link: Arc<Link>) {
    let mut cuts = link.cuts.clone();
    cuts.mark_unchanged();
    let Ok(mut server) = TcpStream::connect(link.upstream).await else {
        return reset(&client);
    };
    // Slices of one byte are to arrive as such.
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let passage = Passage::new(Arc::clone(&link.snare));
    let (from_client, to_client) = client.split();
    let (from_server, to_server) = server.split();
    let both = async {
        tokio::try_join!(
            pump::pump(from_client, to_server, Direction::Up, &passage, link.faults.clone()),
            pump::pump(from_server, to_client, Direction::Down, &passage, link.faults.clone()),
        )
    };
    let torn = tokio::select! {
        ended = both => ended.is_err(),
        _ = cuts.changed() => true,
    };
    if torn {
        reset(&client);
        reset(&server);
    }
}

/// The next close sends RST instead of FIN.
fn reset(stream: &TcpStream) {
    // A socket that the other side has reset already has nothing left to say.
    let _ = stream.set_zero_linger();
}
