// The list: sections, rows, counts, and what is listed of a row.
import { describe, expect, it } from "vitest";
import type { SeatLook } from "../../lib/live/seat-store";
import { NO_FILTERS, seatTest } from "./filters";
import {
  countRow,
  countSections,
  countWords,
  listedSeats,
  type RowGroup,
  rowsOf,
  runsOf,
  sectionsOf,
} from "./seat-groups";
import { ordinal, smallHall } from "./small-hall.fixture";

const hall = smallHall();
const looks = new Map<number, SeatLook>([
  [ordinal(hall, "A-1-1"), 1],
  [ordinal(hall, "A-1-2"), 2],
  [ordinal(hall, "A-1-3"), "mine"],
]);
const look = (seat: number) => looks.get(seat) ?? 0;
const names = (seats: readonly number[]) => seats.map((seat) => hall.seat(seat)?.number);
const [front, back] = rowsOf(hall, 0) as [RowGroup, RowGroup];

describe("the groups", () => {
  it("are sections by name with their rows", () => {
    expect(sectionsOf(hall).map(({ name }) => name)).toEqual(["Balcony", "Stalls"]);
    expect([front.name, back.name]).toEqual(["1", "2"]);
    expect(names(front.ordinals)).toEqual(["1", "2", "3", "4", "5"]);
  });

  it("count what is free and what is mine, and the cheapest", () => {
    const [stalls, balcony] = countSections(hall, look);
    expect(stalls).toEqual({ free: 7, mine: 1, from: { amount: 2500, currency: "EUR" } });
    expect(balcony).toMatchObject({ free: 10, from: { amount: 4000 } });
    expect(countWords(stalls)).toBe("7 free, from €25.00, 1 yours");
  });

  it("count only what the filter lets through, but always what is mine", () => {
    const passes = seatTest({ ...NO_FILTERS, without: new Set(["front"]) }, hall);
    expect(countRow(hall, front, look, passes)).toEqual({ free: 0, mine: 1, from: undefined });
    expect(countWords(countRow(hall, front, look, passes))).toBe("none free, 1 yours");
  });

  it("put seats of one price side by side", () => {
    const runs = runsOf(hall, [...front.ordinals, ...back.ordinals]);
    expect(runs.map(({ category, ordinals }) => [category?.name, ordinals.length])).toEqual([
      ["Front", 5],
      ["Back", 5],
    ]);
  });
});

describe("what is listed of a row", () => {
  it("is what can be chosen and what is mine", () => {
    expect(names(listedSeats(front, look, false))).toEqual(["3", "4", "5"]);
  });

  it("is everything on demand, as far as the filter lets it through", () => {
    expect(names(listedSeats(front, look, true))).toEqual(["1", "2", "3", "4", "5"]);
    const accessible = seatTest({ ...NO_FILTERS, accessibleOnly: true }, hall);
    expect(names(listedSeats(front, look, true, accessible))).toEqual(["3", "5"]);
  });
});
