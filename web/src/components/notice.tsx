// A sentence that stands out from the page: something is wrong, or missing, or waiting.
import type { ReactNode } from "react";

const TONES = {
  info: "border-line",
  warning: "border-warning",
  danger: "border-danger",
};

interface Props {
  tone?: keyof typeof TONES;
  children: ReactNode;
}

export function Notice({ tone = "info", children }: Props) {
  return (
    <div className={`rounded-lg border bg-surface px-4 py-3 text-sm ${TONES[tone]}`}>
      {children}
    </div>
  );
}
