// What the pages cost: bytes on the wire, and of the chat time on a slow line, work and memory.
// TEST_HEAVY=1 has 20,000 messages pass through one page, which takes minutes.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { brotliCompressSync } from "node:zlib";

import { field, launch, person, write } from "./browser.js";
import { account, enter } from "./console.js";
import { signIn } from "./panel.js";
import { Server } from "./server.js";

const LOADER_BYTES_MAX = 4 * 1024;
const CHAT_BYTES_MAX = 20 * 1024;
/** Of the console, and of the panel with its board, for who has signed in. */
const STAFF_BYTES_MAX = 60 * 1024;
const LOCALES = ["en-GB", "ru-RU", "fa-IR"];
const READY_MS_MAX = 1_000;
const APPEND_MS_MAX = 5;

let server;
let browser;
before(async () => {
  server = await Server.start({ messages_burst: 1_000_000, messages_per_s: 1_000_000,
    frames_burst: 1_000_000, frames_per_s: 1_000_000 });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** Bytes that the body of an answer takes on the wire. */
async function packed(path) {
  const answer = await fetch(`${server.base}${path}`, { headers: { "Accept-Encoding": "br" } });
  assert.equal(answer.headers.get("content-encoding"), "br", `${path} is packed`);
  // `fetch` unpacks it; what it was packed to is found by packing it as hard.
  return brotliCompressSync(Buffer.from(await answer.arrayBuffer())).length;
}

/** What a page asks for from now on, but for data and its icon: addresses of files. */
function filesOf(page) {
  const files = new Set();
  page.on("request", (request) => {
    const { origin, pathname, href } = new URL(request.url());
    if (!/^\/(api|icon)/.test(pathname)) files.add(origin === server.base ? pathname : href);
  });
  return files;
}

async function sum(files) {
  assert.deepEqual([...files].filter((one) => !one.startsWith("/")), [], "nothing from elsewhere");
  return (await Promise.all([...files].map(packed))).reduce((all, one) => all + one, 0);
}

test("the loader and the page are small", async (told) => {
  const loader = await packed("/widget.js");
  assert.ok(loader <= LOADER_BYTES_MAX, `${loader} bytes`);
  for (const locale of LOCALES) {
    const { page, context } = await person(browser, { locale });
    const session = await context.newCDPSession(page);
    await session.send("Network.enable");
    const files = filesOf(page);
    let wire = 0;
    session.on("Network.loadingFinished", ({ encodedDataLength }) => {
      wire += encodedDataLength;
    });
    await page.goto(`${server.base}/chat`, { waitUntil: "networkidle" });
    const bytes = await sum(files);
    told.diagnostic(`chat, ${locale}: ${bytes} bytes, ${wire} with heads; loader: ${loader}`);
    assert.ok(bytes <= CHAT_BYTES_MAX, `${bytes} bytes`);
    await context.close();
  }
});

test("the console and the panel are small", async (told) => {
  const rep = await account(server, "Mina Karimi", { capacity: 0 });
  const opens = {
    "/console": (page) => enter(page, server, rep),
    "/admin": async (page) => {
      await page.goto(`${server.base}/admin#/board`);
      await signIn(page);
    },
  };
  for (const [path, open] of Object.entries(opens)) {
    for (const locale of LOCALES) {
      const { page, context } = await person(browser, { locale });
      const files = filesOf(page);
      await open(page);
      // Until nothing more is asked for, of which a browser takes note once in a page's life.
      await page.reload({ waitUntil: "networkidle" });
      const bytes = await sum(files);
      told.diagnostic(`${path}, ${locale}: ${bytes} bytes, ${files.size} files`);
      assert.ok(bytes <= STAFF_BYTES_MAX, `${bytes} bytes`);
      await context.close();
    }
  }
});

test("the page can be written in within a second on slow 4G", async (told) => {
  const times = [];
  // Whoever comes first has the files packed.
  await packed("/chat");
  for (let turn = 0; turn < 3; turn += 1) {
    const { page, context } = await person(browser);
    const session = await context.newCDPSession(page);
    await session.send("Network.enable");
    const rate = 1.6e6 / 8;
    await session.send("Network.emulateNetworkConditions",
      { offline: false, latency: 150, downloadThroughput: rate, uploadThroughput: rate });
    await page.goto(`${server.base}/chat`, { waitUntil: "commit" });
    await field(page).waitFor();
    times.push(await page.evaluate(() => performance.now()));
    await context.close();
  }
  told.diagnostic(`ready after ${times.map(Math.round)} ms`);
  assert.ok(Math.min(...times) <= READY_MS_MAX, `${times}`);
});

/** What a page has spent and holds. */
async function figures(session) {
  await session.send("HeapProfiler.collectGarbage");
  await session.send("HeapProfiler.collectGarbage");
  const { metrics } = await session.send("Performance.getMetrics");
  const of = (wanted) => metrics.find(({ name }) => name === wanted).value;
  return { script: of("ScriptDuration") * 1_000, heap: of("JSHeapUsedSize"), nodes: of("Nodes") };
}

async function longChat() {
  const rep = await server.rep("Mina", 1);
  const { page, context } = await person(browser);
  await page.goto(`${server.base}/chat`);
  await write(page, "first");
  const id = await rep.assigned();
  await page.getByRole("heading", { name: "Mina" }).waitFor();
  const session = await context.newCDPSession(page);
  await session.send("Performance.enable");
  let count = 0;
  /** Has the rep say so many more, and waits until the last is there. */
  const say = async (more) => {
    for (const end = count + more; count < end;) {
      for (let turn = 0; turn < 100 && count < end; turn += 1) {
        count += 1;
        rep.message(id, `number ${count}`);
      }
      rep.frames.length = 0;
      await page.locator(".theirs .said").getByText(`number ${count}`, { exact: true })
        .waitFor({ timeout: 60_000 });
    }
  };
  return { rep, page, context, session, say };
}

test("one more message in a chat of 2,000 costs at most 5 ms of script", async (told) => {
  const { rep, page, context, session, say } = await longChat();
  await say(2_000);
  const before = await figures(session);
  await say(100);
  const each = ((await figures(session)).script - before.script) / 100;
  told.diagnostic(`${each.toFixed(2)} ms each`);
  assert.ok(each <= APPEND_MS_MAX, `${each} ms`);
  // What is not kept can be read again, and stays where it was read.
  const shown = await page.locator(".rows:not(.pending) > li").count();
  assert.ok(shown <= 200, `${shown} rows`);
  await page.locator(".log").evaluate((log) => { log.scrollTop = 0; });
  await page.waitForFunction((n) => document.querySelectorAll(".rows > li").length > n, shown);
  assert.ok(await page.locator(".log").evaluate((log) => log.scrollTop > 100));
  await page.getByRole("button", { name: "To the newest message" }).click();
  await page.getByText("number 2100", { exact: true }).waitFor();
  assert.deepEqual(page.complaints, []);
  rep.go();
  await context.close();
});

test("what has gone by is not held", { skip: !process.env.TEST_HEAVY }, async (told) => {
  const { rep, context, session, say } = await longChat();
  await say(5_000);
  const early = await figures(session);
  await say(15_000);
  const late = await figures(session);
  told.diagnostic(`${JSON.stringify(early)} ${JSON.stringify(late)}`);
  assert.ok(Math.abs(late.heap / early.heap - 1) <= 0.1, "the heap is as large as before");
  rep.go();
  await context.close();
});
