// One held seat. Its two times tick on the dashboard's clock, from durations that the server gave:
// the wall clock of this computer does not matter.
import { memo } from "react";
import type { HoldRow } from "../../lib/admin-live/hold-book";
import type { SeatOrder } from "./action-dialog";
import { useClock, useDesk } from "./dashboard-context";
import { Figure } from "./figure";
import { STATE_WORDS } from "./hold-list";
import { formatSpan } from "./numbers";

interface Props {
  row: HoldRow;
  /** How long such a hold lasts when it is new: the whole length of the bar. */
  ttlMs: number;
  isSelected: boolean;
  onToggle: (seat: string) => void;
  onAct: (order: SeatOrder) => void;
}

const CELL = "border-b border-line py-0.5 pr-3";

export const HoldTableRow = memo(({ row, ttlMs, isSelected, onToggle, onAct }: Props) => {
  const { sectionName } = useDesk();
  const { seat, state, holder } = row;
  return (
    <tr data-testid={`hold-row-${seat}`}>
      <td className={CELL}>
        <label className="flex size-7 items-center justify-center">
          <input
            type="checkbox"
            aria-label={`Select ${seat}`}
            className="size-4 accent-accent"
            checked={isSelected}
            onChange={() => onToggle(seat)}
          />
        </label>
      </td>
      <th scope="row" className={`${CELL} text-left font-medium whitespace-nowrap`}>
        {seat}
      </th>
      <td className={`${CELL} max-w-32 truncate`}>{sectionName(row.section)}</td>
      <td className={`${CELL} max-w-56 truncate`} title={holder?.email}>
        {holder ? (
          <>
            {holder.name} <span className="text-xs text-muted">{holder.email}</span>
          </>
        ) : (
          <Figure value={null} why="The ledger could not be asked whose it is." />
        )}
      </td>
      <td className={`${CELL} text-right`}>
        <Age since={row.heldSince} />
      </td>
      <td className={CELL}>
        <TimeLeft until={row.expiresAt} ttlMs={ttlMs} />
      </td>
      <td className={`${CELL} text-xs whitespace-nowrap`}>
        {STATE_WORDS[state]}
        {row.extended && <span className="text-muted"> · extended</span>}
      </td>
      <td className={`${CELL} whitespace-nowrap`}>
        <RowButton row={row} action="extend" words="Extend" onAct={onAct} />{" "}
        <RowButton row={row} action="release" words="Release" onAct={onAct} />
      </td>
    </tr>
  );
});

function Age({ since }: { since: number | undefined }) {
  const now = useClock();
  const age = since === undefined ? null : formatSpan(now - since);
  return <Figure value={age} why="It was taken before this server could see it." />;
}

/** Below this somebody who wants to help has to hurry. */
const HURRY_MS = 30_000;

function TimeLeft({ until, ttlMs }: { until: number | undefined; ttlMs: number }) {
  const now = useClock();
  if (until === undefined) return <Figure value={null} why="It does not end by itself." />;
  const left = Math.max(0, until - now);
  const isLate = left < HURRY_MS;
  return (
    <span className="flex items-center gap-2">
      <span aria-hidden className="h-1.5 w-16 overflow-hidden rounded-full bg-sunken">
        <span
          className={`block h-full rounded-full ${isLate ? "bg-danger" : "bg-data-held"}`}
          style={{ width: `${Math.min(1, left / ttlMs) * 100}%` }}
        />
      </span>
      <span className={`w-12 text-right ${isLate ? "font-semibold text-danger" : ""}`}>
        {left === 0 ? "ending" : formatSpan(left)}
      </span>
    </span>
  );
}

interface ButtonProps {
  row: HoldRow;
  action: "extend" | "release";
  words: string;
  onAct: (order: SeatOrder) => void;
}

function RowButton({ row: { seat, state }, action, words, onAct }: ButtonProps) {
  const isOrdered = state === "claimed";
  return (
    <button
      type="button"
      data-testid={`hold-${action}-${seat}`}
      aria-label={`${words} ${seat}`}
      title={isOrdered ? "An order has it until it is paid or over." : undefined}
      disabled={isOrdered}
      className="min-h-7 rounded-md border border-edge px-2 text-xs font-semibold hover:bg-sunken disabled:cursor-not-allowed disabled:border-line disabled:text-muted"
      onClick={() => onAct({ action, seats: [seat] })}
    >
      {words}
    </button>
  );
}
