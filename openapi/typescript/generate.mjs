// Writes the document's types: `node generate.mjs ../drivers.json src/drivers.ts`.
import { readFile, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import openapiTS, { astToString } from "openapi-typescript";
import ts from "typescript";

const [from, to] = process.argv.slice(2);
const document = JSON.parse(await readFile(from, "utf8"));

/** What a later server may add to is a plain string in the document; for this document all of it is known. */
function transform(schema) {
  const names = schema["x-extensible-enum"];
  if (!names) return undefined;
  const literal = (name) => ts.factory.createLiteralTypeNode(ts.factory.createStringLiteral(name));
  return ts.factory.createUnionTypeNode(names.map(literal));
}

// a member with a default may be left out of a body
const types = astToString(await openapiTS(document, { transform, defaultNonNullable: false }));
await writeFile(to, `// Made by openapi-typescript from ${basename(from)}.\n\n${types}`);
