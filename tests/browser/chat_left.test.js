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

/** He has an account, and says so. */
async function signIn(page, username, password) {
  await button(page, "More").click();
  await button(page, "Sign in").click();
  await page.locator("[name=login]").fill(username);
  await page.locator("[name=password]").fill(password);
  await page.keyboard.press("Enter");
  await page.locator("[name=password]").waitFor({ state: "detached" });
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

test("who has just come and loses the network loses nothing of what he sends", async () => {
  const { page, context } = await person(browser);
  await page.goto(`${server.base}/chat`);
  // Whoever stays has all that takes.
  await page.waitForFunction(() => performance.getEntriesByType("resource")
    .some(({ name }) => name.includes("chat/underway.js")));
  await context.setOffline(true);
  await page.getByRole("textbox", { name: "Your name" }).fill("Sima");
  await write(page, "Is there anybody?");
  await page.locator(".pending .mine").filter({ hasText: "Is there anybody?" }).waitFor();
  await write(page, "It is dark here.");
  await page.locator(".pending .mine").filter({ hasText: "It is dark here." }).waitFor();
  await field(page).fill("and co");
  await page.close();
  await context.setOffline(false);
  const next = await tab(context);
  await next.locator(".log > .rows:not(.pending) .mine").nth(1).waitFor();
  assert.deepEqual(await texts(next), ["Is there anybody?", "It is dark here."]);
  await stands(next, "and co");
  assert.equal((await server.newest()).customer.name, "Sima");
  await context.close();
});

test("a tab that stands open sends what a closed one had not", async () => {
  const { page, context } = await person(browser);
  await page.goto(`${server.base}/chat`);
  await inLine(page, "In two tabs");
  const other = await tab(context);
  await other.locator(".mine").filter({ hasText: "In two tabs" }).waitFor();
  await context.setOffline(true);
  await write(other, "From the second one");
  await other.locator(".pending .mine").waitFor();
  await field(other).fill("its draft");
  await other.close();
  await context.setOffline(false);
  await page.locator(".log > .rows:not(.pending) .mine").nth(1).waitFor();
  assert.deepEqual(await texts(page), ["In two tabs", "From the second one"]);
  assert.equal(await field(page).inputValue(), "");
  await stands(await tab(context), "its draft");
  await context.close();
});

test("who is forgotten in one tab is so in all, with what stood there", async () => {
  const { page, context } = await person(browser);
  await page.goto(`${server.base}/chat`);
  await inLine(page, "Remember me not");
  const other = await tab(context);
  await other.locator(".mine").filter({ hasText: "Remember me not" }).waitFor();
  await field(other).fill("a secret of mine");
  await button(page, "More").click();
  await button(page, "Forget me on this device").click();
  await page.getByRole("dialog").getByRole("button", { name: "Forget me on this device" }).click();
  await other.locator(".card h2").filter({ hasText: "How can we help" }).waitFor();
  assert.equal(await other.locator(".mine").count(), 0);
  assert.equal(await field(other).inputValue(), "");
  await other.close();
  const next = await tab(context);
  assert.equal(await left(next), "");
  assert.equal(await field(next).inputValue(), "");
  await context.close();
});

test("what one visitor has left is shown to no other one", async () => {
  const { page, context } = await person(browser);
  await page.goto(`${server.base}/chat`);
  await inLine(page, "I am the first");
  await field(page).fill("for my eyes");
  await page.close();
  const next = await tab(context);
  await stands(next, "for my eyes");
  await next.close();
  // He comes back as somebody else, whatever has become of his login.
  const blank = await context.newPage();
  await blank.goto(`${server.base}/docs/`);
  await blank.evaluate(() => localStorage.removeItem("switchboard.chat.all.login"));
  const other = await tab(context);
  await inLine(other, "I am the second");
  await other.reload();
  await other.locator(".mine").filter({ hasText: "I am the second" }).waitFor();
  assert.equal(await field(other).inputValue(), "");
  assert.match(await left(other), /for my eyes/);
  await context.close();
});

test("after a login has ended nothing is sent into the void, and what was not is a draft",
  async () => {
    const { page, context } = await person(browser);
    await page.goto(`${server.base}/chat`);
    await inLine(page, "A last word");
    await context.setOffline(true);
    await write(page, "not sent");
    await page.locator(".pending .mine").filter({ hasText: "not sent" }).waitFor();
    await context.route(/\/api\/v1\//, (route) => route.fulfill({ status: 401,
      contentType: "application/json", body: JSON.stringify({ status: 401, code: "token_invalid",
        title: "No", detail: "No." }) }));
    await context.setOffline(false);
    const again = button(page, "Start again");
    await again.waitFor();
    await write(page, "nor is this");
    await page.waitForFunction(() => document.activeElement.textContent === "Start again");
    assert.equal(await field(page).inputValue(), "nor is this");
    assert.equal(await page.locator(".pending .mine").count(), 1);
    await context.unroute(/\/api\/v1\//);
    await again.click();
    await stands(page, "not sent\nnor is this");
    assert.equal(await page.locator(".pending .mine").count(), 0);
    await context.close();
  });

test("an account is asked before what it has sent ends with its tab", async () => {
  const { username, password } = await server.customer();
  const { page, context } = await person(browser);
  await page.goto(`${server.base}/chat`);
  await signIn(page, username, password);
  await inLine(page, "With a name");
  await context.setOffline(true);
  await write(page, "On its way");
  await page.locator(".pending .mine").waitFor();
  const asked = page.waitForEvent("dialog");
  await page.close({ runBeforeUnload: true });
  const dialog = await asked;
  assert.equal(dialog.type(), "beforeunload");
  await dialog.dismiss();
  await context.setOffline(false);
  await page.locator(".log > .rows:not(.pending) .mine").nth(1).waitFor();
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
  await signIn(page, username, password);
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
    await signIn(page, username, password);
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
  await signIn(page, username, password);
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
