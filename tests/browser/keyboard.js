// A page by keyboard alone, and what is found on the panel by its name.

import assert from "node:assert/strict";

import { settled } from "./panel.js";

/** How many things one may go past by Tab before what is sought; more is a page nobody can use. */
const TABS = 120;

export const focused = (locator) => locator.evaluate((one) => one === document.activeElement);

/** Goes there by Tab. */
export async function reach(page, locator) {
  await locator.waitFor();
  for (let turn = 0; turn < TABS; turn += 1) {
    if (await focused(locator)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`the keyboard does not get to ${locator}`);
}

/** Goes there and presses Enter. */
export async function press(page, locator) {
  await reach(page, locator);
  await page.keyboard.press("Enter");
}

/** Goes there and types, instead of what stands there. */
export async function type(page, locator, text) {
  await reach(page, locator);
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.type(text);
}

/** Goes there and chooses what is called so. */
export async function pick(page, locator, text) {
  await reach(page, locator);
  await page.keyboard.press("Home");
  const now = () => locator.evaluate((one) => one.selectedOptions[0].label);
  for (let last = null, is = await now(); is !== text; [last, is] = [is, await now()]) {
    assert.notEqual(is, last, `there is no ${text}`);
    await page.keyboard.press("ArrowDown");
  }
}

export const link = (page, name) => page.getByRole("link", { name, exact: true });
export const field = (page, name) => page.locator("#main").getByLabel(name, { exact: true })
  .and(page.locator("input, select, textarea"));
export const choice = (page, name) => page.getByRole("combobox", { name, exact: true });
export const clipboard = (page) => page.evaluate(() => navigator.clipboard.readText());

export async function goTo(page, name) {
  await press(page, page.getByRole("navigation").getByRole("link", { name, exact: true }));
  await settled(page, name);
}
