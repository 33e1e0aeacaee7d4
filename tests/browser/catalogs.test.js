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

test("no text is in both catalogs of the chat, and each key that is used is in one", async () => {
  const [first, more] = [await catalog("chat", "en"), await catalog("chat_more", "en")];
  assert.deepEqual(Object.keys(first).filter((key) => key in more), []);
  const folder = join(pages, "chat");
  for (const file of readdirSync(folder)) {
    const text = readFileSync(join(folder, file), "utf8");
    for (const [, key] of text.matchAll(/\b(?:t|parts|item|choice|field|round)\(\s*"(\w+)"/g)) {
      assert.ok(key in first || key in more, `${file} says ${key}`);
    }
  }
});
