// The customer's chat on its own page, from the first word to the end and back again.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
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
  // Pressed twice it is done once.
  await page.getByRole("button", { name: "Continue this chat" }).evaluate((button) => {
    button.click();
    button.click();
  });
  await page.getByRole("heading", { name: "Mina Karimi" }).waitFor();
  await page.getByRole("button", { name: "More" }).click();
  await page.getByRole("button", { name: "End this chat" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "End this chat" }).click();
  await card(page).filter({ hasText: "This chat has ended" }).waitFor();
  assert.deepEqual(page.complaints, []);
  rep.go();
  await context.close();
});

test("a line names who has joined, even if his name comes later", async () => {
  const { page, context } = await person(browser);
  await page.routeWebSocket(/\/ws$/, (near) => {
    const far = near.connectToServer();
    const late = [];
    far.onMessage((frame) => {
      const { type, kind } = JSON.parse(frame);
      if (type === "assigned") return late.push(frame);
      near.send(frame);
      if (kind === "message") for (const one of late.splice(0)) near.send(one);
    });
  });
  await page.goto(`${server.base}/chat`);
  await write(page, "Who is there?");
  await card(page).filter({ hasText: "You are next" }).waitFor();
  const rep = await server.rep();
  const id = await rep.assigned();
  await page.getByText("Somebody of the staff has joined").waitFor();
  rep.message(id, "It is me.");
  await page.getByText("Mina Karimi has joined").waitFor();
  await page.locator(".theirs .name").getByText("Mina Karimi").waitFor();
  assert.deepEqual(page.complaints, []);
  rep.go();
  await context.close();
  await clear();
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
  // The score counts at once, and he is thanked where he looks.
  await page.locator(".scores + p").getByText("Thank you! You said: Bad.").waitFor();
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
  // Keys lead through others: one of them counts, when he has stopped there or goes on.
  const put = [];
  page.on("request", (request) => request.method() === "PUT" && put.push(request.postDataJSON()));
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await page.getByText("Thank you! You said: Very good.").waitFor();
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Tab");
  await page.getByText("Thank you! You said: Bad.").waitFor();
  assert.deepEqual(put.map(({ score }) => score), [5, 2]);
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
  await first.locator(".rated").getByText("You left the line").waitFor();
  await first.reload();
  await first.locator(".rated").getByText("You left the line").waitFor();
  assert.equal(await first.getByRole("group", { name: "How was this chat?" }).count(), 0);
  await card(third).filter({ hasText: "شما نفر ۲ در صف هستید" }).waitFor();
  await card(second).filter({ hasText: "Ваша очередь следующая" }).waitFor();
  await second.getByRole("button", { name: "Оставить сообщение и не ждать" }).click();
  const left = card(second).filter({ hasText: "Мы получили ваше сообщение" });
  await left.waitFor();
  await second.reload();
  await left.waitFor();
  assert.equal(await second.getByRole("button", { name: "Оставить" }).count(), 0);
  await second.getByRole("button", { name: "Прошлые чаты" }).click();
  await second.locator(".earlier .chip").getByText("Сообщение оставлено").waitFor();
  const { items } = await server.ask("GET", "/conversations?open=true", server.admin);
  assert.deepEqual(items.map((view) => view.left_message).sort(), [false, true]);
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
  const named = await again.getByRole("button", { name: /half a sentence/ }).textContent();
  const { queue, number } = await server.newest();
  const day = new Intl.DateTimeFormat("en-US", { day: "numeric", month: "short" }).format();
  assert.ok(named.startsWith("half a sentence")
    && named.includes(`${day} · ${queue.name} · Chat ${number}`), named);
  await again.getByLabel("Show").selectOption("closed");
  await again.getByText("There are none like that.").waitFor();
  await again.getByRole("button", { name: "Back" }).click();
  assert.deepEqual(again.complaints, []);
  await context.close();
  await clear();
});

