// The log in words, and the search in it.
import { describe, expect, it } from "vitest";
import type { JournalLine } from "../../lib/api/types";
import { actionWords, matches, whoWords, whyWords } from "./journal-words";

const line = (changes: Partial<JournalLine> = {}): JournalLine => ({
  id: "1",
  at: "2027-01-01T00:00:00Z",
  action: "seats_blocked",
  user_id: "u1",
  seats: ["A-1-1", "A-1-2"],
  order_id: null,
  reason: "camera platform",
  ...changes,
});

describe("a line of the log", () => {
  it("says what was done, by whom and why", () => {
    expect(actionWords("seats_blocked")).toBe("Seats taken out of sale");
    expect(actionWords("something_new")).toBe("something new");
    expect(whoWords(line(), "u1")).toBe("You");
    expect(whoWords(line(), "u2")).toBe("Account u1");
    expect(whoWords(line({ user_id: null }), "u1")).toContain("deadline");
    expect(whyWords(line())).toBe("camera platform");
  });

  it("spells out what an event was changed to", () => {
    const changed = (reason: string | null) => whyWords(line({ action: "event_changed", reason }));
    expect(changed('{"status":"on_sale","prices":{"Stalls":7500}}')).toBe(
      "status: on sale; prices: Stalls 7500",
    );
    expect(changed("version 4")).toBe("version 4");
    expect(changed(null)).toBe("");
  });

  it("is found by all the words it shows, in any case", () => {
    expect(matches(line(), "CAMERA a-1-2", "u1")).toBe(true);
    expect(matches(line(), "camera b-1-1", "u1")).toBe(false);
    expect(matches(line(), "", "u1")).toBe(true);
    expect(matches(line(), "out of sale you", "u1")).toBe(true);
  });
});
