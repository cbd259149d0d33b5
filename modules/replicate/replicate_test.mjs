// replicate_test.mjs - is a `wire` that names nothing refused at start?
//
// A typo in it would send a picture under a name that the model ignores: it would draw
// without it, and be paid. The marketplaces share this check.
// SPDX-License-Identifier: MIT

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { finish, test } from "../../tests/lib/harness.mjs";
import { binary } from "../../tests/lib/pictor.mjs";

const folder = await mkdtemp(join(tmpdir(), "pictor-wire-"));

async function check(wire) {
    const file = join(folder, "pictor.lua");
    await writeFile(file, `return { providers = { market = { kind = "replicate", api_key = "test-key", wire = ${wire} } } }`);
    return promisify(execFile)(binary, ["check", "-c", file]).then(() => ({ code: 0, stderr: "" }), (error) => error);
}

const WRONG = [
    ["{ [\"a/b\"] = { imges = \"image\" } }", /market\.wire\["a\/b"\]\.imges: expected a name that .* has, got an unknown one/],
    ["{ [\"a/b\"] = { images = 7 } }", /market\.wire\["a\/b"\]\.images: expected text, or false, got 7/],
    ["{ [\"a/b\"] = { send = \"x\" } }", /market\.wire\["a\/b"\]\.send: expected a table, or false, got "x"/],
    ["{ [\"a/b\"] = { size = 7 } }", /market\.wire\["a\/b"\]\.size: expected text, or true, or false, got 7/],
    ["{ [\"a/b\"] = { seed = true } }", /market\.wire\["a\/b"\]\.seed: expected text, or false, got true/],
    ["{ images = \"image\" }", /market\.wire: expected \{ \["owner\/model"\] = \{ … \} \}, got "image"/],
    ["{ { images = \"image\" } }", /market\.wire: expected .*, got 1/],
];

for (const [wire, message] of WRONG) {
    await test(`wire = ${wire} is refused`, async () => {
        const { code, stderr } = await check(wire);
        assert.equal(code, 1);
        assert.match(stderr, message);
    });
}

await test("a good one is taken", async () => {
    const { code, stderr } = await check("{ [\"a/b\"] = { images = \"image_input\", seed = false, size = true, send = { steps = 4 } } }");
    assert.equal(code, 0, stderr);
});

await rm(folder, { recursive: true, force: true });
finish();
