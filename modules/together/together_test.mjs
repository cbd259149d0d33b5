// together_test.mjs - does a field of the operator's own that requests decide stop the start?
//
// There would be two of it, and nobody could say which one counts. The same check stands
// behind the option send of all providers that have it.
// SPDX-License-Identifier: MIT

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finish, test } from "../../tests/lib/harness.mjs";
import { binary, root } from "../../tests/lib/pictor.mjs";

const folder = mkdtempSync(join(tmpdir(), "pictor-together-"));

function check(send) {
    const file = join(folder, "pictor.lua");
    writeFileSync(file, `return {
        listen = "127.0.0.1:8080",
        keys = { { name = "test", key = "test-key" } },
        providers = { t = { kind = "together", api_key = "test-key", send = ${send} } },
    }`);
    return spawnSync(binary, ["check", "-c", file], { encoding: "utf8", env: { PICTOR_HOME: root, ...process.env } });
}

const BAD = [
    ["{ prompt = \"x\" }", "providers.t.send.prompt: expected a field that requests do not decide"],
    ["{ n = 4 }", "providers.t.send.n: expected a field that requests do not decide"],
    ["{ \"steps\" }", "providers.t.send: expected { name = value }"],
    ["{ steps = {} }", "providers.t.send.steps: expected text, a number, or true or false"],
];

for (const [send, words] of BAD) {
    await test(`send = ${send} is refused`, () => {
        const { status, stderr } = check(send);
        assert.equal(status, 1);
        assert.ok(stderr.includes(words), stderr);
    });
}
await test("send = { steps = 4, guidance_scale = 3.5, disable_safety_checker = true } is good", () => {
    const { status, stderr } = check("{ steps = 4, guidance_scale = 3.5, disable_safety_checker = true }");
    assert.equal(status, 0, stderr);
});
rmSync(folder, { recursive: true });
finish();
