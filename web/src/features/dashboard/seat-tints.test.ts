// Colours by age and by how busy a section is: in steps, and to be seen in both themes.
import { describe, expect, it } from "vitest";
import type { SectionStats } from "../../lib/admin-live/admin-frames";
import type { HoldRow } from "../../lib/admin-live/hold-book";
import { contrast, DARK, LIGHT } from "../../lib/map/palette";
import { ageColor, ageStep, DARK_TINTS, LIGHT_TINTS, sectionHeat } from "./seat-tints";

const TTL_MS = 600_000;
const MINUTE_MS = 60_000;

describe("the age of a hold", () => {
  it("goes through five steps of the event's own time to hold", () => {
    const minutes = [0, 0.9, 1, 2.9, 3, 4.9, 5, 9.9, 10, 29];
    const steps = minutes.map((minute) => ageStep(minute * MINUTE_MS, TTL_MS));
    expect(steps).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 4, 4]);
    expect(ageStep(30_000, 30_000)).toBe(4);
  });

  it("is a colour of the theme, and none where nobody knows the age", () => {
    const row = { heldSince: 0 } as HoldRow;
    expect(ageColor(row, 0, TTL_MS, LIGHT_TINTS)).toBe(LIGHT_TINTS.ages[0]);
    expect(ageColor(row, TTL_MS, TTL_MS, DARK_TINTS)).toBe(DARK_TINTS.ages[4]);
    const unknown = { heldSince: undefined } as HoldRow;
    expect(ageColor(unknown, TTL_MS, TTL_MS, LIGHT_TINTS)).toBeUndefined();
  });
});

describe("the heat of sections", () => {
  const section = (id: string, holds_last_minute: number) =>
    ({ id, holds_last_minute }) as SectionStats;

  it("is measured against the busiest one", () => {
    const heat = sectionHeat([section("a", 0), section("b", 1), section("c", 40)], LIGHT_TINTS);
    expect([...heat.values()]).toEqual([
      LIGHT_TINTS.heat[0],
      LIGHT_TINTS.heat[1],
      LIGHT_TINTS.heat[4],
    ]);
  });

  it("is quiet everywhere when nothing happens", () => {
    const heat = sectionHeat([section("a", 0), section("b", 0)], DARK_TINTS);
    expect(new Set(heat.values())).toEqual(new Set([DARK_TINTS.heat[0]]));
  });
});

describe.each([
  ["light", LIGHT_TINTS, LIGHT],
  ["dark", DARK_TINTS, DARK],
] as const)("the colours of the %s theme", (_name, tints, palette) => {
  it("have 3:1 on the ground and on a section", () => {
    for (const color of [...tints.ages, ...tints.heat, tints.free, tints.selected]) {
      expect(contrast(color, palette.ground), color).toBeGreaterThanOrEqual(3);
      expect(contrast(color, palette.section), color).toBeGreaterThanOrEqual(3);
    }
  });

  it("grow apart in lightness from step to step, for eyes that see no hues", () => {
    for (const ramp of [tints.ages, tints.heat]) {
      const distances = ramp.map((color) => contrast(color, palette.ground));
      expect(distances).toEqual([...distances].sort((a, b) => a - b));
      const steps = distances.slice(1).map((distance, at) => distance / (distances[at] ?? 1));
      expect(Math.min(...steps)).toBeGreaterThan(1.2);
    }
  });
});
