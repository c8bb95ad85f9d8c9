//! Best available: the seats to offer to somebody who says how many, but not which.
//!
//! Nothing is taken here. The offer is as good as the map it was made from; who loses the race for it asks again
//! and names the seats that were gone.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::layout::Layout;
use super::neighbours::{Block, Blocks};
use super::rows::{self, Point};
use super::spread;
use crate::ids::Ordinal;
use crate::seat::{SeatMap, SeatState};

/// Leaving one seat alone costs as much as sitting this many seats farther from the middle.
const ORPHAN_IN_SPACINGS: f64 = 4.0;

/// Costs are compared in steps of this size, so that rounding never decides between mirror images.
const COST_STEPS: f64 = 1e6;

/// What somebody asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish<'a> {
    /// How many seats.
    pub quantity: u32,
    /// Only seats of this category, by its id.
    pub category: Option<&'a str>,
    /// Only seats of this section, by its id.
    pub section: Option<&'a str>,
    /// Whether to leave nobody alone as long as there is any other way; otherwise it is only better not to.
    pub avoid_orphans: bool,
}

/// A wish for something the plan does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnknownWish {
    /// No category has this id.
    #[error("the plan has no such category")]
    Category,
    /// No section has this id.
    #[error("the plan has no such section")]
    Section,
}

impl Wish<'_> {
    /// Tells a wish that never comes true in this layout from one that is only sold out.
    pub fn check(&self, layout: &Layout) -> Result<(), UnknownWish> {
        Filter::of(self, layout).map(drop)
    }
}

impl Blocks {
    /// The seats to offer, in ascending order, or `None` if fewer than asked for are available or the wish is
    /// [unknown](Wish::check). `layout` is the one the blocks are of; `avoid` are seats known to be gone, whatever
    /// the map says. Panics if the map has fewer seats than the layout.
    ///
    /// Together in one block if any block has the seats; among those the ones closest to the centre front of their
    /// section, which is the middle of its front row. A step back weighs 1.5 steps sideways, and a seat left alone
    /// as much as four seats sideways. Sections are compared by their own measure, from 0 for the centre front
    /// to 1 for the farthest seat, so that a small section does not win with its worst seats; equals go to the
    /// lowest ordinal. Otherwise in as few groups as possible, in one section if one has enough, each as close
    /// as it gets to the first.
    ///
    /// With `avoid_orphans` an offer that leaves somebody alone is the last resort, after all splits that do not.
    pub fn best(
        &self,
        layout: &Layout,
        map: &SeatMap,
        wish: &Wish<'_>,
        avoid: &BTreeSet<Ordinal>,
    ) -> Option<Vec<Ordinal>> {
        let filter = Filter::of(wish, layout).ok()?;
        let mut free: Vec<_> = (0..layout.seats_total()).map(|n| map.get(Ordinal(n)) == SeatState::Available).collect();
        for seat in avoid {
            if let Some(free) = free.get_mut(seat.index()) {
                *free = false;
            }
        }
        let quantity = wish.quantity as usize;
        let search = Search { blocks: self, layout, free, quantity };
        let runs = search.runs(filter);
        if runs.iter().map(Run::len).sum::<usize>() < quantity {
            return None;
        }
        if quantity == 0 {
            return Some(Vec::new());
        }
        let strictly = || search.together(&runs, true).or_else(|| spread::split(&search, &runs, true));
        let anyhow = || search.together(&runs, false).or_else(|| spread::split(&search, &runs, false));
        if wish.avoid_orphans { strictly().or_else(anyhow) } else { anyhow() }
    }
}

/// A wish in indices of the layout.
#[derive(Debug, Clone, Copy)]
struct Filter {
    category: Option<usize>,
    section: Option<usize>,
}

impl Filter {
    fn of(wish: &Wish<'_>, layout: &Layout) -> Result<Self, UnknownWish> {
        let category = |id| layout.categories.iter().position(|category| category.id == id);
        let section = |id| layout.sections.iter().position(|section| section.id == id);
        Ok(Self {
            category: wish.category.map(|id| category(id).ok_or(UnknownWish::Category)).transpose()?,
            section: wish.section.map(|id| section(id).ok_or(UnknownWish::Section)).transpose()?,
        })
    }
}

/// Neighbours that are free and as wished; indices into the blocks' seats.
#[derive(Debug, Clone)]
pub(super) struct Run {
    pub(super) section: usize,
    pub(super) start: usize,
    end: usize,
    /// The whole free run around it, whatever its categories: its seats are the ones that may be left alone.
    free_start: usize,
    free_end: usize,
}

impl Run {
    pub(super) const fn len(&self) -> usize {
        self.end - self.start
    }

    /// How many seats taking `size` of them from `start` leaves alone: the rule of [`Blocks::orphans`], counted.
    pub(super) fn orphans(&self, start: usize, size: usize) -> usize {
        if self.free_end - self.free_start == size + 1 {
            return 0;
        }
        let (before, after) = (start - self.free_start, self.free_end - (start + size));
        usize::from(before == 1) + usize::from(after == 1)
    }
}

