// Runs every test here, one file after the other, with what Node 20 has only behind a flag.
// Arguments go to `node --test`.

import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const given = process.argv.slice(2);
const named = given.some((one) => one.endsWith(".test.js"));
const all = readdirSync(here).filter((name) => name.endsWith(".test.js")).sort();
const files = named ? [] : all.map((name) => join(here, name));
const major = Number(process.versions.node.split(".")[0]);
// What a browser never answers ends some day, too: ten minutes, in ms, for each test and file.
const flags = ["--test", "--test-concurrency=1", "--test-reporter=spec", "--test-timeout=600000"];
if (major < 22) flags.unshift("--experimental-websocket");
const child = spawn(process.execPath, [...flags, ...given, ...files], { stdio: "inherit" });
child.on("exit", (code) => process.exit(code ?? 1));
