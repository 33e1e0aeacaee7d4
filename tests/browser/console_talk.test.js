// The rep's console: what stands in a conversation, and what is written into it.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { before, test } from "node:test";

import { field, write } from "./browser.js";
import {
  account, Office, option, pick, ready, rows, said, titled, tokenOf, until, wants,
} from "./console.js";

const office = new Office();
let server;
before(async () => {
  ({ server } = await office.open());
});

test("the panel says how a customer is reached, and how sure it is who he is", async () => {
  const { page } = await office.rep();
  const made = await server.ask("POST", "/customers", null, { username: "ann-lee",
    password: "battery staple", display_name: "Ann Lee", email: "ann@example.com",
    phone: "+49 30 123456" });
  await server.ask("PATCH", "/me", made.access_token,
    { time_zone: "Asia/Tehran", city: "Rasht" });
  const opens = (more) => server.ask("POST", "/conversations", made.access_token,
    { client_id: randomUUID(), ...more });
  const first = await opens({ text: "Where is my parcel?" });
  await server.ask("POST", `/conversations/${first.id}/close`, server.admin, {});
  await opens();
  await (await office.customer("Bob")).opens("Two");
  await rows(page).filter({ hasText: "Ann Lee" }).click();
  const panel = page.getByRole("complementary", { name: "Customer" });
  await panel.getByText("Has an account").waitFor();
  await panel.getByRole("button", { name: "Where is my parcel?" }).waitFor();
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
  const { page } = await office.talk({ text: "A picture, please" });
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
  await pick(page, "Ann Lee");
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

  // A slash that was there for the list goes with it, and opens it again.
  await field(page).fill("");
  for (const turn of [1, 2]) {
    await page.keyboard.type("/");
    await option(page).nth(1).waitFor();
    await page.keyboard.press("Escape");
    await option(page).first().waitFor({ state: "detached" });
    assert.equal(await field(page).inputValue(), "", `turn ${turn}`);
  }
  // The mistyped name of a reply goes to nobody by the Enter that was to choose it.
  await page.keyboard.type("/hx");
  await page.getByText("There is no such reply. Press Enter twice").first().waitFor();
  await page.keyboard.press("Enter");
  assert.equal(await field(page).inputValue(), "/hx");
  assert.equal(await page.locator(".mine").count(), 0, "nothing was sent");
  await page.keyboard.press("Enter");
  await said(page, "/hx");
});

test("a reply calls nobody by a name that he has not given", async () => {
  await server.ask("POST", "/canned-replies", server.admin, { shared: true, name: "nameless",
    text: "Hello {customer|there}! {name|You} wrote as {customer}." });
  const { page } = await office.talk();
  const nobody = await office.customer();
  await nobody.opens("Two");
  const { customer: { name } } = await office.state(nobody.conversation);
  await pick(page, name);
  const reads = async (text) => {
    await field(page).fill("");
    await field(page).pressSequentially("/nameless");
    await option(page).filter({ hasText: "nameless" }).waitFor();
    await page.keyboard.press("Enter");
    assert.equal(await field(page).inputValue(), text);
  };
  await reads(`Hello there! You wrote as ${name}.`);
  // Once he has said who he is, he is called so.
  await server.ask("PATCH", "/me", nobody.token, { display_name: "Cyrus" });
  await page.reload();
  await ready(page);
  await titled(page, "Cyrus");
  await page.locator(".who-is").getByText("Cyrus").waitFor();
  await until(async () => {
    await field(page).fill("/nameless");
    await option(page).filter({ hasText: "nameless" }).waitFor();
    await page.keyboard.press("Enter");
    return await field(page).inputValue() === "Hello Cyrus! Cyrus wrote as Cyrus.";
  });
});

test("a picture stands above its name, leaves the log at its end, and is enlarged", async () => {
  const { page } = await office.rep();
  const ann = await office.customer("Ann Lee");
  await ann.opens("A picture, please");
  for (let turn = 0; turn < 30; turn += 1) await ann.says(`No. ${turn}`);
  await pick(page, "Ann Lee");
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

  // The browser need not keep it once another conversation is there.
  const address = await image.getAttribute("src");
  await page.evaluate(() => {
    globalThis.revoked = [];
    URL.revokeObjectURL = (url) => globalThis.revoked.push(url);
  });
  await (await office.customer("Bob")).opens("Two");
  await pick(page, "Bob");
  await until(() => page.evaluate((url) => globalThis.revoked.includes(url), address));
});

