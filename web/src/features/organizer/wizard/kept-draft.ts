// Keeps the draft of a new event in this tab, so that a reload loses nothing that was typed. Must
// never throw: a browser that keeps nothing only forgets. Must never show one account's draft to another.
import type { Draft } from "./draft";

const DRAFT = "frontrow.new-event";
const KEY = "frontrow.new-event-key";
const OWNER = "frontrow.new-event-owner";

/** Whose drafts are kept from now on; what somebody else left in this tab is forgotten. */
export function keepDraftsOf(userId: string): void {
  if (read<string>(OWNER) === userId) return;
  forgetDraft();
  write(OWNER, userId);
}

/** The draft of before, over a fresh one: fields that are new since then have their usual value. */
export function keptDraft(fresh: Draft): Draft {
  const kept = read<Partial<Draft>>(DRAFT);
  if (!kept) return fresh;
  return {
    ...fresh,
    ...kept,
    details: { ...fresh.details, ...kept.details },
    hall: { ...fresh.hall, ...kept.hall },
    sale: { ...fresh.sale, ...kept.sale },
  };
}

export const keepDraft = (draft: Draft) => write(DRAFT, draft);

/** The key of the wish that was sent last: its answer may have been lost with the page. */
export const keptKey = () => read<{ wish: string; key: string }>(KEY);

export const keepKey = (wish: string, key: string) => write(KEY, { wish, key });

export function forgetDraft(): void {
  try {
    sessionStorage.removeItem(DRAFT);
    sessionStorage.removeItem(KEY);
  } catch {
    // Nothing was kept.
  }
}

function read<T>(name: string): T | undefined {
  try {
    const text = sessionStorage.getItem(name);
    return text ? (JSON.parse(text) as T) : undefined;
  } catch {
    return undefined;
  }
}

function write(name: string, value: unknown): void {
  try {
    sessionStorage.setItem(name, JSON.stringify(value));
  } catch {
    // Storage is off or full; the draft lives as long as the page.
  }
}
