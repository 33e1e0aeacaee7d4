// The chat inside somebody's page, which is of another origin.

import assert from "node:assert/strict";
import { createHmac, randomUUID } from "node:crypto";
import { after, before, test } from "node:test";

import { launch, person, watched, write } from "./browser.js";
import { frameOf, HostPage, launched, launcher } from "./embed.js";
import { Server } from "./server.js";

let server;
let browser;
let host;
let stranger;
let widget;
before(async () => {
  server = await Server.start();
  browser = await launch();
  host = await HostPage.start(server.base, () => widget.id);
  stranger = await HostPage.start(server.base, () => widget.id);
  widget = await server.ask("POST", "/widgets", server.admin,
    { name: "Shop", sites: [host.origin] });
});
after(async () => {
  await browser?.close();
  host?.stop();
  stranger?.stop();
  await server?.stop();
});

async function visit(query = "", options = {}, site = host) {
  const one = await person(browser, options);
  one.asked = [];
  one.page.on("request", (request) => one.asked.push(request.url()));
  await one.page.goto(`${site.origin}/${query}`);
  await launched(one.page);
  return one;
}

const press = async (page) => {
  const { x, y, width, height } = await launched(page);
  await page.mouse.click(x + width / 2, y + height / 2);
};

/** What the host's back end signs for its user, each time anew: a token is good once. */
function signed(claims, secret = widget.secret) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const now = Math.floor(Date.now() / 1000);
  const all = { aud: "switchboard:identify", iat: now, exp: now + 300, jti: randomUUID(),
    ...claims };
  const text = `${part({ typ: "identity+jwt", alg: "HS256" })}.${part(all)}`;
  return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
}

test("before it is opened there is one request, nothing kept, and a button in a strict page",
  async () => {
    const { page, context, asked } = await visit("?strict");
    const ours = () => asked.filter((url) => url.startsWith(server.base));
    await page.waitForTimeout(500);
    assert.deepEqual(ours(), [`${server.base}/widget.js`]);
    assert.deepEqual(await page.evaluate(() => [document.cookie, localStorage.length,
      sessionStorage.length]), ["", 0, 0]);
    const button = await launched(page);
    assert.deepEqual([button.name, button.expanded, button.width, button.height],
      ["Chat with us", false, 56, 56]);
    await press(page);
    const frame = await frameOf(page);
    await write(frame, "From the shop");
    await frame.getByRole("heading", { name: "You are next" }).waitFor();
    assert.match(await page.evaluate((key) => localStorage.getItem(key),
      `switchboard.${widget.id}`), /^sbv_/, "the page keeps the token");
    assert.deepEqual(page.complaints, []);
    await page.reload();
    const again = await frameOf(page);
    const kept = again.locator(".mine").filter({ hasText: "From the shop" });
    await kept.waitFor({ state: "attached" });
    await context.close();
  });

test("it opens and closes by keyboard, and the focus goes along", async () => {
  const { page, context } = await visit();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  assert.equal((await launched(page)).focused, true);
  await page.keyboard.press("Enter");
  const frame = await frameOf(page);
  await frame.locator("html[data-ready]").waitFor();
  await frame.waitForFunction(() => document.activeElement?.id === "text");
  assert.equal((await launched(page)).expanded, true);
  await page.waitForFunction(() => switchboard.isOpen());
  await frame.waitForTimeout(500);
  await page.keyboard.press("Escape");
  await launched(page, ({ expanded, focused }) => !expanded && focused);
  await context.close();
});

test("hostile styles move nothing, and a page from right to left has it at the left", async () => {
  const { page, context } = await visit("?hostile&dir=rtl&lang=fa");
  const { width, height, x, y, name } = await launched(page);
  assert.deepEqual([width, height, name], [56, 56, "گفتگو با ما"]);
  assert.ok(x < 40 && y > 600, `${x} ${y}`);
  await press(page);
  const frame = await frameOf(page);
  await frame.getByRole("heading", { name: "چه کمکی از ما برمی‌آید؟" }).waitFor();
  await context.close();
});

