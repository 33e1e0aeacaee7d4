// Days in the calendar of the page: typed, read back, and meant as what they are.

import assert from "node:assert/strict";
import { test } from "node:test";

import { fromSolar, toSolar } from "../../src/pages/i18n/solar.js";
import { person } from "./browser.js";
import { account, Customer, enter, pick, wants } from "./console.js";
import { browser, opened, server } from "./house.js";
import { admin, read, settled } from "./panel.js";

opened();

const FA = { locale: "fa-IR", timezoneId: "Asia/Tehran" };
const DAY_MS = 86_400_000;

test("each day of the solar calendar is itself, and what is none is none", () => {
  for (let ms = Date.UTC(1990, 0, 1); ms < Date.UTC(2200, 0, 1); ms += DAY_MS) {
    const day = new Date(ms).toISOString().slice(0, 10);
    assert.equal(fromSolar(toSolar(day)), day);
  }
  assert.equal(toSolar("2026-11-28"), "۱۴۰۵/۰۹/۰۷");
  for (const none of ["", "2026-13-01", "2026-02-30", "soon", "5", "2026"]) {
    assert.equal(toSolar(none), "", none);
  }
  const meant = { "۱۴۰۵/۹/۷": "2026-11-28", "1405-09-07": "2026-11-28", "١٤٠٥/٠٩/٠٧": "2026-11-28",
    "\u200f۱۴۰۳ / ۱۲ / ۳۰ ": "2025-03-20", "۱۴۰۵۰۹۰۷": "2026-11-28",
    "۱۴۰۵ ۹ ۷": "2026-11-28", "۱۴۰۵؍۹؍۷": "2026-11-28", "1405/9/7/1": null, "1405/9/x": null,
    "1404/12/30": null, "1405/7/31": null, "1405/13/1": null, "1405/9": null,
    "2026/11/28": null, "": null };
  for (const [text, day] of Object.entries(meant)) assert.equal(fromSolar(text), day, text);
});

test("conversations are found by a day that is typed as it is called", async () => {
  const { page, context } = await admin("conversations", FA);
  const from = page.getByLabel("بسته شده از");
  await from.fill("۱۴۰۵/۹");
  await from.press("Tab");
  await page.getByText("تاریخ را کامل بنویسید").waitFor();
  assert.equal(await from.getAttribute("aria-invalid"), "true");
  assert.doesNotMatch(page.url(), /closed_from/);
  await from.fill("۱۴۰۵/۹/۷");
  await page.getByText("شنبه ۷ آذر ۱۴۰۵").waitFor();
  await from.press("Enter");
  await page.waitForURL(/closed_from=2026-11-28/);
  assert.equal(await from.getAttribute("aria-invalid"), "false");
  await page.reload();
  await settled(page);
  assert.equal(await from.inputValue(), "۱۴۰۵/۰۹/۰۷");
  await page.getByLabel("بسته شده تا").fill("۱۴۰۵/۹/۶");
  await page.getByLabel("بسته شده تا").press("Tab");
  assert.equal(await from.getAttribute("aria-invalid"), "true", "it would end before it begins");
  await page.getByRole("button", { name: "پاک کردن" }).click();
  await page.waitForURL((url) => !url.hash.includes("closed_from"));
  assert.equal(await from.inputValue(), "");
  assert.equal(await page.getByText("شنبه ۷ آذر ۱۴۰۵").count(), 0);
  await context.close();
});

test("a day with hours of its own, and the days of the audit", async () => {
  const { page, context } = await admin("hours/new", FA);
  await page.getByLabel("نام برنامه").fill("دفتر");
  await page.getByLabel("منطقهٔ زمانی").fill("Asia/Tehran");
  await page.getByRole("button", { name: "افزودن روز" }).click();
  const date = page.getByLabel("تاریخ");
  assert.ok(await date.evaluate((one) => one === document.activeElement));
  await page.getByLabel("نام", { exact: true }).fill("نوروز");
  const make = page.getByRole("button", { name: "ساختن این برنامه" });
  await date.fill("۱۴۰۶/۱۳/۱");
  await make.click();
  await page.getByText("برای هر روز تاریخی مانند").waitFor();
  // What is typed is not lost, whatever it is; nor is a day taken that no schedule has.
  await page.reload();
  await settled(page);
  assert.equal(await date.inputValue(), "۱۴۰۶/۱۳/۱");
  await date.fill("۱۳۰۰/۱/۱");
  await make.click();
  await page.getByText("برای هر روز تاریخی مانند").waitFor();
  await date.fill("۱۴۰۶/۱/۱");
  await page.getByText("۱ فروردین ۱۴۰۶").waitFor();
  await make.click();
  await page.waitForURL(/#\/hours$/);
  const [{ days }] = (await read("/schedules")).filter(({ name }) => name === "دفتر");
  assert.deepEqual(days, [{ date: "2027-03-21", name: "نوروز", hours: [] }]);

  await page.goto(`${server.base}/admin#/audit`);
  await settled(page);
  const to = page.locator(".narrowing [name=to]");
  await to.fill("۱۴۰۰/۱");
  await to.press("Tab");
  await page.getByText("تاریخ را کامل بنویسید").waitFor();
  assert.doesNotMatch(page.url(), /to=/);
  await to.fill("۱۴۰۰/۱/۱");
  await to.press("Tab");
  await page.waitForURL(/to=2021-03-21/);
  await context.close();
});

for (const [locale, zone, names] of [["en-GB", "Europe/London",
  ["More", "Park", "Day", "Time", "Park it", "At another time", "Give the day and the time."]],
["fa-IR", "Asia/Tehran", ["بیشتر", "کنار گذاشتن", "روز", "ساعت", "کنار بگذار", "زمانی دیگر",
  "و ساعت را بنویسید"]]]) {
  test(`what is parked until a moment of one's own comes back then (${locale})`, async () => {
    const rep = await account(server, "Mina Karimi");
    const { context, page } = await person(browser, { locale, timezoneId: zone });
    await enter(page, server, rep);
    await wants(page, server, rep, "available");
    const ann = await Customer.come(server, "Ann Lee");
    const { id } = await ann.opens("Call me then");
    await pick(page, "Ann Lee");
    const [more, park, day, time, yes, other, half] = names;
    await page.locator(".talk-head").getByRole("button", { name: more }).click();
    await page.locator("#talk-menu").getByRole("button", { name: park }).click();
    const dialog = page.getByRole("dialog");
    // Passing by chooses nothing.
    await dialog.getByLabel(day, { exact: true }).focus();
    assert.ok(!await dialog.getByLabel(other).isChecked());
    // Some days later by any clock.
    const then = new Date(Date.now() + 3 * DAY_MS).toISOString().slice(0, 10);
    await dialog.getByLabel(day, { exact: true })
      .fill(locale === "fa-IR" ? toSolar(then) : then);
    assert.ok(await dialog.getByLabel(other).isChecked());
    await dialog.getByLabel(time, { exact: true }).fill("");
    await dialog.getByRole("button", { name: yes }).click();
    await dialog.getByText(half).waitFor();
    await dialog.getByLabel(time, { exact: true }).fill("16:30");
    await dialog.getByRole("button", { name: yes }).click();
    await dialog.waitFor({ state: "detached" });
    const { items } = await read(`/conversations/${id}/events`);
    const { data } = items.find(({ kind }) => kind === "parked");
    const at = new Date(data.wake_at).toLocaleString("sv-SE", { timeZone: zone });
    assert.equal(at, `${then} 16:30:00`);
    await server.ask("POST", `/conversations/${id}/close`, server.admin, {});
    await context.close();
  });
}
