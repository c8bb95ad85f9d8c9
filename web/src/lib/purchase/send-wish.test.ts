// When a key is kept and when it is done with, as sending goes.
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ApiProblem } from "../api/problem";
import { sendWish } from "./send-wish";
import { wishKeys as keys } from "./wish-keys";

const send = vi.fn<(key: string) => Promise<string>>();
const options = { keys, name: "order", wish: { seats: ["A-1"] } };
const inFlight = () => new ApiProblem(409, "idempotency_in_flight", "");

beforeEach(() => {
  vi.useFakeTimers();
  send.mockReset();
});
afterEach(() => {
  vi.useRealTimers();
  keys.settle("order");
});

it("sends the same key again after a lost answer, and none of it after the answer", async () => {
  send.mockRejectedValueOnce(new ApiProblem(0, "network", "")).mockResolvedValue("done");
  await expect(sendWish(options, send)).rejects.toMatchObject({ code: "network" });
  await expect(sendWish(options, send)).resolves.toBe("done");
  await sendWish(options, send);
  const [[first], [second], [third]] = send.mock.calls as [[string], [string], [string]];
  expect(second).toBe(first);
  expect(third).not.toBe(first);
});

it("lets a refusal be the end of its key", async () => {
  send.mockRejectedValue(new ApiProblem(402, "payment_declined", ""));
  await expect(sendWish(options, send)).rejects.toMatchObject({ status: 402 });
  expect(keys.pending("order")).toBeUndefined();
});

it("waits for the first sending of a double click", async () => {
  send.mockRejectedValueOnce(inFlight()).mockResolvedValue("done");
  const sent = sendWish(options, send);
  await vi.advanceTimersByTimeAsync(1_000);
  await expect(sent).resolves.toBe("done");
  expect(send.mock.calls[1]).toEqual(send.mock.calls[0]);
});

it("gives up waiting, and keeps the key", async () => {
  send.mockRejectedValue(inFlight());
  const sent = expect(sendWish(options, send)).rejects.toMatchObject({ status: 409 });
  await vi.advanceTimersByTimeAsync(10_000);
  await sent;
  expect(keys.pending("order")).toEqual(options.wish);
});

it("keeps the key of a wish that is only accepted", async () => {
  send.mockResolvedValue("accepted");
  await sendWish({ ...options, isLast: () => false }, send);
  expect(keys.pending("order")).toEqual(options.wish);
});