test("without its button the page's own opens it, and gets the focus back", async () => {
  const { context, page } = await person(browser);
  await page.goto(`${host.origin}/?data=data-hidden`);
  await page.waitForFunction(() => window.switchboard?.isOpen);
  assert.equal(await launcher(page), null);
  const turn = (call) => page.evaluate((name) => switchboard(name), call);
  await page.focus("a");
  for (const again of [false, true]) {
    if (again) {
      await turn("show");
      await launched(page);
      await page.focus("a");
      await turn("hide");
    }
    await turn("open");
    const frame = await frameOf(page);
    await frame.getByRole("heading", { name: "How can we help?" }).waitFor();
    await frame.waitForFunction(() => innerWidth > 300 && innerHeight > 300);
    assert.equal(await launcher(page), null);
    await frame.getByRole("button", { name: "Close the chat" }).click();
    await page.waitForFunction(() => document.activeElement?.tagName === "A");
    assert.equal(await page.evaluate(() => switchboard.isOpen()), false);
  }
  await context.close();
});

test("on a phone the panel is the screen", async () => {
  const { page, context } = await visit("", { viewport: { width: 390, height: 760 } });
  await press(page);
  const frame = await frameOf(page);
  await frame.getByRole("heading", { name: "How can we help?" }).waitFor();
  const size = await frame.evaluate(() => [innerWidth, innerHeight]);
  assert.deepEqual(size, [390, 760]);
  await frame.getByRole("button", { name: "Close the chat" }).click();
  await launched(page, ({ expanded }) => !expanded);
  await context.close();
});

test("what was called before it was there happens, and what is answered is counted", async () => {
  const rep = await server.rep("Pavel", 50);
  const early = "switchboard('start',{message:'About my order'});"
    + "switchboard('on','unread',function(n){window.counted=n})";
  const { page, context } = await visit(`?early=${encodeURIComponent(early)}`);
  const frame = await frameOf(page);
  await frame.waitForFunction(() => document.querySelector("#text")?.value === "About my order");
  await frame.locator("#text").press("Enter");
  await frame.getByRole("heading", { name: "Pavel" }).waitFor();
  const { id } = await server.newest();
  await page.evaluate(() => switchboard.close());
  rep.message(id, "It is on its way.");
  rep.message(id, "Tomorrow, I think.");
  await launched(page, ({ name }) => name === "Chat with us (2)");
  assert.equal(await page.evaluate(() => window.counted), 2);
  await page.evaluate(() => switchboard.toggle());
  await launched(page, ({ name }) => name === "Chat with us");
  await page.evaluate(() => {
    switchboard.setLocale("ru");
    switchboard.setTheme("dark");
  });
  await frame.getByPlaceholder("Напишите сообщение…").waitFor();
  await frame.locator("html[data-theme=dark]").waitFor({ state: "attached" });
  await page.evaluate(() => switchboard.reset());
  await frame.getByRole("heading", { name: "Чем можем помочь?" }).waitFor();
  assert.equal(await page.evaluate(() => localStorage.length), 0);
  await page.evaluate(() => switchboard.destroy());
  assert.equal(await page.evaluate(() => [typeof window.switchboard,
    document.querySelector("switchboard-widget")].join()), "undefined,");
  rep.go();
  await context.close();
});

