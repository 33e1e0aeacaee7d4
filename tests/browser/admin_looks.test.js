// How the admin's live part looks and reads: in both lights, in both directions, on small and
// large screens. With SHOTS=FOLDER each is also kept as a picture, to be looked at.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { test } from "node:test";

import { barriers, resize } from "./browser.js";
import { opened, server } from "./house.js";
import { admin, queue, rowOf, serving, settled, waits } from "./panel.js";

opened();

const shots = process.env.SHOTS;
if (shots) mkdirSync(shots, { recursive: true });

/** Nothing stands in anybody's way, and nothing goes beyond the side of the screen. */
async function looksWell(page, name) {
  assert.deepEqual(await barriers(page), [], name);
  for (const width of [320, 360, 800, 1440]) {
    await resize(page, { width, height: 900 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${name} at ${width} is ${wide} px too wide`);
    if (shots) await page.screenshot({ path: `${shots}/${name}-${width}.png`, fullPage: true });
  }
}

/** A long name elsewhere takes no place from the words of this row. */
async function tellsRows(page, row) {
  const heights = await row.locator("td").evaluateAll((cells) => cells.flatMap((cell) =>
    [...cell.querySelectorAll("span, button")].map((one) => one.getBoundingClientRect().height)));
  assert.ok(heights.every((height) => height < 40), `cells as high as ${Math.max(...heights)}`);
}

const LOOKS = [
  { locale: "en-GB", colorScheme: "light" }, { locale: "en-GB", colorScheme: "dark" },
  { locale: "fa-IR", colorScheme: "light" }, { locale: "fa-IR", colorScheme: "dark" },
];

for (const look of LOOKS) {
  const called = `${look.locale.slice(0, 2)}-${look.colorScheme}`;
  test(`every screen of the live part, ${called}`, async () => {
    const id = await queue(`Looks ${called} یک صف با نام بلند, for returns and refunds abroad`);
    const rep = await serving(id, "Mina Karimi-Vandersloot-Wolkenstein", 1);
    const opened = await waits(id, "تست فارسی و English با هم");
    await rep.assigned();
    const late = await waits(id);
    const long = await waits(id, "x", "W".repeat(100));
    const { page, context } = await admin("board", look);
    await rowOf(page, long).waitFor();
    await tellsRows(page, rowOf(page, late));
    await looksWell(page, `admin-board-${called}`);
    for (const path of ["conversations", `conversations/${opened.id}`, "reports", "health"]) {
      await page.goto(`${server.base}/admin#/${path}`);
      await page.locator(`#main[aria-busy=false] > .screen[data-at="${path}"]`).waitFor();
      await resize(page, { width: 1440, height: 900 });
      if (path === "conversations") {
        const [first, next] = await Promise.all([1, 2].map((at) =>
          page.locator(".filters label").nth(at).boundingBox()));
        assert.equal(first.y, next.y);
        assert.ok((await page.locator("[name=q]").boundingBox()).width > 400);
      }
      await looksWell(page, `admin-${path.split("/").length > 1 ? "chat" : path}-${called}`);
    }
    assert.deepEqual(page.complaints, []);
    await context.close();
    rep.go();
  });
}

test("who waits stands in rows at 1280 px, however long a name is", async () => {
  const id = await queue("Rows");
  const called = ["Ann Lee", "Maximiliana ".repeat(8).trim(), "W".repeat(100)];
  const all = [];
  for (const name of called) all.push(await waits(id, "x", name));
  const { page, context } = await admin(`board?queue=${id}`, {
    viewport: { width: 1280, height: 900 } });
  for (const one of all) {
    await rowOf(page, one).waitFor();
    const { height } = await rowOf(page, one).boundingBox();
    assert.ok(height < 100, `a row of ${height} px`);
  }
  await context.close();
});

test("in Persian plots, menus, days and weeks stand as they are read there", async () => {
  await waits(await queue("Solar", { mode: "manual" }));
  const { page, context } = await admin("reports", { locale: "fa-IR", timezoneId: "Asia/Tehran",
    viewport: { width: 1280, height: 900 } });
  const to = async (path) => {
    await page.evaluate((hash) => { location.hash = hash; }, `#/${path}`);
    await settled(page);
  };
  const heat = page.locator("svg:has(.plot-cell)");
  await heat.waitFor();
  assert.equal(await heat.evaluate((drawing) => {
    const { left, right } = drawing.getBoundingClientRect();
    return [...drawing.querySelectorAll("text")].map((one) => one.getBoundingClientRect())
      .filter((one) => one.left < left || one.right > right + 1).length;
  }), 0, "no name of a day is cut off");
  // Each text runs as its own signs do, though the drawing runs from left to right.
  assert.ok((await page.locator(".plot-label").allTextContents())
    .every((text) => text.startsWith("\u2068")));
  const tops = await page.locator(".tile").evaluateAll((all) =>
    all.map((one) => one.getBoundingClientRect().top));
  assert.ok(tops.every((top) => tops.filter((one) => one === top).length > 1), "none is alone");

  await to("conversations");
  await page.locator("[name=from]").fill("۱۴۰۵/۱/۱");
  await page.getByText("۱ فروردین ۱۴۰۵").waitFor();
  await page.locator(".head button").first().click();
  await page.locator("#menu:popover-open").waitFor();
  assert.ok(await page.evaluate(() => document.querySelector("#menu").getBoundingClientRect().left
    >= document.querySelector(".screen").getBoundingClientRect().left - 1), "it is in the page");
  await page.keyboard.press("Escape");

  await to("hours/new");
  const hours = (day) => page.locator(`[data-field="week.${day}"] [type=time]`).count();
  assert.deepEqual([await hours("sat"), await hours("thu"), await hours("fri")], [2, 0, 0]);
  await resize(page, { width: 360, height: 900 });
  const range = page.locator(".range").first();
  const middles = await range.locator("input, button").evaluateAll((all) => all.map((one) => {
    const { top, bottom } = one.getBoundingClientRect();
    return Math.round((top + bottom) / 2);
  }));
  assert.equal(new Set(middles).size, 1, "hours and what removes them are in one line");

  await to("keys/new");
  await page.locator(".save .main").click();
  const wrong = page.locator("#main [aria-invalid=true]");
  assert.deepEqual(await wrong.evaluateAll((all) => [...new Set(all.map(({ name }) => name))]),
    ["name", "scopes"], "all that is wrong is marked at once");
  assert.deepEqual(page.complaints, []);
  await context.close();
});
