// The two ways in which a command over the socket can fail. Kept apart because the first is an
// answer and the second is none: after a lost command only the server knows what happened.
import type { ReplyFrame } from "./protocol";

/** The server said no. */
export class CommandRefused extends Error {
  override name = "CommandRefused";
  readonly code: string;
  readonly detail: string;
  readonly seats: string[];

  constructor(reply: ReplyFrame) {
    super(reply.code);
    this.code = reply.code ?? "unexpected";
    this.detail = reply.detail ?? "";
    this.seats = (reply.seats ?? []).filter((seat) => typeof seat === "string");
  }
}

/** No answer: the connection was down, broke, or stayed silent. */
export class CommandLost extends Error {
  override name = "CommandLost";
  readonly code: "offline" | "timeout";

  constructor(code: "offline" | "timeout") {
    super(code);
    this.code = code;
  }
}