test("a queue that is asked for before the chat is there is chosen, and stays so", async () => {
  const queue = await server.ask("POST", "/queues", server.admin, { name: "Orders" });
  const early = encodeURIComponent("switchboard('start',{queue:'Orders',message:'Where?'})");
  const { page, context } = await visit(`?early=${early}`);
  const chosen = async () => {
    const frame = await frameOf(page);
    await frame.locator("[name=queue]:checked").waitFor();
    return frame.waitForFunction((id) => document.querySelector("#text")?.value === "Where?"
      && document.querySelector("[name=queue]:checked")?.value === id, queue.id);
  };
  await chosen();
  await page.waitForFunction((key) => sessionStorage.getItem(key)?.includes("Where?"),
    `switchboard.${widget.id}.kept`);
  await page.goto(`${host.origin}/`);
  await chosen();
  await (await frameOf(page)).locator("#text").press("Enter");
  await (await frameOf(page)).locator(".rows:not(.pending) .mine").waitFor();
  assert.equal((await server.newest()).queue.id, queue.id);
  await context.close();

  // Who sends before it is known which queues there are comes into the same.
  const hasty = await person(browser);
  let answer;
  const isToBeAnswered = new Promise((resolve) => { answer = resolve; });
  await hasty.context.route("**/welcome?*", async (route) => {
    await isToBeAnswered;
    await route.continue();
  });
  const opened = [];
  hasty.page.on("request", (request) => {
    if (request.method() === "POST") opened.push(request.url());
  });
  await hasty.page.goto(`${host.origin}/?early=${early}`);
  const frame = await frameOf(hasty.page);
  await frame.waitForFunction(() => document.querySelector("#text")?.value === "Where?");
  await frame.locator("#text").press("Enter");
  await frame.locator(".pending .mine").waitFor();
  assert.ok(!opened.some((url) => url.endsWith("/conversations")));
  answer();
  await frame.locator(".rows:not(.pending) .mine").waitFor();
  const { queue: came, latest_message: said } = await server.newest();
  assert.deepEqual([came.id, said.text], [queue.id, "Where?"]);
  assert.equal(await frame.locator(".pending .mine").count(), 0);
  await hasty.context.close();
});

test("the host says who somebody is, and a wrong word is an error and nobody", async () => {
  const { page, context } = await visit();
  await page.evaluate(() => {
    window.heard = [];
    for (const name of ["identified", "error"]) {
      switchboard.on(name, (detail) => window.heard.push([name, detail?.code]));
    }
    switchboard.open();
  });
  const frame = await frameOf(page);
  await frame.getByRole("heading", { name: "How can we help?" }).waitFor();
  const identify = (token) => page.evaluate((one) => switchboard.identify(one), token);
  const hears = (count) => page.waitForFunction((n) => window.heard.length >= n, count);
  await identify(signed({ sub: "4711" }, "sbw_wrong"));
  await hears(1);
  const past = Math.floor(Date.now() / 1000) - 900;
  await identify(signed({ sub: "4711", iat: past, exp: past + 300 }));
  await hears(2);
  await identify(signed({ sub: randomUUID(), name: "Niloofar" }));
  await hears(3);
  const heard = await page.evaluate(() => window.heard);
  assert.deepEqual(heard.map(([name]) => name), ["error", "error", "identified"]);
  await write(frame, "You know me");
  await frame.locator(".rows:not(.pending) .mine").waitFor();
  assert.equal((await server.newest()).customer.name, "Niloofar");
  assert.equal(await page.evaluate(() => localStorage.length), 0, "no login is kept in the page");
  await context.close();
});

test("nobody finds the chat of who was named before, and a visitor takes his along", async () => {
  const { page, context } = await visit();
  await press(page);
  const frame = await frameOf(page);
  const identify = (token) => page.evaluate((one) => switchboard.identify(one), token);
  await write(frame, "As a visitor");
  await frame.locator(".rows:not(.pending) .mine").waitFor();
  const ada = { sub: randomUUID(), name: "Ada" };
  // He signs in at the site, which tells on its next page.
  const token = encodeURIComponent(`switchboard('identify','${signed(ada)}')`);
  await page.goto(`${host.origin}/?early=${token}`);
  const next = await frameOf(page);
  await next.locator(".mine").filter({ hasText: "As a visitor" }).waitFor();
  assert.equal(await page.evaluate(() => localStorage.length), 0);
  await next.locator("#text").fill("private");
  await identify(signed({ sub: randomUUID(), name: "Boris" }));
  await next.getByRole("heading", { name: "How can we help?" }).waitFor();
  assert.equal(await next.getByText("As a visitor").count(), 0);
  assert.equal(await next.locator("#text").inputValue(), "");
  await write(next, "I am Boris");
  await next.locator(".rows:not(.pending) .mine").waitFor();
  assert.equal((await server.newest()).customer.name, "Boris");
  // And what is his is there when he is named again.
  await page.evaluate(() => switchboard.reset());
  await next.getByRole("heading", { name: "How can we help?" }).waitFor();
  await identify(signed(ada));
  await next.locator(".mine").filter({ hasText: "As a visitor" }).waitFor();
  assert.deepEqual(page.complaints, []);
  await context.close();
});

