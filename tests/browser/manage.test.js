// How an admin runs the house, by keyboard alone: people, queues, hours, settings, widgets, keys,
// and what the audit tells of it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { button } from "./browser.js";
import { until } from "./console.js";
import { opened, server } from "./house.js";
import { choice, clipboard, field, focused, goTo, link, pick, press, type } from "./keyboard.js";
import { admin, complaints, held, PASSWORD, settled } from "./panel.js";

opened();

const queueNamed = async (name) =>
  (await server.ask("GET", "/queues", server.admin)).find((one) => one.name === name);
const setting = async (name) =>
  (await server.ask("GET", "/settings", server.admin)).find((one) => one.name === name);

test("an admin sets the house up by keyboard alone", async () => {
  const { page, context } = await admin("settings");
  await goTo(page, "People and roles");
  await press(page, link(page, "Invite"));
  await settled(page, "Invite");
  await type(page, field(page, "Name that others see"), "Mina Karimi");
  await press(page, button(page, "Make the link"));
  const dialog = page.getByRole("dialog");
  await dialog.waitFor();
  const shown = await dialog.locator("pre").textContent();
  await press(page, dialog.getByRole("button", { name: "Copy" }));
  await dialog.getByRole("status").filter({ hasText: "Copied" }).waitFor({ state: "attached" });
  assert.equal(await clipboard(page), shown, "the link is copied");
  await page.keyboard.press("Escape");
  assert.ok(await dialog.isVisible(), "what is shown once does not go by Escape");
  await press(page, dialog.getByRole("button", { name: "I have it" }));
  await page.getByRole("row").filter({ hasText: "Mina Karimi" }).filter({ hasText: "Open" })
    .waitFor();
  await page.waitForFunction(() => !document.querySelector("[name=display_name]").value);
  assert.match(shown, /&name=Mina\+Karimi&role=rep&by=admin1$/, "it knows for whom it is");
  const [, token] = shown.match(/invitation=(\w+)/);
  const made = await server.ask("POST", "/invitations/accept", null, { token, username: "mina",
    password: "battery staple" });
  assert.equal(made.user.role, "rep", "the link that was copied is good");

  await goTo(page, "Business hours");
  await press(page, link(page, "New schedule"));
  await settled(page, "New schedule");
  await type(page, field(page, "Name of the schedule"), "Office");
  await type(page, field(page, "Time zone"), "Europe/Berlin");
  await press(page, button(page, "Make this schedule"));
  await link(page, "Office").waitFor();

  await goTo(page, "Queues");
  await press(page, link(page, "New queue"));
  await settled(page, "New queue");
  await type(page, field(page, "Name"), "Billing");
  await pick(page, field(page, "Open by"), "Office");
  await type(page, field(page, "An offer lasts"), "2");
  await press(page, button(page, "Make this queue"));
  await link(page, "Billing").waitFor();
  const queue = await queueNamed("Billing");
  const full = await server.ask("GET", `/queues/${queue.id}`, server.admin);
  assert.deepEqual([full.offer_ms, full.waiting_max, full.reps.length], [2_000, 10_000, 1]);
  const [schedule] = await server.ask("GET", "/schedules", server.admin);
  assert.equal(full.schedule_id, schedule.id, "it goes by the hours");
  assert.deepEqual(schedule.week.fri, [{ from: "09:00", to: "18:00" }]);
  assert.equal(schedule.time_zone, "Europe/Berlin");
  await press(page, button(page, "Move Billing up"));
  await page.getByRole("status").filter({ hasText: "Billing is now in place 1." })
    .waitFor({ state: "attached" });
  assert.ok(await focused(button(page, "Move Billing down")), "the focus goes along");
  const [first] = await server.ask("GET", "/queues", server.admin);
  assert.equal(first.name, "Billing");

  await goTo(page, "Settings");
  await type(page, field(page, "Open conversations of one customer"), "7");
  await press(page, button(page, "Save"));
  await button(page, "Reset (Open conversations of one customer)").waitFor();
  assert.equal((await setting("open_per_customer_max")).value, 7);

  await goTo(page, "Widgets");
  await press(page, link(page, "New widget"));
  await settled(page, "New widget");
  await type(page, field(page, "Name"), "Shop");
  await type(page, field(page, "Sites"), "https://shop.example");
  await press(page, button(page, "Make this widget"));
  await dialog.waitFor();
  assert.match(await dialog.locator("pre").textContent(), /^sbw_/);
  await press(page, dialog.getByRole("button", { name: "I have it" }));
  await settled(page, "Shop");
  await type(page, field(page, "Name of the button"), 'Ask "us"');
  await press(page, button(page, "Copy"));
  const [{ id, sites }] = await server.ask("GET", "/widgets", server.admin);
  assert.deepEqual(sites, ["https://shop.example"]);
  assert.equal(await clipboard(page), `<script async src="${server.base}/widget.js" data-widget="${
    id}" data-label="Ask &quot;us&quot;"></` + "script>");

  await goTo(page, "Audit log");
  for (const text of ["Widget made", "Settings changed", "Queues put in order", "Queue made",
    "Schedule made", "Invited"]) {
    await page.getByRole("row").filter({ hasText: text }).first().waitFor();
  }
  await pick(page, choice(page, "What"), "Settings changed");
  await page.getByRole("row").filter({ hasText: "Widget made" }).waitFor({ state: "detached" });
  const told = page.getByRole("row").filter({ hasText: "Settings changed" });
  assert.match(await told.textContent(), /Open conversations of one customer 20 →\s*is now 7/);
  assert.match(page.url(), /act=settings_changed/, "the filter stands in the address");
  assert.deepEqual(complaints(page), []);
  await context.close();
});

