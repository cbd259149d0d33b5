// modules_test.mjs - does every document beside a module describe what really happens?
//
// Runs the documents of each module in a process of their own, several at once: orders are
// asked about once in a while, so most of the time is waiting.
// SPDX-License-Identifier: MIT

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { finish, skip, test } from "../lib/harness.mjs";
import { root } from "../lib/pictor.mjs";

const AT_ONCE = 6;
const runner = fileURLToPath(new URL("run.mjs", import.meta.url));

// "ok 3 - name # SKIP why" and the lines "# …" behind it -> { good, name, skipped, details }
function readTap(lines) {
    const claims = [];
    for (const line of lines) {
        const [, not, name, skipped] = /^(not )?ok \d+ - (.*?)(?: # SKIP (.*))?$/.exec(line) ?? [];
        if (name !== undefined) {
            claims.push({ good: !not, name, skipped, details: [] });
        } else if (line.startsWith("# ")) {
            claims.at(-1)?.details.push(line.slice(2));
        }
    }
    return claims;
}

// -> { claims, code, planned }
async function runModule(kind) {
    const child = spawn(process.execPath, [runner, `${kind}/`], { stdio: ["ignore", "pipe", "inherit"] });
    const closed = once(child, "close");
    const lines = [];
    for await (const line of createInterface({ input: child.stdout })) {
        lines.push(line);
    }
    const [code] = await closed;
    return { claims: readTap(lines), code, planned: lines.some((line) => /^1\.\.\d+$/.test(line)) };
}

async function relay(kind, { claims, code, planned }) {
    for (const { good, name, skipped, details } of claims) {
        if (skipped !== undefined) {
            skip(name, skipped);
        } else {
            await test(name, () => { if (!good) throw details.join("\n"); });
        }
    }
    await test(`the documents of ${kind} were all run`, () => {
        if (!planned || (code !== 0 && claims.every(({ good }) => good))) {
            throw `expected a plan and exit code 0, got exit code ${code}`;
        }
    });
}

async function kindsWithDocuments() {
    const kinds = [];
    for (const kind of (await readdir(join(root, "modules"))).sort()) {
        const names = await readdir(join(root, "modules", kind, "requests")).catch(() => []);
        if (names.some((name) => name.endsWith(".md"))) {
            kinds.push(kind);
        }
    }
    return kinds;
}

const kinds = await kindsWithDocuments();
const results = new Map();
const waiting = [...kinds];
await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let kind = waiting.shift(); kind; kind = waiting.shift()) {
        results.set(kind, await runModule(kind));
    }
}));
for (const kind of kinds) {
    await relay(kind, results.get(kind));
}
finish();
