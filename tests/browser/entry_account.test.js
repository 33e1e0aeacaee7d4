// One's own account: made by an invitation, its password, profile, picture and logins.

import assert from "node:assert/strict";
import { test } from "node:test";

import { button, person, watched } from "./browser.js";
import { account, open, PASSWORD, rep, signIn, unexpected } from "./entry.js";
import { browser, opened, server } from "./house.js";

opened();

test("who is invited makes his account, and is in", async () => {
  const known = { display_name: "Lev Orlov", email: "lev@example.com" };
  const { token } = await server.ask("POST", "/invitations", server.admin, { days: 1, ...known });
  const { page, context } = await person(browser);
  const about = new URLSearchParams({ name: known.display_name, email: known.email, role: "rep",
    by: "Ada Lovelace" });
  await page.goto(`${server.base}/link#invitation=${token}&${about}`);
  await page.locator("[name=username]:focus").waitFor();
  assert.equal(new URL(page.url()).hash, "", "the token stays in no address");
  await page.keyboard.type("invited");
  await page.getByText("Ada Lovelace invites you to answer customers here, as a rep.").waitFor();
  // What was typed and the link outlive a reload, and another language.
  await page.reload();
  await page.locator("[name=username]:focus").waitFor();
  assert.equal(await page.locator("[name=username]").inputValue(), "invited");
  assert.equal(await page.getByLabel("Name that others see").inputValue(), "Lev Orlov");
  await page.locator("[name=language]").selectOption("ru");
  await page.locator("html[lang=ru]").waitFor();
  assert.equal(await page.locator("[name=username]").inputValue(), "invited");
  await page.locator("[name=language]").selectOption("en");
  await page.locator("html[lang=en]").waitFor();
  // What his inviter knows of him stands there, and is his to change.
  assert.equal(await page.getByLabel("Name that others see").inputValue(), "Lev Orlov");
  assert.equal(await page.getByLabel("E-mail address").inputValue(), "lev@example.com");
  await page.getByLabel("E-mail address").fill("orlov@example.com");
  await page.getByRole("textbox", { name: "New password" }).fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.locator("#link-title:focus").filter({ hasText: "Welcome" }).waitFor();
  const kept = await page.evaluate(() => JSON.stringify([history.state, { ...sessionStorage }]));
  assert.ok(!kept.includes(token), "what is used is kept nowhere");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await account(page).filter({ hasText: "Lev Orlov" }).waitFor();
  await open(page, "Where you are signed in");
  assert.equal(await page.locator(".logins li").count(), 1, "he has one login, not two");
  const { items: [made] } = await server.ask("GET", "/people?search=invited", server.admin);
  assert.equal(made.email, "orlov@example.com");

  // What is used up says so before anything is typed for it.
  await page.goto(`${server.base}/link#invitation=${token}`);
  await page.getByText("This invitation is no good any more").waitFor();
  assert.equal(await page.locator("main input").count(), 0);
  // Or as soon as it is known: somebody may be quicker with it.
  await context.route("**/links/check", (route) => route.fulfill({ json: { valid: true } }));
  await page.goto("about:blank");
  await page.goto(`${server.base}/link#invitation=${token}`);
  await page.locator("[name=username]").fill("another");
  await page.getByRole("textbox", { name: "New password" }).fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.getByText("This invitation is no good any more").waitFor();
  assert.deepEqual(unexpected(page), []);
  await context.close();
});

test("a forgotten password: a link is asked for, and sets a new one, once", async () => {
  const login = await rep();
  const { page, context } = await person(browser);
  await page.goto(`${server.base}/console`);
  await page.locator("[name=login]:focus").waitFor();
  await page.keyboard.type("mistyped");
  await page.getByRole("link", { name: "Forgotten the password?" }).click();
  await page.locator("[name=login]:focus").waitFor();
  assert.equal(await page.locator("[name=login]").inputValue(), "mistyped", "it goes along");
  assert.equal(new URL(page.url()).hash, "");
  await page.locator("[name=login]").fill(login);
  await page.getByRole("link", { name: "Back to sign in" }).click();
  await page.locator("[name=password]:focus").waitFor();
  assert.equal(await page.locator("[name=login]").inputValue(), login, "and comes back");
  await page.getByRole("link", { name: "Forgotten the password?" }).click();
  await page.locator("[name=login]:focus").press("Enter");
  await page.locator("#link-title:focus").filter({ hasText: "on its way" }).waitFor();
  const { items } = await server.ask("GET", `/people?search=${login}`, server.admin);
  const path = `/people/${items[0].id}/password-link`;
  const { token } = await server.ask("POST", path, server.admin, {});
  await page.goto(`${server.base}/link#password=${token}`);
  await page.getByRole("heading", { name: "Set a new password" }).waitFor();
  await page.getByRole("textbox", { name: "New password" }).fill("another staple");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Your password is set" }).waitFor();
  await signIn(page, "console", login, "another staple");
  await page.goto("about:blank");
  await page.goto(`${server.base}/link#password=${token}`);
  await page.getByText("This link is no good any more").waitFor();
  assert.equal(await page.locator("main input").count(), 0);
  await button(page, "Ask for a new link").click();
  await page.locator("[name=login]:focus").waitFor();
  assert.equal(await page.locator("[name=login]").inputValue(), "", "no token stands there");
  assert.deepEqual(unexpected(page), []);
  await context.close();
});

