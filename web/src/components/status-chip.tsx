// The state of an event in a word.
import type { EventStatus } from "../lib/api/types";

const WORDS: Record<EventStatus, string> = {
  generating: "Being prepared",
  failed: "Failed",
  draft: "Draft",
  on_sale: "On sale",
  closed: "Sale closed",
  cancelled: "Cancelled",
};

export function StatusChip({ status }: { status: EventStatus }) {
  const tone = status === "on_sale" ? "border-accent text-accent" : "border-line text-muted";
  return (
    <span
      className={`inline-block rounded-full border px-2.5 py-0.5 text-xs font-medium whitespace-nowrap ${tone}`}
    >
      {WORDS[status] ?? status}
    </span>
  );
}
