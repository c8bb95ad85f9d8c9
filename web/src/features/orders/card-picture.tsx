// A picture of the chosen card. Decoration only: everything on it is said in the choice below.
import type { TestCard } from "./test-cards";

export function CardPicture({ card, holder }: { card: TestCard; holder: string }) {
  return (
    <div
      aria-hidden
      className="mx-auto flex aspect-[1.586] w-full max-w-[20rem] flex-col justify-between overflow-hidden rounded-2xl bg-stage p-5 text-on-stage shadow-card"
    >
      <div className="flex items-start justify-between">
        <span className="font-display text-lg font-bold tracking-tight">Frontrow test</span>
        <span className="mt-0.5 h-7 w-9 rounded-md bg-linear-to-br from-[#e8cf8e] to-[#a98538]" />
      </div>
      <span className="font-display text-xl tracking-[0.12em] whitespace-nowrap tabular-nums">
        •••• •••• •••• {card.digits}
      </span>
      <span className="flex items-end justify-between gap-4 text-xs">
        <span className="min-w-0">
          <span className="block opacity-70">Name</span>
          <span className="block truncate text-sm">{holder}</span>
        </span>
        <span className="shrink-0">
          <span className="block opacity-70">Valid to</span>
          <span className="block text-sm tabular-nums">12 / 40</span>
        </span>
      </span>
    </div>
  );
}
