//! Splitting a party that no block has room for: few groups, close to each other, nobody by themselves if it can
//! be helped.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::best::{Run, Search, Window};
use super::rows::between;
use crate::ids::Ordinal;

/// Seats for the whole party in as few groups as possible, in one section if one has enough. Strictly: leaving
/// nobody alone, or `None`.
pub(super) fn split(search: &Search<'_>, runs: &[Run], strict: bool) -> Option<Vec<Ordinal>> {
    let usable = |run: &&Run| !strict || run.orphans(run.start, run.len()) == 0;
    let runs: Vec<_> = runs.iter().filter(usable).cloned().collect();
    let sections = runs.chunk_by(|one, next| one.section == next.section);
    let offers = sections.filter_map(|runs| Offer::of(search, runs, strict));
    let best = offers.min_by(|one, other| one.groups.cmp(&other.groups).then(one.cost.total_cmp(&other.cost)));
    best.or_else(|| Offer::of(search, &runs, strict)).map(|offer| offer.seats)
}

/// One way to seat the party.
struct Offer {
    groups: usize,
    /// The cost of its first group, which the others gather around.
    cost: f64,
    seats: Vec<Ordinal>,
}

impl Offer {
    fn of(search: &Search<'_>, runs: &[Run], strict: bool) -> Option<Self> {
        let mut quota = Quota::of(runs, search.quantity)?;
        let groups = quota.groups;
        let candidates = runs.iter().enumerate().filter(|(_, run)| quota.admits(run.len()));
        let anchors = candidates.filter_map(|(at, run)| {
            let anchor = search.frontmost(run, quota.share(run.len()), strict)?;
            Some((at, anchor))
        });
        let (first, anchor) = anchors.min_by(|(_, one), (_, other)| search.compare(one, other))?;
        quota.take(runs[first].len());
        let mut windows = vec![anchor];
        let mut queue = by_distance(search, runs, &anchor);
        while quota.wanted > 0 {
            let Reverse((_, at)) = queue.pop()?;
            let run = &runs[at];
            if at != first && quota.admits(run.len()) {
                windows.push(closest(search, run, quota.share(run.len()), &anchor, strict)?);
                quota.take(run.len());
            }
        }
        let seats = search.seats(windows);
        // Two groups may leave a seat between them that neither leaves alone.
        let is_free = |seat: Ordinal| search.free[seat.index()];
        let fits = !strict || search.blocks.orphans_among(is_free, &seats).is_empty();
        fits.then_some(Self { groups, cost: anchor.cost, seats })
    }
}

/// The runs, the one whose middle is closest to the anchor on top. Distances are never negative, so their bits sort
/// like they do.
fn by_distance(search: &Search<'_>, runs: &[Run], anchor: &Window) -> BinaryHeap<Reverse<(u64, usize)>> {
    let distance = |run: &Run| {
        let (first, last) = (search.place(run.start), search.place(run.start + run.len() - 1));
        between((f64::midpoint(first.0, last.0), f64::midpoint(first.1, last.1)), anchor.centroid)
    };
    runs.iter().enumerate().map(|(at, run)| Reverse((distance(run).to_bits(), at))).collect()
}

fn closest(search: &Search<'_>, run: &Run, size: usize, anchor: &Window, strict: bool) -> Option<Window> {
    search.cheapest(run, size, strict, |centroid, fine| between(centroid, anchor.centroid) + fine)
}

/// Which runs may be used so that the number of groups stays the smallest possible.
///
/// The longest runs give the number. Each run used strikes out one of them; a shorter one spends the seats that the
/// longest have to spare, so a run that does not fit now never will.
struct Quota {
    groups: usize,
    /// Seats that are still to be found.
    wanted: usize,
    /// The longest runs that are not struck out yet: how many of each length.
    longest: BTreeMap<usize, usize>,
    /// How many seats they have more than are wanted.
    spare: usize,
}

impl Quota {
    fn of(runs: &[Run], wanted: usize) -> Option<Self> {
        let mut lengths = vec![0; wanted + 1];
        for run in runs {
            lengths[run.len().min(wanted)] += 1;
        }
        let (mut groups, mut seats, mut longest) = (0, 0, BTreeMap::new());
        for (length, &count) in lengths.iter().enumerate().skip(1).rev() {
            let used = count.min((wanted - seats).div_ceil(length));
            groups += used;
            seats += used * length;
            if used > 0 {
                longest.insert(length, used);
            }
            if seats >= wanted {
                return Some(Self { groups, wanted, longest, spare: seats - wanted });
            }
        }
        None
    }

    /// What using a run of this length costs of the spare seats.
    fn lack(&self, length: usize) -> usize {
        self.longest.first_key_value().map_or(0, |(shortest, _)| shortest.saturating_sub(length))
    }

    /// Whether the run can be used. One that seats a person alone is not, unless there is no other way.
    fn admits(&self, length: usize) -> bool {
        let lack = self.lack(length);
        lack == 0 || (lack <= self.spare && length > 1)
    }

    /// How many of the run to take: as many as are wanted, or one less if that would leave one person alone.
    fn share(&self, length: usize) -> usize {
        let most = length.min(self.wanted);
        let leaves_one = self.wanted - most == 1 && most > 2;
        if leaves_one && self.spare > self.lack(length) { most - 1 } else { most }
    }

    fn take(&mut self, length: usize) {
        let (share, lack) = (self.share(length), self.lack(length));
        let struck = if lack > 0 { self.longest.first_key_value().map(|(&shortest, _)| shortest) } else { None };
        let struck = struck.or_else(|| self.longest.range(..=length).next_back().map(|(&length, _)| length));
        if let Some(struck) = struck
            && let Some(count) = self.longest.get_mut(&struck)
        {
            *count -= 1;
            if *count == 0 {
                self.longest.remove(&struck);
            }
        }
        self.wanted -= share;
        let left: usize = self.longest.iter().map(|(length, count)| length * count).sum();
        self.spare = left.saturating_sub(self.wanted);
    }
}
