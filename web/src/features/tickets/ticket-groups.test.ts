// Tickets by event: what is ahead comes first, and what is needed at a door is never filed away.
import { expect, it } from "vitest";
import type { EventSummary, Ticket } from "../../lib/api/types";
import { groupTickets } from "./ticket-groups";

const NOW = Date.parse("2026-06-01T20:00:00Z");

const ticket = (event_id: string, seat: string, status: Ticket["status"] = "valid"): Ticket => ({
  id: `${event_id} ${seat}`,
  order_id: "o",
  event_id,
  seat,
  code: "c",
  status,
});

const at = (starts_at: string, ends_at?: string) => ({ starts_at, ends_at }) as EventSummary;
const ids = (groups: { eventId: string }[]) => groups.map(({ eventId }) => eventId);

it("puts the soonest first and the past apart, the latest first", () => {
  const events = new Map([
    ["later", at("2026-08-01T20:00:00Z")],
    ["soon", at("2026-06-02T20:00:00Z")],
    ["long ago", at("2025-01-01T20:00:00Z")],
    ["lately", at("2026-05-01T20:00:00Z")],
  ]);
  const tickets = [...events.keys()].map((id) => ticket(id, "A-1"));
  const { upcoming, past } = groupTickets(tickets, events, NOW);
  expect(ids(upcoming)).toEqual(["soon", "later"]);
  expect(ids(past)).toEqual(["lately", "long ago"]);
});

it("keeps an event that is on, or that could not be read, among those ahead", () => {
  const events = new Map([
    ["on", at("2026-06-01T18:00:00Z")],
    ["over", at("2026-06-01T10:00:00Z", "2026-06-01T12:00:00Z")],
  ]);
  const tickets = ["on", "over", "unknown"].map((id) => ticket(id, "A-1"));
  const { upcoming, past } = groupTickets(tickets, events, NOW);
  expect(ids(upcoming).sort()).toEqual(["on", "unknown"]);
  expect(ids(past)).toEqual(["over"]);
});

it("shows usable tickets first, counted as people count", () => {
  const tickets = [
    ticket("e", "A-2", "refunded"),
    ticket("e", "A-10"),
    ticket("e", "A-9"),
    ticket("e", "A-1", "used"),
  ];
  const [group] = groupTickets(tickets, new Map(), NOW).upcoming;
  expect(group?.tickets.map(({ seat }) => seat)).toEqual(["A-9", "A-10", "A-1", "A-2"]);
});
