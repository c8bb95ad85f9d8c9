// Light, dark, or as the visitor's system says. Kept in this browser only; plain TypeScript, with the
// one hook that components need. Must never flash: `startTheme` runs before the first drawing.
import { useSyncExternalStore } from "react";

export type ThemeChoice = "system" | "light" | "dark";

const KEY = "frontrow.theme";
const DARK_SYSTEM = "(prefers-color-scheme: dark)";
const listeners = new Set<() => void>();
let choice: ThemeChoice = "system";

export function startTheme(): void {
  const stored = readStored();
  if (stored) apply(stored);
}

export function setTheme(next: ThemeChoice): void {
  apply(next);
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // A browser that keeps nothing forgets the choice with the page; that is all.
  }
}

export function useThemeChoice(): ThemeChoice {
  return useSyncExternalStore(subscribe, () => choice);
}

/** Whether the page is dark right now. */
export function useIsDark(): boolean {
  return useSyncExternalStore(subscribe, isDark);
}

function isDark(): boolean {
  return choice === "system" ? window.matchMedia(DARK_SYSTEM).matches : choice === "dark";
}

function apply(next: ThemeChoice): void {
  choice = next;
  if (next === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  const media = window.matchMedia(DARK_SYSTEM);
  media.addEventListener("change", listener);
  listeners.add(listener);
  return () => {
    media.removeEventListener("change", listener);
    listeners.delete(listener);
  };
}

function readStored(): ThemeChoice | undefined {
  try {
    const stored = localStorage.getItem(KEY);
    return stored === "light" || stored === "dark" ? stored : undefined;
  } catch {
    return undefined;
  }
}
