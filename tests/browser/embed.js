// Somebody's site with the chat in it: another origin than the server's, strict or hostile.

import { createServer } from "node:http";

/** The strictest policy under which the loader has to work: it names where the chat is, no more. */
const strict = (base) => "default-src 'none'; style-src 'none'; "
  + `script-src ${base} 'sha256-nothing'; frame-src ${base}; `
  + "require-trusted-types-for 'script'; trusted-types 'none'";

/** Styles that fit nothing but the page they are made for. */
const HOSTILE = "<style>* { all: revert; position: static !important } "
  + "button { width: 300px !important } iframe { display: none !important } "
  + "switchboard-widget { left: 0 !important; display: none !important }</style>";

export class HostPage {
  /** `attributes` go into the script's tag; `before` stands before it. */
  static async start(base, widget) {
    const page = new HostPage();
    page.server = createServer(({ url }, answer) => {
      const query = new URL(url, "http://x").searchParams;
      const script = `<script async src="${base}/widget.js" data-widget="${widget()}" `
        + `${query.get("data") ?? ""}></script>`;
      const headers = { "Content-Type": "text/html; charset=utf-8" };
      if (query.has("strict")) headers["Content-Security-Policy"] = strict(base);
      const early = query.has("early") ? "<script>window.switchboard=window.switchboard||"
        + "function(){(switchboard.q=switchboard.q||[]).push([].slice.call(arguments))};"
        + `${query.get("early")}</script>` : "";
      answer.writeHead(200, headers);
      answer.end(`<!doctype html><html lang="${query.get("lang") ?? "en"}" `
        + `dir="${query.get("dir") ?? "ltr"}"><head><title>Shop</title>`
        + `<meta name="viewport" content="width=device-width">`
        + `${query.has("hostile") ? HOSTILE : ""}</head><body><h1>Shop</h1>`
        + `<a href="#first">First</a>${early}${script}</body></html>`);
    });
    await new Promise((done) => page.server.listen(0, "127.0.0.1", done));
    // Another name of the same machine is another site.
    page.origin = `http://localhost:${page.server.address().port}`;
    return page;
  }

  stop = () => this.server.close();
}

/** The chat's frame, once it is there. */
export async function frameOf(page) {
  for (let turn = 0; turn < 200; turn += 1) {
    const frame = page.frames().find((one) => one.url().includes("/chat/"));
    if (frame) return frame;
    await page.waitForTimeout(50);
  }
  throw new Error("there is no frame");
}

/** What the accessibility tree says of the launcher, whose shadow root is closed to scripts. */
export async function launcher(page) {
  const session = await page.context().newCDPSession(page);
  try {
    const { nodes } = await session.send("Accessibility.getFullAXTree");
    const node = nodes.find(({ role, properties = [] }) => role?.value === "button"
      && properties.some(({ name }) => name === "hasPopup"));
    if (!node) return null;
    const property = (name) => node.properties.find((one) => one.name === name)?.value.value;
    const box = await session.send("DOM.getBoxModel",
      { backendNodeId: node.backendDOMNodeId }).catch(() => null);
    const [x, y] = box?.model.border ?? [];
    return { name: node.name.value, expanded: property("expanded"), focused: property("focused"),
      x, y, width: box?.model.width, height: box?.model.height };
  } finally {
    await session.detach();
  }
}

export async function launched(page, wanted = () => true) {
  for (let turn = 0; turn < 100; turn += 1) {
    const found = await launcher(page);
    if (found && wanted(found)) return found;
    await page.waitForTimeout(100);
  }
  throw new Error(`the launcher is not so: ${JSON.stringify(await launcher(page))}`);
}
