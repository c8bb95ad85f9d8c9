// What `npm run bench -- --check` holds the map to. Ratios to the fixed loop, because CI machines
// differ; about three times what an idle machine measures, because they are also busy. A map that
// draws every seat with a call of its own, or everything for every change, is far beyond them.

const RATIO_LIMITS = {
  "compile layout": 60,
  "first paint": 110,
  "pan, whole venue": 4,
  "pan, all dots": 4.5,
  "pan, shapes": 4,
  "pan, numbers": 4.5,
  "zoom sweep": 5,
  "17 changes, dots": 1.8,
  "17 changes, shapes": 1.5,
  "1000 changes, dots": 4,
  "1000 changes, shapes": 3.5,
};
/** Of all frames of a 60 Hz screen, while a thousand seats change in a second. */
const DROPPED_SHARE = 0.1;
const STEADY_RATIO = 1.5;

/** A line for every limit that is broken. */
export function brokenLimits(rows) {
  const checked = new Set(rows.map(({ name }) => name));
  const missing = Object.keys(RATIO_LIMITS).filter((name) => !checked.has(name));
  return [
    ...missing.map((name) => `${name}: was not measured`),
    ...rows.flatMap((row) => [overRatio(row), overSteady(row)].filter(Boolean)),
  ];
}

function overRatio({ name, median_ms, loop_ms }) {
  const limit = RATIO_LIMITS[name];
  const ratio = median_ms / loop_ms;
  return limit !== undefined && !(ratio <= limit) && `${name}: ${ratio.toFixed(2)}, not ${limit}`;
}

function overSteady({ name, frames, dropped, js_p95_ms, loop_ms }) {
  if (frames === undefined) return false;
  const share = dropped / (frames + dropped);
  if (share > DROPPED_SHARE) return `${name}: ${dropped} frames of ${frames + dropped} dropped`;
  const ratio = js_p95_ms / loop_ms;
  return ratio > STEADY_RATIO && `${name}: ${ratio.toFixed(2)}, not ${STEADY_RATIO}`;
}
