// The HTTP API as the journeys need it to prepare what a page then shows. Must never stand in for a
// click that is to be tested.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { smallHall } from "./small-hall.mjs";

const READY_WITHIN_MS = 30_000;

export class Api {
  constructor(base, account) {
    this.base = base;
    this.account = account;
    this.token = undefined;
  }

  static async signIn(url, account) {
    const api = new Api(url, account);
    const login = await api.post("/auth/login", account);
    api.token = login.access_token;
    api.user = login.user;
    return api;
  }

  /** Somebody new, so that no other journey's seats count for this one. */
  static async register(url, name = "Grace Buyer") {
    const account = {
      email: `grace.${randomUUID().slice(0, 8)}@frontrow.test`,
      password: "a long password",
    };
    const api = new Api(url, account);
    const login = await api.post("/auth/register", { ...account, name });
    api.token = login.access_token;
    api.user = login.user;
    return api;
  }

  get = (path) => this.send("GET", path);
  post = (path, body = {}, key = undefined) => this.send("POST", path, body, key);
  patch = (path, body) => this.send("PATCH", path, body);

  async send(method, path, body, key) {
    const { status, data } = await this.ask(method, path, body, key);
    assert(status < 400, `${method} ${path}: ${status} ${JSON.stringify(data)}`);
    return data;
  }

  /** The answer whatever its status. */
  async ask(method, path, body, key) {
    const headers = {
      ...(body && { "Content-Type": "application/json" }),
      ...(this.token && { Authorization: `Bearer ${this.token}` }),
      ...(key && { "Idempotency-Key": key }),
    };
    const response = await fetch(`${this.base}/api/v1${path}`, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, data: text ? JSON.parse(text) : undefined };
  }

  /** A small event of this organizer's, on sale when this returns. */
  async createEvent(wishes = {}) {
    const { rows = 6, seats = 10, ...rest } = wishes;
    const event = {
      name: `An evening ${randomUUID().slice(0, 8)}`,
      venue: "The small hall",
      timezone: "Europe/Berlin",
      starts_at: "2027-09-18T18:00:00Z",
      currency: "EUR",
      plan: smallHall(rows, seats),
      prices: { Stalls: 4500, Balcony: 2500 },
      on_sale: true,
      ...rest,
    };
    const { id } = await this.post("/events", event, randomUUID());
    const started = performance.now();
    while (performance.now() - started < READY_WITHIN_MS) {
      const now = await this.get(`/events/${id}`);
      if (now.status === "on_sale" || (now.status === "draft" && !event.on_sale)) return now;
      assert(now.status === "generating" || now.status === "draft", `the event is ${now.status}`);
      await sleep(100);
    }
    throw new Error("the event was not ready in time");
  }

  /** One paid order of these seats. */
  async buy(eventId, seats) {
    await this.post(`/events/${eventId}/holds`, { seats });
    const order = await this.post("/orders", { event_id: eventId, seats }, randomUUID());
    return this.post(`/payments/${order.payment.id}/confirm`, { method: "card_ok" }, randomUUID());
  }
}
