// Opens the live connection of an event for as long as the component is shown.
import { useEffect, useState, useSyncExternalStore } from "react";
import type { EventSummary, Plan } from "../../lib/api/types";
import { useServices } from "../../lib/services";
import { LiveEvent } from "./live-event";

export function useLiveEvent(event: EventSummary, plan: Plan) {
  const { api, session } = useServices();
  const [live] = useState(() => {
    const seats = plan.seats.map(({ seat }) => seat);
    return new LiveEvent({ api, session, event, seats });
  });

  useEffect(() => {
    live.start();
    return () => live.stop();
  }, [live]);

  const state = useSyncExternalStore(live.subscribe, live.getSnapshot);
  const seats = useSyncExternalStore(live.store.subscribe, live.store.getSnapshot);
  return { live, state, seats };
}
