// The map's colours for the theme the page is shown in, now and when it changes.
import { useIsDark } from "../theme";
import { DARK, LIGHT, type Palette } from "./palette";

export function usePalette(): Palette {
  return useIsDark() ? DARK : LIGHT;
}
