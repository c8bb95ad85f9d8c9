// A pretix seating plan of two sections: stalls, and a balcony behind them of the last third of the
// rows. The first row's ends are for wheelchairs.
import { randomUUID } from "node:crypto";

const PITCH = 30;

export function smallHall(rows, seatsPerRow) {
  const stalls = Math.max(1, Math.ceil((rows * 2) / 3));
  const zones = [zone("Stalls", 0, 0, stalls, seatsPerRow)];
  if (stalls < rows) zones.push(zone("Balcony", stalls + 2, stalls, rows - stalls, seatsPerRow));
  return {
    name: "The small hall",
    categories: [
      { name: "Stalls", color: "#0072B2" },
      { name: "Balcony", color: "#CC79A7" },
    ],
    size: { width: (seatsPerRow + 2) * PITCH, height: (rows + 6) * PITCH },
    zones,
  };
}

function zone(name, top, before, count, seatsPerRow) {
  return {
    name,
    zone_id: name,
    uuid: randomUUID(),
    position: { x: PITCH, y: (top + 2) * PITCH },
    rows: Array.from({ length: count }, (_, index) =>
      row(name, before + index + 1, index, seatsPerRow),
    ),
  };
}

function row(category, label, index, seatsPerRow) {
  const seat = (_, place) => ({
    seat_number: String(place + 1),
    seat_guid: `${label}-${place + 1}`,
    uuid: randomUUID(),
    position: { x: place * PITCH, y: 0 },
    category,
    ...(label === 1 && (place === 0 || place === seatsPerRow - 1) && { accessible: true }),
  });
  return {
    row_number: String(label),
    row_number_position: "both",
    uuid: randomUUID(),
    position: { x: 0, y: index * PITCH },
    seats: Array.from({ length: seatsPerRow }, seat),
  };
}
