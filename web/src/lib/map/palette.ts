// The colours of the map in both themes. Must never be the only sign of a state: `seat-shapes.ts`
// gives every state a shape of its own.

export interface Palette {
  /** Behind everything, and under the seats of a section. */
  ground: string;
  section: string;
  line: string;
  ink: string;
  muted: string;
  mine: string;
  onMine: string;
  held: string;
  sold: string;
  /** A section that is all free, seen from far; one that is full is `section`. */
  free: string;
  /** Around the seat of the keyboard or the pointer, and around one that somebody else got. */
  focus: string;
  conflict: string;
}

// Hues from Okabe and Ito's set (blue, bluish green, orange, vermillion), which stay apart for
// colour-blind eyes; lightness per theme, so that each is seen on the ground and on a section.
export const LIGHT: Palette = {
  ground: "#ffffff",
  section: "#f4f2ed",
  line: "#ddd8cd",
  ink: "#1b1a17",
  muted: "#6a655b",
  mine: "#00795a",
  onMine: "#ffffff",
  held: "#b86e00",
  sold: "#857f73",
  free: "#0072b2",
  focus: "#1b1a17",
  conflict: "#c44f00",
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
  sold: "#827d73",
  free: "#4aa8e0",
  focus: "#f4f1ea",
  conflict: "#ff8547",
};

/** WCAG asks for 3:1 between a graphic that carries meaning and what it lies on. */
export const MIN_CONTRAST = 3;

/**
 * The organizer's colour, moved towards black or white just far enough to be seen: a navy category
 * would otherwise vanish in the dark theme. Anything but `#rrggbb` is shown in the muted colour.
 */
export function legible(color: string, { ground, section, ink, muted }: Palette): string {
  if (!parseHex(color)) return muted;
  for (let share = 0; share < 1; share += 0.05) {
    const mixed = mix(color, ink, share);
    if (Math.min(contrast(mixed, ground), contrast(mixed, section)) >= MIN_CONTRAST) return mixed;
  }
  return ink;
}

/** What can be read on any fill: black or white has at least 4.5:1, nothing in between always has. */
export function inkOn(fill: string): string {
  return contrast(fill, "#ffffff") > contrast(fill, "#000000") ? "#ffffff" : "#000000";
}

/** `share` of the second colour, the rest of the first. Both `#rrggbb`, else the first as it is. */
export function mix(from: string, to: string, share: number): string {
  const [a, b] = [parseHex(from), parseHex(to)];
  if (!a || !b) return from;
  const parts = a.map((part, index) => Math.round(part + ((b[index] ?? 0) - part) * share));
  return `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

/** WCAG's contrast ratio of two `#rrggbb` colours, 1 to 21. */
export function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

function luminance(color: string): number {
  const [r = 0, g = 0, b = 0] = (parseHex(color) ?? []).map((part) => {
    const value = part / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function parseHex(color: string): number[] | undefined {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color);
  return match?.slice(1).map((part) => Number.parseInt(part, 16));
}
