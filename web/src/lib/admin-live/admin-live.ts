// Everything live about one event for those who run it: the socket, the map, the numbers, the list
// of holds. Plain TypeScript; React subscribes to `store`, `seats` and `clock`.
import type { ApiClient } from "../api/client";
import { getWsTicket } from "../api/events-api";
import { listHolds } from "../api/organizer-api";
import type { ServerFrame } from "../live/protocol";
import { SeatStore } from "../live/seat-store";
import type { Session } from "../session/session";
import type { AdminFrame, RowFrame } from "./admin-frames";
import { AdminSocket } from "./admin-socket";
import { AdminStore } from "./admin-store";
import { PageClock } from "./page-clock";

interface Options {
  api: ApiClient;
  session: Session;
  eventId: string;
  seats: string[];
}

const TICK_MS = 1_000;
/** Rows are shown together, a few times a second: hundreds may come in one. */
const ROWS_TOGETHER_MS = 250;
/** How often the list of holds is compared with the numbers, and how often it is fetched anyway. */
const CHECK_HOLDS_MS = 5_000;
const REFRESH_HOLDS_MS = 30_000;

export class AdminLive {
  readonly store: AdminStore;
  readonly seats: SeatStore;
  readonly clock: PageClock;
  private readonly options: Options;
  private readonly socket: AdminSocket;
  private rows: RowFrame[] = [];
  private timers: ReturnType<typeof setInterval>[] = [];
  private holdsAskedAt = Number.NEGATIVE_INFINITY;
  private holdsAreDoubtful = true;
  private leave = () => {};

  constructor(options: Options) {
    this.options = options;
    const now = () => performance.now();
    this.store = new AdminStore(now);
    this.seats = new SeatStore(options.seats, now);
    this.clock = new PageClock(now);
    this.socket = new AdminSocket({
      url: socketUrl(options.eventId),
      cursor: () => this.seats.cursor(),
      ticket: (renewing) => this.ticket(renewing),
      onLoginExpired: () => void options.session.renew(),
      onFrame: (frame) => this.takePublic(frame),
      onAdminFrame: (frame) => this.take(frame),
      onStatus: (status) => this.store.setConnection(status),
      onForbidden: () => this.store.refuse(),
    });
  }

  start(): void {
    const follow = () => this.followVisibility();
    document.addEventListener("visibilitychange", follow);
    this.leave = () => document.removeEventListener("visibilitychange", follow);
    this.timers = [
      setInterval(() => this.tick(), TICK_MS),
      setInterval(() => this.flushRows(), ROWS_TOGETHER_MS),
      setInterval(() => void this.checkHolds(), CHECK_HOLDS_MS),
    ];
    this.followVisibility();
    this.socket.start();
  }

  stop(): void {
    this.leave();
    for (const timer of this.timers) clearInterval(timer);
    this.timers = [];
    this.socket.stop();
  }

  pause(isPaused: boolean): void {
    if (isPaused) this.store.pause();
    else this.store.resume();
    this.clock.freeze(isPaused);
  }

  /** Fetches the holds: after an action, and where rows may have been missed. */
  async refreshHolds(): Promise<void> {
    const take = this.store.expectHolds();
    this.holdsAskedAt = performance.now();
    this.holdsAreDoubtful = false;
    try {
      take((await listHolds(this.options.api, this.options.eventId)).items);
    } catch {
      // The status strip tells of a server that is away; the next check asks again.
      this.holdsAreDoubtful = true;
    }
  }

  private take(frame: AdminFrame): void {
    switch (frame.type) {
      case "stats":
        return this.store.take(frame);
      case "stats_history":
        // The first frame after the sign-in: rows may have passed while nobody listened.
        this.store.take(frame);
        return void this.refreshHolds();
      case "rows_dropped":
        this.holdsAreDoubtful = true;
        return this.store.take(frame);
      default:
        this.rows.push(frame);
    }
  }

  private takePublic(frame: ServerFrame): void {
    switch (frame.type) {
      case "hello":
      case "snapshot":
      case "delta":
      case "beacon":
        if (this.seats.apply(frame)) this.socket.sync();
        return;
      case "cart":
      case "event":
      case "reply":
      case "bye":
        return; // the statistics say how the event is, and this page buys nothing
    }
  }

  private flushRows(): void {
    if (this.rows.length === 0) return;
    const rows = this.rows;
    this.rows = [];
    this.store.takeRows(rows);
  }

  private tick(): void {
    this.store.tick();
    if (!document.hidden) this.clock.tick();
  }

  /** As many holds as the statistics count need no fetching: rows keep them right. */
  private async checkHolds(): Promise<void> {
    const { stats, holds } = this.store.latest();
    if (document.hidden || !stats || this.store.getSigns().line === "reconnecting") return;
    const isOld = performance.now() - this.holdsAskedAt > REFRESH_HOLDS_MS;
    const differs = holds.size !== stats.counts.held;
    if (isOld || differs || this.holdsAreDoubtful) await this.refreshHolds();
  }

  private async ticket(renewing: boolean): Promise<string | undefined> {
    const { api, session } = this.options;
    if (session.getSnapshot().status !== "signed_in") return undefined;
    if (renewing) await api.refresh();
    return (await getWsTicket(api)).ticket;
  }

  private followVisibility(): void {
    this.store.setHidden(document.hidden);
    if (!document.hidden) this.tick();
  }
}

function socketUrl(eventId: string): string {
  const url = new URL(`/ws/v1/admin/events/${encodeURIComponent(eventId)}`, window.location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}
