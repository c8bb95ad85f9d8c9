//! What a room remembers of what happened in it: seats by section, the last fifteen minutes second by second, how long
//! people take. Pure: times are arguments.
//!
//! It is kept whether or not anybody runs the event just now, so it has to be small: a second in which nothing changed
//! takes no room, and everything ends after fifteen minutes.

use std::collections::{BTreeSet, HashMap, VecDeque};

use frontrow_domain::ids::Ordinal;
use frontrow_domain::plan::Layout;
use frontrow_domain::protocol::Activity;
use frontrow_domain::protocol::dashboard::{ActivityCounts, StatsPoint};
use frontrow_domain::seat::{SeatCounts, SeatRecord};

use super::activity::{SeatActivity, SeatMove};

/// How far the history reaches back.
const HISTORY_S: u64 = 15 * 60;
const MINUTE_S: u64 = 60;
/// Durations of which a median is taken.
const DURATIONS_KEPT: usize = 200;

/// See the module.
pub(super) struct Tally {
    /// Section index by ordinal, as the layout has it.
    sections: Vec<Section>,
    pub(super) since_ms: u64,
    pub(super) total: ActivityCounts,
    /// The seconds in which something changed, the oldest first.
    seconds: VecDeque<Second>,
    /// Holds and conflicts of sections in the last minute, the oldest first.
    busy: VecDeque<SectionSecond>,
    /// Claims whose beginning was seen.
    claims: HashMap<Ordinal, SeenClaim>,
    pub(super) hold_to_order_ms: VecDeque<u64>,
    pub(super) order_to_paid_ms: VecDeque<u64>,
}

/// A section as it is now.
#[derive(Debug, Clone, Default)]
struct Section {
    counts: SeatCounts,
    /// Its holds by the time at which each was taken.
    holds: BTreeSet<(u64, Ordinal)>,
}

/// A section's numbers for a dashboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SectionFigures {
    pub(crate) counts: SeatCounts,
    /// When its oldest hold was taken, by the store's clock.
    pub(crate) oldest_held_ms: Option<u64>,
    pub(crate) holds_last_minute: u64,
    pub(crate) conflicts_last_minute: u64,
}

#[derive(Debug, Clone, Copy)]
struct Second {
    /// Since the Unix epoch.
    at_s: u64,
    counts: ActivityCounts,
    state: Presence,
}

/// What is there at the end of a second.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Presence {
    pub(super) held: u32,
    pub(super) sold: u32,
    pub(super) sockets: u32,
}

/// When a claim was seen to begin, and how long its seat had been held then; by the store's clock.
#[derive(Debug, Clone, Copy)]
struct SeenClaim {
    at_ms: u64,
    age_ms: Option<u64>,
}

#[derive(Debug, Clone, Copy)]
struct SectionSecond {
    at_s: u64,
    section: usize,
    holds: u64,
    conflicts: u64,
}

impl Tally {
    /// Of a hall in which every seat is free.
    pub(super) fn new(layout: &Layout) -> Self {
        let section =
            |total| Section { counts: SeatCounts { available: total, ..SeatCounts::default() }, ..Section::default() };
        Self {
            sections: layout.sections.iter().map(|it| section(it.total)).collect(),
            since_ms: 0,
            total: ActivityCounts::default(),
            seconds: VecDeque::new(),
            busy: VecDeque::new(),
            claims: HashMap::new(),
            hold_to_order_ms: VecDeque::new(),
            order_to_paid_ms: VecDeque::new(),
        }
    }

    /// The first reading: what is there already did not happen now.
    pub(super) fn begin(&mut self, layout: &Layout, moves: &[SeatMove], state: Presence, now_ms: u64) {
        self.since_ms = now_ms;
        for moved in moves {
            self.follow(layout, moved);
        }
        self.sample(state, now_ms);
    }

    /// A later reading.
    pub(super) fn note(
        &mut self,
        layout: &Layout,
        moves: &[SeatMove],
        state: Presence,
        now_ms: u64,
    ) -> Vec<SeatActivity> {
        let mut happened = Vec::new();
        for moved in moves {
            self.follow(layout, moved);
            for activity in moved.activities() {
                happened.push(self.count(layout, moved, activity, now_ms));
            }
        }
        self.sample(state, now_ms);
        happened
    }

    /// A hold command that was refused because somebody else had these seats.
    pub(super) fn conflict(&mut self, layout: &Layout, seats: &[Ordinal], state: Presence, now_ms: u64) {
        self.total.conflicts += 1;
        self.second(now_ms, state).counts.conflicts += 1;
        let sections: BTreeSet<usize> = seats.iter().map(|&seat| layout.seat(seat).section).collect();
        for section in sections {
            self.busy(section, now_ms).conflicts += 1;
        }
    }

    /// How it is now. A second that is like the one before is not kept.
    pub(super) fn sample(&mut self, state: Presence, now_ms: u64) {
        if self.seconds.back().is_none_or(|last| last.state != state) {
            self.second(now_ms, state).state = state;
        }
    }

    fn follow(&mut self, layout: &Layout, moved: &SeatMove) {
        let section = &mut self.sections[layout.seat(moved.seat).section];
        *section.counts.of(moved.before.state()) -= 1;
        *section.counts.of(moved.after.state()) += 1;
        if let SeatRecord::Held(lease) = moved.before {
            section.holds.remove(&(lease.first_held_ms, moved.seat));
        }
        if let SeatRecord::Held(lease) = moved.after {
            section.holds.insert((lease.first_held_ms, moved.seat));
        }
    }

