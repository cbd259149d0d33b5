// doubles.mjs - which doubles do the modules bring along?
//
// A module that speaks to an API of its own has modules/KIND/double.mjs, which exports
// start({ keys, files }) as the doubles of tests/lib do, and perhaps the name that
// documents call it by; else that is KIND in capitals.
// SPDX-License-Identifier: MIT

import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

// What a document or a configuration may name: [name, address] of each double, and what all of them share.
export function addressesOf(doubles, files) {
    const policies = fileURLToPath(new URL("policies", import.meta.url));
    return [...[...doubles].map(([name, { url }]) => [name, url]), ["FILES", files.host], ["CA", files.ca], ["POLICIES", policies]];
}

// $GEMINI, but not the beginning of $GEMINIS. addresses: a Map.
export function filledIn(text, addresses) {
    return text.replace(/\$([A-Z][A-Z0-9_]*)/g, (found, name) => addresses.get(name) ?? found);
}

// -> name ("BFL") to double, started
export async function startModuleDoubles(home, options) {
    const doubles = new Map();
    for (const kind of (await readdir(join(home, "modules"))).sort()) {
        const file = join(home, "modules", kind, "double.mjs");
        if (existsSync(file)) {
            const { start, name = kind.toUpperCase().replaceAll("-", "_") } = await import(pathToFileURL(file).href);
            doubles.set(name, await start(options));
        }
    }
    return doubles;
}
