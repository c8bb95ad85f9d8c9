// The words for a visitor: no codes, no hint at who is registered, and the server's own counting.
import { describe, expect, it } from "vitest";
import { ApiProblem } from "../../lib/api/problem";
import { accountText, isBadToken, passwordText, resetText, signInText } from "./problem-text";

const problem = (status: number, code: string) => new ApiProblem(status, code, "The detail.");

describe("problems with an account", () => {
  it("say the same of an unknown address and a wrong password", () => {
    expect(signInText(problem(401, "invalid_credentials"))).toBe(
      "This email and password do not match.",
    );
  });

  it("ask for patience, or pass on what the server says", () => {
    for (const text of [signInText, accountText, resetText]) {
      expect(text(problem(429, "rate_limited"))).toContain("wait a minute");
      expect(text(problem(503, "unavailable"))).toBe("The detail.");
    }
  });

  it("repeat the rule when the server refuses a password", () => {
    expect(resetText(problem(422, "invalid_field"))).toContain("8 to 128 characters");
  });

  it("know a bad link from other refusals", () => {
    expect(isBadToken(problem(401, "bad_token"))).toBe(true);
    expect(isBadToken(problem(401, "unauthorized"))).toBe(false);
  });
});

describe("a new password", () => {
  it("has 8 to 128 characters", () => {
    expect(passwordText("1234567")).toContain("at least 8");
    expect(passwordText("12345678")).toBe("");
    expect(passwordText("x".repeat(128))).toBe("");
    expect(passwordText("x".repeat(129))).toContain("at most 128");
  });

  it("is counted in characters, not in UTF-16 units", () => {
    expect(passwordText("🎭🎭🎭🎭")).toContain("at least 8");
    expect(passwordText("🎭".repeat(128))).toBe("");
  });
});
