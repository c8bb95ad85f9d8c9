// Sections in every order, and always the same one for the same numbers.
import { describe, expect, it } from "vitest";
import type { SectionStats } from "../../lib/admin-live/admin-frames";
import { nextOrder, orderSections, type SectionColumn } from "./section-order";

const section = (name: string, change: Partial<SectionStats> = {}): SectionStats => ({
  id: name,
  name,
  total: 10,
  available: 10,
  held: 0,
  sold: 0,
  blocked: 0,
  oldest_hold_ms: null,
  holds_last_minute: 0,
  conflicts_last_minute: 0,
  ...change,
});

const sections = [
  section("Block 10", { sold: 5, held: 1, oldest_hold_ms: 0 }),
  section("Block 2", { total: 100, sold: 20, conflicts_last_minute: 3 }),
  section("Block 1", { sold: 5, oldest_hold_ms: 9_000, holds_last_minute: 2 }),
];

const names = (column: SectionColumn, descending: boolean) =>
  orderSections(sections, { column, descending }).map(({ name }) => name);

describe("sections", () => {
  it("are ordered by name as people count", () => {
    expect(names("name", false)).toEqual(["Block 1", "Block 2", "Block 10"]);
    expect(names("name", true)).toEqual(["Block 10", "Block 2", "Block 1"]);
  });

  it("are ordered by share of what is sold, not by number, and equal ones by name", () => {
    expect(names("sold", true)).toEqual(["Block 1", "Block 10", "Block 2"]);
    expect(names("sold", false)).toEqual(["Block 2", "Block 1", "Block 10"]);
  });

  it("without holds come after one whose hold is brand new", () => {
    expect(names("oldest", true)).toEqual(["Block 1", "Block 10", "Block 2"]);
  });

  it("are ordered by every other number", () => {
    expect(names("total", true)[0]).toBe("Block 2");
    expect(names("held", true)[0]).toBe("Block 10");
    expect(names("holds", true)[0]).toBe("Block 1");
    expect(names("conflicts", true)[0]).toBe("Block 2");
  });

  it("are left as they were given", () => {
    orderSections(sections, { column: "name", descending: false });
    expect(sections[0]?.name).toBe("Block 10");
  });
});

it("turns a column round, and begins another with the largest", () => {
  const byName = { column: "name", descending: false } as const;
  expect(nextOrder(byName, "name")).toEqual({ column: "name", descending: true });
  expect(nextOrder(byName, "held")).toEqual({ column: "held", descending: true });
  expect(nextOrder({ column: "held", descending: true }, "name")).toEqual(byName);
});
