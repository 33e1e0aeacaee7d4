// The rep's console: what must not be lost, whatever the network and the page do.

import assert from "node:assert/strict";
import { before, test } from "node:test";

import { field, losing, write } from "./browser.js";
import { account, anotherTab, Office, pick, ready, rows, said, titled, until } from "./console.js";

const office = new Office();
let server;
let queues;
before(async () => {
  ({ server, queues } = await office.open());
});

test("a draft belongs to its conversation; it outlives a reload, its tab and a login", async () => {
  const { mina, page } = await office.rep();
  const context = page.context();
  const [ann, bob] = [await office.customer("Ann Lee"), await office.customer("Bob")];
  await ann.opens("One");
  await bob.opens("Two");
  await pick(page, "Ann Lee");
  await field(page).fill("half a sen");
  await pick(page, "Bob");
  assert.equal(await field(page).inputValue(), "");
  await page.getByRole("button", { name: "Note", exact: true }).click();
  await field(page).fill("half a note");
  await page.reload();
  await ready(page);
  await titled(page, "Bob");
  assert.equal(await field(page).inputValue(), "half a note");
  await page.locator(".composer[data-note=true]").waitFor();
  await pick(page, "Ann Lee");
  assert.equal(await field(page).inputValue(), "half a sen");
  await page.locator(".composer[data-note=false]").waitFor();
  // What is for colleagues alone does not become an answer without a word; the other way it may.
  const told = page.locator(".toast");
  const turn = async (note) => {
    await page.getByRole("button", { name: "Note", exact: true }).click();
    await page.locator(`.composer[data-note=${note}]`).waitFor();
  };
  await turn(true);
  assert.equal(await told.textContent(), "");
  await turn(false);
  assert.match(await told.textContent(), /This is an answer now/);

  const second = await context.newPage();
  await second.goto(page.url());
  await pick(second, "Ann Lee");
  assert.equal(await field(second).inputValue(), "half a sen", "it is there in another tab");
  await field(second).press("End");
  await second.keyboard.type("tence, whole");
  await second.close();
  const third = await context.newPage();
  await third.goto(page.url());
  await pick(third, "Ann Lee");
  assert.equal(await field(third).inputValue(), "half a sentence, whole", "and when one is closed");
  await third.close();
  // A tab that stands open with what was there before neither takes it back nor brings it again.
  await pick(page, "Bob");
  await pick(page, "Ann Lee");
  assert.equal(await field(page).inputValue(), "half a sentence, whole");
  await field(page).fill("half a sen");

  await field(page).focus();
  await page.keyboard.press("End");
  await page.keyboard.type("t");
  await server.ask("DELETE", `/people/${mina.id}/sessions`, server.admin);
  await page.locator(".door").waitFor();
  await page.keyboard.type("battery staple");
  await page.keyboard.press("Enter");
  await page.locator(".door").waitFor({ state: "detached" });
  // He goes on where he was, by the keyboard alone.
  await page.keyboard.type("ence");
  assert.equal(await field(page).inputValue(), "half a sentence");
  await page.keyboard.press("Enter");
  await said(page, "half a sentence");
  await until(async () => (await server.ask("GET", `/conversations/${ann.conversation}/events`,
    server.admin)).items.some(({ text }) => text === "half a sentence"));

  // Whoever signs out leaves nothing to the next one.
  await field(page).fill("for nobody else");
  await page.locator(".account-button").click();
  const signOut = page.getByRole("button", { name: "Sign out", exact: true });
  await signOut.click();
  const asked = page.getByRole("dialog").filter({ hasText: "Sign out with unsent drafts?" });
  await asked.getByRole("button", { name: "Cancel" }).click();
  assert.equal(await field(page).inputValue(), "for nobody else");
  await page.locator(".account-button").click();
  await signOut.click();
  await asked.getByRole("button", { name: "Sign out" }).click();
  await page.locator(".door").waitFor();
  const left = await page.evaluate(() => JSON.stringify([{ ...sessionStorage },
    { ...localStorage }]));
  assert.doesNotMatch(left, /for nobody else|half a note/);
});

