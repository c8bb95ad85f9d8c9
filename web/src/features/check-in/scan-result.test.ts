// The words at the door: each answer of the server is one of four results.
import { describe, expect, it } from "vitest";
import { ApiProblem } from "../../lib/api/problem";
import { admitted, refused } from "./scan-result";

const NOW = Date.parse("2027-06-12T18:00:00Z");
const problem = (status: number, code: string, fields: Record<string, unknown> = {}) =>
  refused(new ApiProblem(status, code, "the store cannot be reached", fields), NOW);

describe("the result of a scan", () => {
  it("admits with seat and event", () => {
    const ticket = {
      id: "t",
      order_id: "o",
      event_id: "e",
      seat: "A-1-1",
      code: "c",
      status: "used" as const,
    };
    expect(admitted({ ticket, event_id: "e", event: "Faust" })).toEqual({
      kind: "admitted",
      title: "Admitted",
      text: "",
      seat: "A-1-1",
      event: "Faust",
    });
  });

  it("says when a ticket was used, and how long ago while that matters", () => {
    const recent = problem(409, "already_used", { used_at: "2027-06-12T17:59:20Z", seat: "A-1-1" });
    expect(recent).toMatchObject({ kind: "already_used", title: "Already used", seat: "A-1-1" });
    expect(recent.text).toMatch(/40 s ago, at \d\d:\d\d:20 on 1[23] June/);
    const old = problem(409, "already_used", { used_at: "2027-06-12T10:00:00Z" });
    expect(old.text).not.toContain("ago");
    expect(problem(409, "already_used").text).toBe("Somebody has come in with this ticket.");
  });

  it("says why a code opens no door", () => {
    const text = (reason: string) => problem(422, "bad_code", { reason }).text;
    expect(text("unknown")).toContain("none of ours");
    expect(text("refunded")).toContain("refunded");
    expect(text("cancelled")).toContain("cancelled");
    expect(text("something new")).toBe("The store cannot be reached.");
    expect(problem(404, "not_found")).toMatchObject({ kind: "bad_code", title: "Not valid here" });
  });

  it("never sounds like an admission when nobody knows", () => {
    for (const [status, code] of [
      [0, "network"],
      [503, "unavailable"],
      [429, "rate_limited"],
      [401, "unauthorized"],
      [500, "internal"],
    ] as const) {
      const { kind, title, text } = problem(status, code);
      expect({ kind, title }).toEqual({ kind: "error", title: "Not checked in" });
      expect(text).toContain("try again");
    }
  });
});
