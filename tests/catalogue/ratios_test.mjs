// ratios_test.mjs - does scripts/ratios.lua give an allowed size whenever there is one?
//
//     node tests/catalogue/ratios_test.mjs [SEED]
//
// ratios.lua of this folder is a policy that tries it when it is loaded, for limits and
// sizes by lot; `pictor check` loads it. A seed that fails fails again.
// SPDX-License-Identifier: MIT

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finish, test } from "../lib/harness.mjs";
import { binary, root } from "../lib/pictor.mjs";

const folder = mkdtempSync(join(tmpdir(), "pictor-ratios-"));
const config = `return { listen = "127.0.0.1:9", providers = { demo = { kind = "demo" } }, policy = "policy.lua" }`;
writeFileSync(join(folder, "pictor.lua"), config);
copyFileSync(join(root, "tests/catalogue/ratios.lua"), join(folder, "policy.lua"));

const seeds = process.argv[2] ? [Number(process.argv[2])] : Array.from({ length: 24 }, (_, i) => 7919 * (i + 1));
for (const seed of seeds) {
    await test(`limits and sizes by lot, from ${seed}: an allowed size whenever there is one`, () => {
        writeFileSync(join(folder, "seed.lua"), `return ${seed}\n`);
        const { status, stderr } = spawnSync(binary, ["check", "-c", join(folder, "pictor.lua")], { encoding: "utf8" });
        assert.equal(status, 0, stderr);
    });
}
rmSync(folder, { recursive: true });
finish();
