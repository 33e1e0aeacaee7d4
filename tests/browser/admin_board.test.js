// The admin's live part: the board with its stepper and menus, the plots, finding and reading
// conversations, and how all of it looks and reads.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";

import { barriers, launch, person, resize } from "./browser.js";
import { Server } from "./server.js";

const shots = process.env.SHOTS;
if (shots) mkdirSync(shots, { recursive: true });

const MINUTE = 60_000;

let server;
let browser;
before(async () => {
  server = await Server.start();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** An admin who has signed in, on a screen of the panel. */
async function admin(path, look = {}) {
  const { page, context } = await person(browser, { viewport: { width: 1440, height: 900 },
    locale: "en-GB", ...look });
  await signIn(page, path);
  return { page, context };
}

async function signIn(page, path) {
  await page.goto(`${server.base}/admin#/${path}`);
  await page.locator("dialog input[name=login]").fill("admin1");
  await page.locator("dialog input[name=password]").fill("correct horse");
  await page.keyboard.press("Enter");
  await page.locator("html[data-ready]").waitFor();
}

/** A customer who has written; his conversation. */
async function waits(queue, text = "Where is my parcel?", name = undefined) {
  const { token } = await server.ask("POST", "/visitors", null, { display_name: name });
  return server.ask("POST", "/conversations", token, { queue, text, subject: text,
    client_id: randomUUID() });
}

const queue = async (name, policy = {}) => {
  const { id } = await server.ask("POST", "/queues", server.admin, { name });
  if (Object.keys(policy).length) await server.ask("PATCH", `/queues/${id}`, server.admin, policy);
  return id;
};

/** A rep who serves this queue and no other. */
async function serving(id, name, capacity) {
  // Without a slot, so that nothing of another queue is given to him before.
  const rep = await server.rep(name, 0);
  await server.ask("PUT", `/reps/${rep.id}/queues`, server.admin, { queues: [id] });
  await server.ask("PUT", `/reps/${rep.id}/capacity`, server.admin, { capacity });
  return rep;
}

const read = (path) => server.ask("GET", path, server.admin);
const status = async ({ id }) => (await read(`/conversations/${id}`)).status;
const repNow = async ({ id }) => (await read("/reps")).find((rep) => rep.id === id);
const rowOf = (page, { id }) => page.locator(`.waiting [data-id="${id}"]`);
const repRow = (page, { id }) => page.locator(`.capacity [data-id="${id}"]`);
const slots = (page, rep, kind) => repRow(page, rep).locator(`[data-slot=${kind}]`);
const count = (locator, n) => locator.nth(n - 1).waitFor({ state: "attached" })
  .then(() => locator.count()).then((found) => assert.equal(found, n));
const figure = (page, tile) => page.locator(`[data-tile=${tile}] .figure`);

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

test("what is searched for stands in the address, and comes back with it", async () => {
  const id = await queue("Searches", { mode: "manual" });
  const word = `needle${randomUUID().slice(0, 8)}`;
  const found = await waits(id, `I look for a ${word} here`);
  const other = await waits(id, "Something else");
  const { page, context } = await admin("conversations");
  const row = ({ id: one }) => page.locator(`.found [data-id="${one}"]`);
  await row(other).waitFor();
  await page.getByRole("combobox", { name: "Queue" }).selectOption(id);
  await page.waitForURL(new RegExp(`queue=${id}`));
  await page.getByLabel("Words").fill(word);
  await page.keyboard.press("Enter");
  await page.waitForURL(new RegExp(`q=${word}`));
  await row(found).first().locator("mark").first().waitFor();
  await row(other).waitFor({ state: "detached" });
  // What a search does not know it does not seem to be asked for.
  const unread = page.getByRole("combobox", { name: "Unread by me" });
  assert.ok(await unread.isDisabled());
  await page.getByText("A search for words does not look at this.").waitFor();

  await page.reload();
  await row(found).first().waitFor();
  assert.equal(await row(other).count(), 0);
  assert.equal(await page.getByLabel("Words").inputValue(), word);
  assert.equal(await page.getByRole("combobox", { name: "Queue" }).inputValue(), id);

  // What a search finds is narrowed by the other conditions, too.
  await page.getByRole("combobox", { name: "Status" }).selectOption("over");
  await page.getByText("No conversations match").waitFor();
  await page.getByRole("button", { name: "Clear all" }).click();
  await row(other).waitFor();
  assert.doesNotMatch(page.url(), /q=|status=|queue=/);
  assert.ok(await unread.isEnabled());

  // Names that cannot be looked up keep nobody from asking for something else.
  await page.route("**/people?role=customer*", (route) => route.abort(), { times: 1 });
  await page.getByLabel("Customer").fill("Sara");
  await page.getByRole("alert").filter({ hasText: /cannot be reached/ }).waitFor();
  await page.getByLabel("Customer").fill("");
  await page.getByLabel("Words").fill(word);
  await page.keyboard.press("Enter");
  await page.waitForURL(new RegExp(`q=${word}`));
  await page.getByRole("button", { name: "Clear all" }).click();

  // What makes no sense is said at once, in the page's words, and not asked for.
  await page.getByLabel("Customer").fill("Nobody of the list");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").filter({ hasText: "Choose one of the customers" }).waitFor();
  await page.getByRole("button", { name: "Clear all" }).click();
  await page.getByLabel("Opened from").fill("2026-03-02");
  await page.getByLabel("Opened until").fill("2026-03-01");
  await page.getByRole("alert").filter({ hasText: "Swap them" }).waitFor();
  assert.doesNotMatch(page.url(), /to=/);
  assert.deepEqual(page.complaints, []);
  await context.close();
});

test("what has ended is found by its day and its rating, and what is found is saved", async () => {
  const id = await queue("Endings", { mode: "manual" });
  const { token } = await server.ask("POST", "/visitors", null, { display_name: "Ann, \"A\"" });
  const open = (text) => server.ask("POST", "/conversations", token, { queue: id, text,
    subject: text, client_id: randomUUID() });
  const [rated, running] = [await open("Rated well"), await open("Still waits")];
  await server.ask("POST", `/conversations/${rated.id}/close`, token, {});
  await server.ask("PUT", `/conversations/${rated.id}/rating`, token, { score: 5 });
  const { page, context } = await admin(`conversations?queue=${id}`);
  const row = ({ id: one }) => page.locator(`.found [data-id="${one}"]`);
  await row(running).waitFor();
  await page.getByLabel("Closed from").fill("2026-01-01");
  await row(running).waitFor({ state: "detached" });
  await page.getByRole("combobox", { name: "Rating" }).selectOption({ label: "1 or 2 of 5" });
  await page.getByText("No conversations match").waitFor();
  await page.getByRole("combobox", { name: "Rating" }).selectOption({ label: "4 or 5 of 5" });
  await row(rated).waitFor();
  await page.reload();
  await row(rated).waitFor();
  assert.equal(await row(running).count(), 0, "both stand in the address");
  assert.match(await row(rated).textContent(), /[45] of 5.*Closed/s);
  const text = async (name) => {
    await page.getByRole("button", { name: "Export", exact: true }).click();
    const [saved] = await Promise.all([page.waitForEvent("download"),
      page.locator(".menu button").filter({ hasText: name }).click()]);
    return readFileSync(await saved.path(), "utf8");
  };
  await page.getByLabel("Closed until").fill("2025-01-01");
  await page.getByRole("alert").filter({ hasText: "“Closed from” is after" }).waitFor();
  assert.ok((await text("All that match")).includes("Rated well"), "what is shown is saved");
  await page.getByLabel("Closed until").fill("");

  const sheet = await text("The 1 shown");
  assert.match(sheet, /"Ann, ""A""",Rated well,closed/);
  const lines = (await text("All that match")).trim().split("\n").map((line) => JSON.parse(line));
  assert.ok(JSON.stringify(lines).includes("Rated well"), "with what was said");
  assert.ok(!JSON.stringify(lines).includes("Still waits"), "only what is asked for");
  assert.deepEqual(page.complaints, []);
  await context.close();
});

test("a conversation is read quietly; whoever joins is told of", async () => {
  const id = await queue("Reading");
  const rep = await serving(id, "Rita Reads", 2);
  const opened = await waits(id, "Please read this");
  await rep.assigned();
  const kinds = async () => (await read(`/conversations/${opened.id}/events`)).items
    .map(({ kind }) => kind);
  const quiet = await kinds();
  const { page, context } = await admin(`conversations/${opened.id}?queue=${id}`);
  await page.locator(".log").getByText("Please read this").waitFor();
  assert.deepEqual(await kinds(), quiet);
  // What is said later comes by itself.
  rep.message(opened.id, "I am on it");
  await page.locator(".log").getByText("I am on it").waitFor();
  await page.getByLabel("Note or message").fill("Called before");
  await page.getByRole("button", { name: "Leave a note" }).click();
  await page.locator(".log").getByText("Called before").waitFor();
  assert.ok(!(await kinds()).includes("joined"));

  await page.getByRole("button", { name: "Join", exact: true }).click();
  await page.getByLabel("Note or message").fill("Hello from the admin");
  await page.getByRole("button", { name: "Send to the customer" }).click();
  await page.locator(".log").getByText("Hello from the admin").waitFor();
  assert.ok((await kinds()).includes("joined"));
  // What is saved to be read says the same in the same words.
  await page.getByRole("button", { name: "Transcript" }).click();
  const coming = page.waitForEvent("download");
  await page.getByRole("button", { name: /To read and print/ }).click();
  const file = await coming;
  assert.equal(file.suggestedFilename(), `conversation-${opened.number}.html`);
  const paper = readFileSync(await file.path(), "utf8");
  for (const words of ["Please read this", "Called before", "Assigned to <bdi>Rita Reads</bdi>"]) {
    assert.ok(paper.includes(words), paper);
  }
  assert.doesNotMatch(paper, /<script|<button|undefined/);
  await page.getByRole("link", { name: "Back to the list" }).click();
  await page.locator(`.found [data-id="${opened.id}"]`).waitFor();
  assert.match(page.url(), new RegExp(`queue=${id}`));
  assert.deepEqual(page.complaints, []);
  await context.close();
  rep.go();
});

test("a conversation that cannot be read is not asked for again and again", async () => {
  const opened = await waits(await queue("Unread"), "Nobody reads this");
  const { page, context } = await person(browser);
  await page.addInitScript(() => {
    globalThis.running = new Set();
    const [set, clear] = [setInterval, clearInterval];
    globalThis.setInterval = (work, ms, ...more) => {
      const id = set(work, ms, ...more);
      if (ms === 3_000) globalThis.running.add(id);
      return id;
    };
    globalThis.clearInterval = (id) => {
      globalThis.running.delete(id);
      clear(id);
    };
  });
  await page.route("**/events?*", (route) => route.fulfill({ status: 503,
    contentType: "application/problem+json", body: JSON.stringify({ code: "overloaded" }) }));
  await signIn(page, "reports");
  const running = () => page.evaluate(() => globalThis.running.size);
  const before = await running();
  await page.goto(`${server.base}/admin#/conversations/${opened.id}`);
  await page.getByRole("alert").filter({ hasText: "The server is busy." }).waitFor();
  assert.equal(await running(), before);
  await page.unroute("**/events?*");
  await page.getByRole("button", { name: "Try again" }).click();
  await page.locator(".log").getByText("Nobody reads this").waitFor();
  await page.locator("#main[aria-busy=false]").waitFor();
  assert.equal(await running(), before + 1);
  await page.getByRole("link", { name: "Reports" }).click();
  await page.locator("#main[aria-busy=false] > [data-at=reports]").waitFor();
  assert.equal(await running(), before);
  await context.close();
});

test("a menu says that it is open at the button that opened it, and at no other", async () => {
  const id = await queue("Menus", { mode: "manual" });
  const opened = await waits(id);
  const { page, context } = await admin(`conversations/${opened.id}`);
  const [one, other] = ["Assign", "More"].map((text) =>
    page.locator(".head button").filter({ hasText: text }));
  const open = () => page.locator(".head [aria-expanded=true]").allTextContents();
  await one.click();
  assert.deepEqual(await open(), ["Assign"]);
  await other.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("group", { name: /^More/ }).waitFor();
  assert.deepEqual(await open(), ["More"]);
  await page.keyboard.press("Escape");
  await page.locator("#menu").waitFor({ state: "hidden" });
  await page.locator(".head [aria-expanded=true]").waitFor({ state: "detached" });
  // It does not stay over the screen that somebody goes to.
  await one.click();
  await page.locator("#menu").waitFor();
  await page.evaluate(() => { location.hash = "#/reports"; });
  await page.locator("#main[aria-busy=false] > [data-at=reports]").waitFor();
  assert.equal(await page.locator("#menu").isVisible(), false);
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
