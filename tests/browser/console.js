// The rep's console in a test: accounts, customers with a socket of their own, and coming in.

import { randomUUID } from "node:crypto";
import { after, afterEach } from "node:test";

import { launch, person, watched } from "./browser.js";
import { Server } from "./server.js";

const PASSWORD = "battery staple";
/** How long a page may take on a machine that has much else to do. */
const PATIENCE_MS = 30_000;

/** A rep who is not there yet. */
export async function account(server, name, { capacity = 4, ...more } = {}) {
  const username = `rep-${randomUUID().slice(0, 8)}`;
  const made = { username, password: PASSWORD, capacity, display_name: name, ...more };
  const { id } = await server.ask("POST", "/reps", server.admin, made);
  return { id, username, name };
}

/** What an account may be asked with, beside a page. */
export async function tokenOf(server, { username }) {
  const login = { login: username, password: PASSWORD };
  return (await server.ask("POST", "/sessions", null, login)).access_token;
}

/** Comes to the console and signs in. */
export async function enter(page, server, { username }, { path = "/console" } = {}) {
  await page.goto(`${server.base}${path}`);
  await page.locator(".door input[name=login]").fill(username);
  await page.locator(".door input[name=password]").fill(PASSWORD);
  await page.keyboard.press("Enter");
  await ready(page);
}

/** The console is there and connected. */
export const ready = (page) => page.locator("#availability:enabled").waitFor();

/** Another tab of the same browser. */
export async function anotherTab(context, server) {
  const page = await watched(context);
  page.setDefaultTimeout(PATIENCE_MS);
  await page.goto(`${server.base}/console`);
  await ready(page);
  return page;
}

/** Says what the rep wants, and waits until the server has heard it. */
export async function wants(page, server, rep, availability) {
  await page.locator("#availability").selectOption(availability);
  await until(async () => {
    const { reps } = await server.ask("GET", "/line", server.admin);
    return reps.find(({ id }) => id === rep.id)?.availability === availability;
  });
}

/** Waits until something is so. */
export async function until(isSo, ms = PATIENCE_MS) {
  for (const end = Date.now() + ms; Date.now() < end;) {
    if (await isSo()) return;
    await new Promise((done) => setTimeout(done, 30));
  }
  throw new Error(`it does not become so: ${isSo}`);
}

/** Somebody who asks for help, by the wire. */
export class Customer {
  frames = [];
  #server;
  #socket = null;

  static async come(server, name) {
    const customer = new Customer();
    customer.#server = server;
    customer.name = name;
    const made = await server.ask("POST", "/visitors", null, { display_name: name });
    customer.token = made.token;
    customer.id = made.user.id;
    return customer;
  }

  /** Opens a conversation, in this queue or the first one. */
  async opens(text, queue = null) {
    const opening = { client_id: randomUUID(), text, ...(queue && { queue }) };
    const view = await this.#server.ask("POST", "/conversations", this.token, opening);
    this.conversation = view.id;
    return view;
  }

  says = (text) => this.#server.ask("POST", `/conversations/${this.conversation}/messages`,
    this.token, { client_id: randomUUID(), text });

  /** Connects, and hears whatever a customer is told. */
  async listens() {
    const { ticket } = await this.#server.ask("POST", "/socket-tickets", this.token, {});
    const address = `${this.#server.base.replace("http", "ws")}/ws`;
    this.#socket = new WebSocket(address, ["switchboard.v1", `ticket.${ticket}`]);
    this.#socket.onmessage = ({ data }) => this.frames.push(JSON.parse(data));
    await new Promise((resolve, reject) => {
      this.#socket.onopen = resolve;
      this.#socket.onerror = reject;
    });
    this.tells({ type: "hello" });
    await this.hears(({ type }) => type === "ready");
  }

  tells = (frame) => this.#socket.send(JSON.stringify(frame));

  async hears(wanted) {
    await until(() => this.frames.some(wanted));
    return this.frames.find(wanted);
  }

  goes = () => this.#socket?.close();
}

export const titled = (page, name) =>
  page.locator("#talk-title").filter({ hasText: name }).waitFor();
export const rows = (page) => page.locator(".list-panel:not([hidden]) .pick .title");
export const said = (page, text) => page.locator(".log > .rows:not(.pending) .said")
  .filter({ hasText: text }).waitFor();
export const option = (page) => page.locator(".replies [role=option], dialog [role=option]");

/** Chooses somebody's conversation in the list, and waits until it stands there. */
export async function pick(page, name) {
  await rows(page).filter({ hasText: name }).click();
  await titled(page, name);
}

/** A server with queues of each kind, and whoever comes to it. */
export class Office {
  people = [];
  queues = {};

  /** That of a file of tests: empty after each of them, and closed after the last. */
  constructor() {
    after(() => this.close());
    afterEach(() => this.clear());
  }

  async open(settings = {}) {
    this.server = await Server.start(settings);
    this.browser = await launch();
    const add = (queue) => this.server.ask("POST", "/queues", this.server.admin, queue);
    this.queues = {
      offers: await add({ name: "Billing", mode: "offer", offer_ms: 60_000, misses_max: 2 }),
      quick: await add({ name: "Quick", mode: "offer", offer_ms: 1_000, misses_max: 1 }),
      manual: await add({ name: "Orders", mode: "manual" }),
      wrap: await add({ name: "Claims", wrap_ms: 3_600_000 }),
    };
    return this;
  }

  async close() {
    await this.browser?.close();
    await this.server?.stop();
  }

  /** Whatever a test has left behind is no other's. */
  async clear() {
    for (const one of this.people.splice(0)) await (one.context?.close() ?? one.goes());
    const { admin } = this.server;
    const open = await this.server.ask("GET", "/conversations?open=true&limit=200", admin);
    for (const { id } of open.items) {
      await this.server.ask("POST", `/conversations/${id}/close`, admin, {});
    }
  }

  /** A browser in which this rep is at work. */
  async at(rep, options = {}) {
    const one = await person(this.browser, { viewport: { width: 1280, height: 800 }, ...options });
    this.people.push(one);
    one.page.setDefaultTimeout(PATIENCE_MS);
    await enter(one.page, this.server, rep);
    return one.page;
  }

  async customer(name) {
    const one = await Customer.come(this.server, name);
    this.people.push(one);
    return one;
  }

  /** A rep who is there for everybody. `more` is of his account, `options` of his browser. */
  async rep(more = {}, options = {}) {
    const mina = await account(this.server, "Mina Karimi", more);
    const page = await this.at(mina, options);
    await wants(page, this.server, mina, "available");
    return { mina, page };
  }

  /** The same, with a customer before him. */
  async talk({ name = "Ann Lee", text = "One", queue = null } = {}, options = {}) {
    const { mina, page } = await this.rep(queue ? { queues: [queue] } : {}, options);
    const ann = await this.customer(name);
    await ann.opens(text, queue);
    await pick(page, name);
    return { mina, page, ann };
  }

  events = (id) => this.server.ask("GET", `/conversations/${id}/events`, this.server.admin);

  state = (id) => this.server.ask("GET", `/conversations/${id}`, this.server.admin);
}
