// In which order the sections are listed. Pure.
import type { SectionStats } from "../../lib/admin-live/admin-frames";

export type SectionColumn = "name" | "total" | "sold" | "held" | "oldest" | "holds" | "conflicts";

export interface SectionOrder {
  column: SectionColumn;
  descending: boolean;
}

const VALUES: Record<Exclude<SectionColumn, "name">, (section: SectionStats) => number> = {
  total: ({ total }) => total,
  sold: ({ sold, total }) => (total > 0 ? sold / total : 0),
  held: ({ held }) => held,
  // A section without holds is behind every one that has some.
  oldest: ({ oldest_hold_ms }) => oldest_hold_ms ?? -1,
  holds: ({ holds_last_minute }) => holds_last_minute,
  conflicts: ({ conflicts_last_minute }) => conflicts_last_minute,
};

const byName = new Intl.Collator("en-GB", { numeric: true }).compare;

/** Equal ones are ordered by name, so that nothing dances from second to second. */
export function orderSections(
  sections: readonly SectionStats[],
  { column, descending }: SectionOrder,
): SectionStats[] {
  const sign = descending ? -1 : 1;
  return [...sections].sort((a, b) => {
    const names = byName(a.name, b.name);
    if (column === "name") return sign * names;
    const value = VALUES[column];
    return sign * (value(a) - value(b)) || names;
  });
}

/** The other direction of the same column; numbers begin with the largest. */
export function nextOrder(order: SectionOrder, column: SectionColumn): SectionOrder {
  if (order.column === column) return { column, descending: !order.descending };
  return { column, descending: column !== "name" };
}
