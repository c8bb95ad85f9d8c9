// The place of something that is on its way. Keeps the page from jumping when it comes.
interface Props {
  /** Tailwind classes for size. */
  className?: string;
}

export function Skeleton({ className = "h-4 w-full" }: Props) {
  return (
    <span
      aria-hidden
      className={`block rounded-lg bg-sunken motion-safe:animate-pulse ${className}`}
    />
  );
}

/** Lines of text on their way, with the word for those who cannot see them. */
export function LoadingLines({
  lines = 3,
  label = "Loading…",
}: {
  lines?: number;
  label?: string;
}) {
  const widths = Array.from({ length: lines }, (_, line) => `${90 - ((line * 17) % 40)}%`);
  return (
    <div role="status" className="space-y-3">
      <span className="sr-only">{label}</span>
      {widths.map((width, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines are all alike and never move
        <span key={line} aria-hidden className="block" style={{ width }}>
          <Skeleton className="h-5 w-full" />
        </span>
      ))}
    </div>
  );
}
