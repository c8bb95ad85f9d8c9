//! Who sits next to whom: the blocks of a layout, and the seats that a choice would leave alone.
//!
//! Built once per layout; it never knows whose a seat is, only which seats are free.

use std::collections::BTreeSet;
use std::ops::Range;

use super::layout::Layout;
use super::rows::{Front, Row};
use crate::ids::Ordinal;
use crate::seat::{SeatMap, SeatState};

/// The seats of a layout as unbroken runs of neighbours. A block ends where its row does and at every aisle: a gap
/// of more than 1.6 times the row's median spacing.
#[derive(Debug, Clone)]
pub struct Blocks {
    /// Every seat, block after block, in the order they sit.
    pub(super) seats: Vec<Ordinal>,
    pub(super) list: Vec<Block>,
    /// By ordinal: the seat's block and its index in `seats`.
    spots: Vec<(usize, usize)>,
    /// By section.
    pub(super) fronts: Vec<Front>,
}

/// One block: where it is in [`Blocks::seats`].
#[derive(Debug, Clone)]
pub(super) struct Block {
    pub(super) section: usize,
    pub(super) range: Range<usize>,
}

/// A seat's block and its place in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// The seats of the block in the order they sit: as the plan lists them, or left to right if it jumps about.
    pub block: &'a [Ordinal],
    /// The seat's index in the block.
    pub index: usize,
}

impl<'a> Place<'a> {
    /// The neighbour before the seat, if there is one.
    pub fn left(&self) -> Option<Ordinal> {
        self.block[..self.index].last().copied()
    }

    /// The neighbour after the seat, if there is one.
    pub fn right(&self) -> Option<Ordinal> {
        self.block.get(self.index + 1).copied()
    }

    fn neighbours(&self) -> impl Iterator<Item = Ordinal> + use<> {
        self.left().into_iter().chain(self.right())
    }

    /// The unbroken run of seats like this one around the seat, which is one of them.
    fn run(&self, is_like: impl Fn(Ordinal) -> bool) -> &'a [Ordinal] {
        let before = self.block[..self.index].iter().rev().take_while(|&&seat| is_like(seat)).count();
        let after = self.block[self.index + 1..].iter().take_while(|&&seat| is_like(seat)).count();
        &self.block[self.index - before..=self.index + after]
    }
}

impl Blocks {
    /// Finds the blocks of a layout.
    pub fn of(layout: &Layout) -> Self {
        let rows = Row::all(layout);
        let mut by_section = vec![Vec::new(); layout.sections.len()];
        for row in &rows {
            by_section[row.section].push(row);
        }
        let fronts: Vec<_> = by_section.iter().map(|rows| Front::of(layout, rows)).collect();
        let mut found = Self {
            seats: Vec::with_capacity(layout.seats.len()),
            list: Vec::new(),
            spots: vec![(0, 0); layout.seats.len()],
            fronts,
        };
        for row in &rows {
            for block in row.blocks(layout, found.fronts[row.section].spacing) {
                found.push(row.section, block);
            }
        }
        found
    }

    fn push(&mut self, section: usize, block: &[Ordinal]) {
        let start = self.seats.len();
        for (at, seat) in (start..).zip(block) {
            self.spots[seat.index()] = (self.list.len(), at);
        }
        self.seats.extend_from_slice(block);
        self.list.push(Block { section, range: start..self.seats.len() });
    }

    /// Every block, in the order of the plan.
    pub fn iter(&self) -> impl Iterator<Item = &[Ordinal]> {
        self.list.iter().map(|block| &self.seats[block.range.clone()])
    }

    /// A seat's block and its place in it. Panics past the last seat.
    pub fn place(&self, seat: Ordinal) -> Place<'_> {
        let (block, at) = self.spots[seat.index()];
        let range = self.list[block].range.clone();
        Place { index: at - range.start, block: &self.seats[range] }
    }

    /// The free seats that taking `mine` would leave without a free neighbour, in ascending order. Panics past the
    /// last seat.
    ///
    /// `mine` count as free before and taken after, whatever the map says. A seat is only reported if it sits next
    /// to one of them, and never if it had to be left: when the free run it is in has one seat more than `mine` take
    /// from it, somebody ends up alone whichever they are.
    pub fn orphans(&self, map: &SeatMap, mine: &[Ordinal]) -> Vec<Ordinal> {
        self.orphans_among(|seat| map.get(seat) == SeatState::Available, mine)
    }

    pub(super) fn orphans_among(&self, is_free: impl Fn(Ordinal) -> bool, mine: &[Ordinal]) -> Vec<Ordinal> {
        let mine: BTreeSet<_> = mine.iter().copied().collect();
        let was_free = |seat| mine.contains(&seat) || is_free(seat);
        let stays_free = |seat| !mine.contains(&seat) && is_free(seat);
        let is_orphan = |&seat: &Ordinal| {
            let place = self.place(seat);
            if !stays_free(seat) || place.neighbours().any(stays_free) {
                return false;
            }
            let run = place.run(was_free);
            run.len() != run.iter().filter(|seat| mine.contains(seat)).count() + 1
        };
        let beside: BTreeSet<_> = mine.iter().flat_map(|&seat| self.place(seat).neighbours()).collect();
        beside.into_iter().filter(is_orphan).collect()
    }
}

#[cfg(test)]
#[path = "neighbours_tests.rs"]
mod tests;
