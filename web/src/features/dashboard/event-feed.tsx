// What has just happened, seat by seat, the newest on top. It holds still while somebody reads it,
// and is not read out: hundreds of lines a minute are no news for a screen reader.
import { useId, useState } from "react";
import type { RowType } from "../../lib/admin-live/admin-frames";
import { ROW_TYPES } from "../../lib/admin-live/admin-frames";
import type { FeedRow } from "../../lib/admin-live/admin-store";
import { formatCount } from "../../lib/format/format";
import { useDesk, useShown } from "./dashboard-context";
import { formatClock, formatSpan } from "./numbers";
import { Panel } from "./panel";

const WORDS: Record<RowType, { word: string; color: string }> = {
  hold: { word: "Held", color: "bg-data-held" },
  extended: { word: "Extended", color: "bg-data-held" },
  claimed: { word: "Ordered", color: "bg-data-mine" },
  release: { word: "Released", color: "bg-data-free" },
  expired: { word: "Expired", color: "bg-data-other" },
  lost: { word: "Lost", color: "bg-danger" },
  sold: { word: "Sold", color: "bg-data-mine" },
  refunded: { word: "Refunded", color: "bg-data-sold" },
};

export function EventFeed() {
  const live = useShown((state) => state.feed);
  const dropped = useShown((state) => state.dropped);
  const [kept, setKept] = useState<readonly FeedRow[]>();
  const [type, setType] = useState<RowType | "all">("all");
  const shown = kept ?? live;
  const rows = type === "all" ? shown : shown.filter((row) => row.type === type);
  const newer = kept ? live.filter(({ key }) => key > (kept[0]?.key ?? 0)).length : 0;
  const hold = () => setKept((before) => before ?? live);
  return (
    <Panel
      title="Event feed"
      className="h-full"
      aside={<TypeFilter type={type} onType={setType} />}
    >
      <p className="h-5 truncate text-xs text-muted tabular-nums">
        {kept
          ? `Held still while you read. ${newer} newer.`
          : dropped > 0
            ? `${formatCount(dropped)} left out: too many at once. The numbers count them.`
            : "Newest first. It holds still while you point at it."}
      </p>
      <div
        role="log"
        aria-live="off"
        aria-label="Event feed"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys
        tabIndex={0}
        className="mt-1 h-96 flex-1 overflow-auto"
        onMouseEnter={hold}
        onMouseLeave={() => setKept(undefined)}
        onFocus={hold}
        onBlur={() => setKept(undefined)}
      >
        {rows.length === 0 && (
          <p className="py-10 text-center text-sm text-muted">Nothing has happened yet.</p>
        )}
        <ul className="text-xs tabular-nums">
          {rows.map((row) => (
            <FeedLine key={row.key} row={row} />
          ))}
        </ul>
      </div>
    </Panel>
  );
}

function TypeFilter(props: { type: RowType | "all"; onType: (type: RowType | "all") => void }) {
  const id = useId();
  return (
    <div className="flex items-center gap-2">
      <label htmlFor={id} className="text-xs text-muted">
        Show
      </label>
      <select
        id={id}
        className="h-8 rounded-lg border border-edge bg-surface px-2 text-sm"
        value={props.type}
        onChange={(change) => props.onType(change.target.value as RowType | "all")}
      >
        <option value="all">Everything</option>
        {ROW_TYPES.map((type) => (
          <option key={type} value={type}>
            {WORDS[type].word}
          </option>
        ))}
      </select>
    </div>
  );
}

function FeedLine({ row }: { row: FeedRow }) {
  const { sectionName } = useDesk();
  const { word, color } = WORDS[row.type];
  const age = row.type === "hold" ? null : formatSpan(row.age_ms);
  return (
    <li
      data-testid="feed-row"
      data-type={row.type}
      className="flex items-center gap-2 border-b border-line py-1"
    >
      <span className="text-muted">{formatClock(row.ts_ms)}</span>
      <span className="flex w-18 shrink-0 items-center gap-1.5 font-semibold">
        <span aria-hidden className={`h-3 w-1 rounded-full ${color}`} />
        {word}
      </span>
      <span className="shrink-0 font-medium" title={sectionName(row.section)}>
        {row.seat}
      </span>
      <span className="min-w-0 flex-1 truncate text-muted">{row.holder?.name ?? "–"}</span>
      {age && <span className="shrink-0 text-muted">after {age}</span>}
    </li>
  );
}
