// Two sections with two rows of five seats each, in three categories. For tests only.
//
//   A: row 1 "Front" 40.00, row 2 "Back" 25.00    B: row 1 "Front", row 2 "Box" without a price
import type { Category, EventSummary, Plan } from "../../lib/api/types";
import { Hall } from "./hall";

const CATEGORY: Record<string, string> = { A1: "front", A2: "back", B1: "front", B2: "box" };

/** Seat `B-2-3` is the third of row 2 in section B; A-1-5 and A-2-5 are accessible. */
export function smallPlan(): Plan {
  const seats = ["A", "B"].flatMap((section, block) =>
    ["1", "2"].flatMap((row, line) =>
      ["1", "2", "3", "4", "5"].map((number, place) => ({
        seat: `${section}-${row}-${number}`,
        section,
        row,
        number,
        category: CATEGORY[section + row] ?? "",
        x: block * 200 + place * 20,
        y: line * 20,
        ...(section === "A" && number === "5" && { accessible: true }),
      })),
    ),
  );
  return {
    name: "Small hall",
    seats,
    sections: [
      { id: "A", name: "Stalls" },
      { id: "B", name: "Balcony" },
    ],
    categories: [
      { id: "front", name: "Front", color: "#0072b2" },
      { id: "back", name: "Back", color: "#009e73" },
      { id: "box", name: "Box", color: "#cc79a7" },
    ],
    areas: [],
  };
}

const euros = (amount: number) => ({ amount, currency: "EUR" });

export function smallHall(event: Partial<EventSummary> = {}): Hall {
  const counts = { color: "#0072b2", total: 5, available: 5 };
  const categories: Category[] = [
    { id: "front", name: "Front", price: euros(4000), ...counts },
    { id: "back", name: "Back", price: euros(2500), ...counts },
    { id: "box", name: "Box", price: null, ...counts },
  ];
  const about = { id: "7", name: "A concert", status: "on_sale", max_seats_per_user: 8 };
  return new Hall({ ...about, hold_ttl_s: 600, ...event } as EventSummary, smallPlan(), categories);
}

/** `A-1-1` as the index in the plan. */
export function ordinal(hall: Hall, seat: string): number {
  const found = hall.plan.seats.findIndex((each) => each.seat === seat);
  if (found < 0) throw new Error(`no seat ${seat}`);
  return found;
}
