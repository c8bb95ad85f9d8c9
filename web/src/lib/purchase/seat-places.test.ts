// Seats in words and by section, with and without the plan.
import { expect, it } from "vitest";
import type { Plan } from "../api/types";
import { bySection, fullSeatWords, placesOf, seatWords } from "./seat-places";

const seat = (name: string, section: string) => ({
  seat: name,
  section,
  row: "3",
  number: name.slice(2),
  category: "top",
  x: 0,
  y: 0,
});

const PLAN: Plan = {
  name: "Hall",
  seats: [seat("A-1", "a"), seat("A-2", "a"), seat("B-1", "b")],
  sections: [
    { id: "a", name: "Stalls" },
    { id: "b", name: "Balcony" },
  ],
  categories: [{ id: "top", name: "Top price", color: "#123456" }],
  areas: [],
};

it("names row, seat, section and category", () => {
  const places = placesOf(PLAN, ["A-2"]);
  expect([...places.keys()]).toEqual(["A-2"]);
  expect(places.get("A-2")).toEqual({
    section: "Stalls",
    row: "3",
    number: "2",
    category: "Top price",
    color: "#123456",
  });
  expect(seatWords("A-2", places.get("A-2"))).toBe("Row 3, seat 2");
  expect(fullSeatWords("A-2", places.get("A-2"))).toBe("A-2 (Stalls, row 3, seat 2)");
});

it("falls back to the seat's name", () => {
  expect(placesOf(undefined, ["A-1"]).size).toBe(0);
  expect(seatWords("A-1", undefined)).toBe("Seat A-1");
  expect(fullSeatWords("A-1", undefined)).toBe("A-1");
});

it("groups by section and keeps the order", () => {
  const held = [{ seat: "B-1" }, { seat: "A-1" }, { seat: "A-2" }];
  const names = held.map((held) => held.seat);
  expect(bySection(held, placesOf(PLAN, names))).toEqual([
    { section: "Balcony", seats: [{ seat: "B-1" }] },
    { section: "Stalls", seats: [{ seat: "A-1" }, { seat: "A-2" }] },
  ]);
  expect(bySection(held, placesOf(undefined, names))).toEqual([{ section: "", seats: held }]);
});
