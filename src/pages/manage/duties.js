// What a rep does: how many he may hold, which queues he serves, what he is trusted with. And
// whose customer a customer is.

import { words } from "../ui/dom.js";
import { Editor } from "./editor.js";
import { checksField, choiceField, named, numberField, switchField } from "./fields.js";
import { card } from "./screen.js";

/** @import { components } from "../api.d.ts" */
/** @import { Has } from "./parts.d.ts" */
/** @import { Screen } from "./screen.js" */
/** @typedef {components["schemas"]["Rep"]} Rep */

const AVAILABILITY = /** @type {const} */ (["available", "busy", "away", "offline"]);
const SEES = /** @type {const} */ (["own", "waiting", "queues", "all"]);
const RIGHTS = /** @type {const} */ (["claim", "over_capacity", "export"]);

/**
 * The same rep as he is now.
 * @param {Screen} screen
 * @param {Rep} rep
 */
const again = async ({ api }, rep) =>
  (await api.get("/reps")).find(({ id }) => id === rep.id) ?? rep;

/**
 * How much a rep is given, and of what. Each is saved alone: it is dispatched at once.
 * @param {Screen} screen
 * @param {Rep} rep
 * @param {Has["queues"]} queues
 */
export function work(screen, rep, queues) {
  const { t, api, locale } = screen;
  const editor = new Editor(screen, {
    name: `rep.${rep.id}`, submit: t("do_save"),
    values: { ...rep, queues: rep.queues.map(({ id }) => id) },
    groups: [{ fields: [
      numberField(locale, "capacity", { label: t("capacity"), hint: t("capacity_now",
        { n: rep.load }), most: 100 }),
      choiceField("availability", { label: t("availability"), hint: t("availability_hint"),
        options: AVAILABILITY.map((one) => [one, t(`availability_${one}`)]) }),
      checksField("queues", { label: t("serves"), hint: t("serves_change"),
        options: queues.map(({ id, name }) => [id, words(name)]) }),
    ] }],
    async fresh() {
      const now = await again(screen, rep);
      return { ...now, queues: now.queues.map(({ id }) => id) };
    },
    async send({ capacity, availability, queues: serves }) {
      if (capacity !== undefined) {
        await screen.young(() => api.put(`/reps/${rep.id}/capacity`, { capacity }));
        editor.settle("capacity", capacity);
      }
      if (availability) {
        await screen.young(() => api.put(`/reps/${rep.id}/availability`, { availability }));
        editor.settle("availability", availability);
      }
      if (serves) {
        await screen.young(() => api.put(`/reps/${rep.id}/queues`, { queues: serves }));
      }
      screen.say("saved");
    },
  });
  return card(t("duties"), editor.element);
}

/**
 * What a rep is trusted with.
 * @param {Screen} screen
 * @param {Rep} rep
 */
export function rights(screen, rep) {
  const { t, api } = screen;
  const editor = new Editor(screen, {
    name: `rights.${rep.id}`, submit: t("rights_save"), values: rep.rights,
    groups: [{ hint: t("rights_hint"), fields: [
      choiceField("sees", { label: t("sees"), hint: t("sees_hint"), isWhole: true,
        options: SEES.map((one) => [one, t(`sees_${one}`)]) }),
      ...RIGHTS.map((name) => switchField(name, {
        label: t(`right_${name}`), hint: t(`right_${name}_hint`), isWhole: true })),
    ] }],
    fresh: async () => (await again(screen, rep)).rights,
    async send(_, all) {
      const now = await screen.young(() => api.put(`/reps/${rep.id}/rights`, all));
      screen.say("saved");
      return now.rights;
    },
  });
  return card(t("rights"), editor.element);
}

/**
 * Who is given what this customer opens, first of all.
 * @param {Screen} screen
 * @param {NonNullable<Has["customer"]>} customer
 * @param {Rep[]} reps
 */
export function owner(screen, customer, reps) {
  const { t, api } = screen;
  const editor = new Editor(screen, {
    name: `owner.${customer.id}`, submit: t("do_save"),
    values: { rep: customer.personal_rep?.id ?? null },
    groups: [{ fields: [choiceField("rep", { label: t("owner"), hint: t("owner_hint"),
      options: [[null, t("owner_none")], ...named(reps)] })] }],
    fresh: async () => ({
      rep: (await api.get(`/customers/${customer.id}`)).personal_rep?.id ?? null }),
    async send(_, body) {
      await api.put(`/customers/${customer.id}/personal-rep`, body);
      screen.say("saved");
    },
  });
  return card(t("owner"), editor.element);
}
