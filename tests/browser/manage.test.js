// How an admin runs the house, by keyboard alone: people, queues, hours, settings, widgets, keys,
// and what the audit tells of it. What is refused is told at its field, and nothing typed is lost.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launch, person } from "./browser.js";
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

const PASSWORD = "correct horse";
/** How many things one may go past by Tab before what is sought; more is a page nobody can use. */
const TABS = 120;

/** An admin at one of his screens. */
async function admin(path, options) {
  const one = await person(browser, options);
  await one.context.grantPermissions(["clipboard-read", "clipboard-write"],
    { origin: server.base });
  await one.page.goto(`${server.base}/admin#/${path}`);
  await one.page.locator("[name=login]").fill("admin1");
  await one.page.locator("[name=password]").fill(PASSWORD);
  await one.page.locator("[name=password]").press("Enter");
  await settled(one.page);
  return one;
}

/** The screen is there, and no longer the one before it. */
async function settled(page, title = null) {
  await page.locator("html[data-ready]").waitFor();
  await page.locator('#main[aria-busy="false"]').waitFor();
  if (title) await page.getByRole("heading", { level: 1, name: title, exact: true }).waitFor();
}

const focused = (locator) => locator.evaluate((one) => one === document.activeElement);

/** Goes there by Tab. */
async function reach(page, locator) {
  await locator.waitFor();
  for (let turn = 0; turn < TABS; turn += 1) {
    if (await focused(locator)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`the keyboard does not get to ${locator}`);
}

/** Goes there and presses Enter. */
async function press(page, locator) {
  await reach(page, locator);
  await page.keyboard.press("Enter");
}

/** Goes there and types, instead of what stands there. */
async function type(page, locator, text) {
  await reach(page, locator);
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.type(text);
}

const button = (page, name) => page.getByRole("button", { name, exact: true });
const link = (page, name) => page.getByRole("link", { name, exact: true });
const field = (page, name) => page.locator("#main").getByLabel(name, { exact: true })
  .and(page.locator("input, select, textarea"));
const choice = (page, name) => page.getByRole("combobox", { name, exact: true });
const clipboard = (page) => page.evaluate(() => navigator.clipboard.readText());
/** What a browser says itself about what was refused is no complaint. */
const complaints = (page) => page.complaints.filter((one) => !/status of 4\d\d/.test(one));

async function goTo(page, name) {
  await press(page, page.getByRole("navigation").getByRole("link", { name, exact: true }));
  await settled(page, name);
}

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
  assert.equal(await field(page, "Name that others see").inputValue(), "", "the form is empty");
  const token = shown.split("=").at(-1);
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
  await reach(page, field(page, "Open by"));
  await page.keyboard.type("Off");
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
  await reach(page, choice(page, "What"));
  await page.keyboard.type("Settings changed");
  await page.getByRole("row").filter({ hasText: "Widget made" }).waitFor({ state: "detached" });
  const told = page.getByRole("row").filter({ hasText: "Settings changed" });
  assert.match(await told.textContent(), /Open conversations of one customer 20 →\s*is now 7/);
  assert.match(page.url(), /act=settings_changed/, "the filter stands in the address");
  assert.deepEqual(complaints(page), []);
  await context.close();
});

test("what is refused is told at its field, and nothing typed is lost", async () => {
  await server.ask("POST", "/queues", server.admin, { name: "Returns" });
  const { page, context } = await admin("queues/new");
  const name = field(page, "Name");
  await name.fill("Returns");
  await field(page, "Description").fill("What comes back");
  await field(page, "An offer lasts").fill("0");
  await field(page, "Most such moves").fill("many");
  await button(page, "Make this queue").click();
  await page.getByText("Give a number from 0 to 100.").waitFor();
  assert.ok(await focused(field(page, "Most such moves")), "it leads to the field that is wrong");
  await field(page, "Most such moves").fill("۴");
  await button(page, "Make this queue").click();
  await page.getByText("Give a number from 1 second to 1 hour.").waitFor();
  assert.equal(await field(page, "An offer lasts").getAttribute("aria-invalid"), "true");
  await field(page, "An offer lasts").fill("5");
  await button(page, "Make this queue").click();
  await page.getByText("There is a queue of this name already. Choose another.").waitFor();
  assert.ok(await focused(name));
  assert.equal(await field(page, "Description").inputValue(), "What comes back");

  await page.reload();
  await settled(page, "New queue");
  await page.getByText("What you typed earlier is here again.").waitFor();
  assert.equal(await field(page, "Description").inputValue(), "What comes back");
  assert.equal(await field(page, "An offer lasts").inputValue(), "5");
  await name.fill("Refunds");
  await context.setOffline(true);
  await button(page, "Make this queue").click();
  await page.getByText("The server cannot be reached.").waitFor();
  assert.equal(await name.inputValue(), "Refunds");
  await context.setOffline(false);
  await button(page, "Make this queue").click();
  await link(page, "Refunds").waitFor();
  const { id } = await queueNamed("Refunds");
  const full = await server.ask("GET", `/queues/${id}`, server.admin);
  assert.deepEqual([full.description, full.offer_ms, full.hops_max], ["What comes back", 5_000, 4]);
  await link(page, "New queue").click();
  await settled(page, "New queue");
  assert.equal(await name.inputValue(), "", "what was saved is no draft any more");
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
  const { page, context } = await admin("people?role=rep");
  await link(page, "Pavel Orlov").waitFor();
  assert.equal(await page.getByRole("link", { name: username }).count(), 0, "only reps");
  await choice(page, "Role").selectOption("");
  await field(page, "Search in names, addresses and numbers").fill(username);
  await link(page, username).waitFor();
  await link(page, "Pavel Orlov").waitFor({ state: "detached" });
  assert.match(page.url(), new RegExp(`search=${username}`));
  await field(page, "Search in names, addresses and numbers").fill("nobody is called so");
  await page.getByText("Nothing like that. Widen the filter.").waitFor();

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

test("an old login is asked for its password, and what was asked is done then", async () => {
  const { page, context } = await admin("keys/new");
  const { access_token: young } = await server.ask("POST", "/sessions", null,
    { login: "admin1", password: PASSWORD });
  await server.ask("PATCH", "/settings", young, { fresh_login_s: 1 });
  // A login grows old by nothing but time.
  await page.waitForTimeout(1_500);
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
