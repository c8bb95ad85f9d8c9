// The real hall, compiled from its pretix seating plan the way the server does. For tests only.
import source from "../../../../shared/plans/riethsporthalle.json?raw";
import type { Plan, PlanArea } from "../api/types";

interface Place {
  x: number;
  y: number;
}

interface PretixPlan {
  name: string;
  categories: { name: string; color: string }[];
  zones: {
    zone_id: string;
    name: string;
    position: Place;
    rows: {
      row_number: string;
      position: Place;
      seats: { seat_guid: string; seat_number: string; category: string; position: Place }[];
    }[];
    areas?: {
      shape: PlanArea["shape"];
      position: Place;
      rectangle: { width: number; height: number };
      text: { text: string; size: number; position: Place };
    }[];
  }[];
}

export function loadHall(): Plan {
  const { name, categories, zones }: PretixPlan = JSON.parse(source);
  return {
    name,
    categories: categories.map((category) => ({ id: category.name, ...category })),
    sections: zones
      .filter((zone) => zone.rows.length > 0)
      .map((zone) => ({ id: zone.zone_id, name: zone.name })),
    seats: zones.flatMap((zone) =>
      zone.rows.flatMap((row) =>
        row.seats.map((seat) => ({
          seat: seat.seat_guid,
          section: zone.zone_id,
          row: row.row_number,
          number: seat.seat_number,
          category: seat.category,
          ...add(zone.position, row.position, seat.position),
        })),
      ),
    ),
    areas: zones.flatMap((zone) =>
      (zone.areas ?? []).map(({ shape, position, rectangle, text }) => ({
        shape,
        ...add(zone.position, position),
        ...rectangle,
        text: { ...text, ...add(zone.position, position, text.position) },
      })),
    ),
  };
}

function add(...places: Place[]): Place {
  return places.reduce((sum, { x, y }) => ({ x: sum.x + x, y: sum.y + y }));
}
