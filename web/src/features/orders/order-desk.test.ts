// Paying against a fake server and a fake clock: one key for one wish, waiting until the order rests,
// nothing called paid or lost before the server does.
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { ApiClient } from "../../lib/api/client";
import { ApiProblem } from "../../lib/api/problem";
import type { Order } from "../../lib/api/types";
import { wishKeys as keys } from "../../lib/purchase/wish-keys";
import { orderIn, payment } from "./order.fixture";
import { OrderDesk } from "./order-desk";

const get = vi.fn<(path: string) => Promise<Order>>();
const post = vi.fn<(path: string, body?: object, key?: string) => Promise<Order>>();
const api = { get, post } as unknown as ApiClient;
const open = orderIn("awaiting_payment");
const paid = orderIn("confirmed", { payment: payment("captured") });
let desk: OrderDesk;

beforeEach(async () => {
  vi.useFakeTimers();
  get.mockReset().mockResolvedValue(open);
  post.mockReset().mockResolvedValue(paid);
  desk = new OrderDesk({ api, keys, orderId: "o1" });
  await desk.start();
});
afterEach(() => {
  desk.stop();
  keys.settle("pay p1");
  keys.settle("refund o1");
  vi.useRealTimers();
});

const keyOf = (call: number) => post.mock.calls[call]?.[2];
const seen = () => desk.getSnapshot();

it("charges once for a double click, and rests when the order is confirmed", async () => {
  await Promise.all([desk.pay("card_ok"), desk.pay("card_ok")]);
  expect(post).toHaveBeenCalledOnce();
  expect(seen()).toMatchObject({ order: { status: "confirmed" }, paying: "idle" });
  expect(vi.getTimerCount()).toBe(0);
});

it("takes a new key for the next card after a decline", async () => {
  post.mockRejectedValueOnce(new ApiProblem(402, "payment_declined", "", { attempts_left: 2 }));
  await desk.pay("card_declined");
  expect(seen()).toMatchObject({ paying: "idle", problem: { kind: "declined" } });
  await desk.pay("card_declined");
  expect(keyOf(1)).not.toBe(keyOf(0));
});

it("shows the end of the order when it was the last card", async () => {
  post.mockRejectedValueOnce(new ApiProblem(402, "payment_declined", "", { attempts_left: 0 }));
  get.mockResolvedValue(orderIn("failed"));
  await desk.pay("card_declined");
  expect(seen()).toMatchObject({ order: { status: "failed" } });
  expect(seen().problem).toBeUndefined();
});

it("asks until the provider has answered", async () => {
  post.mockResolvedValueOnce(open);
  await desk.pay("card_slow");
  expect(seen().paying).toBe("waiting");
  await vi.advanceTimersByTimeAsync(2_000);
  expect(get).toHaveBeenCalledTimes(3);
  get.mockResolvedValue(paid);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(seen()).toMatchObject({ order: { status: "confirmed" }, paying: "idle" });
  expect(keys.pending("pay p1")).toBeUndefined();
});

it("waits on after a reload, and sends the same card under the same key", async () => {
  post.mockResolvedValue(open);
  await desk.pay("card_slow");
  desk.stop();
  const reloaded = new OrderDesk({ api, keys, orderId: "o1" });
  await reloaded.start();
  expect(reloaded.getSnapshot().paying).toBe("waiting");
  await reloaded.payAgain();
  expect(post.mock.calls[1]).toEqual(post.mock.calls[0]);
  reloaded.stop();
});

it("sends the same key again when the provider was away or the answer got lost", async () => {
  post.mockRejectedValueOnce(new ApiProblem(503, "unavailable", ""));
  post.mockRejectedValueOnce(new ApiProblem(0, "network", ""));
  await desk.pay("card_ok");
  expect(seen().problem?.kind).toBe("unsure");
  await desk.payAgain();
  await desk.payAgain();
  expect([keyOf(1), keyOf(2)]).toEqual([keyOf(0), keyOf(0)]);
  expect(seen().order?.status).toBe("confirmed");
});

it("finds out by itself that a charge without an answer has paid", async () => {
  post.mockRejectedValueOnce(new ApiProblem(0, "network", ""));
  await desk.pay("card_ok");
  get.mockResolvedValue(paid);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(seen()).toMatchObject({ order: { status: "confirmed" } });
  expect(seen().problem).toBeUndefined();
});

it("does not let a look that was on its way end the sending", async () => {
  let answer = (_: Order) => {};
  post.mockReturnValueOnce(new Promise((resolve) => (answer = resolve)));
  const sent = desk.pay("card_ok");
  await desk.look();
  expect(seen().paying).toBe("sending");
  answer(paid);
  await sent;
  expect(seen().paying).toBe("idle");
});

it("lets a buyer who is tired of waiting take another card, under another key", async () => {
  post.mockResolvedValueOnce(open);
  await desk.pay("card_slow");
  desk.takeAnotherCard();
  expect(seen().paying).toBe("idle");
  await desk.pay("card_slow");
  expect(keyOf(1)).not.toBe(keyOf(0));
});

it("looks at the deadline and then until the server has decided", async () => {
  get.mockResolvedValue({ ...open, expires_in_ms: 0 });
  await vi.advanceTimersByTimeAsync(300_600);
  expect(seen().order).toMatchObject({ status: "awaiting_payment", expires_in_ms: 0 });
  get.mockResolvedValue(orderIn("expired", { payment: payment("cancelled") }));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(seen().order?.status).toBe("expired");
  expect(vi.getTimerCount()).toBe(0);
});

it("follows the money after a refund, and says why one is refused", async () => {
  get.mockResolvedValue(paid);
  await desk.look();
  post.mockRejectedValueOnce(new ApiProblem(409, "not_refundable", "a ticket was used"));
  await desk.refund("");
  expect(seen().actionProblem).toBe("A ticket was used.");
  post.mockResolvedValueOnce(orderIn("refunded", { payment: payment("refund_due") }));
  await desk.refund(" ill ");
  expect(post.mock.calls[1]?.[1]).toEqual({ reason: "ill" });
  get.mockResolvedValue(orderIn("refunded", { payment: payment("refunded") }));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(seen().order?.payment.status).toBe("refunded");
});

it("shows the truth when an order that was paid meanwhile is cancelled", async () => {
  get.mockResolvedValue(paid);
  post.mockRejectedValueOnce(new ApiProblem(409, "already_paid", "the order is paid"));
  await desk.cancel();
  expect(seen().order?.status).toBe("confirmed");
});
