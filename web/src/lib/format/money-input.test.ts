// Typed prices in currencies with two, no and three minor digits.
import { describe, expect, it } from "vitest";
import { formatMoney } from "./format";
import { CURRENCIES, formatAmount, parseAmount } from "./money-input";

const amount = (text: string, currency = "EUR") => {
  const read = parseAmount(text, currency);
  return "amount" in read ? read.amount : read.problem;
};

describe("a typed price", () => {
  it("is read with point or comma, without losing a cent", () => {
    expect(["75", "75.5", "75,50", " 19.99 ", "0", "0.07"].map((text) => amount(text))).toEqual([
      7500, 7550, 7550, 1999, 0, 7,
    ]);
  });

  it("has the minor digits of its currency", () => {
    expect(amount("1200", "JPY")).toBe(1200);
    expect(amount("1200.5", "JPY")).toContain("no digits");
    expect(amount("7.125", "KWD")).toBe(7125);
    expect(amount("7.125", "EUR")).toContain("2 digits");
  });

  it("is refused rather than guessed", () => {
    for (const bad of ["", "free", "-5", "1,234.50", "1.234,50", "1e3", "5.", ".5", "٣"]) {
      expect(amount(bad), bad).toBeTypeOf("string");
    }
    expect(amount("10000000.01")).toContain("At most 10000000.00");
    expect(amount("10000000")).toBe(1_000_000_000);
  });

  it("comes back as it is written", () => {
    expect(formatAmount(7500, "EUR")).toBe("75.00");
    expect(formatAmount(5, "EUR")).toBe("0.05");
    expect(formatAmount(7500, "JPY")).toBe("7500");
    expect(formatAmount(7500, "KWD")).toBe("7.500");
  });

  it("has the server's minor digits where browsers have others", () => {
    expect(CURRENCIES).toContain("HUF");
    expect(amount("1500.50", "HUF")).toBe(150_050);
    expect(formatMoney({ amount: 150_050, currency: "HUF" })).toContain("1,500.50");
  });
});
