// How many bytes a visitor fetches before a page works, as they go over the wire, and whether that is
// within the budget. Reads what `npm run build` left in `dist`; fails when a page is over its budget.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const DIST = new URL("../dist", import.meta.url).pathname;
const KB = 1000;

// Scripts only. A public page has 150 KB, and 25 KB more with a map on it. The other pages are counted
// by what they need beyond the one that every visit begins with.
const ENTRY = "index.html";
const BUDGETS = [
  { page: "event list, in all", module: ENTRY, most: 150 },
  {
    page: "seat map, in all",
    module: "src/features/seat-map/event-page.tsx",
    most: 175,
    inAll: true,
  },
  { page: "checkout", module: "src/features/checkout/checkout-page.tsx", most: 15 },
  { page: "order", module: "src/features/orders/order-page.tsx", most: 15 },
  { page: "tickets", module: "src/features/tickets/ticket-list-page.tsx", most: 15 },
  { page: "check-in", module: "src/features/check-in/check-in-page.tsx", most: 15 },
  { page: "dashboard", module: "src/features/dashboard/dashboard-page.tsx", most: 70 },
  { page: "event wizard", module: "src/features/organizer/new-event-page.tsx", most: 45 },
];

const manifest = JSON.parse(readFileSync(join(DIST, ".vite/manifest.json"), "utf8"));
const first = filesOf(ENTRY);
let over = 0;

console.log("page                        gzipped    budget");
for (const { page, module, most, inAll = module === ENTRY } of BUDGETS) {
  const own = [...filesOf(module)].filter((file) => !first.has(file));
  const files = inAll ? [...first, ...own] : own;
  const size =
    files.reduce((sum, file) => sum + gzipSync(readFileSync(join(DIST, file))).length, 0) / KB;
  const fits = size <= most;
  if (!fits) over += 1;
  const sign = inAll ? " " : "+";
  console.log(
    `${page.padEnd(26)} ${sign}${size.toFixed(1).padStart(6)} KB ${String(most).padStart(6)} KB${fits ? "" : "  OVER"}`,
  );
}
const style = first.size && manifest[ENTRY].css?.[0];
if (style)
  console.log(
    `styles ${(gzipSync(readFileSync(join(DIST, style))).length / KB).toFixed(1)} KB, once`,
  );
process.exit(over === 0 ? 0 : 1);

/** The module's script and every script that it imports before it can start. */
function filesOf(module, seen = new Set()) {
  const chunk = manifest[module];
  if (!chunk) throw new Error(`the build has no ${module}`);
  if (seen.has(chunk.file)) return seen;
  seen.add(chunk.file);
  for (const name of chunk.imports ?? []) filesOf(name, seen);
  return seen;
}
