// The rep's console: a day at it by keyboard alone, offers, and who else is there.

import assert from "node:assert/strict";
import { before, test } from "node:test";

import { field } from "./browser.js";
import {
  account, anotherTab, Office, option, pick, ready, rows, said, titled, until, wants,
} from "./console.js";

const office = new Office();
let server;
let queues;
before(async () => {
  ({ server, queues } = await office.open());
});

test("a day at the console, by keyboard alone", async () => {
  const mina = await account(server, "Mina Karimi", { queues: [queues.offers.id,
    queues.manual.id, queues.wrap.id] });
  const page = await office.at(mina);
  const keys = page.keyboard;
  // The status menu, by S: a native box takes the arrow keys.
  await page.locator("body").focus();
  await keys.press("s");
  await until(() => page.evaluate(() => document.activeElement.id === "availability"));
  await keys.press("Escape");
  await wants(page, server, mina, "available");

  const sara = await office.customer("Sara Ahmadi");
  await sara.listens();
  await sara.opens("My order is <b>broken</b>", queues.offers.id);
  await page.locator(".offer").filter({ hasText: "Sara Ahmadi" })
    .filter({ hasText: "My order is <b>broken</b>" }).waitFor();
  assert.match(await page.title(), /^\(1\)/);
  await page.evaluate(() => document.activeElement.blur());
  await keys.press("a");
  await titled(page, "Sara Ahmadi");
  await sara.hears(({ type, conversation }) => type === "assigned"
    && conversation.rep.name === "Mina Karimi");
  await said(page, "My order is <b>broken</b>");
  await until(() => page.evaluate(() => document.activeElement.id === "text"));

  await keys.type("Hello! Let me look.");
  await sara.hears(({ type, on }) => type === "typing" && on);
  await keys.press("Enter");
  await said(page, "Hello! Let me look.");
  const answer = await sara.hears(({ kind, text }) => kind === "message"
    && text === "Hello! Let me look.");
  sara.tells({ type: "read", conversation: sara.conversation, seq: answer.seq });
  await page.locator(".reached").filter({ hasText: "Seen" }).waitFor();
  sara.tells({ type: "typing", conversation: sara.conversation, on: true });
  await page.getByText("Sara Ahmadi is typing…").waitFor();

  // A note, by N.
  await keys.press("Escape");
  await until(() => page.evaluate(() => document.activeElement.closest(".pick") !== null));
  await keys.press("n");
  // Pressed again it leads to the note all the same.
  await keys.press("Escape");
  await until(() => page.evaluate(() => document.activeElement.closest(".pick") !== null));
  await keys.press("n");
  await keys.type("She has called before.");
  await keys.press("Control+Enter");
  await page.locator(".remark .said").filter({ hasText: "She has called before." }).waitFor();

  // Another one is claimed from those who wait, and T gives it to the other queue.
  const lev = await office.customer("Лев Орлов");
  await lev.opens("Спасибо, жду", queues.manual.id);
  await keys.press("Escape");
  await page.locator("#tab-waiting").focus();
  await keys.press("Home");
  await keys.press("ArrowRight");
  await page.getByRole("button", { name: /Claim/ }).focus();
  await keys.press("Enter");
  await titled(page, "Лев Орлов");
  await keys.press("Escape");
  await keys.press("k");
  await titled(page, "Sara Ahmadi");
  await keys.press("2");
  await titled(page, "Лев Орлов");
  await keys.press("Escape");
  await keys.press("t");
  await page.getByRole("radio", { name: /Claims/ }).focus();
  await keys.press("Space");
  await keys.press("Enter");
  await until(async () => (await office.state(lev.conversation)).queue.id === queues.wrap.id);
  await page.getByRole("dialog").waitFor({ state: "detached" });

  // Search finds a word, and brings it before her.
  await keys.press("Control+k");
  // A number is found by the digits of any script.
  const { number } = await office.state(sara.conversation);
  await keys.type(`#${String(number).replace(/\d/g, (digit) => "۰۱۲۳۴۵۶۷۸۹"[digit])}`);
  await option(page).filter({ hasText: "Sara Ahmadi" }).waitFor();
  await keys.press("Control+a");
  await keys.type("broken");
  // What was said a moment ago may not be in the index yet; whoever looks for it asks again.
  await until(async () => {
    await keys.press("Backspace");
    await keys.press("n");
    return option(page).filter({ hasText: "broken" }).first().waitFor({ timeout: 2_000 })
      .then(() => true, () => false);
  });
  await until(() => page.locator("[role=option][aria-selected=true]").filter(
    { hasText: "Sara" }).count());
  await keys.press("Enter");
  await titled(page, "Sara Ahmadi");

  // And E closes it.
  await keys.press("Escape");
  await keys.press("e");
  await page.getByRole("dialog").getByRole("radio", { name: "Solved", exact: true }).waitFor();
  await keys.press("Enter");
  await sara.hears(({ kind }) => kind === "closed");
  assert.equal((await office.state(sara.conversation)).resolution, "resolved");
  await page.getByText("Closed. You can still leave a note.").waitFor();
  await page.getByText("You closed it: solved").waitFor();
  await page.evaluate(() => document.activeElement.blur());
  await keys.press("?");
  await page.getByRole("dialog", { name: "Shortcuts and settings" }).waitFor();
  await keys.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  assert.ok(!sara.frames.some((frame) => JSON.stringify(frame).includes("called before")),
    "no customer hears of a note");
  assert.deepEqual(page.complaints, []);
});

