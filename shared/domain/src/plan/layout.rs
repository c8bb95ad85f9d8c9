//! The compiled layout: every seat with its ordinal and absolute place. What `GET events/{id}/plan` answers.

use std::collections::HashMap;

use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};

use crate::ids::Ordinal;

/// A hall, compiled once and shared by everybody who draws it or sells it.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    /// The hall's name.
    pub name: String,
    /// Every seat; the index is the ordinal.
    pub seats: Vec<Seat>,
    /// The zones that have seats.
    pub sections: Vec<Section>,
    /// What seats are priced by.
    pub categories: Vec<Category>,
    /// Stage, court, texts: drawn, never sold.
    pub areas: Vec<Area>,
    /// The drawing's extent.
    pub size: Size,
    pub(super) ordinals: HashMap<String, Ordinal>,
}

/// One seat.
#[derive(Debug, Clone, PartialEq)]
pub struct Seat {
    /// Its name, unique in the plan: the `seat` of every request.
    pub seat: String,
    /// Index into [`Layout::sections`].
    pub section: usize,
    /// The row's label.
    pub row: String,
    /// The number within the row.
    pub number: String,
    /// Index into [`Layout::categories`].
    pub category: usize,
    /// Absolute, in plan units.
    pub x: f64,
    /// Absolute, in plan units.
    pub y: f64,
    /// Meant for people with a wheelchair: `accessible` of the seat in the plan, which pretix does not have.
    pub accessible: bool,
}

/// A zone with seats.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = PlanSection))]
pub struct Section {
    /// Unique in the plan.
    pub id: String,
    /// As people call it.
    pub name: String,
    /// Left edge of the box around its seats.
    pub x: f64,
    /// Top edge of the box around its seats.
    pub y: f64,
    /// Extent of the box.
    pub width: f64,
    /// Extent of the box.
    pub height: f64,
    /// How many seats it has.
    pub total: u32,
}

/// A price category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = PlanCategory))]
pub struct Category {
    /// Unique in the plan; the key of `prices`.
    pub id: String,
    /// As people call it.
    pub name: String,
    /// CSS colour.
    pub color: String,
    /// How many seats it has.
    pub total: u32,
}

/// Something drawn that is not a seat.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = PlanArea))]
pub struct Area {
    /// What is drawn.
    #[serde(flatten)]
    pub shape: Shape,
    /// Absolute position.
    pub x: f64,
    /// Absolute position.
    pub y: f64,
    /// Degrees, clockwise.
    pub rotation: f64,
    /// Fill, as a CSS colour.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(nullable = false))]
    pub color: Option<String>,
    /// Outline, as a CSS colour.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(nullable = false))]
    pub border_color: Option<String>,
    /// A text on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(nullable = false))]
    pub text: Option<AreaText>,
}

/// The geometry of an area.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "shape", rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = PlanShape))]
pub enum Shape {
    /// From its position to the right and down.
    Rectangle {
        /// Extent.
        width: f64,
        /// Extent.
        height: f64,
    },
    /// Around its position.
    Circle {
        /// Extent.
        radius: f64,
    },
    /// Around its position.
    Ellipse {
        /// Extent.
        radius_x: f64,
        /// Extent.
        radius_y: f64,
    },
    /// Between its corners.
    Polygon {
        /// Absolute, in drawing order.
        points: Vec<(f64, f64)>,
    },
    /// Only the text.
    Text,
}

/// A text on an area.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = PlanText))]
pub struct AreaText {
    /// What it says.
    pub text: String,
    /// Absolute centre of the text.
    pub x: f64,
    /// Absolute centre of the text.
    pub y: f64,
    /// Height of the letters, in plan units.
    pub size: f64,
    /// CSS colour.
    pub color: String,
}

/// The drawing's extent, in plan units.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = PlanSize))]
pub struct Size {
    /// Horizontal.
    pub width: f64,
    /// Vertical.
    pub height: f64,
}

impl Layout {
    /// How many seats there are. At most [`super::MAX_SEATS`], so it always fits.
    pub fn seats_total(&self) -> u32 {
        u32::try_from(self.seats.len()).unwrap_or(u32::MAX)
    }

    /// The ordinal of the seat with this name.
    pub fn ordinal(&self, seat: &str) -> Option<Ordinal> {
        self.ordinals.get(seat).copied()
    }

    /// The seat with this ordinal. Panics past the last seat.
    pub fn seat(&self, ordinal: Ordinal) -> &Seat {
        &self.seats[ordinal.index()]
    }

    /// The category of a seat.
    pub fn category_of(&self, seat: &Seat) -> &Category {
        &self.categories[seat.category]
    }

    /// The section of a seat.
    pub fn section_of(&self, seat: &Seat) -> &Section {
        &self.sections[seat.section]
    }

    /// Every seat with its ordinal.
    pub fn ordinals(&self) -> impl Iterator<Item = (Ordinal, &Seat)> {
        (0..).map(Ordinal).zip(&self.seats)
    }
}

/// What goes over the wire. Seats name their section and category there, so that a client needs no second table.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = Plan))]
struct Wire<'a> {
    name: &'a str,
    /// A seat's index is its ordinal.
    #[cfg_attr(feature = "schema", schema(value_type = Vec<WireSeat<'a>>))]
    seats: WireSeats<'a>,
    sections: &'a [Section],
    categories: &'a [Category],
    /// Drawn, never sold.
    areas: &'a [Area],
    size: Size,
}

/// A seat of the plan.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = PlanSeat))]
struct WireSeat<'a> {
    /// Its name, unique in the plan: what requests use.
    seat: &'a str,
    /// Id of its section.
    section: &'a str,
    row: &'a str,
    number: &'a str,
    /// Id of its category.
    category: &'a str,
    /// Absolute, in plan units.
    x: f64,
    /// Absolute, in plan units.
    y: f64,
    /// Meant for people with a wheelchair. Only there where it is so: most seats of a plan are not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "schema", schema(required = false))]
    accessible: bool,
}

impl Serialize for Layout {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Wire {
            name: &self.name,
            seats: WireSeats(self),
            sections: &self.sections,
            categories: &self.categories,
            areas: &self.areas,
            size: self.size,
        }
        .serialize(serializer)
    }
}

struct WireSeats<'a>(&'a Layout);

impl Serialize for WireSeats<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let layout = self.0;
        let mut list = serializer.serialize_seq(Some(layout.seats.len()))?;
        for seat in &layout.seats {
            list.serialize_element(&WireSeat {
                seat: &seat.seat,
                section: &layout.section_of(seat).id,
                row: &seat.row,
                number: &seat.number,
                category: &layout.category_of(seat).id,
                x: seat.x,
                y: seat.y,
                accessible: seat.accessible,
            })?;
        }
        list.end()
    }
}

/// A layout is described by what it is written as.
#[cfg(feature = "schema")]
impl utoipa::PartialSchema for Layout {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        Wire::schema()
    }
}

#[cfg(feature = "schema")]
impl utoipa::ToSchema for Layout {
    fn name() -> std::borrow::Cow<'static, str> {
        Wire::name()
    }

    fn schemas(schemas: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::Schema>)>) {
        Wire::schemas(schemas);
    }
}
