// What may be done with which seats, how many are chosen, and what is said of it.
import { describe, expect, it } from "vitest";
import type { HoldRow } from "../../lib/admin-live/hold-book";
import { ApiProblem } from "../../lib/api/problem";
import type { SeatState } from "../../lib/live/packed-states";
import { ACTION_WORDS, nameSeats, refusalOf, suitable } from "./seat-actions";
import { addSeats, MOST_SEATS, toggleSeat } from "./seat-choice";

const STATES: Record<string, SeatState> = { free: 0, held: 1, ordered: 1, sold: 2, blocked: 3 };
const holds = new Map([["ordered", { state: "claimed" } as HoldRow]]);
const seats = [...Object.keys(STATES), "unknown"];
const able = (action: "release" | "extend" | "block" | "unblock") =>
  suitable(action, seats, (seat) => STATES[seat], holds);

describe("an action", () => {
  it("is offered for the seats that it is possible for, and never for what an order has", () => {
    expect(able("release")).toEqual(["held"]);
    expect(able("extend")).toEqual(["held"]);
    expect(able("block")).toEqual(["free", "held"]);
    expect(able("unblock")).toEqual(["blocked"]);
  });

  it("says for how long an extended seat lasts: the one that ends first", () => {
    const answer = [
      { seat: "A-1", expires_in_ms: 600_000 },
      { seat: "A-2", expires_in_ms: 90_000 },
    ];
    expect(ACTION_WORDS.extend.done("A-1, A-2", answer)).toBe("A-1, A-2: ends in 1:30 now.");
    expect(ACTION_WORDS.extend.done("A-1", [])).toBe("A-1: more time now.");
  });
});

it("names a few seats and counts the rest", () => {
  expect(nameSeats(["A-1", "A-2"])).toBe("A-1, A-2");
  const many = Array.from({ length: 11 }, (_, at) => `A-${at}`);
  expect(nameSeats(many)).toMatch(/^A-0, .*A-7 and 3 more$/);
});

describe("a refusal", () => {
  const refused = (status: number, code: string, fields = {}) =>
    refusalOf(new ApiProblem(status, code, "the detail", fields));

  it("names the seats and says that nothing was changed", () => {
    expect(refused(409, "not_held", { seats: ["A-1"] })).toMatch(
      /^Nothing was changed: A-1 is not/,
    );
    expect(refused(409, "seat_taken", { seats: ["A-2"] })).toMatch(
      /^Nothing was changed: A-2 is in/,
    );
    expect(refused(422, "invalid_field")).toBe("Nothing was changed: the detail");
  });

  it("claims nothing when no answer came", () => {
    expect(refused(0, "network")).not.toMatch(/Nothing was changed/);
  });
});

describe("a choice of seats", () => {
  it("takes a seat in and out", () => {
    const one = toggleSeat(new Set(), "A-1");
    expect([...one]).toEqual(["A-1"]);
    expect(toggleSeat(one, "A-1").size).toBe(0);
  });

  it("never grows beyond what one command takes, and says how many found no room", () => {
    const many = Array.from({ length: MOST_SEATS + 20 }, (_, at) => `A-${at}`);
    const { chosen, left } = addSeats(new Set(["B-1", "A-0"]), many);
    expect([chosen.size, left]).toEqual([MOST_SEATS, 21]);
    expect(chosen.has("B-1")).toBe(true);
    expect(toggleSeat(chosen, "C-1").has("C-1")).toBe(false);
    expect(toggleSeat(chosen, "B-1").size).toBe(MOST_SEATS - 1);
  });
});
