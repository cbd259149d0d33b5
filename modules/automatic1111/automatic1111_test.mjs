// automatic1111_test.mjs - does a mistake in its options stop the start, and is the example good?
// SPDX-License-Identifier: MIT

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finish, test } from "../../tests/lib/harness.mjs";
import { binary, root } from "../../tests/lib/pictor.mjs";

const folder = mkdtempSync(join(tmpdir(), "pictor-webui-"));

function check(file, env = {}) {
    const ran = spawnSync(binary, ["check", "-c", file], { encoding: "utf8", env: { ...process.env, PICTOR_HOME: root, ...env } });
    return { code: ran.status, text: ran.stdout + ran.stderr };
}

// options in Lua -> the message that names the fault
const BROKEN = [
    ["parameters = { step = 20 }", "parameters.step: expected a field of modules/automatic1111/README.md, got an unknown field"],
    ["parameters = { steps = 20.5 }", "parameters.steps: expected a value of type integer, got 20.5"],
    ["parameters = { cfg_scale = \"7\" }", "parameters.cfg_scale: expected a value of type number, got \"7\""],
    ["parameters = { prompt = \"a fox\" }", "parameters.prompt: expected a field of modules/automatic1111/README.md, got an unknown field"],
    ["parameters = { \"steps\" }", "parameters.1: expected a field of modules/automatic1111/README.md, got an unknown field"],
    ["size = \"big\"", "size: expected WIDTHxHEIGHT such as 1024x1024, got \"big\""],
    ["user = \"ann\"", "password: expected both of user and password, got nil"],
    ["password = \"secret\"", "user: expected both of user and password, got nil"],
];

for (const [options, message] of BROKEN) {
    await test(`${options} is refused by name`, () => {
        const file = join(folder, "pictor.lua");
        writeFileSync(file, `return { providers = { sd = { kind = "automatic1111", ${options} } } }`);
        const { code, text } = check(file);
        assert.equal(code, 1, text);
        assert.ok(text.includes(`providers.sd.${message}`), text);
    });
}

await test("whole numbers and all kinds of fields are good", () => {
    const file = join(folder, "pictor.lua");
    writeFileSync(file, `return { providers = { sd = { kind = "automatic1111", parameters = { cfg_scale = 7, steps = 20, tiling = true,
        scheduler = "Karras", alwayson_scripts = { x = { args = { 1 } } }, hr_scale = 1.5, inpaint_full_res = true } } } }`);
    const { code, text } = check(file);
    assert.equal(code, 0, text);
});

await test("the example is good, and does not start without a key", () => {
    const file = join(root, "examples/providers/automatic1111.lua");
    assert.equal(check(file, { PICTOR_KEY: "test-key" }).code, 0);
    const { code, text } = check(file, { PICTOR_KEY: "" });
    assert.equal(code, 1);
    assert.match(text, /is PICTOR_KEY set\?/);
});

rmSync(folder, { recursive: true, force: true });
finish();
