// The customer's chat on its own page, from the first word to the end and back again.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { field, launch, person, texts, watched, write } from "./browser.js";
import { Server } from "./server.js";

let server;
let browser;
before(async () => {
  server = await Server.start();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const card = (page) => page.locator(".card h2");

test("a newcomer writes, waits, is served, and it ends", async () => {
  const { page, context } = await person(browser);
  await page.goto(`${server.base}/chat`);
  await write(page, "Where is <b>my</b> parcel? <img src=x onerror=alert(1)>");
  await card(page).filter({ hasText: "You are next" }).waitFor();
  assert.deepEqual(await texts(page),
    ["Where is <b>my</b> parcel? <img src=x onerror=alert(1)>"], "words stay words");
  await page.getByText("Sent").waitFor();

  const rep = await server.rep();
  const id = await rep.assigned();
  await page.getByRole("heading", { name: "Mina Karimi" }).waitFor();
  await page.getByText("Mina Karimi has joined").waitFor();
  rep.say({ type: "typing", conversation: id, on: true });
  await page.getByText("Mina Karimi is typing…").waitFor();
  rep.message(id, "It is next door.");
  await page.locator(".theirs").filter({ hasText: "It is next door." }).waitFor();
  assert.equal(await page.locator(".typing").textContent(), "", "a message ends typing");
  rep.say({ type: "read", conversation: id, seq: (await rep.hears(({ type, kind }) =>
    type === "event" && kind === "message")).seq });
  await page.getByText("Seen").waitFor();
  await rep.hears(({ type, customer }) => type === "marks" && customer.read >= 4);

  rep.say({ type: "close", conversation: id, resolution: "resolved", ref: "c" });
  await card(page).filter({ hasText: "This chat has ended" }).waitFor();
  await page.getByText("Solved").waitFor();
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save a copy" }).click();
  assert.match((await saved).suggestedFilename(), /^chat-\d+\.html$/);
  await page.getByRole("button", { name: "Go on with this one" }).click();
  await page.getByRole("heading", { name: "Mina Karimi" }).waitFor();
  await page.getByRole("button", { name: "More" }).click();
  await page.getByRole("button", { name: "End this chat" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "End this chat" }).click();
  await card(page).filter({ hasText: "This chat has ended" }).waitFor();
  assert.deepEqual(page.complaints, []);
  rep.go();
  await context.close();
});

test("what has ended is rated, once more after a reload, and goes with its words", async () => {
  const { page, context } = await person(browser);
  await page.goto(`${server.base}/chat`);
  await write(page, "Thank you in advance");
  const rep = await server.rep();
  const id = await rep.assigned();
  rep.say({ type: "close", conversation: id, resolution: "resolved", ref: "c" });
  const given = async () => (await server.ask("GET", `/conversations/${id}`, rep.token)).rating;
  await page.getByRole("group", { name: "How was this chat?" }).waitFor();
  assert.equal(await given(), null);
  // What he begins to say outlives a reload.
  await page.getByRole("radio", { name: "Bad", exact: true }).check();
  await page.getByRole("textbox", { name: /What was good/ }).fill("Quick & <kind>");
  // The score counts at once.
  await page.getByText("Thank you! You said: Bad.").waitFor();
  assert.equal((await given()).score, 2);
  await page.reload();
  await page.getByRole("radio", { name: "Bad", exact: true, checked: true }).waitFor();
  await page.getByRole("radio", { name: "Good", exact: true }).check();
  await page.getByRole("button", { name: "Send", exact: true }).first().click();
  await page.getByRole("button", { name: "Change it" }).waitFor();
  const { score, text } = await given();
  assert.deepEqual([score, text], [4, "Quick & <kind>"]);
  await page.getByRole("button", { name: "Change it" }).click();
  await page.getByRole("radio", { name: "So-so" }).check();
  await page.getByText("Thank you! You said: So-so.").waitFor();
  assert.equal((await given()).score, 3);
  assert.deepEqual(page.complaints, []);
  rep.go();
  await context.close();
});

test("who waits sees his place move, in his own language", async () => {
  const people = [];
  for (const locale of ["en-GB", "ru-RU", "fa-IR"]) {
    const one = await person(browser, { locale });
    await one.page.goto(`${server.base}/chat`);
    await write(one.page, "تست فارسی و English با هم");
    await one.page.locator(".log .said").first().waitFor();
    people.push(one);
  }
  const [first, second, third] = people.map(({ page }) => page);
  await card(third).filter({ hasText: "شما نفر ۳ در صف هستید" }).waitFor();
  await card(second).filter({ hasText: "Вы 2-й в очереди" }).waitFor();
  assert.equal(await third.locator("html").getAttribute("dir"), "rtl");
  assert.match(await third.locator(".day").first().textContent(), /[۰-۹]/, "Persian digits");
  await first.getByRole("button", { name: "Leave the line" }).click();
  await first.getByRole("dialog").getByRole("button", { name: "Leave the line" }).click();
  await card(first).filter({ hasText: "This chat has ended" }).waitFor();
  await card(third).filter({ hasText: "شما نفر ۲ در صف هستید" }).waitFor();
  await card(second).filter({ hasText: "Вы следующий" }).waitFor();
  for (const { page, context } of people) {
    assert.deepEqual(page.complaints, []);
    await context.close();
  }
  await clear();
});

/** Nobody waits any more. */
async function clear() {
  const { items } = await server.ask("GET", "/conversations?open=true", server.admin);
  for (const { id } of items) {
    await server.ask("POST", `/conversations/${id}/close`, server.admin, {});
  }
}

test("what was typed survives a reload, and a visitor comes back to what he began", async () => {
  const { page, context } = await person(browser);
  await page.goto(`${server.base}/chat`);
  await field(page).fill("half a sen");
  await page.reload();
  await page.locator("html[data-ready]").waitFor();
  assert.equal(await field(page).inputValue(), "half a sen");
  await write(page, "half a sentence");
  await card(page).filter({ hasText: "You are next" }).waitFor();
  await field(page).fill("and more");
  await page.reload();
  await page.locator(".mine").filter({ hasText: "half a sentence" }).waitFor();
  await page.waitForFunction(() => document.querySelector("#text").value === "and more");
  await page.close();
  const again = await watched(context);
  await again.goto(`${server.base}/chat`);
  await again.locator(".mine").filter({ hasText: "half a sentence" }).waitFor();
  await again.getByRole("button", { name: "Earlier chats" }).click();
  await again.getByRole("button", { name: /half a sentence/ }).waitFor();
  await again.getByLabel("Show").selectOption("closed");
  await again.getByText("There are none like that.").waitFor();
  await again.getByRole("button", { name: "Back" }).click();
  assert.deepEqual(again.complaints, []);
  await context.close();
  await clear();
});

test("an account has its earlier chats with it, and what was begun before signing in", async () => {
  const { username, password } = await server.customer();
  const { page, context } = await person(browser);
  await page.goto(`${server.base}/chat`);
  await write(page, "I have an account, too");
  await card(page).filter({ hasText: "You are next" }).waitFor();
  await page.getByRole("button", { name: "More" }).click();
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByLabel("Username, e-mail address or phone number").fill(username);
  await page.getByLabel("Password", { exact: true }).fill("wrong words");
  await page.getByLabel("Password", { exact: true }).press("Enter");
  await page.getByText("These do not fit together").waitFor();
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByLabel("Password", { exact: true }).press("Enter");
  await page.locator(".panel").waitFor({ state: "detached" });
  await page.locator(".mine").filter({ hasText: "I have an account, too" }).waitFor();
  await page.getByRole("button", { name: "More" }).click();
  await page.getByText(`As ${username}`).waitFor();
  await page.keyboard.press("Escape");
  await write(page, "Now I am known");
  await page.locator(".rows:not(.pending) .mine").filter({ hasText: "Now I am known" }).waitFor();
  // A refused password is a request that failed, as browsers say themselves.
  assert.deepEqual(page.complaints.filter((text) => !text.includes("401")), []);
  await context.close();
  await clear();
});

test("files go by choice, by paste and by drop, and say how far they are", async () => {
  const { page, context } = await person(browser);
  await page.goto(`${server.base}/chat`);
  const png = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwAD"
    + "hgGAWjR9awAAAABJRU5ErkJggg==", "base64");
  await page.locator("input[type=file]").setInputFiles([
    { name: "door.png", mimeType: "image/png", buffer: png },
    { name: "run.exe", mimeType: "application/x-msdownload", buffer: Buffer.from("MZ\0\0") },
  ]);
  await page.getByText("run.exe: Files of this kind are not taken.").waitFor();
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.items.add(new File(["pasted words"], "pasted.txt", { type: "text/plain" }));
    document.querySelector("#text").dispatchEvent(new ClipboardEvent("paste",
      { clipboardData: data, bubbles: true, cancelable: true }));
    const other = new DataTransfer();
    other.items.add(new File(["dropped words"], "dropped.txt", { type: "text/plain" }));
    document.querySelector(".body").dispatchEvent(new DragEvent("drop",
      { dataTransfer: other, bubbles: true, cancelable: true }));
  });
  await page.locator(".tray li").nth(2).waitFor();
  await page.locator(".tray progress:visible").first().waitFor({ state: "detached" });
  await write(page, "Look at this");
  await page.getByRole("button", { name: /Save door.png/ }).waitFor();
  await page.locator(".files img").waitFor();
  assert.equal(await page.locator(".rows:not(.pending) .file").count(), 3);
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: /Save pasted.txt/ }).click();
  assert.equal((await saved).suggestedFilename(), "pasted.txt");
  assert.deepEqual(page.complaints.filter((text) => !text.includes("415")), []);
  await context.close();
  await clear();
});

