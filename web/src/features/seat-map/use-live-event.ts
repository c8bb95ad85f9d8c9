// Opens the live connection of an event for as long as the component is shown, and the ways in which
// components look at it: each at as little as it needs, so that a seat that changes draws few of them.
import { useEffect, useState, useSyncExternalStore } from "react";
import type { StoreSnapshot } from "../../lib/live/seat-store";
import { useServices } from "../../lib/services";
import type { Hall } from "./hall";
import { LiveEvent, type LiveState } from "./live-event";

export function useLiveEvent(hall: Hall): LiveEvent {
  const { api, session } = useServices();
  const [live] = useState(() => new LiveEvent({ api, session, hall }));

  useEffect(() => {
    live.start();
    return () => live.stop();
  }, [live]);

  return live;
}

/** `part` must answer the same object while nothing in it has changed. */
export function useLive<T>(live: LiveEvent, part: (state: LiveState) => T): T {
  return useSyncExternalStore(live.subscribe, () => part(live.getSnapshot()));
}

export function useSeats<T>({ store }: LiveEvent, part: (seats: StoreSnapshot) => T): T {
  return useSyncExternalStore(store.subscribe, () => part(store.getSnapshot()));
}

/** Whoever counts many seats does not do so for every single change. */
const COUNT_EVERY_MS = 500;

/** A number that grows with the seats' states, a little later than they do. */
export function useSeatsVersion({ store }: LiveEvent): number {
  const [version, setVersion] = useState(0);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const leave = store.subscribeSeats(() => {
      timer ??= setTimeout(() => {
        timer = undefined;
        setVersion((before) => before + 1);
      }, COUNT_EVERY_MS);
    });
    return () => {
      leave();
      clearTimeout(timer);
    };
  }, [store]);
  return version;
}

/** By the index of a category. The same array until a number changes. */
export function useCategoryCounts({ store }: LiveEvent) {
  return useSyncExternalStore(store.subscribe, store.categoryCounts);
}
