// run.mjs - does a model get its mask in its own sense, whatever the client's was?
//
// No provider that ships wants anything but OpenAI's transparent. So this one is made
// up: a home like ours with one more provider in it and its models, whose masks are
// white or black where to edit; and the pixels that arrive are looked at.
// SPDX-License-Identifier: MIT

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { startDouble } from "../lib/double.mjs";
import { finish, skip, test } from "../lib/harness.mjs";
import { makeHome } from "../lib/home.mjs";
import { send } from "../lib/http.mjs";
import { readPixels } from "../lib/pixels.mjs";
import { makePicture } from "../lib/picture.mjs";
import { binary, startPictor } from "../lib/pictor.mjs";

const PROVIDER = `return {
    families = { "sketch-" },
    takes = { "images", "mask" },
    options = { base_url = { type = "url", required = true, about = "Where the API is." } },
    build = function(job)
        return { url = job.options.base_url .. "/edit", body = { image = job.images[1].data, mask = job.mask.data } }
    end,
    read = function(answer)
        return { pictures = { { data = answer.json.image } } }
    end,
}
`;
const ROWS = ["white", "black", "alpha"].map((kind) => `{ id = "sketch-${kind}", family = "sketch-", inputs = 1, mask = "${kind}" }`);

const png = (kind, options) => makePicture(kind, { width: 64, height: 48, ...options }).toString("base64");

function ask(pictor, kind) {
    const body = {
        prompt: "a window", model: `sketch-${kind}`, images: [{ image_url: `data:image/png;base64,${png("photo")}` }],
        mask: { image_url: `data:image/png;base64,${png("mask", { hole: "right" })}` },
    };
    const bytes = Buffer.from(JSON.stringify(body));
    return send(pictor.url, { method: "POST", path: "/v1/images/edits", headers: [], body: bytes });
}

// Red, green, blue and alpha of a pixel in the left half, which is kept, and in the right, which is edited.
function halves(base64) {
    const { width, height, at } = readPixels(Buffer.from(base64, "base64"));
    assert.deepEqual([width, height], [64, 48]);
    return [at(5, 20), at(60, 20)];
}

const WHITE = [255, 255, 255, 255];
const BLACK = [0, 0, 0, 255];

async function tryKinds() {
    const double = await startDouble({
        name: "sketch", judge: () => null, draw: () => ({ status: 200, body: { image: png("photo", { seed: 9 }) } }),
    });
    const home = await makeHome({ modules: { sketch: PROVIDER }, rows: ROWS });
    const pictor = await startPictor({
        env: { PICTOR_HOME: home.path },
        config: `return {
            listen = "$LISTEN",
            keys = { { name = "test", key = "test-key" } },
            providers = { mine = { kind = "sketch", base_url = "${double.url}" } },
            limits = { in_flight = 16 },
        }`,
    });
    for (const [kind, check] of [
        ["white", (kept, edited) => assert.deepEqual([kept, edited], [BLACK, WHITE])],
        ["black", (kept, edited) => assert.deepEqual([kept, edited], [WHITE, BLACK])],
        ["alpha", (kept, edited) => assert.deepEqual([kept.at(-1), edited.at(-1)], [255, 0])],
    ]) {
        await test(`a model that edits what is ${kind === "alpha" ? "transparent" : kind} gets such a mask`, async () => {
            const reply = await ask(pictor, kind);
            assert.equal(reply.status, 200, reply.text.slice(0, 300));
            assert.equal(reply.headers["x-pictor-mapped"], undefined);
            check(...halves(double.calls.at(-1).json.mask));
        });
    }
    await test("pictor ends well", () => pictor.stop());
    await double.stop();
    await home.remove();
}

if (execFileSync(binary, ["version"], { encoding: "utf8" }).includes("module image:")) {
    await tryKinds();
} else {
    skip("masks in each model's own sense", "this build lacks the image module");
}
finish();
