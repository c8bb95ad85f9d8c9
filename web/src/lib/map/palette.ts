// The colours of the map in both themes. Must never be the only sign of a state: `seat-shapes.ts`
// gives every state a shape of its own.

export interface Palette {
  ground: string;
  section: string;
  line: string;
  ink: string;
  muted: string;
  mine: string;
  onMine: string;
  held: string;
  sold: string;
}

// Hues from Okabe and Ito's set, which stays apart for colour-blind eyes; lightness per theme.
export const LIGHT: Palette = {
  ground: "#ffffff",
  section: "#f4f2ed",
  line: "#ddd8cd",
  ink: "#1b1a17",
  muted: "#6a655b",
  mine: "#00795a",
  onMine: "#ffffff",
  held: "#b86e00",
  sold: "#8d877b",
};

export const DARK: Palette = {
  ground: "#1a1916",
  section: "#23211d",
  line: "#38352f",
  ink: "#f4f1ea",
  muted: "#a8a297",
  mine: "#2bb48a",
  onMine: "#06251b",
  held: "#f0a63a",
  sold: "#7f7a70",
};

/** WCAG asks for 3:1 between a graphic that carries meaning and what it lies on. */
const MIN_CONTRAST = 3;

/**
 * The organizer's colour, moved towards black or white just far enough to be seen: a navy category
 * would otherwise vanish in the dark theme. Anything but `#rrggbb` is shown in the muted colour.
 */
export function legible(color: string, { ground, ink, muted }: Palette): string {
  const from = parseHex(color);
  const to = parseHex(ink);
  const below = parseHex(ground);
  if (!from || !to || !below) return muted;
  for (let share = 0; share < 1; share += 0.1) {
    const mixed = from.map((part, index) => part + ((to[index] ?? 0) - part) * share);
    if (contrast(mixed, below) >= MIN_CONTRAST) return toHex(mixed);
  }
  return ink;
}

function parseHex(color: string): number[] | undefined {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color);
  return match?.slice(1).map((part) => Number.parseInt(part, 16));
}

function toHex(rgb: number[]): string {
  return `#${rgb.map((part) => Math.round(part).toString(16).padStart(2, "0")).join("")}`;
}

export function contrast(a: number[], b: number[]): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

function luminance(rgb: number[]): number {
  const [r = 0, g = 0, b = 0] = rgb.map((part) => {
    const value = part / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
