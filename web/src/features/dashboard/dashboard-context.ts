// What every part of the dashboard works with, and how it listens: each to its own few values, so
// that a second's news renders only what it changes.
import { createContext, use, useSyncExternalStore } from "react";
import type { AdminLive } from "../../lib/admin-live/admin-live";
import type { AdminState, LiveSigns } from "../../lib/admin-live/admin-store";
import type { EventSummary, Plan } from "../../lib/api/types";

export interface Desk {
  live: AdminLive;
  event: EventSummary;
  plan: Plan;
  /** The section's name by its id. */
  sectionName: (id: string) => string;
}

export const DeskContext = createContext<Desk | undefined>(undefined);

export function useDesk(): Desk {
  const desk = use(DeskContext);
  if (!desk) throw new Error("DeskContext is missing above this component");
  return desk;
}

/** `select` must answer the same value or object as long as nothing in it has changed. */
export function useShown<T>(select: (state: AdminState) => T): T {
  const { store } = useDesk().live;
  return useSyncExternalStore(store.subscribe, () => select(store.getSnapshot()));
}

export function useSigns<T>(select: (signs: LiveSigns) => T): T {
  const { store } = useDesk().live;
  return useSyncExternalStore(store.subscribe, () => select(store.getSigns()));
}

/** The dashboard's clock, which ticks once a second. */
export function useClock(): number {
  const { clock } = useDesk().live;
  return useSyncExternalStore(clock.subscribe, clock.getSnapshot);
}
