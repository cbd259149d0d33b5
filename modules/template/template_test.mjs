// template_test.mjs - is the template, copied and renamed, a provider that draws?
// SPDX-License-Identifier: MIT

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { startDouble } from "../../tests/lib/double.mjs";
import { finish, test } from "../../tests/lib/harness.mjs";
import { makeHome } from "../../tests/lib/home.mjs";
import { send } from "../../tests/lib/http.mjs";
import { makePicture } from "../../tests/lib/picture.mjs";
import { root, startPictor } from "../../tests/lib/pictor.mjs";

const home = await makeHome({ modules: { sketch: await readFile(join(root, "modules/template/provider.lua"), "utf8") } });

const double = await startDouble({
    name: "sketch",
    judge: (call) => call.path === "/v2/draw" && call.headers.authorization === "Bearer sketch-key" ? null : { status: 404 },
    draw: (call) => ({ status: 200, body: call.json.prompt === "nothing" ? {} : {
        image: makePicture("png", { width: 64, height: 36, seed: call.number }).toString("base64"),
    } }),
});
const pictor = await startPictor({
    env: { PICTOR_HOME: home.path },
    config: `return {
        listen = "$LISTEN",
        keys = { { name = "test", key = "test-key" } },
        providers = { mine = { kind = "sketch", api_key = "sketch-key", base_url = "${double.url}/v2" } },
        limits = { in_flight = 16 },
    }`,
});

function ask(body) {
    const bytes = Buffer.from(JSON.stringify({ model: "sketch-1", ...body }));
    return send(pictor.url, { method: "POST", path: "/v1/images/generations", headers: [], body: bytes });
}

await test("the copy draws", async () => {
    const reply = await ask({ prompt: "a fox", size: "1600x900", seed: 7 });
    assert.equal(reply.status, 200, reply.text.slice(0, 300));
    assert.equal(reply.json.size, "64x36");
    assert.deepEqual(double.calls[0].json, { model: "sketch-1", prompt: "a fox", ratio: "16:9", seed: 7 });
});

await test("and no picture is a failure of its own", async () => {
    const reply = await ask({ prompt: "nothing" });
    assert.deepEqual([reply.status, reply.json.error.code], [502, "no_images_generated"]);
});

await test("pictor ends well", () => pictor.stop());
await double.stop();
await home.remove();
finish();
