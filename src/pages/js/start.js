// The start page: the first admin, and what an admin needs to begin with: reps and capacities.

import { account, setup } from "./account.js";
import { Api } from "./api.js";
import { byId, errorPlace, make, onSubmit, quietly, words } from "./dom.js";

/** How often the list of reps is read again, in ms. */
const EVERY_MS = 3_000;

const api = new Api("admin");
const rows = new Map();
let timer;

function row(rep) {
  const name = make("th", { scope: "row" });
  const load = make("td");
  const wants = make("td");
  const input = make("input", {
    name: "capacity", type: "number", min: "0", max: "100", required: true, value: rep.capacity,
    "aria-label": `Capacity of ${rep.name}`,
  });
  const form = make("form", { class: "inline" }, input, make("button", {}, "Set"),
    errorPlace());
  onSubmit(form, async ({ capacity }) => {
    const changed = await api.put(`/reps/${rep.id}/capacity`, { capacity: Number(capacity) });
    input.defaultValue = input.value = changed.capacity;
    show(changed);
  });
  const element = make("tr", {}, name, load, make("td", {}, form), wants);
  byId("reps").append(element);
  return { name, load, wants, input };
}

function show(rep) {
  if (!rows.has(rep.id)) rows.set(rep.id, row(rep));
  const { name, load, wants, input } = rows.get(rep.id);
  name.replaceChildren(words(rep.name));
  load.textContent = `${rep.load} of ${rep.capacity}`;
  wants.textContent = `${rep.availability}, ${rep.present ? "connected" : "not connected"}`;
  // What is being typed stays.
  if (input.value === input.defaultValue) input.value = rep.capacity;
  input.defaultValue = rep.capacity;
}

async function read() {
  clearTimeout(timer);
  const { user } = api;
  await quietly(async () => {
    const reps = await api.get("/reps");
    if (api.user !== user) return;
    reps.forEach(show);
    byId("empty").hidden = reps.length > 0;
    byId("table").hidden = reps.length === 0;
    byId("loading").hidden = true;
  }, byId("list-error"));
  clearTimeout(timer);
  if (api.user) timer = setTimeout(read, EVERY_MS);
}

onSubmit(byId("new-rep"), async ({ username, password, display_name, capacity }) => {
  const named = display_name.trim() ? { display_name: display_name.trim() } : {};
  const made = await api.post("/reps", {
    username: username.trim(), password, capacity: Number(capacity), ...named,
  });
  byId("new-rep").reset();
  byId("empty").hidden = true;
  byId("table").hidden = false;
  show(made);
  byId("made").textContent = `${made.name} can sign in at /console now.`;
});

const entrance = account(api, "admin", {
  start: read,
  stop() {
    clearTimeout(timer);
    rows.clear();
    byId("reps").replaceChildren();
    byId("made").textContent = "";
  },
});
setup(api, entrance);
