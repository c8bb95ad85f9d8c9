// What is done for several seats at once and decided by the server: choosing the best ones, and
// keeping all of mine longer. Must never guess what the server would choose.
import { extendHolds, holdBest } from "../../lib/api/events-api";
import type { HeldSeat } from "../../lib/api/types";
import { toasts } from "../../lib/toasts";
import {
  type BestOutcome,
  type BestWish,
  countFree,
  heldText,
  offers,
  tooFewText,
} from "./best-seats";
import type { Desk } from "./desk";
import { type Extension, extension } from "./extension";
import { asksForSignIn, type Refusal, refusalText } from "./refusal-text";

export class GroupMoves {
  private readonly desk: Desk;

  constructor(desk: Desk) {
    this.desk = desk;
  }

  /** All or nothing, side by side where possible. */
  async holdBest(wish: BestWish): Promise<BestOutcome> {
    const { api, hall, map } = this.desk;
    try {
      const { seats } = await holdBest(api, hall.event.id, wish);
      const ordinals = this.confirm(seats);
      map()?.show(ordinals);
      return { kind: "held", text: heldText(hall, ordinals) };
    } catch (error) {
      if ((error as Refusal).code === "not_enough_seats") return this.tooFew(wish);
      return { kind: "refused", text: this.refusal(error) };
    }
  }

  /** Undefined where the server refused, which has been said then. */
  async extend(): Promise<Extension | undefined> {
    const { api, hall, announce } = this.desk;
    try {
      const { seats } = await extendHolds(api, hall.event.id);
      this.confirm(seats);
      const leftMs = seats.map(({ expires_in_ms }) => expires_in_ms);
      const outcome = extension(leftMs, hall.event.hold_ttl_s * 1_000);
      announce(outcome.text);
      return outcome;
    } catch (error) {
      const limit = hall.event.max_seats_per_user;
      toasts.say(refusalText(error as Refusal, "Your seats", limit), "danger");
      return undefined;
    }
  }

  private refusal(error: unknown): string {
    const limit = this.desk.hall.event.max_seats_per_user;
    const refusal = error as Refusal;
    if (asksForSignIn(error)) return "Please sign in again to choose seats.";
    if (refusal.code !== "seat_limit") return refusalText(refusal, "Your wish", limit);
    return `That would be too many: you can have at most ${limit} seats at this event.`;
  }

  private tooFew(wish: BestWish): BestOutcome {
    const { hall, store } = this.desk;
    const isFree = (ordinal: number) => store.look(ordinal) === 0;
    const free = (scope: Omit<BestWish, "quantity">) => countFree(hall, isFree, scope);
    const text = tooFewText(hall, wish, free(wish));
    return { kind: "too_few", text, offers: offers(hall, wish, free) };
  }

  private confirm(seats: HeldSeat[]): number[] {
    const { store } = this.desk;
    const ordinals = seats
      .map(({ seat }) => store.ordinalOf(seat))
      .filter((ordinal) => ordinal !== undefined);
    store.confirmHold(ordinals, seats);
    return ordinals;
  }
}
