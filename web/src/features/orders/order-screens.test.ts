// What the screens of an order put on the page, rendered to text: labels, live regions, ways on. What
// happens on a click is tested where it is decided, and in a browser.
import { type ComponentType, createElement as h } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { MemoryRouter } from "react-router";
import { expect, it } from "vitest";
import { createApiClient } from "../../lib/api/client";
import { ServicesContext } from "../../lib/services";
import { Session } from "../../lib/session/session";
import { orderIn, payment } from "./order.fixture";
import { LOOKS_UNTIL_LONG } from "./order-looks";
import { OrderOutcome } from "./order-outcome";
import { PaymentForm } from "./payment-form";
import { WaitingForProvider } from "./waiting-for-provider";

const nothing = () => {};

function show<Props extends object>(screen: ComponentType<Props>, props: Props): string {
  const api = createApiClient();
  const tree = h(MemoryRouter, {}, h(screen, props));
  const services = { api, session: new Session(api) };
  return renderToStaticMarkup(h(ServicesContext, { value: services }, tree));
}

const form = (sending: boolean, problem?: Parameters<typeof PaymentForm>[0]["problem"]) =>
  show(PaymentForm, {
    total: { amount: 7500, currency: "EUR" },
    holder: "Ada",
    sending,
    problem,
    onPay: nothing,
    onAgain: nothing,
  });

it("says that no real card is charged, and offers every card by name", () => {
  const html = form(false);
  expect(html).toContain("no real card is charged");
  expect(html.match(/type="radio"/g)).toHaveLength(9);
  expect(html.match(/checked=""/g)).toHaveLength(1);
  expect(html).toContain("Pay €75.00");
});

it("cannot be sent twice while it is on its way", () => {
  expect(form(true)).toMatch(/<button type="submit"[^>]*disabled=""/);
  expect(form(true)).toMatch(/<fieldset disabled=""/);
  expect(form(false)).not.toMatch(/<button type="submit"[^>]*disabled=""/);
});

it("has the region for trouble in the page before there is any", () => {
  expect(form(false)).toMatch(/role="alert"[^>]*><\/p>/);
  const html = form(false, { kind: "unsure", text: "Lost.", method: "card_ok", mayHavePaid: true });
  expect(html).toMatch(/role="alert"[^>]*>Lost\.<\/p>/);
  expect(html).toContain("Try again with this card");
  expect(form(false, { kind: "declined", text: "No." })).not.toContain("Try again with this card");
});

it("offers a way out of the waiting only when it takes long", () => {
  const waiting = (looks: number) =>
    show(WaitingForProvider, { looks, onAgain: nothing, onAnother: nothing });
  expect(waiting(0)).toMatch(/role="status"[^>]*><\/div>/);
  expect(waiting(0)).not.toContain("<button");
  expect(waiting(LOOKS_UNTIL_LONG)).toContain("longer than usual");
  expect(waiting(LOOKS_UNTIL_LONG)).toContain("Use another card");
});

it("leads from a paid order to its tickets, and from any other back to the map", () => {
  const tickets = [
    { id: "t1", order_id: "o1", event_id: "e1", seat: "A-1", code: "c", status: "valid" as const },
  ];
  const paid = orderIn("confirmed", { payment: payment("captured"), tickets });
  expect(show(OrderOutcome, { order: paid })).toContain('href="/tickets?order=o1"');
  for (const status of ["failed", "expired", "cancelled", "refunded"] as const) {
    expect(show(OrderOutcome, { order: orderIn(status) })).toContain('href="/events/e1"');
  }
});
