// The journeys of the web product in a real browser against a running stack, one after the other.
// Without names all of them; `npm run e2e -- purchase keyboard` only those.
//
//   FRONTROW_URL        one or two base URLs, comma separated: a second browser uses the last one
//   FRONTROW_BUYERS     email:password,email:password
//   FRONTROW_ORGANIZER  email:password
//   FRONTROW_ADMIN      email:password
//   FRONTROW_SHOTS      a folder for screenshots (none are taken without it)
//   CHROMIUM            the browser, default /usr/bin/chromium
import assert from "node:assert/strict";
import { accessibility } from "./journeys/accessibility.mjs";
import { checkout } from "./journeys/checkout.mjs";
import { contentPolicy } from "./journeys/content-policy.mjs";
import { interruptions } from "./journeys/interruptions.mjs";
import { keyboard } from "./journeys/keyboard.mjs";
import { organizer } from "./journeys/organizer.mjs";
import { twoBrowsers } from "./journeys/two-browsers.mjs";
import { createChecks } from "./support/checks.mjs";
import { openStage } from "./support/stage.mjs";

const journeys = {
  twoBrowsers,
  checkout,
  keyboard,
  interruptions,
  organizer,
  accessibility,
  contentPolicy,
};
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in journeys));
assert(unknown.length === 0, `there is no journey ${unknown}; there are ${Object.keys(journeys)}`);

const { check, finish } = createChecks();
const stage = await openStage();
try {
  for (const [name, journey] of Object.entries(journeys)) {
    if (wanted.length === 0 || wanted.includes(name)) await journey(stage, check);
  }
  await check("no page reported an error", async () => assert.deepEqual(stage.pageErrors, []));
} finally {
  await stage.close();
}
process.exit(finish());
