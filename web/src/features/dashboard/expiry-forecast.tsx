// How many seats come back in which minute, unless they are bought or extended.
import { formatCount } from "../../lib/format/format";
import { useShown } from "./dashboard-context";
import { Panel } from "./panel";

const EMPTY: readonly number[] = Array.from({ length: 16 }, () => 0);

export function ExpiryForecast() {
  const expiring = useShown(({ stats }) => stats?.expiring) ?? EMPTY;
  const most = Math.max(1, ...expiring);
  const last = expiring.length - 1;
  return (
    <Panel
      title="Holds that end soon"
      aside={<span className="text-xs text-muted">seats by minute from now</span>}
    >
      <ol className="flex h-28 items-end gap-1 text-xs tabular-nums">
        {expiring.map((seats, minute) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its minute, and never moves
          <li key={minute} className="flex h-full min-w-0 flex-1 flex-col justify-end text-center">
            <span className="sr-only">
              {formatCount(seats)} {minute === last ? "later" : `within minute ${minute + 1}`}
            </span>
            <span aria-hidden className={seats > 0 ? "" : "invisible"}>
              {seats > 999 ? `${Math.round(seats / 1000)}k` : seats}
            </span>
            <span
              aria-hidden
              className={`rounded-t-sm ${minute === 0 ? "bg-danger" : "bg-data-held"}`}
              style={{ height: `${(seats / most) * 60}%` }}
            />
            <span aria-hidden className="border-t border-line text-muted">
              {minute === last ? "+" : minute + 1}
            </span>
          </li>
        ))}
      </ol>
    </Panel>
  );
}
