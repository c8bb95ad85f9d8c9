// The draft of a new event and its plan while the wizard is open. Kept in this tab; the plan only
// where it can be drawn again.
import { useEffect, useState } from "react";
import { type ChosenPlan, type Draft, emptyDraft, planOfHall } from "./draft";
import { forgetDraft, keepDraft, keepDraftsOf, keptDraft } from "./kept-draft";

export function useDraft(userId: string) {
  const [draft, setDraft] = useState(() => {
    keepDraftsOf(userId);
    return keptDraft(emptyDraft(localZone()));
  });
  const [plan, setPlan] = useState<ChosenPlan | undefined>(
    () => draft.drawn && planOfHall(draft.drawn, draft.details.venue),
  );
  useEffect(() => keepDraft(draft), [draft]);

  return {
    draft,
    plan,
    change: (changes: Partial<Draft>) => setDraft((before) => ({ ...before, ...changes })),
    setPlan,
    startOver: () => {
      forgetDraft();
      setDraft(emptyDraft(localZone()));
      setPlan(undefined);
    },
  };
}

/** Where the organizer sits is the best guess for where the venue is. */
function localZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}
