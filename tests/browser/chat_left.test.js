// What somebody had not sent when he closed the tab of his chat: it is in his next one, and in
// nobody else's.

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { button, field, person, texts, watched, write } from "./browser.js";
import { browser, opened, server } from "./house.js";

opened();

/** The chat, in one more tab. */
async function tab(context) {
  const page = await watched(context);
  await page.goto(`${server.base}/chat`);
  await page.locator("html[data-ready]").waitFor();
  return page;
}

/** What stands in the field, as soon as it is this. */
const stands = (page, text) => page.waitForFunction((wanted) =>
  document.querySelector("#text").value === wanted, text);

/** What tabs that have gone have left in this browser. */
const left = (page) => page.evaluate(() => Object.entries(localStorage)
  .filter(([key]) => key.startsWith("switchboard.chat.tab.")).map(([, text]) => text).join());

/** A visitor is somebody as soon as he has written, in all of his tabs. */
const isSomebody = (page) => page.waitForFunction(() => localStorage["switchboard.chat.all.login"]);

/** In line, with a message. */
async function inLine(page, text) {
  await write(page, text);
  await page.locator(".card h2").filter({ hasText: /You are next|in line/ }).waitFor();
}

/** No chat can be begun. */
const begins = (route) => (route.request().method() === "POST" ? route.abort() : route.continue());

afterEach(async () => {
  const { items } = await server.ask("GET", "/conversations?open=true", server.admin);
  for (const { id } of items) {
    await server.ask("POST", `/conversations/${id}/close`, server.admin, {});
  }
});

test("a message and a draft of a closed tab are in the next one, once", async () => {
  const { page, context } = await person(browser);
  await page.goto(`${server.base}/chat`);
  await inLine(page, "Hello");
  await context.setOffline(true);
  await write(page, "Not sent yet");
  await page.locator(".pending .mine").filter({ hasText: "Not sent yet" }).waitFor();
  await field(page).fill("half a sen");
  await page.close();
  await context.setOffline(false);

  const second = await tab(context);
  await second.locator(".log > .rows:not(.pending) .mine").nth(1).waitFor();
  assert.deepEqual(await texts(second), ["Hello", "Not sent yet"]);
  await stands(second, "half a sen");
  await second.reload();
  await second.locator(".log > .rows:not(.pending) .mine").nth(1).waitFor();
  await stands(second, "half a sen");
  assert.equal(await left(second), "", "a tab that is there has it itself");
  await write(second, "half a sentence");
  await second.locator(".log > .rows:not(.pending) .mine").nth(2).waitFor();
  await second.close();

  const third = await tab(context);
  await third.locator(".log > .rows:not(.pending) .mine").nth(2).waitFor();
  assert.deepEqual(await texts(third), ["Hello", "Not sent yet", "half a sentence"]);
  assert.equal(await field(third).inputValue(), "");
  assert.deepEqual([...second.complaints, ...third.complaints], []);
  await context.close();
});

test("two tabs leave what both had, and what a draft became is no draft", async () => {
  const { page, context } = await person(browser);
  await page.goto(`${server.base}/chat`);
  await inLine(page, "Hello again");
  const other = await tab(context);
  await other.locator(".mine").filter({ hasText: "Hello again" }).waitFor();
  await context.setOffline(true);
  for (const [one, text] of [[page, "first"], [other, "second"]]) {
    await write(one, `${text}, unsent`);
    await one.locator(".pending .mine").waitFor();
    await field(one).fill(`${text}, begun`);
  }
  await page.close();
  await other.close();
  await context.setOffline(false);
  const next = await tab(context);
  await next.locator(".log > .rows:not(.pending) .mine").nth(2).waitFor();
  assert.deepEqual((await texts(next)).slice(1).sort(), ["first, unsent", "second, unsent"]);
  await stands(next, "first, begun\nsecond, begun");
  await context.close();
});

