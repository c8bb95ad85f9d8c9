// Tickets by event, and which of them are still ahead. Pure.
import type { EventSummary, Ticket } from "../../lib/api/types";

/** An event without an end is over this long after its start. */
const USUAL_LENGTH_MS = 6 * 3_600_000;

export interface TicketGroup {
  eventId: string;
  event: EventSummary | undefined;
  tickets: Ticket[];
}

export interface TicketGroups {
  /** The soonest first. An event that could not be read counts as ahead: its tickets may be needed. */
  upcoming: TicketGroup[];
  /** The latest first. */
  past: TicketGroup[];
}

type Events = ReadonlyMap<string, EventSummary>;

export function groupTickets(
  tickets: readonly Ticket[],
  events: Events,
  nowMs: number,
): TicketGroups {
  const byEvent = new Map<string, Ticket[]>();
  for (const ticket of tickets) {
    byEvent.set(ticket.event_id, [...(byEvent.get(ticket.event_id) ?? []), ticket]);
  }
  const groups = [...byEvent].map(([eventId, members]) => ({
    eventId,
    event: events.get(eventId),
    tickets: members.sort(usableFirst),
  }));
  groups.sort((a, b) => startOf(a) - startOf(b));
  return {
    upcoming: groups.filter((group) => !isOver(group.event, nowMs)),
    past: groups.filter((group) => isOver(group.event, nowMs)).reverse(),
  };
}

function isOver(event: EventSummary | undefined, nowMs: number): boolean {
  if (!event) return false;
  const end = event.ends_at
    ? Date.parse(event.ends_at)
    : Date.parse(event.starts_at) + USUAL_LENGTH_MS;
  return end < nowMs;
}

function startOf({ event }: TicketGroup): number {
  return event ? Date.parse(event.starts_at) : 0;
}

const RANK: Record<Ticket["status"], number> = { valid: 0, used: 1, refunded: 2 };

/** Valid ones first, then as people count: seat 9 before seat 10. */
function usableFirst(a: Ticket, b: Ticket): number {
  const rank = RANK[a.status] - RANK[b.status];
  return rank || a.seat.localeCompare(b.seat, "en", { numeric: true });
}