test("an offer is passed on, and who misses one is told and set away", async () => {
  const [mina, pavel] = [await account(server, "Mina Karimi", { queues: [queues.offers.id] }),
    await account(server, "Pavel", { queues: [queues.offers.id, queues.quick.id] })];
  const [first, second] = [await office.at(mina), await office.at(pavel)];
  await wants(first, server, mina, "available");
  const ann = await office.customer("Ann Lee");
  await ann.opens("Where is it?", queues.offers.id);
  await first.locator(".offer").waitFor();
  await wants(second, server, pavel, "available");
  await first.locator("body").press("Shift+A");
  await first.locator(".offer").waitFor({ state: "detached" });
  await second.locator(".offer").filter({ hasText: "Ann Lee" }).waitFor();
  await second.locator(".offer").getByRole("button", { name: "Accept" }).click();
  await titled(second, "Ann Lee");
  assert.equal((await office.state(ann.conversation)).rep.name, "Pavel");

  // Where letters are typed, A is one, and is not shown as a key.
  await wants(first, server, mina, "away");
  const cleo = await office.customer("Cleo");
  await cleo.opens("And mine?", queues.offers.id);
  await field(second).focus();
  const offer = second.locator(".offer").filter({ hasText: "Cleo" });
  await offer.waitFor();
  const keys = second.locator(":is(.offer, .actions) kbd");
  for (const typed of [field(second), second.locator("#availability")]) {
    await typed.focus();
    assert.deepEqual(await keys.evaluateAll((all) => all.filter((key) =>
      key.checkVisibility({ visibilityProperty: true }))), []);
    await field(second).press("Escape");
    await offer.locator("kbd").first().waitFor();
  }
  await second.locator("body").press("Shift+A");
  await offer.waitFor({ state: "detached" });

  // Within a chat on a phone, too, and as long as he has not seen it.
  await second.setViewportSize({ width: 360, height: 740 });
  const tab = await anotherTab(second.context(), server);
  const bob = await office.customer("Bob");
  await bob.opens("Quick, please", queues.quick.id);
  await second.locator(".offer").filter({ hasText: "Bob" }).waitFor();
  await second.locator(".missed").filter({ hasText: "set away" }).waitFor();
  await second.reload();
  await ready(second);
  await titled(second, "Ann Lee");
  await second.locator(".missed").filter({ hasText: "set away" }).waitFor();
  assert.equal(await second.locator("#availability").inputValue(), "away");
  await tab.locator(".missed").filter({ hasText: "set away" }).waitFor();
  await second.getByRole("button", { name: "I am back" }).click();
  for (const page of [second, tab]) await page.locator(".missed p").waitFor({ state: "detached" });
  assert.equal(await second.locator("#availability").inputValue(), "available");
  assert.deepEqual([...first.complaints, ...second.complaints], []);
});

test("two reps claim at once: one has it, the other is told who", async () => {
  const reps = [await account(server, "Mina Karimi", { queues: [queues.manual.id] }),
    await account(server, "Pavel", { queues: [queues.manual.id] })];
  const pages = [await office.at(reps[0]), await office.at(reps[1])];
  const ann = await office.customer("Ann Lee");
  await ann.opens("First come, first served", queues.manual.id);
  const buttons = [];
  for (const page of pages) {
    await page.locator("#tab-waiting").click();
    const button = page.getByRole("button", { name: /Claim/ });
    await button.waitFor();
    buttons.push(button);
  }
  await Promise.all(buttons.map((button) => button.evaluate((one) => one.click())));
  await until(async () => (await office.state(ann.conversation)).rep);
  const winner = (await office.state(ann.conversation)).rep.name;
  const [won, lost] = winner === "Pavel" ? [pages[1], pages[0]] : pages;
  await titled(won, "Ann Lee");
  await lost.getByText(new RegExp(`${winner} took this one|Somebody else has just`)).waitFor();
  await lost.getByRole("button", { name: /Claim/ }).waitFor({ state: "detached" });
});