test("outside of the hours a message is left, and queues are chosen by their topics", async () => {
  const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
  const today = days[(new Date().getUTCDay() + 6) % 7];
  const tomorrow = days[(new Date().getUTCDay() + 7) % 7];
  const hours = [{ from: "09:00", to: "12:00" }];
  const schedule = await server.ask("POST", "/schedules", server.admin, { name: "Never today",
    time_zone: "UTC", week: { [today]: [], [tomorrow]: hours }, days: [] });
  const sales = await server.ask("POST", "/queues", server.admin, { name: "Sales & more",
    schedule_id: schedule.id });
  const { page, context } = await person(browser);
  await page.goto(`${server.base}/chat`);
  await page.getByRole("radio", { name: /Sales & more/ }).check();
  await page.getByText("Nobody is here right now.").first().waitFor();
  await page.getByText(/We are back on/).first().waitFor();
  await page.getByLabel("Your name (optional)").fill("Niloofar");
  await write(page, "Call me back");
  await card(page).filter({ hasText: "Your message is with us." }).waitFor();
  const made = await server.newest();
  assert.deepEqual([made.queue.id, made.customer.name, made.left_message],
    [sales.id, "Niloofar", true]);
  assert.deepEqual(page.complaints, []);
  await context.close();
  await clear();
  await server.ask("DELETE", `/queues/${sales.id}`, server.admin);
});

