// What every journey stands on: one browser, pages that report their errors, people who can sign in,
// and a place for pictures. Must never know a page of the product; that is the journeys' part.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { Api } from "./api.mjs";

/** What Chromium needs where there is no screen and no network. */
export const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export const DESKTOP = { viewport: { width: 1280, height: 800 } };
export const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
export const NARROW = { viewport: { width: 320, height: 640 }, hasTouch: true };

const VIOLATED = "content policy violated";

export async function openStage(env = process.env) {
  const urls = (env.FRONTROW_URL ?? "http://127.0.0.1:8080").split(",");
  const shots = env.FRONTROW_SHOTS;
  if (shots) await mkdir(shots, { recursive: true });
  const people = {
    buyers: accounts(env.FRONTROW_BUYERS),
    organizer: accounts(env.FRONTROW_ORGANIZER)[0],
    admin: accounts(env.FRONTROW_ADMIN)[0],
  };
  assert(people.buyers.length === 2, "FRONTROW_BUYERS needs two of email:password");
  assert(people.organizer && people.admin, "FRONTROW_ORGANIZER and FRONTROW_ADMIN are needed");
  const executablePath = env.CHROMIUM ?? "/usr/bin/chromium";
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  const pageErrors = [];

  async function openPage(baseURL = urls[0], options = DESKTOP) {
    const context = await browser.newContext({ baseURL, ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    page.on("pageerror", (error) => pageErrors.push(`${page.url()}: ${error}`));
    await context.addInitScript(tellViolations);
    page.on("console", (line) => {
      if (line.text().startsWith(VIOLATED)) pageErrors.push(`${page.url()}: ${line.text()}`);
    });
    return page;
  }

  return {
    urls,
    people,
    pageErrors,
    openPage,
    browser,
    /** An API client of somebody; with two servers it asks the last one. */
    api: (account) => Api.signIn(urls.at(-1), account),
    newBuyer: () => Api.register(urls.at(-1)),
    async shot(page, name) {
      if (shots) await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
    },
    close: () => browser.close(),
  };
}

/** Runs in every page, before anything of its own: what the content policy forbids is an error of ours. */
function tellViolations() {
  addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI, sourceFile }) => {
    console.error(`content policy violated: ${effectiveDirective} ${blockedURI} in ${sourceFile}`);
  });
}

/** `email:password,...`; a password may contain colons. */
function accounts(list = "") {
  return list
    .split(",")
    .filter(Boolean)
    .map((account) => {
      const colon = account.indexOf(":");
      return { email: account.slice(0, colon), password: account.slice(colon + 1) };
    });
}
