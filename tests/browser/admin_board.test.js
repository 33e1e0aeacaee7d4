// The admin's live part: the board with its stepper and menus, the plots, health, and the frame
// around all screens.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";

import { person, resize } from "./browser.js";
import { browser, opened, server } from "./house.js";
import {
  admin, count, figure, queue, read, repNow, repRow, rowOf, serving, settled, signIn, slots,
  status, waits,
} from "./panel.js";

opened();

const MINUTE = 60_000;

test("who waits while no rep is there is told so, and is the first", async () => {
  const waiting = await waits(await queue("Early bird"));
  const { page, context } = await admin("board");
  const does = (name) => rowOf(page, waiting).getByRole("button", { name }).click();
  await does(/^Assign/);
  await page.locator(".menu p").filter({ hasText: "No rep is connected." }).waitFor();
  await page.keyboard.press("Escape");
  await does(/^More/);
  await page.locator(".menu button").filter({ hasText: "Why is it waiting?" }).click();
  await page.locator("dialog").getByText("It is the first in its line.").waitFor();
  await context.close();
});

test("the board tells what the API tells", async () => {
  const id = await queue("Numbers");
  const rep = await serving(id, "Nia Numbers", 1);
  const first = await waits(id);
  await rep.assigned();
  const second = await waits(id);
  const third = await waits(id);
  const { page, context } = await admin(`board?queue=${id}`);
  await rowOf(page, third).waitFor();
  const { queues, reps } = await read("/line");
  const line = queues.find((one) => one.queue.id === id);
  assert.equal(await status(first), "active");
  assert.deepEqual(line.first.map((one) => one.id), [second.id, third.id]);
  const shown = page.locator(".waiting tbody tr");
  assert.deepEqual(await shown.evaluateAll((rows) => rows.map((row) => row.dataset.id)),
    line.first.map((one) => one.id));
  assert.equal(await figure(page, "waiting").textContent(), String(line.waiting));
  const own = reps.find((one) => one.id === rep.id);
  assert.equal(await figure(page, "load").textContent(), `${own.load} / ${own.capacity}`);
  assert.equal(await figure(page, "reps").textContent(), "1");
  // What is pushed is shown without a reload.
  const fourth = await waits(id);
  await rowOf(page, fourth).waitFor();
  assert.equal(await figure(page, "waiting").textContent(), "3");
  assert.deepEqual(page.complaints, []);
  await context.close();
  rep.go();
});

test("who waits stands in the order in which he is served", async () => {
  const [one, other] = [await queue("Early", { mode: "manual" }),
    await queue("Late", { mode: "manual" })];
  const usual = await waits(one);
  const later = await waits(one);
  const urgent = await waits(other);
  await server.ask("PUT", `/conversations/${urgent.id}/priority`, server.admin,
    { priority: "urgent" });
  const { page, context } = await admin("board");
  await rowOf(page, urgent).waitFor();
  const wanted = [urgent, usual, later].map(({ id }) => id);
  const shown = await page.locator(".waiting tbody tr")
    .evaluateAll((rows) => rows.map((row) => row.dataset.id));
  assert.deepEqual(shown.filter((id) => wanted.includes(id)), wanted);
  await context.close();
});

test("one slot more is taken at once; fewer slots take nothing away", async () => {
  const id = await queue("Steps");
  const rep = await serving(id, "Stan Step", 1);
  await waits(id);
  await rep.assigned();
  const waiting = await waits(id);
  const { page, context } = await admin(`board?queue=${id}`);
  await rowOf(page, waiting).waitFor();
  await count(slots(page, rep, "full"), 1);

  await repRow(page, rep).getByRole("button", { name: "One slot more for Stan Step" }).click();
  await rowOf(page, waiting).waitFor({ state: "detached" });
  await count(slots(page, rep, "full"), 2);
  assert.equal(await rep.assigned(), waiting.id);
  const { capacity, load } = await repNow(rep);
  assert.deepEqual([capacity, load], [2, 2]);
  await page.locator(".capacity [role=status]").filter({ hasText: "may hold 2" }).waitFor();

  const less = repRow(page, rep).getByRole("button", { name: "One slot less for Stan Step" });
  await less.click();
  await less.click();
  await count(slots(page, rep, "over"), 2);
  await page.locator(".capacity [role=status]").filter({ hasText: "may hold 0" }).waitFor();
  const now = await repNow(rep);
  assert.deepEqual([now.capacity, now.load], [0, 2]);
  assert.equal(await status(waiting), "active");
  await repRow(page, rep).locator(".held").filter({ hasText: "2 over the limit" }).waitFor();
  await context.close();
  rep.go();
});

