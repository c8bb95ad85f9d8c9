// The list of holds while rows come in and lists are fetched, in any order.
import { describe, expect, it } from "vitest";
import type { HoldLine } from "../api/types";
import { row } from "./admin.fixture";
import { HoldBook } from "./hold-book";

const line = (seat: string, change: Partial<HoldLine> = {}): HoldLine => ({
  seat,
  section: "A",
  state: "held",
  user_id: "u1",
  holder: null,
  held_for_ms: 10_000,
  expires_in_ms: 50_000,
  order_id: null,
  extended: false,
  ...change,
});

describe("the list of holds", () => {
  it("begins with what was fetched, in times of the given clock", () => {
    const holds = new HoldBook().expectList()([line("A-1", { extended: true })], 100_000);
    expect(holds.get("A-1")).toMatchObject({
      heldSince: 90_000,
      expiresAt: 150_000,
      extended: true,
    });
  });

  it("follows a seat from the cart to the order to the sale", () => {
    const book = new HoldBook();
    book.take([row()], 0);
    book.take([row({ type: "extended", age_ms: 5_000, expires_in_ms: 600_000 })], 5_000);
    expect(book.all().get("A-1")).toMatchObject({ state: "held", extended: true, heldSince: 0 });
    book.take([row({ type: "claimed", age_ms: 6_000, order_id: "o1" })], 6_000);
    expect(book.all().get("A-1")).toMatchObject({
      state: "claimed",
      extended: true,
      orderId: "o1",
    });
    book.take([row({ type: "sold" })], 7_000);
    expect(book.all().size).toBe(0);
  });

  it.each(["release", "expired", "lost", "sold", "refunded"] as const)("ends with %s", (type) => {
    const book = new HoldBook();
    book.take([row()], 0);
    expect(book.take([row({ type })], 1).has("A-1")).toBe(false);
  });

  it("lets a row that came while a list was on its way win over that list", () => {
    const book = new HoldBook();
    book.take([row({ seat: "A-1" }), row({ seat: "A-3" })], 0);
    const take = book.expectList();
    book.take([row({ seat: "A-1", type: "release" }), row({ seat: "A-2" })], 1);
    const holds = take([line("A-1"), line("A-4")], 2);
    expect([...holds.keys()].sort()).toEqual(["A-2", "A-4"]);
  });

  it("believes the next list about a seat whose row was older", () => {
    const book = new HoldBook();
    book.take([row({ type: "release" })], 0);
    expect(
      book
        .expectList()([line("A-1")], 1)
        .has("A-1"),
    ).toBe(true);
    book.take([row({ seat: "A-2" })], 2);
    expect(book.expectList()([], 3).size).toBe(0);
  });

  it("does not guess a time that the server does not know", () => {
    const holds = new HoldBook().expectList()([line("A-1", { held_for_ms: null })], 100_000);
    expect(holds.get("A-1")?.heldSince).toBeUndefined();
  });
});