test("the topic and the name that were chosen outlive a reload and another language", async () => {
  const other = await server.ask("POST", "/queues", server.admin, { name: "Repairs" });
  const { page, context } = await person(browser);
  await page.goto(`${server.base}/chat`);
  await page.getByRole("radio", { name: "Repairs" }).check();
  await page.getByRole("textbox", { name: "Your name" }).fill("Sima");
  await page.reload();
  await page.getByRole("radio", { name: "Repairs", checked: true }).waitFor();
  await page.getByRole("button", { name: "More" }).click();
  await page.getByLabel("Language").selectOption("ru");
  await page.getByRole("radio", { name: "Repairs", checked: true }).waitFor();
  await write(page, "It is broken");
  await card(page).filter({ hasText: /очеред/ }).waitFor();
  const { queue, customer } = await server.newest();
  assert.deepEqual([queue.id, customer.name], [other.id, "Sima"]);
  // Whoever comes next finds nothing of it.
  await page.getByRole("button", { name: "Ещё" }).click();
  await page.getByRole("button", { name: "Забыть меня" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Забыть меня" }).click();
  await page.getByRole("radio", { name: "Repairs", checked: false }).waitFor();
  assert.equal(await page.locator("[name=name]").inputValue(), "");
  assert.deepEqual(page.complaints, []);
  await context.close();
  await clear();
  await server.ask("DELETE", `/queues/${other.id}`, server.admin);
});

test("two tabs of one customer are one customer", async () => {
  const { page, context } = await person(browser);
  await page.goto(`${server.base}/chat`);
  const other = await watched(context);
  await other.goto(`${server.base}/chat`);
  await other.locator("html[data-ready]").waitFor();
  await field(other).fill("begun here");
  await write(page, "From the first tab");
  await card(page).filter({ hasText: "You are next" }).waitFor();
  await other.locator(".mine").filter({ hasText: "From the first tab" }).waitFor();
  assert.equal(await field(other).inputValue(), "begun here");
  await field(other).press("Enter");
  await page.locator(".mine").filter({ hasText: "begun here" }).waitFor();
  const { items } = await server.ask("GET", "/conversations?open=true", server.admin);
  assert.equal(items.length, 1);
  await page.reload();
  await page.locator(".mine").filter({ hasText: "begun here" }).waitFor();
  assert.deepEqual([...page.complaints, ...other.complaints], []);
  await context.close();
  await clear();
});

test("whoever comes back on a slow line writes into what he has open, and begins nothing new",
  async () => {
    const { page, context } = await person(browser);
    await page.goto(`${server.base}/chat`);
    await write(page, "Here I am");
    await card(page).filter({ hasText: "You are next" }).waitFor();
    await field(page).fill("begun before");
    await page.waitForFunction(() => Object.values(sessionStorage).includes('"begun before"'));
    let go;
    const held = new Promise((done) => { go = done; });
    await page.route(/\/api\/v1\/conversations(\?|\/)/, async (route) => {
      await held;
      await route.continue();
    });
    const told = page.waitForResponse(/\/api\/v1\/welcome/);
    await page.reload();
    await told;
    await page.locator(".card").getByText("Loading…").waitFor();
    assert.equal(await card(page).count(), 0, "nobody is greeted who may be known");
    const low = await page.evaluate(() => innerHeight
      - document.querySelector(".composer").getBoundingClientRect().bottom);
    assert.ok(low < 2, `the field stands at the bottom: ${low}`);
    await write(page, "and here I go on");
    assert.equal(await field(page).inputValue(), "and here I go on");
    go();
    await page.locator(".log .rows:not(.pending) .mine").nth(1).waitFor();
    assert.deepEqual(await texts(page), ["Here I am", "begun before\nand here I go on"]);
    const { items } = await server.ask("GET", "/conversations?open=true", server.admin);
    assert.equal(items.length, 1);
    assert.deepEqual(page.complaints, []);
    await context.close();
    await clear();
  });

test("what waits while a login turns out to have ended is sent by nobody", async () => {
  const { page, context } = await person(browser);
  await page.goto(`${server.base}/chat`);
  await write(page, "Here I am");
  await card(page).filter({ hasText: "You are next" }).waitFor();
  const { id, customer } = await server.newest();
  let go;
  const held = new Promise((done) => { go = done; });
  await page.route(/\/api\/v1\/conversations(\?|\/)/, async (route) => {
    await held;
    await route.continue();
  });
  await page.reload();
  await write(page, "and here I go on");
  await server.ask("DELETE", `/people/${customer.id}/sessions`, server.admin);
  go();
  await page.getByRole("heading", { name: "You are signed out here." }).waitFor();
  await page.getByRole("button", { name: "Start again" }).click();
  await page.getByRole("heading", { name: "How can we help?" }).waitFor();
  assert.equal(await field(page).inputValue(), "and here I go on");
  assert.equal((await server.newest()).id, id);
  await context.close();
  await clear();
});

test("an earlier chat is told by how it began, and by what it is about", async () => {
  const { page, context } = await person(browser);
  await page.goto(`${server.base}/chat`);
  await write(page, "My <first> words");
  const rep = await server.rep("Pavel");
  const id = await rep.assigned();
  rep.message(id, "The last words");
  await page.locator(".theirs").waitFor();
  rep.say({ type: "close", conversation: id, resolution: "resolved", ref: "c" });
  await page.getByRole("button", { name: "Save a copy" }).waitFor();
  const row = page.locator(".earlier button");
  const look = () => page.getByRole("button", { name: "Earlier chats" }).click();
  await look();
  await row.waitFor();
  assert.equal(await row.locator(".title").textContent(), "My <first> words");
  assert.deepEqual(await row.locator(".last").allTextContents(), ["The last words"]);
  assert.match(await row.locator(".note").textContent(), / · Support · Pavel · Chat \d+$/);
  await page.getByRole("button", { name: "Back" }).click();
  const token = await page.evaluate(() => Object.values(localStorage).map((kept) =>
    JSON.parse(kept)?.token).find(Boolean));
  await server.ask("POST", "/conversations", token, { client_id: randomUUID(),
    subject: "Parcel 7", text: "Other words" });
  await look();
  await row.nth(1).waitFor();
  assert.deepEqual(await row.locator(".title").allTextContents(),
    ["Parcel 7", "My <first> words"]);
  assert.deepEqual(page.complaints, []);
  rep.go();
  await context.close();
  await clear();
});

test("after a reload everybody who was there is named, before a transfer, too", async () => {
  const { page, context } = await person(browser);
  await page.goto(`${server.base}/chat`);
  await write(page, "Hello");
  const mina = await server.rep("Mina");
  const id = await mina.assigned();
  mina.message(id, "One moment");
  await page.locator(".theirs").waitFor();
  const pavel = await server.rep("Pavel");
  await server.ask("POST", `/conversations/${id}/transfer`, mina.token, { rep: pavel.id });
  await pavel.assigned();
  const boris = await server.rep("Boris");
  await server.ask("POST", `/conversations/${id}/transfer`, pavel.token, { rep: boris.id });
  await boris.assigned();
  boris.message(id, "Here I am");
  await page.locator(".theirs").nth(1).waitFor();
  await page.reload();
  await page.locator(".theirs").nth(1).waitFor();
  assert.deepEqual(await page.locator(".theirs .name").allTextContents(), ["Mina", "Boris"]);
  const joined = page.locator(".entry bdi");
  assert.deepEqual(await joined.allTextContents(), ["Mina", "Pavel", "Boris"]);
  assert.deepEqual(page.complaints, []);
  for (const rep of [mina, pavel, boris]) rep.go();
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
  assert.deepEqual(page.complaints.filter((text) => !text.includes("status of 401")), []);
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
    { name: "nothing.txt", mimeType: "text/plain", buffer: Buffer.alloc(0) },
  ]);
  await page.getByText("nothing.txt is empty.").waitFor();
  await page.getByText("run.exe: Files of this kind are not taken, or its content").waitFor();
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
  // Of a sheet there is a picture, too, which nobody means: the field takes the words.
  const taken = await page.evaluate(() => {
    const data = new DataTransfer();
    data.items.add(new File(["picture"], "image.png", { type: "image/png" }));
    data.setData("text/plain", "1\t2");
    data.setData("text/html", "<table><tr><td>1<td>2</table>");
    return !document.querySelector("#text").dispatchEvent(new ClipboardEvent("paste",
      { clipboardData: data, bubbles: true, cancelable: true }));
  });
  assert.equal(taken, false, "the browser pastes the words");
  assert.equal(await page.locator(".tray li").count(), 3);
  await page.locator(".tray progress:visible").first().waitFor({ state: "detached" });
  await write(page, "Look at this");
  await page.getByRole("button", { name: /Save door.png/ }).waitFor();
  assert.equal(await page.locator(".trays .error").textContent(), "");
  await page.locator(".files img").waitFor();
  assert.equal(await page.locator(".rows:not(.pending) .file").count(), 3);
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: /Save pasted.txt/ }).click();
  assert.equal((await saved).suggestedFilename(), "pasted.txt");
  assert.deepEqual(page.complaints.filter((text) => !text.includes("status of 415")), []);
  await context.close();
  await clear();
});

