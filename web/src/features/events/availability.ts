// How much of an event is left, in words and as a share. Pure.
import type { EventSummary, Money } from "../../lib/api/types";
import { formatCount } from "../../lib/format/format";

export interface Availability {
  words: string;
  /** What deserves a mark of its own. */
  mark: "sold_out" | "few_left" | undefined;
  /** 0 to 1; undefined while nobody knows. */
  freeShare: number | undefined;
}

const FEW_SHARE = 0.1;
const FEW_SEATS = 10;

type Counted = Pick<EventSummary, "counts" | "seats_total">;

export function availability({ counts, seats_total: total }: Counted): Availability {
  if (!counts || total === 0) {
    return { words: `${formatCount(total)} seats`, mark: undefined, freeShare: undefined };
  }
  const { available, held } = counts;
  const freeShare = available / total;
  if (available === 0) {
    const words = held > 0 ? `All taken, ${formatCount(held)} may come back` : "No seats left";
    return { words, mark: held > 0 ? "few_left" : "sold_out", freeShare };
  }
  const few = available <= FEW_SEATS || freeShare <= FEW_SHARE;
  const words = `${formatCount(available)} of ${formatCount(total)} free`;
  return { words, mark: few ? "few_left" : undefined, freeShare };
}

/** The lowest price; undefined where no category has one. */
export function lowestPrice({
  prices,
  currency,
}: Pick<EventSummary, "prices" | "currency">): Money | undefined {
  const amounts = Object.values(prices ?? {});
  if (amounts.length === 0) return undefined;
  return { amount: Math.min(...amounts), currency };
}
