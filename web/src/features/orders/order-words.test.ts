// Every state of an order has its screen and its words, and none of them promises too much.
import { describe, expect, it } from "vitest";
import { ApiProblem } from "../../lib/api/problem";
import type { EventSummary, Ticket } from "../../lib/api/types";
import { orderIn, payment } from "./order.fixture";
import { mayRefund, moneyWords, paymentProblem, seatsWords, viewOf } from "./order-words";

describe("the screen of an order", () => {
  it("is about paying until the time is over", () => {
    expect(viewOf(orderIn("awaiting_payment"), false)).toBe("pay");
    expect(viewOf(orderIn("awaiting_payment"), true)).toBe("waiting");
    expect(viewOf(orderIn("awaiting_payment", { expires_in_ms: 0 }), false)).toBe("overdue");
  });

  it("is the server's word afterwards, whatever the page was waiting for", () => {
    for (const status of ["confirmed", "failed", "expired", "cancelled", "refunded"] as const) {
      expect(viewOf(orderIn(status), true)).toBe(status);
    }
  });
});

describe("the words about money and seats", () => {
  it.each([
    ["confirmed", "captured", "€75.00 paid"],
    ["refunded", "refund_due", "on its way back"],
    ["refunded", "refunded", "was given back"],
    ["expired", "refund_due", "on its way back"],
    ["cancelled", "cancelled", "Nothing was charged"],
    ["failed", "open", "making sure that nothing is charged"],
    ["awaiting_payment", "open", "Nothing is charged yet"],
  ] as const)("of a %s order whose payment is %s", (status, money, words) => {
    expect(moneyWords(orderIn(status, { payment: payment(money) }), false)).toContain(words);
  });

  it("do not say that nothing is charged while that is not known", () => {
    expect(moneyWords(orderIn("awaiting_payment"), true)).toContain("do not know yet");
  });

  it("say whose the seats are", () => {
    expect(seatsWords(orderIn("confirmed"))).toBe("");
    expect(seatsWords(orderIn("expired"))).toContain("free for others");
    expect(seatsWords(orderIn("failed"))).toContain("Too many cards were declined");
  });
});

describe("a payment that did not work", () => {
  const problem = (status: number, code: string, fields = {}) =>
    paymentProblem(new ApiProblem(status, code, "the detail", fields), "card_ok");

  it("says why a card was declined and how many are left", () => {
    const declined = problem(402, "payment_declined", {
      reason: "insufficient_funds",
      attempts_left: 1,
    });
    expect(declined.kind).toBe("declined");
    expect(declined.text).toContain("not enough money");
    expect(declined.text).toContain("one more card");
    expect(problem(402, "payment_declined", { attempts_left: 2 }).text).toContain("2 more cards");
  });

  it("offers the same card again when there was no verdict", () => {
    expect(problem(0, "network")).toMatchObject({ kind: "unsure", method: "card_ok" });
    expect(problem(0, "network")).toMatchObject({ mayHavePaid: true });
    expect(problem(503, "unavailable")).toMatchObject({ mayHavePaid: false });
    expect(problem(503, "overloaded")).toMatchObject({ mayHavePaid: false });
    expect(problem(429, "rate_limited")).toMatchObject({ mayHavePaid: false });
    expect(problem(503, "unavailable").text).toContain("Nothing was charged");
    expect(problem(500, "internal").text).not.toContain("Nothing was charged");
    expect(problem(409, "idempotency_in_flight")).toMatchObject({ kind: "unsure" });
  });

  it("passes other refusals on", () => {
    expect(problem(409, "order_closed")).toEqual({ kind: "words", text: "The detail." });
  });
});

describe("giving an order back", () => {
  const event = { refundable_until: "2026-06-01T00:00:00Z" } as EventSummary;
  const early = Date.parse("2026-05-31T00:00:00Z");
  const used = [{ status: "used" }] as Ticket[];

  it("is for confirmed orders with unused tickets, until the event's deadline", () => {
    expect(mayRefund(orderIn("confirmed"), event, early)).toBe(true);
    expect(mayRefund(orderIn("confirmed"), event, Date.parse("2026-06-02T00:00:00Z"))).toBe(false);
    expect(mayRefund(orderIn("confirmed", { tickets: used }), event, early)).toBe(false);
    expect(mayRefund(orderIn("expired"), event, early)).toBe(false);
    expect(mayRefund(orderIn("confirmed"), { ...event, refundable_until: null }, early)).toBe(
      false,
    );
    expect(mayRefund(orderIn("confirmed"), undefined, early)).toBe(false);
  });
});
