//! Halls drawn with letters, for the tests of neighbours and offers.

use super::{Category, Layout, Seat, Section, Size};
use crate::ids::Ordinal;
use crate::seat::{SeatMap, SeatState};

/// A seat every 25 units, a row every 40: what the real hall has.
pub(super) const SEAT: f64 = 25.0;
const ROW: f64 = 40.0;
/// Sections stand side by side.
const SECTION: f64 = 2000.0;

/// A hall from sections with their rows, each `label|seats`: `a` and `b` are seats of two categories, capitals are
/// taken, a blank is a place without a seat. Seats are named `section-label-n`, counted from 1 without the blanks.
pub(super) fn drawn(sections: &[(&str, &[&str])]) -> (Layout, SeatMap) {
    let (mut layout, mut taken) = (placed(&[]), Vec::new());
    for (left, (id, rows)) in (0..).map(|n| f64::from(n) * SECTION).zip(sections) {
        layout.sections.push(section(id));
        for (y, row) in (0..).map(|n| f64::from(n) * ROW).zip(*rows) {
            let (label, seats) = row.split_once('|').expect("label|seats");
            let letters = (0..).map(f64::from).zip(seats.chars()).filter(|(_, letter)| *letter != ' ');
            for (number, (column, letter)) in (1..).zip(letters) {
                taken.push(letter.is_ascii_uppercase());
                let category = usize::from(letter.eq_ignore_ascii_case(&'b'));
                add(&mut layout, label, number, category, (left + column * SEAT, y));
            }
        }
    }
    let mut map = SeatMap::new(layout.seats_total());
    for ((ordinal, _), _) in layout.ordinals().zip(taken).filter(|(_, taken)| *taken) {
        map.set(ordinal, SeatState::Sold);
    }
    (layout, map)
}

/// A hall of one section `S` with these rows of places.
pub(super) fn placed(rows: &[(&str, &[(f64, f64)])]) -> Layout {
    let category = |id: &str| Category { id: id.into(), name: id.into(), color: "#888888".into(), total: 0 };
    let mut layout = Layout {
        name: "Drawn".into(),
        seats: Vec::new(),
        sections: Vec::new(),
        categories: vec![category("a"), category("b")],
        areas: Vec::new(),
        size: Size { width: 1.0, height: 1.0 },
        ordinals: std::collections::HashMap::new(),
    };
    if !rows.is_empty() {
        layout.sections.push(section("S"));
    }
    for (label, places) in rows {
        for (number, place) in (1..).zip(*places) {
            add(&mut layout, label, number, 0, *place);
        }
    }
    layout
}

/// The ordinals of these seats.
pub(super) fn ordinals(layout: &Layout, names: &[&str]) -> Vec<Ordinal> {
    names.iter().map(|name| layout.ordinal(name).expect(name)).collect()
}

/// The names of these seats.
pub(super) fn names(layout: &Layout, seats: &[Ordinal]) -> Vec<String> {
    seats.iter().map(|&seat| layout.seat(seat).seat.clone()).collect()
}

/// The hall of the repository.
pub(super) fn real_hall() -> Layout {
    let plan = serde_json::from_str(include_str!("../../../plans/riethsporthalle.json")).expect("JSON");
    super::compile(&plan).expect("a usable plan")
}

fn section(id: &str) -> Section {
    Section { id: id.into(), name: id.into(), x: 0.0, y: 0.0, width: 0.0, height: 0.0, total: 0 }
}

fn add(layout: &mut Layout, row: &str, number: u32, category: usize, (x, y): (f64, f64)) {
    let section = layout.sections.len() - 1;
    let seat = format!("{}-{row}-{number}", layout.sections[section].id);
    layout.ordinals.insert(seat.clone(), Ordinal(layout.seats_total()));
    let (row, number, accessible) = (row.into(), number.to_string(), false);
    layout.seats.push(Seat { seat, section, row, number, category, x, y, accessible });
}