test("an order that is refused goes back, and what is deleted is asked for", async () => {
  await server.ask("POST", "/queues", server.admin, { name: "Last of all" });
  const { page, context } = await admin("queues");
  const names = () => page.locator(".order .what > a").allTextContents();
  const was = await names();
  await page.route("**/queues/order", (route) => route.abort());
  await button(page, "Move Last of all up").click();
  await page.getByRole("alert").filter({ hasText: "The server cannot be reached." }).waitFor();
  assert.deepEqual(await names(), was);
  await page.unroute("**/queues/order");
  await link(page, "Last of all").dragTo(page.locator(".order > li").first());
  await page.getByRole("status").filter({ hasText: "Last of all is now in place 1." })
    .waitFor({ state: "attached" });
  await link(page, "Last of all").click();
  await settled(page, "Last of all");
  await button(page, "Delete").click();
  const dialog = page.getByRole("dialog");
  assert.ok(await focused(dialog.getByRole("button", { name: "Cancel" })), "Enter does no harm");
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  assert.ok(await focused(button(page, "Delete")), "the focus is where it was");
  assert.ok(await queueNamed("Last of all"));
  await button(page, "Delete").click();
  await dialog.getByRole("button", { name: "Delete" }).click();
  await settled(page, "Queues");
  assert.equal(await queueNamed("Last of all"), undefined);
  assert.deepEqual(complaints(page), []);
  await context.close();
});

test("people are found, trusted, kept out and erased", async () => {
  const rep = await server.rep("Pavel Orlov", 2);
  const { username } = await server.customer();
  const { page, context } = await admin("people");
  await link(page, "Pavel Orlov").waitFor();
  await link(page, "admin1").waitFor();
  assert.equal(await page.getByRole("link", { name: username }).count(), 0, "only staff");
  await choice(page, "Role").selectOption("rep");
  await link(page, "admin1").waitFor({ state: "detached" });
  assert.equal(await page.getByRole("link", { name: username }).count(), 0, "only reps");
  await choice(page, "Role").selectOption("all");
  await field(page, "Search in names, addresses and numbers").fill(username);
  await link(page, username).waitFor();
  await link(page, "Pavel Orlov").waitFor({ state: "detached" });
  assert.match(page.url(), new RegExp(`search=${username}`));
  await field(page, "Search in names, addresses and numbers").fill("nobody is called so");
  await page.getByText("No results. Change or clear the filters.").waitFor();

  await page.goto(`${server.base}/admin#/people/${rep.id}`);
  await settled(page, "Pavel Orlov");
  const saves = page.getByRole("region", { name: "Work as a rep" });
  await saves.getByLabel("Capacity").fill("6");
  await saves.getByRole("button", { name: "Save" }).click();
  await page.getByRole("status").filter({ hasText: "Saved." }).waitFor();
  await rep.hears(({ type, rep: now }) => type === "rep" && now.capacity === 6);
  const rights = page.getByRole("region", { name: "What the rep is trusted with" });
  await rights.getByLabel("May export").check();
  await rights.getByRole("button", { name: "Save the rights" }).click();
  await rep.hears(({ type, rep: now }) => type === "rep" && now.rights.export === true);
  await button(page, "Disable").click();
  await page.getByRole("dialog").getByRole("button", { name: "Disable" }).click();
  await button(page, "Enable again").waitFor();
  await assert.rejects(server.ask("GET", "/me", rep.token), /401/, "he is out at once");
  await button(page, "Enable again").click();
  await button(page, "Disable").waitFor();

  const { items } = await server.ask("GET", `/people?search=${username}`, server.admin);
  await page.goto(`${server.base}/admin#/people/${items[0].id}`);
  await settled(page, username);
  const saved = page.waitForEvent("download");
  await button(page, "Export as a file").click();
  assert.match((await saved).suggestedFilename(), /^person-\d+\.jsonl$/);
  await button(page, "Erase").click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox").fill("somebody else");
  await dialog.getByRole("button", { name: "Erase" }).click();
  await dialog.getByText("Type it exactly as it stands above.").waitFor();
  assert.equal((await server.ask("GET", `/people/${items[0].id}`, server.admin)).erased_at, null);
  await dialog.getByRole("textbox").fill(username);
  await dialog.getByRole("button", { name: "Erase" }).click();
  await page.getByText(/^Erased on/).waitFor();
  assert.deepEqual(complaints(page), []);
  rep.go();
  await context.close();
});