test("an open panel is open on the next page, without taking the focus, and can come anew",
  async () => {
    const { page, context } = await visit();
    const open = () => page.evaluate(() => switchboard.isOpen());
    await press(page);
    await (await frameOf(page)).getByRole("heading", { name: "How can we help?" }).waitFor();
    await page.reload();
    await launched(page, ({ expanded }) => expanded);
    await (await frameOf(page)).getByRole("heading", { name: "How can we help?" }).waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.tagName), "BODY");
    await page.evaluate(() => {
      const tag = document.querySelector("script[data-widget]");
      switchboard.destroy();
      const again = document.createElement("script");
      Object.assign(again, { src: tag.src });
      Object.assign(again.dataset, tag.dataset);
      document.head.append(again);
    });
    await page.waitForFunction(() => window.switchboard?.isOpen);
    await launched(page, ({ expanded }) => expanded);
    assert.equal(await open(), true);
    await (await frameOf(page)).getByRole("heading", { name: "How can we help?" }).waitFor();
    await page.evaluate(() => switchboard.close());
    await page.reload();
    await launched(page, ({ expanded }) => !expanded);
    assert.equal(await open(), false);
    assert.deepEqual(page.complaints, []);
    await context.close();
  });

test("what he has not sent is there on the next page, for him alone", async () => {
  const { page, context } = await visit();
  const as = (user) => `?early=${encodeURIComponent(`switchboard('identify','${signed(user)}');`
    + "switchboard('open')")}`;
  const field = async () => (await frameOf(page)).locator("#text");
  const standing = async (text) => (await frameOf(page)).waitForFunction((wanted) =>
    document.querySelector("#text")?.value === wanted, text);
  /** The page has it; what the frame says comes a moment later. */
  const keeps = (text) => page.waitForFunction(([key, part]) =>
    sessionStorage.getItem(key)?.includes(part), [`switchboard.${widget.id}.kept`, text]);
  await press(page);
  await (await field()).fill("Half a thou");
  await keeps("Half a thou");
  await page.reload();
  await standing("Half a thou");
  // What is sent and does not arrive is sent on the next page.
  await page.route("**/api/v1/visitors", (route) => route.abort());
  await (await frameOf(page)).locator("#text").press("Enter");
  await keeps("opening");
  await page.unroute("**/api/v1/visitors");
  await page.reload();
  const sent = async () => (await frameOf(page)).locator(".rows:not(.pending) .mine")
    .filter({ hasText: "Half a thou" }).waitFor();
  await sent();
  // What one typed who was named is his alone.
  const ada = { sub: randomUUID(), name: "Ada" };
  await page.goto(`${host.origin}/${as(ada)}`);
  await sent();
  await (await field()).fill("Ada's own");
  await keeps("Ada's own");
  await page.goto(`${host.origin}/${as(ada)}`);
  await standing("Ada's own");
  await page.goto(`${host.origin}/${as({ sub: randomUUID(), name: "Boris" })}`);
  await page.waitForFunction((key) => !sessionStorage.getItem(key),
    `switchboard.${widget.id}.kept`);
  assert.equal(await (await field()).inputValue(), "");
  await (await field()).fill("Boris's own");
  await keeps("Boris's own");
  await page.evaluate(() => switchboard.reset());
  await page.waitForFunction(() => !Object.keys(sessionStorage).some((key) =>
    key.endsWith(".kept")));
  assert.deepEqual(page.complaints, []);
  await context.close();
});

