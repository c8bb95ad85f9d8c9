// Over the map until the first snapshot: the seats are drawn already, but nobody knows their states.
import { Skeleton } from "../../components/skeleton";
import type { LiveEvent } from "./live-event";
import { useSeats } from "./use-live-event";

export function MapLoading({ live }: { live: LiveEvent }) {
  const loaded = useSeats(live, (seats) => seats.loaded);
  return (
    <div role="status" className="pointer-events-none">
      {!loaded && (
        <div className="absolute inset-0 grid place-items-center bg-surface/85">
          <div className="flex flex-col items-center gap-3">
            <Skeleton className="h-3 w-56" />
            <Skeleton className="h-3 w-40" />
            <p className="text-sm text-muted">Waiting for the seats…</p>
          </div>
        </div>
      )}
    </div>
  );
}
