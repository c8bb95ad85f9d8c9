// The seats as a list: sections, their rows, a row's seats. The equal of the map for whoever cannot
// use a canvas. One section and one row are open at a time, so that the largest hall stays small here.
// Nothing that has been shown disappears by itself: the focus may be on it.
import { useMemo, useState } from "react";
import type { SeatTest } from "./filters";
import { ListToggle } from "./list-toggle";
import type { LiveEvent } from "./live-event";
import { countSections, countWords, type GroupCount, sectionsOf } from "./seat-groups";
import { SeatListRows } from "./seat-list-rows";
import { useSeats, useSeatsVersion } from "./use-live-event";

interface Props {
  live: LiveEvent;
  passes: SeatTest | undefined;
}

export function SeatList({ live, passes }: Props) {
  const { hall, store } = live;
  const [all, setAll] = useState(false);
  const sections = useMemo(() => sectionsOf(hall), [hall]);
  const [open, setOpen] = useState(sections.length === 1 ? sections[0]?.id : undefined);
  const version = useSeatsVersion(live);
  const loaded = useSeats(live, (seats) => seats.loaded);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version stands for the states
  const counts = useMemo(
    () => countSections(hall, (ordinal) => store.look(ordinal), passes),
    [hall, store, passes, version],
  );
  const listed = useListed(sections, counts, all, `${loaded}`, passes);
  return (
    <div className="p-3">
      <label className="flex min-h-11 items-center gap-2.5 text-sm">
        <input
          type="checkbox"
          data-testid="list-all"
          checked={all}
          onChange={() => setAll(!all)}
          className="size-4.5 accent-(--color-accent)"
        />
        Also list what cannot be chosen
      </label>
      {listed.length === 0 && (
        <p className="px-2 py-6 text-center text-muted">
          Nothing that you are looking for is free at the moment.
        </p>
      )}
      <ul className="divide-y divide-line">
        {listed.map(({ id, name, index }) => (
          <li key={id}>
            <ListToggle
              level={3}
              open={open === id}
              onToggle={() => setOpen(open === id ? undefined : id)}
              title={name}
              aside={countWords(counts[index])}
            />
            {open === id && <SeatListRows live={live} section={index} all={all} passes={passes} />}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Which sections are listed is decided when the question changes, not when a seat does. */
function useListed<T extends { index: number }>(
  sections: readonly T[],
  counts: readonly GroupCount[],
  all: boolean,
  loaded: string,
  passes: SeatTest | undefined,
): readonly T[] {
  // biome-ignore lint/correctness/useExhaustiveDependencies: counts change all the time, see above
  return useMemo(
    () => (all ? sections : sections.filter(({ index }) => hasAny(counts[index]))),
    [sections, all, loaded, passes],
  );
}

function hasAny(count: GroupCount | undefined): boolean {
  return count !== undefined && count.free + count.mine > 0;
}
