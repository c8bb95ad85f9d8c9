// Where a list or a page has nothing to show: says why, and what can be done about it.
import type { ReactNode } from "react";

interface Props {
  title: string;
  children?: ReactNode;
  /** A button or a link. */
  action?: ReactNode;
}

export function EmptyState({ title, children, action }: Props) {
  return (
    <div className="rounded-2xl border border-dashed border-edge px-6 py-12 text-center">
      <p className="font-display text-xl font-semibold">{title}</p>
      {children && <div className="mx-auto mt-2 max-w-md text-muted">{children}</div>}
      {action && <div className="mt-5 flex justify-center">{action}</div>}
    </div>
  );
}
