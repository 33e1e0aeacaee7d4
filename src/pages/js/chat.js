// The customer's page: open a conversation, wait in line, talk.

import { account } from "./account.js";
import { Api } from "./api.js";
import { Conversations } from "./conversations.js";
import { byId, kept, onSubmit, opening as openingOf, uuid7 } from "./dom.js";

const api = new Api("chat");
const conversations = new Conversations("chat", api);
const opening = byId("nothing");

/** What is written here, and what was tried under which id: a second try opens nothing twice. */
const key = () => `switchboard.chat.opening.${api.user.id}`;

function keepDraft(tried) {
  const { subject, text } = opening.elements;
  kept.set(key(), { subject: subject.value, text: text.value, tried });
}

opening.addEventListener("input", () => keepDraft(kept.get(key(), {}).tried));

onSubmit(opening, async ({ subject, text }) => {
  const { tried } = kept.get(key(), {});
  const isSame = tried?.subject === subject && tried.text === text;
  const client_id = isSame ? tried.client_id : uuid7();
  keepDraft({ subject, text, client_id });
  const view = await api.post("/conversations", { client_id, subject: subject.trim(), text });
  kept.set(key(), null);
  opening.reset();
  conversations.add(view);
  conversations.select(view.id);
  byId("shown").querySelector("section:not([hidden]) textarea")?.focus();
});

byId("another").addEventListener("click", () => {
  conversations.select(null);
  opening.elements.subject.focus();
});

/** What the house says to who opens a chat; the first queue's hours, in which he will wait. */
let texts = null;
let first = null;

function greet() {
  const closed = first?.hours?.open === false;
  const text = (closed && texts?.away) || texts?.welcome || "";
  const greeting = closed ? `${text || "Nobody is here now."}${openingOf(first.hours)}` : text;
  if (byId("greeting").textContent !== greeting) byId("greeting").textContent = greeting;
  byId("greeting").hidden = greeting === "";
}

conversations.onFrame = async (frame) => {
  if (frame.type === "ready") {
    texts = frame.texts ?? null;
    // Who cannot read them is greeted all the same.
    [first] = await api.get("/queues").catch(() => []);
    greet();
  }
  if (frame.type === "hours" && frame.queue === first?.id) {
    first.hours = frame.hours;
    greet();
  }
};

conversations.onChange = () => {
  byId("sidebar").hidden = conversations.all.length === 0;
};

account(api, "customer", {
  start(user) {
    conversations.start(user);
    const { subject, text } = kept.get(key(), {});
    opening.elements.subject.value = subject ?? "";
    opening.elements.text.value = text ?? "";
  },
  stop: () => conversations.stop(),
});
