// The small signs beside words: the map's shapes for the states of seats, and one sign for every
// state of the line. All are decoration; the word next to them says the same.
import type { ReactNode } from "react";

export type SeatMarkName = "sold" | "held" | "available" | "blocked";

const SEAT_MARKS: Record<SeatMarkName, { color: string; shape: ReactNode }> = {
  available: { color: "text-data-free", shape: <circle cx="8" cy="8" r="6" fill="currentColor" /> },
  held: {
    color: "text-data-held",
    shape: (
      <>
        <circle cx="8" cy="8" r="5.2" fill="none" stroke="currentColor" strokeWidth="2" />
        <circle cx="8" cy="8" r="1.9" fill="currentColor" />
      </>
    ),
  },
  sold: {
    color: "text-data-sold",
    shape: <path d="M4 4l8 8M12 4l-8 8" stroke="currentColor" strokeWidth="2.2" />,
  },
  blocked: {
    color: "text-data-blocked",
    shape: <rect x="2.5" y="6.4" width="11" height="3.2" fill="currentColor" />,
  },
};

/** `plain`: the shape alone, where colours mean something else. */
export function SeatMark({ name, plain = false }: { name: SeatMarkName; plain?: boolean }) {
  const { color, shape } = SEAT_MARKS[name];
  return <Sign className={plain ? "text-muted" : color}>{shape}</Sign>;
}

export type SignName = "live" | "stale" | "reconnecting" | "paused" | "good" | "warning" | "alarm";

const SHAPES: Record<SignName, ReactNode> = {
  live: <circle cx="8" cy="8" r="5" fill="currentColor" />,
  stale: (
    <>
      <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeWidth="1.8" />
      <path d="M8 4.5V8l2.5 2" fill="none" stroke="currentColor" strokeWidth="1.8" />
    </>
  ),
  reconnecting: (
    <path
      d="M13 8a5 5 0 1 1-1.6-3.7M13 2.2v2.9h-2.9"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
    />
  ),
  paused: <path d="M5.5 3.5v9M10.5 3.5v9" stroke="currentColor" strokeWidth="2.6" />,
  good: <path d="M3 8.5l3.3 3.3L13 5" fill="none" stroke="currentColor" strokeWidth="2" />,
  warning: (
    <>
      <path d="M8 2.2l6.3 11.3H1.7z" fill="none" stroke="currentColor" strokeWidth="1.6" />
      <path d="M8 6.2v3.6M8 11v1.3" stroke="currentColor" strokeWidth="1.6" />
    </>
  ),
  alarm: (
    <>
      <path d="M5 1.5h6L14.5 5v6L11 14.5H5L1.5 11V5z" fill="currentColor" />
      <path
        d="M8 4.4v4.4M8 10.4v1.6"
        stroke="var(--mark-ground, var(--color-surface))"
        strokeWidth="1.8"
      />
    </>
  ),
};

export function Mark({ name, className = "" }: { name: SignName; className?: string }) {
  return <Sign className={className}>{SHAPES[name]}</Sign>;
}

function Sign({ className, children }: { className: string; children: ReactNode }) {
  return (
    <svg aria-hidden="true" viewBox="0 0 16 16" className={`size-4 shrink-0 ${className}`}>
      {children}
    </svg>
  );
}