/// Some neighbours of a run, and what choosing them costs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    start: usize,
    size: usize,
    pub(super) centroid: Point,
    pub(super) cost: f64,
}

/// One search: what is free, and how many are wanted.
pub(super) struct Search<'a> {
    pub(super) blocks: &'a Blocks,
    layout: &'a Layout,
    /// By ordinal.
    pub(super) free: Vec<bool>,
    pub(super) quantity: usize,
}

impl Search<'_> {
    fn runs(&self, filter: Filter) -> Vec<Run> {
        let mut runs = Vec::new();
        for block in &self.blocks.list {
            if filter.section.is_none_or(|section| section == block.section) {
                self.runs_of(block, filter.category, &mut runs);
            }
        }
        runs
    }

    fn runs_of(&self, block: &Block, category: Option<usize>, runs: &mut Vec<Run>) {
        let seats = &self.blocks.seats;
        let is_free = |at: usize| self.free[seats[at].index()];
        let is_wished = |at: usize| category.is_none_or(|category| self.layout.seat(seats[at]).category == category);
        for (free_start, free_end) in stretches(block.range.start, block.range.end, is_free) {
            for (start, end) in stretches(free_start, free_end, is_wished) {
                runs.push(Run { section: block.section, start, end, free_start, free_end });
            }
        }
    }

    fn together(&self, runs: &[Run], strict: bool) -> Option<Vec<Ordinal>> {
        let windows = runs.iter().filter_map(|run| self.frontmost(run, self.quantity, strict));
        windows.min_by(|one, other| self.compare(one, other)).map(|window| self.seats([window]))
    }

    /// The window of a run that is closest to its section's centre front; strictly: that leaves nobody alone.
    pub(super) fn frontmost(&self, run: &Run, size: usize, strict: bool) -> Option<Window> {
        let front = &self.blocks.fronts[run.section];
        self.cheapest(run, size, strict, |centroid, fine| front.relative(front.distance(centroid) + fine))
    }

    /// The cheapest window of a run, by its centroid and the fine for the seats it leaves alone.
    pub(super) fn cheapest(
        &self,
        run: &Run,
        size: usize,
        strict: bool,
        cost: impl Fn(Point, f64) -> f64,
    ) -> Option<Window> {
        let fine = ORPHAN_IN_SPACINGS * self.blocks.fronts[run.section].spacing;
        let starts = run.start..(run.end + 1).checked_sub(size)?.max(run.start);
        let mut sum = (run.start..run.end.min(run.start + size)).map(|at| self.place(at)).fold((0.0, 0.0), plus);
        let windows = starts.filter_map(|start| {
            let centroid = (sum.0 / rows::number(size), sum.1 / rows::number(size));
            if start + size < run.end {
                let (gone, come) = (self.place(start), self.place(start + size));
                sum = (sum.0 - gone.0 + come.0, sum.1 - gone.1 + come.1);
            }
            let orphans = run.orphans(start, size);
            let cost = cost(centroid, fine * rows::number(orphans));
            let window = Window { start, size, centroid, cost: (cost * COST_STEPS).round() };
            (!strict || orphans == 0).then_some(window)
        });
        windows.min_by(|one, other| self.compare(one, other))
    }

    /// Where the seat at this index of the blocks' seats is.
    pub(super) fn place(&self, at: usize) -> Point {
        rows::place(self.layout, self.blocks.seats[at])
    }

    /// The cheaper one first; of equals the one with the lowest ordinal.
    pub(super) fn compare(&self, one: &Window, other: &Window) -> Ordering {
        let lowest = |window: &Window| self.seats_of(window).iter().min();
        one.cost.total_cmp(&other.cost).then_with(|| lowest(one).cmp(&lowest(other)))
    }

    /// The seats of these windows, in ascending order.
    pub(super) fn seats(&self, windows: impl IntoIterator<Item = Window>) -> Vec<Ordinal> {
        let mut seats: Vec<_> = windows.into_iter().flat_map(|window| self.seats_of(&window)).copied().collect();
        seats.sort_unstable();
        seats
    }

    fn seats_of(&self, window: &Window) -> &[Ordinal] {
        &self.blocks.seats[window.start..window.start + window.size]
    }
}

fn plus(sum: Point, point: Point) -> Point {
    (sum.0 + point.0, sum.1 + point.1)
}

/// The unbroken stretches of indices that `is_in`.
fn stretches(start: usize, end: usize, is_in: impl Fn(usize) -> bool) -> impl Iterator<Item = (usize, usize)> {
    let mut at = start;
    std::iter::from_fn(move || {
        let start = (at..end).find(|&at| is_in(at))?;
        at = (start..end).find(|&at| !is_in(at)).unwrap_or(end);
        Some((start, at))
    })
}

#[cfg(test)]
#[path = "best_tests.rs"]
mod tests;
