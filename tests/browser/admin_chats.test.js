// The admin among conversations: finding them, reading them quietly, saving what was found.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { person } from "./browser.js";
import { until } from "./console.js";
import { browser, opened, server } from "./house.js";
import { admin, held, queue, read, serving, signIn, waits } from "./panel.js";

opened();

test("what is searched for stands in the address, and comes back with it", async () => {
  const id = await queue("Searches", { mode: "manual" });
  const word = `needle${randomUUID().slice(0, 8)}`;
  const found = await waits(id, `I look for a ${word} here`);
  const other = await waits(id, "Something else");
  const { page, context } = await admin("conversations");
  const row = ({ id: one }) => page.locator(`.found [data-id="${one}"]`);
  await row(other).waitFor();
  await page.getByRole("combobox", { name: "Queue" }).selectOption(id);
  await page.waitForURL(new RegExp(`queue=${id}`));
  await page.getByLabel("Words").fill(word);
  await page.keyboard.press("Enter");
  await page.waitForURL(new RegExp(`q=${word}`));
  await row(found).first().locator("mark").first().waitFor();
  await row(other).waitFor({ state: "detached" });
  // What a search does not know it does not seem to be asked for.
  const unread = page.getByRole("combobox", { name: "Unread by me" });
  assert.ok(await unread.isDisabled());
  await page.getByText("A search for words does not look at this.").waitFor();

  await page.reload();
  await row(found).first().waitFor();
  assert.equal(await row(other).count(), 0);
  assert.equal(await page.getByLabel("Words").inputValue(), word);
  assert.equal(await page.getByRole("combobox", { name: "Queue" }).inputValue(), id);

  // What a search finds is narrowed by the other conditions, too.
  await page.getByRole("combobox", { name: "Status" }).selectOption("over");
  await page.getByText("No conversations match").waitFor();
  await page.getByRole("button", { name: "Clear all" }).click();
  await row(other).waitFor();
  assert.doesNotMatch(page.url(), /q=|status=|queue=/);
  assert.ok(await unread.isEnabled());

  // Names that cannot be looked up keep nobody from asking for something else.
  await page.route("**/people?role=customer*", (route) => route.abort(), { times: 1 });
  await page.getByLabel("Customer").fill("Sara");
  await page.getByRole("alert").filter({ hasText: /cannot be reached/ }).waitFor();
  await page.getByLabel("Customer").fill("");
  await page.getByLabel("Words").fill(word);
  await page.keyboard.press("Enter");
  await page.waitForURL(new RegExp(`q=${word}`));
  await page.getByRole("button", { name: "Clear all" }).click();

  // What makes no sense is said at once, in the page's words, and not asked for.
  await page.getByLabel("Customer").fill("Nobody of the list");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").filter({ hasText: "Choose one of the customers" }).waitFor();
  await page.getByRole("button", { name: "Clear all" }).click();
  await page.getByLabel("Opened from").fill("2026-03-02");
  await page.getByLabel("Opened until").fill("2026-03-01");
  await page.getByRole("alert").filter({ hasText: "Swap them" }).waitFor();
  assert.doesNotMatch(page.url(), /to=/);
  assert.deepEqual(page.complaints, []);
  await context.close();
});