    /// Counts one thing that happened; with its age, where only this tally knows it.
    fn count(&mut self, layout: &Layout, moved: &SeatMove, mut it: SeatActivity, now_ms: u64) -> SeatActivity {
        let last = self.seconds.back().map(|last| last.state).unwrap_or_default();
        add(&mut self.total, it.activity);
        add(&mut self.second(now_ms, last).counts, it.activity);
        let claim = self.claims.remove(&moved.seat);
        let since_claim_ms = claim.map(|claim| moved.at_ms.saturating_sub(claim.at_ms));
        it.age_ms = it.age_ms.or_else(|| Some(claim?.age_ms? + since_claim_ms?));
        match it.activity {
            Activity::Hold => self.busy(layout.seat(moved.seat).section, now_ms).holds += 1,
            Activity::Claimed => {
                self.claims.insert(moved.seat, SeenClaim { at_ms: moved.at_ms, age_ms: it.age_ms });
                keep(&mut self.hold_to_order_ms, it.age_ms);
            }
            Activity::Sold => keep(&mut self.order_to_paid_ms, since_claim_ms),
            Activity::Release | Activity::Expired | Activity::Lost | Activity::Refunded | Activity::Extended => {}
        }
        it
    }

    /// The second of this moment; never an earlier one, should the clock be set back.
    fn second(&mut self, now_ms: u64, state: Presence) -> &mut Second {
        let second = now_ms / 1000;
        // The last one before the window stays: what was true then is true at its beginning.
        while self.seconds.get(1).is_some_and(|next| next.at_s + HISTORY_S <= second) {
            self.seconds.pop_front();
        }
        if self.seconds.back().is_none_or(|last| last.at_s < second) {
            self.seconds.push_back(Second { at_s: second, counts: ActivityCounts::default(), state });
        }
        let newest = self.seconds.len() - 1;
        &mut self.seconds[newest]
    }

    fn busy(&mut self, section: usize, now_ms: u64) -> &mut SectionSecond {
        let second = now_ms / 1000;
        while self.busy.front().is_some_and(|first| first.at_s + MINUTE_S <= second) {
            self.busy.pop_front();
        }
        // Only this second's: there are no more of them than sections.
        let recent = self.busy.iter().enumerate().rev().take_while(|(_, it)| it.at_s == second);
        let known = recent.into_iter().find(|(_, it)| it.section == section).map(|(at, _)| at);
        let at = known.unwrap_or_else(|| {
            self.busy.push_back(SectionSecond { at_s: second, section, holds: 0, conflicts: 0 });
            self.busy.len() - 1
        });
        &mut self.busy[at]
    }

    pub(super) fn last_minute(&self, now_ms: u64) -> ActivityCounts {
        let from = (now_ms / 1000).saturating_sub(MINUTE_S);
        let recent = self.seconds.iter().rev().take_while(|it| it.at_s > from);
        recent.fold(ActivityCounts::default(), |sum, it| ActivityCounts {
            holds: sum.holds + it.counts.holds,
            releases: sum.releases + it.counts.releases,
            expiries: sum.expiries + it.counts.expiries,
            sales: sum.sales + it.counts.sales,
            conflicts: sum.conflicts + it.counts.conflicts,
        })
    }

    /// Every section, in the order of the layout.
    pub(super) fn sections(&self, now_ms: u64) -> Vec<SectionFigures> {
        let figures = |section: &Section| SectionFigures {
            counts: section.counts,
            oldest_held_ms: section.holds.first().map(|&(since_ms, _)| since_ms),
            holds_last_minute: 0,
            conflicts_last_minute: 0,
        };
        let mut sections: Vec<_> = self.sections.iter().map(figures).collect();
        let from = (now_ms / 1000).saturating_sub(MINUTE_S);
        for busy in self.busy.iter().filter(|it| it.at_s > from) {
            sections[busy.section].holds_last_minute += busy.holds;
            sections[busy.section].conflicts_last_minute += busy.conflicts;
        }
        sections
    }

    /// Second by second until now. What was not written down again had not changed.
    pub(super) fn history(&self, now_ms: u64) -> Vec<StatsPoint> {
        let Some(first) = self.seconds.front() else { return Vec::new() };
        let now = now_ms / 1000;
        let mut seconds = self.seconds.iter().peekable();
        let mut state = first.state;
        let mut points = Vec::new();
        for second in first.at_s.max(now.saturating_sub(HISTORY_S))..now {
            let mut counts = ActivityCounts::default();
            while let Some(it) = seconds.next_if(|it| it.at_s <= second) {
                state = it.state;
                if it.at_s == second {
                    counts = it.counts;
                }
            }
            points.push(point(second, &counts, state));
        }
        points
    }
}

fn add(counts: &mut ActivityCounts, activity: Activity) {
    match activity {
        Activity::Hold => counts.holds += 1,
        Activity::Release => counts.releases += 1,
        Activity::Expired => counts.expiries += 1,
        Activity::Sold => counts.sales += 1,
        Activity::Extended | Activity::Claimed | Activity::Lost | Activity::Refunded => {}
    }
}

fn point(second: u64, counts: &ActivityCounts, state: Presence) -> StatsPoint {
    let small = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    StatsPoint {
        ts_ms: (second + 1) * 1000,
        held: state.held,
        sold: state.sold,
        holds: small(counts.holds),
        releases: small(counts.releases),
        expiries: small(counts.expiries),
        sales: small(counts.sales),
        conflicts: small(counts.conflicts),
        sockets: state.sockets,
    }
}

fn keep(durations: &mut VecDeque<u64>, duration_ms: Option<u64>) {
    let Some(duration_ms) = duration_ms else { return };
    if durations.len() == DURATIONS_KEPT {
        durations.pop_front();
    }
    durations.push_back(duration_ms);
}

#[cfg(test)]
#[path = "tally_tests.rs"]
mod tests;