test("an erasing that cannot be followed says so, and goes on", async () => {
  const { username } = await server.customer();
  const { items: [{ id }] } = await server.ask("GET", `/people?search=${username}`, server.admin);
  const { page, context } = await admin(`people/${id}`);
  let asked = 0;
  await page.route("**/erase", (route) => {
    asked += 1;
    return asked === 1 ? route.fulfill({ json: { step: "words", ended_at: null } })
      : route.fulfill({ status: 403, contentType: "application/problem+json",
        body: JSON.stringify({ code: "forbidden" }) });
  });
  await button(page, "Erase").click();
  await page.getByRole("dialog").getByRole("textbox").fill(username);
  await page.getByRole("dialog").getByRole("button", { name: "Erase" }).click();
  await page.getByText("Being erased: words.").waitFor();
  await page.getByText("How far it has come cannot be told: You are not allowed").waitFor();
  await context.close();
});

test("an old login is asked for its password, and what was asked is done then", async () => {
  const { page, context } = await admin("keys/new");
  await page.route("**/api-keys", (route) => route.fulfill({ status: 403,
    contentType: "application/problem+json", body: JSON.stringify({ code: "login_too_old" }) }),
  { times: 1 });
  await field(page, "Name").fill("Warehouse");
  await page.getByLabel("Metrics").check();
  await button(page, "Make the key").click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Password").fill("not this one");
  await dialog.getByRole("button", { name: "Go on" }).click();
  await dialog.getByRole("alert").filter({ hasText: /\S/ }).waitFor();
  await dialog.getByLabel("Password").fill(PASSWORD);
  await dialog.getByRole("button", { name: "Go on" }).click();
  await page.getByRole("heading", { name: "The new key" }).waitFor();
  const key = await dialog.locator("pre").textContent();
  await dialog.getByRole("button", { name: "I have it" }).click();
  await page.getByRole("row").filter({ hasText: "Warehouse" }).waitFor();
  const asked = await fetch(`${server.base}/metrics`,
    { headers: { Authorization: `Bearer ${key}` } });
  assert.equal(asked.status, 200, "the key that was shown is good");
  await button(page, "Revoke Warehouse").click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke", exact: true }).click();
  await page.getByText("No key yet.").waitFor();
  assert.deepEqual(complaints(page), []);
  await context.close();
});

test("a queue is moved far by one button or key, and on while it is being saved", async () => {
  for (const at of Array(20).keys()) {
    await server.ask("POST", "/queues", server.admin, { name: `Line ${at}` });
  }
  const { page, context } = await admin("queues", { viewport: { width: 360, height: 700 } });
  const names = () => page.locator(".order .what > a").allTextContents();
  const moved = (place) => page.getByRole("status")
    .filter({ hasText: `Line 19 is now in place ${place}.` }).waitFor({ state: "attached" });
  const was = await names();
  const place = was.indexOf("Line 19");
  const [asked, go] = await held(page, "**/queues/order", "PUT");
  await button(page, "Move Line 19 up").click();
  await asked;
  for (const key of ["ArrowUp", "ArrowUp", "ArrowDown"]) await page.keyboard.press(key);
  assert.equal((await names()).indexOf("Line 19"), place - 2, "nobody has to wait");
  go();
  await moved(place - 1);
  const saved = async () => (await server.ask("GET", "/queues", server.admin))
    .map(({ name }) => name);
  assert.deepEqual(await saved(), await names());
  await button(page, "Move Line 19 to the top").click();
  await moved(1);
  assert.ok(await focused(button(page, "Move Line 19 down")), "the focus goes along");
  await page.keyboard.press("End");
  await moved(was.length);
  assert.equal((await saved()).at(-1), "Line 19");

  // What is dragged to the edge of the window goes on there.
  await page.evaluate(() => scrollTo(0, 0));
  await page.locator(".order > li").nth(1).hover();
  await page.mouse.down();
  for (const y of [500, 640, 690]) await page.mouse.move(180, y);
  let turn = 0;
  await until(async () => {
    await page.mouse.move(180, 690 - (turn += 1) % 2);
    return await page.evaluate(() => scrollY) > 200;
  });
  await page.mouse.up();
  assert.deepEqual(complaints(page), []);
  await context.close();
});