test("what has ended is found by its day and its rating, and what is found is saved", async () => {
  const id = await queue("Endings", { mode: "manual" });
  const { token } = await server.ask("POST", "/visitors", null, { display_name: "Ann, \"A\"" });
  const open = (text, subject) => server.ask("POST", "/conversations", token, { queue: id, text,
    subject, client_id: randomUUID() });
  const [rated, running] = [await open("Rated well"), await open("Waiting", "Still waits")];
  await server.ask("POST", `/conversations/${rated.id}/close`, token, {});
  await server.ask("PUT", `/conversations/${rated.id}/rating`, token, { score: 5 });
  const { page, context } = await admin(`conversations?queue=${id}`);
  const row = ({ id: one }) => page.locator(`.found [data-id="${one}"]`);
  await row(running).waitFor();
  await page.getByLabel("Closed from").fill("2026-01-01");
  await row(running).waitFor({ state: "detached" });
  await page.getByRole("combobox", { name: "Rating" }).selectOption({ label: "1 or 2 of 5" });
  await page.getByText("No conversations match").waitFor();
  await page.getByRole("combobox", { name: "Rating" }).selectOption({ label: "4 or 5 of 5" });
  await row(rated).waitFor();
  await page.reload();
  await row(rated).waitFor();
  assert.equal(await row(running).count(), 0, "both stand in the address");
  assert.match(await row(rated).textContent(), /[45] of 5.*Closed/s);
  const text = async (name) => {
    await page.getByRole("button", { name: "Export", exact: true }).click();
    const [saved] = await Promise.all([page.waitForEvent("download"),
      page.locator(".menu button").filter({ hasText: name }).click()]);
    return readFileSync(await saved.path(), "utf8");
  };
  await page.getByLabel("Closed until").fill("2025-01-01");
  await page.getByRole("alert").filter({ hasText: "“Closed from” is after" }).waitFor();
  assert.ok((await text("All that match")).includes("Rated well"), "what is shown is saved");
  await page.getByLabel("Closed until").fill("");

  const sheet = await text("The 1 shown");
  assert.match(sheet, /"Ann, ""A""",Rated well,closed/, "what has no subject says how it began");
  const lines = (await text("All that match")).trim().split("\n").map((line) => JSON.parse(line));
  assert.ok(JSON.stringify(lines).includes("Rated well"), "with what was said");
  assert.ok(!JSON.stringify(lines).includes("Still waits"), "only what is asked for");
  assert.deepEqual(page.complaints, []);
  await context.close();
});

test("a conversation is read quietly; whoever joins is told of", async () => {
  const id = await queue("Reading");
  const rep = await serving(id, "Rita Reads", 2);
  const opened = await waits(id, "Please read this");
  await rep.assigned();
  const kinds = async () => (await read(`/conversations/${opened.id}/events`)).items
    .map(({ kind }) => kind);
  const quiet = await kinds();
  const { page, context } = await admin(`conversations/${opened.id}?queue=${id}`);
  await page.locator(".log").getByText("Please read this").waitFor();
  assert.deepEqual(await kinds(), quiet);
  // What is said later comes by itself.
  rep.message(opened.id, "I am on it");
  await page.locator(".log").getByText("I am on it").waitFor();
  const note = page.getByRole("textbox", { name: "Note for staff" });
  await note.fill("Called before");
  await page.getByRole("button", { name: "Leave a note" }).click();
  await page.locator(".log").getByText("Called before").waitFor();
  assert.ok(!(await kinds()).includes("joined"));
  await page.getByText("nobody is told").waitFor();

  // What was begun as a note is not sent to the customer by joining.
  await note.fill("Never to be told");
  await page.getByRole("button", { name: "Join", exact: true }).click();
  await page.getByText("the customer sees you").waitFor();
  assert.ok(await page.getByText("nobody is told").isHidden());
  await page.getByRole("radio", { name: "Message for the customer" }).check();
  const message = page.getByRole("textbox", { name: "Message for the customer" });
  assert.equal(await message.inputValue(), "");
  await message.fill("Hello from");
  await message.press("Shift+Enter");
  await message.pressSequentially("the admin");
  await message.press("Enter");
  await page.locator(".log").getByText("Hello from\nthe admin").waitFor();
  // The log may have it before the answer is here.
  await until(async () => await message.inputValue() === "");
  await page.getByRole("radio", { name: "Note for staff" }).check();
  assert.equal(await note.inputValue(), "Never to be told");
  assert.ok((await kinds()).includes("joined"));
  // What is saved to be read says the same in the same words.
  await page.getByRole("button", { name: "Transcript" }).click();
  const coming = page.waitForEvent("download");
  await page.getByRole("button", { name: /To read and print/ }).click();
  const file = await coming;
  assert.equal(file.suggestedFilename(), `conversation-${opened.number}.html`);
  const paper = readFileSync(await file.path(), "utf8");
  for (const words of ["Please read this", "Called before", "Assigned to <bdi>Rita Reads</bdi>"]) {
    assert.ok(paper.includes(words), paper);
  }
  assert.doesNotMatch(paper, /<script|<button|undefined/);
  await page.getByRole("link", { name: "Back to the list" }).click();
  await page.locator(`.found [data-id="${opened.id}"]`).waitFor();
  assert.match(page.url(), new RegExp(`queue=${id}`));
  assert.deepEqual(page.complaints, []);
  await context.close();
  rep.go();
});

