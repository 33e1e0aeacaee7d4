// A browser as people have it, that takes note of whatever goes wrong in a page.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import { chromium } from "playwright-core";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** How long a page may take for what it is asked, on a machine that has other things to do. */
const PATIENCE_MS = 30_000;

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
}

/** Somebody with a browser of his own. `page.complaints` is what its console says is wrong. */
export async function person(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 900, height: 700 }, ...options });
  const close = context.close.bind(context);
  context.close = async () => {
    await Promise.all(context.pages().map(rests));
    await close();
  };
  return { context, page: await watched(context) };
}

/** Takes a page from where it is, or is going: one told to close on its way may never do so. */
async function rests(page) {
  for (let turn = 0; turn < 3 && page.url() !== "about:blank"; turn += 1) {
    // Where it was going, or an earlier turn, may come between.
    await page.goto("about:blank").catch(() => null);
  }
}

/** A page whose complaints are kept. What a page of a test asks for in vain is none. */
export async function watched(context) {
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  page.complaints = [];
  page.on("console", (message) => {
    const lost = /net::ERR_|WebSocket connection|502 \(Bad Gateway\)/.test(message.text());
    // The address of what failed is not in the text.
    const { url } = message.location();
    if (message.type() === "error" && !lost) page.complaints.push(`${message.text()} ${url}`);
  });
  page.on("pageerror", (error) => page.complaints.push(String(error)));
  return page;
}

/** What the server says to this page from now on, and `isLost` chooses, does not arrive. */
export const losing = (page, isLost) => page.routeWebSocket(/\/ws$/, (near) => {
  const far = near.connectToServer();
  far.onMessage((frame) => isLost(JSON.parse(frame)) || near.send(frame));
});

/** Another size of the window, at which the page has drawn itself. */
export async function resize(page, size) {
  await page.setViewportSize(size);
  await page.evaluate(() => new Promise((done) =>
    requestAnimationFrame(() => requestAnimationFrame(done))));
}

export const field = (page) => page.locator("#text");
export const button = (page, name) => page.getByRole("button", { name, exact: true });

/** Writes a message and sends it. */
export async function write(page, text) {
  await field(page).fill(text);
  await field(page).press("Enter");
}

/** The texts of the messages as they stand in the log. */
export const texts = (page) => page.locator(".log > .rows:not(.pending) .said").allTextContents();

/** What is wrong with a page, or a part of it, for who cannot see, or uses no mouse. */
export async function barriers(page, within = "html") {
  // The page's policy forbids scripts of others; the browser's own tools are none.
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(([part, tags]) => globalThis.axe.run(part, {
    runOnly: { type: "tag", values: tags },
  }), [within, WCAG]);
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0].target} ${nodes[0].failureSummary}`);
}