test("two tabs agree, one of them rings, and the other does when it goes", async () => {
  const mina = await account(server, "Mina Karimi", { queues: [queues.offers.id] });
  const first = await office.at(mina);
  const { context } = office.people.at(-1);
  await wants(first, server, mina, "available");
  await first.locator("body").click();
  const second = await anotherTab(context, server);
  assert.equal(await second.locator("#availability").inputValue(), "available");
  await second.locator("body").click();
  const rang = (page) => page.evaluate(() => Number(document.documentElement.dataset.rang ?? 0));
  const ann = await office.customer("Ann Lee");
  await ann.opens("Hello?", queues.offers.id);
  for (const page of [first, second]) await page.locator(".offer").waitFor();
  await until(() => rang(first));
  assert.equal(await rang(second), 0, "one rings");
  await second.locator(".offer").getByRole("button", { name: "Accept" }).click();
  await titled(second, "Ann Lee");
  await first.locator(".offer").waitFor({ state: "detached" });
  await pick(first, "Ann Lee");
  await field(first).fill("From the first tab");
  await field(first).press("Enter");
  await said(second, "From the first tab");
  await first.locator("#availability").selectOption("away");
  await until(async () => await second.locator("#availability").inputValue() === "away");
  await first.close();
  const before = await rang(second);
  // The tab that is left must have taken over before it can ring.
  await until(() => second.evaluate(async () => (await navigator.locks.query()).held.some(
    ({ name }) => name.startsWith("switchboard.console.ring"))));
  await second.evaluate(() => document.activeElement.blur());
  await second.locator("#tab-waiting").click();
  const bob = await office.customer("Bob");
  await wants(second, server, mina, "available");
  await bob.opens("Me, too", queues.offers.id);
  await until(async () => await rang(second) > before);
});

test("J and K go through the list and stay in it, and Escape closes one thing", async () => {
  const { page } = await office.rep({}, { viewport: { width: 1000, height: 700 } });
  const names = ["Ann Lee", "Bob", "Cyrus"];
  for (const name of names) {
    await (await office.customer(name)).opens("Hello");
    await rows(page).filter({ hasText: name }).waitFor();
  }
  const keys = page.keyboard;
  // Who points at a row goes on from there, and by Enter into the field.
  await rows(page).first().click();
  await titled(page, "Ann Lee");
  await keys.press("j");
  await titled(page, "Bob");
  await keys.press("1");
  await titled(page, "Ann Lee");
  await keys.press("Enter");
  await until(() => page.evaluate(() => document.activeElement.id === "text"));
  assert.equal(await field(page).inputValue(), "");
  await keys.press("Escape");
  await keys.press("Control+k");
  await keys.type("ann");
  await keys.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  // What the browser does with Alt and a digit is its own.
  await page.evaluate(() => addEventListener("keydown", (event) =>
    setTimeout(() => { document.body.dataset.taken = String(event.defaultPrevented); })));
  await keys.press("Alt+3");
  await page.locator("body[data-taken=false]").waitFor();
  await keys.press("j");
  await keys.press("j");
  await titled(page, "Cyrus");
  await keys.press("k");
  await titled(page, "Bob");
  assert.equal(await field(page).inputValue(), "", "no letter has gone astray");
  assert.match(await page.evaluate(() => document.activeElement.textContent), /Bob/);

  await page.getByRole("button", { name: "Customer", exact: true }).click();
  await page.locator("#panel.open").waitFor();
  await page.evaluate(() => document.querySelector("#talk-menu").showPopover());
  await page.evaluate(() => document.activeElement.blur());
  await keys.press("Escape");
  await until(() => page.evaluate(() => !document.querySelector(":popover-open")));
  assert.equal(await page.locator("#panel.open").count(), 1);
  await keys.press("Escape");
  await page.locator("#panel.open").waitFor({ state: "detached" });
});

