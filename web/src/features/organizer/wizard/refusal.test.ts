// What the server refuses leads to the step where it can be put right.
import { describe, expect, it } from "vitest";
import { ApiProblem } from "../../../lib/api/problem";
import { refusalsOf } from "./refusal";

const problem = (code: string, fields: Record<string, unknown> = {}, detail = "must be better") =>
  new ApiProblem(422, code, detail, fields);

describe("a refused event", () => {
  it("names every place of the plan and every price", () => {
    const errors = [
      { path: "$.plan.zones[0].rows[1]", message: "is missing" },
      { path: '$.prices["Stalls"]', message: "the price is missing" },
    ];
    expect(refusalsOf(problem("invalid_plan", { errors }))).toEqual([
      { step: "seats", place: "$.plan.zones[0].rows[1]", message: "is missing" },
      { step: "prices", place: '$.prices["Stalls"]', message: "the price is missing" },
    ]);
  });

  it("leads from a field to its step", () => {
    const stepOf = (field?: string) => refusalsOf(problem("invalid_field", { field }))[0]?.step;
    expect(stepOf("ends_at")).toBe("details");
    expect(stepOf("currency")).toBe("prices");
    expect(stepOf("hold_ttl_s")).toBe("sale");
    expect(stepOf("something_new")).toBe("review");
    expect(stepOf()).toBe("review");
  });

  it("says that sending it again is safe when the answer was lost", () => {
    expect(refusalsOf(problem("network"))[0]?.message).toContain("not be created twice");
    expect(refusalsOf(problem("unavailable", {}, "the store is away"))[0]?.message).toBe(
      "The store is away.",
    );
  });
});
