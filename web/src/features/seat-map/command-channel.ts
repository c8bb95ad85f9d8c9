// How a hold or a release reaches the server: over the socket, or over HTTP while that is down. Must
// never decide what a seat looks like.
import type { ApiClient } from "../../lib/api/client";
import { holdSeats, releaseSeats } from "../../lib/api/events-api";
import { CommandLost, CommandRefused } from "../../lib/live/command-errors";
import type { LiveSocket } from "../../lib/live/live-socket";
import { type HeldSeatFrame, isHeldSeat } from "../../lib/live/protocol";
import type { Move } from "../../lib/live/seat-store";
import { isSignInCode } from "./refusal-text";

export class CommandChannel {
  private readonly api: ApiClient;
  private readonly eventId: string;
  private readonly socket: Pick<LiveSocket, "isLive" | "command">;

  constructor(api: ApiClient, eventId: string, socket: Pick<LiveSocket, "isLive" | "command">) {
    this.api = api;
    this.eventId = eventId;
    this.socket = socket;
  }

  /** What is held now; nothing for a release. */
  async send(move: Move, seats: string[]): Promise<HeldSeatFrame[]> {
    if (this.socket.isLive) {
      try {
        const reply = await this.socket.command(move, { seats });
        return (reply.seats ?? []).filter(isHeldSeat);
      } catch (error) {
        if (!goesToHttp(error, move)) throw error;
      }
    }
    if (move === "hold") return (await holdSeats(this.api, this.eventId, seats)).seats;
    await releaseSeats(this.api, this.eventId, seats);
    return [];
  }
}

/**
 * A hold that was lost on the way is safe to repeat: holding a seat that is already mine succeeds. A
 * release is not: its second answer would be a refusal. A socket that does not know me is no
 * verdict either, because HTTP renews a login by itself.
 */
function goesToHttp(error: unknown, move: Move): boolean {
  if (error instanceof CommandLost) return move === "hold";
  return error instanceof CommandRefused && isSignInCode(error.code);
}

/** No answer came, so the move may have happened. */
export function isUnanswered(error: unknown): boolean {
  return error instanceof CommandLost || (error as { status?: unknown }).status === 0;
}
