// One order from its placing to its rest: paying, waiting, giving up, giving back. Plain TypeScript;
// React subscribes. Must never charge twice for one wish, nor call an order paid or lost before the
// server does.
import type { ApiClient } from "../../lib/api/client";
import { cancelOrder, confirmPayment, getOrder, refundOrder } from "../../lib/api/orders-api";
import { type ApiProblem, toProblem } from "../../lib/api/problem";
import { problemWords } from "../../lib/api/problem-words";
import type { Order } from "../../lib/api/types";
import { sendWish } from "../../lib/purchase/send-wish";
import type { WishKeys } from "../../lib/purchase/wish-keys";
import { nextLook } from "./order-looks";
import { type PaymentProblem, paymentProblem } from "./order-words";

export interface OrderState {
  order?: Order;
  /** On the clock of `performance.now()`. */
  deadlineAt?: number;
  loadProblem?: ApiProblem;
  /** `waiting`: a card was charged and nobody knows yet what came of it. */
  paying: "idle" | "sending" | "waiting";
  problem?: PaymentProblem;
  busy?: "cancelling" | "refunding";
  /** Why it could not be cancelled or given back. */
  actionProblem?: string;
  /** How often the order was looked at since the last news. */
  looks: number;
}

interface Options {
  api: ApiClient;
  keys: WishKeys;
  orderId: string;
}

type Part = { [K in keyof OrderState]?: OrderState[K] | undefined };

export class OrderDesk {
  private readonly options: Options;
  private state: OrderState = { paying: "idle", looks: 0 };
  private running = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly listeners = new Set<() => void>();

  constructor(options: Options) {
    this.options = options;
  }

  getSnapshot = (): OrderState => this.state;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  start(): Promise<void> {
    this.running = true;
    return this.look();
  }

  stop(): void {
    this.running = false;
    clearTimeout(this.timer);
  }

  /** Asks how the order is. What cannot be asked now is asked again later. */
  look = async (): Promise<void> => {
    const { api, orderId } = this.options;
    clearTimeout(this.timer);
    try {
      this.take(await getOrder(api, orderId));
    } catch (error) {
      if (this.state.order) this.lookLater();
      else this.set({ loadProblem: toProblem(error) });
    }
  };

  /** `method`: one of the provider's cards. */
  async pay(method: string): Promise<void> {
    const { api, keys } = this.options;
    const { order } = this.state;
    if (!order || this.state.paying === "sending" || this.state.busy) return;
    clearTimeout(this.timer);
    // Sent again out of the waiting screen, it stays that screen.
    const paying = this.state.paying === "waiting" ? "waiting" : "sending";
    this.set({ paying, problem: undefined, looks: 0 });
    try {
      const send = (key: string) => confirmPayment(api, order.payment.id, method, key);
      const isLast = ({ status }: Order) => status !== "awaiting_payment";
      const name = payName(order);
      this.take(await sendWish({ keys, name, wish: method, isLast }, send), "waiting");
    } catch (error) {
      this.set({ paying: "idle", problem: paymentProblem(toProblem(error), method) });
      // Declined for the last time, ended meanwhile, or charged without an answer.
      await this.look();
    }
  }

  /** The same card under the same key: it is charged once, however often it is sent. */
  payAgain(): Promise<void> {
    const { order, problem } = this.state;
    const method = problem?.kind === "unsure" ? problem.method : order && this.pending(order);
    return method === undefined ? Promise.resolve() : this.pay(method);
  }

  /** The buyer does not want to wait for the provider. There is one capture at most, whatever comes. */
  takeAnotherCard(): void {
    const { order } = this.state;
    if (order) this.options.keys.settle(payName(order));
    this.set({ paying: "idle", problem: undefined, looks: 0 });
    this.lookLater();
  }

  cancel(): Promise<void> {
    const { api, orderId } = this.options;
    return this.act("cancelling", () => cancelOrder(api, orderId));
  }

  refund(reason: string): Promise<void> {
    const { api, keys, orderId } = this.options;
    const wish = reason.trim() || undefined;
    const send = (key: string) => refundOrder(api, orderId, wish, key);
    const name = `refund ${orderId}`;
    return this.act("refunding", () => sendWish({ keys, name, wish: wish ?? "" }, send));
  }

  private async act(busy: "cancelling" | "refunding", send: () => Promise<Order>): Promise<void> {
    if (this.state.busy || this.state.paying === "sending") return;
    this.set({ busy, actionProblem: undefined });
    try {
      const order = await send();
      this.set({ busy: undefined });
      this.take(order);
    } catch (error) {
      this.set({ busy: undefined, actionProblem: problemWords(toProblem(error)) });
      // Paid, expired or given back in another tab, perhaps.
      await this.look();
    }
  }

  private take(order: Order, paying?: OrderState["paying"]): void {
    const open = order.status === "awaiting_payment";
    if (!open) this.options.keys.settle(payName(order));
    const resumed = !this.state.order && open && this.pending(order) !== undefined;
    const news = changed(this.state.order, order) || paying !== undefined;
    this.set({
      order,
      loadProblem: undefined,
      deadlineAt: performance.now() + order.expires_in_ms,
      paying: open ? (paying ?? (resumed ? "waiting" : this.state.paying)) : "idle",
      problem: open ? this.state.problem : undefined,
      actionProblem: changed(this.state.order, order) ? undefined : this.state.actionProblem,
      looks: news ? 0 : this.state.looks,
    });
    this.lookLater();
  }

  private lookLater(): void {
    const { order, looks, paying, problem } = this.state;
    clearTimeout(this.timer);
    if (!this.running || !order) return;
    const unsure = paying === "waiting" || problem?.kind === "unsure";
    const wait = nextLook({ order, unsure, looks });
    if (wait === undefined) return;
    this.timer = setTimeout(() => {
      this.set({ looks: looks + 1 });
      void this.look();
    }, wait);
  }

  private pending(order: Order): string | undefined {
    const method = this.options.keys.pending(payName(order));
    return typeof method === "string" ? method : undefined;
  }

  private set(part: Part): void {
    this.state = { ...this.state, ...part } as OrderState;
    for (const listener of this.listeners) listener();
  }
}

function payName({ payment }: Order): string {
  return `pay ${payment.id}`;
}

function changed(before: Order | undefined, now: Order): boolean {
  return before?.status !== now.status || before.payment.status !== now.payment.status;
}
