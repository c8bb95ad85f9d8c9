// A sheet of paper on the table: groups what belongs together under one heading.
import { type ReactNode, useId } from "react";

interface Props {
  title?: ReactNode;
  /** Beside the title, at the right end. */
  aside?: ReactNode;
  children: ReactNode;
  className?: string;
  testId?: string;
}

export function Card({ title, aside, children, className = "", testId }: Props) {
  const id = useId();
  const head = title !== undefined;
  return (
    <section
      aria-labelledby={head ? id : undefined}
      data-testid={testId}
      className={`rounded-2xl border border-line bg-surface p-5 shadow-card ${className}`}
    >
      {head && (
        <div className="mb-3 flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
          <h2 id={id} className="min-w-0 text-base font-semibold wrap-anywhere">
            {title}
          </h2>
          {aside}
        </div>
      )}
      {children}
    </section>
  );
}
