// How an admin runs the house, by keyboard alone: people, queues, hours, settings, widgets, keys,
// and what the audit tells of it. What is refused is told at its field, and nothing typed is lost.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { meant, typed } from "../../src/pages/manage/spans.js";
import { launch, person, watched } from "./browser.js";
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
  await signIn(one.page);
  return one;
}

async function signIn(page) {
  await page.locator("[name=login]").fill("admin1");
  await page.locator("[name=password]").fill(PASSWORD);
  await page.locator("[name=password]").press("Enter");
  await settled(page);
}

/** The screen is there that the address names, and no longer the one before it. */
async function settled(page, title = null) {
  await page.locator("html[data-ready]").waitFor();
  await page.waitForFunction(() => {
    const path = location.hash.slice(2).split("?")[0];
    return document.querySelector('#main[aria-busy="false"] > .screen')?.dataset.at === path;
  });
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

/** Goes there and chooses what is called so. */
async function pick(page, locator, text) {
  await reach(page, locator);
  await page.keyboard.press("Home");
  const now = () => locator.evaluate((one) => one.selectedOptions[0].label);
  for (let last = null, is = await now(); is !== text; [last, is] = [is, await now()]) {
    assert.notEqual(is, last, `there is no ${text}`);
    await page.keyboard.press("ArrowDown");
  }
}

const button = (page, name) => page.getByRole("button", { name, exact: true });
const link = (page, name) => page.getByRole("link", { name, exact: true });
const field = (page, name) => page.locator("#main").getByLabel(name, { exact: true })
  .and(page.locator("input, select, textarea"));
const choice = (page, name) => page.getByRole("combobox", { name, exact: true });
const clipboard = (page) => page.evaluate(() => navigator.clipboard.readText());
/** What a browser says itself about what was refused is no complaint. */
const complaints = (page) => page.complaints.filter((one) => !/status of 4\d\d/.test(one));

/** Holds what is asked for next: fulfilled when it is, and what lets it go. */
async function held(page, path, method) {
  let go;
  const may = new Promise((resolve) => { go = resolve; });
  let hear;
  const asked = new Promise((resolve) => { hear = resolve; });
  await page.route(path, async (route) => {
    if (route.request().method() !== method) return route.fallback();
    hear();
    await may;
    await route.fallback();
  });
  return [asked, go];
}

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
  await page.waitForFunction(() => !document.querySelector("[name=display_name]").value);
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
  await page.getByText("This is your unsaved draft.").waitFor();
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

test("a number is what its writer meant, in his signs and digits", () => {
  const read = { en: [["10,000", 10_000], ["1,234.5", 1_234.5], ["10 000", 10_000], ["1,5"],
    ["10.000", 10_000, 10], ["۱۰٬۰۰۰", 10_000], ["1e3"], ["1 0"], ["0.125", 0.125]],
  ru: [["10\u00a0000", 10_000], ["1,5", 1.5], ["1.5", 1.5], ["10,000", 10_000, 10]],
  fa: [["۱۰،۰۰۰", 10_000], ["10,000", 10_000], ["۱٫۵", 1.5], ["١٠٫٥٠٠", 10.5], ["۱,۵"]] };
  for (const [tag, all] of Object.entries(read)) {
    for (const [text, ...values] of all) assert.deepEqual(meant({ tag }, text), values, text);
    for (const value of [0, 1.5, 1.125, 86_400, 12_345_678]) {
      assert.deepEqual(meant({ tag }, typed({ tag }, value)), [value], `${tag}: ${value}`);
    }
  }
});

test("each setting has a name and says what it means", async () => {
  const { default: texts } = await import("../../src/pages/i18n/manage.en.js");
  const all = await server.ask("GET", "/settings", server.admin);
  const names = all.filter(({ changeable }) => changeable).map(({ name }) => name);
  assert.deepEqual(names.filter((name) => !(`s_${name}` in texts && `s_${name}_hint` in texts)),
    []);
});

test("a number with its groups is saved whole, and one of two is asked for again", async () => {
  const { page, context } = await admin("queues/new");
  await field(page, "Name").fill("Numbers");
  await field(page, "Most who may wait").fill("12,500");
  await field(page, "An offer lasts").fill("1.500");
  await button(page, "Make this queue").click();
  await page.getByText("This can be read as 1500 or as 1.5.").waitFor();
  assert.ok(await focused(field(page, "An offer lasts")));
  await field(page, "An offer lasts").fill("1.5");
  await button(page, "Make this queue").click();
  await link(page, "Numbers").waitFor();
  const { id } = await queueNamed("Numbers");
  const full = await server.ask("GET", `/queues/${id}`, server.admin);
  assert.deepEqual([full.waiting_max, full.offer_ms], [12_500, 1_500]);
  assert.deepEqual(complaints(page), []);
  await context.close();
});

test("a draft is its writer's until he signs out, not until his login ends", async () => {
  const { page, context } = await admin("widgets/new");
  const other = await watched(context);
  await other.goto(`${server.base}/admin#/widgets/new`);
  await settled(other, "New widget");
  for (const tab of [page, other]) {
    await field(tab, "Name").fill("Half");
    await tab.getByText("Not saved yet; a draft is kept.").waitFor();
  }
  const [login] = (await server.ask("GET", "/me/sessions", server.admin))
    .filter(({ current }) => !current).sort((one, two) => two.created_at - one.created_at);
  await server.ask("DELETE", `/me/sessions/${login.id}`, server.admin);
  await page.reload();
  await signIn(page);
  assert.equal(await field(page, "Name").inputValue(), "Half");
  await page.locator(".account-button").click();
  await button(page, "Sign out").click();
  await page.locator("[name=login]").waitFor();
  const drafts = (tab) => tab.evaluate(() => Object.keys(sessionStorage)
    .filter((key) => key.includes("manage")));
  assert.deepEqual(await drafts(page), []);
  await other.waitForFunction(() => !Object.keys(sessionStorage)
    .some((key) => key.includes("manage")));
  await signIn(page);
  assert.equal(await field(page, "Name").inputValue(), "");
  await context.close();
});

test("what is typed while a form is being saved stays", async () => {
  const { page, context } = await admin("queues/new");
  const { id } = await server.ask("POST", "/queues", server.admin, { name: "Slow" });
  await page.goto(`${server.base}/admin#/queues/${id}`);
  await settled(page, "Slow");
  const [asked, go] = await held(page, `**/queues/${id}`, "PATCH");
  await field(page, "Description").fill("first");
  await button(page, "Save").click();
  await asked;
  await field(page, "Description").fill("second");
  go();
  await page.getByRole("status").filter({ hasText: "Saved." }).waitFor();
  assert.equal(await field(page, "Description").inputValue(), "second");
  await page.getByText("Not saved yet; a draft is kept.").waitFor();
  await page.reload();
  await settled(page, "Slow");
  assert.equal(await field(page, "Description").inputValue(), "second");
  await button(page, "Discard changes").click();
  assert.equal(await field(page, "Description").inputValue(), "first");
  await context.close();
});

test("what two admins change at once is asked about, and neither is lost by chance", async () => {
  const { id } = await server.ask("POST", "/queues", server.admin, { name: "Both" });
  const theirs = (body) => server.ask("PATCH", `/queues/${id}`, server.admin, body);
  const now = () => server.ask("GET", `/queues/${id}`, server.admin);
  const { page, context } = await admin(`queues/${id}`);
  await settled(page, "Both");
  await field(page, "Description").fill("mine");
  // Something else that somebody has changed is taken in; the same is asked about.
  await theirs({ hops_max: 7, description: "theirs" });
  await button(page, "Save").click();
  await page.getByRole("alert").filter({ hasText: "somebody else has changed the same" }).waitFor();
  await page.getByText("What is saved now: theirs").waitFor();
  assert.equal((await now()).description, "theirs", "nothing is saved before that is said");
  assert.equal(await field(page, "Most such moves").inputValue(), "7");
  await button(page, "Keep mine").click();
  assert.equal(await field(page, "Description").inputValue(), "mine");
  await button(page, "Save").click();
  await page.getByRole("status").filter({ hasText: "Saved." }).waitFor();
  const { description, hops_max: hops } = await now();
  assert.deepEqual([description, hops], ["mine", 7]);

  // A draft that comes back does not win in silence either.
  await field(page, "Description").fill("a draft");
  await field(page, "An offer lasts").fill("9");
  await theirs({ description: "theirs again", offer_ms: 45_000 });
  await page.reload();
  await settled(page, "Both");
  assert.equal(await field(page, "Description").inputValue(), "a draft");
  const clash = (value) => page.locator(".clash").filter({ hasText: value });
  await clash("45 seconds").getByRole("button", { name: "Take what is saved" }).click();
  await button(page, "Save").click();
  await page.getByRole("alert").filter({ hasText: "Nothing was saved yet" }).waitFor();
  await clash("theirs again").getByRole("button", { name: "Keep mine" }).click();
  await button(page, "Save").click();
  await page.getByRole("status").filter({ hasText: "Saved." }).waitFor();
  const last = await now();
  assert.deepEqual([last.description, last.offer_ms], ["a draft", 45_000]);
  await server.ask("DELETE", `/queues/${id}`, server.admin);
  assert.deepEqual(complaints(page), []);
  await context.close();
});

test("what is saved in parts says which part was, and the rest stays", async () => {
  const rep = await server.rep("Parviz Parts", 2);
  const { page, context } = await admin(`people/${rep.id}`);
  await settled(page, "Parviz Parts");
  const card = page.getByRole("region", { name: "Work as a rep" });
  await page.route("**/availability", (route) => route.fulfill({ status: 503,
    contentType: "application/problem+json", body: JSON.stringify({ code: "overloaded" }) }),
  { times: 1 });
  await card.getByLabel("Capacity").fill("4");
  await card.getByLabel("Availability").selectOption("away");
  await card.getByRole("button", { name: "Save" }).click();
  await card.getByRole("alert").filter({ hasText: "Saved: Capacity. Not saved: Availability." })
    .waitFor();
  assert.equal(await card.getByLabel("Availability").inputValue(), "away");
  await card.getByRole("button", { name: "Save" }).click();
  await page.getByRole("status").filter({ hasText: "Saved." }).waitFor();
  const { capacity, availability } = (await server.ask("GET", "/reps", server.admin))
    .find(({ id }) => id === rep.id);
  assert.deepEqual([capacity, availability], [4, "away"]);
  rep.go();
  await context.close();
});

test("the audit of a day has all its hours when clocks are put back", async () => {
  const { page, context } = await admin("keys", { timezoneId: "Europe/Berlin" });
  const asked = page.waitForRequest(/\/audit\?/);
  await page.goto(`${server.base}/admin#/audit?from=2026-10-25&to=2026-10-25`);
  const { searchParams } = new URL((await asked).url());
  const length = Number(searchParams.get("to")) - Number(searchParams.get("from")) + 1;
  assert.equal(length / 3_600_000, 25);
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
