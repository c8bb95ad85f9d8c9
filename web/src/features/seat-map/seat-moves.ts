// What a visitor does to single seats: hold them, give them back. Shows every move at once, takes it
// back when the server refuses, and offers the nearest free seat when somebody else was faster.
import { getCart } from "../../lib/api/orders-api";
import type { Move } from "../../lib/live/seat-store";
import { inWords } from "../../lib/purchase/deadline";
import { toasts } from "../../lib/toasts";
import { isUnanswered } from "./command-channel";
import type { Desk } from "./desk";
import { nearestSeat } from "./nearest-free";
import { asksForSignIn, notFreeText, type Refusal, refusalText, takenText } from "./refusal-text";

/** How long to wait before asking again what became of an unanswered move. */
const ASK_AGAIN_MS = 3_000;

export class SeatMoves {
  private readonly desk: Desk;
  private asking = false;
  private stopped = false;

  constructor(desk: Desk) {
    this.desk = desk;
  }

  start(): void {
    this.stopped = false;
  }

  stop(): void {
    this.stopped = true;
  }

  /** A click on a seat: hold it, give it back, or say why neither is possible. */
  pick(ordinal: number): void {
    const { store, hall } = this.desk;
    const look = store.look(ordinal);
    if (!hall.seat(ordinal) || look === "holding" || look === "releasing") return;
    if (look === "mine") return void this.release([ordinal]);
    if (look === 0) return this.want(ordinal);
    const text = notFreeText(hall.nameOf(ordinal), look);
    if (look === 1) this.offerNearest(text, ordinal);
    else toasts.say(text);
  }

  async release(ordinals: readonly number[]): Promise<void> {
    const { store, channel, announce } = this.desk;
    if (ordinals.length === 0) return;
    store.begin(ordinals, "release");
    try {
      await channel.send("release", this.idsOf(ordinals));
      store.confirmRelease(ordinals);
      announce(`Given back: ${this.named(ordinals)}.`);
    } catch (error) {
      this.refused("release", ordinals, error);
    }
  }

  /** The server's word on what is mine. Answers false where it could not be had. */
  async readCart(): Promise<boolean> {
    const { store, api, hall } = this.desk;
    const take = store.expectCart();
    const cart = await getCart(api, hall.event.id).catch(() => undefined);
    return cart !== undefined && take(cart);
  }

  /** After a move without an answer: asks until it is known what became of it. */
  async findOut(): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    while (!this.stopped && this.desk.store.getSnapshot().pending) {
      if (await this.readCart()) break;
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
    }
    this.asking = false;
  }

  private want(ordinal: number): void {
    const { status, whenSignedIn, hall } = this.desk;
    if (status() === "on_sale") return whenSignedIn(() => void this.hold([ordinal]));
    toasts.say(refusalText({ code: "not_on_sale" }, hall.nameOf(ordinal), 0));
  }

  private async hold(ordinals: readonly number[]): Promise<void> {
    const { store, channel, announce } = this.desk;
    store.begin(ordinals, "hold");
    try {
      const held = await channel.send("hold", this.idsOf(ordinals));
      store.confirmHold(ordinals, held);
      const leftMs = Math.min(...held.map(({ expires_in_ms }) => expires_in_ms));
      announce(`Held for you for ${inWords(leftMs)}: ${this.named(ordinals)}.`);
    } catch (error) {
      this.refused("hold", ordinals, error);
    }
  }

  private refused(move: Move, ordinals: readonly number[], error: unknown): void {
    const { store, hall, whenSignedIn } = this.desk;
    const refusal = error as Refusal;
    const text = refusalText(refusal, this.named(ordinals), hall.event.max_seats_per_user);
    if (isUnanswered(error)) {
      store.lose(ordinals);
      toasts.say(text, "danger");
      return void this.findOut();
    }
    store.revert(ordinals);
    const [first = -1] = ordinals;
    if (asksForSignIn(error)) return whenSignedIn(() => void this[move](ordinals));
    if (refusal.code === "seat_taken")
      return this.offerNearest(takenText(this.named(ordinals)), first);
    toasts.say(text, "danger");
  }

  /** Of the same category, and accessible if that one was. */
  private offerNearest(text: string, ordinal: number): void {
    const { store, hall, map } = this.desk;
    const { category, accessible } = hall.seat(ordinal) ?? {};
    const nearest = nearestSeat(hall.layout, ordinal, (other) => {
      const seat = hall.seat(other);
      const alike = seat?.category === category && seat?.accessible === accessible;
      return alike && store.look(other) === 0;
    });
    map()?.flash([ordinal]);
    if (nearest < 0) return toasts.say(text, "danger");
    toasts.say(text, "danger", {
      label: `Nearest free: ${hall.nameOf(nearest)}. Hold it`,
      testId: "nearest-hold",
      run: () => {
        map()?.show([ordinal, nearest]);
        this.want(nearest);
      },
    });
  }

  private idsOf(ordinals: readonly number[]): string[] {
    return ordinals.map((ordinal) => this.desk.store.seats[ordinal] ?? "");
  }

  private named(ordinals: readonly number[]): string {
    return ordinals.map((ordinal) => this.desk.hall.nameOf(ordinal)).join("; ");
  }
}
