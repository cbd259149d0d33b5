// run.mjs - is one folder really all that a provider of one's own takes?
//
//     node tests/newcomer/run.mjs
//
// Copies examples/new-provider/minimax into the modules of a home of its own, as its
// README says, and runs the documents that it brings along. Each of them is a claim here.
// SPDX-License-Identifier: MIT

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { finish, skip, test } from "../lib/harness.mjs";
import { makeHome } from "../lib/home.mjs";
import { binary, root } from "../lib/pictor.mjs";

const KIND = "minimax";
const OWN = join("modules", KIND);
const FOLDERS = ["core/lua", "scripts", "modules"];         // what makeHome copies
const source = join(root, "examples/new-provider", KIND);
const CONFIG = `return { listen = "127.0.0.1:8080", providers = { mine = { kind = "${KIND}", api_key = "a-key-of-mine" } } }\n`;

// The documents' suite in that home. -> { lines, code }
async function runDocuments(home) {
    const child = spawn(process.execPath, ["tests/requests/run.mjs", `${KIND}/`], {
        cwd: root, env: { ...process.env, PICTOR: binary, PICTOR_HOME: home.path }, stdio: ["ignore", "pipe", "inherit"],
    });
    const closed = once(child, "close");
    const text = Buffer.concat(await child.stdout.toArray()).toString("utf8");
    const [code] = await closed;
    return { lines: text.split("\n"), code };
}

// Lines of TAP -> { claims: [{ good, name, why, details }], planned }
function parseTap(lines) {
    const claims = [];
    let planned = null;
    for (const line of lines) {
        const [, bad, name, why] = /^(not )?ok \d+ - (.*?)(?: # SKIP (.*))?$/.exec(line) ?? [];
        if (name !== undefined) {
            claims.push({ good: !bad, name, why, details: [] });
        } else if (/^1\.\.\d+$/.test(line)) {
            planned = Number(line.slice(3));
        } else if (planned === null && claims.length > 0) {
            claims.at(-1).details.push(line.replace(/^# /, ""));
        }
    }
    return { claims, planned };
}

async function relay({ good, name, why, details }) {
    if (why !== undefined) {
        return skip(name, why);
    }
    return test(name, () => {
        if (!good) {
            throw details.join("\n");
        }
    });
}

// Path to bytes, of all files of a home or of the checkout, but for the folder in question.
async function filesOf(top) {
    const found = new Map();
    for (const folder of FOLDERS) {
        for (const entry of await readdir(join(top, folder), { recursive: true, withFileTypes: true })) {
            const path = join(entry.parentPath, entry.name);
            const name = path.slice(join(top, "/").length);
            if (entry.isFile() && !name.startsWith(join(OWN, "/"))) {
                found.set(name, await readFile(path, "base64"));
            }
        }
    }
    return found;
}

async function check(home) {
    const config = join(home.path, "pictor.lua");
    await writeFile(config, CONFIG);
    const ran = spawnSync(binary, ["check", "-c", config], {
        env: { ...process.env, PICTOR_HOME: home.path }, encoding: "utf8", timeout: 60000,
    });
    return { code: ran.status ?? ran.signal, out: ran.stdout, err: ran.stderr };
}

const home = await makeHome({ folders: { [KIND]: source } });

await test("with the folder, a configuration is good, and the provider is listed", async () => {
    const { code, out, err } = await check(home);
    assert.deepEqual([code, err], [0, ""]);
    assert.match(out, new RegExp(`^provider +mine \\(${KIND}\\)`, "m"));
});

await test("nothing else was changed for it: all other files are those of the checkout", async () => {
    const [here, there] = [await filesOf(root), await filesOf(home.path)];
    assert.ok(here.size > 100, `expected to have looked at many files, got ${here.size}`);
    assert.deepEqual([...there.keys()].sort(), [...here.keys()].sort());
    assert.deepEqual([...there].filter(([name, bytes]) => bytes !== here.get(name)).map(([name]) => name), []);
});

const documents = (await readdir(join(source, "requests"))).filter((name) => name.endsWith(".md"));
const { lines, code } = await runDocuments(home);
const { claims, planned } = parseTap(lines);

await test("its documents are found, and run to the end", () => {
    const missing = documents.filter((name) => !claims.some((claim) => claim.name.startsWith(`${KIND}/${name}`)));
    assert.deepEqual([missing, planned], [[], claims.length]);
    assert.equal(code, claims.every((claim) => claim.good) ? 0 : 1);
});

for (const claim of claims) {
    await relay(claim);
}

await test("without the folder, its kind is refused by name", async () => {
    await rm(join(home.path, OWN), { recursive: true });
    const { code: ended, out, err } = await check(home);
    assert.deepEqual([ended, out], [1, ""]);
    assert.match(err, new RegExp(`pictor\\.lua:1: providers\\.mine\\.kind: expected .*, got "${KIND}"`));
});

await home.remove();
finish();
