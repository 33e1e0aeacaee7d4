// The rep's console: what a rep does with a conversation, and what must not be lost meanwhile.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, afterEach, before, test } from "node:test";

import { field } from "./browser.js";
import { account, Office, option, ready, rows, said, titled, tokenOf, until, wants } from "./console.js";

let office;
let server;
let queues;
before(async () => {
  office = await Office.open();
  ({ server, queues } = office);
});
after(() => office?.close());
afterEach(() => office.clear());

test("a draft belongs to its conversation, and outlives a reload and the login", async () => {
  const mina = await account(server, "Mina Karimi");
  const page = await office.at(mina);
  await wants(page, server, mina, "available");
  const [ann, bob] = [await office.customer("Ann Lee"), await office.customer("Bob")];
  await ann.opens("One");
  await bob.opens("Two");
  await rows(page).filter({ hasText: "Ann Lee" }).click();
  await titled(page, "Ann Lee");
  await field(page).fill("half a sen");
  await rows(page).filter({ hasText: "Bob" }).click();
  await titled(page, "Bob");
  assert.equal(await field(page).inputValue(), "");
  await page.getByRole("button", { name: "Note", exact: true }).click();
  await field(page).fill("half a note");
  await page.reload();
  await ready(page);
  await titled(page, "Bob");
  assert.equal(await field(page).inputValue(), "half a note");
  await page.locator(".composer[data-note=true]").waitFor();
  await rows(page).filter({ hasText: "Ann Lee" }).click();
  await titled(page, "Ann Lee");
  assert.equal(await field(page).inputValue(), "half a sen");
  await page.locator(".composer[data-note=false]").waitFor();

  await server.ask("DELETE", `/people/${mina.id}/sessions`, server.admin);
  await page.locator(".door").waitFor();
  await page.locator(".door input[name=password]").fill("battery staple");
  await page.keyboard.press("Enter");
  await page.locator(".door").waitFor({ state: "detached" });
  assert.equal(await field(page).inputValue(), "half a sen");
  await field(page).press("Enter");
  await said(page, "half a sen");
  await until(async () => (await server.ask("GET", `/conversations/${ann.conversation}/events`,
    server.admin)).items.some(({ text }) => text === "half a sen"));
});

test("while there is no network it is said, and what is written waits", async () => {
  const mina = await account(server, "Mina Karimi");
  const page = await office.at(mina);
  const { context } = office.people.at(-1);
  await wants(page, server, mina, "available");
  const ann = await office.customer("Ann Lee");
  await ann.opens("One");
  await rows(page).filter({ hasText: "Ann Lee" }).click();
  await titled(page, "Ann Lee");
  await context.setOffline(true);
  await page.locator(".banner[data-state=offline]").waitFor();
  await field(page).fill("Written on the train");
  await field(page).press("Enter");
  await page.locator(".pending").filter({ hasText: "Sending…" }).waitFor();
  await ann.says("Are you there?");
  await context.setOffline(false);
  await said(page, "Written on the train");
  await said(page, "Are you there?");
  await page.locator(".banner[data-state=offline]").waitFor({ state: "detached" })
    .catch(() => {});
  await until(async () => await page.locator(".banner").textContent() === "");
  const { items } = await server.ask("GET", `/conversations/${ann.conversation}/events`,
    server.admin);
  assert.equal(items.filter(({ text }) => text === "Written on the train").length, 1);
});

