// A real server with a folder of its own, and the people that a test needs.

import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const binary = process.env.TEST_BINARY ?? join(here, "../../target/debug/switchboard");
const PASSWORD = "battery staple";

/** A port that was free a moment ago, below those that the system hands out. */
async function freePort() {
  for (;;) {
    const port = 15_000 + Math.floor(Math.random() * 10_000);
    const free = await new Promise((resolve) => {
      const probe = createServer().once("error", () => resolve(false));
      probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
    });
    if (free) return port;
  }
}

export class Server {
  #child = null;
  #folder = mkdtempSync(join(tmpdir(), "switchboard-browser-"));
  #settings;
  #log = "";

  /** One that has its first admin. */
  static async start(settings = {}) {
    const server = await Server.fresh(settings);
    const made = { token: server.setup, username: "admin1", password: "correct horse" };
    server.admin = (await server.ask("POST", "/setup", null, made)).access_token;
    return server;
  }

  /** One to which nobody has come yet; `setup` is what the link to it carries. */
  static async fresh(settings = {}) {
    const server = new Server();
    server.port = await freePort();
    server.base = `http://127.0.0.1:${server.port}`;
    server.#settings = settings;
    await server.up();
    server.setup = await server.#says(/setup=(\w+)/);
    return server;
  }

  async #says(pattern) {
    for (let turn = 0; turn < 100 && !pattern.test(this.#log); turn += 1) {
      await new Promise((done) => setTimeout(done, 50));
    }
    return this.#log.match(pattern)[1];
  }

  /** Starts it, or starts it again on what it has stored. */
  async up() {
    const own = Object.entries(this.#settings).map(([name, value]) =>
      [`SWITCHBOARD_${name.toUpperCase()}`, String(value)]);
    const env = { ...process.env, ...Object.fromEntries(own), SWITCHBOARD_DATA_DIR: this.#folder,
      SWITCHBOARD_LISTEN: `127.0.0.1:${this.port}`, SWITCHBOARD_VISITORS_PER_ADDRESS_MAX: "10000",
      SWITCHBOARD_TOKENS_PER_ADDRESS_MAX: "100000", NO_COLOR: "1" };
    this.#child = spawn(binary, [], { env });
    const hear = (part) => { this.#log += part; };
    this.#child.stdout.on("data", hear);
    this.#child.stderr.on("data", hear);
    for (const end = Date.now() + 30_000; Date.now() < end;) {
      const ready = await fetch(`${this.base}/readyz`).catch(() => null);
      if (ready?.ok) return;
      if (this.#child.exitCode !== null) break;
      await new Promise((done) => setTimeout(done, 100));
    }
    throw new Error(`the server does not come up:\n${this.#log}`);
  }

  /** Ends it; its folder stays for the next `up`. */
  async down(signal = "SIGTERM") {
    const ended = new Promise((done) => this.#child.once("exit", done));
    this.#child.kill(signal);
    await ended;
  }

  async stop() {
    await this.down("SIGKILL");
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async ask(method, path, token, body) {
    const answer = await fetch(`${this.base}/api/v1${path}`, {
      method,
      headers: { ...(token && { Authorization: `Bearer ${token}` }),
        ...(body && { "Content-Type": "application/json" }) },
      body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text && JSON.parse(text);
  }

  /** A rep, connected and available. */
  async rep(name = "Mina Karimi", capacity = 5) {
    const username = `rep-${randomUUID().slice(0, 8)}`;
    const made = { username, password: PASSWORD, capacity, display_name: name };
    const { id } = await this.ask("POST", "/reps", this.admin, made);
    const login = { login: username, password: PASSWORD };
    const { access_token: token } = await this.ask("POST", "/sessions", null, login);
    const rep = new Rep(this, token, id, name);
    await rep.come();
    return rep;
  }

  /** The newest conversation there is. */
  async newest() {
    return (await this.ask("GET", "/conversations?limit=1", this.admin)).items[0];
  }

  async customer(username = `customer-${randomUUID().slice(0, 8)}`) {
    await this.ask("POST", "/customers", null, { username, password: PASSWORD });
    return { username, password: PASSWORD };
  }
}

export class Rep {
  #server;
  #socket = null;
  frames = [];

  constructor(server, token, id, name) {
    [this.#server, this.token, this.id, this.name] = [server, token, id, name];
  }

  async come() {
    const { ticket } = await this.#server.ask("POST", "/socket-tickets", this.token, {});
    const address = `${this.#server.base.replace("http", "ws")}/ws`;
    this.#socket = new WebSocket(address, ["switchboard.v1", `ticket.${ticket}`]);
    this.#socket.onmessage = ({ data }) => this.frames.push(JSON.parse(data));
    await new Promise((resolve, reject) => {
      this.#socket.onopen = resolve;
      this.#socket.onerror = reject;
    });
    this.say({ type: "hello" });
    await this.hears((frame) => frame.type === "ready");
    this.say({ type: "availability", availability: "available" });
  }

  say = (frame) => this.#socket.send(JSON.stringify(frame));

  message(conversation, text) {
    this.say({ type: "send", conversation, client_id: randomUUID(), text });
  }

  async hears(wanted, ms = 30_000) {
    for (const end = Date.now() + ms; Date.now() < end;) {
      const found = this.frames.find(wanted);
      if (found) return found;
      await new Promise((done) => setTimeout(done, 20));
    }
    throw new Error(`the rep did not hear it: ${JSON.stringify(this.frames.slice(-3))}`);
  }

  /** The conversation that becomes his. */
  async assigned() {
    const frame = await this.hears(({ type, seen }) => type === "assigned" && !seen);
    frame.seen = true;
    return frame.conversation.id;
  }

  go = () => this.#socket.close();
}
