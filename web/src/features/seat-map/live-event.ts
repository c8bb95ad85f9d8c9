// Everything live about one event page: the seat store, its socket, whose seats are mine, and what
// there is to say about them. Plain TypeScript; React subscribes to the store and to this.
import type { ApiClient } from "../../lib/api/client";
import { getWsTicket } from "../../lib/api/events-api";
import { getCart } from "../../lib/api/orders-api";
import type { EventStatus } from "../../lib/api/types";
import { LiveSocket, type SocketStatus } from "../../lib/live/live-socket";
import type { CartFrame, ServerFrame } from "../../lib/live/protocol";
import { SeatStore } from "../../lib/live/seat-store";
import type { Session } from "../../lib/session/session";
import { toasts } from "../../lib/toasts";
import type { BestOutcome, BestWish } from "./best-seats";
import { CartReader } from "./cart-reader";
import { firstDeadline } from "./cart-times";
import { CommandChannel } from "./command-channel";
import { departures } from "./departures";
import type { Desk, MapHands } from "./desk";
import type { Extension } from "./extension";
import { GroupMoves } from "./group-moves";
import type { Hall } from "./hall";
import { KeptWish } from "./kept-wish";
import { describeSeat } from "./look-words";
import { expiredText, goneText } from "./refusal-text";
import { SeatMoves } from "./seat-moves";
import { socketUrl } from "./socket-url";
import { WarningClock } from "./warning-clock";

export interface LiveState {
  connection: SocketStatus;
  status: EventStatus;
  /** The server is choosing seats, or keeping mine longer. */
  busy: boolean;
  /** What came of the last "choose for me". */
  best?: BestOutcome | undefined;
  /** How little time is left for the cart, in words. */
  warning?: string | undefined;
  /** The last thing for screen readers; a new id even for the same words. */
  announcement: { id: number; text: string };
}

interface Options {
  api: ApiClient;
  session: Session;
  hall: Hall;
}

const SIGN_IN_REASON = "Sign in to choose seats. They are kept for you while you decide.";

export class LiveEvent {
  readonly store: SeatStore;
  readonly hall: Hall;
  readonly cart: CartReader;
  private readonly options: Options;
  private readonly socket: LiveSocket;
  private readonly moves: SeatMoves;
  private readonly groups: GroupMoves;
  private readonly wish: KeptWish;
  private readonly clock: WarningClock;
  private state: LiveState;
  private userId: string | undefined;
  private map: MapHands | undefined;
  private leave: (() => void)[] = [];
  private readonly listeners = new Set<() => void>();

  constructor(options: Options) {
    const { api, session, hall } = options;
    this.options = options;
    this.hall = hall;
    this.state = {
      connection: "connecting",
      status: hall.event.status,
      busy: false,
      announcement: { id: 0, text: "" },
    };
    this.store = new SeatStore(
      hall.plan.seats.map(({ seat }) => seat),
      now,
    );
    this.store.countBy({ sections: hall.layout.sectionOf, categories: hall.layout.categories });
    this.cart = new CartReader({
      read: () => getCart(api, hall.event.id),
      ordinalOf: (seat) => this.store.ordinalOf(seat),
    });
    this.socket = new LiveSocket({
      url: socketUrl(hall.event.id),
      cursor: () => this.store.cursor(),
      ticket: (renewing) => this.ticket(renewing),
      onLoginExpired: () => void session.renew(),
      onFrame: (frame) => this.take(frame),
      onStatus: (connection) => this.set({ connection }),
    });
    this.wish = new KeptWish(session, SIGN_IN_REASON);
    const desk = this.desk(api, hall);
    this.moves = new SeatMoves(desk);
    this.groups = new GroupMoves(desk);
    this.clock = new WarningClock({
      now,
      onWarning: (warning) => this.warn(warning),
      onOver: () => void this.moves.readCart(),
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
    this.leave = [
      session.subscribe(() => this.followSession()),
      this.store.subscribe(() => this.followMine()),
    ];
    this.moves.start();
    this.socket.start();
  }

  stop(): void {
    for (const leave of this.leave) leave();
    this.clock.stop();
    this.cart.stop();
    this.moves.stop();
    this.socket.stop();
  }

  /** Lets moves point at the map. Returns the function that ends it. */
  lendMap(map: MapHands): () => void {
    this.map = map;
    return () => {
      if (this.map === map) this.map = undefined;
    };
  }

  pick(ordinal: number): void {
    this.moves.pick(ordinal);
  }

  releaseAll(): void {
    void this.moves.release(this.store.getSnapshot().mine.map(({ ordinal }) => ordinal));
  }

  holdBest(wish: BestWish): void {
    this.set({ best: undefined, announcement: { id: this.state.announcement.id + 1, text: "" } });
    this.wish.want(async () => {
      this.set({ busy: true });
      const best = await this.groups.holdBest(wish);
      this.set({ busy: false, best });
    });
  }

  async extend(): Promise<Extension | undefined> {
    this.set({ busy: true });
    const outcome = await this.groups.extend();
    this.set({ busy: false });
    return outcome;
  }

  /** Everything about a seat in one sentence, for screen readers. */
  describe(ordinal: number): string {
    return describeSeat(this.hall, ordinal, this.store.look(ordinal));
  }

  announce(text: string): void {
    this.set({ announcement: { id: this.state.announcement.id + 1, text } });
  }

  private desk(api: ApiClient, hall: Hall): Desk {
    return {
      api,
      hall,
      store: this.store,
      channel: new CommandChannel(api, hall.event.id, this.socket),
      status: () => this.state.status,
      whenSignedIn: (wish) => this.wish.want(wish),
      announce: (text) => this.announce(text),
      map: () => this.map,
    };
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
        return this.takeCart(frame);
      case "event":
        return this.set({ status: frame.status as EventStatus });
      case "bye":
      case "reply":
        return; // the socket has dealt with them
    }
  }

  private takeCart(frame: CartFrame): void {
    const before = this.store.getSnapshot().mine;
    const looks = new Map(before.map(({ ordinal }) => [ordinal, this.store.look(ordinal)]));
    this.store.applyCart(frame);
    const { expired, gone } = departures({
      before,
      after: this.store.getSnapshot().mine,
      lost: frame.lost ?? [],
      lookBefore: (ordinal) => looks.get(ordinal) ?? 0,
      nowMs: now(),
    });
    const names = (ordinals: number[]) => ordinals.map((ordinal) => this.hall.nameOf(ordinal));
    if (expired.length > 0) toasts.say(expiredText(names(expired)), "danger");
    if (gone.length > 0) toasts.say(goneText(names(gone)));
  }

  private warn(warning: string | undefined): void {
    if (warning === this.state.warning) return;
    this.set({ warning });
    if (warning) this.announce(warning);
  }

  private followMine(): void {
    const { mine } = this.store.getSnapshot();
    this.clock.follow(firstDeadline(mine));
    this.cart.follow(mine);
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
    if (userId !== this.userId) {
      this.userId = userId;
      this.store.forgetMine();
      this.set({ best: undefined });
      this.socket.restart();
    }
    this.wish.follow();
  }

  private set(part: Partial<LiveState>): void {
    this.state = { ...this.state, ...part };
    for (const listener of this.listeners) listener();
  }
}

const now = () => performance.now();