test("wrap-up, parking, waking, back in line, and why", async () => {
  const mina = await account(server, "Mina Karimi", { queues: [queues.wrap.id] });
  const page = await office.at(mina);
  await wants(page, server, mina, "available");
  const ann = await office.customer("Ann Lee");
  await ann.opens("One", queues.wrap.id);
  await rows(page).filter({ hasText: "Ann Lee" }).click();
  await titled(page, "Ann Lee");
  const more = async (name) => {
    await page.locator(".talk-head").getByRole("button", { name: "More" }).click();
    await page.locator("#talk-menu").getByRole("button", { name }).click();
  };
  await more("Who got this, and why?");
  await page.getByText("The line gave it to Mina Karimi.").waitFor();
  await page.keyboard.press("Escape");
  await page.locator(".talk-head").getByRole("button", { name: "More" }).click();
  await page.locator("#talk-menu").getByLabel("Priority").selectOption("urgent");
  await until(async () => (await office.state(ann.conversation)).priority === "urgent");
  await page.keyboard.press("Escape");
  await more("Park");
  await page.getByRole("dialog").getByRole("button", { name: "Park it" }).click();
  await until(async () => (await office.state(ann.conversation)).status === "parked");
  await page.getByText(/^Parked\. It comes back/).waitFor();
  await page.getByRole("button", { name: "Take it up" }).click();
  await until(async () => (await office.state(ann.conversation)).status === "active");
  await page.getByRole("button", { name: /^Close/ }).first().waitFor();
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press("e");
  await page.getByRole("dialog").getByLabel("Last words to the customer").fill("Goodbye!");
  await page.getByRole("dialog").getByRole("button", { name: "Close the chat" }).click();
  await page.getByText(/wrap-up ends by itself/).waitFor();
  await said(page, "Goodbye!");
  await field(page).fill("A note in the wrap-up");
  await field(page).press("Enter");
  await page.locator(".remark .said").filter({ hasText: "A note in the wrap-up" }).waitFor();
  await page.getByRole("button", { name: /^End wrap-up/ }).click();
  await until(async () => (await office.state(ann.conversation)).status === "closed");
  await page.getByRole("button", { name: "Why do I get nothing?" }).first().click();
  await page.getByText("Nobody waits in your queues.").waitFor();
  assert.deepEqual(page.complaints, []);
});

