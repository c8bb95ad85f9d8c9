//! Seating plans of any size, for measuring. Must never be taken for a hall that exists: seats stand in a grid.

use serde_json::{Value, json};

const SEATS_PER_ROW: u32 = 100;
const ROWS_PER_ZONE: u32 = 25;
/// Plan units between two seats, and between two rows.
const STEP: u32 = 25;
/// The one category of every seat.
const CATEGORY: &str = "Stalls";

/// A plan of so many seats in rows of a hundred, in blocks of 25 rows; the last row may be shorter.
pub(crate) fn rectangle(seats: u32) -> Value {
    let rows = seats.div_ceil(SEATS_PER_ROW);
    let zones = rows.div_ceil(ROWS_PER_ZONE);
    let zone = |number: u32| {
        let rows = number * ROWS_PER_ZONE..rows.min((number + 1) * ROWS_PER_ZONE);
        json!({
            "zone_id": format!("Z{number}"), "name": format!("Block {number}"), "position": {"x": 0, "y": 0},
            "rows": rows.map(|row| self::row(row, seats)).collect::<Vec<_>>(),
        })
    };
    json!({
        "name": format!("{seats} seats"),
        "categories": [{"name": CATEGORY, "color": "#1D3557"}],
        "size": {"width": SEATS_PER_ROW * STEP, "height": rows * STEP},
        "zones": (0..zones).map(zone).collect::<Vec<_>>(),
    })
}

fn row(row: u32, seats: u32) -> Value {
    let first = row * SEATS_PER_ROW;
    let seat = |number: u32| {
        json!({
            "seat_number": number.to_string(), "seat_guid": format!("{row}-{number}"), "category": CATEGORY,
            "position": {"x": number * STEP, "y": 0},
        })
    };
    json!({
        "row_number": row.to_string(), "position": {"x": 0, "y": row * STEP},
        "seats": (0..SEATS_PER_ROW.min(seats - first)).map(seat).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_seat_is_there_once() {
        let plan = rectangle(2_750);
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        assert_eq!(list(&plan["zones"]).len(), 2);
        let rows = list(&plan["zones"]).into_iter().flat_map(|zone| list(&zone["rows"]));
        let seats: Vec<_> = rows.flat_map(|row| list(&row["seats"])).collect();
        let names: BTreeSet<_> = seats.iter().map(|seat| seat["seat_guid"].to_string()).collect();
        assert_eq!((seats.len(), names.len()), (2_750, 2_750));
    }
}
