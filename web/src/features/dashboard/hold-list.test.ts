// Which holds are listed for which words, and in which order.
import { expect, it } from "vitest";
import type { HoldRow } from "../../lib/admin-live/hold-book";
import { listHolds } from "./hold-list";

const hold = (seat: string, change: Partial<HoldRow> = {}): [string, HoldRow] => [
  seat,
  {
    seat,
    section: "A",
    state: "held",
    holder: null,
    heldSince: 0,
    expiresAt: 0,
    orderId: null,
    extended: false,
    ...change,
  },
];

const ada = { id: "u1", name: "Ada Example", email: "a••@frontrow.test" };
const holds = new Map([
  hold("A-10", { heldSince: 300, expiresAt: 900, holder: ada }),
  hold("A-9", { heldSince: 300, expiresAt: undefined, section: "Balcony" }),
  hold("B-1", { heldSince: undefined, expiresAt: 800, state: "claimed", orderId: "o-77" }),
  hold("A-2", { heldSince: 100, expiresAt: 950, holder: ada }),
]);
const seats = (filter: string, order: "oldest" | "ending" | "seat" = "seat") =>
  listHolds(holds, filter, order).map(({ seat }) => seat);

it("finds words in seat, section, holder, masked address, state and order", () => {
  expect(seats("")).toHaveLength(4);
  expect(seats("a-1")).toEqual(["A-10"]);
  expect(seats("BALCONY")).toEqual(["A-9"]);
  expect(seats("a••@front")).toEqual(["A-2", "A-10"]);
  expect(seats("ordered")).toEqual(["B-1"]);
  expect(seats("o-77")).toEqual(["B-1"]);
  expect(seats("  ada   a-10 ")).toEqual(["A-10"]);
  expect(seats("ada balcony")).toEqual([]);
});

it("orders by age, by end and by seat, the unknown last", () => {
  expect(seats("", "oldest")).toEqual(["A-2", "A-9", "A-10", "B-1"]);
  expect(seats("", "ending")).toEqual(["B-1", "A-10", "A-2", "A-9"]);
  expect(seats("", "seat")).toEqual(["A-2", "A-9", "A-10", "B-1"]);
});
