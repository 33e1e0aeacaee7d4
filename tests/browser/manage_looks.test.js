// How the management screens look and read: in both lights, in both directions, on small and large
// screens. With SHOTS=FOLDER each is also kept as a picture, to be looked at.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { after, before, test } from "node:test";

import { barriers, launch, person, resize } from "./browser.js";
import { Server } from "./server.js";

const shots = process.env.SHOTS;
if (shots) mkdirSync(shots, { recursive: true });

const PASSWORD = "correct horse";
const LONG = "Averylongwordthatdoesnotbreakbyitselfandgoesonandon";

let server;
let browser;
let screens;
before(async () => {
  server = await Server.start();
  browser = await launch();
  screens = await furnished();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** A house with something of everything; answers with the screens that show it. */
async function furnished() {
  const make = (path, body) => server.ask("POST", path, server.admin, body);
  const rep = await make("/reps", { username: "mina", password: "battery staple", capacity: 3,
    display_name: "مینا کریمی" });
  await server.customer(LONG.toLowerCase());
  const { items: [customer] } = await server.ask("GET", "/people?role=customer", server.admin);
  const schedule = await make("/schedules", { name: "Office", time_zone: "Europe/Berlin",
    week: { mon: [{ from: "09:00", to: "12:30" }, { from: "13:30", to: "18:00" }],
      fri: [{ from: "22:00", to: "06:00" }] },
    days: [{ date: "2030-12-25", name: LONG, hours: [{ from: "10:00", to: "12:00" }] }] });
  const queue = await make("/queues", { name: LONG, description: "تست فارسی و English با هم",
    schedule_id: schedule.id });
  const widget = await make("/widgets", { name: "Shop", sites: ["https://shop.example",
    `https://${LONG.toLowerCase()}.example`] });
  await make("/api-keys", { name: LONG, scopes: ["read", "metrics"] });
  await make("/invitations", { display_name: LONG });
  await server.ask("PATCH", "/settings", server.admin, { welcome_text: LONG });
  return { people: "people", invite: "people/invite", newrep: "people/new",
    rep: `people/${rep.id}`, customer: `people/${customer.id}`, queues: "queues",
    queue: `queues/${queue.id}`, hours: "hours", schedule: `hours/${schedule.id}`,
    replies: "replies", reply: "replies/new", widgets: "widgets", widget: `widgets/${widget.id}`,
    settings: "settings", audit: "audit", keys: "keys", newkey: "keys/new" };
}

/** What goes beyond the side of the screen. */
const beyond = (page) => page.evaluate(() => [...document.querySelectorAll("body *")]
  .filter((element) =>
    !element.closest(".unseen, [popover]:not(:popover-open), .skip, .account-name"))
  .filter((element) => {
    const { left, right, width } = element.getBoundingClientRect();
    const isSeen = element.checkVisibility() && width > 1;
    return isSeen && (left < -1 || right > document.documentElement.clientWidth + 1);
  }).map((element) => `${element.tagName}.${element.className}`));

/** Nothing stands in anybody's way, and nothing goes beyond the side of the screen. */
async function looksWell(page, name, isWidthAlone = false) {
  if (shots) await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true });
  if (!isWidthAlone) assert.deepEqual(await barriers(page), [], name);
  for (const width of [320, 1440]) {
    await resize(page, { width, height: 900 });
    assert.deepEqual(await beyond(page), [], `${name} at ${width}`);
    if (shots && width === 320) {
      await page.screenshot({ path: `${shots}/${name}-320.png`, fullPage: true });
    }
  }
  await resize(page, { width: 1180, height: 900 });
}

async function open(page, path) {
  await page.evaluate((hash) => { location.hash = hash; }, `#/${path}`);
  await page.waitForFunction((hash) => location.hash === hash
    && document.querySelector("#main")?.getAttribute("aria-busy") === "false"
    && !document.querySelector("#main .skeleton"), `#/${path}`);
}