test("a file that cannot go now stays, and nothing goes without it", async () => {
  const { page, context } = await person(browser);
  await page.goto(`${server.base}/chat`);
  await write(page, "A picture follows");
  await card(page).filter({ hasText: "You are next" }).waitFor();
  await page.waitForFunction(() => performance.getEntriesByType("resource")
    .some(({ name }) => name.includes("chat/tray.js")));
  await context.setOffline(true);
  await page.locator("input[type=file]").setInputFiles({ name: "words.txt",
    mimeType: "text/plain", buffer: Buffer.from("some words") });
  const row = page.locator(".tray li").filter({ hasText: "words.txt" });
  await row.getByRole("button", { name: "Try again" }).click();
  await page.locator(".trays .error p").filter({ hasText: "words.txt" }).waitFor();
  assert.equal(await page.locator(".trays .error p").count(), 1, "it is said once");
  await write(page, "Here it is");
  assert.equal(await field(page).inputValue(), "Here it is");
  await context.setOffline(false);
  await row.locator("progress").waitFor({ state: "detached" });
  assert.equal(await page.locator(".trays .error").textContent(), "");
  await field(page).press("Enter");
  await page.getByRole("button", { name: /Save words.txt/ }).waitFor();
  assert.deepEqual(await texts(page), ["A picture follows", "Here it is"]);
  await context.close();
  await clear();
});

