// Contrast of everything that carries meaning, computed as WCAG 2.2 does.
import { describe, expect, it } from "vitest";
import { shareColor } from "./draw-sections";
import { loadHall } from "./hall.fixture";
import { compileLayout } from "./map-layout";
import { contrast, DARK, inkOn, LIGHT, legible, MIN_CONTRAST, mix } from "./palette";

const { colors } = compileLayout(loadHall());

it("computes the contrast of WCAG", () => {
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21);
  expect(contrast("#767676", "#ffffff")).toBeCloseTo(4.54, 2);
  expect(contrast("#0072b2", "#0072b2")).toBe(1);
});

describe.each([
  ["light", LIGHT],
  ["dark", DARK],
])("the %s palette", (_, palette) => {
  it.each([palette.ground, palette.section])("has signs that are seen on %s", (ground) => {
    const { mine, held, sold, focus, conflict, free } = palette;
    for (const color of [mine, held, sold, focus, conflict, free]) {
      expect(contrast(color, ground)).toBeGreaterThanOrEqual(MIN_CONTRAST);
    }
    for (const color of [palette.ink, palette.muted]) {
      expect(contrast(color, ground)).toBeGreaterThanOrEqual(4.5);
    }
    expect(contrast(palette.onMine, mine)).toBeGreaterThanOrEqual(MIN_CONTRAST);
  });

  it("shows every category, whatever its colour is", () => {
    for (const color of [...colors, "#ffffff", "#000000", "#ffff00", "#1d3557", "#808080"]) {
      const seen = legible(color, palette);
      expect(contrast(seen, palette.ground)).toBeGreaterThanOrEqual(MIN_CONTRAST);
      expect(contrast(seen, palette.section)).toBeGreaterThanOrEqual(MIN_CONTRAST);
    }
    expect(legible("url(x)", palette)).toBe(palette.muted);
  });

  it("writes on every section so that it can be read", () => {
    for (let share = 0; share <= 1; share += 0.05) {
      const fill = shareColor(share, palette);
      expect(contrast(inkOn(fill), fill)).toBeGreaterThanOrEqual(4.5);
    }
  });
});

it("leaves a colour that is seen already as it is, and mixes by share", () => {
  expect(legible("#1d3557", LIGHT)).toBe("#1d3557");
  expect(mix("#000000", "#ff8000", 0.5)).toBe("#804000");
  expect(mix("red", "#ffffff", 0.5)).toBe("red");
});
