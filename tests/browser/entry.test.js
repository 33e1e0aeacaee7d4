// Coming in: the first admin, signing in and out, tabs, language and theme, the start page.

import assert from "node:assert/strict";
import { test } from "node:test";

import { button, person, watched } from "./browser.js";
import { account, at, open, PASSWORD, rep, signIn, unexpected, unused } from "./entry.js";
import { browser, opened, server } from "./house.js";

opened();

test("the first admin and the first rep are made by keyboard, and the link is spent", async (t) => {
  const fresh = await unused(t);
  const { page, context } = await person(browser);
  await page.goto(`${fresh.base}/`);
  await page.getByText("There is no admin yet.").waitFor();
  await page.goto(`${fresh.base}/?setup=${fresh.setup}`);
  await page.locator("#first-admin [name=username]:focus").waitFor();
  await page.keyboard.type("ada");
  await page.keyboard.press("Tab");
  await page.keyboard.type("Ada");
  await page.keyboard.press("Tab");
  await page.keyboard.type("password1");
  await page.keyboard.press("Enter");
  await page.getByText("tried first").waitFor();
  await page.locator("[name=password]:focus").waitFor();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("correct horse");
  await page.keyboard.press("Enter");
  await page.locator("#first-title:focus").filter({ hasText: "Now somebody who answers" })
    .waitFor();
  assert.equal(new URL(page.url()).search, "", "the token stays in no address");
  for (const text of ["mina", "Mina Karimi", PASSWORD]) {
    await page.keyboard.press("Tab");
    await page.keyboard.type(text);
  }
  await page.keyboard.press("Enter");
  await page.locator("#first-title:focus").filter({ hasText: "two more tabs" }).waitFor();
  await page.getByText("You are signed in there as Ada.").waitFor();
  await page.keyboard.press("Tab");
  const [opened] = await Promise.all([context.waitForEvent("page"), page.keyboard.press("Enter")]);
  assert.equal(new URL(opened.url()).pathname, "/console");
  await page.goto(`${fresh.base}/?setup=${fresh.setup}`);
  await at(page);
  const stranger = await person(browser);
  await stranger.page.goto(`${fresh.base}/?setup=${fresh.setup}`);
  await stranger.page.getByText("This link was used already").waitFor();
  assert.deepEqual([...unexpected(page), ...stranger.page.complaints], []);
  await context.close();
  await stranger.context.close();
});

test("a link that is wrong is told on arrival; what was typed goes along with the right one",
  async (t) => {
    const fresh = await unused(t);
    const { page, context } = await person(browser);
    await page.goto(`${fresh.base}/?setup=0123456789`);
    await page.getByText("The link you came by is wrong or too old.").waitFor();
    assert.equal(await page.locator("#first-admin").count(), 0, "no form that cannot be sent");
    assert.equal(new URL(page.url()).search, "");
    // Two have come by the right one, and one of them is slower.
    const slow = await watched(context);
    const other = await person(browser);
    for (const one of [page, slow, other.page]) {
      await one.goto(`${fresh.base}/?setup=${fresh.setup}`);
      await one.getByLabel("Username").fill("ada");
      await one.getByLabel("Name that others see").fill("Ada");
      await one.getByRole("textbox", { name: "New password" }).fill("correct horse");
    }
    await button(page, "Show (Password)").click();
    assert.equal(await page.locator("[name=password]").getAttribute("type"), "text");
    await page.reload();
    assert.equal(await page.getByLabel("Username").inputValue(), "ada");
    await page.getByRole("textbox", { name: "New password" }).fill("correct horse");
    await button(page, "Make the admin").click();
    await page.getByRole("heading", { name: "Now somebody who answers" }).waitFor();
    for (const one of [slow, other.page]) await button(one, "Make the admin").click();
    await slow.getByText("An admin was made in another tab meanwhile").filter({ hasText: "ada" })
      .waitFor();
    await other.page.getByRole("heading", { name: "This link was used already" }).waitFor();
    await other.page.getByRole("link", { name: "Open the admin panel" }).first().click();
    await other.page.locator("[name=password]:focus").waitFor();
    assert.equal(await other.page.locator("[name=login]").inputValue(), "ada");
    assert.deepEqual([page, slow, other.page].flatMap(unexpected), []);
    await context.close();
    await other.context.close();
    });