test("what is typed while a note is on its way stays, and what is changed is another note",
  async () => {
    const opened = await waits(await queue("Drafts", { mode: "manual" }));
    const { page, context } = await admin(`conversations/${opened.id}`);
    const note = page.getByRole("textbox", { name: "Note for staff" });
    const there = (text) => page.locator(".log").getByText(text, { exact: true }).waitFor();
    const ids = [];
    await page.route("**/notes", (route) => {
      ids.push(route.request().postDataJSON().client_id);
      return ids.length > 1 ? route.fallback() : route.fulfill({ status: 408, body: "" });
    });
    await note.fill("First");
    await note.press("Enter");
    await page.locator(".writes .error").filter({ hasText: /./ }).waitFor();
    assert.equal(ids.length, 1, "only what is read is asked for again in silence");
    assert.equal(await note.inputValue(), "First");
    await note.fill("First, and more");
    await note.press("Enter");
    await there("First, and more");
    await until(async () => await note.inputValue() === "");
    assert.equal(new Set(ids).size, 2);

    const [asked, go] = await held(page, "**/notes", "POST");
    await note.fill("Second");
    await note.press("Enter");
    await asked;
    await note.fill("Third");
    go();
    await there("Second");
    await page.locator(".writes:not([aria-busy])").waitFor();
    assert.equal(await note.inputValue(), "Third");
    await note.press("Enter");
    await there("Third");
    assert.equal(new Set(ids).size, 4);
    await context.close();
  });

test("where Enter is not wished to send, it begins a new line", async () => {
  const opened = await waits(await queue("Keys", { mode: "manual" }));
  const { page, context } = await admin(`conversations/${opened.id}`);
  await page.evaluate(() => localStorage.setItem("switchboard.console.enter", "false"));
  const note = page.getByRole("textbox", { name: "Note for staff" });
  await note.fill("Not yet");
  await note.press("Enter");
  assert.equal(await note.inputValue(), "Not yet\n");
  await note.press("Control+Enter");
  await page.locator(".log").getByText("Not yet").waitFor();
  assert.deepEqual(page.complaints, []);
  await context.close();
});

test("a conversation that cannot be read is not asked for again and again", async () => {
  const opened = await waits(await queue("Unread"), "Nobody reads this");
  const { page, context } = await person(browser);
  await page.addInitScript(() => {
    globalThis.running = new Set();
    const [set, clear] = [setInterval, clearInterval];
    globalThis.setInterval = (work, ms, ...more) => {
      const id = set(work, ms, ...more);
      if (ms === 3_000) globalThis.running.add(id);
      return id;
    };
    globalThis.clearInterval = (id) => {
      globalThis.running.delete(id);
      clear(id);
    };
  });
  await page.route("**/events?*", (route) => route.fulfill({ status: 503,
    contentType: "application/problem+json", body: JSON.stringify({ code: "overloaded" }) }));
  await page.goto(`${server.base}/admin#/reports`);
  await signIn(page);
  const running = () => page.evaluate(() => globalThis.running.size);
  const before = await running();
  await page.goto(`${server.base}/admin#/conversations/${opened.id}`);
  await page.getByRole("alert").filter({ hasText: "The server is busy." }).waitFor();
  assert.equal(await running(), before);
  await page.unroute("**/events?*");
  await page.getByRole("button", { name: "Try again" }).click();
  await page.locator(".log").getByText("Nobody reads this").waitFor();
  await page.locator("#main[aria-busy=false]").waitFor();
  assert.equal(await running(), before + 1);
  await page.getByRole("link", { name: "Reports" }).click();
  await page.locator("#main[aria-busy=false] > [data-at=reports]").waitFor();
  assert.equal(await running(), before);
  await context.close();
});

test("a menu says that it is open at the button that opened it, and at no other", async () => {
  const id = await queue("Menus", { mode: "manual" });
  const opened = await waits(id);
  const { page, context } = await admin(`conversations/${opened.id}`);
  const [one, other] = ["Assign", "More"].map((text) =>
    page.locator(".head button").filter({ hasText: text }));
  const open = () => page.locator(".head [aria-expanded=true]").allTextContents();
  await one.click();
  assert.deepEqual(await open(), ["Assign"]);
  await other.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("group", { name: /^More/ }).waitFor();
  assert.deepEqual(await open(), ["More"]);
  await page.keyboard.press("Escape");
  await page.locator("#menu").waitFor({ state: "hidden" });
  await page.locator(".head [aria-expanded=true]").waitFor({ state: "detached" });
  // It does not stay over the screen that somebody goes to.
  await one.click();
  await page.locator("#menu").waitFor();
  await page.evaluate(() => { location.hash = "#/reports"; });
  await page.locator("#main[aria-busy=false] > [data-at=reports]").waitFor();
  assert.equal(await page.locator("#menu").isVisible(), false);
  assert.deepEqual(page.complaints, []);
  await context.close();
});