test("what is uploaded outlives a reload, and each file that is not taken is named", async () => {
  const { page, context } = await person(browser);
  await page.goto(`${server.base}/chat`);
  const file = (name, text = "words") => ({ name, mimeType: "text/plain",
    buffer: Buffer.from(text) });
  await page.locator("input[type=file]").setInputFiles([file("one.exe", "MZ\0\0"),
    file("two.png"), ...Array.from({ length: 12 }, (_, at) => file(`${at}.txt`))]);
  const refused = page.locator(".trays .error p");
  await refused.nth(2).waitFor();
  const said = await refused.allTextContents();
  assert.deepEqual(said.map((text) => text.split(": ")[0]), ["one.exe", "two.png",
    "10.txt, 11.txt"]);
  await page.locator(".tray progress:visible").waitFor({ state: "detached" });
  for (const at of [9, 8, 7, 6, 5, 4, 3, 2]) {
    await page.getByRole("button", { name: `Remove ${at}.txt` }).click();
  }
  await page.reload();
  await page.locator(".tray li").nth(1).waitFor();
  await page.getByRole("button", { name: "More" }).click();
  await page.getByLabel("Language").selectOption("ru");
  await page.getByRole("button", { name: "Убрать 0.txt" }).click();
  await page.getByRole("button", { name: "Отправить" }).click();
  await page.locator(".rows:not(.pending) .file").getByText("1.txt").waitFor();
  await page.reload();
  await page.locator(".rows:not(.pending) .file").getByText("1.txt").waitFor();
  assert.equal(await page.locator(".tray li").count(), 0, "what is sent is not there again");
  assert.deepEqual(page.complaints.filter((text) => !text.includes("status of 415")), []);
  await context.close();
  await clear();
});

