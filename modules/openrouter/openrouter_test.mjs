// openrouter_test.mjs - is a list of hosts that is none refused at start?
//
// It is sent as it stands: the router would refuse it with every call.
// SPDX-License-Identifier: MIT

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { finish, test } from "../../tests/lib/harness.mjs";
import { binary } from "../../tests/lib/pictor.mjs";

const folder = await mkdtemp(join(tmpdir(), "pictor-openrouter-"));

async function check(options) {
    const file = join(folder, "pictor.lua");
    await writeFile(file, `return { providers = { router = { kind = "openrouter", api_key = "test-key", ${options} } } }`);
    return promisify(execFile)(binary, ["check", "-c", file]).then(() => ({ code: 0, stderr: "" }), (error) => error);
}

const WRONG = [
    ["only = {}", /router\.only: expected a list with something in it, got none/],
    ["ignore = { 7 }", /router\.ignore: expected a list of texts, got 7/],
    ["order = { first = \"one\" }", /router\.order: expected a list with something in it, got none/],
    ["sort = \"beauty\"", /router\.sort: expected one of price, throughput, latency, got "beauty"/],
];

for (const [options, message] of WRONG) {
    await test(`${options} is refused`, async () => {
        const { code, stderr } = await check(options);
        assert.equal(code, 1);
        assert.match(stderr, message);
    });
}

await test("lists of hosts are accepted", async () => {
    assert.equal((await check("only = { \"one\", \"other\" }, sort = \"price\"")).code, 0);
});

await rm(folder, { recursive: true });
finish();
