//! Mutants: faults built in on purpose, each at the very place that guards against it, so that the checker which exists for
//! the fault can prove that it would find it. `cargo xtask mutants` runs them.
//!
//! They exist with the feature `mutants` only, which no ordinary build has and no release build can have: there [`is`] is a
//! constant `false`, and what hangs on it is gone. With it, `FRONTROW_MUTANT` names the one that is on; a name that is none
//! is a panic, because a mutant that is not there is never caught.

#[cfg(all(feature = "mutants", not(debug_assertions)))]
compile_error!("the feature `mutants` builds faults in: it is for debug builds and tests only");

macro_rules! mutants {
    ($($(#[$doc:meta])+ $mutant:ident = $name:literal,)+) => {
        /// A fault.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Mutant {
            $($(#[$doc])+ $mutant,)+
        }

        #[cfg(feature = "mutants")]
        const NAMES: &[(&str, Mutant)] = &[$(($name, Mutant::$mutant)),+];
    };
}

mutants! {
    /// The ledger's claim does not look at the fence: a hold from before takes a seat from who held it later.
    StaleFenceClaims = "stale_fence_claims",
    /// The ledger claims seats whatever their state.
    SeatsWithoutState = "seats_without_state",
    /// The same, the index that allows one ticket for a seat and its sale generation is missing, and an emptied hold store
    /// forgets what is sold: every guard against two owners is gone.
    NoGuardLeft = "no_guard_left",
    /// An order changes without a look at its version.
    OrderVersionIgnored = "order_version_ignored",
    /// Whether the event is on sale is not looked at within the sale.
    ClosedEventSells = "closed_event_sells",
    /// The outbox row is written after the commit, by a task of its own: a crash in between loses it.
    OutboxAfterCommit = "outbox_after_commit",
    /// The answer to a request is stored before its effect, outside of the transaction.
    AnswerBeforeTheEffect = "answer_before_the_effect",
    /// A check-in looks whether the ticket is valid, and then marks it as used without a condition.
    CheckInReadsThenWrites = "check_in_reads_then_writes",
    /// A refresh token that was exchanged before is no reason for suspicion.
    ReusedRefreshTokenWorks = "reused_refresh_token_works",
    /// Releasing a seat does not look at who holds it.
    ForeignRelease = "foreign_release",
    /// Of a group of which some seats are taken, the free ones are held.
    HalfAGroup = "half_a_group",
    /// The seats of a buyer are counted first, and then more are held.
    LimitCountedBefore = "limit_counted_before",
    /// Hold store and ledger each leave the seat limit to the other.
    LimitLeftToTheOther = "limit_left_to_the_other",
    /// A gate that was set in another run of Redis is believed.
    OldGateBelieved = "old_gate_believed",
    /// The hold store takes over a state of the ledger that is older than the one it has.
    OldNewsSettle = "old_news_settle",
    /// An emptied hold store is rebuilt under the first fence epoch again.
    NoNewEpoch = "no_new_epoch",
    /// An emptied hold store is opened without the seats that the ledger knows to be taken.
    RebuiltEmpty = "rebuilt_empty",
    /// The relay marks rows as carried before the log has acknowledged them.
    MarkedBeforeAcknowledged = "marked_before_acknowledged",
    /// The ticket generator commits a message before it has dealt with it.
    CommittedBeforeTheEffect = "committed_before_the_effect",
    /// A sale of which nobody knows whether it was committed is taken for failed: the money goes back.
    UnknownCommitPaysBack = "unknown_commit_pays_back",
    /// Money that came too late for the seats is kept.
    LateCaptureKept = "late_capture_kept",
    /// A notice that the provider could not be asked about leaves its order as it was.
    NoticeForgotten = "notice_forgotten",
    /// A refund counts as done before the provider is asked for it.
    RefundedBeforeAsking = "refunded_before_asking",
    /// A payment notice is believed whatever its signature.
    UnsignedNotice = "unsigned_notice",
    /// A socket follows its room without what was published while it took its snapshot.
    FollowsWithoutCatchingUp = "follows_without_catching_up",
    /// One change of the map in five is neither numbered nor sent.
    SkippedDelta = "skipped_delta",
    /// A room never compares its position with the store's stream of changes.
    HintsOnly = "hints_only",
    /// No room looks at deadlines: holds end when Redis removes their keys.
    ExpiryByTtlOnly = "expiry_by_ttl_only",
    /// An origin that only ends like this host may open sockets.
    OriginBySuffix = "origin_by_suffix",
}

/// Whether this is the mutant that is on.
#[cfg(feature = "mutants")]
pub fn is(mutant: Mutant) -> bool {
    use std::sync::LazyLock;

    static CHOSEN: LazyLock<Option<Mutant>> = LazyLock::new(|| {
        let wanted = std::env::var("FRONTROW_MUTANT").ok().filter(|name| !name.is_empty())?;
        let known = NAMES.iter().find(|(name, _)| *name == wanted);
        Some(known.unwrap_or_else(|| panic!("FRONTROW_MUTANT: there is no mutant \"{wanted}\"")).1)
    });
    *CHOSEN == Some(mutant)
}

/// There is none.
#[cfg(not(feature = "mutants"))]
#[inline]
pub const fn is(_mutant: Mutant) -> bool {
    false
}
