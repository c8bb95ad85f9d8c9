// Which way a command takes, and when it may be sent a second time.
import { beforeEach, expect, it, vi } from "vitest";
import type { ApiClient } from "../../lib/api/client";
import { CommandLost, CommandRefused } from "../../lib/live/command-errors";
import { CommandChannel, isUnanswered } from "./command-channel";

const command = vi.fn();
const post = vi.fn(async () => ({ seats: [{ seat: "A", expires_in_ms: 5 }] }));
const socket = { isLive: true, command };
const channel = new CommandChannel({ post } as unknown as ApiClient, "7", socket);

beforeEach(() => {
  command.mockReset();
  post.mockClear();
  socket.isLive = true;
});

it("is the socket while that is live, and HTTP while it is not", async () => {
  command.mockResolvedValue({ seats: [{ seat: "A", expires_in_ms: 9 }, "nonsense"] });
  expect(await channel.send("hold", ["A"])).toEqual([{ seat: "A", expires_in_ms: 9 }]);
  expect(post).not.toHaveBeenCalled();
  socket.isLive = false;
  expect(await channel.send("hold", ["A"])).toEqual([{ seat: "A", expires_in_ms: 5 }]);
  expect(post).toHaveBeenCalledOnce();
});

it("repeats a hold that was lost, never a release", async () => {
  command.mockRejectedValue(new CommandLost("timeout"));
  await channel.send("hold", ["A"]);
  expect(post).toHaveBeenCalledOnce();
  await expect(channel.send("release", ["A"])).rejects.toThrow(CommandLost);
  expect(post).toHaveBeenCalledOnce();
});

it("takes a refusal as an answer, unless the socket does not know me", async () => {
  const refused = (code: "seat_taken" | "unauthorized") =>
    new CommandRefused({ type: "reply", ref: "1", ok: false, code });
  command.mockRejectedValue(refused("seat_taken"));
  await expect(channel.send("hold", ["A"])).rejects.toThrow("seat_taken");
  command.mockRejectedValue(refused("unauthorized"));
  await channel.send("release", ["A"]);
  expect(post).toHaveBeenCalledOnce();
  expect(isUnanswered(refused("seat_taken"))).toBe(false);
  expect(isUnanswered(new CommandLost("offline"))).toBe(true);
});