test("a name that begins right to left is cut at its end", async () => {
  const { page } = await office.rep({}, { viewport: { width: 360, height: 740 } });
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
  await pick(page, "علی");
  assert.ok(await isSeen("#talk-title"));
});

test("a rep edits what he has said, and nothing he types is lost", async () => {
  const { page, ann } = await office.talk();
  await ann.listens();
  await write(page, "Helo!");
  await said(page, "Helo!");
  await field(page).press("ArrowUp");
  assert.equal(await field(page).inputValue(), "Helo!");
  await write(page, "Hello!");
  await ann.hears(({ kind, text }) => kind === "edited" && text === "Hello!");
  await said(page, "Hello!");
  await page.locator(".mine .note").filter({ hasText: "edited" }).waitFor();
  await page.getByRole("button", { name: "Edit or delete: Hello!" }).waitFor();
  await page.locator(".pick .last").filter({ hasText: "Hello!" }).waitFor();
  assert.equal(await field(page).inputValue(), "");
  assert.equal(await page.locator(".mine").count(), 1);
  // A name stands where the speaker is another, and not again after an answer.
  await ann.says("Good morning");
  await said(page, "Good morning");
  assert.equal(await page.locator(".theirs").count(), 2);
  assert.equal(await page.locator(".theirs .name").count(), 1);
  await write(page, "Bye");
  await said(page, "Bye");

  // What he had begun waits meanwhile, and both outlive a reload.
  await field(page).fill("half a draft");
  await page.locator(".mine .own").first().click();
  await page.getByRole("button", { name: "Edit", exact: true }).click();
  await field(page).fill("Hello, Ann!");
  await page.reload();
  await ready(page);
  await page.getByText("You are editing your message.").waitFor();
  assert.equal(await field(page).inputValue(), "Hello, Ann!");

  // Another one is begun beside it: neither takes the other's words.
  const own = page.locator(".mine .own");
  const edits = async (at) => {
    await own.nth(at).click();
    await page.getByRole("button", { name: "Edit", exact: true }).click();
  };
  await edits(1);
  assert.equal(await field(page).inputValue(), "Bye");
  await field(page).fill("Bye, Ann!");
  await edits(0);
  assert.equal(await field(page).inputValue(), "Hello, Ann!");

  // Refused, it is as it was; what he has begun stays where it is, and what he has typed of the
  // change is there when he edits the message again.
  await page.route("**/messages/*", (route) => route.fulfill({ status: 409, contentType:
    "application/problem+json", body: JSON.stringify({ status: 409, code: "too_late" }) }),
  { times: 1 });
  await field(page).press("Enter");
  await page.getByText("It is too late for that.").waitFor();
  assert.deepEqual(await page.locator(".mine .said").allTextContents(), ["Hello!", "Bye"]);
  assert.equal(await field(page).inputValue(), "half a draft");
  await edits(0);
  assert.equal(await field(page).inputValue(), "Hello, Ann!");
  await field(page).press("Escape");
  assert.equal(await field(page).inputValue(), "half a draft");
  await page.getByText("You are editing your message.").waitFor({ state: "hidden" });
});

test("a rep deletes what he has said, also when it is over", async () => {
  const { page, ann } = await office.talk();
  await ann.listens();
  for (const text of ["The first", "The second"]) {
    await write(page, text);
    await said(page, text);
  }
  const own = (text) => page.locator(".mine").filter({ hasText: text }).locator(".own");
  await own("The first").focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
  assert.equal(await own("The first").count(), 1);
  await own("The first").click();
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await ann.hears(({ kind }) => kind === "deleted");
  await page.getByText("This message was deleted").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.role), "log");
  assert.equal(await page.getByText("The first").count(), 0);
  await server.ask("POST", `/conversations/${ann.conversation}/close`, server.admin, {});
  await page.getByText("Closed. You can still leave a note.").waitFor();
  await own("The second").click();
  await page.getByRole("button", { name: "Delete", exact: true }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Edit", exact: true }).count(), 0);
  await page.keyboard.press("Escape");
});
