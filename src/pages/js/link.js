// One-use links: what stands behind # says what for, and goes to the server with a form only.

import { Api } from "../net/api.js";
import { byId } from "../ui/dom.js";
import { onSubmit } from "../ui/forms.js";

const api = new Api("link");
const [kind, token = ""] = location.hash.slice(1).split("=");
const known = ["password", "email", "invitation"].includes(kind);
const shown = byId(known ? kind : "ask");

// The token stays neither in the address bar nor in what the browser remembers.
history.replaceState(null, "", location.pathname);
shown.hidden = false;
shown.querySelector("input, button").focus();

function done(text) {
  shown.hidden = true;
  byId("done").textContent = text;
}

onSubmit(byId("ask"), async ({ login }) => {
  await api.post("/links", { kind: "password", login: login.trim() });
  done("If there is an account of that name, a link for it is on its way.");
});

onSubmit(byId("password"), async ({ password }) => {
  await api.post("/password", { token, password });
  done("Your password is set. You can sign in with it now.");
});

onSubmit(byId("email"), async () => {
  await api.post("/email-confirmations", { token });
  done("Your e-mail address is confirmed.");
});

onSubmit(byId("invitation"), async ({ username, password, display_name }) => {
  const named = display_name.trim() ? { display_name: display_name.trim() } : {};
  const body = { token, username: username.trim(), password, ...named };
  const { user } = await api.post("/invitations/accept", body);
  const page = user.role === "admin" ? "the start page" : "the console";
  done(`Welcome, ${user.display_name}. You can sign in on ${page} now.`);
});
