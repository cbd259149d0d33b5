// openai_test.mjs - is a key that would go nowhere refused at start?
//
// Who is asked decides what must be there: OpenAI wants a key, Azure a key or an application.
// SPDX-License-Identifier: MIT

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { finish, test } from "../../tests/lib/harness.mjs";
import { binary } from "../../tests/lib/pictor.mjs";

const folder = await mkdtemp(join(tmpdir(), "pictor-openai-"));
const AZURE = 'azure = true, base_url = "https://name.openai.azure.com/openai/v1"';
const APPLICATION = 'tenant = "t", client_id = "c", client_secret = "test-key"';

async function check(options) {
    const file = join(folder, "pictor.lua");
    await writeFile(file, `return { providers = { ai = { kind = "openai", ${options} } } }`);
    return promisify(execFile)(binary, ["check", "-c", file]).then(() => ({ code: 0, stderr: "" }), (error) => error);
}

const WRONG = [
    ["", /ai\.api_key: expected text, got nil/],
    ["azure = true, api_key = \"test-key\"", /ai\.base_url: expected Azure's address, .*, got nil/],
    ["deployments = true, api_key = \"test-key\"", /ai\.deployments: expected azure = true beside it, got true/],
    [APPLICATION, /ai\.azure: expected true, because tenant, client_id and client_secret are for Azure, got false/],
    [`${AZURE}, ${APPLICATION}, api_key = "test-key"`, /ai\.api_key: expected none beside tenant, client_id and client_secret, got one/],
    [`${AZURE}, tenant = "t", client_id = "c"`, /ai\.client_secret: expected text, got nil/],
];

for (const [options, message] of WRONG) {
    await test(`{ ${options} } is refused`, async () => {
        const { code, stderr } = await check(options);
        assert.equal(code, 1);
        assert.match(stderr, message);
    });
}

await test("a key, or an application at Azure, is accepted", async () => {
    assert.equal((await check("api_key = \"test-key\"")).code, 0);
    assert.equal((await check(`${AZURE}, ${APPLICATION}`)).code, 0);
});

await rm(folder, { recursive: true });
finish();
