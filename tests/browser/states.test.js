// What a customer is told when it does not go smoothly: his rep is lost or slow, the line is full,
// he may not come, his message is refused.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { field, launch, person, texts, write } from "./browser.js";
import { Server } from "./server.js";

let server;
let browser;
before(async () => {
  server = await Server.start({ rep_suspect_ms: 500, rep_grace_ms: 10_000 });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const says = (page, text) => page.locator(".card-body").getByText(text).first().waitFor();

async function visitor(path = "/chat") {
  const one = await person(browser);
  await one.page.goto(`${server.base}${path}`);
  await one.page.locator("html[data-ready]").waitFor();
  return one;
}

async function end({ page, context }) {
  assert.deepEqual(page.complaints, []);
  await context.close();
  const { items } = await server.ask("GET", "/conversations?open=true", server.admin);
  for (const { id } of items) {
    await server.ask("POST", `/conversations/${id}/close`, server.admin, {});
  }
}

test("a rep who is lost is waited for, then another one takes over, and all of it stays",
  async () => {
    const one = await visitor();
    await write(one.page, "Hello");
    const mina = await server.rep("Mina", 1);
    const id = await mina.assigned();
    mina.message(id, "One moment");
    await one.page.locator(".theirs").waitFor();
    mina.go();
    await says(one.page, "Mina has lost the connection. We wait for a moment.");
    // Whoever comes after that is told the same.
    await one.page.reload();
    await says(one.page, "Mina has lost the connection. We wait for a moment.");
    await one.page.locator(".face[data-there=false]").waitFor();
    await says(one.page, "Mina had to leave. You keep your place in line.");
    await says(one.page, "You are next");
    const pavel = await server.rep("Pavel", 1);
    await one.page.getByRole("heading", { name: "Pavel" }).waitFor();
    await one.page.getByText("Pavel has joined").waitFor();
    assert.deepEqual(await texts(one.page), ["Hello", "One moment"]);
    await end(one);
    pavel.go();
  });

test("a rep who is slow is excused", async () => {
  const one = await visitor();
  await one.page.clock.install();
  await one.page.reload();
  await one.page.locator("html[data-ready]").waitFor();
  await write(one.page, "Hello");
  const rep = await server.rep("Mina", 1);
  const id = await rep.assigned();
  await one.page.getByRole("heading", { name: "Mina" }).waitFor();
  await one.page.clock.fastForward(80_000);
  await says(one.page, "Mina is helping others, too, and will answer soon.");
  rep.message(id, "Here I am");
  await one.page.locator(".theirs").waitFor();
  await one.page.clock.fastForward(20_000);
  await one.page.locator(".card[data-state=active]").waitFor({ state: "hidden" });
  await end(one);
  rep.go();
});

test("where nobody new is let in, a message is left and answered", async () => {
  const [queue] = await server.ask("GET", "/queues", server.admin);
  await server.ask("PATCH", `/queues/${queue.id}`, server.admin, { draining: true });
  const one = await visitor();
  await says(one.page, "Only messages are taken here for now.");
  await write(one.page, "Then I leave this");
  await says(one.page, "Your message is with us. We answer here.");
  await server.ask("PATCH", `/queues/${queue.id}`, server.admin, { draining: false });
  const rep = await server.rep("Mina", 1);
  const { id } = await server.newest();
  rep.say({ type: "claim", conversation: id, ref: "c" });
  await one.page.getByRole("heading", { name: "Mina" }).waitFor();
  // Who was served waits like anybody else.
  rep.say({ type: "availability", availability: "away" });
  await server.ask("POST", `/conversations/${id}/requeue`, rep.token, {});
  await says(one.page, "You are next");
  await end(one);
  rep.go();
});

/** Hours that are neither today nor tomorrow. */
async function away() {
  const never = { week: {}, days: [], time_zone: "UTC" };
  return (await server.ask("POST", "/schedules", server.admin, { name: "Away", ...never })).id;
}

test("a newcomer is told that nobody is there, what queues are for, and which take nothing",
  async () => {
    const [support] = await server.ask("GET", "/queues", server.admin);
    const made = (name, more) => server.ask("POST", "/queues", server.admin, { name, ...more });
    const sales = await made("Sales & more", { description: "Offers, prices <and> bills" });
    const shut = await made("Parcels", { schedule_id: await away(), outside_hours: "refuse" });
    const one = await person(browser);
    await one.page.clock.install();
    await one.page.goto(`${server.base}/chat`);
    await says(one.page, "Nobody is here right now. Write anyway");
    assert.equal(await one.page.getByText("as soon as somebody is free").count(), 0);
    await says(one.page, "Offers, prices <and> bills");
    assert.equal(await one.page.getByRole("radio", { name: /Sales & more/ })
      .getAttribute("disabled"), null);
    await one.page.getByRole("radio", { name: "Parcels · takes no messages now", disabled: true })
      .waitFor();
    const rep = await server.rep("Mina", 1);
    await one.page.clock.runFor(25_000);
    await says(one.page, "Write to us: we answer here as soon as somebody is free.");
    rep.go();

    // What would be refused is not taken from him; he is led to what is open.
    const closed = { schedule_id: shut.schedule_id ?? await away(), outside_hours: "refuse" };
    await server.ask("PATCH", `/queues/${support.id}`, server.admin, closed);
    await one.page.reload();
    await says(one.page, `${support.name} takes no messages now. Choose another topic`);
    await write(one.page, "What does it cost?");
    const other = one.page.getByRole("radio", { name: /Sales & more/ });
    await one.page.waitForFunction(() => document.activeElement?.name === "queue");
    assert.equal(await field(one.page).inputValue(), "What does it cost?");
    await other.check();
    await field(one.page).press("Enter");
    await says(one.page, "You are next");
    assert.equal((await server.newest()).queue.id, sales.id);
    await end(one);

    // Where nothing else is, nothing is offered.
    for (const { id } of [sales, shut]) await server.ask("DELETE", `/queues/${id}`, server.admin);
    const alone = await visitor();
    await says(alone.page, "No messages are taken now. What you write here stays");
    assert.equal(await alone.page.getByText("Leave a message").count(), 0);
    await write(alone.page, "Kept");
    await alone.page.locator(".toast").getByText("No messages are taken now.").waitFor();
    assert.equal(await field(alone.page).inputValue(), "Kept");
    await server.ask("PATCH", `/queues/${support.id}`, server.admin, { schedule_id: null });
    await end(alone);
  });

test("who waits is told that nobody is there, until somebody is", async () => {
  const one = await visitor();
  await write(one.page, "Hello");
  await says(one.page, "Nobody is here right now. You keep your place");
  const rep = await server.rep("Mina", 1);
  await one.page.getByRole("heading", { name: "Mina" }).waitFor();
  const two = await visitor();
  await write(two.page, "Me, too");
  await says(two.page, "You are next");
  await two.page.locator(".card-body").getByText("Nobody is here").waitFor({ state: "detached" });
  rep.say({ type: "availability", availability: "away" });
  await says(two.page, "Nobody is here right now. You keep your place");
  rep.say({ type: "availability", availability: "available" });
  await two.page.locator(".card-body").getByText("Nobody is here").waitFor({ state: "detached" });
  await end(two);
  await end(one);
  rep.go();
});

test("what is refused can be taken back, and nothing of it is lost", async () => {
  const one = await visitor();
  await write(one.page, "Hello");
  await one.page.locator(".rows:not(.pending) .mine").waitFor();
  const long = "words ".repeat(20_000);
  await write(one.page, long);
  await one.page.getByText("It is too long for one message. Shorten it.").waitFor();
  await write(one.page, "This goes past it");
  await one.page.locator(".rows:not(.pending) .mine").filter({ hasText: "This goes" }).waitFor();
  await one.page.getByRole("button", { name: "Take back" }).click();
  assert.equal((await field(one.page).inputValue()).length, long.length);
  await end(one);
});

test("a first message that is refused is there for another try", async () => {
  const one = await visitor();
  await field(one.page).fill("x".repeat(30_000));
  await field(one.page).press("Enter");
  await one.page.getByText("Not sent.").waitFor();
  assert.equal(await one.page.getByRole("button", { name: "Try again" }).count(), 0);
  await one.page.getByRole("button", { name: "Take back" }).click();
  await field(one.page).fill("Shorter");
  await field(one.page).press("Enter");
  await says(one.page, "You are next");
  one.page.complaints = one.page.complaints.filter((text) => !text.includes("status of 422"));
  await end(one);
});

test("who may not come is told why", async () => {
  const made = { name: "Members", sites: ["https://shop.example"], visitors: false };
  const widget = await server.ask("POST", "/widgets", server.admin, made);
  const named = await visitor(`/chat/${widget.id}`);
  await says(named.page, "The site has not said who you are yet.");
  assert.ok(await field(named.page).isHidden());
  await end(named);
  const gone = await visitor("/chat/0190b7a6-7e5c-7c3e-9d1f-1f6a2b3c4d5e");
  await says(gone.page, "This chat is not available.");
  assert.ok(await field(gone.page).isHidden());
  gone.page.complaints = gone.page.complaints.filter((text) => !text.includes("status of 404"));
  await end(gone);
});

test("the story goes by keyboard alone", async () => {
  const one = await visitor();
  const { keyboard } = one.page;
  const focused = () => one.page.evaluate(() => document.activeElement.textContent
    || document.activeElement.getAttribute("aria-label"));
  const reach = async (name, key = "Shift+Tab") => {
    for (let turn = 0; turn < 20; turn += 1) {
      if (await focused() === name) return;
      await keyboard.press(key);
    }
    assert.fail(`${name} cannot be reached; it stands at ${await focused()}`);
  };
  await keyboard.type("Hello by keyboard");
  await keyboard.press("Enter");
  await says(one.page, "You are next");
  await reach("Leave the line");
  // What asks comes a moment later, and asks once.
  await one.page.evaluate(() => {
    document.activeElement.click();
    document.activeElement.click();
  });
  const dialog = one.page.getByRole("dialog");
  await dialog.waitFor();
  await keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  await reach("Leave the line", "Tab");
  await keyboard.press("Enter");
  await dialog.waitFor();
  await reach("Leave the line", "Tab");
  await keyboard.press("Enter");
  await dialog.waitFor({ state: "hidden" });
  await says(one.page, "This chat has ended");
  await reach("Start a new chat", "Tab");
  await keyboard.press("Enter");
  await says(one.page, "How can we help?");
  assert.equal(await one.page.evaluate(() => document.activeElement.id), "text");
  await reach("Earlier chats");
  await keyboard.press("Enter");
  await one.page.locator(".earlier button").waitFor();
  await keyboard.press("Escape");
  assert.equal(await one.page.evaluate(() => document.activeElement.id), "text");
  await end(one);
});

test("what comes later and cannot be had is asked for again", async () => {
  const one = await visitor();
  const lost = /\/(more|tray)\.js/;
  await one.page.route(lost, (route) => route.abort());
  await one.page.getByRole("button", { name: "More" }).click();
  await one.page.getByText("That could not be loaded.").waitFor();
  await one.page.locator("input[type=file]").setInputFiles([
    { name: "kept.txt", mimeType: "text/plain", buffer: Buffer.from("kept") }]);
  await one.page.unroute(lost);
  await one.page.getByText("kept.txt").waitFor();
  await one.page.getByRole("button", { name: "More" }).click();
  await one.page.getByLabel("Language").waitFor();
  await end(one);
});

test("the field for a name stays, and what is refused is tried again with what stands there",
  async () => {
    const one = await person(browser);
    await one.page.clock.install();
    await one.page.goto(`${server.base}/chat`);
    const name = one.page.getByLabel("Your name");
    await name.fill("a\u202eb");
    await one.page.clock.fastForward(60_000);
    assert.equal(await name.inputValue(), "a\u202eb");
    await write(one.page, "Hello");
    await one.page.getByText("Not sent.").waitFor();
    await name.fill("Ada");
    await one.page.getByRole("button", { name: "Try again" }).click();
    await says(one.page, "You are next");
    const { items } = await server.ask("GET", "/conversations?open=true", server.admin);
    assert.deepEqual(items.map(({ customer }) => customer.name), ["Ada"]);
    one.page.complaints.length = 0;
    await end(one);
  });

test("a refused name is told in the words of the page", async () => {
  const one = await person(browser, { locale: "ru-RU" });
  await one.page.goto(`${server.base}/chat`);
  await one.page.getByLabel("Ваше имя").fill("a\u202eb");
  await write(one.page, "Здравствуйте");
  const told = one.page.locator(".pending .error");
  await told.getByText("Имя слишком длинное, или в нём есть недопустимые знаки.").waitFor();
  assert.doesNotMatch(await told.textContent(), /[A-Za-z]/);
  one.page.complaints.length = 0;
  await end(one);
});

test("a topic that takes nothing says when it opens, and is there when it does", async () => {
  const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
  const today = (new Date().getUTCDay() + 6) % 7;
  const week = { [days[(today + 2) % 7]]: [{ from: "09:30", to: "12:00" }] };
  const schedule = await server.ask("POST", "/schedules", server.admin,
    { name: "Later", week, days: [], time_zone: "UTC" });
  const made = { name: "Bills", schedule_id: schedule.id, outside_hours: "refuse" };
  const bills = await server.ask("POST", "/queues", server.admin, made);
  const rep = await server.rep("Mina", 1);
  const one = await person(browser, { timezoneId: "UTC" });
  await one.page.clock.install();
  await one.page.goto(`${server.base}/chat`);
  const opens = Date.UTC(...new Date(Date.now() + 2 * 86_400_000).toISOString().split(/\D/)
    .slice(0, 3).map((part, at) => Number(part) - Number(at === 1)), 9, 30);
  const when = new Intl.DateTimeFormat("en-US", { weekday: "long", day: "numeric", month: "long",
    hour: "numeric", minute: "2-digit", timeZone: "UTC" }).format(opens);
  const topic = one.page.locator(".topics label").filter({ hasText: "Bills" });
  await topic.getByText(`We are back on ${when}.`).waitFor();
  assert.ok(await topic.getByRole("radio").isDisabled());
  // What opens can be chosen soon after that, whatever else is chosen.
  await server.ask("PATCH", `/queues/${bills.id}`, server.admin, { schedule_id: null });
  await one.page.clock.runFor(25_000);
  await one.page.locator(".topics :enabled").nth(1).waitFor();
  await topic.getByText("We are back").waitFor({ state: "detached" });
  await server.ask("DELETE", `/queues/${bills.id}`, server.admin);
  // What was chosen may be gone when it is written to: then another one is.
  await topic.getByRole("radio").check();
  await write(one.page, "What does it cost?");
  await one.page.getByText("This topic is not there any more.").waitFor();
  await one.page.getByRole("button", { name: "Try again" }).click();
  await one.page.getByRole("heading", { name: "Mina" }).waitFor();
  one.page.complaints.length = 0;
  await end(one);
  rep.go();
});

test("who reads the end goes on reading it when something grows below", async () => {
  const one = await visitor();
  await one.page.setViewportSize({ width: 400, height: 500 });
  await write(one.page, Array.from({ length: 40 }, (_, at) => `line ${at}`).join("\n"));
  await says(one.page, "You are next");
  const away = await one.page.evaluate(async () => {
    const log = document.querySelector(".log");
    const frame = () => new Promise((next) => requestAnimationFrame(next));
    log.scrollTop = log.scrollHeight;
    await frame();
    await frame();
    await new Promise((next) => setTimeout(next));
    // Between two frames: that it was scrolled is heard after it has become smaller.
    log.scrollTop -= 1;
    document.querySelector(".card").style.minBlockSize = "340px";
    for (let at = 0; at < 4; at++) await frame();
    return log.scrollHeight - log.scrollTop - log.clientHeight;
  });
  assert.ok(away < 2, `${away} px from its end`);
  await end(one);
});