const LAYOUTS = {
  Russian: { a: "ф", j: "о", k: "л", n: "т", t: "е", e: "у", r: "к", s: "ы", slash: ".",
    question: ",", one: "1" },
  Persian: { a: "ش", j: "ت", k: "ن", n: "د", t: "ف", e: "ث", r: "ق", s: "س", slash: "/",
    question: "؟", one: "۱" },
};
/** Presses a key of another layout: the browser itself tells what it has there. */
async function press(page, { code, key, ctrl = false, shift = false }) {
  const wire = await page.context().newCDPSession(page);
  const modifiers = (ctrl ? 2 : 0) + (shift ? 8 : 0);
  const text = ctrl || key.length > 1 ? undefined : key;
  await wire.send("Input.dispatchKeyEvent", { type: "keyDown", code, key, modifiers, text });
  await wire.send("Input.dispatchKeyEvent", { type: "keyUp", code, key, modifiers });
  await wire.detach();
}
const pressed = (page, key, letter, more = {}) =>
  press(page, { code: `Key${key.toUpperCase()}`, key: letter, ...more });

for (const [layout, letters] of Object.entries(LAYOUTS)) {
  test(`every key is where it is on a ${layout} layout`, async () => {
    const { page } = await office.rep({ queues: [queues.offers.id] });
    const names = ["Ann Lee", "Bob", "Cyrus"];
    const blur = () => page.evaluate(() => document.activeElement.blur());
    const offered = async (name) => {
      await (await office.customer(name)).opens("Hello?", queues.offers.id);
      await page.locator(".offer").filter({ hasText: name }).waitFor();
      await blur();
    };
    const closes = async () => {
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
    };
    // With Caps Lock a letter is another one, and the key the same.
    await offered(names[0]);
    await pressed(page, "a", letters.a.toUpperCase());
    await titled(page, names[0]);
    await offered(names[1]);
    await pressed(page, "a", letters.a);
    await titled(page, names[1]);
    await offered(names[2]);
    await pressed(page, "a", letters.a.toUpperCase(), { shift: true });
    await page.locator(".offer").waitFor({ state: "detached" });
    await rows(page).first().click();
    await titled(page, names[0]);
    await pressed(page, "j", letters.j);
    await titled(page, names[1]);
    await pressed(page, "k", letters.k);
    await titled(page, names[0]);
    await pressed(page, "j", letters.j);
    await titled(page, names[1]);
    await press(page, { code: "Digit1", key: letters.one });
    await titled(page, names[0]);
    await pressed(page, "r", letters.r);
    await until(() => page.evaluate(() => document.activeElement.id === "text"));
    // In the field a letter is a letter.
    await pressed(page, "t", letters.t);
    assert.equal(await field(page).inputValue(), letters.t);
    await field(page).fill("");
    await field(page).press("Escape");
    await press(page, { code: "Slash", key: letters.slash });
    await until(async () => await field(page).inputValue() === "/");
    await page.locator(".replies").waitFor();
    await field(page).fill("");
    await field(page).press("Escape");
    await pressed(page, "n", letters.n);
    await page.locator(".composer[data-note=true]").waitFor();
    await field(page).press("Escape");
    await pressed(page, "t", letters.t);
    await page.getByRole("dialog", { name: "Transfer this chat" }).waitFor();
    await closes();
    await blur();
    await pressed(page, "e", letters.e);
    await page.getByRole("dialog", { name: "Close this chat" }).waitFor();
    await closes();
    await blur();
    await pressed(page, "s", letters.s);
    await until(() => page.evaluate(() => document.activeElement.id === "availability"));
    await page.keyboard.press("Escape");
    await blur();
    await pressed(page, "k", letters.k, { ctrl: true });
    await page.getByRole("dialog", { name: "Search" }).waitFor();
    await pressed(page, "k", letters.k, { ctrl: true });
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await blur();
    await press(page, { code: "Slash", key: letters.question, shift: true });
    await page.getByRole("dialog", { name: "Shortcuts and settings" }).waitFor();

    await page.getByLabel("Single letters do something").uncheck();
    await closes();
    await blur();
    await pressed(page, "t", letters.t);
    await press(page, { code: "Slash", key: letters.question, shift: true });
    assert.equal(await page.getByRole("dialog").count(), 0, "they are off");
    await pressed(page, "k", letters.k, { ctrl: true });
    await page.getByRole("dialog", { name: "Search" }).waitFor();
  });
}

test("a slash that needs Shift on a layout opens the replies, and not the help", async () => {
  const { page } = await office.talk();
  await page.evaluate(() => document.activeElement.blur());
  await press(page, { code: "Digit7", key: "/", shift: true });
  await until(async () => await field(page).inputValue() === "/");
});
