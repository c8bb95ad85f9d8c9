// The cart on its way to an order: what is held, until when, and what the server says to it. Plain
// TypeScript; React subscribes. Must never place an order twice for one wish, nor guess what became
// of a seat: when its time is over the server is asked.
import type { ApiClient } from "../../lib/api/client";
import { extendHolds } from "../../lib/api/events-api";
import { getCart, listOrders, placeOrder } from "../../lib/api/orders-api";
import { type ApiProblem, toProblem } from "../../lib/api/problem";
import type { Cart } from "../../lib/api/types";
import { sendWish } from "../../lib/purchase/send-wish";
import type { WishKeys } from "../../lib/purchase/wish-keys";
import { type CartProblem, cartProblem, lostSeats, reachedCap, soonestMs } from "./cart-problem";

/** The server's clock has to be past the deadline too. */
const AFTER_EXPIRY_MS = 400;

export interface CheckoutState {
  cart?: Cart;
  /** When the first seat is free for others, on the clock of `performance.now()`. */
  expiresAt?: number;
  busy?: "placing" | "extending";
  /** The cart could not be read at all. */
  loadProblem?: ApiProblem;
  problem?: CartProblem;
  /** The seats are kept as long as they can be. */
  capped: boolean;
  /** An order for this event that waits for its payment, where the cart is empty. */
  openOrder?: string;
  /** The order that was placed. */
  placed?: string;
}

interface Options {
  api: ApiClient;
  keys: WishKeys;
  eventId: string;
}

export class Checkout {
  private readonly options: Options;
  private state: CheckoutState = { capped: false };
  private timer: ReturnType<typeof setTimeout> | undefined;
  private running = false;
  private readonly listeners = new Set<() => void>();

  constructor(options: Options) {
    this.options = options;
  }

  getSnapshot = (): CheckoutState => this.state;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  start(): Promise<void> {
    this.running = true;
    return this.load();
  }

  stop(): void {
    this.running = false;
    clearTimeout(this.timer);
  }

  /** Reads the cart. Seats that have gone since the last reading are named. */
  async load(): Promise<void> {
    const { api, eventId } = this.options;
    try {
      const cart = await getCart(api, eventId);
      const lost = lostSeats(this.state.cart, cart);
      this.take(cart, lost.length > 0 ? { kind: "lost", seats: lost } : this.state.problem);
      if (cart.seats.length === 0) await this.findOpenOrder();
    } catch (error) {
      const loadProblem = toProblem(error);
      if (this.state.cart) this.set({ problem: cartProblem(loadProblem) });
      else this.set({ loadProblem });
    }
  }

  async place(): Promise<void> {
    const { api, keys, eventId } = this.options;
    const { cart } = this.state;
    if (this.state.busy || !cart) return;
    const seats = cart.seats.map(({ seat }) => seat);
    const wish = { event_id: eventId, seats, total: cart.total.amount };
    this.set({ busy: "placing", problem: undefined });
    try {
      const send = (key: string) => placeOrder(api, wish, key);
      const order = await sendWish({ keys, name: `order ${eventId}`, wish }, send);
      this.stop();
      this.set({ placed: order.id });
    } catch (error) {
      await this.refused(toProblem(error), cart);
    }
  }

  /** All seats back to the full time, as far as the server goes. */
  async extend(fullMs: number): Promise<void> {
    const { api, eventId } = this.options;
    const { cart } = this.state;
    if (this.state.busy || !cart) return;
    this.set({ busy: "extending", problem: undefined });
    try {
      const { seats } = await extendHolds(api, eventId);
      const left = new Map(seats.map(({ seat, expires_in_ms }) => [seat, expires_in_ms]));
      const kept = cart.seats.flatMap((seat) => {
        const expires_in_ms = left.get(seat.seat);
        return expires_in_ms === undefined ? [] : [{ ...seat, expires_in_ms }];
      });
      this.set({ busy: undefined, capped: reachedCap(seats, fullMs) });
      // A seat that was not extended has gone: total and orphans are another matter then.
      if (kept.length < cart.seats.length) await this.load();
      else this.take({ ...cart, seats: kept }, undefined);
    } catch (error) {
      this.set({ busy: undefined, problem: cartProblem(toProblem(error)) });
    }
  }

  /** The buyer has read what changed and goes on with what is left. */
  acknowledge(): void {
    this.set({ problem: undefined });
  }

  private async refused(problem: ApiProblem, before: Cart): Promise<void> {
    const shown = cartProblem(problem, before);
    this.set({ busy: undefined, problem: shown });
    if (shown.kind === "words") return;
    // What is shown must be what would be ordered next.
    await this.load();
    this.set({ problem: shown });
  }

  private take(cart: Cart, problem: CartProblem | undefined): void {
    const soonest = soonestMs(cart.seats);
    clearTimeout(this.timer);
    this.set({
      cart,
      problem,
      loadProblem: undefined,
      expiresAt: soonest === undefined ? undefined : performance.now() + soonest,
    });
    if (soonest !== undefined && this.running) {
      this.timer = setTimeout(() => void this.load(), soonest + AFTER_EXPIRY_MS);
    }
  }

  /** After a reload at the wrong moment the seats are in an order already. */
  private async findOpenOrder(): Promise<void> {
    const { api, eventId } = this.options;
    const open = await listOrders(api, { status: "awaiting_payment" }).catch(() => undefined);
    const mine = open?.items.find(({ event_id }) => event_id === eventId);
    if (mine) this.set({ openOrder: mine.id });
  }

  private set(part: { [K in keyof CheckoutState]?: CheckoutState[K] | undefined }): void {
    this.state = { ...this.state, ...part } as CheckoutState;
    for (const listener of this.listeners) listener();
  }
}