test("a chat that could not be begun is begun in the next tab", async () => {
  const { page, context } = await person(browser);
  await context.route(/\/api\/v1\/conversations$/, begins);
  const other = await tab(context);
  await page.goto(`${server.base}/chat`);
  await write(page, "Is anybody there?");
  await page.locator(".pending .mine").filter({ hasText: "Is anybody there?" }).waitFor();
  await isSomebody(page);
  await write(page, "It is urgent.");
  await page.locator(".pending .mine").filter({ hasText: "It is urgent." }).waitFor();
  await write(other, "Or is nobody?");
  await other.locator(".pending .mine").filter({ hasText: "Or is nobody?" }).waitFor();
  await other.close();
  await page.close();
  await context.unroute(/\/api\/v1\/conversations$/, begins);
  const next = await tab(context);
  // One of them begins the chat; what the other began with can be sent in it.
  await next.locator(".log > .rows:not(.pending) .mine").nth(1).waitFor();
  assert.deepEqual(await texts(next), ["Is anybody there?", "It is urgent."]);
  await stands(next, "Or is nobody?");
  const { items } = await server.ask("GET", "/conversations?open=true", server.admin);
  assert.equal(items.length, 1);
  await context.close();
});

test("what was to follow a beginning follows the other one, whichever tab goes first", async () => {
  const { page, context } = await person(browser);
  await context.route(/\/api\/v1\/conversations$/, begins);
  await page.goto(`${server.base}/chat`);
  const other = await tab(context);
  for (const [one, ...said] of [[page, "One", "One more"], [other, "Two", "Two more"]]) {
    for (const text of said) {
      await write(one, text);
      await one.locator(".pending .mine").filter({ hasText: text }).first().waitFor();
      await isSomebody(one);
    }
  }
  await page.close();
  await other.close();
  await context.unroute(/\/api\/v1\/conversations$/, begins);
  const next = await tab(context);
  await next.locator(".log > .rows:not(.pending) .mine").nth(2).waitFor();
  const [first, ...others] = await texts(next);
  assert.deepEqual([first, ...others.sort()], ["Two", "One more", "Two more"]);
  await stands(next, "One");
  await context.close();
});

test("what was begun in a chat that ends before the next tab is not hidden there", async () => {
  const rep = await server.rep();
  const { page, context } = await person(browser);
  await page.goto(`${server.base}/chat`);
  await write(page, "A question");
  const id = await rep.assigned();
  await page.getByRole("heading", { name: rep.name }).waitFor();
  await field(page).fill("and another o");
  await page.close();
  await server.ask("POST", `/conversations/${id}/close`, rep.token, { resolution: "resolved" });
  const next = await tab(context);
  await next.locator(".card h2").filter({ hasText: "This chat has ended" }).waitFor();
  await stands(next, "and another o");
  await field(next).fill("");
  await next.close();
  // Whoever has nothing to go on with is greeted.
  const last = await tab(context);
  await last.locator(".card h2").filter({ hasText: "How can we help" }).waitFor();
  assert.deepEqual([...next.complaints, ...last.complaints], []);
  rep.go();
  await context.close();
});

test("who has himself forgotten, or has an account, leaves nothing in the browser", async () => {
  const { page, context } = await person(browser);
  await page.goto(`${server.base}/chat`);
  await inLine(page, "It is me");
  const other = await tab(context);
  await other.locator(".mine").filter({ hasText: "It is me" }).waitFor();
  await field(other).fill("mine alone");
  await other.close();
  assert.match(await left(page), /mine alone/);
  await button(page, "More").click();
  await button(page, "Forget me on this device").click();
  await page.getByRole("dialog").getByRole("button", { name: "Forget me on this device" }).click();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  assert.equal(await left(page), "");

  const { username, password } = await server.customer();
  await button(page, "More").click();
  await button(page, "Sign in").click();
  await page.locator("[name=login]").fill(username);
  await page.locator("[name=password]").fill(password);
  await page.keyboard.press("Enter");
  await page.locator("[name=password]").waitFor({ state: "detached" });
  await inLine(page, "With a name");
  await field(page).fill("his own");
  await page.close();
  const next = await tab(context);
  assert.equal(await left(next), "");
  assert.equal(await field(next).inputValue(), "");
  await context.close();
});

