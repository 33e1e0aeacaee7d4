// How coming in looks and reads: in both lights, in both directions, on small and large screens.
// With SHOTS=FOLDER each state is also kept as a picture, to be looked at.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { after, before, test } from "node:test";

import { barriers, launch, person, resize } from "./browser.js";
import { Server } from "./server.js";

const shots = process.env.SHOTS;
if (shots) mkdirSync(shots, { recursive: true });

let server;
let fresh;
let browser;
before(async () => {
  server = await Server.start();
  fresh = await Server.fresh();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
  await fresh?.stop();
});

const LOOKS = [
  { locale: "en-GB", colorScheme: "light" }, { locale: "en-GB", colorScheme: "dark" },
  { locale: "fa-IR", colorScheme: "light" }, { locale: "fa-IR", colorScheme: "dark" },
];

/** Nothing stands in anybody's way, and nothing goes beyond the side of the screen. */
async function looksWell(page, name, within) {
  if (shots) await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true });
  assert.deepEqual(await barriers(page, within), [], name);
  const size = page.viewportSize();
  for (const one of [320, 1440]) {
    await resize(page, { width: one, height: 700 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth
      || [...document.querySelectorAll("dialog[open], :popover-open")]
        .some((element) => element.scrollWidth > element.clientWidth));
    assert.ok(!wide, `${name} goes sideways at ${one}`);
    if (shots && one === 320) {
      await page.screenshot({ path: `${shots}/${name}-320.png`, fullPage: true });
    }
  }
  await resize(page, size);
}

for (const look of LOOKS) {
  const called = `${look.locale.slice(0, 2)}-${look.colorScheme}`;
  test(`every state, ${called}`, async () => {
    const { page, context } = await person(browser, look);
    const ready = () => page.locator("html[data-ready]").waitFor();
    await page.goto(`${fresh.base}/`);
    await page.locator("code").waitFor();
    await looksWell(page, `start-new-${called}`);
    await page.goto(`${fresh.base}/?setup=${fresh.setup}`);
    await ready();
    await page.locator("#first-admin [name=username]").fill("a b");
    await page.locator("[name=password]").fill("password1");
    await page.keyboard.press("Enter");
    await page.locator("[aria-invalid]").nth(1).waitFor();
    await looksWell(page, `start-setup-${called}`);
    await page.goto(`${server.base}/`);
    await ready();
    await looksWell(page, `start-${called}`);
    await page.goto(`${server.base}/amdin`);
    await ready();
    await looksWell(page, `start-nowhere-${called}`);
    const link = async (name, hash, isDrawn = ready) => {
      await page.goto("about:blank");
      await page.goto(`${server.base}/link${hash}`);
      await isDrawn();
      await looksWell(page, `link-${name}-${called}`);
    };
    await link("ask", "");
    await link("useless", "#invitation=1", () => page.locator("main [role=alert]").waitFor());
    await page.route("**/links/check", (route) => route.fulfill({ json: { valid: true } }));
    await link("invitation", "#invitation=1");
    await link("email", "#email=1");

    await page.goto(`${server.base}/admin`);
    await page.locator("[name=login]").fill("admin1");
    await page.locator("[name=password]").fill("not this one");
    await page.keyboard.press("Enter");
    await page.locator(".door .error").filter({ hasText: /./ }).waitFor();
    await looksWell(page, `door-${called}`);
    await page.locator("[name=password]").fill("correct horse");
    await page.keyboard.press("Enter");
    await page.locator(".account-button").click();
    const items = page.locator(".account-list > button");
    await items.first().waitFor();
    await looksWell(page, `menu-${called}`, ".account");
    // The last is the way out.
    const dialogs = ["profile", "password", "sessions"];
    for (const [index, name] of dialogs.entries()) {
      if (!await items.first().isVisible()) await page.locator(".account-button").click();
      await items.nth(await items.count() - dialogs.length - 1 + index).click();
      await page.locator(".sheet").waitFor();
      await looksWell(page, `${name}-${called}`, ".sheet");
      await page.keyboard.press("Escape");
      await page.locator(".sheet").waitFor({ state: "detached" });
    }
    assert.deepEqual(page.complaints.filter((one) => !/status of 4\d\d/.test(one)), []);
    await context.close();
  });
}