test("what was stored and not acknowledged stands in the log once after a reload", async () => {
  const mina = await account(server, "Mina Karimi", { queues: [queues.manual.id] });
  const page = await office.at(mina);
  const [ann, bob] = [await office.customer("Ann Lee"), await office.customer("Bob")];
  await ann.opens("One", queues.manual.id);
  await bob.opens("Two", queues.manual.id);
  let isOut = false;
  await losing(page, ({ client_id: id }) => isOut && id);
  await page.reload();
  await ready(page);
  await page.locator("#tab-waiting").click();
  const stored = (one, text) => until(async () => (await server.ask("GET",
    `/conversations/${one.conversation}/events`, server.admin)).items.some((entry) =>
    entry.text === text));
  // Of what is not hers nothing is told: it is asked for, and has her note.
  await pick(page, "Bob");
  isOut = true;
  await write(page, "A note of hers");
  await stored(bob, "A note of hers");
  await page.locator(".rows:not(.pending)").getByText("A note of hers").waitFor();
  assert.equal(await page.locator(".log").getByText("A note of hers").count(), 1);
  isOut = false;
  await page.getByRole("button", { name: /Claim/ }).filter({ hasText: "Ann Lee" }).click();
  await titled(page, "Ann Lee");
  isOut = true;
  await write(page, "Only once");
  await stored(ann, "Only once");
  await page.reload();
  await said(page, "Only once");
  assert.equal(await page.locator(".log").getByText("Only once").count(), 1);
});

test("while there is no network it is said, and what is written waits", async () => {
  const { page, ann } = await office.talk();
  const [{ context }] = office.people;
  await context.setOffline(true);
  await page.locator(".banner[data-state=offline]").waitFor();
  await field(page).fill("Written on the train");
  await field(page).press("Enter");
  const first = page.locator(".pending li").filter({ hasText: "Written on the train" });
  await first.filter({ hasText: "Will be sent when there is a network" }).waitFor();
  // A row stays the same one while others come: somebody may have selected something in it.
  const row = await first.elementHandle();
  await write(page, "And in the tunnel");
  await page.locator(".pending li").nth(1).waitFor();
  assert.ok(await row.evaluate((one) => one.isConnected));
  await ann.says("Are you there?");
  // What comes later, and was asked for in vain, comes when it is asked for again.
  const [slots, why] = [page.locator(".slots"), page.locator("dialog .why")];
  await slots.click();
  await why.filter({ hasText: "cannot be reached" }).waitFor();
  await page.keyboard.press("Escape");
  await field(page).fill("/");
  await page.locator(".toast").filter({ hasText: "cannot be reached" }).waitFor();
  await context.setOffline(false);
  await field(page).fill("");
  await field(page).fill("/");
  await page.locator(".replies").filter({ hasText: "No replies are kept yet" }).waitFor();
  await field(page).fill("");
  await slots.click();
  await why.filter({ hasText: "You hold" }).waitFor();
  await page.keyboard.press("Escape");
  await said(page, "Written on the train");
  await said(page, "Are you there?");
  await page.locator(".banner[data-state=offline]").waitFor({ state: "detached" })
    .catch(() => {});
  await until(async () => await page.locator(".banner").textContent() === "");
  const { items } = await server.ask("GET", `/conversations/${ann.conversation}/events`,
    server.admin);
  assert.equal(items.filter(({ text }) => text === "Written on the train").length, 1);
});

test("what a closed tab had not sent is sent from the next one, once", async () => {
  const { page, ann } = await office.talk();
  const [{ context }] = office.people;
  await context.setOffline(true);
  await page.locator(".banner[data-state=offline]").waitFor();
  await write(page, "Written before the lid was shut");
  await page.locator(".pending li").filter({ hasText: "Will be sent" }).waitFor();
  await page.close();
  await context.setOffline(false);
  const next = await anotherTab(context, server);
  await pick(next, "Ann Lee");
  await said(next, "Written before the lid was shut");
  await next.reload();
  await said(next, "Written before the lid was shut");
  const { items } = await server.ask("GET", `/conversations/${ann.conversation}/events`,
    server.admin);
  assert.equal(items.filter(({ text }) => text === "Written before the lid was shut").length, 1);
  assert.deepEqual(next.complaints, []);
});

