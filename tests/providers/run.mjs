// run.mjs - has each provider all that a provider should have?
//
// A configuration to start from that `pictor check` accepts and that says which variable
// is missing; a double of its API; documents of whole requests; models to ask for. And
// the recorded example plays.
// SPDX-License-Identifier: MIT

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { exampleConfig, examples, variablesOf } from "../lib/examples.mjs";
import { finish, test } from "../lib/harness.mjs";
import { send } from "../lib/http.mjs";
import { binary, root, startPictor } from "../lib/pictor.mjs";

const LINES_MAX = 40;
// Their doubles and documents serve many suites, and lie in tests/; what draws by itself needs no double.
const OLDER = ["chat", "demo", "gemini", "openai"];

async function check(name, env) {
    const file = join(root, "examples/providers", `${name}.lua`);
    return promisify(execFile)(binary, ["check", "-c", file], { env: { PATH: process.env.PATH, PICTOR_HOME: root, ...env } })
        .then(({ stdout }) => ({ code: 0, stdout }), (error) => error);
}

async function tryExample(name) {
    const text = await readFile(join(root, "examples/providers", `${name}.lua`), "utf8");
    const env = variablesOf(text);
    await test(`examples/providers/${name}.lua is accepted, and serves a model`, async () => {
        const { code, stdout, stderr } = await check(name, env);
        assert.equal(code, 0, stderr);
        assert.match(stdout, /^provider {2}.*\): (?!no model)/m);
    });
    await test(`examples/providers/${name}.lua has at most ${LINES_MAX} lines`, () => {
        assert.ok(text.trimEnd().split("\n").length <= LINES_MAX);
    });
    for (const variable of Object.keys(env).filter((one) => /KEY|TOKEN|SECRET/.test(one))) {
        const optional = new RegExp(`env "${variable}" *(,? *-- .*optional|or\\b|and\\b)`).test(text);
        if (!optional) {
            await test(`examples/providers/${name}.lua says that ${variable} is not set`, async () => {
                const { code, stderr } = await check(name, { ...env, [variable]: "" });
                assert.equal(code, 1);
                assert.match(stderr, new RegExp(`is ${variable} set\\?`));
            });
        }
    }
}

// Folders whose module has the two functions of a provider.
async function kinds() {
    const found = [];
    for (const name of (await readdir(join(root, "modules"))).sort()) {
        const file = join(root, "modules", name, `${name}.lua`);
        if (existsSync(file) && /\bbuild\b[^]*\bread\b/.test(await readFile(file, "utf8"))) {
            found.push(name);
        }
    }
    return found;
}

async function tryKind(kind, names) {
    await test(`${kind} has a configuration to start from`, () => assert.ok(names.includes(kind)));
    if (OLDER.includes(kind)) {
        return;
    }
    await test(`${kind} has a double and documents of its own`, async () => {
        const documents = await readdir(join(root, "modules", kind, "requests")).catch(() => []);
        assert.ok(existsSync(join(root, "modules", kind, "double.mjs")), "double.mjs: expected one, got none");
        assert.ok(documents.filter((name) => name.endsWith(".md")).length >= 5, `requests: expected 5 at least, got ${documents}`);
    });
}

async function tryCassettes() {
    const { config, env } = await exampleConfig("gemini");
    const pictor = await startPictor({ config, env, args: ["--replay", join(root, "examples/cassettes")] });
    const ask = (prompt) => send(pictor.url, {
        method: "POST", path: "/v1/images/generations", headers: [], body: Buffer.from(JSON.stringify({ prompt, size: "1792x1024" })),
    });
    await test("examples/cassettes answers what its README asks, with what it cost", async () => {
        const reply = await ask("a lake below mountains at dusk");
        assert.deepEqual([reply.status, reply.json.size, reply.headers["x-pictor-cost"]], [200, "688x384", "0.13606"], reply.text.slice(0, 300));
    });
    await test("and says of another prompt that it was not recorded", async () => {
        assert.match((await ask("a wolf")).json.error.message, /expected a recorded answer, got none/);
    });
    await test("pictor ends well", () => pictor.stop());
}

const names = await examples();
for (const name of names) {
    await tryExample(name);
}
for (const kind of await kinds()) {
    await tryKind(kind, names);
}
await tryCassettes();
finish();
