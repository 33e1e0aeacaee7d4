// The rep's console: what a rep does with a conversation.

import assert from "node:assert/strict";
import { before, test } from "node:test";

import { tick } from "../../src/pages/console/spans.js";
import { field, resize } from "./browser.js";
import { account, Office, pick, ready, rows, said, titled, until, wants } from "./console.js";

const office = new Office();
let server;
let queues;
before(async () => {
  ({ server, queues } = await office.open({ customer_grace_ms: 300 }));
});

test("wrap-up, parking, waking, back in line, and why", async () => {
  const { page, ann } = await office.talk({ queue: queues.wrap.id });
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
  await page.getByText("Taken up again").waitFor();
  assert.equal(await page.getByText("gave it to you").count(), 0);
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press("e");
  await page.getByRole("dialog").getByLabel("Closing message").fill("Goodbye!");
  await page.getByRole("dialog").getByLabel("Closing message").press("Control+Enter");
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

test("who waits stands in the order of the line, and A claims what is shown", async () => {
  const mina = await account(server, "Mina Karimi", { queues: [queues.manual.id] });
  const page = await office.at(mina);
  await page.locator("#tab-waiting").click();
  const [ann, bob] = [await office.customer("Ann Lee"), await office.customer("Bob")];
  await ann.opens("I can wait", queues.manual.id);
  await bob.opens("It burns", queues.manual.id);
  await server.ask("PUT", `/conversations/${bob.conversation}/priority`, server.admin,
    { priority: "urgent" });
  await until(async () => (await rows(page).allTextContents()).join() === "Bob,Ann Lee");
  await page.locator(".pick").filter({ hasText: "Bob" }).getByText("It burns").waitFor();
  await pick(page, "Bob");
  // Only who has it settles how urgent it is.
  await page.locator(".talk-head").getByRole("button", { name: "More" }).click();
  await page.locator("#talk-menu").getByRole("button", { name: /waiting/ }).waitFor();
  assert.equal(await page.locator("#talk-menu").getByLabel("Priority").count(), 0);
  await page.keyboard.press("Escape");
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press("a");
  await until(async () => (await office.state(bob.conversation)).rep?.name === "Mina Karimi");
  assert.deepEqual(page.complaints, []);
});

test("waits that began in the same second read the same, whenever they are looked at", () => {
  const waits = [40_010, 40_400, 40_990].map((since) => ({ dataset: { since }, textContent: "",
    querySelector: () => null }));
  for (let now = 41_000; now < 44_000; now += 37) {
    tick({ querySelectorAll: () => waits }, { tag: "en", number: String }, now);
    assert.equal(new Set(waits.map(({ textContent }) => textContent)).size, 1, `at ${now}`);
  }
});

test("what is no longer his is said so, and can only be read", async () => {
  const [mina, pavel] = [await account(server, "Mina Karimi"), await account(server, "Pavel")];
  const page = await office.at(mina);
  await wants(page, server, mina, "available");
  const ann = await office.customer("Ann Lee");
  await ann.opens("One");
  await pick(page, "Ann Lee");
  await server.ask("PUT", `/reps/${pavel.id}/capacity`, server.admin, { capacity: 5 });
  const other = await office.at(pavel);
  await wants(other, server, pavel, "available");
  await server.ask("POST", `/conversations/${ann.conversation}/transfer`, server.admin,
    { rep: pavel.id });
  await page.getByText("This conversation is no longer yours.").waitFor();
  await until(async () => await rows(page).count() === 0);
  await rows(other).filter({ hasText: "Ann Lee" }).waitFor();
});

test("what is reopened and goes to somebody else is not offered any more", async () => {
  const { mina, page, ann } = await office.talk();
  await server.ask("POST", `/conversations/${ann.conversation}/close`, server.admin, {});
  await page.locator(".actions").getByRole("button", { name: "Open again" }).waitFor();
  await wants(page, server, mina, "away");
  await server.ask("POST", `/conversations/${ann.conversation}/reopen`, ann.token, {});
  await page.locator(".talk-head").getByText("waiting").waitFor();
  const pavel = await account(server, "Pavel");
  const other = await office.at(pavel);
  await wants(other, server, pavel, "available");
  await rows(other).filter({ hasText: "Ann Lee" }).waitFor();
  await page.getByText("You see it as it was then.").waitFor();
  for (const name of [/^Claim/, /^Transfer/]) {
    assert.equal(await page.getByRole("button", { name }).count(), 0, String(name));
  }
  assert.equal(await page.locator(".panel .error").count(), 0);
});

test("what has just happened is told where nothing lies under it, and not on the next screen",
  async () => {
    const { page } = await office.talk();
    await (await office.customer("Bob")).opens("Two");
    await rows(page).filter({ hasText: "Bob" }).waitFor();
    const toast = page.locator(".toast");
    const more = async (name) => {
      await page.locator(".talk-head").getByRole("button", { name: "More" }).click();
      await page.locator("#talk-menu").getByRole("button", { name }).click();
    };
    for (const width of [1280, 360]) {
      await rows(page).filter({ hasText: "Ann Lee" }).click();
      await resize(page, { width, height: 700 });
      await titled(page, "Ann Lee");
      await more("Copy the link");
      await toast.filter({ hasText: "The link is copied." }).waitFor();
      const overlaps = await page.evaluate(() => {
        const { top, bottom } = document.querySelector(".toast").getBoundingClientRect();
        return [".bar", ".talk-head", ".log", ".composer"].filter((one) => {
          const box = document.querySelector(one).getBoundingClientRect();
          return box.top < bottom - 1 && box.bottom > top + 1;
        });
      });
      assert.deepEqual(overlaps, [], `at ${width}`);
      if (width > 720) await rows(page).filter({ hasText: "Bob" }).click();
      else await page.locator(".talk-head .back").click();
      await until(async () => await toast.textContent() === "");
      if (width > 720) await titled(page, "Bob");
    }
  });

test("a link names a conversation once, and can be copied by plain HTTP", async () => {
  const { page } = await office.rep();
  const [ann, bob] = [await office.customer("Ann Lee"), await office.customer("Bob")];
  await ann.opens("One");
  await bob.opens("Two");
  await pick(page, "Ann Lee");
  const copies = async () => {
    await page.locator(".talk-head").getByRole("button", { name: "More" }).click();
    await page.locator("#talk-menu").getByRole("button", { name: "Copy the link" }).click();
  };
  await page.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
  await copies();
  await page.getByText("The link is copied.").waitFor();
  const link = `${server.base}/console#/${ann.conversation}`;
  await field(page).focus();
  await page.keyboard.press("Control+V");
  assert.equal(await field(page).inputValue(), link);
  await page.evaluate(() => { document.execCommand = () => false; });
  await copies();
  await page.getByRole("dialog").getByLabel("Select the link").waitFor();
  assert.equal(await page.evaluate(() => getSelection().toString()), link);
  await page.keyboard.press("Escape");

  await pick(page, "Bob");
  await page.goto(link);
  await titled(page, "Ann Lee");
  await pick(page, "Bob");
  await page.reload();
  await ready(page);
  await titled(page, "Bob");
});

test("who may get it stands with whether he is there and how much he holds", async () => {
  const { page } = await office.talk();
  await account(server, "Aaron Absent");
  const [full, away, free] = [await server.rep("Bea Full", 0), await server.rep("Cleo Away", 3),
    await server.rep("Dora Free", 3)];
  away.say({ type: "availability", availability: "away" });
  await server.ask("POST", "/queues", server.admin, { name: "Drained", draining: true });
  await until(async () => (await server.ask("GET", "/line", server.admin)).reps
    .some(({ id, availability }) => id === away.id && availability === "away"));
  await page.route("**/targets", (route) => route.abort(), { times: 1 });
  await page.locator(".talk-head").getByRole("button", { name: "Transfer" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("The server cannot be reached.").waitFor();
  await dialog.getByRole("button", { name: "Try again" }).click();
  await dialog.getByRole("radio").first().waitFor();
  const all = await dialog.locator(".target").allTextContents();
  const at = (text) => all.findIndex((one) => one.includes(text));
  assert.match(all[at("Dora Free")], /available, 0 of 3$/);
  assert.match(all[at("Bea Full")], /full, 0 of 0$/);
  assert.match(all[at("Cleo Away")], /away, 0 of 3$/);
  assert.match(all[at("Aaron Absent")], /not connected$/);
  assert.deepEqual(["Dora Free", "Bea Full", "Cleo Away", "Aaron Absent"].map(at).sort((a, b) =>
    a - b), ["Dora Free", "Bea Full", "Cleo Away", "Aaron Absent"].map(at));
  assert.match(all[at("Drained")], /nobody waits · takes nobody new now$/);
  // Another one of that name, from before, is not there.
  assert.ok(!all.some((one) => /Mina Karimi.* of /.test(one)), "not to herself");
  for (const one of [full, away, free]) one.go();
});

test("a customer who has left keeps nobody waiting, and that is said", async () => {
  const { id } = await server.ask("POST", "/queues", server.admin,
    { name: "Late", mode: "manual", wait_target_ms: 1000 });
  const { page } = await office.rep({ queues: [id] });
  const ann = await office.customer("Ann Lee");
  await ann.listens();
  await ann.opens("One", id);
  await page.locator("#tab-waiting").click();
  const row = page.locator("#list-waiting .item").filter({ hasText: "Ann Lee" });
  await row.locator("[data-urgency=late]").waitFor();
  ann.goes();
  await row.getByText("customer has left").waitFor();
  await row.locator("[data-urgency]").waitFor({ state: "detached" });
  await row.locator(".pick").click();
  await page.locator(".talk-head .chip").filter({ hasText: "customer has left" }).waitFor();
  await page.getByText(/^Its customer has left\. The place is kept until/).waitFor();
  await page.locator(".talk-head").getByRole("button", { name: "More" }).click();
  await page.locator("#talk-menu").getByRole("button", { name: "Why is this waiting?" }).click();
  await page.getByRole("dialog").getByText("Its customer has left").waitFor();
  await page.keyboard.press("Escape");
  const idle = async (text) => {
    await page.locator(".slots").click();
    await page.getByRole("dialog").getByText(text).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
  };
  await idle("Whoever waits in your queues has left");
  const bob = await office.customer("Bob");
  await bob.opens("Two", id);
  await page.locator("#list-waiting .item").filter({ hasText: "Bob" }).waitFor();
  await idle("some have left and their place is kept");
  await ann.listens();
  await row.getByText("customer has left").waitFor({ state: "detached" });
  await idle("is taken by hand");
});

test("the head is one row, however long a name is", async () => {
  const mina = await account(server, `Mina ${"Karimi ".repeat(8)}`, { capacity: 12 });
  const page = await office.at(mina, { locale: "ru" });
  await page.locator(".chip-pair").waitFor();
  await page.evaluate(() => localStorage.setItem("switchboard.console.sound", "false"));
  await page.reload();
  await ready(page);
  await page.locator(".chips").getByRole("button", { name: "Звук выключен" }).waitFor();
  for (const width of [1440, 1280, 1024]) {
    await resize(page, { width, height: 700 });
    assert.ok((await page.locator(".bar").boundingBox()).height < 60, `at ${width}`);
    const parts = await page.locator(".bar button:visible, .bar select").evaluateAll((all) =>
      all.map((one) => one.getBoundingClientRect()).map(({ left, right, height }) =>
        ({ left, right, height })));
    for (const [at, one] of parts.entries()) {
      assert.ok(one.height < 46 && one.right <= width, `${at} at ${width}`);
    }
  }
  assert.match(await page.locator(".account-name").getAttribute("title"), /^Mina Karimi/);
});

test("on a phone the head is one row, and who wants no notifications is not asked again",
  async () => {
    const mina = await account(server, "Mina Karimi");
    const page = await office.at(mina, { viewport: { width: 320, height: 640 } });
    const ask = page.getByRole("button", { name: "Allow notifications" });
    await ask.waitFor();
    await page.getByRole("button", { name: "Do not ask about notifications" }).click();
    await ask.waitFor({ state: "hidden" });
    assert.ok((await page.locator(".bar").boundingBox()).height < 60);
    await page.reload();
    await ready(page);
    assert.ok(await ask.isHidden());
    await page.getByRole("button", { name: "Shortcuts and settings" }).click();
    await page.getByLabel("Offer to show notifications").check();
    await page.keyboard.press("Escape");
    await ask.waitFor();
  });