test("a profile is saved, and what is refused is undone but stays typed", async () => {
  const [login, other] = [await rep("Pavel"), await rep()];
  const { page, context } = await person(browser);
  await signIn(page, "console", login, PASSWORD);
  await open(page, "Profile");
  await page.getByLabel("Name that others see").fill("Pavel D.");
  await button(page, "Save").click();
  await page.getByRole("status").filter({ hasText: "Saved." }).waitFor();
  await account(page).filter({ hasText: "Pavel D." }).waitFor();

  // Seen at once, and taken back.
  let answer;
  const isToBeAnswered = new Promise((resolve) => { answer = resolve; });
  await context.route("**/api/v1/me", async (route) => {
    if (route.request().method() === "PATCH") await isToBeAnswered;
    return route.continue();
  });
  await page.getByLabel("Name that others see").fill("Paul");
  await page.getByLabel("E-mail address").fill("paul@example.com");
  await page.getByLabel("Your password as it is now").fill("not this one");
  await button(page, "Save").click();
  await account(page).filter({ hasText: "Paul" }).waitFor();
  answer();
  await page.getByText("This is not your password. Try again.").waitFor();
  await account(page).filter({ hasText: "Pavel D." }).waitFor();
  await context.unroute("**/api/v1/me");
  assert.equal(await page.getByLabel("Name that others see").inputValue(), "Paul");
  await page.keyboard.press("Escape");
  await open(page, "Profile");
  assert.equal(await page.getByLabel("E-mail address").inputValue(), "paul@example.com",
    "closing loses nothing");
  await page.getByLabel("Your password as it is now").fill(PASSWORD);
  await button(page, "Save").click();
  await page.getByRole("status").filter({ hasText: "Saved." }).waitFor();
  await account(page).filter({ hasText: "Paul" }).waitFor();

  // The address is another's now; whoever wants it is told at the field.
  const second = await person(browser);
  await signIn(second.page, "console", other, PASSWORD);
  await open(second.page, "Profile");
  await second.page.getByLabel("E-mail address").fill("paul@example.com");
  await second.page.getByLabel("Your password as it is now").fill(PASSWORD);
  await button(second.page, "Save").click();
  await second.page.getByText("Another account has this e-mail address.").waitFor();
  assert.equal(await second.page.locator("[name=email]").getAttribute("aria-invalid"), "true");
  assert.deepEqual([...unexpected(page), ...unexpected(second.page)], []);
  await context.close();
  await second.context.close();
});

test("what is wrong with a field is said in the language of the page", async () => {
  const login = await rep();
  const { page, context } = await person(browser, { locale: "fa-IR" });
  await context.route("**/links/check", (route) => route.fulfill({ json: { valid: true } }));
  await page.goto(`${server.base}/link#password=1`);
  await page.locator("[name=password]:focus").waitFor();
  await page.keyboard.type("short");
  await page.keyboard.press("Enter");
  await page.locator(".wrong").getByText("دست‌کم ۸ نویسه بگذارید.").waitFor();
  await context.close();

  const { page: own, context: other } = await person(browser);
  await own.goto(`${server.base}/console`);
  await own.locator("[name=login]:focus").press("Enter");
  await own.getByText("Write your username, e-mail address or phone number.").waitFor();
  await own.getByText("Enter your password.").waitFor();
  await own.locator("[name=login]:focus").waitFor();
  await signIn(own, "console", login, PASSWORD);
  await open(own, "Profile");
  const phone = own.getByLabel("Phone number");
  await phone.fill("+49 30 123456");
  await button(own, "Save").click();
  await own.getByText("Enter your password.").waitFor();
  await phone.fill("abc");
  await own.getByLabel("Your password as it is now").fill(PASSWORD);
  await button(own, "Save").click();
  await own.getByText("Write a phone number of 5 to 15 digits").waitFor();
  await own.locator("[name=phone]:focus").fill("+49 30 123456");
  await button(own, "Save").click();
  await own.getByRole("status").filter({ hasText: "Saved." }).waitFor();
  assert.deepEqual([page, own].flatMap(unexpected), []);
  await other.close();
});

