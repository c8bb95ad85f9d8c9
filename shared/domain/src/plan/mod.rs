//! Seating plans: the pretix seating-plan JSON, read strictly and compiled into a [`Layout`].
//!
//! A plan with problems is never half-used: the whole list of problems goes back to the organizer, each with the
//! path of the value that caused it.

mod best;
mod compile;
#[cfg(test)]
mod fixtures;
mod layout;
mod neighbours;
mod reader;
mod rows;
mod spread;

pub use best::{UnknownWish, Wish};
pub use compile::compile;
pub use layout::{Area, AreaText, Category, Layout, Seat, Section, Shape, Size};
pub use neighbours::{Blocks, Place};

use serde::Serialize;

/// More seats than any arena has; above it a plan is refused.
pub const MAX_SEATS: usize = 150_000;

/// As many problems as a person can read at once; the rest would be noise.
pub const MAX_PROBLEMS: usize = 100;

/// One thing that is wrong with a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PlanProblem {
    /// Where, as a JSON path: `$.zones[0].rows[2].seats[7].seat_guid`.
    pub path: String,
    /// What, in words for the organizer.
    pub message: String,
}
