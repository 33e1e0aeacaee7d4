// The start page: the first admin, and what an admin needs to begin with: reps and capacities.

import { account, setup } from "./account.js";
import { Api } from "../net/api.js";
import { byId, make, words } from "../ui/dom.js";
import { errorPlace, onSubmit, quietly } from "../ui/forms.js";

/** How often the list of reps is read again, in ms. */
const EVERY_MS = 3_000;

const api = new Api("admin");
const rows = new Map();
let timer;

function row(rep) {
  const name = words(rep.name);
  const state = make("span", { class: "note" });
  const input = make("input", {
    name: "capacity", type: "number", min: "0", max: "100", required: true, value: rep.capacity,
  });
  const button = make("button", {}, "Set", make("span", { class: "unseen" },
    ` the capacity of ${rep.name}`));
  const form = make("form", {},
    make("div", { class: "row" }, make("label", {}, "Capacity", input), button), errorPlace());
  onSubmit(form, async ({ capacity }) => {
    const changed = await api.put(`/reps/${rep.id}/capacity`, { capacity: Number(capacity) });
    input.defaultValue = input.value = changed.capacity;
    show(changed);
  });
  byId("reps").append(make("li", {}, make("span", {}, name, " ", state), form));
  return { name, state, input };
}

function show(rep) {
  if (!rows.has(rep.id)) rows.set(rep.id, row(rep));
  const { name, state, input } = rows.get(rep.id);
  name.textContent = rep.name;
  state.textContent = `holds ${rep.load} of ${rep.capacity}; ${rep.availability}, ` +
    (rep.present ? "connected" : "not connected");
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
    byId("loading").hidden = true;
  }, byId("list-error"));
  clearTimeout(timer);
  if (api.user) timer = setTimeout(read, EVERY_MS);
}

onSubmit(byId("new-rep"), async ({ username, password, display_name, capacity }) => {
  byId("made").textContent = "";
  const named = display_name.trim() ? { display_name: display_name.trim() } : {};
  const made = await api.post("/reps", {
    username: username.trim(), password, capacity: Number(capacity), ...named,
  });
  byId("new-rep").reset();
  byId("empty").hidden = true;
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