test("who was in, and is nobody since his login has ended, leaves nothing", async () => {
  const { username, password } = await server.customer();
  for (const anew of ["reload", "button"]) {
    const { page, context } = await person(browser);
    await page.goto(`${server.base}/chat`);
    await button(page, "More").click();
    await button(page, "Sign in").click();
    await page.locator("[name=login]").fill(username);
    await page.locator("[name=password]").fill(password);
    await page.keyboard.press("Enter");
    await page.locator("[name=password]").waitFor({ state: "detached" });
    await inLine(page, "With a name");
    await field(page).fill("his secret");
    const { id } = (await server.ask("GET", `/people?search=${username}`, server.admin)).items[0];
    await server.ask("DELETE", `/people/${id}/sessions`, server.admin);
    const again = button(page, "Start again");
    await again.waitFor();
    if (anew === "reload") await page.reload();
    else await again.click();
    // It goes on in this tab, and in no other.
    await stands(page, "his secret");
    await page.close();
    const next = await tab(context);
    assert.equal(await left(next), "", anew);
    assert.equal(await field(next).inputValue(), "", anew);
    await context.close();
  }
});

test("an account takes up nothing of a visitor, who finds it after that", async () => {
  const { username, password } = await server.customer();
  const { page, context } = await person(browser);
  await page.goto(`${server.base}/chat`);
  await button(page, "More").click();
  await button(page, "Sign in").click();
  await page.locator("[name=login]").fill(username);
  await page.locator("[name=password]").fill(password);
  await page.keyboard.press("Enter");
  await page.locator("[name=password]").waitFor({ state: "detached" });
  const visitor = await tab(context);
  await visitor.locator("#text").pressSequentially("a visitor's");
  await visitor.locator(".log").waitFor({ state: "attached" });
  await visitor.close();
  await page.reload();
  await page.locator(".card h2").waitFor();
  assert.equal(await field(page).inputValue(), "");
  assert.match(await left(page), /a visitor's/);
  await stands(await tab(context), "a visitor's");
  await context.close();
});

test("files that were not sent come from both tabs, and what is no entry or too old is nothing",
  async () => {
    const { page, context } = await person(browser);
    await page.goto(`${server.base}/chat`);
    await inLine(page, "With files");
    const other = await tab(context);
    await other.locator(".mine").filter({ hasText: "With files" }).waitFor();
    for (const [one, name] of [[page, "one.txt"], [other, "two.txt"]]) {
      await one.locator("input[type=file]").setInputFiles({ name, mimeType: "text/plain",
        buffer: Buffer.from(name) });
      await one.locator(".tray progress").waitFor({ state: "detached" });
      await one.locator(".tray li").filter({ hasText: name }).waitFor();
    }
    await page.close();
    await other.evaluate(() => {
      localStorage["switchboard.chat.tab.x.all"] = "{";
      localStorage["switchboard.chat.tab.y.all"] = JSON.stringify({ at: Date.now(),
        values: { "switchboard.chat.draft.new.all": "{", "switchboard.chat.outbox.all": "7" } });
      localStorage["switchboard.chat.tab.z.all"] = JSON.stringify({ at: Date.now() - 4 * 86_400_000,
        values: { "switchboard.chat.draft.new.all": "\"of last week\"" } });
    });
    await other.close();
    const next = await tab(context);
    await next.locator(".tray li").nth(1).waitFor();
    assert.deepEqual((await next.locator(".tray li").allTextContents()).sort(),
      ["one.txt", "two.txt"]);
    assert.equal(await field(next).inputValue(), "");
    assert.equal(await left(next), "");
    await context.close();
  });