test("a step that is refused is undone, and said", async () => {
  const id = await queue("Refusals");
  const rep = await serving(id, "Rea Refused", 3);
  const { page, context } = await admin(`board?queue=${id}`);
  const value = repRow(page, rep).locator("output");
  let answer;
  const asked = new Promise((resolve) => {
    page.route("**/capacity", async (route) => {
      resolve();
      await new Promise((go) => { answer = go; });
      await route.fulfill({ status: 503, contentType: "application/problem+json",
        body: JSON.stringify({ code: "overloaded", detail: "Too much to do." }) });
    });
  });
  await repRow(page, rep).getByRole("button", { name: "One slot more for Rea Refused" }).click();
  await asked;
  // Shown before it is answered.
  assert.equal(await value.textContent(), "4");
  answer();
  await page.locator(".toast").filter({ hasText: "still has 3 slots" }).waitFor();
  assert.equal(await value.textContent(), "3");
  assert.equal((await repNow(rep)).capacity, 3);
  await context.close();
  rep.go();
});

test("who waits is given to a rep, moved and made urgent from the table", async () => {
  const id = await queue("By hand", { mode: "manual" });
  const other = await queue("Elsewhere", { mode: "manual" });
  const rep = await serving(id, "Hana Hand", 2);
  const [given, moved] = [await waits(id), await waits(id)];
  const { page, context } = await admin("board");
  const menu = (name) => page.locator(".menu button").filter({ hasText: name });

  await rowOf(page, given).getByRole("button", { name: /^Assign/ }).click();
  await menu("Hana Hand").click();
  await rowOf(page, given).waitFor({ state: "detached" });
  assert.equal(await rep.assigned(), given.id);
  assert.equal((await repNow(rep)).load, 1);

  const more = rowOf(page, moved).getByRole("button", { name: /^More/ });
  await more.click();
  await menu("Why is it waiting?").click();
  await page.locator("dialog").getByText("Reps take what they want").waitFor();
  await page.locator("dialog").getByRole("button", { name: "Close" }).click();

  await more.click();
  await menu("Priority: urgent").click();
  await rowOf(page, moved).locator(".note").filter({ hasText: "urgent" }).waitFor();
  assert.equal((await read(`/conversations/${moved.id}`)).priority, "urgent");

  // Nobody is free, but somebody who is away has room: he is named.
  rep.say({ type: "availability", availability: "away" });
  await page.locator(".capacity").locator(`[data-id="${rep.id}"] [data-state=away]`).waitFor();
  await rowOf(page, moved).getByRole("button", { name: /^Assign/ }).click();
  await page.locator(".menu p").filter({ hasText: "Hana Hand" }).waitFor();
  await page.keyboard.press("Escape");

  // By keyboard alone: the menu is walked by arrows and gives the focus back.
  await more.focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("End");
  await page.keyboard.press("Escape");
  assert.ok(await more.evaluate((button) => button === document.activeElement));
  await more.click();
  await menu("Move to Elsewhere").click();
  await rowOf(page, moved).locator(".chip").filter({ hasText: "Elsewhere" }).waitFor();
  assert.equal((await read(`/conversations/${moved.id}`)).queue.id, other);
  assert.deepEqual(page.complaints, []);
  await context.close();
  rep.go();
});