for (const locale of ["en-GB", "ru-RU", "fa-IR"]) {
  for (const colorScheme of ["light", "dark"]) {
    const called = `${locale.slice(0, 2)}-${colorScheme}`;
    // Russian has the longest words; all else is as in the others.
    const isWidthAlone = called === "ru-light";
    if (called === "ru-dark") continue;
    test(`every management screen, ${called}`, async () => {
      const { page, context } = await person(browser, { locale, colorScheme,
        viewport: { width: 1180, height: 900 } });
      await page.goto(`${server.base}/admin#/keys`);
      await page.locator("[name=login]").fill("admin1");
      await page.locator("[name=password]").fill(PASSWORD);
      await page.locator("[name=password]").press("Enter");
      await page.locator("html[data-ready]").waitFor();
      for (const [name, path] of Object.entries(screens)) {
        await open(page, path);
        await looksWell(page, `${name}-${called}`, isWidthAlone);
      }
      await open(page, "queues/new");
      await page.locator("#main .save .main").click();
      await page.locator("#main [aria-invalid=true]").first().waitFor();
      await looksWell(page, `refused-${called}`, isWidthAlone);
      await open(page, screens.queue);
      await page.locator("#main .save .danger").click();
      await page.getByRole("dialog").waitFor();
      await looksWell(page, `dialog-${called}`, isWidthAlone);
      const refused = /status of 404/;
      assert.deepEqual(page.complaints.filter((one) => !refused.test(one)), []);
      await context.close();
    });
  }
}

test("fields side by side are in one line, and what has the focus is not under Save", async () => {
  const { page, context } = await person(browser, { viewport: { width: 1180, height: 900 } });
  await page.goto(`${server.base}/admin#/settings`);
  await page.locator("[name=login]").fill("admin1");
  await page.locator("[name=password]").fill(PASSWORD);
  await page.locator("[name=password]").press("Enter");
  await page.locator("[name=open_per_customer_max]").waitFor();
  // One label takes two lines, the other one.
  const sides = ["open_per_customer_max", "edit_window_s"].map((name) =>
    page.locator(`[name=${name}]`).boundingBox());
  const [long, short] = await Promise.all(sides);
  assert.equal(long.y, short.y);

  await resize(page, { width: 360, height: 640 });
  await open(page, screens.queue);
  await page.locator("#main [name=name]").fill("Another name");
  await page.locator("#main [name=name]").focus();
  const place = () => page.evaluate(() => {
    const { top, bottom } = document.activeElement.getBoundingClientRect();
    const from = document.querySelector(".bar").getBoundingClientRect().bottom;
    const to = document.querySelector(".save").getBoundingClientRect().top;
    return { name: document.activeElement.name, isIn: document.activeElement.closest(".fields")
      !== null, isSeen: top >= from - 1 && bottom <= to + 1 };
  });
  let count = 0;
  for (let now = await place(); now.isIn; now = await place()) {
    assert.ok(now.isSeen, `${now.name} is covered`);
    await page.keyboard.press("Tab");
    count += 1;
  }
  assert.ok(count > 20, "it went through all of them");
  await context.close();
});

test("a long text is seen at 360 px, as it is written and as it is edited", async () => {
  const text = "A line of a long reply. ".repeat(30);
  const { id } = await server.ask("POST", "/canned-replies", server.admin, { name: "long", text,
    shared: true });
  const { page, context } = await person(browser, { viewport: { width: 360, height: 700 } });
  await page.goto(`${server.base}/admin#/replies/${id}`);
  await page.locator("[name=login]").fill("admin1");
  await page.locator("[name=password]").fill(PASSWORD);
  await page.locator("[name=password]").press("Enter");
  const box = page.locator("textarea[name=text]");
  await box.waitFor();
  assert.ok((await box.boundingBox()).height > 350);
  await box.fill("");
  assert.ok((await box.boundingBox()).height < 200);
  await context.close();
});

test("nothing moves for who wants that, and fields have borders in forced colours", async () => {
  const { page, context } = await person(browser, { reducedMotion: "reduce",
    forcedColors: "active" });
  await page.goto(`${server.base}/admin#/keys/new`);
  await page.locator("[name=login]").fill("admin1");
  await page.locator("[name=password]").fill(PASSWORD);
  await page.locator("[name=password]").press("Enter");
  await page.locator("#main [name=name]").waitFor();
  const found = await page.evaluate(() => ({
    moving: document.getAnimations().length,
    borders: [...document.querySelectorAll("#main :is(input[name=name], select, .main)")]
      .map((one) => getComputedStyle(one).borderTopStyle),
  }));
  assert.deepEqual(found, { moving: 0, borders: ["solid", "solid", "solid"] });
  await context.close();
});
