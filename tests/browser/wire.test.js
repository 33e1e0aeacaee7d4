// The chat on a bad line: nothing is lost, nothing comes twice, nothing typed is gone.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { field, launch, losing, person, texts, write } from "./browser.js";
import { Line } from "./line.js";
import { Server } from "./server.js";

let server;
let browser;
let line;
before(async () => {
  server = await Server.start({ messages_burst: 1_000_000, messages_per_s: 1_000_000,
    rep_grace_ms: 600_000 });
  browser = await launch();
  line = await Line.to(server.port);
});
after(async () => {
  await browser?.close();
  line?.stop();
  await server?.stop();
});

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** Somebody who is served by a rep of his own. */
async function served(base = line.base) {
  const rep = await server.rep("Mina", 1);
  const one = await person(browser);
  await one.page.goto(`${base}/chat`);
  await write(one.page, "first");
  const id = await rep.assigned();
  // What he has read he says on his socket, so that is there.
  await rep.hears(({ type, customer }) => type === "marks" && customer.read > 0);
  return { ...one, rep, id };
}

test("20 drops during 100 messages: the same on both sides, in one order", async () => {
  const { page, context, rep, id } = await served();
  for (let turn = 1; turn <= 50; turn += 1) {
    rep.message(id, `rep ${turn}`);
    await write(page, `customer ${turn}`);
    if (turn % 5 < 2) line.cut();
    await pause(60);
  }
  await field(page).fill("still being typed");
  await page.locator(".rows:not(.pending) .mine").filter({ hasText: "customer 50" }).waitFor({
    timeout: 30_000 });
  await page.locator(".pending li").first().waitFor({ state: "detached" });
  await page.locator(".theirs .said").getByText("rep 50", { exact: true }).waitFor();
  const shown = await texts(page);
  const { items } = await server.ask("GET", `/conversations/${id}/events?limit=200`, rep.token);
  const stored = items.filter(({ kind }) => kind === "message").map(({ text }) => text);
  assert.deepEqual(shown, stored);
  assert.equal(new Set(shown).size, 101);
  const inOrder = (who) => shown.filter((text) => text.startsWith(who));
  assert.deepEqual(inOrder("customer"), Array.from({ length: 50 }, (_, n) => `customer ${n + 1}`));
  assert.deepEqual(inOrder("rep"), Array.from({ length: 50 }, (_, n) => `rep ${n + 1}`));
  assert.equal(await field(page).inputValue(), "still being typed");
  assert.deepEqual(page.complaints, []);
  rep.go();
  await context.close();
});

test("while the line is down it is said, what is written waits, and what was missed comes",
  async () => {
    const { page, context, rep, id } = await served();
    line.down();
    await page.getByText("Connection lost. Trying again…").waitFor();
    await write(page, "into the dark");
    await page.locator(".pending").getByText("Sending…").waitFor();
    rep.message(id, "are you there?");
    rep.message(id, "hello?");
    await pause(500);
    line.up();
    await page.getByRole("button", { name: "Try now" }).click();
    await page.getByText("Connected again. 2 new messages").waitFor();
    await page.locator(".new-line").waitFor();
    await page.locator(".rows:not(.pending) .mine").filter({ hasText: "into the dark" }).waitFor();
    assert.deepEqual(await texts(page), ["first", "are you there?", "hello?", "into the dark"]);
    rep.go();
    await context.close();
  });

test("what was stored and not acknowledged is shown once after a reload", async () => {
  const { page, context, rep, id } = await served();
  let isOut = false;
  await losing(page, ({ client_id: client }) => isOut && client);
  await page.reload();
  await page.locator(".rows:not(.pending) .mine").waitFor();
  isOut = true;
  await write(page, "only once");
  await rep.hears(({ kind, text }) => kind === "message" && text === "only once");
  await page.reload();
  await page.locator(".rows:not(.pending) .mine").filter({ hasText: "only once" }).waitFor();
  assert.equal(await page.locator(".log .mine").filter({ hasText: "only once" }).count(), 1);
  const { items } = await server.ask("GET", `/conversations/${id}/events`, rep.token);
  assert.equal(items.filter(({ text }) => text === "only once").length, 1);
  rep.go();
  await context.close();
});

test("a line that died without a word is noticed within 35 seconds", async () => {
  const { page, context, rep, id } = await served();
  line.deafen();
  rep.message(id, "through the new line");
  await page.locator(".theirs").filter({ hasText: "through the new line" }).waitFor({
    timeout: 35_000 });
  rep.go();
  await context.close();
});

test("a server that starts anew has its pages back within 20 seconds", async () => {
  const count = Number(process.env.PAGES ?? 8);
  const one = await served(server.base);
  const pages = [one.page];
  while (pages.length < count) {
    const { page } = await person(browser);
    await page.goto(`${server.base}/chat`);
    await write(page, `I am number ${pages.length}`);
    await page.locator(".rows:not(.pending) .mine").waitFor();
    pages.push(page);
  }
  await field(one.page).fill("not lost");
  await server.down();
  await server.up();
  const up = Date.now();
  await Promise.all(pages.slice(1).map(async (page, turn) => {
    await write(page, `back ${turn}`);
    await page.locator(".rows:not(.pending) .mine").filter({ hasText: `back ${turn}` }).waitFor({
      timeout: 20_000 });
  }));
  assert.ok(Date.now() - up < 20_000, `${Date.now() - up} ms`);
  assert.equal(await field(one.page).inputValue(), "not lost");
  for (const page of pages) await page.context().close();
});
