// Which field is wrong and why, before and after the server has been asked.
import { describe, expect, it } from "vitest";
import { ApiProblem } from "../../lib/api/problem";
import { checkFields, serverErrors } from "./sign-in-fields";

const ADA = { name: "Ada", email: "ada@example.org", password: "long enough" };

describe("the fields of the sign-in form", () => {
  it("may be sent when nothing is missing", () => {
    expect(checkFields(ADA, true)).toEqual({});
    expect(checkFields({ ...ADA, name: "", password: "old" }, false)).toEqual({});
  });

  it("name what is missing or cannot be", () => {
    const empty = { name: " ", email: "", password: "" };
    expect(Object.keys(checkFields(empty, true))).toEqual(["name", "email", "password"]);
    expect(Object.keys(checkFields(empty, false))).toEqual(["email", "password"]);
    expect(checkFields({ ...ADA, email: "ada" }, false).email).toContain("not an email address");
    expect(checkFields({ ...ADA, password: "short" }, true).password).toContain("at least 8");
  });
});

describe("the server's refusals", () => {
  const errors = (status: number, code: string, fields = {}) =>
    serverErrors(new ApiProblem(status, code, "the detail", fields));

  it("belong to a field where they are about one", () => {
    expect(errors(409, "email_taken").email).toContain("There is an account");
    expect(errors(401, "invalid_credentials").password).toContain("do not match");
    expect(errors(422, "invalid_field", { field: "name" }).name).toContain("name");
  });

  it("belong to the form otherwise", () => {
    expect(errors(429, "rate_limited")).toEqual({});
    expect(errors(422, "invalid_field", { field: "role" })).toEqual({});
    expect(errors(0, "network")).toEqual({});
  });
});
