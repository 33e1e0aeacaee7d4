// What an admin types into forms: what is refused is told at its field, and nothing is lost.

import assert from "node:assert/strict";
import { test } from "node:test";

import { meant, typed } from "../../src/pages/manage/spans.js";
import { button, watched } from "./browser.js";
import { opened, server } from "./house.js";
import { field, focused, link } from "./keyboard.js";
import { admin, complaints, held, settled, signIn } from "./panel.js";

opened();

const queueNamed = async (name) =>
  (await server.ask("GET", "/queues", server.admin)).find((one) => one.name === name);

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
  await page.getByRole("dialog").getByRole("button", { name: "Sign out" }).click();
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

test("the code for a page has nothing in it that is wrong, and a wrong site is named", async () => {
  const { id } = await server.ask("POST", "/widgets", server.admin, { name: "Code" });
  const { page, context } = await admin(`widgets/${id}`);
  const code = page.locator("pre.code");
  await field(page, "Distance from the edges").fill("30");
  await page.locator("pre.code", { hasText: 'data-offset-x="30"' }).waitFor();
  await field(page, "Distance from the edges").fill("-5");
  await page.getByText("Give a number from 0 to 500.").waitFor();
  assert.match(await code.textContent(), /data-offset-x="30"/);
  await page.getByRole("combobox", { name: "Side" }).selectOption({ label: "Left" });
  assert.match(await code.textContent(), /data-side="start"/);
  await field(page, "Sites").fill("https://good.example\nshop.example/path\nhttps://b.example");
  await button(page, "Save").click();
  await page.getByText("This is no site: shop.example/path.").waitFor();
  assert.ok(await focused(field(page, "Sites")));
  await context.close();
});

test("a key that is made has no form behind it that is not saved", async () => {
  const { page, context } = await admin("keys/new");
  await field(page, "Name").fill("Till");
  await page.getByLabel("Metrics").check();
  await button(page, "Make the key").click();
  await page.getByRole("heading", { name: "The new key" }).waitFor();
  await page.getByText("Not saved yet").waitFor({ state: "hidden" });
  // What is shown once stays with the screen that it is about.
  await page.evaluate(() => new Promise((heard) => {
    addEventListener("hashchange", heard);
    location.hash = "#/board";
  }));
  assert.equal(new URL(page.url()).hash, "#/keys/new");
  assert.equal(await page.locator("#main > .screen").getAttribute("data-at"), "keys/new");
  await page.getByRole("dialog").getByRole("button", { name: "I have it" }).click();
  await page.getByRole("row").filter({ hasText: "Till" }).waitFor();
  await context.close();
});

test("what is no variable is told before it is sent; a reply of no queue is one of all",
  async () => {
    const { page, context } = await admin("replies/new");
    const text = field(page, "Text");
    const doubts = page.locator(".doubts");
    await text.fill("Hi {customer|there}, #{number} is {nope} and {{customer.name}}.");
    await doubts.filter({ hasText: "Not a variable: {nope}, {{customer.name}}." }).waitFor();
    await text.fill("Hi {customer}, {queue} is here.");
    await doubts.filter({ hasText: /^$/ }).waitFor({ state: "attached" });
    await text.fill("Hi {nope}.");
    await field(page, "Short name").fill("doubtful");
    await button(page, "Make this reply").click();
    await page.getByRole("row").filter({ hasText: "doubtful" }).waitFor();
    await page.goto(`${server.base}/admin#/audit`);
    await page.getByRole("row").filter({ hasText: "Canned reply made" })
      .filter({ hasText: "Every queue" }).waitFor();
    await context.close();
  });

test("a visitor is erased by his name, and is told of in the language of the page", async () => {
  const { token } = await server.ask("POST", "/visitors", null, { display_name: "Nora  Nameless" });
  const { id } = await server.ask("GET", "/me", token);
  const { page, context } = await admin(`people/${id}`, { locale: "ru-RU" });
  assert.match(await page.getByRole("link", { name: "Обращения" }).last().getAttribute("href"),
    new RegExp(`customer=${id}`));
  // What browsers call themselves is not what people call them.
  await page.locator(".logins").waitFor();
  assert.doesNotMatch(await page.locator(".logins").textContent(), /Mozilla/);
  await button(page, "Стереть").click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("heading", { name: "Nora Nameless" }).waitFor();
  const box = dialog.getByRole("textbox");
  await box.fill("7");
  await dialog.getByRole("button", { name: "Стереть" }).click();
  await dialog.getByText("Введите в точности как выше.").waitFor();
  assert.equal(await box.getAttribute("aria-invalid"), "true");
  await box.fill("Nora Nameless");
  await dialog.getByRole("button", { name: "Стереть" }).click();
  await page.getByText(/^Стёрт: /).waitFor();
  await settled(page, "Стёрт");
  await context.close();
});
