// The map's colours for the theme the visitor's system asks for, now and when it changes.
import { useSyncExternalStore } from "react";
import { DARK, LIGHT, type Palette } from "../../lib/map/palette";

const query = "(prefers-color-scheme: dark)";

function subscribe(listener: () => void): () => void {
  const media = window.matchMedia(query);
  media.addEventListener("change", listener);
  return () => media.removeEventListener("change", listener);
}

export function usePalette(): Palette {
  const dark = useSyncExternalStore(subscribe, () => window.matchMedia(query).matches);
  return dark ? DARK : LIGHT;
}
