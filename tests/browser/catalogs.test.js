// The catalogs say the same things in all languages: the same keys, the same values in them, and
// all the plural forms that a language has.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const pages = join(dirname(fileURLToPath(import.meta.url)), "../../src/pages");
const LANGUAGES = ["en", "ru", "fa"];

async function catalog(name, tag) {
  const { default: texts } = await import(join(pages, `i18n/${name}.${tag}.js`));
  return texts;
}

const values = (text) => [...new Set([...JSON.stringify(text).matchAll(/\{(\w+)\}/g)]
  .map(([, name]) => name))].sort();

const names = [...new Set(readdirSync(join(pages, "i18n"))
  .filter((name) => name.split(".").length === 3).map((name) => name.split(".")[0]))];

for (const name of names) {
  test(`the catalogs of ${name}`, async () => {
    const english = await catalog(name, "en");
    for (const tag of LANGUAGES) {
      const texts = await catalog(name, tag);
      assert.deepEqual(Object.keys(texts).sort(), Object.keys(english).sort(), tag);
      const forms = new Intl.PluralRules(tag).resolvedOptions().pluralCategories;
      for (const [key, text] of Object.entries(texts)) {
        assert.deepEqual(values(text), values(english[key]), `${tag}: ${key}`);
        if (typeof text !== "object") continue;
        for (const form of forms) assert.ok(text[form], `${tag}: ${key} has no ${form}`);
      }
    }
  });
}

test("no text is in both catalogs of the chat", async () => {
  const [first, more] = [await catalog("chat", "en"), await catalog("chat_more", "en")];
  assert.deepEqual(Object.keys(first).filter((key) => key in more), []);
});

/** Which catalogs a page speaks from, by the folder of its modules; those of its parts, too. */
const SPEAKS = {
  account: ["account", "own"], admin: ["admin", "board", "log"], chat: ["chat", "chat_more"],
  console: ["console", "log", "board", "why"], link: ["link", "account", "start"],
  manage: ["admin", "manage", "audit"], plot: ["board"], start: ["start", "account"],
  ui: [],
};

/** What stands between the bracket at `from` and its end. */
function argument(text, from) {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    if ("([{".includes(text[at])) depth += 1;
    if (")]}".includes(text[at])) depth -= 1;
    if (depth === 0 || (depth === 1 && text[at] === ",")) return text.slice(from + 1, at);
  }
  return "";
}

/** The keys that a module asks its catalogs for, as patterns: a part may be known later only. */
function asked(text) {
  const keys = [];
  for (const { index, 0: call } of text.matchAll(/\b(?:t|parts|screen\.say)\(/g)) {
    const said = argument(text, index + call.length - 1).replace(/\$\{[^{}]*\}/g, "${}")
      .replace(/[!=]==\s*["'`]\w+["'`]/g, "").replace(/\[[^\]]*\]/g, "");
    for (const [, form] of said.matchAll(/`([^`]*)`/g)) {
      const parts = form.split("${}");
      if (parts.every((part) => /^\w*$/.test(part))) {
        keys.push(new RegExp(`^${parts.join("\\w+")}$`));
      }
    }
    for (const [, plain] of said.replace(/`[^`]*`/g, "").matchAll(/["'](\w+)["']/g)) {
      keys.push(new RegExp(`^${plain}$`));
    }
  }
  return keys;
}

test("each key that a page asks for is in a catalog", async () => {
  const missing = [];
  let count = 0;
  for (const [folder, catalogs] of Object.entries(SPEAKS)) {
    const all = await Promise.all(catalogs.map((name) => catalog(name, "en")));
    const known = Object.keys(Object.assign({}, ...all));
    for (const file of readdirSync(join(pages, folder)).filter((name) => name.endsWith(".js"))) {
      const keys = asked(readFileSync(join(pages, folder, file), "utf8"));
      count += keys.length;
      missing.push(...keys.filter((key) => !known.some((one) => key.test(one)))
        .map((key) => `${folder}/${file}: ${key.source}`));
    }
  }
  assert.deepEqual(missing, []);
  assert.ok(count > 500, `only ${count} were found`);
});

/** What is written in Latin letters in every language: names, keys, kinds of files, examples. */
const LATIN = new Set(["API", "CSV", "GIF", "HTML", "JPEG", "JSON", "PNG", "PostgreSQL",
  "Prometheus", "Redis", "SQLite", "Switchboard", "Telegram", "WebP", "Ctrl", "Enter", "Shift",
  "A", "C", "J", "K", "en", "fa-IR", "Asia/Tehran", "Europe/Berlin", "https://shop.example",
  "name@example.com", "a@b.example", "customer"]);

test("no Russian or Persian text has English words in it", async () => {
  for (const name of names) {
    for (const tag of ["ru", "fa"]) {
      for (const [key, said] of Object.entries(await catalog(name, tag))) {
        for (const text of typeof said === "string" ? [said] : Object.values(said)) {
          const words = text.replace(/\{\w+\}/g, " ").match(/[A-Za-z][\w@:/.-]*\w|[A-Za-z]/g) ?? [];
          const other = words.filter((word) => !LATIN.has(word));
          assert.deepEqual(other, [], `${tag}: ${name}.${key}`);
        }
      }
    }
  }
});
