// How the console looks and reads: in both lights, in both directions, on small and large screens.
// With SHOTS=FOLDER each screen is also kept as a picture, to be looked at.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { before, test } from "node:test";

import { barriers, field, resize } from "./browser.js";
import { account, Office, pick, rows, titled, wants } from "./console.js";

const shots = process.env.SHOTS;
if (shots) mkdirSync(shots, { recursive: true });

const office = new Office();
let server;
let queues;
before(async () => {
  ({ server, queues } = await office.open());
});

const LOOKS = [
  { locale: "en-GB", colorScheme: "light" }, { locale: "en-GB", colorScheme: "dark" },
  { locale: "fa-IR", colorScheme: "light" }, { locale: "fa-IR", colorScheme: "dark" },
];

/** What goes beyond a side of the screen; of a name that is cut off, the rest is not to be seen. */
const tooWide = (page) => page.evaluate(() => [...document.querySelectorAll("body *")]
  .filter((element) => element.checkVisibility()
    && !element.closest(".unseen, .find span, .canned span")
    && !element.parentElement.closest(".title, .last, .pick .about, h2"))
  .filter((element) => {
    const { left, right, width } = element.getBoundingClientRect();
    return width > 0 && (left < -1 || right > innerWidth + 1);
  }).map((element) => element.className || element.tagName));

/** Nothing stands in anybody's way, and nothing goes beyond the side of the screen. */
async function looksWell(page, name) {
  for (const width of [320, 720, 1440]) {
    await resize(page, { width, height: 760 });
    assert.deepEqual(await tooWide(page), [], `${name} at ${width}`);
    if (shots) await page.screenshot({ path: `${shots}/${name}-${width}.png` });
    // What is the same in both is looked at in one.
    const isOther = width === 320 && /^(offer|talk|panel|waiting)/.test(name);
    if (width < 1440 && !isOther) continue;
    assert.deepEqual(await barriers(page), [], `${name} at ${width}`);
  }
}

/** How far from where its line begins each name does, whichever way either runs. */
const indents = (page) => page.locator(".pick .top:visible").evaluateAll((lines) =>
  lines.map((line) => {
    const [top, name] = [line, line.querySelector(".title")].map((one) =>
      one.getBoundingClientRect());
    const isRtl = document.documentElement.dir === "rtl";
    return Math.round(isRtl ? top.right - name.right : name.left - top.left);
  }));

async function closeDialog(page) {
  await page.keyboard.press("Escape");
  await page.locator("dialog").waitFor({ state: "detached" });
}

for (const look of LOOKS) {
  const called = `${look.locale.slice(0, 2)}-${look.colorScheme}`;
  test(`every screen, ${called}`, async () => {
    const rep = await account(server, "Mina Karimi", { queues: [queues.offers.id,
      queues.manual.id], capacity: 3 });
    const page = await office.at(rep, look);
    await page.locator(".empty p").first().waitFor();
    await looksWell(page, `empty-${called}`);
    await wants(page, server, rep, "available");
    const sara = await office.customer("Sara Ahmadi");
    const long = "Averylongwordthatdoesnotbreakbyitself".repeat(4);
    await sara.opens(`تست فارسی و English با هم: ${long}`, queues.offers.id);
    await page.locator(".offer").waitFor();
    await looksWell(page, `offer-${called}`);
    await page.locator("[data-answer=accept]").click();
    await titled(page, "Sara Ahmadi");
    await field(page).fill("Hello! Look at https://example.com/help, please.");
    await page.locator(".send-text").click();
    await page.locator(".mine .said a").waitFor();
    await page.locator(".mode").click();
    await field(page).fill("She has called before.");
    await page.locator(".send-text").click();
    await page.locator(".remark .said").waitFor();
    const lev = await office.customer("Лев Орлов с очень длинным именем, которое не помещается");
    await lev.opens("Спасибо, жду", queues.manual.id);
    const bob = await office.customer("Bob");
    await bob.opens("Me, too", queues.offers.id);
    await page.locator(".offer").waitFor();
    await page.locator("[data-answer=accept]").click();
    await titled(page, "Bob");
    await bob.says("Are you there?");
    await pick(page, "Sara Ahmadi");
    await page.locator(".mine .said a").waitFor();
    await looksWell(page, `talk-${called}`);
    assert.deepEqual([...new Set(await indents(page))], [0]);
    await page.locator(".mode").click();
    await page.locator(".talk-head [aria-controls=talk-menu]").click();
    await page.locator("#talk-menu select").waitFor();
    await looksWell(page, `menu-${called}`);
    await page.keyboard.press("Escape");
    await dialogs(page, called);
    await resize(page, { width: 320, height: 760 });
    await page.locator(".person").click();
    await page.locator(".panel.open").waitFor();
    await looksWell(page, `panel-${called}`);
    await resize(page, { width: 320, height: 760 });
    await page.locator(".shut").click();
    await page.locator(".talk-head .back").click();
    await page.locator("#tab-waiting").click();
    await page.locator(".claim").waitFor();
    await looksWell(page, `waiting-${called}`);
    await page.locator("#tab-all").click();
    await rows(page).first().waitFor();
    await looksWell(page, `all-${called}`);
    assert.deepEqual(page.complaints, []);
  });
}

async function dialogs(page, called) {
  await resize(page, { width: 1440, height: 760 });
  const ways = { transfer: "t", close: "e", help: "?", search: "Control+k" };
  for (const [name, key] of Object.entries(ways)) {
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press(key);
    await page.locator("dialog").waitFor();
    if (name === "transfer") await page.locator("dialog input[type=radio]").first().waitFor();
    await looksWell(page, `${name}-${called}`);
    await closeDialog(page);
    await resize(page, { width: 1440, height: 760 });
  }
}