/** A picture of one point. */
const POINT = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
  + "YPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==", "base64");

test("a picture comes and goes, and one's data are saved", async () => {
  const login = await rep("Anna");
  const { page, context } = await person(browser);
  await signIn(page, "console", login, PASSWORD);
  await open(page, "Profile");
  const choose = (name, mimeType, buffer) => page.locator(".portrait input")
    .setInputFiles({ name, mimeType, buffer });
  await choose("words.png", "image/png", Buffer.from("no picture"));
  await page.getByRole("alert").filter({ hasText: "This is no picture." }).waitFor();
  await choose("face.png", "image/png", POINT);
  await page.locator(".account-button img").waitFor();
  await page.locator(".face.large img").waitFor();
  await button(page, "Remove it").click();
  await page.locator(".face img").first().waitFor({ state: "detached" });
  const saved = page.waitForEvent("download");
  await button(page, "Save all that is kept of me").click();
  assert.equal((await saved).suggestedFilename(), "switchboard-my-data.jsonl");
  assert.deepEqual(unexpected(page), []);
  await context.close();
});

test("a password is changed, and other logins end", async () => {
  const login = await rep();
  const { page, context } = await person(browser);
  const second = await person(browser);
  await signIn(page, "console", login, PASSWORD);
  await signIn(second.page, "console", login, PASSWORD);
  await open(page, "Where you are signed in");
  await page.locator(".logins li").filter({ hasText: "this one" })
    .filter({ hasText: /known · since .*\d/ }).waitFor();
  assert.equal(await page.locator(".logins li").count(), 2);
  await page.locator(".logins button:visible").click();
  await page.getByRole("status").filter({ hasText: "It has ended." }).waitFor();
  assert.equal(await page.locator(".logins li").count(), 1);
  assert.ok(await page.getByRole("heading", { name: "Where you are signed in" })
    .evaluate((one) => one === document.activeElement), "the focus stays in the dialog");
  // Its socket is ended with it: it is told so at once, and goes on after that.
  await second.page.getByRole("heading", { name: "Sign in again" }).waitFor();
  assert.equal(await second.page.locator("[name=login]").inputValue(), login);
  await second.page.locator("[name=password]").fill(PASSWORD);
  await second.page.keyboard.press("Enter");
  await second.page.locator(".door").waitFor({ state: "detached" });
  await page.keyboard.press("Escape");

  await open(page, "Change password");
  const change = async (now, fresh) => {
    await page.getByLabel("Your password as it is now").fill(now);
    await page.getByRole("textbox", { name: "New password" }).fill(fresh);
    await page.keyboard.press("Enter");
  };
  await change("not this one", "another staple");
  await page.getByText("This is not your password.").waitFor();
  await change(PASSWORD, "qwertyuiop");
  await page.getByText("tried first").waitFor();
  await change(PASSWORD, "another staple");
  await page.getByText("Your password is changed.").waitFor();
  await page.reload();
  await account(page).waitFor();
  await second.page.reload();
  await second.page.locator(".door").waitFor();
  assert.deepEqual([...unexpected(page), ...unexpected(second.page)], []);
  await context.close();
  await second.context.close();
});

test("a login that is ended from elsewhere is told as that in all tabs", async () => {
  const login = await rep();
  const { page, context } = await person(browser);
  await signIn(page, "console", login, PASSWORD);
  const other = await watched(context);
  await other.goto(`${server.base}/console`);
  await account(other).waitFor();
  const body = { login, password: PASSWORD };
  const { access_token: token } = await server.ask("POST", "/sessions", null, body);
  const ends = async () => {
    const all = await server.ask("GET", "/me/sessions", token);
    const { id } = all.find(({ current }) => !current);
    await server.ask("DELETE", `/me/sessions/${id}`, token);
  };
  await ends();
  for (const one of [page, other]) {
    await one.locator(".door").getByText("What you have typed is still there.").waitFor();
  }
  // That is over with the next login. Keys reach a page for sure only where it is before people.
  await page.bringToFront();
  await page.locator("[name=password]").fill(PASSWORD);
  await page.keyboard.press("Enter");
  for (const one of [page, other]) await one.locator(".door").waitFor({ state: "detached" });
  await other.bringToFront();
  await account(other).click();
  await button(other, "Sign out").click();
  await page.locator(".door").getByText("You have signed out in another tab.").waitFor();
  assert.deepEqual([page, other].flatMap(unexpected), []);
  await context.close();
});
