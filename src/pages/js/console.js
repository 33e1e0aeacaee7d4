// The rep's page: who waits, whom you serve, and how much you want to do.

import { account } from "./account.js";
import { Api } from "../net/api.js";
import { Conversations } from "./conversations.js";
import { byId, make, words } from "../ui/dom.js";
import { errorPlace, quietly, underWay } from "../ui/forms.js";
import { span } from "./phrases.js";

/** How often the line is read again, in ms, and how soon after something has happened. */
const EVERY_MS = 3_000;
const SOON_MS = 200;

const api = new Api("console");
const conversations = new Conversations("console", api);
const rows = new Map();
let rep = null;
let timer;
/** Whatever was asked before somebody signed out is of no more interest. */
let turn = 0;

function showRep(view) {
  rep = view ?? rep;
  if (!rep) return;
  // What holds a slot is what is open here; the server's count comes with the line.
  const load = conversations.all.filter((one) => one.view.status === "active").length;
  byId("load").textContent = `${load} of ${rep.capacity} slots taken`;
  if (!byId("availability").disabled) byId("availability").value = rep.availability;
}

/** What is offered: the rep answers before it runs out. */
function showOffer({ conversation: view, expires_at }) {
  const place = errorPlace();
  const ask = (type) => conversations.socket.ask({ type, conversation: view.id });
  const answer = (type, name) => make("button", { type: "button", onclick: (event) =>
    underWay(event.currentTarget, () => ask(type), place),
  }, name, make("span", { class: "unseen" }, ` number ${view.number}`));
  const until = expires_at ? `until ${new Date(expires_at).toLocaleTimeString()} ` : "";
  byId("offers").append(make("li", { "data-id": view.id }, make("span", {},
    words(view.subject || "No subject"), ` #${view.number}, `, words(view.customer.name), " ",
    make("span", { class: "note" }, until)), answer("accept", "Accept"), " ",
  answer("decline", "Decline"), place));
  byId("offers-card").hidden = false;
}

function hideOffer(id) {
  byId("offers").querySelector(`[data-id="${id}"]`)?.remove();
  byId("offers-card").hidden = byId("offers").children.length === 0;
}

function row(view) {
  const waits = make("span", { class: "note" });
  const place = errorPlace();
  const button = make("button", { type: "button", onclick: () => claim() },
    "Claim", make("span", { class: "unseen" }, ` number ${view.number}`));
  const claim = () => underWay(button, async () => {
    await conversations.socket.ask({ type: "claim", conversation: view.id });
    conversations.select(view.id);
  }, place);
  const element = make("li", {}, make("span", {}, words(view.subject || "No subject"),
    ` #${view.number}, `, words(view.customer.name), " ", waits), button, place);
  return { element, waits, place };
}

function showLine({ queues, reps }) {
  showRep(reps[0]);
  const waiting = queues.flatMap((queue) => queue.first);
  const count = queues.reduce((sum, queue) => sum + queue.waiting, 0);
  byId("waiting").textContent = count ? `${count} waiting` : "Nobody is waiting.";
  for (const id of rows.keys()) {
    if (waiting.some((view) => view.id === id)) continue;
    rows.get(id).element.remove();
    rows.delete(id);
  }
  // Rows stay the same elements, so that a button does not vanish under a finger.
  for (const [index, view] of waiting.entries()) {
    if (!rows.has(view.id)) rows.set(view.id, row(view));
    const { element, waits, place } = rows.get(view.id);
    if (reps[0]?.load < reps[0]?.capacity) place.textContent = "";
    waits.textContent = `for ${span(Date.now() - view.created_at)}`;
    const there = byId("line").children[index];
    if (there !== element) byId("line").insertBefore(element, there ?? null);
  }
}

async function readLine() {
  clearTimeout(timer);
  const mine = turn;
  await quietly(async () => {
    const line = await api.get("/line");
    if (mine === turn) showLine(line);
  }, byId("line-error"));
  if (mine === turn) soon(EVERY_MS);
}

function soon(ms = SOON_MS) {
  clearTimeout(timer);
  timer = setTimeout(readLine, ms);
}

conversations.onFrame = (frame) => {
  if (frame.type === "ready" || frame.type === "rep") showRep(frame.rep);
  if (["ready", "rep", "assigned"].includes(frame.type)) soon();
  if (frame.type === "event" && frame.kind === "closed") soon();
  if (frame.type === "ready") {
    byId("offers").replaceChildren();
    hideOffer();
  }
  if (frame.type === "offer") showOffer(frame);
  if (frame.type === "offer_gone") hideOffer(frame.conversation);
};
conversations.onChange = () => {
  showRep();
  byId("none").hidden = conversations.all.length > 0;
};

byId("availability").addEventListener("change", async ({ target }) => {
  const availability = target.value;
  target.disabled = true;
  byId("rep-error").textContent = "";
  try {
    await conversations.socket.ask({ type: "availability", availability });
    rep = { ...rep, availability };
  } catch (error) {
    byId("rep-error").textContent = error.message;
  }
  target.disabled = false;
  showRep();
  target.focus();
});

account(api, "rep", {
  start(user) {
    turn += 1;
    conversations.start(user);
    readLine();
  },
  stop() {
    turn += 1;
    clearTimeout(timer);
    conversations.stop();
    for (const { element } of rows.values()) element.remove();
    rows.clear();
    rep = null;
  },
});