test("a tab that stands open sends what a closed one had not; signing out asks about it",
  async () => {
    const { page, ann } = await office.talk();
    const [{ context }] = office.people;
    const other = await anotherTab(context, server);
    await pick(other, "Ann Lee");
    await context.setOffline(true);
    await page.locator(".banner[data-state=offline]").waitFor();
    await write(page, "From the other desk");
    await page.locator(".pending li").filter({ hasText: "Will be sent" }).waitFor();
    await page.close();
    const menu = other.locator(".account-button");
    await menu.click();
    await other.getByRole("button", { name: "Sign out", exact: true }).click();
    const asked = other.getByRole("dialog").filter({ hasText: "Sign out with unsent drafts?" });
    await asked.waitFor();
    await other.keyboard.press("Escape");
    await context.setOffline(false);
    await said(other, "From the other desk");
    const { items } = await server.ask("GET", `/conversations/${ann.conversation}/events`,
      server.admin);
    assert.equal(items.filter(({ text }) => text === "From the other desk").length, 1);
  });

test("an answer that was begun stays one when its chat is closed or given away", async () => {
  const { mina, page, ann } = await office.talk();
  const held = page.locator(".held");
  const isHeld = async (text, why, notes = 0) => {
    await held.getByText(why).waitFor();
    await field(page).press("Enter");
    assert.equal(await field(page).inputValue(), text);
    assert.equal(await page.locator(".composer").getAttribute("data-note"), "false");
    assert.ok(await page.getByRole("button", { name: "Send" }).isDisabled());
    assert.equal(await page.locator(".remark, .pending li").count(), notes);
  };
  const close = () => server.ask("POST", `/conversations/${ann.conversation}/close`,
    server.admin, {});
  await field(page).fill("It is at the door");
  await close();
  await isHeld("It is at the door", "This chat is closed");
  await page.reload();
  await ready(page);
  await isHeld("It is at the door", "This chat is closed");
  await held.getByRole("button", { name: "Open again" }).click();
  await held.waitFor({ state: "hidden" });
  await field(page).press("Enter");
  await said(page, "It is at the door");
  await field(page).fill("Call her back");
  await close();
  await held.getByRole("button", { name: "Keep it as a note" }).click();
  await page.locator(".composer[data-note=true]").waitFor();
  await field(page).press("Enter");
  await page.locator(".remark .said").filter({ hasText: "Call her back" }).waitFor();

  // What he may not even read any more is not asked for, and what he has begun can be copied.
  // What is asked for because it is open again may be answered only after it has gone on.
  const asked = ["/customers/", "/conversations?customer="].map((path) =>
    page.waitForRequest((one) => one.url().includes(path)).then((one) => one.response()));
  await page.locator(".actions").getByRole("button", { name: "Open again" }).click();
  await Promise.all(asked);
  await until(async () => (await office.state(ann.conversation)).rep?.id === mina.id);
  await page.locator(".actions").getByRole("button", { name: "Transfer" }).waitFor();
  await field(page).fill("Ask Pavel");
  const pavel = await server.rep("Pavel");
  await server.ask("POST", `/conversations/${ann.conversation}/transfer`, server.admin,
    { rep: pavel.id });
  await isHeld("Ask Pavel", "This chat is no longer yours", 1);
  await page.getByText("You see it as it was then.").waitFor();
  assert.equal(await held.getByRole("button").count(), 0);
  assert.deepEqual(page.complaints, []);
  pavel.go();
});

