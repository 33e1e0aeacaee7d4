// The rep's console: what a rep does with a conversation, and what must not be lost meanwhile.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, afterEach, before, test } from "node:test";

import { field, losing, write } from "./browser.js";
import {
  account, Office, option, ready, rows, said, titled, tokenOf, until, wants,
} from "./console.js";

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

  // Whoever signs out leaves nothing to the next one.
  await field(page).fill("for nobody else");
  await page.locator(".account-button").click();
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
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
  await rows(page).filter({ hasText: "Bob" }).click();
  await titled(page, "Bob");
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
  const first = page.locator(".pending li").filter({ hasText: "Written on the train" });
  await first.filter({ hasText: "Sending…" }).waitFor();
  // A row stays the same one while others come: somebody may have selected something in it.
  const row = await first.elementHandle();
  await write(page, "And in the tunnel");
  await page.locator(".pending li").nth(1).waitFor();
  assert.ok(await row.evaluate((one) => one.isConnected));
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
  await page.getByRole("dialog").getByLabel("Closing message").fill("Goodbye!");
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

  // A note carries none, and what is dropped then is not lost without a word.
  await page.getByRole("button", { name: "Note", exact: true }).click();
  const isTaken = await page.evaluate(() => {
    const data = new DataTransfer();
    data.items.add(new File(["words"], "note.txt", { type: "text/plain" }));
    return !document.querySelector(".talk .body").dispatchEvent(new DragEvent("drop",
      { dataTransfer: data, bubbles: true, cancelable: true }));
  });
  assert.ok(isTaken, "the browser does not go to the file");
  await page.getByText("A note carries no files.").waitFor();
});

test("replies that are kept: found behind a slash, filled in where the cursor is", async () => {
  const mina = await account(server, "Mina Karimi");
  const page = await office.at(mina);
  const own = await tokenOf(server, mina);
  await server.ask("POST", "/canned-replies", server.admin,
    { name: "hi", text: "Hello {customer|there}, I am {rep}. {constructor}", shared: true });
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
  assert.equal(await field(page).inputValue(), "Hello Ann Lee, I am Mina Karimi. {constructor}");
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

test("a link names a conversation once, and can be copied by plain HTTP", async () => {
  const mina = await account(server, "Mina Karimi");
  const page = await office.at(mina);
  await wants(page, server, mina, "available");
  const [ann, bob] = [await office.customer("Ann Lee"), await office.customer("Bob")];
  await ann.opens("One");
  await bob.opens("Two");
  await rows(page).filter({ hasText: "Ann Lee" }).click();
  await titled(page, "Ann Lee");
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

  await rows(page).filter({ hasText: "Bob" }).click();
  await titled(page, "Bob");
  await page.goto(link);
  await titled(page, "Ann Lee");
  await rows(page).filter({ hasText: "Bob" }).click();
  await titled(page, "Bob");
  await page.reload();
  await ready(page);
  await titled(page, "Bob");
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
  const names = await held("**/api/v1/queues");
  await page.getByRole("button", { name: /^Transfer/ }).click();
  await names.isTaken;
  await page.getByRole("dialog").getByRole("textbox").focus();
  names.letGo();
  await page.getByRole("radio").first().waitFor();
  await page.keyboard.type("She has called before.");
  assert.equal(await page.getByRole("dialog").getByRole("textbox").inputValue(),
    "She has called before.");
});

test("a picture stands above its name, leaves the log at its end, and is enlarged", async () => {
  const mina = await account(server, "Mina Karimi");
  const page = await office.at(mina);
  await wants(page, server, mina, "available");
  const ann = await office.customer("Ann Lee");
  await ann.opens("A picture, please");
  for (let turn = 0; turn < 30; turn += 1) await ann.says(`No. ${turn}`);
  await rows(page).filter({ hasText: "Ann Lee" }).click();
  await titled(page, "Ann Lee");
  const url = await page.evaluate(() => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 600, height: 500 });
    return canvas.toDataURL("image/png");
  });
  await page.locator(".composer input[type=file]").setInputFiles([{ name: "door.png",
    mimeType: "image/png", buffer: Buffer.from(url.split(",")[1], "base64") }]);
  await page.locator(".tray li").filter({ hasText: "door.png" }).waitFor();
  await page.locator(".tray progress").waitFor({ state: "detached" });
  await field(page).press("Enter");
  await page.locator(".mine .file").filter({ hasText: "door.png" }).waitFor();
  await page.reload();
  await ready(page);
  const image = page.locator(".picture img[src]");
  await image.waitFor();
  await until(() => page.evaluate(() => {
    const { scrollHeight, scrollTop, clientHeight } = document.querySelector(".log");
    return scrollHeight > clientHeight && scrollHeight - scrollTop - clientHeight < 2;
  }));
  const [picture, file] = [await image.boundingBox(),
    await page.locator(".mine .file").boundingBox()];
  assert.ok(picture.width > 200 && file.y >= picture.y + picture.height);
  await page.locator(".picture").click();
  await page.locator(".enlarged img").waitFor();
  await page.keyboard.press("Escape");
  await page.locator(".enlarged").waitFor({ state: "detached" });
});

test("a name that begins right to left is cut at its end", async () => {
  const mina = await account(server, "Mina Karimi");
  const page = await office.at(mina, { viewport: { width: 360, height: 740 } });
  await wants(page, server, mina, "available");
  const ali = await office.customer(`علی رضایی ${"Long".repeat(20)}`);
  await ali.opens("سلام");
  await rows(page).filter({ hasText: "علی" }).waitFor();
  const isSeen = (selector) => page.locator(selector).evaluate((place) => {
    const range = document.createRange();
    const text = document.createTreeWalker(place, NodeFilter.SHOW_TEXT).nextNode();
    range.setStart(text, 0);
    range.setEnd(text, 3);
    const [name, box] = [range.getBoundingClientRect(), place.getBoundingClientRect()];
    return name.left >= box.left - 1 && name.right <= box.right + 1;
  });
  assert.ok(await isSeen(".pick .title"));
  await rows(page).filter({ hasText: "علی" }).click();
  await titled(page, "علی");
  assert.ok(await isSeen("#talk-title"));
});