test("a wrong password says what to do, and the name stays", async () => {
  const login = await rep();
  const { page, context } = await person(browser);
  await page.goto(`${server.base}/console`);
  await page.locator("[name=login]:focus").waitFor();
  await page.keyboard.type(login);
  await page.keyboard.press("Tab");
  await page.keyboard.type("not this one");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").filter({ hasText: "do not fit together. Check both" }).waitFor();
  await page.locator("[name=password]:focus").waitFor();
  assert.equal(await page.locator("[name=login]").inputValue(), login);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await page.locator(".door").waitFor();
  await page.reload();
  await page.locator("[name=password]:focus").waitFor();
  assert.equal(await page.locator("[name=login]").inputValue(), login);

  // Somebody else's page says where his own is.
  await page.locator("[name=login]").fill("admin1");
  await page.locator("[name=password]").fill("correct horse");
  await page.keyboard.press("Enter");
  const way = page.getByRole("link", { name: "admin panel" });
  assert.equal(await way.getAttribute("href"), "/admin");
  assert.deepEqual(await context.cookies(), [], "and he is not in here");
  await page.locator("[name=login]").fill(login);
  await page.locator("[name=password]").fill(PASSWORD);
  await page.keyboard.press("Enter");
  await account(page).waitFor();
  assert.deepEqual(unexpected(page), []);
  await context.close();
});

test("tabs share a login that no script reads; out in one is out in the other", async () => {
  const { page, context } = await person(browser);
  await signIn(page, "admin");
  const other = await watched(context);
  await other.goto(`${server.base}/admin`);
  await account(other).waitFor();
  const cookies = await context.cookies();
  assert.ok(cookies.length === 2 && cookies.every(({ httpOnly }) => httpOnly), "out of reach");
  const stored = await page.evaluate(() => JSON.stringify([{ ...localStorage },
    { ...sessionStorage }]));
  assert.ok(!cookies.some(({ value }) => stored.includes(value)) && !/token/.test(stored), stored);

  // The access token has run out: both need another at once, and one of them gets it.
  await context.clearCookies({ name: /access/ });
  const asked = [];
  context.on("request", (request) => {
    if (request.url().endsWith("/sessions/refresh")) asked.push(request.url());
  });
  await Promise.all([page, other].map((one) => open(one, "Profile")));
  assert.equal(asked.length, 1, "one refresh at a time");
  await Promise.all([page, other].map((one) => one.keyboard.press("Escape")));

  await account(other).click();
  await button(other, "Sign out").click();
  await other.locator(".door").waitFor();
  await page.locator(".door").getByText("You have signed out in another tab.").waitFor();
  assert.deepEqual(await context.cookies(), []);
  await other.locator("[name=login]").fill("admin1");
  await other.locator("[name=password]").fill("correct horse");
  await other.keyboard.press("Enter");
  await account(other).waitFor();
  await page.locator(".door").waitFor({ state: "detached" });
  assert.deepEqual([...unexpected(page), ...unexpected(other)], []);
  await context.close();
});

