// The admin panel in a test: an admin who has signed in, and whom he looks after.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";

import { person } from "./browser.js";
import { browser, server } from "./house.js";

export const PASSWORD = "correct horse";

/** An admin who has signed in, on a screen of the panel. */
export async function admin(path, look = {}) {
  const one = await person(browser, { viewport: { width: 1440, height: 900 }, locale: "en-GB",
    ...look });
  await one.context.grantPermissions(["clipboard-read", "clipboard-write"],
    { origin: server.base });
  await one.page.goto(`${server.base}/admin#/${path}`);
  await signIn(one.page);
  return one;
}

export async function signIn(page) {
  await page.locator("[name=login]").fill("admin1");
  await page.locator("[name=password]").fill(PASSWORD);
  await page.locator("[name=password]").press("Enter");
  await settled(page);
}

/** The screen is there that the address names, and no longer the one before it. */
export async function settled(page, title = null) {
  await page.locator("html[data-ready]").waitFor();
  await page.waitForFunction(() => {
    const path = location.hash.slice(2).split("?")[0];
    return document.querySelector('#main[aria-busy="false"] > .screen')?.dataset.at === path;
  });
  if (title) await page.getByRole("heading", { level: 1, name: title, exact: true }).waitFor();
}

/** What a browser says itself about what was refused is no complaint. */
export const complaints = (page) =>
  page.complaints.filter((one) => !/status of 4\d\d/.test(one));

/** A customer who has written; his conversation. */
export async function waits(queue, text = "Where is my parcel?", name = undefined) {
  const { token } = await server.ask("POST", "/visitors", null, { display_name: name });
  return server.ask("POST", "/conversations", token, { queue, text, subject: text,
    client_id: randomUUID() });
}

export const queue = async (name, policy = {}) => {
  const { id } = await server.ask("POST", "/queues", server.admin, { name });
  if (Object.keys(policy).length) await server.ask("PATCH", `/queues/${id}`, server.admin, policy);
  return id;
};

/** A rep who serves this queue and no other. */
export async function serving(id, name, capacity) {
  // Without a slot, so that nothing of another queue is given to him before.
  const rep = await server.rep(name, 0);
  await server.ask("PUT", `/reps/${rep.id}/queues`, server.admin, { queues: [id] });
  await server.ask("PUT", `/reps/${rep.id}/capacity`, server.admin, { capacity });
  return rep;
}

export const read = (path) => server.ask("GET", path, server.admin);
export const status = async ({ id }) => (await read(`/conversations/${id}`)).status;
export const repNow = async ({ id }) => (await read("/reps")).find((rep) => rep.id === id);
export const rowOf = (page, { id }) => page.locator(`.waiting [data-id="${id}"]`);
export const repRow = (page, { id }) => page.locator(`.capacity [data-id="${id}"]`);
export const slots = (page, rep, kind) => repRow(page, rep).locator(`[data-slot=${kind}]`);
export const count = (locator, n) => locator.nth(n - 1).waitFor({ state: "attached" })
  .then(() => locator.count()).then((found) => assert.equal(found, n));
export const figure = (page, tile) => page.locator(`[data-tile=${tile}] .figure`);

/** Holds what is asked for next: fulfilled when it is, and what lets it go. */
export async function held(page, path, method) {
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
