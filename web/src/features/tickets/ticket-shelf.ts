// My tickets and the pictures of their codes, kept while the page is open, so that they are there at
// a door without a network. Plain TypeScript; React subscribes. Pictures live in memory only: a code
// opens a door, and must never lie in a storage that outlives the login.
import type { ApiClient } from "../../lib/api/client";
import { getTicketPicture, listTickets } from "../../lib/api/orders-api";
import { type ApiProblem, toProblem } from "../../lib/api/problem";
import type { Ticket } from "../../lib/api/types";

/** Requests at a time: a large order must not use up what its account may ask in a second. */
const PICTURES_AT_ONCE = 3;
/** A hundred tickets each. */
const MOST_PAGES = 20;

export interface ShelfState {
  /** Undefined until the first answer. */
  tickets?: readonly Ticket[];
  /** `data:` addresses by ticket. The server's content policy allows no `blob:` pictures. */
  pictures: ReadonlyMap<string, string>;
  /** Tickets whose picture could not be had. */
  missing: ReadonlySet<string>;
  loading: boolean;
  /** The latest reading failed: what is shown is what was read before. */
  problem?: ApiProblem | undefined;
}

export class TicketShelf {
  private readonly api: ApiClient;
  private state: ShelfState = { pictures: new Map(), missing: new Set(), loading: false };
  private queue: string[] = [];
  private readonly asked = new Set<string>();
  private fetching = 0;
  private readonly listeners = new Set<() => void>();

  constructor(api: ApiClient) {
    this.api = api;
  }

  getSnapshot = (): ShelfState => this.state;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Reads the tickets again. Those that were read before stay until the answer is there. */
  load = async (): Promise<void> => {
    if (this.state.loading) return;
    this.set({ loading: true, problem: undefined });
    try {
      const tickets = await this.readAll();
      this.set({ tickets, loading: false });
    } catch (error) {
      this.set({ loading: false, problem: toProblem(error) });
    }
  };

  /** Fetches the pictures of these tickets, each once; failed ones are tried again. */
  wantPictures(ids: readonly string[]): void {
    const fresh = ids.filter((id) => !this.asked.has(id));
    if (fresh.length === 0) return;
    for (const id of fresh) this.asked.add(id);
    const missing = new Set([...this.state.missing].filter((id) => !fresh.includes(id)));
    this.set({ missing });
    this.queue.push(...fresh);
    this.fetchMore();
  }

  private async readAll(): Promise<Ticket[]> {
    const tickets: Ticket[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < MOST_PAGES; page++) {
      const answer = await listTickets(this.api, cursor);
      tickets.push(...answer.items);
      cursor = answer.next_cursor ?? undefined;
      if (!cursor) break;
    }
    return tickets;
  }

  private fetchMore(): void {
    while (this.fetching < PICTURES_AT_ONCE) {
      const id = this.queue.shift();
      if (id === undefined) return;
      this.fetching += 1;
      void this.fetchOne(id).finally(() => {
        this.fetching -= 1;
        this.fetchMore();
      });
    }
  }

  private async fetchOne(id: string): Promise<void> {
    try {
      const picture = await (await getTicketPicture(this.api, id)).text();
      const address = `data:image/svg+xml,${encodeURIComponent(picture)}`;
      this.set({ pictures: new Map(this.state.pictures).set(id, address) });
    } catch {
      this.asked.delete(id);
      this.set({ missing: new Set(this.state.missing).add(id) });
    }
  }

  private set(part: Partial<ShelfState>): void {
    this.state = { ...this.state, ...part };
    for (const listener of this.listeners) listener();
  }
}

const shelves = new WeakMap<ApiClient, { userId: string; shelf: TicketShelf }>();

/** The shelf of this account: it is still there on the way back to the page, also without a network. */
export function shelfOf(api: ApiClient, userId: string): TicketShelf {
  const kept = shelves.get(api);
  if (kept?.userId === userId) return kept.shelf;
  const shelf = new TicketShelf(api);
  shelves.set(api, { userId, shelf });
  return shelf;
}