test("an admin, a rep and a customer are three tabs of one browser", async () => {
  const login = await rep("Sara Ahmadi");
  const { username } = await server.customer();
  const { page: admin, context } = await person(browser);
  await signIn(admin, "admin");
  const console = await watched(context);
  await signIn(console, "console", login, PASSWORD);
  const chat = await watched(context);
  await chat.goto(`${server.base}/chat`);
  await button(chat, "More").click();
  await button(chat, "Sign in").click();
  await chat.locator("[name=login]").fill(username);
  await chat.locator("[name=password]").fill(PASSWORD);
  await chat.keyboard.press("Enter");
  await chat.locator(".sign-in").waitFor({ state: "detached" });
  await button(chat, "More").click();
  await chat.getByText(`As ${username}`).waitFor();
  for (const [page, name] of [[admin, "admin1"], [console, "Sara Ahmadi"]]) {
    await page.reload();
    await account(page).filter({ hasText: name }).waitFor();
    await open(page, "Profile");
    assert.equal(await page.getByLabel("Name that others see").inputValue(), name);
    await page.keyboard.press("Escape");
  }
  // One that ends leaves the others.
  await account(admin).click();
  await button(admin, "Sign out").click();
  await admin.locator(".door").waitFor();
  await console.reload();
  await account(console).filter({ hasText: "Sara Ahmadi" }).waitFor();
  const start = await watched(context);
  await start.goto(`${server.base}/`);
  await start.getByText("You are signed in there as Sara Ahmadi.").waitFor();
  assert.deepEqual([admin, console, chat, start].flatMap(unexpected), []);
  await context.close();
});

test("without cookies the tokens stay with the tab", async () => {
  const { page, context } = await person(browser);
  await context.route("**/api/v1/sessions", (route) => {
    if (!route.request().postDataJSON().cookie) return route.continue();
    return route.fulfill({ status: 422, contentType: "application/problem+json",
      body: JSON.stringify({ code: "validation_failed", errors: [{ field: "cookie",
        detail: "Cookies are given over HTTPS only." }] }) });
  });
  await signIn(page, "admin");
  assert.deepEqual(await context.cookies(), []);
  await page.reload();
  await account(page).waitFor();
  const other = await watched(context);
  await other.goto(`${server.base}/admin`);
  await other.locator(".door").waitFor();
  await account(page).click();
  await button(page, "Sign out").click();
  await page.locator(".door").waitFor();
  assert.deepEqual(unexpected(page), []);
  await context.close();
});

test("a language and a theme that are chosen once hold everywhere", async () => {
  const { page, context } = await person(browser, { colorScheme: "light" });
  const start = await watched(context);
  await start.goto(`${server.base}/`);
  await at(start);
  await signIn(page, "admin");
  await account(page).click();
  await page.getByLabel("Colours").selectOption("dark");
  await start.locator("html[data-theme=dark]").waitFor();
  await page.getByLabel("Language").selectOption("fa");
  await page.locator("html[lang=fa][dir=rtl]").waitFor();
  await account(page).waitFor();
  await start.locator("html[lang=fa][dir=rtl]").waitFor();
  for (const face of ["console", "chat", "link"]) {
    const other = await watched(context);
    await other.goto(`${server.base}/${face}`);
    await other.locator("html[lang=fa][dir=rtl][data-theme=dark]").waitFor();
    assert.deepEqual(unexpected(other), [], face);
  }
  assert.deepEqual([...unexpected(page), ...start.complaints], []);
  await context.close();
});

test("the start page, drawn anew, listens no more than before", async () => {
  const { page, context } = await person(browser);
  await page.addInitScript(() => {
    globalThis.heard = 0;
    const add = globalThis.addEventListener;
    globalThis.addEventListener = (kind, ...more) => {
      if (kind === "storage") globalThis.heard += 1;
      add.call(globalThis, kind, ...more);
    };
  });
  await page.goto(`${server.base}/`);
  await at(page);
  const before = await page.evaluate(() => globalThis.heard);
  await page.locator("[name=language]").selectOption("ru");
  await page.locator("html[lang=ru]").waitFor();
  assert.equal(await page.evaluate(() => globalThis.heard), before);
  await context.close();
});

test("an address where nothing is leads to the start", async () => {
  const { page, context } = await person(browser);
  const answer = await page.goto(`${server.base}/amdin`);
  assert.equal(answer.status(), 404);
  await page.getByText("There is nothing at /amdin. Start here:").waitFor();
  await page.getByRole("link", { name: "Open the admin panel" }).click();
  await page.locator("[name=login]").waitFor();
  assert.deepEqual(unexpected(page), []);
  await context.close();
});
