// The house of a file of tests: a server, and a browser.

import { after, before } from "node:test";

import { launch } from "./browser.js";
import { Server } from "./server.js";

/** @type {Server} */
export let server;
export let browser;

/** Has both for the tests of a file, and ends them. */
export function opened() {
  before(async () => {
    server = await Server.start();
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });
}
