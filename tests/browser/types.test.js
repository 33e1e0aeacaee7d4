// The pages are written against types: those of the REST API, which the server's own document
// tells, and those of the frames, which the wire's description shows by example. This fails when
// either has become another, and when anything in the pages does not fit.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import ts from "typescript";

import { Server } from "./server.js";
import { kept, made } from "./types.js";

const here = dirname(fileURLToPath(import.meta.url));
const pages = join(here, "../../src/pages");

/** What the checker says of these files, beside those that the project names. */
function complaints(extra = {}) {
  const { config } = ts.readConfigFile(join(here, "tsconfig.json"), ts.sys.readFile);
  const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, here);
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => name in extra || fileExists(name);
  host.getSourceFile = (name, ...rest) => (name in extra
    ? ts.createSourceFile(name, extra[name], ...rest) : getSourceFile(name, ...rest));
  const own = Object.keys(extra);
  const program = ts.createProgram(own.length ? own : fileNames, options, host);
  return ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
    const line = file ? ts.getLineAndCharacterOfPosition(file, start).line + 1 : 0;
    const text = ts.flattenDiagnosticMessageText(messageText, "\n");
    return `${file?.fileName.split("/src/pages/").at(-1)}:${line}: ${text}`;
  });
}

test("the types are those of this server", async () => {
  const server = await Server.start();
  try {
    const is = await made(server);
    assert.ok(is === kept(), "src/pages/api.d.ts is old: `npm run types` in tests/browser");
  } finally {
    await server.stop();
  }
});

test("the pages fit them", () => {
  assert.deepEqual(complaints(), []);
});

test("nobody has looked away", () => {
  const { fileNames } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(join(here, "tsconfig.json"), ts.sys.readFile).config, ts.sys, here);
  assert.ok(fileNames.length > 40, "they are not where they are looked for");
  for (const name of fileNames.filter((one) => !one.endsWith("/api.d.ts"))) {
    const text = readFileSync(name, "utf8");
    for (const escape of [/@ts-(ignore|nocheck|expect-error)/,
      /@(type|param|returns|property) .*\bany\b/,
      /: any\b/, /\bas any\b/]) assert.doesNotMatch(text, escape, name);
  }
});

/** The examples that the wire's description gives of one side. */
function examples(side) {
  const text = readFileSync(join(here, "../../docs/wire.md"), "utf8");
  return [...text.matchAll(/```(\w+)\n([^`]*)```/g)].filter(([, kind]) => kind === side)
    .flatMap(([, , body]) => body.trim().split("\n"));
}

/** The examples as a program that holds each to be such a frame. */
const held = (lines, type) => ({ [join(pages, "net/examples.ts")]: [
  `import type { ${type} } from "./frames.d.ts";`,
  ...lines.map((line, turn) => `export const example${turn}: ${type} = ${line};`)].join("\n") });

for (const [side, type] of [["client", "ClientFrame"], ["server", "ServerFrame"]]) {
  test(`each example of what a ${side} says is such a frame`, () => {
    const lines = examples(side);
    assert.ok(lines.length > 15, `${lines.length} examples`);
    assert.deepEqual(complaints(held(lines, type)), []);
    // And what is none is seen to be none.
    for (const wrong of [{ type: "unheard" }, { ...JSON.parse(lines[0]), more: 1 },
      { type: JSON.parse(lines[2]).type }]) {
      assert.notDeepEqual(complaints(held([JSON.stringify(wrong)], type)), []);
    }
  });
}
