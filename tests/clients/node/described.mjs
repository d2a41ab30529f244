// Prints what Microsoft's generator read from its OpenAPI file of the interface: each object's properties as they are
// on the wire, their types, and which must be there. The package exports none of it, so it is loaded by its place.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);
const front = require.resolve("@azure/communication-email");
const objects = require(join(dirname(front), "generated", "src", "models", "mappers.js"));
const told = {};
for (const [name, { type }] of Object.entries(objects)) {
  told[name] = {};
  for (const one of Object.values(type.modelProperties ?? {})) {
    told[name][one.serializedName] = { type: one.type.name, required: Boolean(one.required) };
  }
}
console.log(JSON.stringify(told));
