// run.mjs - are the rules of the house kept?
//
//     node tests/rules/run.mjs
//
// Each rule names all its offenders at once. Each is first tried on a made-up tree
// that breaks it, so that a rule that finds nothing is not one that sees nothing.
// SPDX-License-Identifier: MIT

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { finish, skip, test } from "../lib/harness.mjs";
import { docs } from "./docs.mjs";
import { form } from "./form.mjs";
import { layers } from "./layers.mjs";
import { openTree } from "./tree.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const rules = [...layers, ...docs, ...form];

// What a rule finds in a tree that has just these files.
function findIn(rule, files) {
    const folder = mkdtempSync(join(tmpdir(), "pictor-rules-"));
    try {
        for (const [path, text] of Object.entries(files)) {
            mkdirSync(join(folder, dirname(path)), { recursive: true });
            writeFileSync(join(folder, path), text);
        }
        return rule.find(openTree(folder));
    } finally {
        rmSync(folder, { recursive: true });
    }
}

function checkFound(rule, found) {
    const good = found.length === rule.found.length && rule.found.every((start, i) => found[i].startsWith(start));
    assert.ok(good, `expected to find\n  ${rule.found.join("\n  ")}\ngot\n  ${found.join("\n  ")}`);
}

function checkKept(rule, offenders) {
    if (offenders.length > 0) {
        throw `${offenders.length === 1 ? "one place" : `${offenders.length} places`} where it is not so:\n${offenders.join("\n")}`;
    }
}

const tree = openTree(root.replace(/\/$/, ""));
for (const rule of rules) {
    const found = findIn(rule, rule.broken);
    if (found.skip) {
        skip(rule.name, found.skip);
        continue;
    }
    await test(`seen when it is not so: ${rule.name}`, () => checkFound(rule, found));
    await test(rule.name, () => checkKept(rule, rule.find(tree)));
}
await test("every rule has its row in tests/rules/README.md", () => {
    const missing = rules.filter((rule) => !tree.read("tests/rules/README.md").includes(`| ${rule.name} |`));
    assert.deepEqual(missing.map((rule) => rule.name), []);
});
finish();
