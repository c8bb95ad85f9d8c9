// A sentence that stands out from the page: something is wrong, or missing, or waiting.
import type { ReactNode } from "react";

const TONES = {
  info: "border-line bg-surface",
  good: "border-accent bg-accent-soft",
  warning: "border-warning bg-warning-soft",
  danger: "border-danger bg-danger-soft",
};

interface Props {
  tone?: keyof typeof TONES;
  children: ReactNode;
}

export function Notice({ tone = "info", children }: Props) {
  return <div className={`rounded-xl border px-4 py-3 text-sm ${TONES[tone]}`}>{children}</div>;
}