test("one goes back from earlier chats, and what came meanwhile is marked as new", async () => {
  const { page, context } = await person(browser);
  await page.goto(`${server.base}/chat`);
  await write(page, "Hello");
  const rep = await server.rep();
  const id = await rep.assigned();
  rep.message(id, "Seen");
  await page.locator(".theirs").waitFor();
  await rep.hears(({ type, customer }) => type === "marks" && customer.read >= 4);
  await page.getByRole("button", { name: "Earlier chats" }).click();
  await page.locator(".earlier button").waitFor();
  rep.message(id, "Not seen");
  rep.message(id, "Nor this");
  await page.locator(".theirs").nth(2).waitFor({ state: "attached" });
  await page.goBack();
  await page.locator(".panel").waitFor({ state: "detached" });
  assert.equal(await page.locator(".new-line + .theirs .said").textContent(), "Not seen");
  await rep.hears(({ type, customer }) => type === "marks" && customer.read >= 6);
  await page.getByRole("button", { name: "Earlier chats" }).click();
  await page.locator(".earlier button").waitFor();
  rep.message(id, "And this");
  await page.locator(".theirs").nth(3).waitFor({ state: "attached" });
  // Nor is it lost when the page is loaded again.
  await page.reload();
  assert.equal(await page.locator(".new-line + .theirs .said").textContent(), "And this");
  await page.getByRole("button", { name: "Earlier chats" }).click();
  await page.getByRole("button", { name: "Back" }).click();
  await page.locator(".panel").waitFor({ state: "detached" });
  assert.equal(await page.locator(".new-line").count(), 1);
  assert.deepEqual(page.complaints, []);
  rep.go();
  await context.close();
  await clear();
});

test("what waits for a network says so, and goes when there is one", async () => {
  const { page, context } = await person(browser);
  await page.goto(`${server.base}/chat`);
  await write(page, "Hello");
  await card(page).filter({ hasText: "You are next" }).waitFor();
  await context.setOffline(true);
  await write(page, "In the tunnel");
  await page.locator(".pending").getByText("Will be sent when there is a network").waitFor();
  await context.setOffline(false);
  await page.locator(".rows:not(.pending) .mine").getByText("In the tunnel").waitFor();
  assert.deepEqual(page.complaints, []);
  await context.close();
  await clear();
});

