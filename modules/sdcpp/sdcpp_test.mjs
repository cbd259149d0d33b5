// sdcpp_test.mjs - does a field of the operator's own that requests decide stop the start?
//
// There would be two of it, and nobody could say which one counts.
// SPDX-License-Identifier: MIT

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finish, test } from "../../tests/lib/harness.mjs";
import { binary, root } from "../../tests/lib/pictor.mjs";

const folder = mkdtempSync(join(tmpdir(), "pictor-sdcpp-"));

function check(args) {
    const file = join(folder, "pictor.lua");
    writeFileSync(file, `return {
        listen = "127.0.0.1:8080",
        keys = { { name = "test", key = "test-key" } },
        providers = { s = { kind = "sdcpp", extra_args = ${args} } },
    }`);
    return spawnSync(binary, ["check", "-c", file], { encoding: "utf8", env: { PICTOR_HOME: root, ...process.env } });
}

for (const name of ["prompt", "seed", "width", "batch_count", "mask_image"]) {
    await test(`${name} is refused`, () => {
        const { status, stderr } = check(`{ ${name} = 1 }`);
        assert.equal(status, 1);
        assert.ok(stderr.includes(`providers.s.extra_args.${name}: expected a field that requests do not decide`), stderr);
    });
}
await test("a list is refused", () => assert.match(check("{ \"seed\" }").stderr, /providers\.s\.extra_args: expected \{ name = value \}/));
await test("a table is good: it is JSON anyway", () => {
    const { status, stderr } = check("{ sample_params = { sample_steps = 4 }, negative_prompt = \"text\" }");
    assert.equal(status, 0, stderr);
});
rmSync(folder, { recursive: true });
finish();
