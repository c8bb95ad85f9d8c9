// The live connection of an organizer. It is the public one with another address, and an ear for the
// frames that only admins get; it moves frames and must never interpret them.
import { LiveSocket, type SocketStatus } from "../live/live-socket";
import type { ServerFrame } from "../live/protocol";
import { type AdminFrame, decodeAdmin, parseObject } from "./admin-frames";

const FORBIDDEN_CLOSE = 4403;

interface Options {
  /** Without a query, for instance `wss://host/ws/v1/admin/events/42`. */
  url: string;
  cursor: () => { epoch: string; seq: number } | undefined;
  ticket: (renewing: boolean) => Promise<string | undefined>;
  onLoginExpired: () => void;
  /** What the public socket knows too: the map. */
  onFrame: (frame: ServerFrame) => void;
  onAdminFrame: (frame: AdminFrame) => void;
  onStatus: (status: SocketStatus) => void;
  /** This account may not look, or not any more. Coming back would not help. */
  onForbidden: () => void;
  /** Replaces the network in tests. */
  open?: (url: string, protocols: string[]) => WebSocket;
}

export class AdminSocket {
  private readonly options: Options;
  private readonly live: LiveSocket;
  private current: WebSocket | undefined;

  constructor(options: Options) {
    this.options = options;
    const { url, cursor, ticket, onLoginExpired, onFrame, onStatus } = options;
    const open = (to: string, protocols: string[]) => this.open(to, protocols);
    this.live = new LiveSocket({ url, cursor, ticket, onLoginExpired, onFrame, onStatus, open });
  }

  start(): void {
    this.live.start();
  }

  stop(): void {
    this.current = undefined;
    this.live.stop();
  }

  sync(): void {
    this.live.sync();
  }

  /**
   * The public client leaves out frames that it does not know. A second listener on the same socket
   * reads those, so that buyers do not carry their decoding.
   */
  private open(url: string, protocols: string[]): WebSocket {
    const open = this.options.open ?? ((to, names) => new WebSocket(to, names));
    const socket = open(url, protocols);
    this.current = socket;
    socket.addEventListener("message", ({ data }) => {
      if (this.current === socket && typeof data === "string") this.hear(data);
    });
    socket.addEventListener("close", ({ code }) => {
      if (this.current === socket && code === FORBIDDEN_CLOSE) this.forbid();
    });
    return socket;
  }

  private hear(text: string): void {
    const frame = decodeAdmin(text);
    if (frame) this.options.onAdminFrame(frame);
    else if (isRefusal(text)) this.forbid();
  }

  private forbid(): void {
    this.stop();
    this.options.onForbidden();
  }
}

/** The only command of this page that can be refused so is its sign-in. */
function isRefusal(text: string): boolean {
  const raw = parseObject(text);
  return raw?.type === "reply" && raw.ok === false && raw.code === "forbidden";
}
