// Whether a media query holds, now and when it changes. For what cannot be said in CSS: which of two
// elements is in the page at all.
import { useSyncExternalStore } from "react";

export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (listener) => {
      const media = window.matchMedia(query);
      media.addEventListener("change", listener);
      return () => media.removeEventListener("change", listener);
    },
    () => window.matchMedia(query).matches,
    () => false,
  );
}

/** Room for a panel beside the map. */
export const WIDE = "(min-width: 64rem)";