test("today's figures are told anew each minute", async () => {
  const { page, context } = await admin("board");
  await page.clock.install();
  await page.reload();
  await settled(page);
  const figure = page.locator('[data-tile="left"] .figure');
  await page.waitForFunction(() =>
    /^\d+$/.test(document.querySelector('[data-tile="left"] .figure').textContent));
  const before = Number(await figure.textContent());
  const { token } = await server.ask("POST", "/visitors", null, {});
  const { id } = await server.ask("POST", "/conversations", token,
    { queue: await queue("Leavers", { mode: "manual" }), text: "Bye", client_id: randomUUID() });
  await server.ask("POST", `/conversations/${id}/close`, token, { resolution: "abandoned" });
  await page.clock.runFor(MINUTE);
  await figure.filter({ hasText: new RegExp(`^${before + 1}$`) }).waitFor();
  await context.close();
});

/** An hour of minutes until now: what a plot is to show is then known. */
function hour(queueId, now) {
  const last = Math.floor(now / MINUTE) * MINUTE;
  return Array.from({ length: 61 }, (_, index) => ({
    queue_id: queueId, minute: last - (61 - index) * MINUTE, waiting: index % 7,
    load: index % 11, capacity: 12, opened: 1, assigned: 2, in_target: 1, wait_p50_ms: 30_000,
    wait_p90_ms: 90_000, resolved: 1, unresolved: 0, abandoned: 0,
  }));
}

for (const [locale, key] of [["en-GB", "ArrowLeft"], ["fa-IR", "ArrowRight"]]) {
  test(`plots have names, are read by arrow keys, and their tables tell the same: ${locale}`,
    async () => {
      const id = await queue(`Plots ${locale}`);
      const now = Date.now();
      const minutes = hour(id, now);
      const { page, context } = await person(browser, { locale,
        viewport: { width: 1440, height: 900 } });
      await page.clock.setFixedTime(now);
      await page.route("**/line/history?*", (route) => route.fulfill({ json: { minutes } }));
      await page.goto(`${server.base}/admin#/board?queue=${id}`);
      await page.locator("dialog input[name=login]").fill("admin1");
      await page.locator("dialog input[name=password]").fill("correct horse");
      await page.keyboard.press("Enter");
      const plot = page.locator(".plot").first();
      const cursor = plot.getByRole("slider");
      await plot.locator(".plot-line").first().waitFor();
      assert.notEqual(await plot.getAttribute("aria-label"), null);
      assert.equal((await page.getByRole("slider").evaluateAll((all) =>
        all.filter((one) => !one.ariaLabel))).length, 0);

      const number = (value) => new Intl.NumberFormat(locale.slice(0, 2)).format(value);
      const shown = minutes.slice(-60);
      await cursor.focus();
      await page.keyboard.press("Home");
      const first = await cursor.getAttribute("aria-valuetext");
      await page.keyboard.press("End");
      await page.keyboard.press(key);
      const before = shown.at(-2);
      const said = await cursor.getAttribute("aria-valuetext");
      for (const value of [before.load, before.waiting, 12]) {
        assert.ok(said.includes(` ${number(value)}`), `${said} tells ${value}`);
      }
      assert.notEqual(said, first);
      assert.equal(await plot.locator(".plot-reading").isVisible(), true);
      await page.keyboard.press("Escape");
      assert.equal(await plot.locator(".plot-reading").isVisible(), false);

      await plot.locator("summary").click();
      await plot.locator(".plot-table tbody tr").first().waitFor();
      const cells = await plot.locator(".plot-table tbody tr").evaluateAll((rows) =>
        rows.map((row) => [...row.querySelectorAll("td")].map((cell) => cell.textContent)));
      assert.deepEqual(cells, shown.map(({ load, waiting, capacity }) =>
        [load, waiting, capacity].map(number)));
      const [saved] = await Promise.all([page.waitForEvent("download"),
        plot.locator("details button").click()]);
      assert.match(saved.suggestedFilename(), /\.csv$/);
      assert.deepEqual(page.complaints, []);
      await context.close();
    });
}

