// How far the server is with writing an event's seats.
import type { EventSummary } from "../../lib/api/types";
import { formatCount } from "../../lib/format/format";

export function GenerationBar({ event }: { event: EventSummary }) {
  const { done, total } = event.generation;
  return (
    <div data-testid="generation-progress">
      <progress
        aria-label={`Seats of ${event.name} that are ready`}
        value={done}
        max={Math.max(1, total)}
        className="h-2.5 w-full appearance-none overflow-hidden rounded-full bg-sunken [&::-moz-progress-bar]:bg-accent [&::-webkit-progress-bar]:bg-sunken [&::-webkit-progress-value]:bg-accent"
      />
      <p className="mt-1 text-sm text-muted tabular-nums">
        {formatCount(done)} of {formatCount(total)} seats are ready
      </p>
    </div>
  );
}
