// Writes src/pages/api.d.ts: what the REST API of the built server takes and answers with, in the
// words of the pages' own types. `npm run types` here writes it anew; types.test.js tells when that
// is due.

import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";

import openapiTypes, { astToString } from "openapi-typescript";
import ts from "typescript";

import { Server } from "./server.js";

const here = dirname(fileURLToPath(import.meta.url));
const path = join(here, "../../src/pages/api.d.ts");

const HEAD = `// What the REST API takes and answers with, for those who check the pages: no browser loads it.
// Made of the server's own document at /api/openapi.json by tests/browser/types.js. Do not edit it:
// after a change of the API build the server and run \`npm run types\` in tests/browser.

`;

/** What an entry says beside its text depends on its kind; the frames say it. */
const DATA = "#/components/schemas/Event/data";
const IMPORTS = 'import type { EventData } from "./net/frames.d.ts";';
const DATA_TYPE = ts.factory.createUnionTypeNode([
  ts.factory.createTypeReferenceNode("EventData"),
  ts.factory.createLiteralTypeNode(ts.factory.createNull()),
]);

/**
 * The document as pages need it: an object of which nothing is said may be any value, and of the
 * answers those that are no errors, for all errors are of one form.
 */
function mended(document) {
  const { schemas } = document.components;
  const visit = (node) => {
    if (node === null || typeof node !== "object") return;
    const types = [node.type ?? []].flat();
    const isBare = !node.properties && !node.additionalProperties && !node.allOf && !node.oneOf;
    if (types.includes("object") && isBare) delete node.type;
    Object.values(node).forEach(visit);
  };
  visit(document.paths);
  visit(schemas);
  schemas.Event.properties.data.type = "object";
  for (const operation of Object.values(document.paths).flatMap(Object.values)) {
    // No page uses these names, and some stand for several.
    delete operation.operationId;
    for (const status of Object.keys(operation.responses)) {
      if (status >= "400") delete operation.responses[status];
      else delete operation.responses[status].headers;
    }
  }
  return document;
}

/** The types as this document has them. */
export async function typesOf(document) {
  const nodes = await openapiTypes(mended(document), { alphabetize: true, inject: IMPORTS,
    transform: (_, { path }) => (path === DATA ? DATA_TYPE : undefined) });
  return HEAD + astToString(nodes);
}

/** The types as this server has them. */
export const made = async ({ base }) =>
  typesOf(await (await fetch(`${base}/api/openapi.json`)).json());

/** The types as they are kept. */
export const kept = () => readFileSync(path, "utf8");

if (argv[1] === fileURLToPath(import.meta.url)) {
  const server = await Server.start();
  try {
    writeFileSync(path, await made(server));
  } finally {
    await server.stop();
  }
}
