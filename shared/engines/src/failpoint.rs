//! Places where a test may let the process die, as if it had been killed there, or stop for a while. Builds for production
//! have none of it: there [`reached`] is nothing.
//!
//! `FRONTROW_FAILPOINTS="captured=abort:3,held=pause:2"`: the process dies when it captures for the third time, and the task
//! that has found held seats for the second time stands still, long enough for somebody else to get in between. Places are
//! counted for each process by itself. What cannot be read is a panic where a place is reached first: a test whose kill
//! never comes would prove nothing.

/// A step after which something is left half done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Server: the cart is read, nothing is claimed.
    Held,
    /// Server: claimed in the hold store, not in the ledger.
    ClaimedInStore,
    /// Server: the ledger has answered, the claims are committed.
    ClaimedInLedger,
    /// Server: the provider has answered a charge, the seats are not sold.
    Captured,
    /// Server: the sale is committed, nobody has been told.
    Sold,
    /// Server: a refund is due, the provider was not asked for it.
    Refunding,
    /// Server: some sockets of a room have a frame, the others do not.
    Broadcasting,
    /// Relay: the log has acknowledged rows that are not marked.
    Published,
    /// Relay: an inventory is complete, its message is not committed.
    Generated,
}

impl Place {
    /// Every place, for reading the variable.
    pub const ALL: [Self; 9] = [
        Self::Held,
        Self::ClaimedInStore,
        Self::ClaimedInLedger,
        Self::Captured,
        Self::Sold,
        Self::Refunding,
        Self::Broadcasting,
        Self::Published,
        Self::Generated,
    ];

    /// The name in the variable.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::ClaimedInStore => "claimed_in_store",
            Self::ClaimedInLedger => "claimed_in_ledger",
            Self::Captured => "captured",
            Self::Sold => "sold",
            Self::Refunding => "refunding",
            Self::Broadcasting => "broadcasting",
            Self::Published => "published",
            Self::Generated => "generated",
        }
    }
}

/// Does what `FRONTROW_FAILPOINTS` wants at this place, if this is the time.
#[cfg(debug_assertions)]
pub async fn reached(place: Place) {
    armed::reached(place).await;
}

/// Nothing.
#[cfg(not(debug_assertions))]
pub fn reached(_place: Place) -> std::future::Ready<()> {
    std::future::ready(())
}

/// Whether `FRONTROW_FAILPOINTS` wants anything at this place, at whatever time.
#[cfg(debug_assertions)]
pub fn is_armed(place: Place) -> bool {
    armed::is_armed(place)
}

/// It never does.
#[cfg(not(debug_assertions))]
pub const fn is_armed(_place: Place) -> bool {
    false
}

#[cfg(debug_assertions)]
mod armed {
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
    use std::time::Duration;

    use super::Place;

    /// Longer than anything that waits for an answer without asking again.
    const PAUSE: Duration = Duration::from_millis(1_500);

    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    enum Deed {
        Abort,
        Pause,
    }

    #[derive(Debug)]
    struct Failpoint {
        place: Place,
        deed: Deed,
        /// Done when the place is reached for this time, and never again.
        time: u32,
        times_reached: AtomicU32,
    }

    static ARMED: LazyLock<Vec<Failpoint>> = LazyLock::new(|| {
        let wanted = std::env::var("FRONTROW_FAILPOINTS").unwrap_or_default();
        read(&wanted).unwrap_or_else(|why| panic!("FRONTROW_FAILPOINTS: {why}"))
    });

    pub(super) async fn reached(place: Place) {
        for failpoint in ARMED.iter().filter(|failpoint| failpoint.is_due(place)) {
            match failpoint.deed {
                Deed::Abort => std::process::abort(),
                Deed::Pause => tokio::time::sleep(PAUSE).await,
            }
        }
    }

    pub(super) fn is_armed(place: Place) -> bool {
        ARMED.iter().any(|failpoint| failpoint.place == place)
    }

    impl Failpoint {
        /// Whether the place is this one, reached for the time that is wanted. Counts.
        fn is_due(&self, place: Place) -> bool {
            self.place == place && self.times_reached.fetch_add(1, Relaxed) + 1 == self.time
        }
    }

    fn read(wanted: &str) -> Result<Vec<Failpoint>, String> {
        wanted.split(',').map(str::trim).filter(|one| !one.is_empty()).map(read_one).collect()
    }

    fn read_one(text: &str) -> Result<Failpoint, String> {
        let unreadable = || format!("\"{text}\" is not of the form PLACE=abort:N or PLACE=pause:N");
        let (place, what) = text.split_once('=').ok_or_else(unreadable)?;
        let (deed, time) = what.split_once(':').ok_or_else(unreadable)?;
        let known = Place::ALL.into_iter().find(|known| known.as_str() == place);
        let place = known.ok_or_else(|| format!("there is no place \"{place}\""))?;
        let deed = match deed {
            "abort" => Deed::Abort,
            "pause" => Deed::Pause,
            _ => return Err(unreadable()),
        };
        let time = time.parse().ok().filter(|&time| time > 0).ok_or_else(unreadable)?;
        Ok(Failpoint { place, deed, time, times_reached: AtomicU32::new(0) })
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn places_are_read_with_what_happens_there_and_when() {
            let armed = read("captured=abort:3, held=pause:2").unwrap();
            let read: Vec<_> = armed.iter().map(|it| (it.place, it.deed, it.time)).collect();
            assert_eq!(read, [(Place::Captured, Deed::Abort, 3), (Place::Held, Deed::Pause, 2)]);
            assert!(super::read("").unwrap().is_empty());
        }

        #[test]
        fn every_place_can_be_named() {
            for place in Place::ALL {
                assert_eq!(read(&format!("{}=abort:1", place.as_str())).unwrap()[0].place, place);
            }
        }

        #[test]
        fn what_cannot_be_read_is_said() {
            for wrong in ["captured", "captured=abort", "captured=explode:1", "captured=abort:0", "captured=abort:x"] {
                assert!(read(wrong).unwrap_err().contains(wrong), "{wrong}");
            }
            assert!(read("held=abort:1,nowhere=abort:1").unwrap_err().contains("nowhere"));
        }

        #[test]
        fn a_failpoint_is_due_once_at_its_time_and_only_at_its_place() {
            let armed = read("sold=abort:2").unwrap();
            let due = |place| armed[0].is_due(place);
            assert_eq!([Place::Held, Place::Sold, Place::Sold, Place::Sold].map(due), [false, false, true, false]);
        }
    }
}
