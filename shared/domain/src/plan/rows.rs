//! Rows as geometry: the order their seats sit in, how far apart they are, and where a section's front is.
//!
//! It knows places only; whether a seat is free is nobody's business here.

use super::layout::{Layout, Seat};
use crate::ids::Ordinal;

/// A gap of more than this many times the usual spacing is an aisle.
const AISLE_IN_SPACINGS: f64 = 1.6;

/// One step back costs as much as this many steps sideways: the middle of the second row beats the ends of the first.
pub(super) const DEPTH_WEIGHT: f64 = 1.5;

/// Absolute, in plan units.
pub(super) type Point = (f64, f64);

/// Consecutive seats of the layout with one section and one label.
#[derive(Debug)]
pub(super) struct Row<'a> {
    pub(super) section: usize,
    label: &'a str,
    /// In the order they sit.
    pub(super) seats: Vec<Ordinal>,
    /// The row's direction, of length one.
    along: Point,
    /// The median distance between neighbours; a row of one seat has none.
    spacing: Option<f64>,
}

impl<'a> Row<'a> {
    /// Every row, in the order of the plan.
    pub(super) fn all(layout: &'a Layout) -> Vec<Self> {
        let mut ordinals = (0..).map(Ordinal);
        let rows = layout.seats.chunk_by(|one, next| one.section == next.section && one.row == next.row);
        rows.map(|seats| Self::of(layout, seats, ordinals.by_ref().take(seats.len()).collect())).collect()
    }

    fn of(layout: &Layout, seats: &'a [Seat], listed: Vec<Ordinal>) -> Self {
        let along = direction(seats);
        let seats_in_order = in_order(layout, listed, along);
        let spacing = median(gaps(layout, &seats_in_order).collect());
        Self { section: seats[0].section, label: &seats[0].row, seats: seats_in_order, along, spacing }
    }

    /// The row cut at its aisles. A row so thin that its own spacing is an aisle to its section (`usual`) is
    /// measured by the section's, or single seats between stairs would pass for neighbours.
    pub(super) fn blocks(&self, layout: &Layout, usual: f64) -> Vec<&[Ordinal]> {
        let spacing = self.spacing.unwrap_or(usual);
        let spacing = if spacing > AISLE_IN_SPACINGS * usual { usual } else { spacing };
        let together = |one: &Ordinal, next: &Ordinal| gap(layout, *one, *next) <= AISLE_IN_SPACINGS * spacing;
        self.seats.chunk_by(together).collect()
    }
}

/// The centre front of a section, and the measures to compare places with.
#[derive(Debug, Clone)]
pub(super) struct Front {
    centre: Point,
    along: Point,
    /// The usual distance between neighbours of the section.
    pub(super) spacing: f64,
    /// The distance of the section's farthest seat; never zero.
    reach: f64,
}

impl Front {
    /// The front of the section with these rows. A section's front row is the first in the plan, unless the labels
    /// say that the plan lists it from the back (14, 13, ... 6): then it is the last.
    pub(super) fn of(layout: &Layout, rows: &[&Row<'_>]) -> Self {
        let spacing = median(rows.iter().filter_map(|row| row.spacing).collect()).unwrap_or(0.0);
        let nowhere = Self { centre: (0.0, 0.0), along: (1.0, 0.0), spacing, reach: 1.0 };
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return nowhere };
        // By length before letters, so that 6 comes before 14 and Z before AA.
        let rank = |row: &Row<'_>| (row.label.chars().count(), row.label.to_owned());
        let row = if rank(last) < rank(first) { last } else { first };
        let front = Self { centre: middle(layout, row), along: row.along, ..nowhere };
        let seats = rows.iter().flat_map(|row| &row.seats);
        let reach = seats.map(|&seat| front.distance(place(layout, seat))).fold(0.0, f64::max);
        Self { reach: if reach > 0.0 { reach } else { 1.0 }, ..front }
    }

