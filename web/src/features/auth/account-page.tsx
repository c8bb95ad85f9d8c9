// The frame of the pages that mails lead to: one narrow column, one heading that takes the focus.
import type { ReactNode } from "react";
import { FocusedHeading } from "../../components/focused-heading";

export function AccountPage({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="mx-auto max-w-md space-y-4 rounded-2xl border border-line bg-surface p-5 shadow-card sm:my-6 sm:p-8">
      <title>{`${title} – Frontrow`}</title>
      <FocusedHeading>{title}</FocusedHeading>
      {children}
    </div>
  );
}
