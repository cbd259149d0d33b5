// examples.mjs - how does a test serve a configuration of examples/providers?
//
// As it stands there, but for the address that it listens on: each variable that it reads
// has a value, and each file that it names is the one beside it.
// SPDX-License-Identifier: MIT

import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "./pictor.mjs";

const folder = join(root, "examples/providers");

// Names of the examples, sorted.
export async function examples() {
    return (await readdir(folder)).filter((name) => name.endsWith(".lua")).map((name) => name.slice(0, -4)).sort();
}

// Those that are called after a provider's folder.
export async function kindsWithExample() {
    return (await examples()).filter((name) => existsSync(join(root, "modules", name, `${name}.lua`)));
}

// Variables that a configuration reads, each with a value; an address where one is wanted.
export function variablesOf(text) {
    const code = text.replace(/--.*/g, "");
    const names = [...code.matchAll(/\benv\s*\(?\s*"(\w+)"/g)].map(([, name]) => name);
    return Object.fromEntries([...new Set(names)].map((name) => [name, /URL|HOST|ENDPOINT|BASE/.test(name) ? "https://api.test.example" : "test-key"]));
}

// -> { config (with $LISTEN), env }
export async function exampleConfig(name) {
    const text = await readFile(join(folder, `${name}.lua`), "utf8");
    const config = text.replace(/listen = [^\n]*\n/, "listen = \"$LISTEN\",\n    limits = { in_flight = 16 },\n")
        .replace(/\bfile\s*"([^"/][^"]*)"/g, (_, path) => `file "${join(folder, path)}"`);
    return { config, env: variablesOf(text) };
}
