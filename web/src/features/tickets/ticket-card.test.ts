// A ticket rendered to text: what opens a door is there, and only on a ticket that opens one.
import { createElement as h } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import type { EventSummary, Ticket } from "../../lib/api/types";
import { TicketCard } from "./ticket-card";

const TICKET: Ticket = {
  id: "t1",
  order_id: "o1",
  event_id: "e1",
  seat: "A-3-12",
  code: "THE-CODE",
  status: "valid",
};
const EVENT = {
  name: "Hamlet",
  venue: "The Globe",
  starts_at: "2026-06-01T20:00:00Z",
  timezone: "Europe/London",
} as EventSummary;
const PLACE = { section: "Stalls", row: "3", number: "12", category: "Top" };

function show(part: Partial<Parameters<typeof TicketCard>[0]> = {}): string {
  const props = {
    ticket: TICKET,
    event: EVENT,
    place: PLACE,
    picture: "data:image/svg+xml,x",
    missing: false,
    past: false,
    onRetry: () => {},
    ...part,
  };
  return renderToStaticMarkup(h(TicketCard, props));
}

it("shows event, place, seat and a picture with words", () => {
  const html = show();
  for (const words of ["Hamlet", "The Globe", "21:00 BST", ">Stalls<", ">3<", ">12<", "THE-CODE"]) {
    expect(html).toContain(words);
  }
  expect(html).toContain('alt="QR code of the ticket for seat A-3-12"');
});

it("has its name and its code without plan, event and picture", () => {
  const html = show({ event: undefined, place: undefined, picture: undefined, missing: true });
  expect(html).toContain(">A-3-12<");
  expect(html).toContain("THE-CODE");
  expect(html).toContain("could not be loaded");
});

it.each([
  ["used", { status: "used", used_at: "2026-06-01T19:30:00Z" } as const, "20:30 BST"],
  ["refunded", { status: "refunded" } as const, "does not open the door"],
])("shows no code on a %s ticket", (_, part, words) => {
  const html = show({ ticket: { ...TICKET, ...part } });
  expect(html).toContain(words);
  expect(html).not.toContain("<img");
  expect(html).not.toContain("THE-CODE");
});

it("shows no code of an event that is over", () => {
  expect(show({ past: true })).not.toContain("THE-CODE");
  expect(show({ past: true })).toContain("This event is over");
});
