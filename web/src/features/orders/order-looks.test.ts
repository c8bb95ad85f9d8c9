// When an order is looked at again: soon, then seldom, then not at all.
import { expect, it } from "vitest";
import { orderIn, payment } from "./order.fixture";
import { nextLook } from "./order-looks";

const open = orderIn("awaiting_payment");
const look = (order = open, unsure = false, looks = 0) => nextLook({ order, unsure, looks });

it("leaves an order alone until its deadline while nothing is on its way", () => {
  expect(look()).toBe(300_500);
});

it("asks soon and then less often while a payment has no verdict", () => {
  const waits = Array.from({ length: 8 }, (_, looks) => look(open, true, looks));
  expect(waits).toEqual([1_000, 1_000, 2_000, 2_000, 3_000, 5_000, 5_000, 5_000]);
});

it("asks after the deadline until the server has decided", () => {
  expect(look(orderIn("awaiting_payment", { expires_in_ms: 0 }))).toBe(1_000);
});

it("follows money that is on its way, but not for ever", () => {
  const due = orderIn("refunded", { payment: payment("refund_due") });
  expect(look(due)).toBe(1_000);
  expect(look(due, false, 30)).toBeUndefined();
  expect(look(orderIn("cancelled"))).toBe(1_000);
});

it("rests when everything is settled", () => {
  expect(look(orderIn("confirmed", { payment: payment("captured") }))).toBeUndefined();
  expect(look(orderIn("expired", { payment: payment("cancelled") }))).toBeUndefined();
  expect(look(orderIn("refunded", { payment: payment("refunded") }))).toBeUndefined();
});