test("a login that was ended says so and loses nothing that was typed", async () => {
  const { page, context } = await person(browser);
  await page.goto(`${server.base}/chat`);
  await write(page, "Hello");
  await card(page).filter({ hasText: "You are next" }).waitFor();
  await field(page).fill("not yet sent");
  const { customer } = await server.newest();
  await server.ask("DELETE", `/people/${customer.id}/sessions`, server.admin);
  await page.getByRole("heading", { name: "You are signed out here." }).waitFor();
  assert.equal(await field(page).inputValue(), "not yet sent");
  await page.getByRole("button", { name: "Begin anew" }).click();
  await page.getByRole("heading", { name: "How can we help?" }).waitFor();
  assert.equal(await field(page).inputValue(), "not yet sent");
  await field(page).press("Enter");
  await card(page).filter({ hasText: "You are number 2 in line" }).waitFor();
  // Whoever signs out leaves nothing to the next one.
  await field(page).fill("private words");
  await page.getByRole("button", { name: "More" }).click();
  await page.getByRole("button", { name: "Forget me on this device" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Forget me" }).click();
  await page.getByRole("heading", { name: "How can we help?" }).waitFor();
  assert.equal(await field(page).inputValue(), "");
  const left = await page.evaluate(() => JSON.stringify([{ ...localStorage },
    { ...sessionStorage }]));
  assert.doesNotMatch(left, /private words|not yet sent|sbv_/);
  await context.close();
  await clear();
});

test("what was begun before the end begins another chat only when that is agreed to", async () => {
  const { page, context } = await person(browser);
  await page.goto(`${server.base}/chat`);
  await write(page, "Hello");
  const rep = await server.rep();
  const id = await rep.assigned();
  rep.message(id, "See http://example.com/a.");
  await page.getByRole("link", { name: "http://example.com/a", exact: true }).waitFor();
  await field(page).fill("Thank");
  rep.say({ type: "close", conversation: id, resolution: "resolved", ref: "c" });
  await page.getByRole("button", { name: "Save a copy" }).waitFor();
  assert.equal(await page.locator(".entry").filter({ hasText: "This chat has ended" }).count(), 1);
  await field(page).press("Enter");
  await page.getByRole("dialog").getByRole("button", { name: "Back" }).click();
  assert.equal(await field(page).inputValue(), "Thank");
  assert.equal((await server.newest()).id, id);
  await page.locator(".send[title='Begin a new chat']").click();
  await page.getByRole("dialog").getByRole("button", { name: "Begin a new chat" }).click();
  const other = await rep.assigned();
  assert.notEqual(other, id);
  assert.deepEqual(page.complaints, []);
  rep.go();
  await context.close();
  await clear();
});
