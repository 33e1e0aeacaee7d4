// How the chat looks and reads: in both lights, in both directions, on small and large screens.
// With SHOTS=FOLDER each state is also kept as a picture, to be looked at.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { after, before, test } from "node:test";

import { barriers, field, launch, person, resize, write } from "./browser.js";
import { Server } from "./server.js";

const shots = process.env.SHOTS;
if (shots) mkdirSync(shots, { recursive: true });

let server;
let browser;
before(async () => {
  server = await Server.start();
  browser = await launch();
  await server.ask("POST", "/queues", server.admin, { name: "Sales & Verkauf" });
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const LOOKS = [
  { locale: "en-GB", colorScheme: "light" }, { locale: "en-GB", colorScheme: "dark" },
  { locale: "fa-IR", colorScheme: "light" }, { locale: "fa-IR", colorScheme: "dark" },
];

/** Nothing stands in anybody's way, and nothing goes beyond the side of the screen. */
async function looksWell(page, name) {
  if (shots) await page.screenshot({ path: `${shots}/${name}.png` });
  assert.deepEqual(await barriers(page), [], name);
  const { width } = page.viewportSize();
  for (const one of [320, 480, 1280, 1920]) {
    await resize(page, { width: one, height: 700 });
    const wide = await page.evaluate(() => [...document.querySelectorAll("body *")]
      .filter((element) => !element.closest(".unseen, [popover]:not(:popover-open)"))
      .filter((element) => {
        const { left, right, width: has } = element.getBoundingClientRect();
        return has > 0 && (left < -1 || right > innerWidth + 1);
      }).map((element) => element.className || element.tagName));
    assert.deepEqual(wide, [], `${name} at ${one}`);
    if (shots && one === 320) await page.screenshot({ path: `${shots}/${name}-320.png` });
  }
  await resize(page, { width, height: 700 });
}

for (const look of LOOKS) {
  const called = `${look.locale.slice(0, 2)}-${look.colorScheme}`;
  test(`every state, ${called}`, async () => {
    const { page, context } = await person(browser, look);
    const heading = (pattern) => page.locator(".card h2, .card .say").filter({ hasText: pattern });
    await page.goto(`${server.base}/chat`);
    await page.locator(".card h2").waitFor();
    await looksWell(page, `welcome-${called}`);
    await write(page, "تست فارسی و English با هم: where is my parcel?");
    await page.locator(".rows:not(.pending) .mine").waitFor();
    await heading(/next|بعدی/).first().waitFor();
    await looksWell(page, `waiting-${called}`);

    const rep = await server.rep("Mina Karimi", 1);
    const id = await rep.assigned();
    rep.message(id, "It is next door: Averylongwordthatdoesnotbreakbyitself".repeat(3));
    rep.message(id, "سلام، بسته شما رسیده است.");
    await page.locator(".theirs").nth(1).waitFor();
    rep.say({ type: "typing", conversation: id, on: true });
    await page.locator("input[type=file]").setInputFiles([{ name: "a very long name of a file.txt",
      mimeType: "text/plain", buffer: Buffer.from("words") }]);
    await page.locator(".tray li").waitFor();
    await looksWell(page, `active-${called}`);
    await page.locator("header .round[aria-controls=menu]").click();
    await page.locator(".menu select").first().waitFor();
    await looksWell(page, `menu-${called}`);
    await page.keyboard.press("Escape");

    await page.locator(".own button").first().click();
    await page.locator(".own span button").nth(1).waitFor();
    await looksWell(page, `own-${called}`);
    await page.locator(".own span button").first().click();
    await page.locator(".editing textarea").waitFor();
    await looksWell(page, `change-${called}`);
    await page.keyboard.press("Escape");

    await context.setOffline(true);
    await page.locator(".banner[data-state=offline]").waitFor();
    await write(page, "Written on the train");
    await page.locator(".pending .mine").waitFor();
    await looksWell(page, `offline-${called}`);
    await context.setOffline(false);
    await page.locator(".pending .mine").waitFor({ state: "detached" });

    rep.say({ type: "close", conversation: id, resolution: "resolved", ref: "c" });
    await page.locator(".card[data-state=closed]").waitFor();
    await looksWell(page, `closed-${called}`);
    await page.locator("header .round").first().click();
    await page.locator(".earlier button").first().waitFor();
    await looksWell(page, `earlier-${called}`);
    await page.keyboard.press("Escape");
    await page.locator("header .round[aria-controls=menu]").click();
    await page.locator(".menu > button").filter({ hasText: /Sign in|ورود/ }).click();
    await page.locator(".sign-in input").first().waitFor();
    await looksWell(page, `sign-in-${called}`);
    assert.deepEqual(page.complaints, []);
    rep.go();
    await context.close();
  });
}

test("nothing moves for who wants that, and borders are there in forced colours", async () => {
  const { page, context } = await person(browser, { reducedMotion: "reduce",
    forcedColors: "active" });
  await page.goto(`${server.base}/chat`);
  await field(page).waitFor();
  const found = await page.evaluate(() => ({
    moving: document.getAnimations().length,
    borders: [...document.querySelectorAll("#text, .send")]
      .map((one) => getComputedStyle(one).borderTopStyle),
  }));
  assert.deepEqual(found, { moving: 0, borders: ["solid", "solid"] });
  await context.close();
});

test("a text of twice the size still fits, and can be read to its end", async () => {
  const { page, context } = await person(browser, { viewport: { width: 640, height: 512 } });
  await page.goto(`${server.base}/chat`);
  await field(page).waitFor();
  await page.evaluate(() => { document.documentElement.style.fontSize = "200%"; });
  await page.addStyleTag({ content: "body { font-size: 30px !important }" }).catch(() => {});
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  assert.ok(await field(page).isVisible());
  await context.close();
});