test("an answer that is late brings nothing back", async () => {
  const { page } = await office.talk();
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

test("what was read meanwhile is not unread again by an answer that is late", async () => {
  const { page, ann } = await office.talk();
  await page.route("**/conversations?rep=*", async (route) => {
    const response = await route.fetch();
    const told = await response.json();
    for (const one of told.items) one.unread = 7;
    await ann.says("Are you there?");
    await page.locator(".log .said").filter({ hasText: "Are you there?" }).waitFor();
    await until(async () => (await office.events(ann.conversation)).marks.staff.read
      === (await office.state(ann.conversation)).last_seq);
    await route.fulfill({ response, json: told });
  }, { times: 1 });
  const late = page.waitForResponse(/conversations\?rep=/);
  await page.locator(".talk-head").getByRole("button", { name: "More" }).click();
  await page.locator("#talk-menu").getByLabel("Priority").selectOption("high");
  await (await late).finished();
  await page.evaluate(() => new Promise((done) =>
    requestAnimationFrame(() => requestAnimationFrame(done))));
  assert.equal(await page.locator(".badge").filter({ hasText: "7" }).count(), 0);
});

test("what was sent in one tab is no draft in another", async () => {
  const { page: first, ann } = await office.talk();
  await field(first).fill("It is at the door");
  const second = await anotherTab(first.context(), server);
  await pick(second, "Ann Lee");
  assert.equal(await field(second).inputValue(), "It is at the door");
  await field(first).press("Enter");
  await said(second, "It is at the door");
  await until(async () => await field(second).inputValue() === "");
  // The other way round, too.
  await field(second).fill("Or the window");
  await first.reload();
  await ready(first);
  await field(first).press("Enter");
  await said(second, "Or the window");
  await until(async () => await field(second).inputValue() === "");
  // What was changed here is another one.
  await field(first).fill("And the key");
  await second.reload();
  await ready(second);
  await pick(second, "Ann Lee");
  await field(second).fill("And the key is under the mat");
  await field(first).press("Enter");
  await said(second, "And the key");
  assert.equal(await field(second).inputValue(), "And the key is under the mat");
  assert.equal((await office.events(ann.conversation)).items
    .filter(({ kind }) => kind === "message").length, 4);
});

test("what comes late takes neither the focus nor the place of something else", async () => {
  const mina = await account(server, "Mina Karimi", { queues: [queues.manual.id] });
  for (const name of ["Ann Lee", "Ann Lee", "Ann Lee"]) {
    const one = await office.customer(name);
    for (let turn = 0; turn < 14; turn += 1) await one.opens(`No. ${turn}`, queues.manual.id);
  }
  const page = await office.at(mina);
  const held = async (pattern) => {
    let [letGo, taken] = [null, null];
    const isTaken = new Promise((done) => { taken = done; });
    const mayGo = new Promise((done) => { letGo = done; });
    await page.route(pattern, async (route) => {
      taken();
      await mayGo;
      await route.continue();
    }, { times: 1 });
    return { isTaken, letGo };
  };
  await page.locator("#tab-all").click();
  await rows(page).nth(39).waitFor();
  const more = await held(/\/conversations\?.*before=/);
  const late = page.waitForResponse(/\/conversations\?.*before=/);
  await page.getByRole("button", { name: "Show more" }).click();
  await more.isTaken;
  await page.locator("#list-all select").selectOption("closed");
  await page.getByText("There is nothing like that.").waitFor();
  more.letGo();
  await (await late).finished();
  await page.evaluate(() => new Promise((done) =>
    requestAnimationFrame(() => requestAnimationFrame(done))));
  assert.equal(await rows(page).count(), 0);

  await page.locator("#tab-waiting").click();
  await page.getByRole("button", { name: /Claim/ }).first().click();
  await titled(page, "Ann Lee");
  const names = await held("**/targets");
  await page.getByRole("button", { name: /^Transfer/ }).click();
  await names.isTaken;
  await page.getByRole("dialog").getByRole("textbox").focus();
  names.letGo();
  await page.getByRole("radio").first().waitFor();
  await page.keyboard.type("She has called before.");
  assert.equal(await page.getByRole("dialog").getByRole("textbox").inputValue(),
    "She has called before.");
});