    /// How far a point is from the centre front, with depth weighing more than sideways.
    pub(super) fn distance(&self, point: Point) -> f64 {
        let (x, y) = (point.0 - self.centre.0, point.1 - self.centre.1);
        let sideways = x * self.along.0 + y * self.along.1;
        let depth = y * self.along.0 - x * self.along.1;
        sideways.hypot(depth * DEPTH_WEIGHT)
    }

    /// A distance in parts of the section: 0 at its centre front, 1 at its farthest seat.
    pub(super) fn relative(&self, distance: f64) -> f64 {
        distance / self.reach
    }
}

/// Where a seat is.
pub(super) fn place(layout: &Layout, seat: Ordinal) -> Point {
    let seat = layout.seat(seat);
    (seat.x, seat.y)
}

/// A count as a number to calculate with; counts of seats are small.
pub(super) fn number(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::INFINITY, f64::from)
}

/// The distance between two points.
pub(super) fn between(one: Point, other: Point) -> f64 {
    (one.0 - other.0).hypot(one.1 - other.1)
}

fn gap(layout: &Layout, one: Ordinal, other: Ordinal) -> f64 {
    between(place(layout, one), place(layout, other))
}

fn gaps(layout: &Layout, seats: &[Ordinal]) -> impl Iterator<Item = f64> {
    seats.windows(2).map(|pair| gap(layout, pair[0], pair[1]))
}

/// The lower median: of two gaps the wider one may be the aisle.
fn median(mut values: Vec<f64>) -> Option<f64> {
    let middle = values.len().checked_sub(1)? / 2;
    Some(*values.select_nth_unstable_by(middle, f64::total_cmp).1)
}

/// The main axis of the seats: their direction of greatest spread, pointing right.
fn direction(seats: &[Seat]) -> Point {
    let count = number(seats.len());
    let x = seats.iter().map(|seat| seat.x).sum::<f64>() / count;
    let y = seats.iter().map(|seat| seat.y).sum::<f64>() / count;
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    for seat in seats {
        let (dx, dy) = (seat.x - x, seat.y - y);
        xx += dx * dx;
        xy += dx * dy;
        yy += dy * dy;
    }
    let angle = (2.0 * xy).atan2(xx - yy) / 2.0;
    (angle.cos(), angle.sin())
}

fn project(layout: &Layout, seat: Ordinal, along: Point) -> f64 {
    let (x, y) = place(layout, seat);
    x * along.0 + y * along.1
}

/// The seats as listed, or sorted along the row if that makes the walk past them shorter: a row around a ring is
/// in order although it is not sorted along any line.
fn in_order(layout: &Layout, listed: Vec<Ordinal>, along: Point) -> Vec<Ordinal> {
    let mut sorted = listed.clone();
    sorted.sort_by(|&one, &other| project(layout, one, along).total_cmp(&project(layout, other, along)));
    let walk = |seats| gaps(layout, seats).sum::<f64>();
    // The slack is for rounding: reversing a row must not count as shortening it.
    if walk(&sorted) < walk(&listed) * 0.999 { sorted } else { listed }
}

/// The middle of a row's extent; its depth is that of the seat closest to it, because rows may be curved.
fn middle(layout: &Layout, row: &Row<'_>) -> Point {
    let along = row.along;
    let sideways = |seat: &Ordinal| project(layout, *seat, along);
    let least = row.seats.iter().map(sideways).fold(f64::INFINITY, f64::min);
    let most = row.seats.iter().map(sideways).fold(f64::NEG_INFINITY, f64::max);
    let centre = f64::midpoint(least, most);
    let off = |seat: &Ordinal| (sideways(seat) - centre).abs();
    let closest = row.seats.iter().min_by(|one, other| off(one).total_cmp(&off(other)));
    let Some(&closest) = closest else { return (0.0, 0.0) };
    let (x, y) = place(layout, closest);
    let step = centre - sideways(&closest);
    (x + step * along.0, y + step * along.1)
}
