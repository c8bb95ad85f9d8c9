// Everything live about one event page: the seat store, its socket, my moves and the messages they
// lead to. Plain TypeScript; React subscribes to the store and to this.
import type { ApiClient } from "../../lib/api/client";
import { getWsTicket, holdSeats, releaseSeats } from "../../lib/api/events-api";
import type { EventStatus, EventSummary } from "../../lib/api/types";
import { CommandLost } from "../../lib/live/command-errors";
import { LiveSocket, type SocketStatus } from "../../lib/live/live-socket";
import { isHeldSeat, type ServerFrame } from "../../lib/live/protocol";
import { type Move, SeatStore } from "../../lib/live/seat-store";
import type { Session } from "../../lib/session/session";
import { asksForSignIn, notFreeText, type Refusal, refusalText } from "./refusal-text";

export interface LiveState {
  connection: SocketStatus;
  status: EventStatus;
  /** The last thing to tell the visitor; a new id even for the same words. */
  message?: { id: number; text: string };
}

interface Options {
  api: ApiClient;
  session: Session;
  event: EventSummary;
  seats: string[];
}

const SIGN_IN_REASON = "Sign in to choose seats. They are kept for you while you decide.";

export class LiveEvent {
  readonly store: SeatStore;
  private readonly options: Options;
  private readonly socket: LiveSocket;
  private state: LiveState;
  private userId: string | undefined;
  private leaveSession = () => {};
  private nextMessage = 1;
  private readonly listeners = new Set<() => void>();

  constructor(options: Options) {
    this.options = options;
    this.state = { connection: "connecting", status: options.event.status };
    this.store = new SeatStore(options.seats, () => performance.now());
    this.socket = new LiveSocket({
      url: socketUrl(options.event.id),
      cursor: () => this.store.cursor(),
      ticket: (renewing) => this.ticket(renewing),
      onLoginExpired: () => void options.session.renew(),
      onFrame: (frame) => this.take(frame),
      onStatus: (connection) => this.set({ connection }),
    });
  }

  getSnapshot = (): LiveState => this.state;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  start(): void {
    const { session } = this.options;
    this.userId = session.getSnapshot().user?.id;
    this.leaveSession = session.subscribe(() => this.followSession());
    window.addEventListener("online", this.reconnect);
    this.socket.start();
  }

  stop(): void {
    this.leaveSession();
    window.removeEventListener("online", this.reconnect);
    this.socket.stop();
  }

  /** A click on a seat: hold it, give it back, or say why neither is possible. */
  async pick(ordinal: number): Promise<void> {
    const seat = this.store.seats[ordinal];
    const look = this.store.look(ordinal);
    if (seat === undefined || look === "holding" || look === "releasing") return;
    if (look === "mine") return this.move("release", ordinal, seat);
    if (look !== 0) return this.say(notFreeText(seat, look));
    if (this.state.status !== "on_sale") {
      return this.say(refusalText({ code: "not_on_sale" }, seat, 0));
    }
    if (this.options.session.getSnapshot().status !== "signed_in") {
      return this.options.session.openPrompt(SIGN_IN_REASON);
    }
    return this.move("hold", ordinal, seat);
  }

  private async move(move: Move, ordinal: number, seat: string): Promise<void> {
    this.store.begin(ordinal, move);
    try {
      const answer = await this.send(move, seat);
      if (move === "release") this.store.confirmRelease(ordinal);
      else this.store.confirmHold(ordinal, (answer?.seats ?? []).filter(isHeldSeat));
    } catch (error) {
      this.store.revert(ordinal);
      if (asksForSignIn(error)) this.options.session.openPrompt(SIGN_IN_REASON);
      else this.say(refusalText(error as Refusal, seat, this.options.event.max_seats_per_user));
    }
  }

  /**
   * Over the socket, or over HTTP while that is down. A hold that was lost on the way is safe to
   * repeat: holding a seat that is already mine succeeds. A release is not: its second answer
   * would be a refusal.
   */
  private async send(move: Move, seat: string): Promise<{ seats?: unknown[] } | undefined> {
    const { api, event } = this.options;
    if (this.socket.isLive) {
      try {
        return await this.socket.command(move, { seats: [seat] });
      } catch (error) {
        const repeatable = error instanceof CommandLost && move === "hold";
        if (!repeatable) throw error;
      }
    }
    if (move === "hold") return holdSeats(api, event.id, [seat]);
    await releaseSeats(api, event.id, [seat]);
    return undefined;
  }

  private take(frame: ServerFrame): void {
    switch (frame.type) {
      case "hello":
      case "snapshot":
      case "delta":
      case "beacon":
        if (this.store.apply(frame)) this.socket.sync();
        return;
      case "cart":
        return this.store.applyCart(frame);
      case "event":
        return this.set({ status: frame.status as EventStatus });
      case "bye":
      case "reply":
        return; // the socket has dealt with them
    }
  }

  private async ticket(renewing: boolean): Promise<string | undefined> {
    const { api, session } = this.options;
    if (session.getSnapshot().status !== "signed_in") return undefined;
    if (renewing) await api.refresh();
    return (await getWsTicket(api)).ticket;
  }

  /** Another user, or none: their holds are not mine, and the socket must ask as somebody else. */
  private followSession(): void {
    const userId = this.options.session.getSnapshot().user?.id;
    if (userId === this.userId) return;
    this.userId = userId;
    this.store.forgetMine();
    this.socket.restart();
  }

  private reconnect = () => this.socket.restart();

  private say(text: string): void {
    this.set({ message: { id: this.nextMessage++, text } });
  }

  private set(part: Partial<LiveState>): void {
    this.state = { ...this.state, ...part };
    for (const listener of this.listeners) listener();
  }
}

function socketUrl(eventId: string): string {
  const url = new URL(`/ws/v1/events/${encodeURIComponent(eventId)}`, window.location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}