test("values for a spreadsheet are texts where they would be formulas", async () => {
  const { csv } = await import("../../src/pages/plot/table.js");
  const rows = [["=1+1", -3], ['a "b", c', null]].map((raw) => ({ text: [], raw }));
  assert.equal(csv({ titles: ["@x", "n"], rows }),
    '\'@x,n\r\n\'=1+1,-3\r\n"a ""b"", c",');
});

test("the doctor is asked, and what he says is shown", async () => {
  const { page, context } = await admin("health");
  await page.getByText("Not checked since this node began.").waitFor();
  await page.getByRole("button", { name: "Check now" }).click();
  await page.locator(".findings li").first().waitFor();
  const { verdict } = await server.ask("GET", "/health", server.admin);
  assert.equal(await page.locator(".findings > li").count(), verdict.findings.length);
  // What he says is said in the page's language, and beside it what he calls it.
  assert.equal(await page.locator(".findings [lang=en]").count(), 0);
  assert.deepEqual(await page.locator(".findings code").allTextContents(),
    verdict.findings.map(({ name }) => name));
  await page.getByText(/checked at /).waitFor();
  assert.deepEqual(page.complaints, []);
  await context.close();
});

test("going to another screen takes the focus and the title along", async () => {
  const { page, context } = await admin("board");
  await page.getByRole("link", { name: "Reports" }).click();
  await page.locator(".screen h1").filter({ hasText: "Reports" }).waitFor();
  assert.equal(await page.title(), "Reports · Switchboard");
  await page.locator(".screen h1:focus").filter({ hasText: "Reports" }).waitFor();
  await page.goBack();
  await page.locator(".screen h1").filter({ hasText: "Live board" }).waitFor();
  await page.goto(`${server.base}/admin#/nowhere`);
  await page.locator(".screen h1").filter({ hasText: "No such page" }).waitFor();

  // Where it is narrow there is a menu, closed by Escape.
  await resize(page, { width: 390, height: 800 });
  const button = page.getByRole("button", { name: "Navigation" });
  await button.click();
  await page.getByRole("link", { name: "Live board" }).waitFor();
  await page.keyboard.press("Escape");
  assert.equal(await page.getByRole("link", { name: "Live board" }).isVisible(), false);
  assert.ok(await button.evaluate((one) => one === document.activeElement));
  await context.close();
});

test("the clock of the database is told in words either way", async () => {
  const { page, context } = await admin("keys");
  let ahead;
  await page.route("**/api/v1/health", async (route) => {
    const answer = await route.fetch();
    const health = await answer.json();
    health.database.ahead_ms = ahead;
    await route.fulfill({ response: answer, json: health });
  });
  for (const [ms, told] of [[-1, "1 ms behind"], [0, "in step"], [3, "3 ms ahead"]]) {
    ahead = ms;
    await page.goto(`${server.base}/admin#/health`);
    await page.locator(".facts dd").filter({ hasText: told }).waitFor();
    await page.goto(`${server.base}/admin#/keys`);
    await page.locator(".screen[data-at=keys]").waitFor();
  }
  await context.close();
});

test("a connection that was shut while idle is asked again, in silence", async () => {
  const { page, context } = await admin("keys");
  const shut = (times) => page.route("**/api/v1/health", (route) =>
    route.fulfill({ status: 408, body: "" }), { times });
  await shut(1);
  await page.getByRole("link", { name: "Health" }).click();
  await page.locator(".facts").first().waitFor();
  assert.equal((await page.getByRole("alert").allTextContents()).join(""), "");
  await page.getByRole("link", { name: "API keys" }).click();
  await page.locator(".screen[data-at=keys]").waitFor();
  await shut(2);
  await page.getByRole("link", { name: "Health" }).click();
  await page.getByRole("alert").filter({ hasText: /./ }).waitFor();
  await context.close();
});
