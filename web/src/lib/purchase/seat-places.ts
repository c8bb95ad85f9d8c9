// Where a seat is, in the parts that somebody looks for in the hall. Pure.
import type { Plan } from "../api/types";

export interface SeatPlace {
  section: string;
  row: string;
  number: string;
  category: string;
  color?: string | undefined;
}

export type SeatPlaces = ReadonlyMap<string, SeatPlace>;

/** Of the seats that are asked for only: a plan may have tens of thousands. */
export function placesOf(plan: Plan | undefined, seats: readonly string[]): SeatPlaces {
  if (!plan) return new Map();
  const wanted = new Set(seats);
  const sections = new Map(plan.sections.map(({ id, name }) => [id, name]));
  const categories = new Map(plan.categories.map((category) => [category.id, category]));
  return new Map(
    plan.seats
      .filter(({ seat }) => wanted.has(seat))
      .map(({ seat, section, row, number, category }) => {
        const of = categories.get(category);
        return [
          seat,
          {
            section: sections.get(section) ?? section,
            row,
            number,
            category: of?.name ?? category,
            color: of?.color ?? undefined,
          },
        ];
      }),
  );
}

/** "Row 3, seat 12", or the seat's own name where the plan has not come. */
export function seatWords(seat: string, place: SeatPlace | undefined): string {
  return place ? `Row ${place.row}, seat ${place.number}` : `Seat ${seat}`;
}

/** For a sentence that stands alone: "A-3-12 (Stalls, row 3, seat 12)". */
export function fullSeatWords(seat: string, place: SeatPlace | undefined): string {
  return place ? `${seat} (${place.section}, row ${place.row}, seat ${place.number})` : seat;
}

export interface SectionGroup<T> {
  /** Empty where it is not known. */
  section: string;
  seats: T[];
}

/** In the order in which the sections come first. */
export function bySection<T extends { seat: string }>(
  seats: readonly T[],
  places: SeatPlaces,
): SectionGroup<T>[] {
  const groups = new Map<string, T[]>();
  for (const member of seats) {
    const section = places.get(member.seat)?.section ?? "";
    groups.set(section, [...(groups.get(section) ?? []), member]);
  }
  return [...groups].map(([section, members]) => ({ section, seats: members }));
}
