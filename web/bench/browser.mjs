// Builds the bench's page, serves it on loopback and opens Chromium. Must leave nothing running.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { build } from "vite";
import { FLAGS } from "../e2e/support/stage.mjs";

const root = fileURLToPath(new URL(".", import.meta.url));
export const target = fileURLToPath(new URL("../../target/", import.meta.url));
const built = join(target, "web-bench");
const TYPES = { ".html": "text/html", ".js": "text/javascript" };

const ARGS = [...FLAGS, "--enable-precise-memory-info"];
/** Frames follow each other as fast as they can be drawn, so that a frame's cost can be seen. */
const UNLIMITED = ["--disable-frame-rate-limit", "--disable-gpu-vsync"];

export async function buildPage() {
  const output = { outDir: built, emptyOutDir: true, minify: true };
  await build({ root, base: "./", configFile: false, logLevel: "error", build: output });
}

/** Calls `use` with a base URL while the page is served. */
export async function serving(use) {
  const server = createServer((request, response) => answer(request.url ?? "/", response));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await use(`http://127.0.0.1:${server.address().port}/`);
  } finally {
    server.close();
  }
}

async function answer(url, response) {
  const { pathname } = new URL(url, "http://localhost");
  const file = join(built, normalize(pathname === "/" ? "index.html" : pathname));
  try {
    const body = await readFile(file);
    response.setHeader("content-type", TYPES[extname(file)] ?? "application/octet-stream");
    response.end(body);
  } catch {
    response.statusCode = 404;
    response.end();
  }
}

export function launch({ unlimited = false } = {}) {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: unlimited ? [...ARGS, ...UNLIMITED] : ARGS,
  });
}

/** A fresh page with the bench loaded. Errors on the page end the run. */
export async function openPage(browser, url, options = {}) {
  const viewport = { width: 1280, height: 800 };
  const context = await browser.newContext({ viewport, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  await page.goto(url);
  await page.waitForFunction(() => window.bench !== undefined);
  return { page, errors, close: () => context.close() };
}
