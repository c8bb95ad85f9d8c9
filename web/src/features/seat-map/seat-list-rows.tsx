// The rows of one section. Only the open one shows its seats.
import { useMemo, useState } from "react";
import type { SeatTest } from "./filters";
import { ListToggle } from "./list-toggle";
import type { LiveEvent } from "./live-event";
import { countRow, countWords, listedSeats, type RowGroup, rowsOf } from "./seat-groups";
import { SeatListSeats } from "./seat-list-seats";
import { useSeatsVersion } from "./use-live-event";

interface Props {
  live: LiveEvent;
  section: number;
  all: boolean;
  passes: SeatTest | undefined;
}

export function SeatListRows({ live, section, all, passes }: Props) {
  const { hall, store } = live;
  const [open, setOpen] = useState<string>();
  useSeatsVersion(live);
  // Like the sections: what is listed is decided once, how much is free is kept up to date.
  const listed = useMemo(() => {
    const look = (ordinal: number) => store.look(ordinal);
    const some = (row: RowGroup) => listedSeats(row, look, all, passes).length > 0;
    return rowsOf(hall, section).filter(some);
  }, [hall, store, section, all, passes]);
  return (
    <ul className="mb-2 ml-4 border-l border-line pl-2">
      {listed.map((row) => (
        <li key={row.name}>
          <ListToggle
            level={4}
            open={open === row.name}
            onToggle={() => setOpen(open === row.name ? undefined : row.name)}
            title={`Row ${row.name}`}
            aside={countWords(countRow(hall, row, (ordinal) => store.look(ordinal), passes))}
          />
          {open === row.name && <SeatListSeats live={live} row={row} all={all} passes={passes} />}
        </li>
      ))}
    </ul>
  );
}
