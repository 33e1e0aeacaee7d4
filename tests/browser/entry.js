// Coming in, in a test: accounts, and signing in.

import { button } from "./browser.js";
import { server } from "./house.js";
import { Server } from "./server.js";

export const PASSWORD = "battery staple";

/** A server to which nobody has come yet; it ends with the test, however that ends. */
export async function unused(test) {
  const fresh = await Server.fresh();
  test.after(() => fresh.stop());
  return fresh;
}

let count = 0;
/** A rep's name by which he signs in. */
export async function rep(name = "Mina Karimi") {
  const username = `entry-${count += 1}`;
  await server.ask("POST", "/reps", server.admin, { username, password: PASSWORD, capacity: 3,
    display_name: name });
  return username;
}

export const at = (page) => page.locator("html[data-ready]").waitFor();
export const account = (page) => page.locator(".account-button");

export async function signIn(page, face, login = "admin1", password = "correct horse") {
  await page.goto(`${server.base}/${face}`);
  await page.locator("[name=login]").fill(login);
  await page.locator("[name=password]").fill(password);
  await page.locator("[name=password]").press("Enter");
  await account(page).waitFor();
}

/** Opens one of the dialogs of the account's menu. */
export async function open(page, name) {
  await account(page).click();
  await button(page, name).click();
  await page.getByRole("dialog").waitFor();
}

/** A refused request is told in the console of a browser, too. */
export const unexpected = (page) => page.complaints.filter((one) => !/status of 4\d\d/.test(one));