test("a conversation is listed by its subject or its first words; then what was said last",
  async () => {
    const id = await queue("Words", { mode: "manual" });
    const { token } = await server.ask("POST", "/visitors", null, {});
    const opens = (text, more = {}) => server.ask("POST", "/conversations", token, { queue: id,
      text, client_id: randomUUID(), ...more });
    const all = [await opens("Hello", { subject: "A lamp" }), await opens("It is dark"),
      await opens("Only this")];
    for (const one of all.slice(0, 2)) {
      await server.ask("POST", `/conversations/${one.id}/messages`, token,
        { text: "Are you there?", client_id: randomUUID() });
    }
    const { page, context } = await admin(`conversations?queue=${id}`);
    const said = (one) => page.locator(`.found [data-id="${one.id}"] td`).first()
      .locator(".subject, .snippet").allTextContents();
    await page.locator(`.found [data-id="${all[0].id}"]`).waitFor();
    assert.deepEqual(await Promise.all(all.map(said)), [["A lamp", "Are you there?"],
      ["It is dark", "Are you there?"], ["Only this"]]);
    await context.close();
  });

test("what waits again after its rep has no rep, and its wait goes on", async () => {
  const id = await queue("Again");
  const rep = await serving(id, "Zoe Gone", 1);
  const opened = await waits(id);
  await rep.assigned();
  const { page, context } = await admin(`conversations/${opened.id}`);
  const fact = (name) => page.locator(".facts div").filter({ hasText: name }).locator("dd");
  await fact("Rep").getByText("Zoe Gone", { exact: true }).waitFor();
  const stale = await fact("Waited").textContent();
  await server.ask("PUT", `/reps/${rep.id}/capacity`, server.admin, { capacity: 0 });
  await server.ask("POST", `/conversations/${opened.id}/transfer`, server.admin, { queue: id });
  await fact("Rep").getByText("last: Zoe Gone", { exact: true }).waitFor();
  const moves = (from) => page.waitForFunction((was) => [...document.querySelectorAll(".facts div")]
    .every((one) => !one.textContent.startsWith("Waited") || one.lastChild.textContent !== was),
  from);
  await moves(stale);
  await moves(await fact("Waited").textContent());
  await page.goto(`${server.base}/admin#/conversations?queue=${id}`);
  await page.locator(`.found [data-id="${opened.id}"]`).getByText("last: Zoe Gone").waitFor();
  await server.ask("POST", `/conversations/${opened.id}/close`, server.admin, {});
  assert.deepEqual(page.complaints, []);
  await context.close();
  rep.go();
});

test("of a conversation is offered what the server would take, and no more", async () => {
  const id = await queue("Hands");
  const first = await serving(id, "Fay First", 1);
  const opened = await waits(id);
  await first.assigned();
  const other = await serving(id, "Otto Other", 1);
  const { page, context } = await admin(`conversations/${opened.id}`);
  const does = (name) => page.locator(".head button").filter({ hasText: name });
  await does("Assign").click();
  const menu = page.locator(".menu button");
  await menu.filter({ hasText: "Otto Other" }).waitFor();
  assert.equal(await menu.filter({ hasText: "Fay First" }).count(), 0, "who has it already");
  await menu.filter({ hasText: "Otto Other" }).click();
  assert.equal(await other.assigned(), opened.id, "it is handed over");
  await page.locator(".facts").getByText("Otto Other").waitFor();
  await page.getByRole("button", { name: "Join", exact: true }).click();
  await page.getByRole("button", { name: "Send to the customer" }).waitFor();
  await page.getByRole("link", { name: "About the customer" }).waitFor();
  await server.ask("POST", `/conversations/${opened.id}/close`, server.admin, {});
  await does("Assign").waitFor({ state: "hidden" });
  assert.ok(await does("More").isHidden());
  assert.ok(await page.getByRole("button", { name: "Send to the customer" }).isHidden());
  assert.ok(await does("Transcript").isVisible());
  assert.deepEqual(page.complaints, []);
  await context.close();
  first.go();
  other.go();
});
