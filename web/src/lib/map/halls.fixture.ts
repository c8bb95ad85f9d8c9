// Halls that no designer would draw, for testing geometry against a search through everything.
import fc from "fast-check";
import type { Plan } from "../api/types";

/** Up to sixty seats in up to four sections, anywhere, some of them stacked. */
export const anyPlan: fc.Arbitrary<Plan> = fc
  .array(
    fc.record({
      section: fc.constantFrom("a", "b", "c", "unlisted"),
      row: fc.constantFrom("1", "2", "3"),
      category: fc.constantFrom("x", "y", "unlisted"),
      x: fc.integer({ min: -40, max: 40 }),
      y: fc.integer({ min: -40, max: 40 }),
    }),
    { maxLength: 60 },
  )
  .map((seats) => ({
    name: "any",
    seats: seats.map((seat, ordinal) => ({
      ...seat,
      seat: `s${ordinal}`,
      number: String(ordinal),
      x: seat.x * 12.5,
      y: seat.y * 12.5,
    })),
    sections: ["a", "b", "c"].map((id) => ({ id, name: `Block ${id}` })),
    categories: ["x", "y"].map((id) => ({ id, name: id, color: "#123456" })),
    areas: [],
  }));

export const anyPoint = fc.record({
  x: fc.double({ min: -700, max: 700, noNaN: true }),
  y: fc.double({ min: -700, max: 700, noNaN: true }),
});
