// A refused change says what to do, at the field that is to blame.
import { describe, expect, it } from "vitest";
import { ApiProblem } from "../../../lib/api/problem";
import { refusalOf } from "./change-refusal";

const refused = (status: number, code: string, detail: string, fields = {}) =>
  refusalOf(new ApiProblem(status, code, detail, fields));

describe("a refused change", () => {
  it("points to the field", () => {
    expect(
      refused(422, "invalid_field", "hold_ttl_s must be 2 to 7200", { field: "hold_ttl_s" }),
    ).toMatchObject({ problems: { hold_ttl_s: "Must be 2 to 7200" } });
  });

  it("points to the category, whatever its name", () => {
    const errors = [{ path: '$.prices["Block \\"A\\""]', message: "the price is missing" }];
    expect(refused(422, "invalid_plan", "the prices have problems", { errors }).problems).toEqual({
      'Block "A"': "the price is missing",
    });
  });

  it("explains a status that somebody else has changed", () => {
    expect(refused(409, "illegal_status", "x cannot become y").text).toContain("meanwhile");
    expect(refused(418, "teapot", "I am a teapot")).toEqual({
      text: "I am a teapot",
      problems: {},
    });
  });
});