test("long names of files and of people keep their beginnings", async () => {
  const { page, context } = await person(browser, { locale: "fa-IR",
    viewport: { width: 320, height: 640 } });
  await page.goto(`${server.base}/chat`);
  const name = `${"a long name of a scanned paper ".repeat(4)}2026.txt`;
  await page.locator("input[type=file]").setInputFiles([{ name, mimeType: "text/plain",
    buffer: Buffer.from("words") }]);
  await page.locator(".tray li").waitFor();
  await page.locator(".tray progress:visible").waitFor({ state: "detached" });
  await field(page).press("Enter");
  const rep = await server.rep("Anastasia-Maria Konstantinova-Petrovskaya");
  await rep.assigned();
  const title = page.getByRole("heading", { name: rep.name });
  await title.waitFor();
  const shown = await title.evaluate((heading) => {
    const range = document.createRange();
    range.setStart(heading.firstChild, 0);
    range.setEnd(heading.firstChild, 1);
    const [first, box] = [range.getBoundingClientRect(), heading.getBoundingClientRect()];
    return [box.width < heading.scrollWidth, first.left >= box.left && first.right <= box.right];
  });
  assert.deepEqual(shown, [true, true]);
  const file = await page.locator(".rows:not(.pending) .file").evaluate((button) => {
    const [own, row] = [button, button.closest("ol")].map((one) => one.getBoundingClientRect());
    const parts = [...button.querySelectorAll(".brief span")].map((one) =>
      one.getBoundingClientRect());
    return { height: own.height, side: Math.round(own.left - row.left),
      fits: own.right <= row.right + 1, says: button.ariaLabel,
      within: parts.every(({ left, right }) => left >= own.left && right <= own.right) };
  });
  assert.match(file.says, /، ۵ بایت$/);
  assert.ok(file.height < 60 && file.within && file.fits && file.side === 0, JSON.stringify(file));
  assert.deepEqual(page.complaints, []);
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/names.png` });
  rep.go();
  await context.close();
  await clear();
});

test("how large files are is said in the page's own letters", async () => {
  for (const [locale, size] of [["ru-RU", /2,5 МБ/], ["fa-IR", /۲٫۵ مگابایت/]]) {
    const { page, context } = await person(browser, { locale });
    await page.goto(`${server.base}/chat`);
    // Said before anything is chosen, to whoever comes near.
    await page.locator("form .round").hover();
    await page.locator(locale === "ru-RU" ? ".round[title*='10 МБ']"
      : ".round[title*='۱۰ مگابایت']").waitFor();
    await page.locator("input[type=file]").setInputFiles([{ name: "a.txt", mimeType: "text/plain",
      buffer: Buffer.alloc(2.5 * 1024 * 1024, "words ") }]);
    await page.locator(".tray li").waitFor();
    await page.locator(".tray progress:visible").waitFor({ state: "detached" });
    await field(page).press("Enter");
    await page.locator(".rows:not(.pending) .file").getByText(size).waitFor();
    assert.deepEqual(page.complaints, []);
    await context.close();
  }
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
  const topic = page.locator(".topics label").filter({ hasText: "Sales & more · closed now" });
  await topic.getByText(/We are back on/).waitFor();
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
  await field(page).fill("not yet sent, either");
  await page.reload();
  await page.getByRole("heading", { name: "How can we help?" }).waitFor();
  assert.equal(await field(page).inputValue(), "not yet sent, either");
  await field(page).fill("");
  await write(page, "Hello again");
  await card(page).filter({ hasText: "You are number 2 in line" }).waitFor();
  await field(page).fill("not yet sent");
  const again = (await server.newest()).customer;
  await server.ask("DELETE", `/people/${again.id}/sessions`, server.admin);
  await page.getByRole("heading", { name: "You are signed out here." }).waitFor();
  await page.getByRole("button", { name: "Start again" }).click();
  await page.getByRole("heading", { name: "How can we help?" }).waitFor();
  assert.equal(await field(page).inputValue(), "not yet sent");
  await field(page).press("Enter");
  await card(page).filter({ hasText: "You are number 3 in line" }).waitFor();
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
  await page.locator(".send[title='Start a new chat']").click();
  await page.getByRole("dialog").getByRole("button", { name: "Start a new chat" }).click();
  const other = await rep.assigned();
  assert.notEqual(other, id);
  assert.deepEqual(page.complaints, []);
  rep.go();
  await context.close();
  await clear();
});

test("one's own message gets another text or goes, and what is refused is undone", async () => {
  const { page, context } = await person(browser);
  await page.goto(`${server.base}/chat`);
  await write(page, "It is <b>tomorow</b>");
  const rep = await server.rep();
  const id = await rep.assigned();
  rep.message(id, "What is?");
  await page.locator(".theirs").waitFor();
  await field(page).fill("not yet sent");
  const mine = page.locator(".rows:not(.pending) .mine");
  const entries = async () => (await server.ask("GET", `/conversations/${id}/events`, rep.token))
    .items.filter(({ kind }) => kind === "message").map(({ text, data }) =>
      [text ?? "", data?.edited !== undefined, data?.deleted !== undefined]);
  // By keyboard alone, and what stands in the field below stays there.
  await mine.getByRole("button", { name: "Change or delete this message" }).focus();
  await page.keyboard.press("Enter");
  await mine.getByRole("button", { name: "Change", exact: true }).waitFor();
  await page.keyboard.press("Enter");
  const editor = page.getByRole("textbox", { name: "Another text for this message" });
  assert.equal(await editor.inputValue(), "It is <b>tomorow</b>");
  await editor.fill("It is <b>tomorrow</b>");
  await page.keyboard.press("Enter");
  await mine.getByText("edited").waitFor();
  await rep.hears(({ type, kind }) => type === "event" && kind === "edited");
  assert.deepEqual(await texts(page), ["It is <b>tomorrow</b>", "What is?"]);
  assert.equal(await page.evaluate(() => document.activeElement.ariaLabel),
    "Change or delete this message");
  assert.equal(await field(page).inputValue(), "not yet sent");
  assert.deepEqual((await entries())[0], ["It is <b>tomorrow</b>", true, false]);

  // The server has the last word; what was typed is there for another try.
  await page.route("**/messages/*", (route) => route.fulfill({ status: 409,
    contentType: "application/problem+json", body: JSON.stringify({ code: "too_late" }) }));
  await mine.getByRole("button", { name: "Change or delete this message" }).click();
  await mine.getByRole("button", { name: "Change", exact: true }).click();
  await editor.fill("It is never");
  // However often it is asked for, there is one form.
  await mine.getByRole("button", { name: "Change or delete this message" }).click();
  await mine.getByRole("button", { name: "Change", exact: true }).click();
  assert.equal(await editor.inputValue(), "It is never");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("It is too late to change this message.").waitFor();
  assert.equal(await editor.inputValue(), "It is never");
  await editor.press("Escape");
  assert.deepEqual(await texts(page), ["It is <b>tomorrow</b>", "What is?"]);
  await page.unroute("**/messages/*");

  await mine.getByRole("button", { name: "Change or delete this message" }).click();
  await mine.getByRole("button", { name: "Delete", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await mine.getByText("This message was deleted").waitFor();
  await page.waitForFunction(() => document.activeElement.role === "log");
  assert.deepEqual((await entries())[0], ["", false, true]);
  assert.equal(await mine.getByRole("button").count(), 0);
  assert.deepEqual(page.complaints.filter((text) => !text.includes("status of 409")), []);
  rep.go();
  await context.close();
  await clear();
});

/** What a page has saved. */
async function saved(page, press) {
  const coming = page.waitForEvent("download");
  await press();
  return readFileSync(await (await coming).path(), "utf8");
}

test("a copy speaks the reader's language by his clock, and words stay words", async () => {
  const { page, context } = await person(browser, { locale: "fa-IR", timezoneId: "Asia/Tehran" });
  await page.goto(`${server.base}/chat`);
  await write(page, "سلام <script>alert(1)</script> & \"نشانی\"");
  const first = await server.rep("Mina <Karimi>");
  const id = await first.assigned();
  first.message(id, "See http://example.com/a.");
  await page.locator(".theirs").waitFor();
  const second = await server.rep("Pavel");
  await server.ask("POST", `/conversations/${id}/requeue`, first.token, {});
  await page.getByRole("heading", { name: "Pavel" }).waitFor();
  second.say({ type: "close", conversation: id, resolution: "resolved", ref: "c" });
  const button = page.getByRole("button", { name: "ذخیرهٔ رونوشت" });
  await button.waitFor();
  const text = await saved(page, () => button.click());
  assert.match(text, /^<!doctype html>\n<html lang="fa" dir="rtl">/);
  assert.ok(text.includes("سلام &lt;script&gt;alert(1)&lt;/script&gt; &amp; \"نشانی\""), text);
  assert.doesNotMatch(text, /<script|<button|<svg|requeued|assigned|\bclosed\b/);
  const paper = await watched(context);
  await paper.setContent(text);
  const seen = await paper.locator("body").innerText();
  assert.match(seen, /[۰-۹]{1,2}:[۰-۹]{2}/, "its times have the digits of the language");
  assert.ok(seen.includes("Mina <Karimi>") && seen.includes("Pavel"), seen);
  assert.ok(seen.includes("دوباره در صف هستید"), seen);
  assert.equal(await paper.getByRole("link").getAttribute("href"), "http://example.com/a");
  const { created_at: at } = await server.ask("GET", `/conversations/${id}`, second.token);
  const year = new Intl.DateTimeFormat("fa-IR", { year: "numeric", timeZone: "Asia/Tehran" });
  assert.ok(seen.includes(year.format(at)), "and its calendar");
  assert.deepEqual(page.complaints, []);
  first.go();
  second.go();
  await context.close();
  await clear();
});