test("two pages of one site are one visitor", async () => {
  const { page, context } = await visit();
  await press(page);
  const frame = await frameOf(page);
  const other = await watched(context);
  await other.goto(`${host.origin}/`);
  await press(other);
  const there = await frameOf(other);
  await there.getByRole("heading", { name: "How can we help?" }).waitFor();
  await write(frame, "From one page");
  await there.locator(".mine").filter({ hasText: "From one page" }).waitFor();
  await context.close();
});

test("words of other frames are not heard, and the page cannot look in", async () => {
  const { page, context } = await visit();
  await press(page);
  const frame = await frameOf(page);
  await frame.getByRole("heading", { name: "How can we help?" }).waitFor();
  await page.evaluate(() => {
    window.postMessage({ switchboard: "hello" }, "*");
    window.postMessage({ type: "session", token: "sbv_forged" }, "*");
    const other = document.body.appendChild(document.createElement("iframe"));
    other.contentWindow.parent.postMessage({ switchboard: "hello" }, "*");
  });
  await page.waitForTimeout(300);
  assert.equal(await page.evaluate(() => localStorage.length), 0);
  const root = await page.evaluate(() => document.querySelector("switchboard-widget").shadowRoot);
  assert.equal(root, null);
  const moved = await frame.evaluate(() => {
    try {
      window.top.location = "about:blank";
      return "moved";
    } catch (error) {
      return error.name;
    }
  });
  assert.equal(moved, "SecurityError");
  await context.close();
});

/** What the accessibility tree says of the panel, in whose shadow root no script looks. */
async function said(page) {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send("Accessibility.getFullAXTree");
  await session.detach();
  return nodes.filter(({ ignored }) => !ignored)
    .map(({ role, name }) => `${role?.value}: ${name?.value}`);
}

async function says(page, wanted) {
  for (let turn = 0; turn < 100; turn += 1) {
    if ((await said(page)).includes(wanted)) return;
    await page.waitForTimeout(100);
  }
  throw new Error(`it does not say ${wanted}: ${(await said(page)).join("\n")}`);
}

test("a page that is no site of the widget is told so, readably, and it can be left", async () => {
  const { page, context } = await person(browser, { viewport: { width: 390, height: 760 } });
  await page.clock.install();
  await page.goto(`${stranger.origin}/`);
  await launched(page);
  // From now on its time passes only as it is told to.
  await page.clock.pauseAt(Date.now() + 60_000);
  await page.evaluate(() => {
    window.told = [];
    switchboard.on("error", (detail) => window.told.push(detail));
    switchboard.open();
  });
  await says(page, "button: Close the chat");
  const told = () => page.evaluate(() => window.told);
  let passed = 0;
  for (; passed < 14_000 && !(await told()).length; passed += 100) await page.clock.runFor(100);
  assert.deepEqual(await told(), [{ code: "blocked",
    message: "The chat cannot be shown here." }], "before it would give up anyway");
  assert.ok(passed >= 2_000, `${passed} ms`);
  await says(page, "link: Open it on its own page");
  await page.evaluate(() => switchboard.setLocale("ru"));
  await says(page, "heading: Напишите нам");
  await says(page, "link: Открыть на отдельной странице");
  assert.ok(!(await said(page)).includes("button: Попробовать снова"));
  await page.keyboard.press("Enter");
  await launched(page, ({ expanded, focused }) => !expanded && focused);
  await context.close();
});

test("a server that is away when it is opened first is tried again, as often as he likes",
  async () => {
    const { page, context } = await visit();
    await server.down();
    await page.evaluate(() => {
      window.told = [];
      switchboard.on("error", (detail) => window.told.push(detail.code));
      switchboard.on("ready", () => window.told.push("ready"));
    });
    const tells = (count, last) => page.waitForFunction(([least, word]) =>
      window.told.length >= least && window.told.at(-1) === word, [count, last]);
    await press(page);
    await tells(1, "unreachable");
    await page.evaluate(() => {
      switchboard.close();
      switchboard.open();
    });
    await tells(2, "unreachable");
    await says(page, "button: Try again");
    await server.up();
    await page.keyboard.press("Enter");
    await tells(3, "ready");
    await (await frameOf(page)).getByRole("heading", { name: "How can we help?" }).waitFor();
    await context.close();
  });