test("an answer that is late brings nothing back", async () => {
  const mina = await account(server, "Mina Karimi");
  const page = await office.at(mina);
  await wants(page, server, mina, "available");
  const ann = await office.customer("Ann Lee");
  await ann.opens("One");
  await rows(page).filter({ hasText: "Ann Lee" }).click();
  await titled(page, "Ann Lee");
  let [letGo, taken] = [null, null];
  const isTaken = new Promise((done) => { taken = done; });
  const mayGo = new Promise((done) => { letGo = done; });
  await page.route("**/conversations?rep=*", async (route) => {
    const answer = await route.fetch();
    taken();
    await mayGo;
    await route.fulfill({ response: answer });
  }, { times: 1 });
  await page.locator(".talk-head").getByRole("button", { name: "More" }).click();
  await page.locator("#talk-menu").getByLabel("Priority").selectOption("high");
  await isTaken;
  await page.locator("#talk-menu").getByRole("button", { name: "Park" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Park it" }).click();
  await page.getByRole("button", { name: "Take it up" }).waitFor();
  const late = page.waitForResponse(/conversations\?rep=/);
  letGo();
  await (await late).finished();
  await page.evaluate(() => new Promise((done) =>
    requestAnimationFrame(() => requestAnimationFrame(done))));
  assert.equal(await page.getByRole("button", { name: "Take it up" }).count(), 1);
});

test("the panel says how a customer is reached, and how sure it is who he is", async () => {
  const mina = await account(server, "Mina Karimi");
  const page = await office.at(mina);
  await wants(page, server, mina, "available");
  const made = await server.ask("POST", "/customers", null, { username: "ann-lee",
    password: "battery staple", display_name: "Ann Lee", email: "ann@example.com",
    phone: "+49 30 123456" });
  await server.ask("PATCH", "/me", made.access_token,
    { time_zone: "Asia/Tehran", city: "Rasht" });
  await server.ask("POST", "/conversations", made.access_token, { client_id: randomUUID() });
  await (await office.customer("Bob")).opens("Two");
  await rows(page).filter({ hasText: "Ann Lee" }).click();
  const panel = page.getByRole("complementary", { name: "Customer" });
  await panel.getByText("Has an account").waitFor();
  const fact = (name) => panel.locator("dt", { hasText: name }).locator("+ dd").textContent();
  assert.equal(await fact("E-mail"), "ann@example.com · not confirmed");
  assert.match(await fact("Phone"), /^\+49/);
  assert.equal(await fact("Place"), "Rasht");
  const there = new Intl.DateTimeFormat("en", { hour: "2-digit", timeZone: "Asia/Tehran" });
  assert.match(await fact("Time there"), new RegExp(there.format(Date.now()).split(" ")[0]));
  await rows(page).filter({ hasText: "Bob" }).click();
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/panel.png` });
  await panel.getByText("A visitor: may be anybody").waitFor();
  assert.equal(await panel.locator("dt", { hasText: "E-mail" }).count(), 0);
});

test("files go along, and what is refused is said", async () => {
  const mina = await account(server, "Mina Karimi");
  const page = await office.at(mina);
  await wants(page, server, mina, "available");
  const ann = await office.customer("Ann Lee");
  await ann.opens("A picture, please");
  await rows(page).filter({ hasText: "Ann Lee" }).click();
  await titled(page, "Ann Lee");
  await page.locator(".composer input[type=file]").setInputFiles([{ name: "door.txt",
    mimeType: "text/plain", buffer: Buffer.from("words") }]);
  await page.locator(".tray li").filter({ hasText: "door.txt" }).waitFor();
  await page.locator(".tray progress").waitFor({ state: "detached" });
  await field(page).fill("Here it is");
  await field(page).press("Enter");
  await page.locator(".mine .file").filter({ hasText: "door.txt" }).waitFor();
  await page.locator(".composer input[type=file]").setInputFiles([{ name: "bad.exe",
    mimeType: "application/octet-stream", buffer: Buffer.from([77, 90, 0, 1, 2, 3]) }]);
  await page.locator(".trays .error").filter({ hasText: "bad.exe" }).waitFor();
});

test("replies that are kept: found behind a slash, filled in where the cursor is", async () => {
  const mina = await account(server, "Mina Karimi");
  const page = await office.at(mina);
  const own = await tokenOf(server, mina);
  await server.ask("POST", "/canned-replies", server.admin,
    { name: "hi", text: "Hello {customer|there}, I am {rep}.", shared: true });
  await server.ask("POST", "/canned-replies", own,
    { name: "refund", text: "I have started your refund.", shared: false });
  await wants(page, server, mina, "available");
  const ann = await office.customer("Ann Lee");
  await ann.opens("One");
  await rows(page).filter({ hasText: "Ann Lee" }).click();
  await titled(page, "Ann Lee");
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press("/");
  await option(page).nth(1).waitFor();
  assert.equal(await option(page).count(), 2);
  await page.keyboard.press("ArrowDown");
  assert.equal(await field(page).getAttribute("aria-activedescendant"), "reply-1");
  await page.keyboard.type("hi");
  await until(async () => await option(page).count() === 1);
  await page.keyboard.press("Enter");
  assert.equal(await field(page).inputValue(), "Hello Ann Lee, I am Mina Karimi.");
  await page.keyboard.type(" and/or /refu");
  await option(page).filter({ hasText: "refund" }).waitFor();
  await page.keyboard.press("Escape");
  await page.locator(".replies:not([hidden])").waitFor({ state: "detached" });
  assert.match(await field(page).inputValue(), /and\/or \/refu$/);
  assert.equal(await page.locator(".mine").count(), 0, "nothing was sent");
});

test("what is no longer his is said so, and can only be read", async () => {
  const [mina, pavel] = [await account(server, "Mina Karimi"), await account(server, "Pavel")];
  const page = await office.at(mina);
  await wants(page, server, mina, "available");
  const ann = await office.customer("Ann Lee");
  await ann.opens("One");
  await rows(page).filter({ hasText: "Ann Lee" }).click();
  await titled(page, "Ann Lee");
  await server.ask("PUT", `/reps/${pavel.id}/capacity`, server.admin, { capacity: 5 });
  const other = await office.at(pavel);
  await wants(other, server, pavel, "available");
  await server.ask("POST", `/conversations/${ann.conversation}/transfer`, server.admin,
    { rep: pavel.id });
  await page.getByText("This conversation is no longer yours.").waitFor();
  await until(async () => await rows(page).count() === 0);
  await rows(other).filter({ hasText: "Ann Lee" }).waitFor();
});
