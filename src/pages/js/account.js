// Signing in and out, the same on every page.

import { byId } from "../ui/dom.js";
import { onSubmit, underWay } from "../ui/forms.js";

/**
 * Shows #account to whoever is not signed in and #inside to who is. Calls `start(user)` and
 * `stop()` as that changes. The page's role is the only one it lets in.
 */
export function account(api, role, { start, stop }) {
  const form = byId("account");

  function show(user) {
    form.hidden = Boolean(user);
    byId("inside").hidden = byId("me").hidden = !user;
    byId("name").textContent = user?.display_name ?? "";
  }

  function enter(user) {
    show(user);
    start(user);
  }

  function leave(reason = "") {
    show(null);
    stop();
    form.querySelector(".error").textContent = reason;
  }

  onSubmit(form, async (fields, pressed) => {
    const username = fields.username.trim();
    const { password } = fields;
    const user = pressed?.value === "register"
      ? await api.signIn("/customers", { username, password }, role)
      : await api.signIn("/sessions", { login: username, password }, role);
    form.reset();
    enter(user);
  });
  byId("sign-out").addEventListener("click", () => {
    api.signOut();
    leave();
    form.elements.username.focus();
  });
  api.onEnded = (problem) => leave(problem.message);

  if (api.user) enter(api.user);
  else show(null);
  return { enter };
}

/** The first admin's form, shown to whoever comes by the one-time link. */
export function setup(api, { enter }) {
  const token = new URLSearchParams(location.search).get("setup");
  const form = byId("setup");
  if (api.user) return;
  if (!token) {
    // Whoever cannot be told this can still sign in.
    api.get("/setup").then(({ needed }) => { byId("no-admin").hidden = !needed; }, () => {});
    return;
  }
  // Once used, the token does not stay in the address bar.
  const done = () => {
    history.replaceState(null, "", location.pathname);
    form.hidden = true;
  };
  // Whoever cannot be told whether there is an admin already may still try.
  api.get("/setup").catch(() => ({ needed: true })).then(({ needed }) => {
    if (!needed) return done();
    form.hidden = false;
    form.elements.username.focus();
    byId("account").hidden = true;
  });
  onSubmit(form, async ({ username, password, display_name }) => {
    const named = display_name.trim() ? { display_name: display_name.trim() } : {};
    const body = { token, username: username.trim(), password, ...named };
    try {
      enter(await api.signIn("/setup", body, "admin"));
      done();
    } catch (error) {
      if (error.code !== "setup_done" && error.code !== "token_invalid") throw error;
      // This link is of no use any more; who has an account signs in.
      done();
      byId("account").hidden = false;
      await underWay(byId("account"), () => Promise.reject(error));
    }
  });
}
